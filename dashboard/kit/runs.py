"""Each drawing of a page, and of a part by itself: its id for the log, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Histogram
from structlog.contextvars import bound_contextvars, get_contextvars

from dashboard.core.request_ids import is_plain, new_id
from dashboard.core.roles import LEAST

log = structlog.get_logger(__name__)

REGISTRY: Final = CollectorRegistry()
_ID: Final = "request_id"
_SECONDS: Final = Histogram(
    "twoj_page_run_seconds",
    "How long drawing a page, or a part of one by itself, took on the server",
    ["page", "what"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)


@dataclass(frozen=True, slots=True)
class Visit:
    """Which page is drawn, for which role; `connection` is the id that a proxy gave the tab's websocket."""

    page: str
    role: str | None
    connection: str | None = None


@contextmanager
def page(visit: Visit) -> Iterator[None]:
    """Draw a page: what is logged and asked meanwhile, in other threads too, has this run's new id."""
    with _bound(visit), _timed(visit.page, "page"):
        yield


@contextmanager
def part(key: str, visit: Visit) -> Iterator[None]:
    """Draw a part of a page, with it or by itself; then the run has an id of its own."""
    with bound_contextvars(part=key):
        if _ID in get_contextvars():
            yield
            return
        with _bound(visit), _timed(visit.page, "part"):
            yield


def request_id() -> str:
    """Return the id under which this run stands in the log; empty where there is none."""
    return str(get_contextvars().get(_ID, ""))


def _bound(visit: Visit) -> AbstractContextManager[None]:
    facts = {_ID: new_id(), "page": _known(visit.page), "role": visit.role}
    connection = visit.connection if visit.connection and is_plain(visit.connection) else None
    return bound_contextvars(**facts, **({"connection": connection} if connection else {}))


def _known(name: str) -> str:
    """A page's name comes from the browser here: of any other there may be too many."""
    return name if name in LEAST else "other"


@contextmanager
def _timed(name: str, what: str) -> Iterator[None]:
    begun = time.perf_counter()
    try:
        yield
    finally:
        took_s = time.perf_counter() - begun
        _SECONDS.labels(_known(name), what).observe(took_s)
        log.info("drawn", what=what, ms=round(took_s * 1000))
