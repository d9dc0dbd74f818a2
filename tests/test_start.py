"""The README's command on a cold machine: what a newcomer sees in the browser, and what stops the start."""

import os
import select
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.core import formats
from dashboard.core.metrics import METRICS, Totals
from tests.browser import LOG, dashboard, downloaded, started
from tests.parts import free_port
from twoj_sandbox.world import World

pytestmark = pytest.mark.servers

MINUTE_S = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with dashboard(home, TWOJ_ARCHIVE_URL=str(home / "archive")) as running:
        yield running.url


def tooltip(page: Page, card: int) -> list[str]:
    """The lines of a card's tooltip."""
    page.locator(".st-key-cards").get_by_test_id("stMetric").nth(card).get_by_test_id(
        "stTooltipHoverTarget"
    ).hover()
    content = page.get_by_test_id("stTooltipContent")
    expect(content).to_have_count(1)
    lines = content.inner_text().split("\n")
    page.mouse.move(0, 0)
    expect(content).to_have_count(0)
    return lines


def could_be_true(world: World, minute: int) -> list[list[str]]:
    """The exact cards of the last 30 days up to a full minute, as the provider may have known them since."""
    start = (minute // 86_400 - 29) * 86_400
    seen = world.bets(start, minute, minute + 3 * MINUTE_S)
    answers = []
    for asked_at in range(minute, minute + 2 * MINUTE_S):
        bets = seen[seen["end_at"] <= asked_at]
        gain_li = int(bets["gain_amount"].sum())
        total = Totals(len(bets), int(bets["bet_amount"].sum()), gain_li, -gain_li)
        answers.append([formats.exact(metric, metric.of(total)) for metric in METRICS])
    return answers


def test_a_newcomer_sees_the_demo_world_in_six_cards(browser: Browser, url: str):
    begun = datetime.now(UTC).replace(second=0, microsecond=0)
    page = browser.new_page()
    page.goto(f"{url}/?period=30d&compare=previous")
    expect(page.locator(".st-key-cards").get_by_test_id("stMetric")).to_have_count(6, timeout=30_000)
    expect(page.get_by_text("Demo data")).to_be_visible()
    exact = [tooltip(page, card)[0] for card in range(6)]

    world, minutes = World(), [begun + timedelta(minutes=n) for n in range(3)]
    assert any(exact in could_be_true(world, int(minute.timestamp())) for minute in minutes)
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    assert page.get_by_test_id("stException").count() == 0
    page.close()


def test_a_copied_link_opens_the_same_view_in_a_new_browser(browser: Browser, url: str):
    page = browser.new_page()
    page.goto(url)
    page.get_by_role("combobox", name="Period").click()
    page.get_by_role("option", name="Last month").click()
    expect(page).to_have_url(f"{url}/?period=last-month")
    expect(page.locator(".st-key-cards").get_by_test_id("stMetric")).to_have_count(6)
    page.close()

    elsewhere = browser.new_context().new_page()
    elsewhere.goto(f"{url}/?period=last-month")
    expect(elsewhere.get_by_role("combobox", name="Period")).to_have_value("Last month")
    elsewhere.context.close()


def test_a_newcomer_sees_pots_and_the_payouts_of_the_demo_world(browser: Browser, url: str):
    page = browser.new_page()
    page.goto(f"{url}/jackpots?period=7d")
    expect(page.locator(".st-key-cards-pots").get_by_test_id("stMetric")).to_have_count(2, timeout=30_000)
    lines = Path(downloaded(page, ".st-key-box-hits", "CSV").path()).read_text("utf-8-sig").splitlines()
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    due = {hit.trans_no for hit in World().jackpots.hits(now_ms - 23 * 3_600_000, now_ms - 120_000)}
    assert due <= {line.split(",")[-1] for line in lines}
    page.close()


def test_what_is_shown_can_be_downloaded(browser: Browser, url: str):
    page = browser.new_page()
    page.goto(f"{url}/?period=2026-03-01..2026-03-02")
    file = downloaded(page, ".st-key-box-daily", "CSV")
    lines = Path(file.path()).read_text("utf-8-sig").splitlines()
    assert file.suggested_filename == "days-2026-03-01-2026-03-02.csv"
    assert [line.split(",")[0] for line in lines] == ["Day", "2026-03-01", "2026-03-02"]
    beside = downloaded(page, ".st-key-box-daily", "About")
    assert beside.suggested_filename == "days-2026-03-01-2026-03-02-about.txt"
    said = Path(beside.path()).read_text("utf-8-sig").splitlines()
    assert "Period: 2026-03-01 to 2026-03-02" in said
    assert "Time zone: UTC" in said
    page.close()


def test_the_local_provider_ends_with_the_server_even_when_that_is_killed(tmp_path: Path):
    with dashboard(tmp_path) as running:
        children = (
            Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
        )
        (provider,) = [
            int(pid) for pid in children if "twoj_sandbox" in Path(f"/proc/{pid}/cmdline").read_text()
        ]
        handle = os.pidfd_open(provider)
        running.process.kill()
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        assert poll.poll(10_000), "the local provider outlived the server"
        os.close(handle)


REAL = {"TWOJ_SUMMARY_URL": "https://api.example", "TWOJ_MCH_ID": "101", "TWOJ_KEY": "hush-hush"}


@pytest.mark.parametrize(
    ("flags", "settings"),
    [
        (("--server.address", "0.0.0.0"), REAL),
        ((), REAL | {"STREAMLIT_SERVER_ADDRESS": "::"}),
        (("--server.address", "0.0.0.0"), {}),
    ],
)
def test_without_sign_in_the_server_refuses_to_listen_to_a_network(tmp_path: Path, flags, settings):
    process = started(tmp_path, free_port(), *flags, **settings)
    assert process.wait(timeout=30) == 1
    said = (tmp_path / LOG).read_text()
    assert said.splitlines()[-1].startswith(
        "TWOJ_TRUST_NETWORK: without sign-in the dashboard listens on 127"
    )
    assert "Traceback" not in said
    assert "hush" not in said


def test_a_network_that_is_trusted_in_so_many_words_is_listened_to(tmp_path: Path):
    with dashboard(
        tmp_path, TWOJ_TRUST_NETWORK="true", STREAMLIT_SERVER_ADDRESS="0.0.0.0", **REAL
    ) as running:
        assert handshake(running.url, "dashboard.casino.example") == 101


def test_a_website_whose_name_leads_to_this_machine_gets_no_pages(url: str):
    assert handshake(url, urlsplit(url).netloc) == 101
    assert handshake(url, "rebound.evil.example") == 400


@pytest.mark.parametrize("path", ["/", "/healthz", "/live/jackpot", "/metrics", "/exports/1/bets.csv"])
def test_a_website_whose_name_leads_to_this_machine_reads_nothing_else(url: str, path: str):
    assert httpx.get(f"{url}{path}", headers={"Host": "rebound.evil.example"}).status_code == 400
    assert httpx.get(f"{url}{path}", headers={"Host": "localhost:1234"}).status_code != 400


@pytest.mark.parametrize(
    "path", ["/", "/wallet", "/healthz", "/static/none.js", "/order/jackpot", "/live/jackpot"]
)
def test_every_answer_says_who_may_frame_it_and_what_it_may_load(url: str, path: str):
    headers = httpx.get(f"{url}{path}").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["frame-ancestors"] == "'self'"
    assert policy["default-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["referrer-policy"] == "same-origin"


def test_a_page_of_another_origin_cannot_frame_the_dashboard(browser: Browser, url: str):
    class Framing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<iframe src='{url}/wallet'></iframe>".encode())

        def log_message(self, *_args):
            pass

    with HTTPServer(("127.0.0.1", 0), Framing) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        page = browser.new_page()
        with page.expect_event("requestfailed", lambda request: request.url == f"{url}/wallet", timeout=5000):
            page.goto(f"http://localhost:{other.server_port}/", wait_until="commit")
        other.shutdown()
        page.close()


def test_the_pages_need_nothing_that_their_policy_forbids(browser: Browser, url: str):
    page, refused = browser.new_page(), []
    page.on("console", lambda said: "Content Security Policy" in said.text and refused.append(said.text))
    for path, part in (
        ("/", "cards"),
        ("/games?tab=days", "box-heat"),
        ("/jackpots", "cards-pots"),
        ("/status", "part-status"),
    ):
        page.goto(f"{url}{path}")
        expect(page.locator(f".st-key-{part}").first).to_be_visible(timeout=30_000)
    page.goto(f"{url}/")
    expect(page.locator(".st-key-cards canvas, .st-key-cards svg.marks").first).to_be_visible(timeout=30_000)
    assert refused == []
    page.close()


def handshake(url: str, host: str) -> int:
    """The status of the connection that a page makes for its contents, asked for under this name."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==", "Host": host, "Origin": f"http://{host}"}
    connection.request("GET", "/_stcore/stream", headers=headers | key)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path):
    process = started(tmp_path, 0, TWOJ_TIMEZONE="Mars/Base")
    assert process.wait(timeout=30) == 1
    said = (tmp_path / LOG).read_text()
    assert said.splitlines()[-1] == "TWOJ_TIMEZONE: expects an IANA time zone such as Asia/Manila"
    assert "Traceback" not in said


UNUSABLE = {"ALL_PROXY": "socks5://127.0.0.1:1", "NO_PROXY": "[::1]", "SSL_CERT_FILE": "/nowhere"}
AWAY = {"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"}


def test_demo_mode_works_whatever_the_environment_says(tmp_path: Path):
    with dashboard(tmp_path, **UNUSABLE, **AWAY) as running:
        ready = httpx.get(f"{running.url}/readyz", timeout=30, trust_env=False)
    assert ready.status_code == 200
    assert "Traceback" not in (tmp_path / LOG).read_text()


REAL = {"TWOJ_SUMMARY_URL": "https://provider.example", "TWOJ_MCH_ID": "101", "TWOJ_KEY": "hush"}


@pytest.mark.parametrize("module", ["streamlit", "ledger"])
def test_a_proxy_that_cannot_be_used_stops_the_start_with_one_line(tmp_path: Path, module: str):
    environment = {**os.environ, **REAL, **UNUSABLE, "XDG_DATA_HOME": str(tmp_path)}
    command = (
        ["run", "app.py", "--server.port", str(free_port())]
        if module == "streamlit"
        else ["payouts", "--port", "0"]
    )
    ended = subprocess.run(
        [sys.executable, "-m", module, *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    last = (ended.stderr or ended.stdout).strip().splitlines()[-1]
    assert last.startswith("ALL_PROXY: expects an HTTP proxy such as")
    assert "Traceback" not in ended.stderr
