"""One UTC day of rounds, kept so that any window, player or game of it is found quickly."""

from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt

from twoj_sandbox.world.draws import Whole
from twoj_sandbox.world.games import GAMES
from twoj_sandbox.world.players import COUNT

DAY_S = 86_400

EVEN_PLAYERS_FROM_S = 90
ODD_PLAYERS_FROM_S = 5
ODD_PLAYERS_TO_S = DAY_S - 91
"""Around midnight players take turns: odd ones stop early, even ones begin late, in seconds of the day. So
a round that spans midnight, and the withdrawal after it, never meet the same player's next day."""

SETTLED_AFTER_S = 120
"""By this many seconds past its end, a day's last round has ended and its last balance is withdrawn."""

ROUND = np.dtype(
    [
        ("start_at", np.int64),
        ("end_at", np.int64),
        ("game_id", np.int64),
        ("user_id", np.int64),
        ("bet_amount", np.int64),
        ("gain_amount", np.int64),
        ("credit_before_bet", np.int64),
        ("credit", np.int64),
        ("position", np.int32),
        ("choice", np.int32),
        ("outcome", np.int32),
        ("game", np.int16),
        ("player", np.int16),
    ]
)
"""A round: times in epoch seconds, amounts in li. `position` numbers the rounds of a UTC day by time; `game`
and `player` are indices; `choice` and `outcome` tell what was bet on and what came."""

STAY = np.dtype(
    [
        ("player", np.int64),
        ("deposit_at", np.int64),
        ("deposit_amount", np.int64),
        ("withdraw_at", np.int64),
        ("withdraw_amount", np.int64),
    ]
)
"""A player's stay at the tables: the operator's deposit before it, the withdrawal of what is left after."""

Rounds = npt.NDArray[np.void]
"""An array of `ROUND`."""

Stays = npt.NDArray[np.void]
"""An array of `STAY`."""


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Strikes the rounds that begin, and the bonuses that are created, in `start <= t < end` (epoch seconds).

    `hidden` ones are not there (as if they came late); the others' bet and result (a bonus' `win_amount`) are
    changed by so many li each.
    """

    start: int
    end: int
    hidden: bool = False
    bet_li: int = 0
    gain_li: int = 0

    def corrected(self, rows: npt.NDArray[np.void], time: str, gain: str) -> npt.NDArray[np.void]:
        """Return the rows, whose time and result have these names, as they are shown."""
        struck = (rows[time] >= self.start) & (rows[time] < self.end)
        if self.hidden:
            return rows[~struck]
        rows = rows.copy()
        rows["bet_amount"][struck] += self.bet_li
        rows[gain][struck] += self.gain_li
        return rows


@dataclass(frozen=True)
class WorldDay:
    """The rounds of one UTC day, oldest first, and the stays they belong to, by player and time."""

    day: int
    rounds: Rounds
    stays: Stays

    @property
    def start(self) -> int:
        """The day's first second."""
        return self.day * DAY_S

    def shown(self, start: int, end: int, now: int) -> Whole:
        """Return positions of the rounds with `start <= start_at < end` that ended by `now`, oldest first."""
        low, high = np.searchsorted(self._start_at, (start, end))
        return self._ended(np.arange(low, high), now)

    def shown_of_player(self, player: int, start: int, end: int, now: int) -> Whole:
        """Return the same for one player's rounds."""
        order, offsets = self._by_player
        return self._within(order[offsets[player] : offsets[player + 1]], start, end, now)

    def shown_of_game(self, game: int, start: int, end: int, now: int) -> Whole:
        """Return the same for one game's rounds."""
        order, offsets = self._by_game
        return self._within(order[offsets[game] : offsets[game + 1]], start, end, now)

    def totals(self, start: int, end: int, now: int) -> Whole:
        """Return rows of count, bet and gain, a column a game, over the rounds that `shown` would return."""
        if start <= self.start and end >= self.start + DAY_S and self._settled(now):
            return self._whole_day_totals
        return _totals(self.rounds, self.shown(start, end, now))

    def _settled(self, now: int) -> bool:
        return now >= self.start + DAY_S + SETTLED_AFTER_S

    def _ended(self, positions: Whole, now: int) -> Whole:
        if self._settled(now):
            return positions
        ended: Whole = positions[self.rounds["end_at"][positions] <= now]
        return ended

    def _within(self, positions: Whole, start: int, end: int, now: int) -> Whole:
        if start > self.start or end < self.start + DAY_S:
            low, high = np.searchsorted(self._start_at[positions], (start, end))
            positions = positions[low:high]
        return self._ended(positions, now)

    @cached_property
    def _start_at(self) -> Whole:
        return np.ascontiguousarray(self.rounds["start_at"])

    @cached_property
    def _by_player(self) -> tuple[Whole, Whole]:
        return _grouped(self.rounds["player"], COUNT)

    @cached_property
    def _by_game(self) -> tuple[Whole, Whole]:
        return _grouped(self.rounds["game"], len(GAMES))

    @cached_property
    def _whole_day_totals(self) -> Whole:
        return _totals(self.rounds, np.arange(len(self.rounds)))


def _grouped(keys: npt.NDArray[np.int16], groups: int) -> tuple[Whole, Whole]:
    """Return the positions ordered by key, then time, and where each key's positions begin."""
    order = np.argsort(keys, kind="stable")
    return order, np.searchsorted(keys[order], np.arange(groups + 1)).astype(np.int64)


def _totals(rounds: Rounds, positions: Whole) -> Whole:
    chosen = rounds[positions]
    totals = np.zeros((3, len(GAMES)), np.int64)
    game = chosen["game"].astype(np.int64)
    np.add.at(totals[0], game, 1)
    np.add.at(totals[1], game, chosen["bet_amount"])
    np.add.at(totals[2], game, chosen["gain_amount"])
    return totals
