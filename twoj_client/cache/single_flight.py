"""Single flight: what many want at the same time is asked for once, across threads and processes."""

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from twoj_client.cache.store import ResilientStore

R = TypeVar("R")

_POLL_S = 0.02
# A process that is killed while it fetches keeps the others waiting no longer than this.
_CLAIM_S = 5.0


@dataclass(frozen=True, eq=False)
class SingleFlight(Generic[R]):
    """Lets one thread of one process at a time fetch what is named by a key.

    `wait_s` bounds how long one process waits for others. A process that takes longer than a few seconds may
    have died: then another fetches, too.
    """

    store: ResilientStore
    timer: Callable[[], float]
    sleep: Callable[[float], None]
    wait_s: float
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _flights: dict[str, Future[R]] = field(default_factory=dict, init=False)

    def do(self, key: str, look: Callable[[], R | None], fetch: Callable[[], R]) -> R:
        """Return what `fetch` returns, here or in the thread that was first.

        `look` finds what another process has fetched meanwhile.
        """
        with self._lock:
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if not leads:
            return flight.result()
        try:
            result = self._lead(key, look, fetch)
        except BaseException as error:
            flight.set_exception(error)
            raise
        else:
            flight.set_result(result)
            return result
        finally:
            with self._lock:
                del self._flights[key]

    def running(self, key: str) -> bool:
        """Whether a thread of this process is fetching `key`."""
        return key in self._flights

    def _lead(self, key: str, look: Callable[[], R | None], fetch: Callable[[], R]) -> R:
        claim = key + "#claim"
        give_up_at = self.timer() + self.wait_s
        # An owner of its own: nobody else has it, and nobody takes it for longer.
        while not self.store.lead(claim, secrets.token_hex(8), min(_CLAIM_S, self.wait_s)):
            if self.timer() >= give_up_at:
                return fetch()
            self.sleep(_POLL_S)
            found = look()
            if found is not None:
                return found
        try:
            # Another process may have brought it between our look and our claim.
            found = look()
            return fetch() if found is None else found
        finally:
            self.store.release(claim)
