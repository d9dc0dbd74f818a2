"""The client: puts the wire, the cache and the groups of methods together."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import platformdirs

from twoj_client import arguments
from twoj_client.all_games import AllGames
from twoj_client.arguments import When
from twoj_client.cache.cached import CachedReads
from twoj_client.cache.folder import FolderStore
from twoj_client.cache.redis_store import RedisStore
from twoj_client.cache.single_flight import SingleFlight
from twoj_client.cache.store import CacheState, ResilientStore, Store
from twoj_client.core import Core
from twoj_client.errors import BadArgument
from twoj_client.games import Games, Slots
from twoj_client.health import Api, ApiHealth, ask_api
from twoj_client.jackpot import Jackpot
from twoj_client.network import UnusableEnvironment, certificates_for
from twoj_client.provider_clock import ProviderClock
from twoj_client.senders import Senders
from twoj_client.stats import EndpointStats, Stats
from twoj_client.threads import Workers
from twoj_client.transfer import TransferWallet
from twoj_client.transport import Credentials, Wire


class TwoJ:
    """A client of the provider's Summary and Open APIs.

    One instance may be shared by all threads. It is a context manager; :meth:`close` does the same::

        with TwoJ(summary_url="https://…", mch_id=101, key="…", timezone="Asia/Manila") as twoj:
            reply = twoj.all.stage_summary(start=start, end=end)

    Args:
        summary_url: base address of the Summary API.
        mch_id: merchant id.
        key: merchant key.
        open_url: base address of the Open API, the Summary API's if absent.
        cache_url: a folder for the cache, or ``redis://…``; a folder in the user's cache directory if absent.
        timezone: IANA zone of the business day.
        max_in_flight: the most requests at the same time.
        cache_bytes: the cache's size limit.
        timeout_s: the longest wait for the network.
        budget_s: the longest time of a call with its repetitions.
        clock: epoch seconds; timer: a clock that never jumps; sleep: waits so many seconds. For tests.
        transport: replaces the network. For tests.

    Raises BadArgument: an argument is not what it should be.

    """

    def __init__(  # noqa: PLR0913 — each has a default, and a use
        self,
        *,
        summary_url: str,
        mch_id: int,
        key: str,
        open_url: str | None = None,
        cache_url: str | Path | None = None,
        timezone: str = "UTC",
        max_in_flight: int = 8,
        cache_bytes: int = 2**30,
        timeout_s: float = 8,
        budget_s: float = 20,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        merchant = Credentials(
            summary_url=_base_url("summary_url", summary_url),
            open_url=_base_url("open_url", open_url or summary_url),
            mch_id=arguments.positive("mch_id", mch_id),
            key=arguments.text("key", key),
        )
        zone = _zone(timezone)
        try:
            for url in (merchant.summary_url, merchant.open_url):
                certificates_for(url)
        except UnusableEnvironment as error:
            raise BadArgument("{reason}.", reason=error) from None
        self._merchant = merchant
        self._stats = Stats(timer)
        provider_clock = ProviderClock(clock, timer)
        self._wire = Wire(
            merchant,
            clock=clock,
            timer=timer,
            timeout_s=timeout_s,
            max_in_flight=arguments.positive("max_in_flight", max_in_flight),
            provider_clock=provider_clock,
            transport=transport,
        )
        senders = Senders(
            self._wire,
            timer=timer,
            sleep=sleep,
            budget_s=budget_s,
            max_in_flight=max_in_flight,
            stats=self._stats,
        )
        self._cache_bytes = cache_bytes
        self._store = ResilientStore(_store(cache_url, cache_bytes), timer)
        self._cache = CachedReads(
            senders,
            self._store,
            SingleFlight(self._store, timer=timer, sleep=sleep, wait_s=budget_s),
            scope=_scope(merchant),
            clock=provider_clock.now,
            timer=timer,
            stats=self._stats,
        )
        self._workers = Workers(max_in_flight, thread_name_prefix="twoj")
        core = self._core = Core(
            senders=senders,
            cache=self._cache,
            workers=self._workers,
            zone=zone,
            mch_id=merchant.mch_id,
            max_in_flight=max_in_flight,
            clock=clock,
            sleep=sleep,
            stats=self._stats,
        )
        self.all = AllGames(core)
        self.games = Games(core)
        self.slots = Slots(core)
        self.jackpot = Jackpot(core)
        self.transfer = TransferWallet(core)

    def stats(self) -> dict[str, EndpointStats]:
        """Return what happened at each endpoint since the client was made, by the names of the methods."""
        return self._stats.read()

    def health(self, api: Api) -> ApiHealth:
        """Ask one of the provider's APIs once, past the cache, how it does; briefly, and nothing is moved."""
        return ask_api(self._core, api)

    def ask_again(self, *, start: When, end: When) -> None:
        """Have whatever is said of the window, or of a part of it, asked again when it is next wanted.

        That goes for all who share the cache, within seconds. What is kept serves only where the provider
        fails, until its new answer replaces it; what has changed is said (`Reply.changes`).
        """
        self._cache.asked_again.note(arguments.window(start, end), self._cache.now())

    def asked_again(self, *, start: When, end: When) -> int:
        """Return the number of the last request to ask for a part of the window again, 0 if there is none.

        What is kept of replies elsewhere is old once it has changed.
        """
        return self._cache.asked_again.number(arguments.window(start, end))

    def cache_state(self) -> CacheState:
        """Say how the cache is. While it does not work answers take longer, and none is lost."""
        works = self._store.check()
        return CacheState(self._store.place, works, self._store.size_bytes(), self._cache_bytes)

    def close(self) -> None:
        """Let go of threads, connections and files."""
        self._cache.close()
        self._workers.shutdown(cancel_futures=True)
        self._wire.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"TwoJ(summary_url={self._merchant.summary_url!r}, mch_id={self._merchant.mch_id})"


def _base_url(name: str, value: object) -> str:
    url = arguments.text(name, value)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        usable = usable and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        usable = False
    if not usable:
        raise BadArgument(
            "{name} must be an address such as https://host/path, without a user, ? or #.", name=name
        )
    return url.rstrip("/")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise BadArgument("timezone must be an IANA zone such as Europe/Berlin, not {name!r}.", name=name)


def _store(cache_url: str | Path | None, limit_bytes: int) -> Store:
    if cache_url is None:
        return FolderStore(platformdirs.user_cache_path("twoj", "twoj"), limit_bytes)
    if isinstance(cache_url, str) and "://" in cache_url:
        return _redis_store(cache_url, limit_bytes)
    return FolderStore(Path(cache_url), limit_bytes)


def _redis_store(url: str, limit_bytes: int) -> RedisStore:
    try:
        if url.partition("://")[0] in {"redis", "rediss"}:
            return RedisStore(url, limit_bytes)
    except ValueError:
        pass
    raise BadArgument("cache_url must be a folder, or an address such as redis://host:6379/0.")


def _scope(merchant: Credentials) -> str:
    """Return what sets this merchant at this provider apart in a shared cache."""
    where = f"{merchant.summary_url} {merchant.open_url}".encode()
    return f"2:{merchant.mch_id}@{hashlib.blake2b(where, digest_size=8).hexdigest()}"
