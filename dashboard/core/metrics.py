from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from operator import add, attrgetter, sub
from typing import Any, Final, Generic, Literal, TypeVar

from dashboard.core.text import Message, later, text

S = TypeVar("S")
Number = int | Fraction
"""An exact value: li where the unit is money, a plain ratio (0.04 is 4 %), or a count."""


class Unit(StrEnum):
    """What a metric's numbers are; amounts and counts change by percent, ratios by percentage points."""

    MONEY = "money"
    RATIO = "ratio"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over rounds. Amounts in li; `gain_li` is the players' net result, as `gain_amount`."""

    bet_count: int = 0
    bet_amount_li: int = 0
    gain_li: int = 0
    company_gain_li: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*map(add, _sums(self), _sums(other)))

    def __sub__(self, other: "Totals") -> "Totals":
        return Totals(*map(sub, _sums(self), _sums(other)))


_sums: Final = attrgetter(*(field.name for field in fields(Totals)))


@dataclass(frozen=True, slots=True)
class BonusTotals:
    """What has become of the bonuses created in a period (document 1.4, its names). Amounts in li.

    Two numbers come from other answers and are None where these failed or do not exist: `open_count`, the
    bonuses that are active or wagering, and `company_gain_li`, the gain of all games in the same period.
    """

    release_count: int
    used_count: int
    release_bonus_li: int
    converted_cash_li: int
    bet_amount_li: int
    win_amount_li: int
    open_count: int | None = None
    company_gain_li: int | None = None


@dataclass(frozen=True, slots=True)
class Metric(Generic[S]):
    """One number of the business: what it is called, how it is made, and which direction is good.

    `of` takes sums of one kind (`Totals`, `BonusTotals`) and returns None where the metric has no denominator
    or a part of it is not known. `label_key` and `made_of` are words of `core.text`, which are said where
    they are read. Source: numbers.md, the first table.
    """

    key: str
    label_key: str
    unit: Unit
    good: Literal["up", "down", "neither"]
    made_of: Message
    of: Callable[[S], Number | None]

    @property
    def label(self) -> str:
        """What the metric is called."""
        return text(self.label_key)

    @property
    def formula(self) -> str:
        """How the metric is made, in a sentence."""
        return str(self.made_of)


METRICS: Final[tuple[Metric[Totals], ...]] = (
    Metric(
        "bet_amount",
        "Bet amount",
        Unit.MONEY,
        "up",
        later("The sum of all bets (turnover)."),
        lambda totals: totals.bet_amount_li,
    ),
    Metric(
        "company_gain",
        "Company gain",
        Unit.MONEY,
        "up",
        later(
            "What players lost minus what they won (gross gaming revenue), before bonuses, taxes and fees."
        ),
        lambda totals: totals.company_gain_li,
    ),
    Metric(
        "hold",
        "Hold",
        Unit.RATIO,
        "up",
        later("Company gain ÷ bet amount. The part of the bets that the company keeps."),
        lambda totals: _ratio(totals.company_gain_li, totals.bet_amount_li),
    ),
    Metric(
        "rtp",
        "RTP",
        Unit.RATIO,
        "neither",
        later("(Bet amount + players' net result) ÷ bet amount. The part of the bets that players get back."),
        lambda totals: _ratio(totals.bet_amount_li + totals.gain_li, totals.bet_amount_li),
    ),
    Metric("bets", "Bets", Unit.COUNT, "up", later("The number of bets."), lambda totals: totals.bet_count),
    Metric(
        "average_bet",
        "Average bet",
        Unit.MONEY,
        "neither",
        later("Bet amount ÷ number of bets."),
        lambda totals: _ratio(totals.bet_amount_li, totals.bet_count),
    ),
)
METRIC: Final = {metric.key: metric for metric in METRICS}

BONUS_METRICS: Final[tuple[Metric[BonusTotals], ...]] = (
    Metric(
        "bonus_issued",
        "Issued",
        Unit.COUNT,
        "neither",
        later("The number of bonuses created in the period (“BG issued”, as the provider calls a bonus)."),
        lambda bonuses: bonuses.release_count,
    ),
    Metric(
        "bonus_used",
        "Used",
        Unit.COUNT,
        "neither",
        later("How many of them were used (“BG used”)."),
        lambda bonuses: bonuses.used_count,
    ),
    Metric(
        "use_rate",
        "Use rate",
        Unit.RATIO,
        "neither",
        later("Used ÷ issued."),
        lambda bonuses: _ratio(bonuses.used_count, bonuses.release_count),
    ),
    Metric(
        "bonus_open",
        "Active or wagering",
        Unit.COUNT,
        "neither",
        later(
            "How many of them are in the provider's states “Active” or “Wagering”: what becomes of these can"
            " still change."
        ),
        lambda bonuses: bonuses.open_count,
    ),
    Metric(
        "bonus_amount",
        "Bonus amount",
        Unit.MONEY,
        "neither",
        later("“Total bonus amount issued for used BG”: as the provider gives it, without bonuses not used."),
        lambda bonuses: bonuses.release_bonus_li,
    ),
    Metric(
        "converted_cash",
        "Converted to cash",
        Unit.MONEY,
        "neither",
        later("“Total bonus amount successfully converted to cash”."),
        lambda bonuses: bonuses.converted_cash_li,
    ),
    Metric(
        "conversion_rate",
        "Conversion rate",
        Unit.RATIO,
        "neither",
        later("Converted to cash ÷ bonus amount (of used bonuses). Winnings can carry it over 100 %."),
        lambda bonuses: _ratio(bonuses.converted_cash_li, bonuses.release_bonus_li),
    ),
    Metric(
        "bonus_wagered",
        "Wagered",
        Unit.MONEY,
        "neither",
        later("“Total bet amount during wagering period”."),
        lambda bonuses: bonuses.bet_amount_li,
    ),
    Metric(
        "bonus_win",
        "Win during wagering",
        Unit.MONEY,
        "neither",
        later(
            "“Total win amount during wagering period”. The provider does not say whether the bets are taken"
            " off; the example in its document is negative."
        ),
        lambda bonuses: bonuses.win_amount_li,
    ),
    Metric(
        "bonus_cost",
        "Bonus cost",
        Unit.RATIO,
        "down",
        later(
            "Converted to cash ÷ company gain of all games and players in the period, whatever the filter."
            " None where there is no gain, nor for another merchant, whose gain is not known here."
        ),
        lambda bonuses: (
            _ratio(bonuses.converted_cash_li, bonuses.company_gain_li)
            if bonuses.company_gain_li is not None and bonuses.company_gain_li > 0
            else None
        ),
    ),
    Metric(
        "net_gain",
        "Net gain after bonus",
        Unit.MONEY,
        "up",
        later(
            "Company gain of the period − what the bonuses created in it have converted to cash so far: those"
            " still active or wagering can lower it. Leaves out taxes, fees and the provider's share."
        ),
        lambda bonuses: (
            None if bonuses.company_gain_li is None else bonuses.company_gain_li - bonuses.converted_cash_li
        ),
    ),
)
BONUS_METRIC: Final = {metric.key: metric for metric in BONUS_METRICS}


@dataclass(frozen=True, slots=True)
class Change:
    """How a metric moved against an earlier value.

    `value` is a ratio: 0.042 is +4.2 % for amounts and counts, −0.0031 is −0.31 percentage points for ratios.
    It is None where there is nothing to compare with, and `reason` then says why. `difference` is now minus
    before in the metric's own unit. `verdict` is how to colour it; a change too small to matter is neutral.
    """

    value: Fraction | None
    difference: Number | None
    verdict: Literal["good", "bad", "neutral"]
    reason: str = ""


# Smaller changes are not coloured (as the neutral range of Evidence's delta): half a percent of an amount, a
# twentieth of a percentage point.
_NEUTRAL: Final = {
    Unit.MONEY: Fraction(5, 1000),
    Unit.COUNT: Fraction(5, 1000),
    Unit.RATIO: Fraction(5, 10000),
}


def change(metric: Metric[S], now: S | None, before: S | None) -> Change:
    """Compare two sums by one metric; a side that is None is not known.

    Amounts and counts change relative to the absolute of the earlier one (none if that is 0), ratios by their
    difference. Source: numbers.md.
    """
    value_now = None if now is None else metric.of(now)
    value_before = None if before is None else metric.of(before)
    if value_now is None:
        return Change(None, None, "neutral", text("There is no value for this period."))
    if value_before is None:
        return Change(None, None, "neutral", text("There is no earlier value to compare with."))
    difference = value_now - value_before
    if metric.unit is Unit.RATIO:
        return _judged(metric, Fraction(difference), difference)
    if value_before == 0:
        reason = text("The earlier value is 0, so there is no change in percent.")
        return Change(None, difference, "neutral", reason)
    return _judged(metric, difference / abs(Fraction(value_before)), difference)


def _judged(metric: Metric[Any], value: Fraction, difference: Number) -> Change:
    if metric.good == "neither" or abs(value) < _NEUTRAL[metric.unit]:
        return Change(value, difference, "neutral")
    return Change(value, difference, "good" if (value > 0) == (metric.good == "up") else "bad")


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
