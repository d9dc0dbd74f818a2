"""Each drawing of a page, and of a part by itself: its id for the log, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Histogram
from structlog.contextvars import bound_contextvars, get_contextvars

from dashboard.access import LEAST
from dashboard.request_ids import new_id

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


@contextmanager
def page(name: str, role: str | None) -> Iterator[None]:
    """Draw a page: what is logged and asked meanwhile, in other threads too, has this run's new id."""
    with bound_contextvars(request_id=new_id(), page=_known(name), role=role), _timed(name, "page"):
        yield


@contextmanager
def part(key: str, name: str, role: str | None) -> Iterator[None]:
    """Draw a part, with the page or by itself; then the run gets an id of its own, and the page's `name`."""
    with bound_contextvars(part=key):
        if _ID in get_contextvars():
            yield
            return
        with bound_contextvars(request_id=new_id(), page=_known(name), role=role), _timed(name, "part"):
            yield


def request_id() -> str:
    """Return the id under which this run stands in the log; empty where there is none."""
    return str(get_contextvars().get(_ID, ""))


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
