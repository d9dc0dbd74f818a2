"""Asks the provider for the pots again and again, while somebody looks."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from typing import Final

import structlog

from dashboard.jackpots import Pot, Pots
from twoj_client import Reply, TwoJError
from twoj_client import models as provider

log = structlog.get_logger(__name__)

REST_AFTER_S: Final = 10
_SHORTEST_WAIT_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer about the pots. `timer_s` is the moment it was true, on a clock that never jumps."""

    pots: Pots
    as_of: datetime
    timer_s: float


class Poller:
    """One for a server, however many look.

    `ask` returns the provider's answer. `hear` is told each new answer and the one before, in the poller's
    thread. `clock` returns epoch seconds, `timer` seconds of a clock that never jumps.
    """

    def __init__(
        self,
        ask: Callable[[], Reply[provider.Pool]],
        hear: Callable[[Pots | None, Pots], None],
        *,
        every_s: float,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._hear = hear
        self._every_s = every_s
        self._clock = clock
        self._timer = timer
        self._looked_at = float("-inf")
        self._resting = True
        self._wake = Event()
        self._ended = False
        self._failing = False
        self._heard: Heard | None = None

    def look(self) -> Heard | None:
        """Return the latest answer, None before the first; keeps the poller awake."""
        self._looked_at = self._timer()
        if self._resting:
            self._wake.set()
        return self._heard

    def age_ms(self, heard: Heard) -> int:
        """Return how old an answer is."""
        return int((self._timer() - heard.timer_s) * 1000)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ask in a thread of its own until the block ends."""
        thread = Thread(target=self._run, name="jackpot-poller", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended = True
            self._wake.set()
            thread.join(timeout=1)  # longer than that only a provider that hangs can keep it

    def turn(self) -> float | None:
        """Ask once, unless nobody looked lately; return in how many seconds to do so again, None: once woken.

        Each answer is asked for `every_s` after the one before was true, also if another server asked for
        that: so all servers that share a cache ask at the same time, and that is one call.
        """
        self._resting = self._timer() - self._looked_at > max(REST_AFTER_S, 3 * self._every_s)
        if self._resting:
            return None
        wait_s = self._every_s
        try:
            reply = self._ask()
        except TwoJError as error:
            self._say(failing=str(error))
        except Exception:  # whatever it was, the next turn may do better
            log.exception("jackpot poller failed")
        else:
            heard = self._heard_from(reply)
            self._say(failing="The provider does not answer." if reply.stale else None)
            if not reply.stale:
                wait_s -= self._timer() - heard.timer_s
            self._take(heard, stale=reply.stale)
        return max(wait_s, _SHORTEST_WAIT_S)

    def _run(self) -> None:
        while not self._ended:
            self._wake.wait(self.turn())
            self._wake.clear()

    def _heard_from(self, reply: Reply[provider.Pool]) -> Heard:
        age_s = max(self._clock() - reply.as_of.timestamp(), 0)
        return Heard(told_pots(reply), reply.as_of, self._timer() - age_s)

    def _take(self, heard: Heard, *, stale: bool) -> None:
        before = self._heard
        if before and (stale or heard.as_of == before.as_of):
            return
        self._heard = heard
        if not stale:
            self._hear(before.pots if before else None, heard.pots)

    def _say(self, failing: str | None) -> None:
        if failing and not self._failing:
            log.warning("jackpot pots not known", error=failing)
        elif self._failing and not failing:
            log.warning("jackpot pots known again")
        self._failing = failing is not None


def told_pots(reply: Reply[provider.Pool]) -> Pots:
    """Return the pots of an answer; a provider that tells no time is taken to have ours."""
    pool = reply.data
    at_ms = int(reply.as_of.timestamp() * 1000) if pool.timestamp is None else pool.timestamp
    return Pots(_pot(pool.hourly), _pot(pool.super), at_ms)


def _pot(pot: provider.Pot) -> Pot:
    return Pot(pot.pot, pot.next_pot, pot.next_hour)
