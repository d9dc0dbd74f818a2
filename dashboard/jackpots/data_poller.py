"""Asks for the pots again and again, while somebody looks: one server for all that share a cache."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog

from dashboard.jackpots.pots import PotNow, Pots
from ledger.background import Background
from twoj_client import Reply, TwoJError
from twoj_client import models as provider
from twoj_client.jackpot import Jackpot
from twoj_client.windows import DAY_S

log = structlog.get_logger(__name__)

REST_AFTER_S: Final = 10
LEAD_S: Final = 6
"""So long after its last word a server that asked is taken to be gone."""
_LOOK_S: Final = 2
_SHORTEST_WAIT_S: Final = 0.2
_FOLLOWERS_WAIT_S: Final = 0.5
_SLACK_S: Final = 0.1
_CLOCKS_DIFFER_MS: Final = DAY_S * 1000


class Doing(StrEnum):
    """What a poller is at."""

    RESTING = "resting"
    """Nobody looks."""
    ASKING = "asking"
    HEARING = "hearing"
    """Another server asks; its answers come through the cache."""
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer about the pots. `timer_s` is the moment it was true, on a clock that never jumps."""

    pots: Pots
    as_of: datetime
    timer_s: float

    def is_newer_than(self, other: "Heard") -> bool:
        """Whether the provider said this after `other`: each clock may be set back, but not both."""
        return self.as_of > other.as_of or self.pots.at_ms > other.pots.at_ms


class Poller(Background):
    """One for a server, however many look.

    Of all servers that share a cache one leads: it asks, and the others hear its answers through the cache.
    Once nobody looks at its screens, or it is gone, another does. A server that cannot reach the cache asks.

    `hear` is told each new answer, the one before, and whether this server leads, in the poller's thread.
    `clock` returns epoch seconds, `timer` seconds of a clock that never jumps.
    """

    def __init__(
        self,
        provider: Jackpot,
        hear: Callable[[Pots | None, Pots, bool], None],
        *,
        every_s: float,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("jackpot-poller", every_s)
        self._provider = provider
        self._hear = hear
        self._clock = clock
        self._timer = timer
        self._looked_at = float("-inf")
        self._ask_at = float("-inf")
        self._resting = True
        self._failing = False
        self._leads = False
        self._heard: Heard | None = None

    def look(self) -> Heard | None:
        """Return the latest answer, None before the first; keeps the poller awake."""
        self._looked_at = self._timer()
        if self._resting:
            self._awake.set()
        return self._heard

    @property
    def doing(self) -> Doing:
        """What it is at."""
        if self._resting:
            return Doing.RESTING
        if self._failing:
            return Doing.FAILING
        return Doing.ASKING if self._leads else Doing.HEARING

    def age_ms(self, heard: Heard) -> int:
        """Return how old an answer is."""
        return int((self._timer() - heard.timer_s) * 1000)

    def work(self) -> float | None:
        """Ask or hear once, unless nobody looked lately.

        An answer is asked for `every_s` after the one before was true; in between the leader says that it
        still leads.
        """
        self._resting = self._timer() - self._looked_at > max(REST_AFTER_S, 3 * self._every_s)
        if self._resting:
            return None
        leads = False
        try:
            leads = self._leads = self._provider.leads(LEAD_S)
            if not leads:
                self._take(self._provider.latest_pool(), leads=False)
            elif self._timer() >= self._ask_at - _SLACK_S:
                self._ask_at = self._timer() + self._every_s
                self._take(self._provider.pool(), leads=True)
        except TwoJError as error:
            self._say(failing=str(error))
        wait_s = min(self._ask_at - self._timer(), _LOOK_S)
        return max(wait_s, _SHORTEST_WAIT_S if leads else _FOLLOWERS_WAIT_S)

    def _take(self, reply: Reply[provider.Pool] | None, *, leads: bool) -> None:
        if reply is None:
            return
        age_s = max(self._clock() - reply.as_of.timestamp(), 0)
        heard, before = Heard(told_pots(reply), reply.as_of, self._timer() - age_s), self._heard
        if reply.stale:
            self._say(failing="The provider does not answer.")
            self._heard = before or heard
        elif before is None or heard.is_newer_than(before):
            self._say(failing=None)
            self._heard = heard
            self._ask_at = heard.timer_s + self._every_s
            self._hear(before.pots if before else None, heard.pots, leads)

    def _say(self, failing: str | None) -> None:
        if failing and not self._failing:
            log.warning("jackpot pots not known", error=failing)
        elif self._failing and not failing:
            log.warning("jackpot pots known again")
        self._failing = failing is not None


def told_pots(reply: Reply[provider.Pool]) -> Pots:
    """Return the pots of an answer, at the time that its header tells.

    Where that is none, or a day or more from when the answer was given, as no clock is but seconds, µs and
    fields that hold something else are, the answer's time stands in.
    """
    pool, given_ms = reply.data, int(reply.as_of.timestamp() * 1000)
    told_ms = given_ms if pool.timestamp is None else pool.timestamp
    at_ms = told_ms if abs(told_ms - given_ms) < _CLOCKS_DIFFER_MS else given_ms
    return Pots(_pot(pool.hourly), _pot(pool.super), at_ms)


def _pot(pot: provider.Pot | None) -> PotNow | None:
    return None if pot is None else PotNow(pot.pot, pot.next_pot, pot.next_hour)
