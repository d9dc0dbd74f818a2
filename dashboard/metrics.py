from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, Literal

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
        return Totals(
            self.bet_count + other.bet_count,
            self.bet_amount_li + other.bet_amount_li,
            self.gain_li + other.gain_li,
            self.company_gain_li + other.company_gain_li,
        )


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of the business: what it is called, how it is made, and which direction is good.

    `of` takes totals and returns None where the metric has no denominator. Source: numbers.md, the first
    table.
    """

    key: str
    label: str
    unit: Unit
    good: Literal["up", "down", "neither"]
    formula: str
    of: Callable[[Totals], Number | None]


METRICS: Final = (
    Metric(
        "bet_amount",
        "Bet amount",
        Unit.MONEY,
        "up",
        "The sum of all bets (turnover).",
        lambda totals: totals.bet_amount_li,
    ),
    Metric(
        "company_gain",
        "Company gain",
        Unit.MONEY,
        "up",
        "What players lost minus what they won (gross gaming revenue), before bonuses, taxes and fees.",
        lambda totals: totals.company_gain_li,
    ),
    Metric(
        "hold",
        "Hold",
        Unit.RATIO,
        "up",
        "Company gain ÷ bet amount. The part of the bets that the company keeps.",
        lambda totals: _ratio(totals.company_gain_li, totals.bet_amount_li),
    ),
    Metric(
        "rtp",
        "RTP",
        Unit.RATIO,
        "neither",
        "(Bet amount + players' net result) ÷ bet amount. The part of the bets that players get back.",
        lambda totals: _ratio(totals.bet_amount_li + totals.gain_li, totals.bet_amount_li),
    ),
    Metric("bets", "Bets", Unit.COUNT, "up", "The number of bets.", lambda totals: totals.bet_count),
    Metric(
        "average_bet",
        "Average bet",
        Unit.MONEY,
        "neither",
        "Bet amount ÷ number of bets.",
        lambda totals: _ratio(totals.bet_amount_li, totals.bet_count),
    ),
)
METRIC: Final = {metric.key: metric for metric in METRICS}


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


def change(metric: Metric, now: Totals | None, before: Totals | None) -> Change:
    """Compare two totals by one metric; a side that is None is not known.

    Amounts and counts change relative to the absolute of the earlier one (none if that is 0), ratios by their
    difference. Source: numbers.md.
    """
    value_now = None if now is None else metric.of(now)
    value_before = None if before is None else metric.of(before)
    if value_now is None:
        return Change(None, None, "neutral", "There is no value for this period.")
    if value_before is None:
        return Change(None, None, "neutral", "There is no earlier value to compare with.")
    difference = value_now - value_before
    if metric.unit is Unit.RATIO:
        return _judged(metric, Fraction(difference), difference)
    if value_before == 0:
        return Change(
            None, difference, "neutral", "The earlier value is 0, so there is no change in percent."
        )
    return _judged(metric, difference / abs(Fraction(value_before)), difference)


def _judged(metric: Metric, value: Fraction, difference: Number) -> Change:
    if metric.good == "neither" or abs(value) < _NEUTRAL[metric.unit]:
        return Change(value, difference, "neutral")
    return Change(value, difference, "good" if (value > 0) == (metric.good == "up") else "bad")


def _ratio(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
