"""What the provider changed of days that were over, in words. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.core import formats
from dashboard.core.periods import business_day, days_label
from twoj_client.changes import Restatement

_MOST_NAMED: Final = 5
# Under the documents' names: the words, whether it is money, and the sign in which pages show it.
_WORDS: Final = {
    "bet_count": ("bets", False, 1),
    "bet_amount": ("bet amount", True, 1),
    "gain_amount": ("company gain", True, -1),
    "win_amount": ("won by players", True, 1),
    "release_count": ("bonuses", False, 1),
    "used_count": ("bonuses used", False, 1),
    "release_bonus": ("bonus amount", True, 1),
    "converted_cash": ("converted to cash", True, 1),
}


def changed_text(changes: Iterable[Restatement], zone: ZoneInfo, currency: str | None) -> tuple[str, ...]:
    """Say what changed, in one sentence, by days of `zone`; nothing where nothing did.

    `changes` are of parts that lie beside each other: what they say of the same days is added up.
    """
    by_days: dict[tuple[date, date], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for change in changes:
        start, end = (datetime.fromtimestamp(at_s, UTC) for at_s in change.window)
        days = business_day(start, zone), business_day(end - timedelta(seconds=1), zone)
        for name, number in change.by.items():
            by_days[days][name] += number
    said = [f"{days_label(*days)}: {_sums(by, currency)}" for days, by in sorted(by_days.items())]
    if not said:
        return ()
    is_days = all(first == last for first, last in by_days)
    what = formats.many(len(said), "day" if is_days else "stretch of days")
    what = what.replace("stretch of dayss", "stretches of days")
    since = "it was" if len(said) == 1 else "they were"
    more = f"; and {len(said) - _MOST_NAMED} more" if len(said) > _MOST_NAMED else ""
    return (f"The provider changed {what} since {since} first read: {'; '.join(said[:_MOST_NAMED])}{more}.",)


def _sums(by: dict[str, Decimal], currency: str | None) -> str:
    parts = []
    for name, (words, is_money, sign) in _WORDS.items():
        number = Fraction(by.get(name, Decimal())) * sign
        if number:
            text = formats.money(number, currency, 2) if is_money else formats.count(number)
            parts.append(f"{words} {'+' if number > 0 else ''}{text}")
    return ", ".join(parts) or "moved between its parts"
