"""What all groups of methods share: the cache, the senders, the workers, the business zone."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from twoj_client import arguments
from twoj_client.arguments import When
from twoj_client.cache.cached import CachedReads
from twoj_client.cache_only import refuse_if_cache_only
from twoj_client.decode import typed
from twoj_client.endpoints import Endpoint
from twoj_client.reply import Answer, Reply, reply_of
from twoj_client.senders import Senders
from twoj_client.stats import Stats
from twoj_client.windows import Window, blocks, business_days, in_window

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Core:
    """Handed to each group of methods."""

    senders: Senders
    cache: CachedReads
    workers: ThreadPoolExecutor
    zone: ZoneInfo
    mch_id: int
    max_in_flight: int
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    stats: Stats

    def ask(
        self,
        endpoint: Endpoint[T],
        params: dict[str, Any],
        window: Window | None = None,
        *,
        hurried: bool = False,
    ) -> Answer[T]:
        """Ask the provider past the cache; `window` is added to the parameters."""
        refuse_if_cache_only()
        params = in_window(params, window)
        received = self.senders.ask(endpoint, params, hurried=hurried)
        value, unknown = typed(endpoint, received.payload)
        return Answer(
            value,
            received.at.as_of,
            ended=False,
            by_provider_clock=received.at.by_provider,
            unknown=unknown,
        )

    def each(self, work: Callable[[A], B], items: Iterable[A]) -> list[B]:
        """Do `work` for each item on the workers, and return the results in order.

        `work` must not use the workers itself: they might all be waiting for each other.
        """
        items = list(items)
        if len(items) == 1:
            return [work(items[0])]
        return list(self.workers.map(work, items))

    def read_joined(self, endpoint: Endpoint[T], params: dict[str, Any], start: When, end: When) -> Reply[T]:
        """Read a window of any length in blocks that the endpoint permits, cut between business days.

        Raises:
            BadArgument: the window is none.
            TwoJError: the provider failed.

        """
        window = arguments.window(start, end)
        assert endpoint.longest_s and endpoint.join, endpoint.name  # noqa: S101, PT018
        parts = [window]
        if window.end - window.start > endpoint.longest_s:
            parts = blocks(business_days(window, self.zone), endpoint.longest_s)
        answers = self.each(lambda part: self.cache.read(endpoint, params, part), parts)
        return reply_of(endpoint.join([answer.value for answer in answers]), answers)
