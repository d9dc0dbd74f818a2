"""Reads through the cache: what is fresh is served, what is missing is asked for once."""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import msgspec

from twoj_client.cache.asked_again import AskedAgain
from twoj_client.cache.entry import STALE_FOR_S, CacheEntry, Rule, entry_of, from_bytes, to_bytes
from twoj_client.cache.memory import Memory
from twoj_client.cache.single_flight import SingleFlight
from twoj_client.cache.store import ResilientStore
from twoj_client.cache_only import refuse_if_cache_only
from twoj_client.changes import Figures, Restatement, difference, figures
from twoj_client.circuit_breaker import CircuitBreaker
from twoj_client.decode import typed
from twoj_client.endpoints import Endpoint
from twoj_client.errors import TwoJError, WrongShape
from twoj_client.reply import Answer
from twoj_client.senders import Senders
from twoj_client.signing import canonical_json
from twoj_client.stats import Stats
from twoj_client.threads import Workers
from twoj_client.windows import Window, in_window

log = logging.getLogger("twoj_client")

T = TypeVar("T")
Params = dict[str, Any]
Span = Window | None

_MEMORY_BYTES = 32 * 2**20
_HURRY_S = 60.0


class DecodedEntry(NamedTuple):
    """An entry and its payload, decoded."""

    entry: CacheEntry
    value: Any
    unknown: Mapping[str, int] = MappingProxyType({})
    """How often which field was not known."""


class CachedReads:
    """Answers reads from memory and store where it can, from the provider where it must."""

    def __init__(
        self,
        senders: Senders,
        store: ResilientStore,
        single_flight: SingleFlight[DecodedEntry],
        *,
        scope: str,
        clock: Callable[[], float],
        timer: Callable[[], float],
        stats: Stats,
    ) -> None:
        self._senders = senders
        self._store = store
        self._single_flight = single_flight
        self._scope = scope
        self.now = clock
        """The time by which the cache judges: the provider's, as far as it has told it."""
        self._stats = stats
        self._memory = Memory[DecodedEntry](_MEMORY_BYTES)
        self._owner = secrets.token_hex(8)
        self._failing = CircuitBreaker(timer, rest_s=_HURRY_S)
        self.asked_again = AskedAgain(store, f"{scope}#asked again", timer)
        self._refreshing: set[str] = set()
        self._refreshing_lock = threading.Lock()
        self._refreshers = Workers(2, thread_name_prefix="twoj-refresh")

    def close(self) -> None:
        """Stop fetching ahead."""
        self._refreshers.shutdown(cancel_futures=True)

    def read(self, endpoint: Endpoint[T], params: Params, window: Span = None) -> Answer[T]:
        """Return the answer to a read; `window` is added to the parameters.

        Raises TwoJError: the provider failed, and no answer young enough is at hand.
        """
        (found,) = self.peek(endpoint, params, [window])
        if found is not None:
            self._stats.note(endpoint.name, "hits")
            return found
        refuse_if_cache_only()
        self._stats.note(endpoint.name, "misses")
        old = self.stale(endpoint, params, window)
        try:
            return self._ask(endpoint, params, window, hurry=old is not None)
        except TwoJError as error:
            if old is None or not error.older_will_do:
                raise
            self._stats.note(endpoint.name, "stale")
            return old._replace(stale_reason=error.with_traceback(None))

    def renew(self, endpoint: Endpoint[T], params: Params, window: Span) -> Answer[T]:
        """Ask the provider even if an answer is kept, and keep the new one.

        Raises TwoJError: the provider failed.
        """
        refuse_if_cache_only()
        held = self._fetcher(endpoint, params, window, hurry=False)()
        return _answer(held, self._rule(endpoint, window, self.now()))

    def peek(self, endpoint: Endpoint[T], params: Params, windows: Sequence[Span]) -> list[Answer[T] | None]:
        """Return the fresh answers for some windows, None where there is none; nothing is waited for.

        What is near its end is fetched anew in the background.
        """
        now = self.now()
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
        rule = self._rule(endpoint, window, self.now())
        name = self._name(endpoint, params)
        for kept in self._store.get([_key(name, window, is_open=is_open) for is_open in (False, True)]):
            held = _decoded(endpoint, kept)
            if held and rule.fits(held.entry) and rule.servable(held.entry):
                return _answer(held, rule)._replace(stale=True)
        return None

    def compared(
        self,
        endpoint: Endpoint[Any],
        params: Params,
        window: Window,
        rows: Sequence[Any],
        answers: Sequence[Answer[Any]],
    ) -> tuple[Restatement, ...]:
        """Return how the whole of a window's rows, in many answers, differs from what was said first.

        Nothing where it may still change, or where this is what was said first: then that is written down.
        """
        if not answers or not all(answer.settled for answer in answers):
            return ()
        key = f"{self._name(endpoint, params)}{window.start}-{window.end}#first"
        first = from_bytes(*self._store.get([key]))
        sums = figures(rows)
        if first is None or first.first is None:
            as_of = min(answer.as_of for answer in answers)
            self._store.put({key: to_bytes(CacheEntry(as_of, window.end, first=sums))}, None)
            return ()
        changed = difference(first.first, sums)
        return (Restatement(window, changed),) if changed else ()

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
            entry = CacheEntry(
                answer.as_of,
                covers_to,
                answer.by_provider_clock,
                answer.asked_again,
                payload=msgspec.json.encode(value),
            )
            held[window] = DecodedEntry(entry, value)
        if not answer.stale:
            held = self._keep(endpoint, params, held)
        now = self.now()
        return {
            window: _answer(part, self._rule(endpoint, window, now))._replace(
                stale=answer.stale, stale_reason=answer.stale_reason
            )
            for window, part in held.items()
        }

    def _rule(self, endpoint: Endpoint[Any], window: Span, now: float) -> Rule:
        assert endpoint.policy is not None, endpoint.name  # noqa: S101
        number = self.asked_again.number(window)
        return Rule(endpoint.policy, window, now=now, asked_again=number)

    def _name(self, endpoint: Endpoint[Any], params: Params) -> str:
        return f"{self._scope}{endpoint.path}{canonical_json(params).decode()}"

    def _held(
        self, endpoint: Endpoint[Any], keys: Sequence[str], rules: Sequence[Rule]
    ) -> list[DecodedEntry | None]:
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

    def _remember(self, endpoint: Endpoint[Any], key: str, held: DecodedEntry) -> None:
        # Histories are large and rarely asked for twice.
        if not _is_piece(endpoint):
            self._memory.put(key, held, len(held.entry.payload) + len(key))

    def _ask(self, endpoint: Endpoint[T], params: Params, window: Span, *, hurry: bool) -> Answer[T]:
        rule = self._rule(endpoint, window, self.now())
        key = _key(self._name(endpoint, params), window, is_open=rule.is_open)
        fetch = self._fetcher(endpoint, params, window, hurry=hurry)

        def look() -> DecodedEntry | None:
            (held,) = self._held(endpoint, [key], [self._rule(endpoint, window, self.now())])
            return held

        held = self._join(endpoint, window, key, look, fetch)
        return _answer(held, self._rule(endpoint, window, self.now()))

    def _join(
        self,
        endpoint: Endpoint[Any],
        window: Span,
        key: str,
        look: Callable[[], DecodedEntry | None],
        fetch: Callable[[], DecodedEntry],
    ) -> DecodedEntry:
        rule = self._rule(endpoint, window, self.now())
        held = self._single_flight.do(key, look, fetch)
        # We joined a flight towards a later end, which may hold bets from after ours; or one that had begun
        # before somebody wanted the window asked again.
        return held if rule.fits(held.entry) and rule.follows(held.entry) else fetch()

    def _fetcher(
        self, endpoint: Endpoint[Any], params: Params, window: Span, *, hurry: bool
    ) -> Callable[[], DecodedEntry]:
        asked = in_window(params, window)

        def fetch() -> DecodedEntry:
            # With an old answer at hand, nobody should wait long for a provider that has just failed.
            hurried = hurry and self._failing.is_open(endpoint.name)
            number = self.asked_again.number(window)
            try:
                entry = entry_of(self._senders.ask(endpoint, asked, hurried=hurried), window, number)
                held = DecodedEntry(entry, *typed(endpoint, entry.payload))
            except TwoJError as error:
                if not hurried:  # or a provider that is only slow would be hurried for ever
                    self._failing.record(error, endpoint.name)
                raise
            self._failing.record(None, endpoint.name)
            return self._keep(endpoint, params, {window: held})[window]

        return fetch

    def _keep(
        self, endpoint: Endpoint[Any], params: Params, parts: Mapping[Any, DecodedEntry]
    ) -> dict[Any, DecodedEntry]:
        """Keep the parts by their windows; return them, the settled ones beside what was said first."""
        now = self.now()
        name = self._name(endpoint, params)
        settled: dict[str, Any] = {}
        passing: dict[str, Any] = {}
        for window, held in parts.items():
            rule = self._rule(endpoint, window, now)
            key = _key(name, window, is_open=rule.is_open)
            (settled if rule.settled(held.entry) else passing)[key] = window
        kept = dict(parts)
        if settled and not _is_piece(endpoint):
            found = [parts[window] for window in settled.values()]
            entries = self._beside_first(
                list(settled), [held.entry for held in found], [figures(held.value) for held in found]
            )
            for window, held, entry in zip(settled.values(), found, entries, strict=True):
                kept[window] = held._replace(entry=entry)
        for key, window in (settled | passing).items():
            self._remember(endpoint, key, kept[window])
        for windows, ttl_s in ((settled, None), (passing, STALE_FOR_S)):
            if windows:
                self._store.put({key: to_bytes(kept[window].entry) for key, window in windows.items()}, ttl_s)
        return kept

    def _beside_first(
        self, keys: Sequence[str], entries: Sequence[CacheEntry], sums: Sequence[Figures]
    ) -> list[CacheEntry]:
        """Add to settled entries the sums that were said first under their keys, and what differs now."""
        beside = []
        for raw, entry, now in zip(self._store.get(keys), entries, sums, strict=True):
            before = from_bytes(raw)
            first = now if before is None or before.first is None else before.first
            beside.append(msgspec.structs.replace(entry, first=first, changed=difference(first, now)))
        return beside

    def _refresh_ahead(self, endpoint: Endpoint[Any], params: Params, window: Span) -> None:
        rule = self._rule(endpoint, window, self.now())
        key = _key(self._name(endpoint, params), window, is_open=rule.is_open)
        with self._refreshing_lock:
            if key in self._refreshing or self._single_flight.running(key):
                return
            self._refreshing.add(key)
        asked_at = self.now()
        fetch = self._fetcher(endpoint, params, window, hurry=True)

        def look() -> DecodedEntry | None:
            """Find what another process has fetched since."""
            held = _decoded(endpoint, self._store.get([key])[0])
            return held if held and held.entry.as_of >= asked_at else None

        def refresh() -> None:
            try:
                self._single_flight.do(key, look, fetch)
            except TwoJError as error:
                log.info("refresh failed", extra={"endpoint": endpoint.path, "error": type(error).__name__})
            else:
                self._stats.note(endpoint.name, "refreshes")
            finally:
                self._refreshing.discard(key)

        try:
            self._refreshers.submit(refresh)
        except RuntimeError:  # closed meanwhile
            return


def _key(name: str, window: Span, *, is_open: bool) -> str:
    return name if window is None else f"{name}{window.start}-{'open' if is_open else window.end}"


def _decoded(endpoint: Endpoint[Any], kept: bytes | None) -> DecodedEntry | None:
    entry = from_bytes(kept)
    if entry is None:
        return None
    try:
        return DecodedEntry(entry, *typed(endpoint, entry.payload))
    except WrongShape:  # kept by another version
        return None


def _is_piece(endpoint: Endpoint[Any]) -> bool:
    """Whether its answers are pages, or may be cut: pieces of what is wanted."""
    return endpoint.row_limit is not None or endpoint.page_size is not None


def _good(entry: CacheEntry, rule: Rule) -> bool:
    return rule.fits(entry) and rule.follows(entry) and rule.fresh(entry)


def _answer(held: DecodedEntry, rule: Rule) -> Answer[Any]:
    entry = held.entry
    return Answer(
        value=held.value,
        as_of=rule.as_of(entry),
        ended=rule.ended(entry),
        settled=rule.settled(entry),
        by_provider_clock=entry.by_provider_clock,
        asked_again=entry.asked_again,
        changes=rule.changes(entry),
        covers_to=entry.covers_to,
        refresh_at=rule.refresh_at(entry),
        unknown=held.unknown,
    )
