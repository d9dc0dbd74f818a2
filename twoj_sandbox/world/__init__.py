"""One made-up world: its days, made when first asked for and kept, and the questions one can ask of it."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from threading import Lock

import numpy as np

from twoj_sandbox.world.bonuses import Bonuses
from twoj_sandbox.world.day import DAY_S, ROUND, Correction, Rounds, Stays, WorldDay
from twoj_sandbox.world.draws import Whole
from twoj_sandbox.world.games import GAMES
from twoj_sandbox.world.jackpots import Jackpots
from twoj_sandbox.world.making import DayMaker
from twoj_sandbox.world.players import Players

_ROUNDS_KEPT = 7_000_000


class World:
    """A world that `seed`, `bets_per_hour` and the time decide; `days` is how far back it remembers.

    All times are epoch seconds. Nothing here reads a clock: callers say what time it is (`now`), and see the
    rounds that have ended by then.
    """

    def __init__(self, seed: int = 1, bets_per_hour: int = 400, days: int = 400) -> None:
        self.days = days
        self.players = Players(seed)
        self.bonuses = Bonuses(seed, bets_per_hour, self.players)
        self.jackpots = Jackpots(seed, self.players)
        self._maker = DayMaker(seed, bets_per_hour, self.players)
        self._kept: OrderedDict[int, WorldDay] = OrderedDict()
        self._rounds_kept = 0
        self._stays: dict[int, Stays] = {}
        self._lock = Lock()
        self.corrections: tuple[Correction, ...] = ()
        """What is shown of the past otherwise than it was."""
        self._corrected: dict[int, WorldDay] = {}

    def correct(self, *corrections: Correction) -> None:
        """Show the past with these corrections, and no others."""
        with self._lock:
            self.corrections, self._corrected = corrections, {}

    def day(self, day: int) -> WorldDay:
        """Return the day with this number (days since 1970-01-01), as it is shown. Any thread may ask."""
        made = self._day(day)
        corrections = self.corrections
        if not corrections:
            return made
        if day not in self._corrected:
            rounds = made.rounds
            for correction in corrections:
                rounds = correction.corrected(rounds, "start_at", "gain_amount")
            self._corrected[day] = WorldDay(day, rounds, made.stays)
        return self._corrected[day]

    def _day(self, day: int) -> WorldDay:
        with self._lock:
            found = self._kept.get(day)
            if found is not None:
                self._kept.move_to_end(day)
                return found
            made = self._make(day)
            self._kept[day] = made
            self._rounds_kept += len(made.rounds)
            while self._rounds_kept > _ROUNDS_KEPT and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._rounds_kept -= len(oldest.rounds)
            return made

    def stays(self, day: int, player: int) -> Stays:
        """Return a player's stays of a day, oldest first. They are kept even of days whose rounds are not."""
        with self._lock:
            if day not in self._stays:
                self._make(day)
            stays = self._stays[day]
        low, high = np.searchsorted(stays["player"], (player, player + 1))
        return stays[low:high]

    def _make(self, day: int) -> WorldDay:
        made = self._maker.make(day)
        self._stays[day] = made.stays
        return made

    def days_of(self, start: int, end: int, now: int) -> Iterator[WorldDay]:
        """Yield the days that the window `start <= t < end` touches and the world remembers, oldest first."""
        for day in self.day_numbers(start, end, now):
            yield self.day(day)

    def day_numbers(self, start: int, end: int, now: int) -> range:
        """Return the numbers of these days."""
        today = now // DAY_S
        return range(max(start // DAY_S, today - self.days), min((end - 1) // DAY_S, today) + 1)

    def bets(self, start: int, end: int, now: int) -> Rounds:
        """Return the rounds with `start <= start_at < end` that ended by `now`, oldest first, as `ROUND`."""
        days = self.days_of(start, end, now)
        return _together(day.rounds[day.shown(start, end, now)] for day in days)

    def bets_of_player(self, player: int, start: int, end: int, now: int) -> Rounds:
        """Return the same for the player with this index."""
        days = self.days_of(start, end, now)
        return _together(day.rounds[day.shown_of_player(player, start, end, now)] for day in days)

    def bets_of_game(self, game: int, start: int, end: int, now: int) -> Rounds:
        """Return the same for the game with this index."""
        days = self.days_of(start, end, now)
        return _together(day.rounds[day.shown_of_game(game, start, end, now)] for day in days)

    def totals(self, start: int, end: int, now: int) -> Whole:
        """Return rows of count, bet and gain, a column a game, over the rounds that `bets` would return."""
        totals = np.zeros((3, len(GAMES)), np.int64)
        for day in self.days_of(start, end, now):
            totals += day.totals(start, end, now)
        return totals


def _together(pieces: Iterable[Rounds]) -> Rounds:
    return np.concatenate([np.zeros(0, ROUND), *pieces])
