"""A player's wallet: the balance now, the transfers, and why the balance jumped between two rounds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from dashboard.core.formats import count, moment
from dashboard.core.frames import TIMES_S
from dashboard.core.periods import business_day, day_end, day_start, days_label
from dashboard.core.text import Deferred, later, text
from dashboard.players.balance import (
    Cause,
    Gap,
    SummaryExcess,
    Transfer,
    by_other_causes,
    by_transfers,
    gaps,
    transfers,
)
from dashboard.players.data import player_sums
from dashboard.players.games import lacking
from dashboard.players.history import PlayerHistory
from dashboard.provider.asking import gather, late, warnings_of
from dashboard.provider.failures import failures, sentence, stale_text
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, stale_reason_of
from dashboard.rounds.frame import dated
from twoj_client import Reply, TwoJError
from twoj_client.endpoints import TRANSFER_RECORDS
from twoj_client.errors import TimedOut, WrongShape
from twoj_client.models import BonusSummary, TransferRecord

NO_OP_ID: Final = later("the wallet knows players by the op_id only, and this player's is not known.")
_BALANCE_PATIENCE_S: Final = 0.5
_RENEW_S: Final = 60
_PATIENCE_S: Final = 5.0
_MOST_PAGES: Final = 500
_PAGE: Final = 100
_COMPLETED: Final = 3
_BONUS_DAYS_BEFORE: Final = 30
_MOST_BONUS_DAYS: Final = 92


def balance_now(merchant: Merchant, op_id: str) -> Reading[int] | None:
    """The balance in li, asked anew; the one before it, or None, while the wallet takes its time or fails.

    Raises TwoJError.
    """
    ask = partial(merchant.twoj.transfer.balance, op_id=op_id, stale_ok=True)
    load = merchant.jobs.look(("balance", op_id), {op_id: ask}, 0, _BALANCE_PATIENCE_S)
    load.raise_if_all_failed()
    for reply in load.replies().values():
        return Reading(
            reply.data.balance, reply.as_of, stale_reason_of([reply]), warnings=warnings_of(merchant, [reply])
        )
    if last := merchant.twoj.transfer.latest_balance(op_id=op_id):
        return Reading(last.data.balance, last.as_of, late(), warnings=warnings_of(merchant, [last]))
    return None


@dataclass(frozen=True, slots=True)
class Jumps:
    """Where the balance jumped between two rounds, each with its cause as far as it is known.

    `transfers` are those of the history's window. `unknown` holds a sentence for each thing that could not be
    asked and might have explained more.
    """

    gaps: list[Gap]
    transfers: list[Transfer]
    unknown: tuple[str, ...] = ()


def player_jumps(merchant: Merchant, history: PlayerHistory) -> Jumps:
    """Find and name the gaps in the balance of a history (`balance.gaps`).

    Bonuses are asked for only where money came that nothing else explains, the transfers known. What fails is
    left out and said in `unknown`; nothing is raised.
    """
    unknown: list[str] = []
    known = _transfers(merchant, history, unknown)
    transfers_known = not unknown
    rounds = dated(history.rounds)
    found = by_transfers(gaps(rounds), known)
    if all(gap.cause is Cause.TRANSFER for gap in found):
        return Jumps(found, known, tuple(unknown))
    absent = _lacking(merchant, history, unknown)

    def named(converted: dict[date, int]) -> list[Gap]:
        return by_other_causes(found, rounds, history.missing, absent, converted, merchant.zone)

    named_gaps = named({})
    left = [gap for gap in named_gaps if gap.cause is Cause.UNEXPLAINED and gap.unexplained_li > 0]
    if left and transfers_known:
        named_gaps = named(_converted(merchant, history, left, unknown))
    return Jumps(named_gaps, known, tuple(unknown))


def _transfers(merchant: Merchant, history: PlayerHistory, unknown: list[str]) -> list[Transfer]:
    op_id = history.player.op_id
    if op_id is None:
        unknown.append(text("Transfers: {why}", why=NO_OP_ID))
        return []
    if len(history.currencies) > 1:
        unknown.append(
            text("Transfers: the provider does not say of which of this player's currencies each is.")
        )
        return []
    # The end of a running period moves on with each minute; its day does not.
    last_day = business_day(history.end - timedelta(seconds=1), merchant.zone)
    name = ("transfers", op_id, history.start, last_day)
    ask = partial(_records, merchant, op_id, history.start, history.end)
    unread = TimedOut("they are still being read, and will be here within a minute.")
    try:
        load, stale_reason = merchant.jobs.whole(name, {op_id: ask}, _RENEW_S, _PATIENCE_S, unread)
    except TwoJError as error:
        unknown.append(text("Transfers: {why}", why=sentence(error)))
        return []
    reply, undated = load.replies()[op_id], load.replies()[op_id].data.undated
    if stale_reason or reply.as_of < history.end - timedelta(seconds=2 * _RENEW_S):
        when = moment(reply.as_of, merchant.zone, merchant.now())
        why = stale_text(stale_reason) if stale_reason else text("they are being read.")
        unknown.append(text("Transfers since {when}: {why}", when=when, why=why))
    unknown += map(str, warnings_of(merchant, [reply]))
    if undated:
        unknown.append(text("Transfers: without {count} whose time is none.", count=count(undated)))
    return transfers(reply.data.rows)


class _Records(NamedTuple):
    """A player's transfers, newest first, but for so many `undated` ones."""

    rows: list[TransferRecord]
    undated: int


def _lacking(merchant: Merchant, history: PlayerHistory, unknown: list[str]) -> list[SummaryExcess]:
    try:
        sums = player_sums(merchant, history)
    except TwoJError as error:
        unknown.append(text("The provider's summaries: {why}", why=sentence(error)))
        return []
    unknown += map(str, sums.failures)
    return lacking(sums.value)


def _records(merchant: Merchant, op_id: str, start: datetime, end: datetime) -> Reply[_Records]:
    """Read the pages, newest first, until they are older than the window."""
    start_s = int(start.timestamp())
    rows: list[TransferRecord] = []
    next_id, seen, undated = 0, {0}, 0
    while True:
        page = merchant.twoj.transfer.records(op_id=op_id, next_id=next_id, page_size=_PAGE, created_at=end)
        times = [record for record in page.data.records if record.created_at in TIMES_S]
        undated += len(page.data.records) - len(times)
        rows += [record for record in times if record.created_at >= start_s]
        is_older = any(record.created_at < start_s for record in times)
        if is_older or not page.data.records or not page.data.next_id:
            return Reply(_Records(rows, undated), page.as_of, unknown=page.unknown)
        next_id = page.data.next_id
        if next_id in seen or len(seen) >= _MOST_PAGES:
            raise WrongShape("The player's transfer records do not end.", endpoint=TRANSFER_RECORDS.path)
        seen.add(next_id)


def _converted(
    merchant: Merchant, history: PlayerHistory, left: Sequence[Gap], unknown: list[str]
) -> dict[date, int]:
    """Ask what the player's completed bonuses became in cash, by the day of their creation, in li.

    The days are those up to the last of the gaps from 30 days before the first, 92 at most.
    """
    first, last = (
        business_day(datetime.fromtimestamp(gap.to_s, UTC), merchant.zone) for gap in (left[0], left[-1])
    )
    first = max(first - timedelta(days=_BONUS_DAYS_BEFORE), last - timedelta(days=_MOST_BONUS_DAYS - 1))
    calls: dict[date, Callable[[], Reply[BonusSummary]]] = {}
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        begin = day_start(day, merchant.zone)
        calls[day] = partial(
            merchant.twoj.all.bonus_summary,
            start=begin,
            end=min(day_end(day, merchant.zone), history.end),
            user_id=history.player.user_id,
            op_id=history.player.op_id,
            states=[_COMPLETED],
        )
    try:
        replies, errors = gather(merchant, calls)
    except TwoJError as error:
        unknown.append(text("Bonuses: {why}", why=sentence(error)))
        return {}
    named = (
        (later("Bonuses of {day}", day=Deferred(days_label, (day, day))), error)
        for day, error in errors.items()
    )
    unknown += map(str, failures(named))
    cash = {day: reply.data.converted_cash for day, reply in replies.items()}
    return {day: int(amount) for day, amount in cash.items() if amount and amount == int(amount)}
