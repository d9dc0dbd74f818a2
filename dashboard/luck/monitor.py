"""Whether a game pays out more, or less, than it should, looked at each hour: an e-detector of its RTP.

X = w / b is what a draw gave back per stake, ρ the RTP to expect. Against "E[X | past] ≤ ρ" an hour's
evidence is L = Π (1 + λ (X − ρ)) over its draws, 0 < λ < 1 / ρ: a non-negative supermartingale, whatever the
tail of the payoffs (Waudby-Smith & Ramdas, JRSS-B 2024; Mineiro, arXiv 2210.11133). A game may break after a
good year, so M ← (M + 1) · L each hour (Shiryaev–Roberts), averaged over a few λ. However often one looks,
the mean time to a false alarm at M ≥ A is A hours or more, without an approximation (Shin, Ramdas & Rinaldo,
New England Journal of Statistics in Data Science 2024). Hours count in which the game was played.

Underpaying is the same of X cut at c, the other way round: 1 − λ (min(X, c) − ρ_c), 0 < λ < 1 / (c − ρ_c),
ρ_c the mean of what is cut: uncut, a single win would end all evidence.

What guarantee there is, is that of ρ: an RTP that is known from a reference alone must be its upper end for
overpaying, its lower end for underpaying (`reference_bounds`). All evidence is in natural logarithms.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import expm1, inf, log, log1p, sqrt
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

K = TypeVar("K", bound=Hashable)
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ALARM: Final = 87_600
"""M at which there is an alarm: at most one false alarm in 10 years of a game."""
CUT: Final = 100.0
ALPHA: Final = 0.05
_ETA2: Final = 7.9e-5
"""η² for which the bounds are tightest near 100,000 rounds: (q + log(q + 1)) / 10⁵ with q = −2 log 0.05."""


@dataclass(frozen=True, slots=True)
class Detector:
    """What is watched for: `sign` 1 overpaying, −1 underpaying; X is cut at `cut`. Each λ bets for itself."""

    sign: int
    lambdas: tuple[float, ...]
    cut: float = inf

    def log_factors(self, x: Floats, rtp: float | Floats) -> Floats:
        """Return log(1 ± λ (min(x, cut) − ρ)) of n draws, n × λ; `rtp` is the mean of what is cut.

        It may be one for all draws or one of each. Raises ValueError for an RTP at which a single draw could
        end all evidence.
        """
        if not np.all(self.can_watch(rtp)):
            raise ValueError(f"An RTP of {rtp} cannot be watched")
        bets = self.sign * np.array(self.lambdas)
        return np.asarray(np.log1p(np.multiply.outer(np.minimum(x, self.cut) - rtp, bets)))

    def can_watch(self, rtp: float | Floats) -> npt.NDArray[np.bool_]:
        """Whether no single draw can end all evidence against such an RTP; NaN is none."""
        worst = np.asarray(rtp if self.sign > 0 else self.cut - rtp)
        return np.asarray((np.asarray(rtp) > 0) & (max(self.lambdas) * worst < 1))


OVERPAYING: Final = Detector(1, (0.003, 0.01, 0.03, 0.1))
UNDERPAYING: Final = Detector(-1, (0.0003, 0.001, 0.003, 0.01), CUT)


@dataclass(frozen=True, slots=True)
class DrawReturns:
    """Draws of one game or more, ordered by game and hour; arrays of one length. `x` is w / b of a draw.

    `stake_li` is the mean bet of its paid rounds.
    """

    game_id: Ints
    start_s: Ints
    x: Floats
    stake_li: Floats


def after_hour(log_m: Floats, log_l: Floats) -> Floats:
    """Return log M of each λ (the last axis) after an hour with the evidence `log_l`: M ← (M + 1) · L."""
    return np.asarray(np.logaddexp(log_m, 0) + log_l)


def mixed(log_m: Floats) -> Floats:
    """Average M over λ, the last axis, in logarithms."""
    by_lambda = np.ascontiguousarray(np.moveaxis(log_m, -1, 0))  # few rows are quicker than few columns
    return np.asarray(np.logaddexp.reduce(by_lambda) - log(len(by_lambda)))


def draw_returns(
    game_id: Ints, draw_id: Ints, user_id: Ints, start_s: Ints, bet_li: Ints, gain_li: Ints
) -> DrawReturns:
    """Make draws of rounds (columns of one length, in the order of time): X = Σw / Σb of a draw.

    Ids of draws and players are numbers here, whichever, one for each.
    Rounds of one draw share their luck. A round without a bet (a free spin) belongs to the player's last paid
    round of that game; where that is not among the rounds, it is left out. A draw is of its first hour. What
    was taken back, so that nothing was bet or less than nothing given back, is no draw.
    """
    owner = paid_rounds(game_id, user_id, bet_li)
    kept = owner >= 0
    owner, won_li = owner[kept], (bet_li + gain_li)[kept]
    games, ids = game_id[owner], draw_id[owner]
    order = np.lexsort((ids, games))
    games, ids = games[order], ids[order]
    firsts = np.flatnonzero(begins(games, ids))
    if not len(firsts):
        return DrawReturns(games, games, np.empty(0), np.empty(0))
    staked = bet_li[kept][order]
    bets, paid = np.add.reduceat(staked, firsts), np.add.reduceat((staked > 0).astype(np.int64), firsts)
    won = np.add.reduceat(won_li[order], firsts)
    begun_s, of_games = np.minimum.reduceat(start_s[owner][order], firsts), games[firsts]
    by_hour = np.lexsort((begun_s, of_games))
    by_hour = by_hour[((bets > 0) & (won >= 0))[by_hour]]
    bets = bets[by_hour]
    return DrawReturns(of_games[by_hour], begun_s[by_hour], won[by_hour] / bets, bets / paid[by_hour])


def paid_rounds(game_id: Ints, user_id: Ints, bet_li: Ints) -> Ints:
    """For each round the place of the paid round that it belongs to; −1 where there is none."""
    places = np.arange(len(bet_li))
    free = bet_li <= 0
    if not free.any():
        return places
    order = np.lexsort((places, user_id, game_id))
    firsts = np.where(begins(game_id[order], user_id[order]), places, 0)
    last_paid = np.maximum.accumulate(np.where(free[order], -1, places))
    owner = np.empty_like(places)
    owner[order] = np.where(last_paid >= np.maximum.accumulate(firsts), order[np.maximum(last_paid, 0)], -1)
    return owner


def begins(*columns: Ints) -> npt.NDArray[np.bool_]:
    """Whether a row differs from the one before; the first does."""
    found = np.zeros(len(columns[0]), np.bool_)
    found[:1] = True
    for column in columns:
        found[1:] |= column[1:] != column[:-1]
    return found


def discoveries(log_es: Mapping[K, float]) -> list[K]:
    """Return which of many games stand out today, the strongest first: at most `ALPHA` of them by mistake.

    e-BH over G games: the k largest, for the largest k whose e ≥ G / (α k) (Wang & Ramdas, JRSS-B 2022),
    whatever depends on whatever. It takes e-values of now (`course.Course.log_es`), not their largest so far.
    """
    ranked = sorted(log_es, key=lambda key: -log_es[key])
    enough = (k for k, key in enumerate(ranked, start=1) if log_es[key] >= log(len(ranked) / (ALPHA * k)))
    return ranked[: max(enough, default=0)]


def hours_to_alarm(watch: Detector, sample: Floats, rtp: float, times: float, rounds: float) -> float:
    """Return after about how many hours of so many rounds a game that pays `times` what it should is found.

    `sample` are multiples X of honest rounds, `rtp` their mean (as they are cut, for underpaying). The best λ
    gains g = rounds · E log(1 ± λ (times · X − ρ)) an hour, and its M is e^g + … + e^{g t} after t of them;
    with four λ, t = log(1 + 4 A (1 − e^−g)) / g. ∞ where none gains.
    """
    gained = rounds * float(watch.log_factors(sample * times, rtp).mean(axis=0).max())
    return log1p(len(watch.lambdas) * ALARM * -expm1(-gained)) / gained if gained > 0 else inf


def visible_times(watch: Detector, sample: Floats, rtp: float, rounds: float, hours: float) -> float | None:
    """Return the smallest fault that so many hours of so many rounds could have shown.

    1.2 pays a fifth more than it should; for underpaying 0.8 a fifth less. None where nothing up to tenfold,
    or down to nothing, could have been seen. `sample` and `rtp` are those of `hours_to_alarm`.
    """
    hidden, seen = 1.0, 10.0 if watch.sign > 0 else 0.0
    if hours_to_alarm(watch, sample, rtp, seen, rounds) > hours:
        return None
    while abs(seen - hidden) > 1e-5:
        middle = (hidden + seen) / 2
        if hours_to_alarm(watch, sample, rtp, middle, rounds) > hours:
            hidden = middle
        else:
            seen = middle
    return seen


def reference_bounds(rtp: float, sigma: float, rounds: float) -> tuple[float, float]:
    """Return the ends of the confidence sequence of an RTP that was measured over so many effective rounds.

    rtp ± σ √(2 (n η² + 1) / (n² η²) · log(√(n η² + 1) / α)): it holds at all times at once, as the reference
    grows, for n large (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, Annals of Statistics 2024). `sigma` is
    the spread per unit of stake, with what a sample without a big win does not show (docs/luck.md).
    """
    wide = rounds * _ETA2 + 1
    half = sigma * sqrt(2 * wide / (rounds**2 * _ETA2) * log(sqrt(wide) / ALPHA))
    return rtp - half, rtp + half
