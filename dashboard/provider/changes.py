"""What the provider changed of days that were over, in words. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.core import formats
from dashboard.core.periods import business_day, days_label
from dashboard.core.text import Deferred, Words, later, listed, plural, text
from dashboard.provider import failures
from twoj_client.changes import Restatement

# Under the documents' names: the words, whether it is money, and the sign in which pages show it.
_WORDS: Final = {
    "bet_count": (later("bets"), False, 1),
    "bet_amount": (later("bet amount"), True, 1),
    "gain_amount": (later("company gain"), True, -1),
    "win_amount": (later("won by players"), True, 1),
    "release_count": (later("bonuses"), False, 1),
    "used_count": (later("bonuses used"), False, 1),
    "release_bonus": (later("bonus amount"), True, 1),
    "converted_cash": (later("converted to cash"), True, 1),
}

_Sums = dict[str, Decimal]


def changed(changes: Iterable[Restatement], zone: ZoneInfo, currency: str | None) -> tuple[Words, ...]:
    """Say what changed, in one sentence, by days of `zone`; nothing where nothing did.

    `changes` are of parts that lie beside each other: what they say of the same days is added up.
    """
    by_days: dict[tuple[date, date], _Sums] = defaultdict(lambda: defaultdict(Decimal))
    for change in changes:
        start, end = (datetime.fromtimestamp(at_s, UTC) for at_s in change.window)
        days = business_day(start, zone), business_day(end - timedelta(seconds=1), zone)
        for name, number in change.by.items():
            by_days[days][name] += number
    return (Deferred(_changed_text, (tuple(sorted(by_days.items())), currency)),) if by_days else ()


def _changed_text(by_days: Sequence[tuple[tuple[date, date], _Sums]], currency: str | None) -> str:
    said = [
        text("{days}: {sums}", days=days_label(*days), sums=_sums_text(by, currency)) for days, by in by_days
    ]
    what = failures.listed(said)
    if all(first == last for (first, last), _ in by_days):
        return plural(
            "The provider changed {n} day since it was first read: {what}.",
            "The provider changed {n} days since they were first read: {what}.",
            len(by_days),
            what=what,
        )
    return plural(
        "The provider changed {n} stretch of days since it was first read: {what}.",
        "The provider changed {n} stretches of days since they were first read: {what}.",
        len(by_days),
        what=what,
    )


def _sums_text(by: _Sums, currency: str | None) -> str:
    parts = []
    for name, (words, is_money, sign) in _WORDS.items():
        number = Fraction(by.get(name, Decimal())) * sign
        if number:
            amount = formats.money(number, currency, 2) if is_money else formats.count(number)
            parts.append(text("{what} {amount}", what=words, amount=formats.with_plus(amount)))
    return listed(parts) or text("moved between its parts")
