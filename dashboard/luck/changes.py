"""What changed in a period, told from noise: few findings, each with the noise of its own past.

A candidate is an amount of the period beside those of the weeks before, shifted by whole weeks so that the
same hours of the same weekdays stand side by side. With y = log(amount) of n ≥ 5 weeks before, their mean m
and standard deviation s, the next week of an unchanged world is t = (y₀ − m) / (s √(1 + 1/n)) of Student's t
with n − 1 degrees of freedom (the prediction interval of a normal sample; Hahn & Meeker, *Statistical
Intervals*, 1991): few weeks make wide tails by themselves. A least s keeps weeks that happen to be alike from
making noise of nothing. Luck is measured in its standard errors instead, by those of the weeks before where
these were wilder than they should be.

A single hour of a week is set against the same hour of the weeks before in bets. These times as many, without
the level of the day (the median of its hours), are as good as normal by their cube root, since players come
in clusters (Wilson & Hilferty, PNAS 17, 1931), and measured by how they scattered in the past at that time
of all days. The hour must also go farther than any of these weeks did.

What is told are the findings of Benjamini & Hochberg (JRSS-B 57, 1995) over all candidates at 4 % and over
all hours at 0.1 %, and of the games that pay otherwise than they should those of e-BH
(`monitor.discoveries`); the largest money first, at most five. No finding is a good answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log, sqrt
from typing import Final

import numpy as np

from dashboard.luck.student import two_sided

LEAST_WEEKS: Final = 5
MOST: Final = 5
_ALPHA: Final = 0.04
_OF_HOURS: Final = 0.001
_DAYS: Final = 7
_LEAST_LEVEL: Final = 0.01
_LEAST_BETS: Final = 50
"""Of an hour, in the mean of the weeks before."""
_LEAST_SPREAD: Final = 0.02
"""Nobody needs to be told of what a week moves by two percent."""


class What(StrEnum):
    """What a finding is about."""

    BET_AMOUNT = "bet amount"
    BETS = "bets"
    LUCK = "luck"
    PLAYER = "player"
    RTP = "rtp"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An amount of a period, and the same of the weeks before, the newest first.

    `of` is the type, the game, the player or the hour (as ISO 8601, by local clocks); "" is all. Of luck the
    amounts are in standard errors. A change is worth `money_li`, where it is not the difference of the
    amounts itself.
    """

    what: What
    of: str
    now: float
    before: tuple[float, ...]
    money_li: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What changed: by which ratio against the mean of the weeks before (None for luck), worth how much."""

    what: What
    of: str
    now: float
    ratio: float | None
    money_li: int
    p: float


def findings(candidates: Sequence[Candidate]) -> list[Finding]:
    """Return what stands out of noise, the largest money first, at most five."""
    return by_money(_discovered([found for each in candidates if (found := _tested(each))], _ALPHA))


def by_money(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings of the largest money, five at most."""
    return sorted(found, key=lambda each: -abs(each.money_li))[:MOST]


def _discovered(told: Sequence[Finding], alpha: float) -> list[Finding]:
    ranked = sorted(told, key=lambda each: each.p)
    kept = max((k for k, each in enumerate(ranked, start=1) if each.p <= alpha * k / len(ranked)), default=0)
    return ranked[:kept]


def odd_hours(
    hours: Sequence[str], bets: Sequence[Sequence[int]], bet_li: Sequence[Sequence[int]]
) -> list[Finding]:
    """Return the hours of seven days whose bets stand out of those of the weeks before.

    `hours` names them, from the first on; `bets` and `bet_li` are those of this week and of the weeks before,
    the newest first. Of fewer than five weeks, nothing.
    """
    n = len(bets) - 1
    if n < LEAST_WEEKS:
        return []
    counts = np.array(bets, np.float64).reshape(n + 1, _DAYS, -1)
    usual = counts[1:].mean(axis=0)
    times = counts / np.maximum(usual, 1)
    roots = np.cbrt(times / np.maximum(np.median(times, axis=2, keepdims=True), _LEAST_LEVEL))
    left = roots - roots[1:].mean(axis=0)
    past, now = left[1:] / sqrt(1 - 1 / n), left[0] / sqrt(1 + 1 / n)
    spread = np.maximum(np.sqrt((past**2).mean(axis=(0, 1))), _LEAST_SPREAD)
    t, farthest = (now / spread).ravel(), np.abs(past / spread).max()
    usual_li = np.array(bet_li[1:], np.float64).mean(axis=0)
    told = [
        Finding(
            What.HOUR,
            hours[place],
            float(bets[0][place]),
            float(bets[0][place] / usual.ravel()[place]),
            round(bet_li[0][place] - usual_li[place]),
            two_sided(float(t[place]), (n - 1) * _DAYS),
        )
        for place in np.flatnonzero(usual.ravel() >= _LEAST_BETS).tolist()
    ]
    far = {hours[place] for place in np.flatnonzero(np.abs(t) > farthest).tolist()}
    return [each for each in _discovered(told, _OF_HOURS) if each.of in far]


def _tested(each: Candidate) -> Finding | None:
    if each.what is What.LUCK:
        return _luck(each)
    known = [amount for amount in each.before if amount > 0]
    if len(known) < max(LEAST_WEEKS, len(each.before)) or each.now <= 0:
        return None
    logs = [log(amount) for amount in known]
    mean = sum(logs) / len(logs)
    spread = sqrt(sum((value - mean) ** 2 for value in logs) / (len(logs) - 1))
    t = (log(each.now) - mean) / (max(spread, _LEAST_SPREAD) * sqrt(1 + 1 / len(logs)))
    usual = sum(known) / len(known)
    money_li = round(each.now - usual) if each.money_li is None else each.money_li
    return Finding(each.what, each.of, each.now, each.now / usual, money_li, two_sided(t, len(logs) - 1))


def _luck(each: Candidate) -> Finding | None:
    if len(each.before) < LEAST_WEEKS:
        return None
    # The mean of luck is known to be 0, so each week is one degree of freedom.
    wild = sqrt(sum(value**2 for value in each.before) / len(each.before))
    t = each.now / max(wild, 1.0)
    return Finding(each.what, each.of, each.now, None, each.money_li or 0, two_sided(t, len(each.before)))
