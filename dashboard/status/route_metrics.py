"""`GET /metrics`: figures for Prometheus, told to this machine alone.

Whoever comes through a proxy, or from another machine, gets the answer of a page that is not there. Labels
are endpoints, errors, pages and outcomes: names of ours, never a player's.
"""

import platform
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import streamlit as st
from prometheus_client import CONTENT_TYPE_LATEST, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.loopback import is_local
from dashboard.jackpots.data_screens import Screens
from dashboard.jackpots.data_watch import Watch
from dashboard.kit.runs import REGISTRY
from dashboard.provider.merchant import Merchants
from dashboard.status import route_ready
from dashboard.status.data_checks import Checks
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


class Figures(Collector):
    """Collects what others count already. `payouts` are the calls to `/order/jackpot` by outcome."""

    def __init__(self, merchants: Merchants, payouts: Mapping[str, int]) -> None:
        self._merchants = merchants
        self._payouts = payouts

    def collect(self) -> Iterator[Metric]:
        """Return the figures as they are now; of the ledger alone there is something to wait for."""
        merchant = self._merchants.first
        stats, checks, watch = merchant.twoj.stats(), merchant.running(Checks), merchant.running(Watch)
        yield from _calls(stats)
        yield from _answers(stats)
        yield from _cache(checks)
        yield _counter("twoj_payout_calls", "Calls to /order/jackpot", ["outcome"], self._payouts)
        yield from _refused(checks)
        yield from _screens(watch.screens)
        yield from _server(checks, watch.build)


def route(merchants: Merchants, payouts: Mapping[str, int]) -> Route:
    """The route, for a server that runs `merchants` and counts its payouts in `payouts`."""
    REGISTRY.register(Figures(merchants, payouts))
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


def _calls(stats: Mapping[str, EndpointStats]) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        "twoj_provider_calls", "Requests sent to the provider", labels=["endpoint", "outcome"]
    )
    took = HistogramMetricFamily(
        "twoj_provider_call_seconds", "How long requests to the provider took", labels=["endpoint"]
    )
    for endpoint, of in stats.items():
        calls.add_metric([endpoint, "ok"], of.calls - sum(of.failures.values()))
        for error, count in of.failures.items():
            calls.add_metric([endpoint, error], count)
        buckets = [(str(up_to), float(count)) for up_to, count in zip(SECONDS, of.up_to, strict=True)]
        took.add_metric([endpoint], [*buckets, ("+Inf", float(of.calls))], of.seconds)
    yield from (calls, took)


def _answers(stats: Mapping[str, EndpointStats]) -> Iterator[Metric]:
    counted: dict[str, Callable[[EndpointStats], int]] = {
        "hit": lambda of: of.hits,
        "miss": lambda of: of.misses,
        "stale": lambda of: of.stale,
        "refresh": lambda of: of.refreshes,
    }
    answers = CounterMetricFamily(
        "twoj_cache_answers",
        "Answers by where they came from; a stale one was a miss before, a refresh is fetched ahead",
        labels=["endpoint", "source"],
    )
    for endpoint, of in stats.items():
        for name, count in counted.items():
            answers.add_metric([endpoint, name], count(of))
    yield answers


def _cache(checks: Checks) -> Iterator[Metric]:
    seen = checks.cache()
    yield _gauge("twoj_cache_up", "Whether the cache can be read and written", bool(seen and seen.works))
    if seen and seen.size_bytes is not None:
        yield _gauge("twoj_cache_bytes", "How full the cache is", seen.size_bytes)
        yield _gauge("twoj_cache_limit_bytes", "How full the cache may be", seen.limit_bytes)


def _refused(checks: Checks) -> Iterator[Metric]:
    unseen = GaugeMetricFamily(
        "twoj_payout_calls_unseen",
        "Calls to /order/jackpot that were not credited, and seen by nobody on the Status page",
        labels=["outcome"],
    )
    for each in checks.refused(_PATIENCE_S) or ():
        unseen.add_metric([each.kind], each.unseen)
    yield unseen


def _screens(screens: Screens) -> Iterator[Metric]:
    yield CounterMetricFamily("twoj_wall_requests", "Answers to screens at /live/jackpot", screens.asked)
    yield _gauge("twoj_screens_alive", "Screens that asked this server in the last 30 s", screens.alive())


def _server(checks: Checks, build: str) -> Iterator[Metric]:
    up = GaugeMetricFamily(
        "twoj_provider_up", "Whether the API answered, and accepted the signature", labels=["api"]
    )
    for api, seen in checks.apis().items():
        up.add_metric([api], bool(seen and seen.reachable and seen.signed))
    yield up
    yield _gauge("twoj_ready", "What /readyz answers: 1 is 200", route_ready.now(checks).ready)
    yield _gauge("twoj_up_seconds", "For how long the server has been running", checks.up_s)
    built = GaugeMetricFamily(
        "twoj_build_info", "Always 1; what runs", labels=["build", "python", "streamlit"]
    )
    built.add_metric([build, platform.python_version(), st.__version__], 1)
    yield built


def _counter(name: str, meaning: str, labels: list[str], counts: Mapping[str, int]) -> Metric:
    counter = CounterMetricFamily(name, meaning, labels=labels)
    for label, count in sorted(counts.items()):
        counter.add_metric([label], count)
    return counter


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value)
