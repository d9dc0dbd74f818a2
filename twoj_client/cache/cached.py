"""Reads through the cache: what is fresh is served, what is missing is asked for once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from twoj_client.at_hand import may_ask
from twoj_client.cache.entry import Entry, Rule, entry_of, from_bytes, to_bytes
from twoj_client.cache.flights import Flights
from twoj_client.cache.memory import Memory
from twoj_client.cache.store import Patient
from twoj_client.decode import typed
from twoj_client.endpoints import WINDOWED, Endpoint
from twoj_client.errors import TwoJError, WrongShape
from twoj_client.log import log
from twoj_client.reply import Answer, Reply
from twoj_client.signing import canonical_json
from twoj_client.stats import Stats
from twoj_client.threads import Workers
from twoj_client.transport import Wire
from twoj_client.windows import Window

T = TypeVar("T")
Params = dict[str, Any]
Span = Window | None

_MEMORY_BYTES = 32 * 2**20
_HURRY_S = 60.0


class Held(NamedTuple):
    """An entry and its payload, decoded."""

    entry: Entry
    value: Any


class CachedReads:
    """Answers reads from memory and store where it can, from the provider where it must."""

    def __init__(
        self,
        wire: Wire,
        store: Patient,
        flights: Flights[Held],
        *,
        scope: str,
        clock: Callable[[], float],
        settle_s: float,
        stale_for_s: float,
        stats: Stats,
    ) -> None:
        self._wire = wire
        self._store = store
        self._flights = flights
        self._scope = scope
        self._clock = clock
        self._settle_s = settle_s
        self._stale_for_s = stale_for_s
        self._stats = stats
        self._memory = Memory[Held](_MEMORY_BYTES)
        self._owner = secrets.token_hex(8)
        self._failed_at: dict[str, float] = {}
        self._refreshers = Workers(2, thread_name_prefix="twoj-refresh")

    def close(self) -> None:
        """Stop fetching ahead."""
        self._refreshers.shutdown(cancel_futures=True)

    def read(self, endpoint: Endpoint[T], params: Params, window: Span = None) -> Answer[T]:
        """Return the answer to a read; `window` is added to the parameters.

        Raises:
            TwoJError: the provider failed, and no answer young enough is at hand.

        """
        (found,) = self.peek(endpoint, params, [window])
        if found is not None:
            self._stats.note(endpoint.name, "hits")
            return found
        may_ask()
        self._stats.note(endpoint.name, "misses")
        old = self.stale(endpoint, params, window)
        try:
            return self._ask(endpoint, params, window, hurry=old is not None)
        except TwoJError as error:
            if old is None or not error.older_will_do:
                raise
            self._stats.note(endpoint.name, "stale")
            return old._replace(trouble=error.trouble)

    def renew(self, endpoint: Endpoint[T], params: Params, window: Span = None) -> Answer[T]:
        """Ask the provider even if an answer is kept, and keep the new one.

        Raises:
            TwoJError: the provider failed.

        """
        may_ask()
        held = self._fetcher(endpoint, params, window, hurry=False)()
        return _answer(held, self._rule(endpoint, window, self._clock()))

    def peek(self, endpoint: Endpoint[T], params: Params, windows: Sequence[Span]) -> list[Answer[T] | None]:
        """Return the fresh answers for some windows, None where there is none; nothing is waited for.

        What is near its end is fetched anew in the background.
        """
        now = self._clock()
        rules = [self._rule(endpoint, window, now) for window in windows]
        name = self._name(endpoint, params)
        keys = [_key(name, window, is_open=rule.is_open) for window, rule in zip(windows, rules, strict=True)]
        found: list[Answer[T] | None] = []
        for window, rule, held in zip(windows, rules, self._held(endpoint, keys, rules), strict=True):
            if held is None:
                found.append(None)
                continue
            answer = _answer(held, rule)
            found.append(answer)
            if now >= answer.refresh_at:
                self._refresh_ahead(endpoint, params, window)
        return found

    def stale(self, endpoint: Endpoint[T], params: Params, window: Span) -> Answer[T] | None:
        """Return an old answer that may be served if the provider fails, None if there is none."""
        rule = self._rule(endpoint, window, self._clock())
        name = self._name(endpoint, params)
        for kept in self._store.get([_key(name, window, is_open=is_open) for is_open in (False, True)]):
            held = _decoded(endpoint, kept)
            if held and rule.fits(held.entry) and rule.servable(held.entry, self._stale_for_s):
                return _answer(held, rule)._replace(stale=True)
        return None

    def made(
        self,
        endpoint: Endpoint[Any],
        params: Params,
        window: Window,
        make: Callable[[], Reply[T]],
        *,
        pack: Callable[[T], bytes],
        unpack: Callable[[bytes], T],
    ) -> Reply[T]:
        """Return what is made of many answers to `endpoint` about a window: of one that is settled, once.

        `make` asks for them past the cache, `unpack` raises ValueError where what is kept is damaged.
        """
        key = _key(self._name(endpoint, params), window, is_open=False)

        def look() -> Held | None:
            (kept,) = self._store.get([key])
            entry = None if kept is None else from_bytes(kept)
            if entry is None or not _good(entry, self._rule(endpoint, window, self._clock())):
                return None
            try:
                return Held(entry, Reply(unpack(entry.payload), datetime.fromtimestamp(entry.as_of, UTC)))
            except ValueError:
                return None

        def fetch() -> Held:
            reply = make()
            entry = Entry(reply.as_of.timestamp(), window.end, pack(reply.data))
            if reply.complete and not reply.stale:
                settled = self._rule(endpoint, window, self._clock()).settled(entry)
                self._store.put({key: to_bytes(entry)}, None if settled else WINDOWED.fresh_s)
            return Held(entry, reply)

        held = look()
        if held is None:
            may_ask()
        self._stats.note(endpoint.name, "misses" if held is None else "hits")
        reply: Reply[T] = (held or self._flights.join(key, look, fetch)).value
        return reply

    def leads(self, endpoint: Endpoint[Any], for_s: float) -> bool:
        """Say whether this process, of all that share the store, is the one that asks; it is for `for_s`."""
        return self._store.lead(f"{self._scope}{endpoint.path}#leader", self._owner, for_s)

    def split(
        self, endpoint: Endpoint[T], params: Params, answer: Answer[T], parts: Mapping[Window, T]
    ) -> dict[Window, Answer[T]]:
        """Make the parts of an answer into answers of their own, and keep them.

        `parts` are windows within that of `answer`, and what it says about each.
        """
        held = {}
        for window, value in parts.items():
            covers_to = min(answer.covers_to, window.end)
            held[window] = Held(Entry(answer.as_of, covers_to, msgspec.json.encode(value)), value)
        if not answer.stale:
            self._keep(endpoint, params, held)
        now = self._clock()
        return {
            window: _answer(part, self._rule(endpoint, window, now))._replace(
                stale=answer.stale, trouble=answer.trouble
            )
            for window, part in held.items()
        }

    def _rule(self, endpoint: Endpoint[Any], window: Span, now: float) -> Rule:
        assert endpoint.keep is not None, endpoint.name  # noqa: S101
        return Rule(endpoint.keep, window, now=now, settle_s=self._settle_s)

    def _name(self, endpoint: Endpoint[Any], params: Params) -> str:
        return f"{self._scope}{endpoint.path}{canonical_json(params).decode()}"

    def _held(self, endpoint: Endpoint[Any], keys: Sequence[str], rules: Sequence[Rule]) -> list[Held | None]:
        """Return what is fresh, from memory or else from the store."""
        found = [self._memory.get(key) for key in keys]
        for i, held in enumerate(found):
            if held is not None and not _good(held.entry, rules[i]):
                found[i] = None
        missing = [i for i, held in enumerate(found) if held is None]
        if missing:
            kept = self._store.get([keys[i] for i in missing])
            for i, raw in zip(missing, kept, strict=True):
                held = _decoded(endpoint, raw)
                if held is not None and _good(held.entry, rules[i]):
                    found[i] = held
                    self._remember(endpoint, keys[i], held)
        return found

    def _remember(self, endpoint: Endpoint[Any], key: str, held: Held) -> None:
        # Histories are large and rarely asked for twice.
        if endpoint.row_limit is None and endpoint.page_size is None:
            self._memory.put(key, held, len(held.entry.payload) + len(key))

    def _ask(self, endpoint: Endpoint[T], params: Params, window: Span, *, hurry: bool) -> Answer[T]:
        rule = self._rule(endpoint, window, self._clock())
        key = _key(self._name(endpoint, params), window, is_open=rule.is_open)
        fetch = self._fetcher(endpoint, params, window, hurry=hurry)

        def look() -> Held | None:
            (held,) = self._held(endpoint, [key], [self._rule(endpoint, window, self._clock())])
            return held

        held = self._flights.join(key, look, fetch)
        if not rule.fits(held.entry):
            # We joined a flight towards a later end, which may hold bets from after ours.
            held = fetch()
        return _answer(held, self._rule(endpoint, window, self._clock()))

    def _fetcher(
        self, endpoint: Endpoint[Any], params: Params, window: Span, *, hurry: bool
    ) -> Callable[[], Held]:
        asked = params if window is None else params | {"time_start": window.start, "time_end": window.end}

        def fetch() -> Held:
            # With an old answer at hand, nobody should wait long for a provider that has just failed.
            failed_at = self._failed_at.get(endpoint.name, float("-inf"))
            hurried = hurry and 0 <= self._clock() - failed_at < _HURRY_S
            try:
                entry = entry_of(self._wire.ask(endpoint, asked, hurried=hurried), window)
                held = Held(entry, typed(endpoint, entry.payload))
            except TwoJError:
                if not hurried:  # or a provider that is only slow would be hurried for ever
                    self._failed_at[endpoint.name] = self._clock()
                raise
            self._failed_at.pop(endpoint.name, None)
            self._keep(endpoint, params, {window: held})
            return held

        return fetch

    def _keep(self, endpoint: Endpoint[Any], params: Params, parts: Mapping[Any, Held]) -> None:
        now = self._clock()
        name = self._name(endpoint, params)
        final: dict[str, bytes] = {}
        passing: dict[str, bytes] = {}
        for window, held in parts.items():
            rule = self._rule(endpoint, window, now)
            key = _key(name, window, is_open=rule.is_open)
            (final if rule.settled(held.entry) else passing)[key] = to_bytes(held.entry)
            self._remember(endpoint, key, held)
        if final:
            self._store.put(final, None)
        if passing:
            assert endpoint.keep is not None, endpoint.name  # noqa: S101
            self._store.put(passing, max(self._stale_for_s, endpoint.keep.fresh_s))

    def _refresh_ahead(self, endpoint: Endpoint[Any], params: Params, window: Span) -> None:
        rule = self._rule(endpoint, window, self._clock())
        key = _key(self._name(endpoint, params), window, is_open=rule.is_open)
        if self._flights.running(key):
            return
        asked_at = self._clock()
        fetch = self._fetcher(endpoint, params, window, hurry=True)

        def look() -> Held | None:
            """Find what another process has fetched since."""
            held = _decoded(endpoint, self._store.get([key])[0])
            return held if held and held.entry.as_of >= asked_at else None

        def refresh() -> None:
            try:
                self._flights.join(key, look, fetch)
            except TwoJError as error:
                log.info("refresh failed", endpoint=endpoint.path, error=type(error).__name__)
            else:
                self._stats.note(endpoint.name, "refreshes")

        try:
            self._refreshers.submit(refresh)
        except RuntimeError:  # closed meanwhile
            return


def _key(name: str, window: Span, *, is_open: bool) -> str:
    return name if window is None else f"{name}{window.start}-{'open' if is_open else window.end}"


def _decoded(endpoint: Endpoint[Any], kept: bytes | None) -> Held | None:
    entry = None if kept is None else from_bytes(kept)
    if entry is None:
        return None
    try:
        return Held(entry, typed(endpoint, entry.payload))
    except WrongShape:  # kept by another version
        return None


def _good(entry: Entry, rule: Rule) -> bool:
    return rule.fits(entry) and rule.fresh(entry)


def _answer(held: Held, rule: Rule) -> Answer[Any]:
    entry = held.entry
    return Answer(
        value=held.value,
        as_of=rule.as_of(entry),
        ended=rule.ended(entry),
        covers_to=entry.covers_to,
        refresh_at=rule.refresh_at(entry),
    )
