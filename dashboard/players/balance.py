"""The balance of a player from round to round, and where it jumps between two rounds: why?

Source: numbers.md, "Gaps in a balance". Amounts in li, times in epoch seconds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.formats import count, money, with_plus
from dashboard.core.periods import days_label
from dashboard.core.text import Message, later, listed, plural, text
from twoj_client.models import DEPOSIT, WITHDRAWAL, TransferRecord


class Cause(StrEnum):
    """Why money moved between two rounds."""

    TRANSFER = "transfer"
    JACKPOT = "jackpot"
    BONUS = "bonus"
    MISSING = "rounds missing"
    UNEXPLAINED = "unexplained"


_MOST_LISTED: Final = 3
CAUSES: Final[Mapping[Cause, Message]] = {
    Cause.TRANSFER: later("transfer"),
    Cause.JACKPOT: later("jackpot"),
    Cause.BONUS: later("bonus"),
    Cause.MISSING: later("rounds missing"),
    Cause.UNEXPLAINED: later("unexplained"),
}
_IN_SENTENCE: Final = {
    Cause.TRANSFER: later("{count} by transfers"),
    Cause.JACKPOT: later("{count} by jackpots ({amount} in sum)"),
    Cause.BONUS: later("{count} by bonuses ({amount} in sum)"),
    Cause.MISSING: later("{count} where rounds are missing ({amount} in sum)"),
    Cause.UNEXPLAINED: later("{count} unexplained ({amount} in sum)"),
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """A recorded transfer; `amount_li` is above zero for a deposit and below for a withdrawal."""

    at_s: int
    amount_li: int
    after_li: int
    number: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Money that moved between two rounds, where one credit does not follow from the other.

    `row` is the place of the round after it, `from_s` and `to_s` are the starts of the round before and the
    round after. `transferred_li` is the part that transfer records explain, `why` says the cause in words.
    """

    row: int
    from_s: int
    to_s: int
    before_li: int
    after_li: int
    transferred_li: int = 0
    cause: Cause = Cause.UNEXPLAINED
    why: str = ""

    @property
    def amount_li(self) -> int:
        """What came to the balance, below zero what left it."""
        return self.after_li - self.before_li

    @property
    def unexplained_li(self) -> int:
        """What transfers do not explain."""
        return self.amount_li - self.transferred_li


@dataclass(frozen=True, slots=True)
class SummaryExcess:
    """What the provider's summary of some games has beyond the rounds at hand."""

    games: str
    gain_li: int


def transfers(records: Sequence[TransferRecord]) -> list[Transfer]:
    """Turn records into signed amounts, oldest first; types that the document does not name are left out."""
    signs = {DEPOSIT: 1, WITHDRAWAL: -1}
    known = [
        Transfer(each.created_at, signs[each.type] * each.amount, each.after_balance, each.ref_id)
        for each in records
        if each.type in signs
    ]
    return sorted(known, key=lambda transfer: transfer.at_s)


def gaps(rounds: pd.DataFrame) -> list[Gap]:
    """Find where the credit before a round is not the credit after the round before it, oldest first.

    Where a round came without credits, nothing is said. Rounds of one second whose credits do not run on
    from one to the next are in no order: only what all of them together leave open is a gap, after the last.
    """
    starts, before, after = (rounds[name].tolist() for name in ("start_at", "credit_before_li", "credit_li"))
    found = []
    expected, from_s = None, 0
    for start, places in groupby(range(len(rounds)), key=starts.__getitem__):
        second = list(places)
        held = [before[place] for place in second], [after[place] for place in second]
        is_known = not any(pd.isna(credit) for each in held for credit in each)
        if len(second) > 1 and is_known and held[0][1:] != held[1][:-1]:
            moved = sum(held[1]) - sum(held[0])
            expected, from_s = None if expected is None else expected + moved, start
            continue
        for place in second:
            if expected is not None and not pd.isna(before[place]) and expected != before[place]:
                found.append(Gap(place, from_s, start, expected, before[place]))
            expected, from_s = None if pd.isna(after[place]) else after[place], start
    return found


def by_transfers(found: Sequence[Gap], known: Sequence[Transfer]) -> list[Gap]:
    """Match gaps with the transfers between their rounds; each transfer explains one gap at most.

    Times are whole seconds, so a transfer in the second in which a round starts may lie on either side of it:
    the longest run of transfers that makes up the gap is taken. Where none does, those that lie between for
    certain explain their part.
    """
    matched = []
    first = 0
    for gap in found:
        while first < len(known) and known[first].at_s < gap.from_s:
            first += 1
        last = first
        while last < len(known) and known[last].at_s <= gap.to_s:
            last += 1
        between = known[first:last]
        run = _longest_run([transfer.amount_li for transfer in between], gap.amount_li)
        if run:
            first += run[1]
            why = _listed(between[run[0] : run[1]])
            matched.append(replace(gap, transferred_li=gap.amount_li, cause=Cause.TRANSFER, why=why))
            continue
        certain = [transfer for transfer in between if gap.from_s < transfer.at_s < gap.to_s]
        moved = sum(transfer.amount_li for transfer in certain)
        matched.append(replace(gap, transferred_li=moved, why=_listed(certain)) if certain else gap)
    return matched


def by_other_causes(
    found: Sequence[Gap],
    rounds: pd.DataFrame,
    missing: Sequence[tuple[int, int]],
    lacking: Sequence[SummaryExcess],
    converted: Mapping[date, int],
    zone: ZoneInfo,
) -> list[Gap]:
    """Name what transfers left open: rounds missing, a jackpot, a bonus, or unexplained.

    `missing` are windows (start, end) in which rounds are known to be missing; `lacking` is what the
    provider's summaries have beyond the rounds; `converted` is the cash (li) that bonuses became, by the day
    on which they were created.
    """
    jackpots: list[int | None] = [
        None if pd.isna(amount) else amount for amount in rounds["jackpot_amount_li"].tolist()
    ]
    open_gaps = [gap for gap in found if gap.cause is Cause.UNEXPLAINED]
    in_sum = sum(gap.unexplained_li for gap in open_gaps)
    absent = {one.gain_li: one.games for one in lacking if one.gain_li}
    if len(open_gaps) > 1 and lacking and in_sum == sum(one.gain_li for one in lacking) != 0:
        absent |= {gap.unexplained_li: listed(one.games for one in lacking) for gap in open_gaps}

    def named(gap: Gap) -> Gap:
        if any(start <= gap.to_s and gap.from_s < end for start, end in missing):
            return _with(gap, Cause.MISSING, text("the provider did not give all rounds of this time"))
        if gap.unexplained_li in absent:
            more = text("the provider's summary has more of {games}", games=absent[gap.unexplained_li])
            return _with(gap, Cause.MISSING, more)
        if jackpots[gap.row - 1] == gap.unexplained_li:
            return _with(gap, Cause.JACKPOT, text("as much as the jackpot of the round before"))
        last_day = datetime.fromtimestamp(gap.to_s, zone).date()
        days = [
            day for day, cash_li in converted.items() if cash_li == gap.unexplained_li and day <= last_day
        ]
        if gap.unexplained_li > 0 and days:
            label = days_label(max(days), max(days))
            return _with(gap, Cause.BONUS, text("as much cash as the bonuses of {day} became", day=label))
        return gap

    return [named(gap) if gap.cause is Cause.UNEXPLAINED else gap for gap in found]


def gaps_text(found: Sequence[Gap], currency: str | None) -> str:
    """How often the balance jumped and why, in one sentence."""
    if not found:
        return text("The balance runs on from round to round without a jump.")
    parts = []
    for cause, sentence in _IN_SENTENCE.items():
        rests_li = [gap.unexplained_li for gap in found if gap.cause is cause]
        if rests_li:
            moved = with_plus(money(sum(rests_li), currency))
            parts.append(text(sentence.key, count=count(len(rests_li)), amount=moved))
    return plural(
        "The balance jumps once between two rounds: {causes}.",
        "The balance jumps {n} times between two rounds: {causes}.",
        len(found),
        causes=listed(parts),
    )


def _with(gap: Gap, cause: Cause, words: str) -> Gap:
    return replace(gap, cause=cause, why="; ".join(part for part in (gap.why, words) if part))


def _longest_run(amounts: Sequence[int], wanted: int) -> tuple[int, int] | None:
    """Return first and end of the longest run of amounts with this sum, None if there is none."""
    seen: dict[int, int] = {}
    best: tuple[int, int] | None = None
    total = 0
    for end, amount in enumerate((0, *amounts)):
        total += amount
        seen.setdefault(total, end)
        first = seen.get(total - wanted)
        if first is not None and first < end and (best is None or end - first > best[1] - best[0]):
            best = (first, end)
    return best


def _listed(found: Collection[Transfer]) -> str:
    """Transfers in words; of many the first few and how many more."""
    shown = listed(
        text("deposit of {amount}", amount=money(transfer.amount_li))
        if transfer.amount_li > 0
        else text("withdrawal of {amount}", amount=money(-transfer.amount_li))
        for transfer in list(found)[:_MOST_LISTED]
    )
    more = len(found) - _MOST_LISTED
    return plural("{names} and {n} more", "{names} and {n} more", more, names=shown) if more > 0 else shown
