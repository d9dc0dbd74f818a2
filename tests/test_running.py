"""A running server as machines see it: readiness, metrics, and the log from a page to the provider."""

import asyncio
import json
import resource
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from dashboard.status.route_health import _is_near
from tests.browser import LOG, dashboard
from tests.ledger.payouts.provider import order, signed
from tests.parts import free_port
from tests.provider import start_sandbox
from tests.streamlit_client import opened
from twoj_sandbox import KEY, MCH_ID

pytestmark = pytest.mark.servers

PLAYER = "player-of-the-payout"
TRIES = count(1)
"""A test that is tried again must not find what it did before."""


@dataclass
class Server:
    """A running dashboard over a provider of its own."""

    url: str
    log: Path

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(self.url + path, headers=headers)

    def lines(self) -> list[dict[str, Any]]:
        """The lines of the log so far, all of them JSON but for Streamlit's greeting."""
        lines = [line for line in self.log.read_text().splitlines() if line.strip()]
        greeting = ("  You can now view", "  URL: ")
        return [json.loads(line) for line in lines if not line.startswith(greeting)]

    def figures(self) -> dict[tuple[str, ...], float]:
        """The metrics, by name and the values of their labels."""
        answer = self.get("/metrics")
        assert answer.status_code == 200
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    def pay(self, amount: int = 5000, key: str = KEY, nth: int = 0) -> tuple[int, str]:
        """Have the server credit a payout; return the HTTP status and the signature that was sent."""
        ts_ms = int(time.time() * 1000)
        call = signed(order(f"101-1006-{nth}", PLAYER, amount), key=key, mch_id=MCH_ID, ts=ts_ms)
        answer = httpx.post(f"{self.url}/order/jackpot?{call.query}", content=call.body)
        return answer.json()["header"]["code"], call.query.rpartition("=")[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    with start_sandbox("--bets-per-hour", "20") as sandbox:
        settings = {"TWOJ_SUMMARY_URL": sandbox.url, "TWOJ_MCH_ID": str(MCH_ID), "TWOJ_KEY": KEY}
        with dashboard(folder, **settings) as running:
            yield Server(running.url, folder / LOG)


def test_who_is_asked_by_a_load_balancer_says_how_its_parts_are(server):
    answer = server.get("/readyz", **{"X-Request-ID": "probe-7"})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (200, "probe-7")
    assert answer.json() == {"ready": True, "provider": "ok", "cache": "ok", "ledger": "ok"}
    assert server.get("/healthz").text == "ok"


def test_probes_cost_the_provider_nothing(server):
    server.get("/readyz")
    before = server.figures()
    for _ in range(20):
        server.get("/readyz")
    after = server.figures()
    calls = ("twoj_provider_call_seconds_count", "transfer.balance")
    assert after[calls] == before[calls]


def test_readiness_is_known_within_a_second_while_everything_hangs(tmp_path):
    with start_sandbox("--bets-per-hour", "20") as sandbox:
        sandbox.fault("*", "hang")
        away = f"postgresql://me:s3cret@127.0.0.1:{free_port()}/books"
        settings = {"TWOJ_SUMMARY_URL": sandbox.url, "TWOJ_MCH_ID": str(MCH_ID), "TWOJ_KEY": KEY}
        with dashboard(tmp_path, TWOJ_LEDGER_URL=away, **settings) as running:
            begun = time.monotonic()
            answer = httpx.get(f"{running.url}/readyz")
            assert time.monotonic() - begun < 1
            assert answer.status_code == 503
            told = answer.json()
            assert (told["ready"], told["ledger"]) == (False, "away: payouts cannot be taken")
            assert "has not answered yet" in told["provider"]
            assert httpx.get(f"{running.url}/healthz").status_code == 200
            assert "s3cret" not in (tmp_path / LOG).read_text() + answer.text


def test_metrics_count_calls_answers_and_payouts(server):
    nth, before = next(TRIES), server.figures()
    assert server.pay(nth=nth)[0] == server.pay(nth=nth)[0] == 0
    assert server.pay(amount=9, nth=nth)[0] != 0
    asyncio.run(open_page(server.url, "games"))
    ends_at, conflicts = time.monotonic() + 20, before.get(("twoj_payout_calls_total", "conflict"), 0) + 1
    figures = server.figures()
    while figures.get(("twoj_payout_calls_unseen", "conflict")) != conflicts and time.monotonic() < ends_at:
        figures = server.figures()  # what the ledger has is asked for every few seconds
    for counted in ("first", "replay", "conflict"):
        name = "twoj_payout_calls_total", counted
        assert figures[name] == before.get(name, 0) + 1
    assert figures["twoj_payout_calls_unseen", "conflict"] == conflicts
    assert figures["twoj_provider_calls_total", "all.list", "ok"] >= 1
    assert figures["twoj_provider_call_seconds_bucket", "all.list", "+Inf"] >= 1
    assert figures["twoj_cache_answers_total", "all.list", "miss"] >= 1
    drawn = "twoj_page_run_seconds_count", "games", "page"
    assert figures[drawn] == before.get(drawn, 0) + 1
    for name in ("twoj_ready", "twoj_cache_up"):
        assert figures[name,] == 1
    assert {figures["twoj_provider_up", api] for api in ("Summary API", "Jackpot API", "Wallet API")} == {1}
    assert figures["twoj_screens_alive",] == 0
    assert not [name for name in figures if PLAYER in name]


def test_a_scrape_costs_little(server):
    server.get("/metrics")
    with httpx.Client(base_url=server.url) as client:
        client.get("/metrics")
        begun = time.monotonic()
        for _ in range(10):
            client.get("/metrics")
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto", "X-Forwarded-Host"]
)
def test_metrics_are_not_there_for_who_comes_through_a_proxy(server, header):
    assert server.get("/metrics", **{header: "127.0.0.1"}).status_code == 404
    assert server.get("/metrics", Host="dashboard.example").status_code == 400  # no name of this machine


@pytest.mark.parametrize(
    ("client", "host", "is_near"),
    [
        ("127.0.0.1", "localhost:8501", True),
        ("::1", "[::1]:8501", True),
        ("10.0.0.7", "localhost:8501", False),
        ("10.0.0.7", "10.0.0.1:8501", False),
        ("127.0.0.1", "rebound.example", False),
        (None, "localhost", False),
    ],
)
def test_only_this_machine_reads_metrics(client, host, is_near):
    scope = {"type": "http", "method": "GET", "path": "/metrics", "query_string": b"", "scheme": "http"}
    scope |= {"client": client and (client, 1), "headers": [(b"host", host.encode())]}
    assert _is_near(Request(scope)) == is_near


async def open_page(url: str, page: str, query: str = "", **headers: str) -> None:
    async with opened(url, page, query, headers=headers) as tab:
        await tab.until(lambda: not tab.errors)


def test_one_id_leads_from_a_page_to_the_calls_it_made(server):
    tab = {"X-Request-ID": f"proxy-{time.time_ns()}"}  # of this try alone
    last = date(2026, 3, 15) - next(TRIES) * timedelta(days=200)
    asyncio.run(open_page(server.url, "", f"period={last - timedelta(days=134)}..{last}", **tab))
    lines = server.lines()
    drawn = [line for line in lines if line["event"] == "drawn" and line.get("connection") in tab.values()]
    (run,) = [line for line in drawn if line["what"] == "page"]
    assert (run["page"], run["role"]) == ("overview", "admin")
    mine = [line for line in lines if line.get("request_id") == run["request_id"] and line["event"] == "call"]
    summaries = [line for line in mine if line["endpoint"] == "/api/all/stage/summary"]
    # More than 60 days are asked for in blocks, by the client's own threads; games by the pages' pool.
    assert len(summaries) >= 3
    # Of parts that want the same, whichever comes first asks.
    assert {line["part"] for line in mine} >= {"net", "games"}
    assert {(line["page"], line["role"], line["outcome"]) for line in mine} == {("overview", "admin", "ok")}
    assert all({"timestamp", "level", "logger", "event"} <= line.keys() for line in lines)


def test_the_log_has_no_signature_of_a_payout_and_no_player_of_one(server):
    statuses = [server.pay(), server.pay(key="forged")]
    ends_at, refused = time.monotonic() + 20, None
    while refused is None and time.monotonic() < ends_at:  # calls are counted past the answers
        server.get("/healthz")
        said = [line for line in server.lines() if line["event"] == "payout calls without a valid signature"]
        refused = next((line for line in said if line.get("mismatch")), None)
    assert refused
    assert (refused["logger"], refused["level"]) == ("ledger", "error")
    text = server.log.read_text()
    assert not [signature for _, signature in statuses if signature in text]
    assert KEY not in text


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "OPTIONS"])
def test_nobody_uploads_a_file_even_with_an_open_tab(server, method):
    async def upload() -> httpx.Response:
        async with opened(server.url) as tab, httpx.AsyncClient() as client:
            url = f"{server.url}/_stcore/upload_file/{tab.session_id}/1"
            return await client.request(method, url, content=b"x" * 999)

    answer = asyncio.run(upload())
    assert (answer.status_code, answer.text) == (404, "Nothing is uploaded here.")


def test_a_server_may_open_as_many_files_as_the_system_permits(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard // 2, hard))
    try:
        stack = ExitStack()
        running = stack.enter_context(dashboard(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with stack:
        limits = Path(f"/proc/{running.process.pid}/limits").read_text()
        (files,) = [line.split() for line in limits.splitlines() if line.startswith("Max open files")]
        assert files[3] == files[4] == str(hard)
