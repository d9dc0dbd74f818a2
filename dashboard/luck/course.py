"""The evidence against each game over time, made of its hours: M ← (M + 1) · L, its alarms, since when.

Of each game all draws are watched, and its stake bands beside, for overpaying and for underpaying. A band
alone raises an alarm at ten times as much: there are at most ten, so that all of them err as rarely as the
game. Since when a game does what it is found to do is said by the last time that the evidence of the λ that
found it began to grow (the maximum-likelihood change of a cumulative sum, Page, Biometrika 41, 1954).
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from math import log
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from dashboard.luck.hours import Records
from dashboard.luck.monitor import ALARM, OVERPAYING, UNDERPAYING, Floats, Ints, after_hour, begins, mixed

ALL: Final = -1
"""In the place of a stake band: all draws of a game."""
BAND_ALARM: Final = 10 * ALARM


class Watched(NamedTuple):
    """What is watched: a game, for overpaying (sign 1) or underpaying (−1), in a stake band or in `ALL`."""

    game_id: int
    sign: int
    decade: int = ALL

    @property
    def log_alarm(self) -> float:
        """Log M at which there is an alarm."""
        return log(ALARM if self.decade == ALL else BAND_ALARM)

    def belongs_to(self, other: "Watched") -> bool:
        """Whether it is the other, or a stake band of it."""
        return self[:2] == other[:2] and other.decade in (ALL, self.decade)


@dataclass(frozen=True, slots=True)
class Alarm:
    """When the evidence reached the alarm: at the end of which hour, how much it was, since when it grew."""

    of: Watched
    since_s: int
    hour_s: int
    log_m: float


class Course:
    """The evidence of hours that are added in the order of time.

    `restarts`: from these times on (epoch s) the evidence begins anew, as where an alarm was looked into.
    """

    def __init__(self, restarts: Mapping[Watched, int]) -> None:
        self.alarms: list[Alarm] = []
        """Each alarm since the evidence last began, the oldest first."""
        self._restarts = sorted(((at_s, of) for of, at_s in restarts.items()), reverse=True)
        self._keys: list[Watched] = []
        self._places: dict[int, int] = {}
        self._log_m = self._grown = np.empty((0, len(OVERPAYING.lambdas)))
        self._since_s = np.empty((0, len(OVERPAYING.lambdas)), np.int64)
        self._hours = np.empty(0, np.int64)
        self._alarmed = np.empty(0, np.bool_)
        self._limits = np.empty(0)
        self._points: list[tuple[int, Ints, Floats]] = []
        self._matrix: npt.NDArray[np.float32] | None = None

    def add(self, hour_s: int, records: Records) -> None:
        """Add an hour, later than all before."""
        self._matrix = None
        self.come_to(hour_s)
        codes, log_ls = [], []
        for sign, name, rtp in ((OVERPAYING.sign, "over", "rtp"), (UNDERPAYING.sign, "under", "rtp_cut")):
            known = records[np.isfinite(records[rtp])]
            games, decades, log_l = known["game_id"], known["decade"], known[name]
            if len(known):
                firsts = np.flatnonzero(begins(games))
                codes += [_codes(games[firsts], sign, ALL), _codes(games, sign, decades)]
                log_ls += [np.add.reduceat(log_l, firsts, axis=0), log_l]
        if codes:
            self._step(hour_s, self._at(np.concatenate(codes)), np.concatenate(log_ls))

    def _step(self, hour_s: int, at: Ints, log_l: Floats) -> None:
        self._log_m[at] = after_hour(self._log_m[at], log_l)
        begun = self._grown[at] <= 0
        self._since_s[at] = np.where(begun, hour_s, self._since_s[at])
        self._grown[at] = np.where(begun, 0, self._grown[at]) + log_l
        self._hours[at] += 1
        log_m = mixed(self._log_m[at])
        self._points.append((hour_s, at, log_m))
        for place in np.flatnonzero((log_m >= self._limits[at]) & ~self._alarmed[at]).tolist():
            row = at[place]
            self._alarmed[row] = True
            since_s = int(self._since_s[row, self._grown[row].argmax()])
            self.alarms.append(Alarm(self._keys[row], since_s, hour_s, float(log_m[place])))

    def _at(self, codes: Ints) -> Ints:
        found = [self._places.get(code, -1) for code in codes.tolist()]
        if new := [place for place, row in enumerate(found) if row < 0]:
            for place in new:
                found[place] = self._places[int(codes[place])] = len(self._keys)
                self._keys.append(_watched(int(codes[place])))
            more = len(new)
            width = self._log_m.shape[1]
            self._log_m = np.concatenate([self._log_m, np.full((more, width), -np.inf)])
            self._grown = np.concatenate([self._grown, np.zeros((more, width))])
            self._since_s = np.concatenate([self._since_s, np.zeros((more, width), np.int64)])
            self._hours = np.concatenate([self._hours, np.zeros(more, np.int64)])
            self._alarmed = np.concatenate([self._alarmed, np.zeros(more, np.bool_)])
            self._limits = np.array([key.log_alarm for key in self._keys])
        return np.array(found, np.int64)

    def copy(self) -> "Course":
        """Return one that goes on from here by itself."""
        found = copy(self)
        vars(found).update({name: copy(value) for name, value in vars(self).items()})
        return found

    def has_restarts(self, time_s: int) -> bool:
        """Whether something begins anew by then."""
        return bool(self._restarts) and self._restarts[-1][0] <= time_s

    def come_to(self, time_s: int) -> None:
        """Begin anew what was to begin anew by then; no earlier hour is added after that."""
        while self.has_restarts(time_s):
            self._restart(self._restarts.pop()[1])

    def _restart(self, of: Watched) -> None:
        """Begin anew; of a whole game its stake bands too."""
        self.alarms = [alarm for alarm in self.alarms if not alarm.of.belongs_to(of)]
        for at, key in enumerate(self._keys):
            if key.belongs_to(of):
                self._log_m[at], self._grown[at], self._hours[at], self._alarmed[at] = -np.inf, 0, 0, False

    def now(self) -> dict[Watched, tuple[float, int]]:
        """Return log M of all that is watched, and of how many hours it is."""
        log_m = mixed(self._log_m) if len(self._hours) else self._log_m
        return {
            key: (float(log_m[at]), int(self._hours[at]))
            for at, key in enumerate(self._keys)
            if self._hours[at]
        }

    def log_es(self) -> dict[Watched, float]:
        """Return the e-values of now of whole games, in logarithms: M / hours (`monitor.discoveries`)."""
        return {key: log_m - log(hours) for key, (log_m, hours) in self.now().items() if key.decade == ALL}

    def lines(self, wanted: Iterable[Watched]) -> dict[Watched, list[tuple[int, float]]]:
        """Return log M at the end of each hour with a draw, of what is wanted and watched."""
        if self._matrix is None:
            self._matrix = np.full((len(self._points), len(self._keys)), np.nan, np.float32)
            for row, (_, at, log_m) in enumerate(self._points):
                self._matrix[row, at] = log_m
        hours = np.array([hour_s for hour_s, _, _ in self._points], np.int64)
        found = {}
        for key in wanted:
            if key in self._keys:
                line = self._matrix[:, self._keys.index(key)]
                known = np.isfinite(line)
                found[key] = list(zip(hours[known].tolist(), line[known].tolist(), strict=True))
        return found


def _codes(games: Ints, sign: int, decades: Ints | int) -> Ints:
    """One number for each that is watched: thousands of hours are looked up."""
    return np.asarray((games * 64 + decades + 1) * 2 + (sign > 0))


def _watched(code: int) -> Watched:
    game_decade, is_over = divmod(code, 2)
    return Watched(game_decade // 64, 1 if is_over else -1, game_decade % 64 - 1)
