"""`GET /readyz` and `GET /metrics`: how the server is, for load balancers and for Prometheus."""

import asyncio
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Final

import streamlit as st
from prometheus_client import CONTENT_TYPE_LATEST, Counter, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.loopback import is_local
from dashboard.jackpots.data_watch import Watch
from dashboard.kit.runs import REGISTRY
from dashboard.provider.merchant import Merchants
from dashboard.status.data_checks import Checks
from dashboard.status.rows import Readiness, readiness
from twoj_client.stats import SECONDS, EndpointStats

_FORWARDED: Final = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)

_PATIENCE_S: Final = 1
"""A scrape waits so long at most for the ledger, and only where it was not asked just before."""
_WAIT_S: Final = 0.5
"""What /readyz waits at most for what is not known yet."""


def readyz(merchants: Merchants) -> Route:
    """The route `GET /readyz`, for a server that runs these merchants.

    200 or 503, by the ledger alone: `rows.readiness` says why. Anybody may ask. A probe costs nothing: it is
    told what was seen at most 30 s ago of the provider and 5 s ago of cache and ledger, and what is not known
    yet is waited for less than a second, however long the provider or the database hangs.
    """

    async def answer(_request: Request) -> JSONResponse:
        checks = merchants.first.running(Checks)
        unknown = [asyncio.wrap_future(flight) for flight in checks.refresh()]
        if unknown:
            await asyncio.wait(unknown, timeout=_WAIT_S)
        found = _ready(checks)
        return JSONResponse(asdict(found), 200 if found.ready else 503, {"Cache-Control": "no-store"})

    return Route("/readyz", answer, methods=["GET"])


def _ready(checks: Checks) -> Readiness:
    """What is known now; waits for nothing."""
    apis = {api.value: seen for api, seen in checks.apis().items()}
    return readiness(apis, checks.cache(), checks.ledger())


def metrics(merchants: Merchants, payout_calls: Counter) -> Route:
    """The route `GET /metrics`, for a server that runs `merchants` and counts the calls for payouts.

    Figures for Prometheus, told to this machine alone: whoever comes through a proxy, or from another
    machine, gets the answer of a page that is not there. Labels are endpoints, errors, pages and outcomes:
    names of ours, never a player's.
    """
    REGISTRY.register(Figures(merchants))
    REGISTRY.register(payout_calls)
    ProcessCollector(registry=REGISTRY)

    def answer(request: Request) -> Response:
        if not _is_near(request):
            return PlainTextResponse("Not Found", 404)
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", answer, methods=["GET"])


def _is_near(request: Request) -> bool:
    """Whether a program of this machine asks, by the machine's own name.

    A website whose name was made to lead here (DNS rebinding) asks by that.
    """
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return is_local(request.client.host) and is_local(request.url.hostname)


class Figures(Collector):
    """Collects what others count already."""

    def __init__(self, merchants: Merchants) -> None:
        self._merchants = merchants

    def collect(self) -> Iterator[Metric]:
        """Return the figures as they are now; of the ledger alone there is something to wait for."""
        merchant = self._merchants.first
        checks, watch = merchant.running(Checks), merchant.running(Watch)
        yield from _of_endpoints(merchant.twoj.stats())
        yield from _cache(checks)
        unseen = [(each.kind, each.unseen) for each in checks.refused(_PATIENCE_S) or ()]
        yield _gauges(
            "twoj_payout_calls_unseen",
            "Calls to /order/jackpot that were not credited, and seen by nobody on the Status page",
            "outcome",
            unseen,
        )
        yield CounterMetricFamily(
            "twoj_wall_requests", "Answers to screens at /live/jackpot", watch.screens.asked
        )
        alive = watch.screens.alive()
        yield GaugeMetricFamily(
            "twoj_screens_alive", "Screens that asked this server in the last 30 s", alive
        )
        up = [
            (api, bool(seen and seen.value.reachable and seen.value.signed))
            for api, seen in checks.apis().items()
        ]
        meaning = "Whether the API answered, and accepted the signature"
        yield _gauges("twoj_provider_up", meaning, "api", up)
        messages = checks.messages(_PATIENCE_S)
        latest = messages.latest.items() if messages else ()
        working = [(name, last.acknowledged_at_ms is not None) for name, last in sorted(latest)]
        yield _gauges(
            "twoj_channel_up",
            "Whether the channel took the last message that it was given",
            "channel",
            working,
        )
        yield GaugeMetricFamily("twoj_ready", "What /readyz answers: 1 is 200", _ready(checks).ready)
        yield GaugeMetricFamily("twoj_up_seconds", "For how long the server has been running", checks.up_s)
        labels = ["build", "python", "streamlit"]
        built = GaugeMetricFamily("twoj_build_info", "Always 1; what runs", labels=labels)
        built.add_metric([watch.build, platform.python_version(), st.__version__], 1)
        yield built


def _of_endpoints(stats: Mapping[str, EndpointStats]) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        "twoj_provider_calls", "Requests sent to the provider", labels=["endpoint", "outcome"]
    )
    took = HistogramMetricFamily(
        "twoj_provider_call_seconds", "How long requests to the provider took", labels=["endpoint"]
    )
    answers = CounterMetricFamily(
        "twoj_cache_answers",
        "Answers by where they came from; a stale one was a miss before, a refresh is fetched ahead",
        labels=["endpoint", "source"],
    )
    for endpoint, of in stats.items():
        outcomes = {"ok": of.calls - sum(of.failures.values()), **of.failures}
        for outcome, count in outcomes.items():
            calls.add_metric([endpoint, outcome], count)
        buckets = [(str(up_to), float(count)) for up_to, count in zip(SECONDS, of.up_to, strict=True)]
        took.add_metric([endpoint], [*buckets, ("+Inf", float(of.calls))], of.seconds)
        sources = {"hit": of.hits, "miss": of.misses, "stale": of.stale, "refresh": of.refreshes}
        for source, count in sources.items():
            answers.add_metric([endpoint, source], count)
    yield from (calls, took, answers)


def _cache(checks: Checks) -> Iterator[Metric]:
    seen = checks.cache()
    works = bool(seen and seen.works)
    yield GaugeMetricFamily("twoj_cache_up", "Whether the cache can be read and written", works)
    if seen and seen.size_bytes is not None:
        yield GaugeMetricFamily("twoj_cache_bytes", "How full the cache is", seen.size_bytes)
        yield GaugeMetricFamily("twoj_cache_limit_bytes", "How full the cache may be", seen.limit_bytes)


def _gauges(name: str, meaning: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for each, value in values:
        family.add_metric([each], value)
    return family
