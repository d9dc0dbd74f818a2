"""Where the month ends: the gain of its days so far, what those to come should bring, and a band around it.

The gain to expect of a coming day is level × factor of its weekday. The level is the mean of the last eight
weeks with weekdays taken out, each week weighing three quarters of the one after it; the factors of n weeks
are shrunk towards 1 as n / (n + 2). Off it may be by luck, whose variance for such stakes is known by day, by
the RTPs to expect, which are off the same way on all days (`adjusted_gain`), and by volume: by what sums of 7
days were off in the past, so that days which follow each other stay together (the variance of the moving
block bootstrap, Künsch, Annals of Statistics 17, 1989).

How many of these errors wide the band must be, past forecasts of as many days say: split conformal
prediction, in which a forecast weighs 0.99 of the one a day later, so that the band keeps its name where the
world changes (Barber, Candès, Ramdas & Tibshirani, Conformal prediction beyond exchangeability, Annals of
Statistics 51, 2023). How often it held, and the skill against the pace so far, are published with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BAND: Final = 0.8
_NORMAL: Final = 1.2816
"""So many standard errors on both sides hold 80 % of a normal error."""
_WEEK: Final = 7
_WEEKS: Final = 8
_LEAST_DAYS: Final = 28
_LEAST_PAST: Final = 10
_FADES: Final = 0.99
_DECIDES: Final = 0.5


@dataclass(frozen=True, slots=True)
class GainDay:
    """A finished day: its company gain and what of it was to be expected, in li, and how far luck carries it.

    `luck_var` is the square of luck's standard error, li²; `top_var` what of that is one player's, the
    largest of the whole time. `rtp_error_li` is how far off the RTPs to expect may put it.
    """

    gain_li: int
    theo_li: int
    luck_var: float
    top_var: float = 0.0
    rtp_error_li: float = 0.0


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """Where a month ends, in li: `low_li` and `high_li` hold it in 80 of 100 months like those before.

    `coverage` is how often the band held in the past, `skill` by how much less the forecast was off than the
    pace so far (0.3: by 30 %). Both are None where there were too few forecasts to tell: the band is then
    that of the forecast's own error, which no past has checked.
    `one_decides`: half or more of how far luck carries it is from one player.
    """

    known_li: int
    expected_li: int
    low_li: int
    high_li: int
    coverage: float | None
    skill: float | None
    one_decides: bool


def month_end(days: Sequence[GainDay], first: date, so_far: int, to_come: int) -> MonthEnd | None:
    """Forecast the gain of a month of `so_far` finished days and `to_come` others.

    `days` follow each other from the day `first` on, and end with the last finished one; those of the month
    are among them. None where there are fewer than 28.
    """
    if len(days) < _LEAST_DAYS:
        return None
    known_li = sum(day.gain_li for day in days[len(days) - so_far :])
    if not to_come:
        return MonthEnd(known_li, known_li, known_li, known_li, None, None, one_decides=False)
    theo, gain, luck, rtp_error = (
        np.array([getattr(day, name) for day in days], np.float64)
        for name in ("theo_li", "gain_li", "luck_var", "rtp_error_li")
    )
    weekdays = (np.arange(len(days) + to_come) + first.weekday()) % _WEEK
    mean, error = days_ahead(theo, luck, rtp_error, weekdays, to_come)
    off, wide, pace_off = [], [], []
    for end in range(_LEAST_DAYS, len(days) - to_come + 1):
        told, its_error = days_ahead(theo[:end], luck[:end], rtp_error[:end], weekdays, to_come)
        came = gain[end : end + to_come].sum()
        off.append(abs(came - told))
        wide.append(its_error)
        pace_off.append(abs(came - to_come * gain[max(end - max(so_far, 1), 0) : end].mean()))
    expected_li = known_li + round(mean)
    luck_var = sum(day.luck_var for day in days[-_LEAST_DAYS:])
    one_decides = sum(day.top_var for day in days[-_LEAST_DAYS:]) >= _DECIDES * luck_var > 0
    if len(off) <= _LEAST_PAST + to_come:
        half = round(_NORMAL * error)
        band = expected_li - half, expected_li + half
        return MonthEnd(known_li, expected_li, *band, None, None, one_decides)
    times, coverage = _conformal(np.array(off) / np.array(wide), to_come)
    half = round(times * error)
    skill = float(1 - sum(off) / sum(pace_off)) if sum(pace_off) else None
    return MonthEnd(
        known_li, expected_li, expected_li - half, expected_li + half, coverage, skill, one_decides
    )


def days_ahead(
    theo: Floats, luck: Floats, rtp_error: Floats, weekdays: npt.NDArray[np.int64], to_come: int
) -> tuple[float, float]:
    """Forecast the gain of the days after these, and the standard error of that."""
    end, start = len(theo), max(len(theo) - _WEEKS * _WEEK, 0)
    recent, of_week = theo[start:], weekdays[start:end]
    counts = np.bincount(of_week, minlength=_WEEK)
    means = np.bincount(of_week, recent, _WEEK) / np.maximum(counts, 1)
    whole = recent.mean() or 1.0
    factors = 1 + (means / whole - 1) * counts / (counts + 2)
    weights = 0.75 ** (np.arange(len(recent))[::-1] // _WEEK)
    level = (weights * recent).sum() / (weights * factors[of_week]).sum()
    mean = level * factors[weekdays[end : end + to_come]].sum()
    residuals = recent - level * factors[of_week]
    block = min(to_come, _WEEK)
    sums = np.convolve(residuals, np.ones(block), "valid")
    volume_var = (sums**2).mean() * to_come / block
    of_rtp = rtp_error[start:].mean() * to_come
    return float(mean), sqrt(volume_var + luck[start:].mean() * to_come + of_rtp**2) or 1.0


def _conformal(scores: Floats, to_come: int) -> tuple[float, float]:
    """Return how many errors the band is wide, and how often it held before.

    `scores` are of forecasts made day after day; how one was off is known once its days are over.
    """
    held = [
        scores[place] <= _times(scores[: place - to_come + 1])
        for place in range(_LEAST_PAST + to_come, len(scores))
    ]
    return _times(scores), float(np.mean(held))


def _times(scores: Floats) -> float:
    """How many errors wide the band is by these scores: their weighted quantile, one to come weighing 1."""
    order, weights = np.argsort(scores), _FADES ** np.arange(len(scores))[::-1]
    below = np.cumsum(weights[order]) / (weights.sum() + 1)
    at = min(int(np.searchsorted(below, BAND)), len(scores) - 1)
    return float(scores[order][at])
