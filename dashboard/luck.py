"""How far luck carries the RTP of a game: the band in which honest games of that volume fall.

Rounds, in the words of docs/numbers.md: b is the bet, w what the player got back, ρ = Σw / Σb the RTP.

**Standard error.** The RTP is a ratio estimator (Cochran, *Sampling Techniques*, 3rd ed., ch. 6), so

    SE(ρ̂) = σ / √n,   σ² = Σ(w − ρ b)² / Σb²,   n = (Σb)² / Σb²

with σ the spread per unit of stake and n the effective number of rounds: a few high stakes count for fewer
rounds than they are. Bets in the same draw (a wheel, a crash) win and lose together, so the sums run over
draws, not over bets (the draw is the cluster of Cochran's ch. 9A); where each bet has a draw of its own,
that is the same.

σ and the skewness γ of w / b come from a sample of many rounds, never from the period that is judged:
without a big win in it a short period has far too small a spread of its own, and honest games look like
thieves. Where the sample holds fewer than 2 000 effective rounds of a game, all rounds of its type are
taken.

Σb² of the period is not known, only its sums by day. Within a day the stakes are taken to differ as they do
in the sample: Σb² ≈ k · Σ_d B_d² / N_d, for days d of N_d bets and amount B_d, where k is the mean
(weighted by bets) of N_d Σb² / B_d² over the sample's days. So a day on which one player bets as much as
all others counts for what it is.

**Expectation.** ρ₀ is the theoretical RTP where one is configured. Else it is the RTP of the game's own days
before the period, where these hold 2 000 bets and enough play for a band (see below), else that of its type
in the sample. These two are only known within luck, so the band is that of a difference: with n₀ the
effective number of rounds behind ρ₀ and σ₀ their spread, SE² = σ² / n + σ₀² / n₀. A theoretical RTP has no
second term.

**Band.** ρ₀ + SE · z for z = ±1.96 (95 %) and ±3.09 (99.8 %, all but one in 500): the limits of a funnel
plot (Spiegelhalter 2005, *Funnel plots for comparing institutional performance*, Statistics in Medicine
24). It is fair only where n > 25 γ² (Cochran, 2.15); below, the answer is "not enough play". For n up to
four times that the quantiles are corrected for skewness to z + (z² − 1) S / 6, S being the skewness of the
difference (the first term of Cornish and Fisher 1938).
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from math import inf
from typing import Final

import numpy as np

ENOUGH_ROUNDS: Final = 2000
_COCHRAN: Final = 25
_CORRECTED_UP_TO: Final = 4 * _COCHRAN
_Z95: Final = 1.959964
_Z998: Final = 3.090232
OUTSIDE_95: Final = 0.05
OUTSIDE_998: Final = 0.002


@dataclass(frozen=True, slots=True)
class Play:
    """Sums over some rounds of a game, in units of money; they add up over hours, days and games.

    `bets` counts bets; all other sums run over draws. `r…` are sums of powers of back / bet over draws with a
    bet, `draws` of them.
    """

    bets: int = 0
    draws: int = 0
    bet: float = 0.0
    back: float = 0.0
    bet_bet: float = 0.0
    bet_back: float = 0.0
    back_back: float = 0.0
    r: float = 0.0
    r2: float = 0.0
    r3: float = 0.0

    def __add__(self, other: "Play") -> "Play":
        return Play(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def plays(
    game_ids: Sequence[int], draw_ids: Sequence[Hashable], bets_li: Sequence[int], gains_li: Sequence[int]
) -> dict[int, Play]:
    """Sum up rounds by game; the four columns are of one length, gains are the players' net results."""
    if not len(game_ids):
        return {}
    places: dict[tuple[int, Hashable], int] = {}
    draw_of = [places.setdefault(draw, len(places)) for draw in zip(game_ids, draw_ids, strict=True)]
    stakes = np.asarray(bets_li, np.float64) / 1000
    bet = np.bincount(draw_of, stakes, len(places))
    back = np.bincount(draw_of, stakes + np.asarray(gains_li, np.float64) / 1000, len(places))
    paid = bet > 0
    r = np.divide(back, bet, out=np.zeros_like(bet), where=paid)
    columns = (paid, bet, back, bet * bet, bet * back, back * back, r, r * r, r * r * r)
    ids, game_of = np.unique([game_id for game_id, _ in places], return_inverse=True)
    sums = [np.bincount(game_of, column, len(ids)).tolist() for column in columns]
    bets = np.bincount(game_of[draw_of], minlength=len(ids)).tolist()
    return {
        game_id: Play(count, int(draws), *rest)
        for game_id, count, draws, *rest in zip(ids.tolist(), bets, *sums, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Spread:
    """How rounds scatter: `sigma` per unit of stake, skewness of back / bet, `stakes` the factor k."""

    sigma: float
    skewness: float
    stakes: float
    rtp: float
    effective: float
    """Effective number of rounds in the sample."""


def spread(days: Iterable[Play]) -> Spread | None:
    """Measure the spread over a sample, one `Play` a day; None where nothing was bet."""
    known = [day for day in days if day.bet > 0]
    total = sum(known, Play())
    if not total.bet_bet:
        return None
    rtp = total.back / total.bet
    variance = (total.back_back - 2 * rtp * total.bet_back + rtp * rtp * total.bet_bet) / total.bet_bet
    mean = total.r / total.draws
    second = max(total.r2 / total.draws - mean**2, 0.0)
    third = total.r3 / total.draws - 3 * mean * total.r2 / total.draws + 2 * mean**3
    return Spread(
        sigma=float(np.sqrt(max(variance, 0.0))),
        skewness=third / second**1.5 if second else 0.0,
        stakes=sum(day.bets**2 * day.bet_bet / day.bet**2 for day in known) / total.bets,
        rtp=rtp,
        effective=total.bet**2 / total.bet_bet,
    )


@dataclass(frozen=True, slots=True)
class Volume:
    """Bets and back of a game over some days: what its RTP is made of, and how evenly it came."""

    bets: int
    bet: float
    back: float
    evenness: float
    """Σ_d B_d² / N_d · N / B²: 1 where the average bet was the same each day, more where it was not."""

    def effective(self, stakes: float) -> float:
        """Effective number of rounds, for stakes that within a day differ by the factor k."""
        return self.bets / (stakes * self.evenness)


def volume(days: Iterable[tuple[int, int, int]]) -> Volume | None:
    """Sum up days of (bets, bet amount in li, players' net result in li); None where nothing was bet."""
    known = [(bets, bet / 1000, (bet + gain) / 1000) for bets, bet, gain in days if bets and bet > 0]
    if not known:
        return None
    bets, bet, back = (float(sum(column)) for column in zip(*known, strict=True))
    evenness = sum(day_bet**2 / day_bets for day_bets, day_bet, _ in known) * bets / bet**2
    return Volume(int(bets), bet, back, evenness)


class Origin(StrEnum):
    """Where the RTP to expect is from."""

    CONFIGURED = "the theoretical RTP"
    OWN = "its own days before"
    OF_TYPE = "its type"


class Verdict(StrEnum):
    """Where an RTP lies."""

    INSIDE = "inside the bands"
    OUTSIDE_95 = "outside the 95 % band"
    OUTSIDE_998 = "outside the 99.8 % band"
    NOT_ENOUGH = "not enough play"


@dataclass(frozen=True, slots=True)
class Luck:
    """An RTP and the bands that luck allows around the expected one; ratios, 0.96 is 96 %.

    Where there is not enough play the bands are None, and `needed` effective rounds would be enough.
    """

    period: Volume
    rtp: float
    expected: float
    origin: Origin
    effective: float
    needed: float
    band_95: tuple[float, float] | None
    band_998: tuple[float, float] | None
    verdict: Verdict


def judge(
    period: Volume,
    own: Spread | None,
    of_type: Spread,
    history: Volume | None,
    configured: float | None = None,
) -> Luck:
    """Say whether luck explains the RTP of `period`.

    `own` and `of_type` are the spreads of the game and of its type in the sample, `history` the game's days
    before the period, `configured` its theoretical RTP (0.965 is 96.5 %).
    """
    shape = own if own and own.effective >= ENOUGH_ROUNDS else of_type
    n, rtp = period.effective(shape.stakes), period.back / period.bet
    needed = max(_COCHRAN * shape.skewness**2, 1.0)
    expected, n0, sigma0, origin = of_type.rtp, of_type.effective, of_type.sigma, Origin.OF_TYPE
    if configured is not None:
        expected, n0, sigma0, origin = configured, inf, 0.0, Origin.CONFIGURED
    elif history is not None and history.bets >= ENOUGH_ROUNDS and history.effective(shape.stakes) > needed:
        expected, n0, sigma0 = history.back / history.bet, history.effective(shape.stakes), shape.sigma
        origin = Origin.OWN
    if n <= needed:
        return Luck(period, rtp, expected, origin, n, needed, None, None, Verdict.NOT_ENOUGH)
    error = float(np.hypot(shape.sigma / np.sqrt(n), sigma0 / np.sqrt(n0)))
    skewness = 0.0
    if n <= _CORRECTED_UP_TO * shape.skewness**2:
        third = shape.skewness * shape.sigma**3
        skewness = third * (1 / n**2 - 1 / n0**2) / error**3
    bands = [_band(expected, error, skewness, z) for z in (_Z95, _Z998)]
    return Luck(period, rtp, expected, origin, n, needed, bands[0], bands[1], _verdict(rtp, *bands))


def _band(expected: float, error: float, skewness: float, z: float) -> tuple[float, float]:
    shift = (z * z - 1) * skewness / 6
    return expected + error * (shift - z), expected + error * (shift + z)


def _verdict(rtp: float, band_95: tuple[float, float], band_998: tuple[float, float]) -> Verdict:
    if not band_998[0] <= rtp <= band_998[1]:
        return Verdict.OUTSIDE_998
    return Verdict.INSIDE if band_95[0] <= rtp <= band_95[1] else Verdict.OUTSIDE_95
