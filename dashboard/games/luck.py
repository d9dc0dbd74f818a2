"""How far luck carries the RTP of a game: the band in which honest games of that volume fall.

docs/luck.md has the formulas, their sources and why each constant is what it is. In its words: b is the bet,
w what the player got back, ρ = Σw / Σb the RTP, σ the spread per unit of stake, γ the skewness of w / b, k by
how much the stakes of a day differ, n = (Σb)² / Σb² the effective number of rounds.

All sums are whole numbers (li, and multiples of a stake in millionths), so that a spread is never the small
difference of two large floats.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from math import inf, isqrt, sqrt
from typing import Any, Final, TypeVar

import numpy as np

from dashboard.luck.between import between_variance

K = TypeVar("K", bound=Hashable)

ENOUGH_ROUNDS: Final = 2000
_COCHRAN: Final = 25
_CORRECTED_UP_TO: Final = 4 * _COCHRAN
_Z95: Final = 1.959964
_Z998: Final = 3.090232
OUTSIDE_95: Final = 0.05
OUTSIDE_998: Final = 0.002
MICRO: Final = 10**6
"""Multiples of a stake are whole millionths."""
_UNSEEN: Final = 3
_SHOWN_AFTER: Final = 100_000
_YOUNG_TYPE: Final = 10_000
_YOUNG_LARGEST: Final = 100 * MICRO
_LEFT_OUT: Final = 20
"""One in so many parts of a sample may be left out where its stakes outweigh all others."""


@dataclass(frozen=True, slots=True)
class Play:
    """Sums over some rounds of a game, as exact integers; they add up over hours, days and games.

    `bets` counts bets; all other sums run over draws. Amounts are li, their products li². `r…` are sums of
    powers of back / bet in millionths (`MICRO`) over draws with a bet, `draws` of them; `largest` is the
    largest back / bet, in millionths.
    """

    bets: int = 0
    draws: int = 0
    bet: int = 0
    back: int = 0
    bet_bet: int = 0
    bet_back: int = 0
    back_back: int = 0
    r: int = 0
    r2: int = 0
    r3: int = 0
    largest: int = 0

    def __add__(self, other: "Play") -> "Play":
        # One by one: twice as fast as by their names, and a sample is added up from thousands of parts.
        return Play(
            self.bets + other.bets,
            self.draws + other.draws,
            self.bet + other.bet,
            self.back + other.back,
            self.bet_bet + other.bet_bet,
            self.bet_back + other.bet_back,
            self.back_back + other.back_back,
            self.r + other.r,
            self.r2 + other.r2,
            self.r3 + other.r3,
            max(self.largest, other.largest),
        )

    @property
    def effective(self) -> float:
        """Effective number of rounds, (Σ bet)² / Σ bet²."""
        return self.bet**2 / self.bet_bet if self.bet_bet else 0.0


_SUMS: Final = tuple(field.name for field in fields(Play) if field.name != "largest")


def plays(
    game_ids: Sequence[int], draw_ids: Sequence[Hashable], bets_li: Sequence[int], gains_li: Sequence[int]
) -> dict[int, Play]:
    """Sum up rounds by game; the four columns are of one length, gains are the players' net results."""
    if not len(game_ids):
        return {}
    places: dict[tuple[int, Hashable], int] = {}
    draw_of = [places.setdefault(draw, len(places)) for draw in zip(game_ids, draw_ids, strict=True)]
    # Python's integers: a square of 2^53 li needs 106 bits.
    stakes, gains = np.asarray(bets_li, object), np.asarray(gains_li, object)
    bet, back = _summed(draw_of, stakes), _summed(draw_of, stakes + gains)
    paid = bet > 0
    r = np.where(paid, back * MICRO // np.where(paid, bet, 1), 0)
    columns = (paid.astype(object), bet, back, bet * bet, bet * back, back * back, r, r * r, r * r * r)
    ids, game_of = np.unique([game_id for game_id, _ in places], return_inverse=True)
    sums = [_summed(game_of, column).tolist() for column in columns]
    bets = np.bincount(game_of[draw_of], minlength=len(ids)).tolist()
    largest = np.zeros(len(ids), object)
    np.maximum.at(largest, game_of, r)
    return {
        game_id: Play(count, int(draws), *rest)
        for game_id, count, draws, *rest in zip(ids.tolist(), bets, *sums, largest.tolist(), strict=True)
    }


def _summed(places: Any, values: Any) -> Any:
    """Add up values by their place, exactly."""
    sums = np.zeros(max(places) + 1, object)
    np.add.at(sums, places, values)
    return sums


def even_part(parts: Mapping[K, Play]) -> list[K]:
    """Keys of the parts of a sample (hours of a game, say) without those whose stakes outweigh all others.

    At most one in twenty, and one, is left out, and only where that more than doubles the effective rounds.
    """
    keys = sorted(
        (key for key, play in parts.items() if play.bet), key=lambda key: parts[key].bet_bet / parts[key].bet
    )
    most = min(max(len(keys) // _LEFT_OUT, 1), len(keys) - 1)
    bet, bet_bet = sum(parts[key].bet for key in keys), sum(parts[key].bet_bet for key in keys)
    whole = best = bet**2 / bet_bet if bet_bet else 0.0
    left_out = 0
    for number, key in enumerate(keys[: -most - 1 : -1] if most > 0 else (), start=1):
        bet, bet_bet = bet - parts[key].bet, bet_bet - parts[key].bet_bet
        if bet**2 / bet_bet > max(best, 2 * whole):
            best, left_out = bet**2 / bet_bet, number
    return keys[: len(keys) - left_out]


def assumed_largest(of_type: Play) -> int:
    """The largest multiple of a stake, in millionths, that a type is taken to give, from a sample of it."""
    extrapolated = round(of_type.largest * sqrt(max(_SHOWN_AFTER / max(of_type.draws, 1), 1.0)))
    return max(extrapolated, _YOUNG_LARGEST) if of_type.draws < _YOUNG_TYPE else extrapolated


@dataclass(frozen=True, slots=True)
class Spread:
    """How rounds scatter: `sigma` per unit of stake, skewness of back / bet, `stakes` the factor k.

    `between`, of a type, is how far the RTP of a game lies from that of the type, by how its games differ: a
    standard deviation; None where they are too few to tell.
    """

    sigma: float
    skewness: float
    stakes: float
    rtp: float
    effective: float
    """Effective number of rounds in the sample."""
    between: float | None = 0.0


def between(games: Iterable[tuple[Spread, int]]) -> float | None:
    """Return how far the RTP of a game lies from that of its type, of the spreads and bet amounts of a type.

    Those of enough rounds say how far games differ (`between_variance`); the RTP of the type is that of what
    was bet on them.
    """
    pairs = list(games)
    known = [
        (each.rtp, each.sigma**2 / each.effective) for each, _ in pairs if each.effective >= ENOUGH_ROUNDS
    ]
    variance, bet = between_variance(known), sum(bet for _, bet in pairs)
    return None if variance is None else sqrt(variance * (1 + sum((each / bet) ** 2 for _, each in pairs)))


def spread(days: Iterable[Play], of_type: Play = Play()) -> Spread | None:
    """Measure the spread over a sample, one `Play` a day; None where nothing was bet, or nothing scatters.

    `of_type` is the sample of the whole type: with more rounds of that, at the largest multiple: one for the
    skewness, `_UNSEEN` for σ. The part of these that falls to the days is as their part of the type's draws.
    """
    known = [day for day in days if day.bet > 0]
    total = sum(known, Play())
    if not total.bet_bet:
        return None
    wide = _with_more(total, of_type, _UNSEEN) if of_type.draws else total
    more = _with_more(total, of_type, 1) if of_type.draws else total
    second = more.r2 * more.draws - more.r**2
    third = more.r3 * more.draws**2 - 3 * more.r * more.r2 * more.draws + 2 * more.r**3
    # Σ(w − ρ b)² · (Σb)², with ρ = Σw / Σb.
    squares = (
        wide.back_back * wide.bet**2 - 2 * wide.back * wide.bet * wide.bet_back + wide.back**2 * wide.bet_bet
    )
    if not squares or not second:
        return None
    return Spread(
        sigma=sqrt(squares / (wide.bet**2 * wide.bet_bet)),
        skewness=third / (second * _root(second)),
        stakes=sum(day.bets**2 * day.bet_bet / day.bet**2 for day in known) / total.bets,
        rtp=total.back / total.bet,
        effective=total.effective,
    )


def _with_more(total: Play, of_type: Play, rounds: int) -> Play:
    """Add the sample's part of `rounds` that gave back the largest multiple; all times the type's draws.

    Their stake is the one that makes each of them one effective round: Σb² / Σb.
    """
    largest, stake = assumed_largest(of_type), -(-total.bet_bet // total.bet)
    back = stake * largest // MICRO
    amounts = {"bet": stake, "back": back}
    squares = {"bet_bet": stake**2, "bet_back": stake * back, "back_back": back**2}
    multiples = {"draws": 1, "r": largest, "r2": largest**2, "r3": largest**3}
    more = {**amounts, **squares, **multiples, "bets": 1}
    sums = {name: getattr(total, name) * of_type.draws + rounds * more[name] * total.draws for name in _SUMS}
    return Play(**sums, largest=largest)


def _root(square: int) -> float:
    """Square root of an integer of any size."""
    return float(isqrt(square << 40)) / 2**20


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
    """Where the RTP to expect is from: its own days before, its type, or it is the theoretical one."""

    CONFIGURED = "configured"
    OWN = "own"
    OF_TYPE = "of type"


class RtpVerdict(StrEnum):
    """Where an RTP lies, or that there is too little play of the game, or of its type, to tell."""

    INSIDE = "inside"
    OUTSIDE_95 = "outside 95"
    OUTSIDE_998 = "outside 998"
    NOT_ENOUGH = "not enough"
    NO_SAMPLE = "no sample"


UNJUDGED: Final = (RtpVerdict.NOT_ENOUGH, RtpVerdict.NO_SAMPLE)
"""Verdicts that are none: there are no bands."""


@dataclass(frozen=True, slots=True)
class Expected:
    """An RTP to expect: known within the luck of so many effective rounds of this spread, and `between`."""

    rtp: float
    origin: Origin
    effective: float = inf
    sigma: float = 0.0
    skewness: float = 0.0
    between: float = 0.0


@dataclass(frozen=True, slots=True)
class Luck:
    """An RTP and the bands that luck allows around the expected one; ratios, 0.96 is 96 %.

    Where there is not enough play the bands are None, and `needed` effective rounds would be enough. Where
    there is nothing to compare with, `effective` are the rounds of the type in the sample, and `expected`
    may be None.
    """

    period: Volume
    rtp: float
    expected: float | None
    origin: Origin | None
    effective: float
    needed: float
    band_95: tuple[float, float] | None
    band_998: tuple[float, float] | None
    verdict: RtpVerdict


def judge(
    period: Volume,
    own: Spread | None,
    of_type: Spread | None,
    history: Volume | None,
    configured: float | None = None,
) -> Luck:
    """Say whether luck explains the RTP of `period`.

    `own` and `of_type` are the spreads of the game and of its type in the sample, `history` the game's days
    before the period, `configured` its theoretical RTP (0.965 is 96.5 %).
    """
    rtp = period.back / period.bet
    shape = _shape(own, of_type)
    if shape is None:
        origin = None if configured is None else Origin.CONFIGURED
        found = of_type.effective if of_type else 0.0
        return Luck(period, rtp, configured, origin, found, ENOUGH_ROUNDS, None, None, RtpVerdict.NO_SAMPLE)
    n, needed = period.effective(shape.stakes), max(_COCHRAN * shape.skewness**2, 1.0)
    expected = _expected(shape, of_type, history, configured)
    if expected is None:
        found = of_type.effective if of_type else 0.0
        return Luck(
            period, rtp, None, None, found, max(needed, ENOUGH_ROUNDS), None, None, RtpVerdict.NO_SAMPLE
        )
    if n <= needed:
        return Luck(period, rtp, expected.rtp, expected.origin, n, needed, None, None, RtpVerdict.NOT_ENOUGH)
    n0 = expected.effective
    error = sqrt(shape.sigma**2 / n + expected.sigma**2 / n0 + expected.between**2)
    skewness = 0.0
    if min(n, n0) <= _CORRECTED_UP_TO * shape.skewness**2:
        thirds = (
            shape.skewness * shape.sigma**3 / n**2,
            expected.skewness * expected.sigma**3 / n0**2,
        )
        skewness = (thirds[0] - thirds[1]) / error**3
    bands = [_band(expected.rtp, error, skewness, z) for z in (_Z95, _Z998)]
    return Luck(
        period, rtp, expected.rtp, expected.origin, n, needed, bands[0], bands[1], _verdict(rtp, *bands)
    )


def _shape(own: Spread | None, of_type: Spread | None) -> Spread | None:
    """The spread to judge a game by; None where not even its type has rounds enough."""
    for found in (own, of_type):
        if found is not None and found.effective >= ENOUGH_ROUNDS:
            return found
    return None


def _expected(
    shape: Spread, of_type: Spread | None, history: Volume | None, configured: float | None
) -> Expected | None:
    """The RTP to expect of a game with this spread; None where nothing has enough play to tell."""
    if configured is not None:
        return Expected(configured, Origin.CONFIGURED)
    enough = max(_COCHRAN * shape.skewness**2, ENOUGH_ROUNDS)
    if history is not None and (effective := history.effective(shape.stakes)) >= enough:
        return Expected(history.back / history.bet, Origin.OWN, effective, shape.sigma, shape.skewness)
    if of_type is None or of_type.between is None:
        return None
    if of_type.effective < max(_COCHRAN * of_type.skewness**2, ENOUGH_ROUNDS):
        return None
    return Expected(
        of_type.rtp,
        Origin.OF_TYPE,
        of_type.effective,
        of_type.sigma,
        of_type.skewness,
        of_type.between,
    )


def _band(expected: float, error: float, skewness: float, z: float) -> tuple[float, float]:
    shift = (z * z - 1) * skewness / 6
    return expected + error * (shift - z), expected + error * (shift + z)


def _verdict(rtp: float, band_95: tuple[float, float], band_998: tuple[float, float]) -> RtpVerdict:
    if not band_998[0] <= rtp <= band_998[1]:
        return RtpVerdict.OUTSIDE_998
    return RtpVerdict.INSIDE if band_95[0] <= rtp <= band_95[1] else RtpVerdict.OUTSIDE_95
