"""Values of the past and of now, by the same functions: sums over windows, noise, silence. Pure.

Time is cut into quarters of an hour, or minutes, side by side; a value belongs to the end of its window.
Where something in a window is not known there is no value. Sums are exact; what noise does is measured on the
eight weeks before, so that a rule that is tried on the past knows nothing of its future.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
QUARTER_S: Final = 900
DAY: Final = 96
"""Quarters of a day."""
WEEK: Final = 7 * DAY
HISTORY: Final = 8 * WEEK
"""What is usual is that of so many quarters before."""
_LEAST: Final = 2 * WEEK
"""With less history nothing is usual."""
_MAD: Final = 1.4826
"""The median of absolute deviations is so much smaller than the standard deviation of a normal variable."""
UNKNOWN: Final = np.iinfo(np.int64).min
"""In the place of a value that is not known."""
SILENCES_A_YEAR: Final = 1.0
"""100 % is a silence so long that at this time of day so many of them come in a year by chance."""
_SHORTEST_MIN: Final = 5
_FEWEST: Final = 50
"""Bets that must lack where almost no silence was ever seen."""
_ALIKE: Final = (1.5, 3, 10)
_TAIL: Final = 60
"""The longest silences by which it is told how rare longer ones are."""


@dataclass(frozen=True, slots=True, eq=False)
class Quarters:
    """Sums of quarters of an hour side by side, the first at `first_s`; amounts in li.

    `gain_li` is the company's. What is not `known` is not in the archive, or not over.
    """

    first_s: int
    bets: Ints
    bet_li: Ints
    gain_li: Ints
    known: Bools

    def ends_s(self) -> Ints:
        """When each of them ends."""
        return self.first_s + QUARTER_S * np.arange(1, len(self.bets) + 1, dtype=np.int64)


def summed(values: Ints, known: Bools, count: int) -> Ints:
    """Return the sum of each quarter and those before it, `count` in all."""
    return np.where(_whole(known, count), _rolled(values, count), UNKNOWN)


def rtp(quarters: Quarters, count: int) -> Ints:
    """Return the RTP over as many quarters, in hundredths of a percent; none without bets."""
    bet_li = _rolled(quarters.bet_li, count)
    won_li = bet_li - _rolled(quarters.gain_li, count)
    is_known = _whole(quarters.known, count) & (bet_li > 0)
    return np.where(is_known, _over(won_li * 10_000.0, bet_li), UNKNOWN).astype(np.int64)


def average_bet(quarters: Quarters, count: int) -> Ints:
    """Return the average bet over as many quarters, in whole li; none without bets."""
    bets = _rolled(quarters.bets, count)
    is_known = _whole(quarters.known, count) & (bets > 0)
    return np.where(is_known, _rolled(quarters.bet_li, count) // np.maximum(bets, 1), UNKNOWN)


def gain_noise(quarters: Quarters, count: int) -> Ints:
    """Return how far the gain over as many quarters is from what the bets should leave, in hundredths of SE.

    Of a bet amount B the history's hold leaves hB, give or take √(B·Σr²/ΣB), r being what quarters of the
    history have left beyond hB. Those with a big win are among them: what luck does is heavy-tailed.
    """
    known = quarters.known.astype(np.float64)
    bet, gain = quarters.bet_li * known, quarters.gain_li * known
    of = [_before(values, HISTORY, count) for values in (bet, gain, gain * gain, gain * bet, bet * bet)]
    bets, gains, gg, gb, bb = of
    hold = _over(gains, bets)
    per_li = _over(gg - 2 * hold * gb + hold * hold * bb, bets)
    now_bet, now_gain = _rolled(quarters.bet_li, count), _rolled(quarters.gain_li, count)
    noise = np.sqrt(np.maximum(per_li * now_bet, 0))
    z = _over((now_gain - hold * now_bet) * 100, noise)
    is_known = _whole(quarters.known, count) & (noise > 0) & _enough(quarters.known, count)
    return np.where(is_known, z, UNKNOWN).astype(np.int64)


def bets_noise(quarters: Quarters, count: int) -> Ints:
    """Return how far bets over as many quarters are from the same hours of other weeks, in hundredths of SE.

    A standard error is what these hours are off in half of all weeks, times 1.48 (MAD).
    """
    now = _rolled(quarters.bets, count).astype(np.float64)
    whole = _whole(quarters.known, count)
    now[~whole] = np.nan
    weeks = np.full((HISTORY // WEEK, len(now)), np.nan)
    for week in range(1, HISTORY // WEEK + 1):
        if week * WEEK < len(now):
            weeks[week - 1, week * WEEK :] = now[: -week * WEEK]
    seen = np.sum(~np.isnan(weeks), axis=0)
    with np.errstate(all="ignore"):
        filled = np.where(seen >= 3, weeks, 0.0)
        usual = np.nanmedian(filled, axis=0)
        # So few weeks say little of their spread: that of all hours of the history together does.
        off = np.abs(now - usual) / np.maximum(usual, 1)
    spread = _median_before(np.where(seen >= 3, off, np.nan))
    noise = np.maximum(usual, 1) * spread * _MAD
    z = _over((now - usual) * 100, noise)
    is_known = whole & (seen >= 3) & (noise > 0)
    return np.where(is_known, z, UNKNOWN).astype(np.int64)


def silences(minutes: Ints, expected: Floats) -> Ints:
    """Return of each minute how long it has been silent, against the longest usual silence.

    In hundredths of a percent of that. `minutes` are bets a minute, `expected` what the same minutes of other
    days have (`usual_minutes`). A silence is as long as the bets that it lacks.
    """
    lacked = lacking(minutes, expected)
    ends = np.flatnonzero((minutes[1:] > 0) & (minutes[:-1] == 0))
    limits = np.full(len(minutes), np.nan)
    for start in range(0, len(minutes), 60):
        before = ends[: np.searchsorted(ends, start)]
        limits[start : start + 60] = silence_limit(
            lacked[before], expected[before], start, float(expected[start])
        )
    return np.where(np.isfinite(limits), _over(lacked * 10_000, limits), UNKNOWN).astype(np.int64)


def lacking(minutes: Ints, expected: Floats) -> Floats:
    """Return of each minute how many bets usually come in as long as the silence that it is in."""
    running = np.cumsum(np.nan_to_num(expected))
    since = np.maximum.accumulate(np.where(minutes > 0, np.arange(len(minutes)), -1))
    at_last = np.where(since >= 0, running[np.maximum(since, 0)], 0)
    return np.asarray(running - at_last)


def silence_limit(lacked: Floats, busy: Floats, over_min: int, rate: float) -> float:
    """Return how many bets may lack at a usual `rate` a minute; NaN where none is known.

    `lacked` are silences of `over_min` minutes before, at the usual rates `busy`. The longest of minutes as
    busy, or nearly, tell how rare longer ones are: beyond a threshold they come as an exponential law has it.
    Players come in clusters: it is no Poisson process whose silences could be calculated. Of busier hours,
    which have too few, less busy ones tell: there a silence lacks more.
    """
    if not rate > 0 or over_min < _LEAST * 15:
        return float("nan")
    for factor in _ALIKE:
        longest = np.sort(lacked[(busy > rate / factor) & (busy < rate * factor)])[-_TAIL:]
        if len(longest) >= _TAIL // 2:
            beyond = float(np.mean(longest - longest[0]))
            in_a_year = len(longest) * 525_600 / over_min
            rare = longest[0] + beyond * float(np.log(max(in_a_year / SILENCES_A_YEAR, 1)))
            return float(max(rare, rate * _SHORTEST_MIN))
    return max(float(lacked.max(initial=0)) * 2, rate * _SHORTEST_MIN, _FEWEST)


def usual_minutes(quarters: Quarters) -> Floats:
    """Return the usual bets a minute in each quarter: of the same time of day, on all days before."""
    bets = np.where(quarters.known, quarters.bets, np.nan).astype(np.float64)
    days = -(-len(bets) // DAY)
    grid = np.full(days * DAY, np.nan)
    grid[: len(bets)] = bets
    by_day = grid.reshape(days, DAY)
    count = np.cumsum(~np.isnan(by_day), axis=0)
    total = np.nancumsum(by_day, axis=0)
    usual = np.full((days, DAY), np.nan)
    usual[1:] = _over(total[:-1], count[:-1])
    usual[_days_before(count) < 7] = np.nan
    flat = usual.reshape(-1)[: len(bets)]
    # Three quarters together: single ones scatter.
    padded = np.concatenate((flat[:1], flat, flat[-1:]))
    return np.asarray((padded[:-2] + padded[1:-1] + padded[2:]) / 3 / 15)


def _days_before(count: Ints) -> Ints:
    """Return how many days before each one are known."""
    return np.vstack((np.zeros((1, count.shape[1]), count.dtype), count[:-1]))


def _rolled(values: Ints, count: int) -> Ints:
    running = np.concatenate((np.zeros(1, values.dtype), np.cumsum(values)))
    first = np.maximum(np.arange(len(values)) + 1 - count, 0)
    return np.asarray(running[1:] - running[first])


def _whole(known: Bools, count: int) -> Bools:
    enough = np.arange(len(known)) + 1 >= count
    return np.asarray(enough & (_rolled(known.astype(np.int64), count) == count))


def _before(values: Floats, history: int, count: int) -> Floats:
    """Return the sum over the history that ends where a window of `count` begins."""
    running = np.concatenate((np.zeros(1), np.cumsum(values)))
    end = np.maximum(np.arange(len(values)) + 1 - count, 0)
    return np.asarray(running[end] - running[np.maximum(end - history, 0)])


def _enough(known: Bools, count: int) -> Bools:
    return _before(known.astype(np.float64), HISTORY, count) >= _LEAST


def _median_before(off: Floats) -> Floats:
    """Return the median of all before, anew for each day."""
    found = np.full(len(off), np.nan)
    for start in range(DAY, len(off), DAY):
        before = off[max(start - HISTORY, 0) : start]
        before = before[~np.isnan(before)]
        if len(before) >= WEEK // 2:
            found[start : start + DAY] = np.median(before)
    return found


def _over(above: Any, below: Any) -> Floats:
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.asarray(above / below, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
