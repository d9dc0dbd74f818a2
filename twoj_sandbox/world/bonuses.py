"""Bonus grants: who got one for which game, what became of it."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from twoj_sandbox.world.day import DAY_S
from twoj_sandbox.world.draws import Draws, Whole
from twoj_sandbox.world.games import GAME_IDS, SLOTS_RUNNING
from twoj_sandbox.world.players import Players

ACTIVE, WAGERING, COMPLETED, CANCELLED, EXPIRED = range(1, 6)

GRANT = np.dtype(
    [
        ("created_at", np.int64),
        ("player", np.int64),
        ("game_id", np.int64),
        ("of_subordinate", np.bool_),
        ("create_type", np.int64),
        ("state", np.int64),
        ("used", np.bool_),
        ("bonus", np.int64),
        ("converted_cash", np.int64),
        ("bet_amount", np.int64),
        ("win_amount", np.int64),
    ]
)
"""A grant: epoch seconds, amounts in li; `win_amount` is the player's net result while wagering."""

_STATES_RUNNING: Whole = np.cumsum((8, 7, 50, 10, 25)).astype(np.int64)
_TYPES_RUNNING: Whole = np.cumsum((55, 30, 15)).astype(np.int64)
_AMOUNTS_LI: Whole = np.array((5000, 10_000, 20_000, 50_000, 88_000, 200_000), np.int64)
_BETS_A_GRANT = 130
_STREAM = 100


class Bonuses:
    """The grants of one world."""

    def __init__(self, seed: int, bets_per_hour: int, players: Players) -> None:
        self._key = (seed, bets_per_hour)
        self._players = players
        self._day = lru_cache(maxsize=1000)(self._make)

    def grants(self, days: range, start: int, end: int, now: int) -> npt.NDArray[np.void]:
        """Return the grants of these days created in `start <= t < end` and by `now`, oldest first."""
        found = np.concatenate([np.zeros(0, GRANT), *(self._day(day) for day in days)])
        created = found["created_at"]
        return found[(created >= start) & (created < end) & (created <= now)]

    def _make(self, day: int) -> npt.NDArray[np.void]:
        draws = Draws(*self._key, day, _STREAM)
        usual = max(self._key[1] * 24 // _BETS_A_GRANT, 4)
        count = usual * 3 // 4 + int(draws.below(1, usual // 2 + 1)[0])
        grants = np.zeros(count, GRANT)
        grants["created_at"] = day * DAY_S + np.sort(draws.below(count, DAY_S))
        grants["player"] = draws.pick(count, self._players.activity_running)
        grants["game_id"] = GAME_IDS[draws.pick(count, SLOTS_RUNNING)]
        grants["of_subordinate"] = draws.below(count, 10) == 0
        grants["create_type"] = 1 + draws.pick(count, _TYPES_RUNNING)
        state = 1 + draws.pick(count, _STATES_RUNNING)
        grants["state"] = state
        begun = draws.below(count, 100) < np.where(state == CANCELLED, 50, 20)
        used = (state == WAGERING) | (state == COMPLETED) | ((state >= CANCELLED) & begun)
        grants["used"] = used
        grants["bonus"] = _AMOUNTS_LI[draws.below(count, len(_AMOUNTS_LI))]
        bet = grants["bonus"] * (2 + draws.below(count, 19))
        grants["bet_amount"] = np.where(used, bet, 0)
        grants["win_amount"] = np.where(used, bet * (draws.below(count, 60) - 35) // 100, 0)
        converted = grants["bonus"] * draws.below(count, 120) // 100
        grants["converted_cash"] = np.where(state == COMPLETED, converted, 0)
        return grants
