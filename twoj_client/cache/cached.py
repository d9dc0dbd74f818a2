"""Reads through the cache: what is fresh is served, what is missing is asked for once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

import msgspec

from twoj_client.cache.entry import Entry, Rule, entry_of, from_bytes, to_bytes
from twoj_client.cache.store import Store
from twoj_client.decode import typed
from twoj_client.endpoints import Endpoint
from twoj_client.errors import TwoJError
from twoj_client.reply import Answer
from twoj_client.signing import canonical_json
from twoj_client.transport import Received
from twoj_client.windows import Window

T = TypeVar("T")
Params = dict[str, Any]


class CachedReads:
    """Answers reads from the store where it can, from the provider where it must."""

    def __init__(
        self,
        ask: Callable[[Endpoint[Any], Params], Received],
        store: Store,
        *,
        scope: str,
        clock: Callable[[], float],
        settle_s: float,
        stale_for_s: float,
    ) -> None:
        self._ask = ask
        self._store = store
        self._scope = scope
        self._clock = clock
        self._settle_s = settle_s
        self._stale_for_s = stale_for_s
        self._lock = threading.Lock()
        self._flights: dict[str, Future[Entry]] = {}

    def read(self, endpoint: Endpoint[T], params: Params, window: Window | None = None) -> Answer[T]:
        """Return the answer to a read; `window` is added to the parameters.

        Raises:
            TwoJError: the provider failed, and no answer young enough is at hand.

        """
        found = self.peek(endpoint, params, window)
        if found is not None:
            return found
        rule = self._rule(endpoint, window)
        try:
            entry = self._one_flight(endpoint, params, window)
        except TwoJError as error:
            if not error.retry_may_help:
                raise
            stale = self._stale(endpoint, params, window)
            if stale is None:
                raise
            return stale
        return self._answer(endpoint, entry, rule)

    def peek(self, endpoint: Endpoint[T], params: Params, window: Window | None = None) -> Answer[T] | None:
        """Return a fresh answer from the store, None if there is none."""
        rule = self._rule(endpoint, window)
        entry = self._kept(self._key(endpoint, params, window, is_open=rule.is_open))
        if entry is None or not rule.fits(entry) or not rule.fresh(entry):
            return None
        return self._answer(endpoint, entry, rule)

    def split(
        self, endpoint: Endpoint[T], params: Params, answer: Answer[T], parts: Mapping[Window, T]
    ) -> dict[Window, Answer[T]]:
        """Make the parts of an answer into answers of their own, and keep them.

        `parts` are windows within that of `answer`, and what it says about each.
        """
        entries = {
            window: Entry(answer.as_of, min(answer.covers_to, window.end), msgspec.json.encode(value))
            for window, value in parts.items()
        }
        if not answer.stale:
            self._keep(endpoint, params, entries)
        return {
            window: self._answer(endpoint, entry, self._rule(endpoint, window), stale=answer.stale)
            for window, entry in entries.items()
        }

    def _keep(self, endpoint: Endpoint[Any], params: Params, entries: Mapping[Window, Entry]) -> None:
        final: dict[str, bytes] = {}
        passing: dict[str, bytes] = {}
        for window, entry in entries.items():
            rule = self._rule(endpoint, window)
            key = self._key(endpoint, params, window, is_open=rule.is_open)
            (final if rule.settled(entry) else passing)[key] = to_bytes(entry)
        if final:
            self._store.put(final, None)
        if passing:
            self._store.put(passing, self._stale_for_s)

    def _rule(self, endpoint: Endpoint[Any], window: Window | None) -> Rule:
        assert endpoint.keep is not None, endpoint.name  # noqa: S101
        return Rule(endpoint.keep, window, now=self._clock(), settle_s=self._settle_s)

    def _key(self, endpoint: Endpoint[Any], params: Params, window: Window | None, *, is_open: bool) -> str:
        span = "" if window is None else f"{window.start}-{'open' if is_open else window.end}"
        return f"{self._scope}{endpoint.path}?{span}{canonical_json(params).decode()}"

    def _kept(self, key: str) -> Entry | None:
        kept = self._store.get(key)
        return None if kept is None else from_bytes(kept)

    def _answer(self, endpoint: Endpoint[T], entry: Entry, rule: Rule, *, stale: bool = False) -> Answer[T]:
        value = typed(endpoint, entry.payload)
        return Answer(value, rule.as_of(entry), rule.settled(entry), stale, entry.covers_to)

    def _one_flight(self, endpoint: Endpoint[Any], params: Params, window: Window | None) -> Entry:
        key = self._key(endpoint, params, window, is_open=False)
        with self._lock:
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if not leads:
            return flight.result()
        try:
            entry = self._fetch(endpoint, params, window)
        except BaseException as error:
            flight.set_exception(error)
            raise
        else:
            flight.set_result(entry)
            return entry
        finally:
            with self._lock:
                del self._flights[key]

    def _fetch(self, endpoint: Endpoint[Any], params: Params, window: Window | None) -> Entry:
        asked = params if window is None else params | {"time_start": window.start, "time_end": window.end}
        entry = entry_of(self._ask(endpoint, asked), window)
        typed(endpoint, entry.payload)
        if window is None:
            key = self._key(endpoint, params, None, is_open=False)
            self._store.put({key: to_bytes(entry)}, self._stale_for_s)
        else:
            self._keep(endpoint, params, {window: entry})
        return entry

    def _stale(self, endpoint: Endpoint[T], params: Params, window: Window | None) -> Answer[T] | None:
        rule = self._rule(endpoint, window)
        for is_open in (False, True):
            entry = self._kept(self._key(endpoint, params, window, is_open=is_open))
            if entry is not None and rule.fits(entry) and rule.servable(entry, self._stale_for_s):
                return self._answer(endpoint, entry, rule, stale=True)
        return None
