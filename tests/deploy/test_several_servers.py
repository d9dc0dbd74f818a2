"""Three servers behind nginx, with one Redis, one PostgreSQL, one provider: they count, and fall, as one."""

import asyncio
import re
import socket
import time
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import httpx
import numpy as np
import psycopg
import pyarrow as pa
import pytest
import redis
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import WebSocketException

from archive.archive import Archive
from archive.bets import STORED, sums
from archive.proof import HourRead
from archive.store import Folder
from dashboard.jackpots.data_screens import Screens
from ledger.database import ledger_url, open_engine
from tests.deploy.several import Server, make_image, nginx
from tests.ledger.conftest import postgresql  # noqa: F401 - a fixture
from tests.ledger.payouts.provider import Line, signed
from tests.ledger.payouts.server import run as run_payouts
from tests.ledger.payouts.stress import Storm, assert_credited_once, make_storm
from tests.parts import free_port, ledger_at, redis_server
from tests.provider import start_sandbox
from tests.streamlit_client import Tab, opened
from twoj_sandbox import MCH_ID

pytestmark = pytest.mark.servers

POOL = "/open2j/g/gjp/pool"
TODAY = datetime.now(UTC).date()
OLD_DAY = TODAY - timedelta(days=100)
# A file of more than the kernel holds on its way: 32 MB a connection where it is generous.
BETS_AN_HOUR = 20_000
PAGES = ("", "bonus", "players", "bets")
UNSEEN = count(40, 20)


def period(days_ago: int, days: int = 7) -> str:
    """A query for days long past, whose answers are final: what is shown does not depend on when."""
    first, last = (TODAY - timedelta(days=ago) for ago in (days_ago, days_ago - days + 1))
    return f"period={first}..{last}"


class House:
    """The running parts."""

    def __init__(self, folder, stack, postgresql):  # noqa: F811
        self.folder = folder
        self.stack = stack
        self.sandbox = stack.enter_context(start_sandbox())
        with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE several")
        self.ledger_url = f"{postgresql}/several"
        self.redis_port = free_port()
        self.redis = self.start_redis()
        self.cache = redis.Redis.from_url(f"redis://127.0.0.1:{self.redis_port}/0")
        stack.callback(self.cache.close)
        self.archive = folder / "archive"
        self.image = folder / "image"
        make_image(self.image)
        self.image_files = self.files()
        self.servers = [self.server(name) for name in "abc"]
        self.alone = self.server("alone", TWOJ_CACHE_URL=f"redis://127.0.0.1:{self.redis_port}/1")
        for server in (*self.servers, self.alone):
            stack.callback(server.end)
            server.start()
        self.proxy = stack.enter_context(nginx(self.make("nginx"), [each.port for each in self.servers]))
        for server in (*self.servers, self.alone):
            server.wait()

    def make(self, name):
        (self.folder / name).mkdir()
        return self.folder / name

    def start_redis(self):
        """Start it with nothing in it; closing what is returned ends it."""
        redis = self.stack.enter_context(ExitStack())
        redis.enter_context(redis_server(self.make(f"redis-{time.monotonic_ns()}"), self.redis_port))
        return redis

    def server(self, name, **settings):
        shared = {
            "TWOJ_SUMMARY_URL": self.sandbox.url,
            "TWOJ_MCH_ID": str(self.sandbox.mch_id),
            "TWOJ_KEY": self.sandbox.key,
            "TWOJ_CACHE_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "TWOJ_LEDGER_URL": self.ledger_url,
            "TWOJ_TRUST_NETWORK": "true",
            "STREAMLIT_SERVER_COOKIE_SECRET": "0123456789abcdef",
            "XDG_DATA_HOME": str(self.folder / "data"),
            "TWOJ_ARCHIVE_URL": str(self.archive),
            "TWOJ_ARCHIVE_DAYS": "1",
        }
        return Server(self.image, self.folder / name, shared | settings)

    def files(self):
        """All files of the image, with the time of their last change."""
        return {path: path.stat().st_mtime_ns for path in self.image.rglob("*")}

    def cookie_of(self, server):
        """What nginx sends to this server, once it does: one that failed is left alone for 5 s."""
        end_s = time.monotonic() + 20
        while time.monotonic() < end_s:
            for number in range(100):
                cookie = {"Cookie": f"twoj_server=browser-{number}"}
                answer = httpx.get(f"{self.proxy.url}/healthz", headers=cookie)
                if self.proxy.line_of(answer)["server"] == f"127.0.0.1:{server.port}":
                    return cookie
            time.sleep(0.5)
        last = "\n".join(self.proxy.said().splitlines()[-20:])
        raise AssertionError(f"nginx sends nobody to this server:\n{last}")

    def new_browser(self):
        """The cookie of a browser that has just opened the dashboard."""
        return {"Cookie": f"twoj_server={httpx.get(self.proxy.url).cookies['twoj_server']}"}

    def make_screens(self, count):
        with ledger_at(ledger_url(self.ledger_url), MCH_ID) as ledger:
            return [Screens(ledger).make(f"Screen {n}", "dark", "ada") for n in range(count)]

    def fill_archive(self):
        """Have the archive that all share hold a busy day, so long ago that nobody reads it again."""
        start_s = int(datetime.combine(OLD_DAY, datetime.min.time(), UTC).timestamp())
        with ledger_at(ledger_url(self.ledger_url), MCH_ID) as ledger:
            archive = Archive(ledger, Folder(self.archive), time.time)
            for hour_s in range(start_s, start_s + 86_400, 3600):
                table = busy_hour(hour_s)
                archive.keep([HourRead(hour_s, table, sums(table), True, time.time(), True)])
            archive.join_days(start_s, start_s + 86_400)


def busy_hour(hour_s):
    """Bets of an hour that take some four megabytes in a file."""
    numbers = np.arange(BETS_AN_HOUR)
    ids = [f"{hour_s}-{number:06}-bet-of-a-busy-day" for number in numbers]
    columns = {field.name: numbers % 1000 * 1000 for field in STORED}
    columns |= {"event_id": ids, "draw_id": ids, "op_id": [f"player-{n % 500}" for n in numbers]}
    columns |= {"game_id": numbers % 9 + 1033, "user_id": numbers % 500 + 101_100_000_000}
    columns |= {"start_at": hour_s + numbers % 3600, "end_at": hour_s + numbers % 3600 + 2}
    return pa.table(columns, schema=STORED)


class Downloader(Tab):
    """A tab that can also press a download button."""

    async def download_url(self, label):
        button = next(each for each in self.of_type("download_button") if each.label == label)
        message = BackMsg()
        message.backend_operation_request.request_id = "1"
        message.backend_operation_request.session_id = self.session_id
        message.backend_operation_request.deferred_file.file_id = button.deferred_file_id
        self.answer = None
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(20):
            while self.answer is None:
                await asyncio.sleep(0.02)
        assert not self.answer.error_msg
        return self.answer.deferred_file.url

    def _take(self, message):
        if message.WhichOneof("type") == "backend_operation_response":
            self.answer = message.backend_operation_response
        super()._take(message)


@pytest.fixture(scope="module")
def house(postgresql):  # noqa: F811
    with TemporaryDirectory() as folder, ExitStack() as stack:
        yield House(Path(folder), stack, postgresql)


def figures(tab):
    """The figures but for those of today and of this month, which go on."""
    return [
        (metric.label, metric.body, metric.delta)
        for metric in tab.of_type("metric")
        if not re.search(r" (today|in [A-Z][a-z]+)(\]|$)", metric.label)  # a card's label may be a link
    ]


async def shown(url, query, page="", **options):
    """The figures of a page, opened in a tab of its own."""
    async with opened(url, page, query, **options) as tab:
        assert tab.errors == []
        assert figures(tab)
        return figures(tab)


def query_of(page, days_ago):
    return period(days_ago, 2) + ("&op_id=whale" if page == "players" else "")


def test_the_provider_gets_the_calls_of_one_server(house):
    days_ago = next(UNSEEN)  # a second try finds nothing of the first

    async def look(servers):
        """Open each page once on each, all at the same time, and leave when nothing more is asked."""
        house.sandbox.clear_calls()
        async with AsyncExitStack() as stack:
            for page in PAGES:
                await asyncio.gather(
                    *(
                        stack.enter_async_context(opened(each.url, page, query_of(page, days_ago)))
                        for each in servers
                    )
                )
            seen, count = -1, 0
            while seen != count:
                await asyncio.sleep(1.5)
                seen, count = count, sum(call["path"] != POOL for call in house.sandbox.calls())
        return count

    alone = asyncio.run(look([house.alone] * 3))
    together = asyncio.run(look(house.servers))
    assert alone > 30, alone
    assert together <= 1.1 * alone


def test_a_browser_stays_with_its_server_and_a_file_is_found_wherever_it_is(house):
    a, b, _ = house.servers

    async def press(cookie):
        tab = Downloader(house.proxy.url, "", period(40), headers=cookie)
        await tab.connect()
        url = await tab.download_url("CSV")
        await tab.close()
        return url

    cookie = house.new_browser()
    answers = [httpx.get(f"{house.proxy.url}/healthz", headers=cookie) for _ in range(10)]
    assert len({house.proxy.line_of(answer)["server"] for answer in answers}) == 1

    url = house.proxy.url + asyncio.run(press(house.cookie_of(a)))
    elsewhere = httpx.get(url, headers=house.cookie_of(b))
    assert elsewhere.status_code == 200
    assert elsewhere.content.startswith(b"\xef\xbb\xbf")
    assert httpx.get(f"{house.proxy.url}/media/none.csv").status_code == 404


def test_what_the_proxy_passes_on_and_what_it_keeps(house):
    assert httpx.get(f"{house.servers[0].url}/_stcore/metrics").status_code == 200
    for path in (
        "/metrics",
        "//metrics",
        "/metrics/",
        "/_stcore/metrics",
        "/_stcore/%6detrics",
        "/_stcore/upload_file/a/b",
    ):
        assert httpx.get(f"{house.proxy.url}{path}").status_code == 404
    for path in ("/metrics", "/metrics/", "/_stcore/metrics"):
        assert {line["server"] for line in house.proxy.lines(path=path)} == {""}

    page = httpx.get(house.proxy.url).text
    script = page.partition('<script type="module" crossorigin src="')[2].partition('"')[0]
    plain = httpx.get(f"{house.proxy.url}/{script}", headers={"Accept-Encoding": "identity"})
    short = httpx.get(f"{house.proxy.url}/{script}", headers={"Accept-Encoding": "gzip"})
    assert short.headers["content-encoding"] == "gzip"
    assert short.num_bytes_downloaded * 2 < plain.num_bytes_downloaded

    secret = {"Referer": f"{house.proxy.url}/jackpots?screen=tok-en"}
    answer = httpx.get(f"{house.proxy.url}/jackpots?screen=tok-en", headers=secret)
    assert house.proxy.line_of(answer)["path"] == "/jackpots"
    assert "tok-en" not in house.proxy.said()


def test_a_redis_that_starts_anew_and_empty_costs_calls_and_changes_no_number(house):
    _, b, c = house.servers

    def look():
        return [asyncio.run(shown(each.url, period(70))) for each in (b, c)]

    before = asyncio.run(shown(house.alone.url, period(70)))
    assert asyncio.run(shown(b.url, period(70))) == before
    house.redis.close()
    assert look() == [before, before]
    house.redis = house.start_redis()
    assert house.cache.dbsize() == 0
    assert look() == [before, before]
    for days_ago in range(100, 150, 7):
        assert asyncio.run(shown(c.url, period(days_ago)))
        if house.cache.dbsize():
            return
        time.sleep(1)
    raise AssertionError("the servers left Redis alone for good")


def test_a_server_writes_nothing_into_its_image_and_is_healthy_while_it_runs(house):
    asyncio.run(shown(house.alone.url, period(40)))
    assert house.files() == house.image_files
    assert house.alone.is_healthy()
    house.alone.end()
    assert not house.alone.is_healthy()
    house.alone.start()
    house.alone.wait()


class Walls:
    """A screen on each server that is on, which asks as the wall does."""

    def __init__(self, house):
        self.states = {server.port: [] for server in house.servers}
        self.on = set()

    async def watch(self, port, token):
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            while True:
                if port in self.on:
                    self.states[port].append((await client.get("/live/jackpot")).json()["state"])
                await asyncio.sleep(0.5)


class Fall:
    """The moment at which a server is killed: before it, and after."""

    def __init__(self):
        self.over = asyncio.Event()
        self.at_s = 0.0
        self.gaps_s = []

    def strike(self, server):
        self.at_s = time.time()
        server.kill()
        self.over.set()

    async def browse(self, tab, reference):
        """Look from page to page; where the server is gone, do what a browser does until one is there."""
        queries = list(reference)
        while True:
            queries.append(queries.pop(0))
            try:
                await tab.rerun(queries[0])
            except ConnectionError:
                while not await self.is_connected_again(tab):
                    await asyncio.sleep(0.1)
                self.gaps_s.append(time.time() - self.at_s)
            assert tab.errors == []
            assert figures(tab) == reference[queries[0]]
            await asyncio.sleep(3)

    async def is_connected_again(self, tab):
        try:
            await tab.connect()
        except (OSError, WebSocketException):
            return False
        return True

    async def pay(self, storm, port):
        """Deliver all, a half after the fall."""
        waiting, delivered = iter(storm.calls), 0

        async def work():
            nonlocal delivered
            line = Line(port)
            for call, code in waiting:
                if delivered > len(storm.calls) / 2:
                    await self.over.wait()
                answer = await line.deliver(call)
                assert answer["header"]["code"] == code, answer
                delivered += 1
            await line.close()

        await asyncio.gather(*(work() for _ in range(20)))

    async def fetch(self, url, headers):
        """Download from before the fall until after it; return what came, and whether that was all."""
        content = bytearray()
        little = httpx.AsyncHTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)])
        headers = headers | {"Accept-Encoding": "identity"}
        async with httpx.AsyncClient(transport=little, headers=headers, timeout=30) as client:
            try:
                async with client.stream("GET", url) as answer:
                    assert answer.status_code == 200
                    async for piece in answer.aiter_raw():
                        content += piece
                        if len(content) > 10_000_000:
                            await self.over.wait()
            except httpx.HTTPError:
                return bytes(content), False
        return bytes(content), True


def test_one_server_asks_for_the_pots_and_when_one_is_killed_nobody_loses_anything(house):
    for server in house.servers:  # one of them was killed where this is tried again
        server.start()
        server.wait()
    a, *others = house.servers
    reference = {query: asyncio.run(shown(house.alone.url, query)) for query in (period(40), period(47))}
    drawn = make_storm(600)
    mine = {"key": house.sandbox.key, "mch_id": house.sandbox.mch_id}
    storm = Storm(
        [(signed(call.body, **mine), 0) for call, code in drawn.calls if code == 0], drawn.balances_li
    )
    tokens = house.make_screens(3)
    house.fill_archive()
    address = f"{house.proxy.url}/exports/{house.sandbox.mch_id}/bets.csv?period={OLD_DAY}..{OLD_DAY}"
    until_s = time.time() + 10
    while (export := httpx.get(address, timeout=60).content).startswith(b"Nothing of these days"):
        assert time.time() < until_s  # what another process writes is seen some seconds later
        time.sleep(0.5)
    assert export.count(b"\n") == 24 * BETS_AN_HOUR + 1
    assert len(export) > 70_000_000
    to_a, to_b = house.cookie_of(a), house.cookie_of(others[0])

    def asks():
        return [call["received_at"] for call in house.sandbox.calls(POOL)]

    async def story():
        walls, fall = Walls(house), Fall()
        async with AsyncExitStack() as stack:
            watching = [
                asyncio.create_task(walls.watch(server.port, token))
                for server, token in zip(house.servers, tokens, strict=True)
            ]
            walls.on = {a.port}
            tabs = await asyncio.gather(
                *(
                    stack.enter_async_context(
                        opened(house.proxy.url, "", period(40), headers=house.new_browser())
                    )
                    for _ in range(30)
                )
            )
            walls.on |= {server.port for server in others}  # server a asks by now
            house.sandbox.clear_calls()
            began = time.time()
            browsing = [asyncio.create_task(fall.browse(tab, reference)) for tab in tabs]
            paying = asyncio.create_task(fall.pay(storm, urlsplit(house.proxy.url).port))
            from_a = asyncio.create_task(fall.fetch(address, to_a))
            from_b = asyncio.create_task(fall.fetch(address, to_b))
            await asyncio.sleep(6)
            assert 2 <= len(asks()) <= (time.time() - began) / 2 + 1

            house.sandbox.clear_calls()
            watching.pop(0).cancel()
            fall.strike(a)
            await paying
            content, is_whole = await from_b
            assert is_whole
            assert content == export
            begun, is_whole = await from_a
            downloads = house.proxy.lines(3, path=urlsplit(address).path)
            # Where nginx had a moment's doubt about server a, the download came from another all along.
            sources = [line["server"].rpartition(":")[2] for line in downloads]
            assert is_whole == (str(a.port) not in sources[1:]), downloads
            if not is_whole:  # it broke off in sight, and any server makes the same file
                assert len(begun) < len(export)
                begun, is_whole = await fall.fetch(address, to_a)
                assert is_whole
            assert begun == export
            while not asks():
                assert time.time() - fall.at_s < 10, "no other server asks for the pots"
                await asyncio.sleep(0.2)
            house.sandbox.clear_calls()
            await asyncio.sleep(4)
            assert len(asks()) <= 4

            for task in browsing + watching:
                assert not task.done(), task.exception()
                task.cancel()
        return walls, fall

    walls, fall = asyncio.run(story())
    assert fall.gaps_s, "nobody was at the server that was killed"
    assert max(fall.gaps_s) < 10
    for server in others:
        told = walls.states[server.port]
        assert set(told[told.index("live") :]) == {"live"}
    engine = open_engine(ledger_url(house.ledger_url))
    assert_credited_once(storm, engine)
    engine.dispose()
    checked = run_payouts("check", url=ledger_url(house.ledger_url))
    assert checked.returncode == 0, checked.stdout
    for secret in (*tokens, "sign="):
        assert secret not in house.proxy.said()
