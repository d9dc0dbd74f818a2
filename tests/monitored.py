"""Games that are watched each hour, simulated as counts of each line of a paytable, many at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.luck.monitor import ALARM, Detector, Floats, after_hour, mixed

RTP: Final = 0.96
ROUNDS_AN_HOUR: Final = 400
DAYS_60_H: Final = 1440
MULTIPLES: Final = np.array([0.0, 1.0, 2.0, 10.0, 100.0, 1930.0])
CHANCES: Final = np.array([0.6493285, 0.178155, 0.15, 0.02, 0.0025, 0.0000165])
"""A slot of RTP 0.96, σ 9.4 and skewness 146."""


@dataclass(frozen=True)
class Run:
    """After how many hours each of many games raised its first alarm (∞: never), and log M by hour."""

    alarmed_h: Floats
    log_m: Floats


def run(
    watch: Detector,
    times: float,
    games: int,
    hours: int,
    seed: int,
    rtp: float | None = None,
    rounds: int = ROUNDS_AN_HOUR,
) -> Run:
    """Detector `games` games that pay `times` what they should, for so many hours."""
    rng = np.random.default_rng(seed)
    expected = mean_of(watch) if rtp is None else rtp
    factors = watch.log_factors(MULTIPLES * times, expected)
    log_m = np.full((games, len(watch.lambdas)), -np.inf)
    lines = np.empty((hours, games))
    for hour in range(hours):
        log_m = after_hour(log_m, rng.multinomial(rounds, CHANCES, games) @ factors)
        lines[hour] = mixed(log_m)
    reached = lines >= np.log(ALARM)
    first = np.where(reached.any(axis=0), reached.argmax(axis=0) + 1.0, np.inf)
    return Run(first, lines)


def mean_of(watch: Detector) -> float:
    """The RTP of an honest game, as this watch cuts it."""
    return float(np.minimum(MULTIPLES, watch.cut) @ CHANCES)
