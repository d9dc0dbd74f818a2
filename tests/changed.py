"""Weeks of made-up play, honest or with something planted, for what changed."""

from datetime import datetime, timedelta
from typing import Final

import numpy as np

from dashboard.luck.changes import Candidate, What
from dashboard.luck.monitor import Floats

TYPES: Final = ("Slots", "Multiplayer", "Table", "Fish", "Crypto")
_MONDAY: Final = datetime.fromisoformat("2026-03-02")
HOURS: Final = [(_MONDAY + timedelta(hours=place)).isoformat() for place in range(168)]
SHARES: Final = (0.5, 0.2, 0.15, 0.1, 0.05)
"""The hours of a week; that of `PLANTED` is the one in which something happens."""
PLANTED: Final = HOURS[3 * 24 + 15]

Week = tuple[Floats, Floats, Floats, Floats]
"""Bets and bet amount by player, bet amount by type, luck in standard errors: a row a week, newest first."""


def world(seed: int, players: int = 3000) -> Week:
    """Seven weeks and the one after: players come in clusters, stakes have long tails."""
    rng = np.random.default_rng(seed)
    weeks = 8
    # Each player of a week makes a number of bets that scatters as a negative binomial does.
    bets = rng.negative_binomial(0.7, 0.7 / (0.7 + 250), (weeks, players))
    stake = rng.lognormal(2.0, 0.8, (weeks, players))
    amount = bets * stake * rng.lognormal(0, 0.02, (weeks, 1))
    parts = rng.dirichlet(np.array(SHARES) * 20, (weeks, players))
    of_type = (amount[..., None] * parts).sum(axis=1)
    luck = rng.standard_t(5, (weeks, 6)) / np.sqrt(5 / 3)
    return bets.astype(float), amount, of_type, luck


def candidates(bets: Floats, amount: Floats, of_type: Floats, luck: Floats) -> list[Candidate]:
    found = [
        Candidate(What.BET_AMOUNT, "", float(amount[0].sum()), tuple(amount[1:].sum(axis=1).tolist())),
        Candidate(What.BETS, "", float(bets[0].sum()), tuple(bets[1:].sum(axis=1).tolist()), 0),
        Candidate(What.LUCK, "", float(luck[0, 0]), tuple(luck[1:, 0].tolist()), 1),
    ]
    for place, name in enumerate(TYPES):
        column = of_type[:, place].tolist()
        found.append(Candidate(What.BET_AMOUNT, name, column[0], tuple(column[1:])))
        scores = luck[:, place + 1].tolist()
        found.append(Candidate(What.LUCK, name, scores[0], tuple(scores[1:]), 1))
    tops = (amount.max(axis=1) / amount.sum(axis=1)).tolist()
    found.append(Candidate(What.PLAYER, "7", tops[0], tuple(tops[1:]), 1))
    return found


def more(week: Week, times: float = 1.3) -> Week:
    """The same with so many times as much volume in the newest week."""
    bets, amount, of_type = (column.copy() for column in week[:3])
    for column in (bets, amount, of_type):
        column[0] *= times
    return bets, amount, of_type, week[3]


def hours_world(seed: int, times: float = 1.0) -> tuple[list[str], list[list[int]], list[list[int]]]:
    """Bets of each hour of seven weeks and the one after, of which one has so many times as many sessions."""
    rng = np.random.default_rng(seed)
    clock = 1 + 0.8 * np.sin(np.arange(24) / 24 * 2 * np.pi)
    level = rng.lognormal(0, 0.1, (8, 7, 1))
    sessions = rng.poisson(60 * clock * level)
    sessions[0, 3, 15] = round(sessions[0, 3, 15] * times)
    bets = rng.negative_binomial(np.maximum(sessions * 0.7, 0.01), 0.7 / (0.7 + 40)).reshape(8, -1).tolist()
    return HOURS, bets, [[1000 * each for each in week] for week in bets]
