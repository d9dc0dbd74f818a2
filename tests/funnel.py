"""How often honest games fall outside their bands, simulated for samples of any size, games of any spread.

All runs of a case are drawn at once as counts of each line of a paytable; the judgement is the product's own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dashboard.games import luck
from dashboard.games.luck import MICRO, Play, RtpVerdict, Volume

RUNS: Final = 1500
RTP: Final = 0.96
STAKE_LI: Final = 1000
SIZES: Final = (30, 100, 300, 1000, 2000, 5000, 20_000)
"""Rounds of a game in the sample."""
GAMES: Final = 10
"""Games of a type, each with as many rounds in the sample."""
PERIODS: Final = (2_000, 20_000, 200_000, 1_000_000)
HISTORY: Final = 60_000


class Source(StrEnum):
    """Where the RTP to expect is from."""

    CONFIGURED = "configured"
    OWN = "own days"
    OF_TYPE = "type"


@dataclass(frozen=True)
class Paytable:
    """Multiples of a stake, in millionths, and their probabilities."""

    multiples: list[int]
    chances: npt.NDArray[np.float64]

    @property
    def shape(self) -> tuple[float, float]:
        """σ and skewness."""
        x = np.array(self.multiples) / MICRO
        mean = x @ self.chances
        variance = self.chances @ (x - mean) ** 2
        return variance**0.5, self.chances @ (x - mean) ** 3 / variance**1.5


def _paytable(multiples: npt.NDArray[np.float64], chances: npt.NDArray[np.float64]) -> Paytable:
    """A loss beside these wins, whose multiples are scaled to the RTP."""
    scaled = [0, *(round(each * RTP / (multiples @ chances) * MICRO) for each in multiples.tolist())]
    return Paytable(scaled, np.concatenate([[1 - chances.sum()], chances]))


def graded(largest: int, power: float) -> Paytable:
    """A slot: the chance of each win falls with a power of its multiple."""
    steps = [1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000]
    multiples = np.array([step for step in steps if step <= largest], np.float64)
    chances = multiples**-power
    return _paytable(multiples, chances * 0.42 / chances.sum())


def lognormal(sigma: float, largest: float) -> Paytable:
    """A slot of high spread: wins are log-normal, cut at `largest` times the middle one."""
    multiples = np.exp(np.linspace(np.log(0.2), np.log(largest), 60))
    chances = np.exp(-0.5 * (np.log(multiples) / sigma) ** 2)
    return _paytable(multiples, chances * 0.25 / chances.sum())


def even(chance: float) -> Paytable:
    """A table game: all or nothing."""
    return _paytable(np.array([1.0]), np.array([chance]))


def single(multiple: int, sigma: float) -> Paytable:
    """Doubles, and one large win."""
    chance = (sigma**2 - 1) / multiple**2
    return _paytable(np.array([2.0, multiple]), np.array([(RTP - chance * multiple) / 2, chance]))


PAYTABLES: Final = {
    "even money": even(0.48),
    "roulette number": even(1 / 37),
    "slot to 50": graded(50, 2.2),
    "slot to 500": graded(500, 2.2),
    "slot to 2000": graded(2000, 2.2),
    "log-normal 1.5": lognormal(1.5, 2000),
    "log-normal 1.7": lognormal(1.7, 20_000),
    "log-normal 2": lognormal(2.0, 2000),
    "single 100": single(100, 3),
}


def plays_of(table: Paytable, counts: Any) -> list[Play]:
    """The sums over each row of counts."""
    r = np.array(table.multiples, object)
    back = r * STAKE_LI // MICRO
    numbers = counts.astype(object)
    columns = [numbers @ power for power in (back, back * STAKE_LI, back * back, r, r * r, r * r * r)]
    largest = np.where(counts > 0, np.array(table.multiples), 0).max(axis=1).tolist()
    found = []
    for rounds, (back_li, bet_back, back_back, r1, r2, r3), most in zip(
        counts.sum(axis=1).tolist(), zip(*columns, strict=True), largest, strict=True
    ):
        bets = (rounds, rounds, rounds * STAKE_LI)
        found.append(
            Play(*bets, back_li, rounds * STAKE_LI**2, bet_back, back_back, r1, r2, r3, largest=most)
        )
    return found


def judged(
    table: Paytable, rounds: int, period: int, source: Source, seed: int, games: int = GAMES, runs: int = RUNS
) -> list[RtpVerdict]:
    """Judge an honest game `runs` times, each with a sample, a history and a period of its own."""
    rng = np.random.default_rng(seed)
    own = rng.multinomial(rounds, table.chances, runs)
    others = rng.multinomial(rounds * (games - 1), table.chances, runs)
    r = np.array(table.multiples, np.float64) / MICRO
    backs = rng.multinomial(period, table.chances, runs) @ r
    pasts = rng.multinomial(HISTORY, table.chances, runs) @ r
    verdicts = []
    for sample, whole, back, past in zip(
        plays_of(table, own), plays_of(table, own + others), backs, pasts, strict=True
    ):
        found = luck.judge(
            Volume(period, float(period), float(back), 1.0),
            luck.spread([sample], whole),
            luck.spread([whole], whole),
            Volume(HISTORY, float(HISTORY), float(past), 1.0) if source is Source.OWN else None,
            RTP if source is Source.CONFIGURED else None,
        )
        verdicts.append(found.verdict)
    return verdicts
