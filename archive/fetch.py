"""Asks the provider for hours of bets, and for its own sums of them."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import pyarrow as pa

from archive import bets
from archive.bets import HourSums
from archive.proof import HourRead
from twoj_client import TwoJ, TwoJError
from twoj_client.models import StageDay, StageTotal
from twoj_client.reply import Reply
from twoj_client.windows import HOUR_S

PAGE_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Fetched:
    """Hours that were read, and the requests that they took."""

    hours: list[HourRead]
    calls: int


def fetch(twoj: TwoJ, hours_s: Sequence[int], workers: Executor) -> Fetched:
    """Read hours that follow each other, with the provider's sums. Raises TwoJError.

    Sums that are not to be had leave the hours unproven; bets that are not to be had are an error.
    """
    start_s, end_s = hours_s[0], hours_s[-1] + HOUR_S
    asked = [workers.submit(_sums, twoj, hour_s, hour_s + HOUR_S) for hour_s in hours_s]
    replies: list[Reply[pa.Table]] = twoj.all.history_hours(start=start_s, end=end_s)
    theirs = [each.result() for each in asked]
    read = [
        HourRead(hour_s, reply.data, sums, reply.complete, reply.as_of.timestamp(), reply.by_provider_clock)
        for hour_s, reply, sums in zip(hours_s, replies, theirs, strict=True)
    ]
    return Fetched(read, sum(_calls(each) for each in read) + len(theirs))


def rest(twoj: TwoJ, hour_s: int, from_s: int, known: pa.Table) -> Fetched:
    """Read an hour from a time on, without the provider's sums; `known` are its bets before.

    It is the hour as far as the provider told it: none where that is not whole. Raises TwoJError.
    """
    reply: Reply[pa.Table] = twoj.all.history_table(start=from_s, end=hour_s + HOUR_S)
    table = pa.concat_tables([bets.in_window(known, hour_s, from_s), bets.ordered(reply.data)])
    read = HourRead(hour_s, table, None, reply.complete, reply.as_of.timestamp(), reply.by_provider_clock)
    calls = _calls(replace(read, table=reply.data))
    return Fetched([read] if reply.complete else [], calls)


def _calls(read: HourRead) -> int:
    pages = 1 + max(len(read.table) - 1, 0) // PAGE_ROWS
    return pages if read.complete else 2 * pages  # they were asked for once more


def totals(twoj: TwoJ, start_s: int, end_s: int) -> HourSums:
    """Return the provider's sums of a window of 60 days at most, in one request. Raises TwoJError."""
    return _of(twoj.all.sums(start=start_s, end=end_s).data.summary)


def totals_by_day(twoj: TwoJ, start_s: int, end_s: int) -> dict[int, HourSums]:
    """Return the same by UTC day (its start in epoch s), in one request; days without bets are left out."""
    days = twoj.all.sums(start=start_s, end=end_s).data.day_list
    return {bets.utc_day_start(day.date): _of(day) for day in days}


def _sums(twoj: TwoJ, start_s: int, end_s: int) -> HourSums | None:
    try:
        return totals(twoj, start_s, end_s)
    except TwoJError:
        return None


def _of(total: StageTotal | StageDay) -> HourSums:
    return HourSums(total.bet_count, total.bet_amount, total.gain_amount)
