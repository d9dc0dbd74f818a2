"""The one door to the provider: pages ask here, in the dashboard's terms, and get frames with their age."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard import frames
from dashboard.periods import Period, day_start, hour_starts
from twoj_client import Reply, TwoJ, TwoJError
from twoj_client.models import GameSummary, SlotsGameRow, StageSummary, StageTotal
from twoj_client.settings import Settings

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")

SLOTS: Final = "Slots"
ProviderFailed = TwoJError
"""What pages catch: the provider's answer is not to be had; `sentence` and `what_to_do` are for people."""


@dataclass(frozen=True)
class Source:
    """The provider that the pages show, for as long as the server runs."""

    twoj: TwoJ
    zone: ZoneInfo
    currency: str | None
    demo: bool
    clock: Callable[[], float]
    pool: ThreadPoolExecutor

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC)


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value with its age: `as_of` is when the provider said the oldest part of it that may still change.

    `stale`: the provider failed, and this is what it said last. `failed`: a sentence for each part that the
    value lacks because its answer failed.
    """

    value: T
    as_of: datetime
    stale: bool = False
    failed: tuple[str, ...] = ()


_source: Source | None = None


@contextmanager
def connected(settings: Settings, *, demo: bool, clock: Callable[[], float] = time.time) -> Iterator[None]:
    """Connect the pages to the provider of `settings` while the context lasts."""
    global _source  # noqa: PLW0603 - one server shows one provider; its pages have no other way to meet it
    assert settings.summary_url and settings.mch_id and settings.key  # noqa: S101, PT018 - settings hold this
    with (
        TwoJ(
            summary_url=settings.summary_url,
            open_url=settings.open_url,
            mch_id=settings.mch_id,
            key=settings.key.get_secret_value(),
            cache_url=settings.cache_url,
            timezone=settings.timezone,
            clock=clock,
        ) as twoj,
        ThreadPoolExecutor(max_workers=8, thread_name_prefix="data") as pool,
    ):
        _source = Source(twoj, ZoneInfo(settings.timezone), settings.currency, demo, clock, pool)
        try:
            yield
        finally:
            _source = None


def source() -> Source:
    """The provider that the pages show."""
    if _source is None:
        raise RuntimeError("The pages were started without a provider; start them with: streamlit run app.py")
    return _source


def days(period: Period, now: datetime) -> Known[pd.DataFrame]:
    """One row a business day of `period` (`frames.days_frame`), the running one up to `now`.

    Raises TwoJError.
    """
    here = source()
    start, end = period.window(here.zone)
    reply = here.twoj.all.stage_summary(start=start, end=min(end, now))
    frame = frames.days_frame(reply.data.days, period, now, here.zone, reply.missing)
    return Known(frame, reply.as_of, reply.stale)


def hours(day: date, now: datetime, before_day: date) -> Known[pd.DataFrame]:
    """One row an hour of `day` up to `now`, beside the earlier `before_day` (`frames.hours_frame`).

    Raises TwoJError where no hour is known.
    """
    zone = source().zone
    windows = {
        start: min(start + timedelta(hours=1), now)
        for start in (*hour_starts(day, zone), *hour_starts(before_day, zone))
        if start < now
    }
    replies, errors = _gather({start: _stage(start, end) for start, end in windows.items()})
    sums: dict[datetime, StageTotal] = {
        start: reply.data.summary for start, reply in replies.items() if reply.complete
    }
    tomorrow = day_start(day + timedelta(days=1), zone)
    before = {start: row for start, row in sums.items() if start < day_start(day, zone)}
    today = {start: row for start, row in sums.items() if day_start(day, zone) <= start < tomorrow}
    frame = frames.hours_frame(day, today, before_day, before, now, zone)
    # Finished hours were said long ago and are still true: the age is that of the latest one.
    latest = replies[max(replies)]
    failed = tuple(
        f"The hour from {start.astimezone(zone):%H:%M} is missing: {error.sentence}"
        for start, error in sorted(errors.items())
    )
    return Known(frame, latest.as_of, any(reply.stale for reply in replies.values()), failed)


def games(period: Period, now: datetime) -> Known[pd.DataFrame]:
    """One row a game of `period` (`frames.games_frame`): slots from one answer, the others from one a game.

    A game whose answer failed is NA and named in `failed`. Raises TwoJError where the list of games or every
    answer failed.
    """
    here = source()
    start, end = period.window(here.zone)
    window = {"start": start, "end": min(end, now)}
    listed = here.twoj.all.list()
    names: dict[int | str, str] = {game.game_id: game.game_name for game in listed.data}
    ids = [game.game_id for game in listed.data if game.game_type != SLOTS]
    calls: dict[int | str, Callable[[], Reply[Any]]] = {
        game_id: partial(here.twoj.games.game_stage_summary, game_id=game_id, **window) for game_id in ids
    }
    calls[SLOTS] = partial(here.twoj.slots.game_stage_summary, **window)
    replies, errors = _gather(calls)
    others: dict[int, GameSummary | None] = {i: replies[i].data if i in replies else None for i in ids}
    slots: list[SlotsGameRow] | None = replies[SLOTS].data if SLOTS in replies else None
    failed = tuple(
        f"{'All slots games' if key == SLOTS else names[key]}: {error.sentence}"
        for key, error in errors.items()
    )
    return Known(
        frames.games_frame(listed.data, slots, others),
        min(reply.as_of for reply in replies.values()),
        any(reply.stale for reply in replies.values()),
        failed,
    )


def _stage(start: datetime, end: datetime) -> Callable[[], Reply[StageSummary]]:
    return partial(source().twoj.all.stage_summary, start=start, end=end)


def _gather(
    calls: Mapping[K, Callable[[], Reply[V]]],
) -> tuple[dict[K, Reply[V]], dict[K, TwoJError]]:
    """Ask all at once; answers and errors by key. Raises an error only where there is no answer at all."""
    futures = {key: source().pool.submit(call) for key, call in calls.items()}
    replies: dict[K, Reply[V]] = {}
    errors: dict[K, TwoJError] = {}
    for key, future in futures.items():
        try:
            replies[key] = future.result()
        except TwoJError as error:
            errors[key] = error
    if errors and not replies:
        raise next(iter(errors.values()))
    return replies, errors
