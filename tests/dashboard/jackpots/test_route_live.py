"""`GET /live/jackpot`: who may ask, what is told, and that one screen costs as many calls as a hundred."""

import asyncio
import logging
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from dashboard.jackpots import route_live
from dashboard.jackpots.data_watch import Brand, Watch
from dashboard.provider.merchant import Merchants
from dashboard.server.settings import Settings
from ledger.database import Database, Ledger, LedgerAway, ledger_url
from tests.parts import new_ledger
from twoj_client import Reply
from twoj_client.models import Pool, Pot

NOW_S = 1_773_567_000
NEXT_HOUR_MS = 1_773_568_800_000


class Hall:
    """A watch over made-up pots, its clock, and a client without a token."""

    def __init__(self, folder: Path):
        self.now = float(NOW_S)
        self.asked = 0
        self.hourly = "2356.410"
        settings = Settings(
            summary_url="https://provider.example",
            mch_id=1,
            key=SecretStr("k"),
            ledger_url=f"sqlite:///{folder / 'ledger.sqlite3'}",
        )
        with new_ledger(folder / "ledger.sqlite3", settings.mch_id):
            pass
        self.ledger = Ledger(Database(ledger_url(settings.ledger_url)), settings.mch_id)
        self.watch = self.watch_of(settings, clock=self.clock, timer=self.clock)
        merchant = SimpleNamespace(running=lambda _kind: self.watch)
        self.merchants = Merchants({1: merchant})
        self.app = Starlette(routes=route_live.routes(self.merchants))

    def watch_of(self, settings, **timers):
        return Watch(
            self,
            Brand(settings.brand, settings.logo_url()),
            self.ledger,
            currency=settings.currency,
            timezone=settings.timezone,
            poll_s=settings.jackpot_poll_s,
            **timers,
        )

    def clock(self):
        return self.now

    def leads(self, for_s):
        return True

    def pool(self):
        self.asked += 1
        hourly = Pot(Decimal(self.hourly), Decimal(0), NEXT_HOUR_MS)
        high = Pot(Decimal("5392.865"), Decimal(3600), 0)
        as_of = datetime.fromtimestamp(self.now, UTC)
        return Reply(Pool(hourly, high, int(self.now * 1000) + 7), as_of)

    def call(self, method, address, headers, **options):
        async def call():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:
                return await client.request(method, address, headers=headers, **options)

        return asyncio.run(call())

    def get(self, token, **headers):
        return self.call("GET", "/live/jackpot", {"Authorization": f"Bearer {token}", **headers})

    def told(self, token):
        answer = self.get(token)
        assert answer.status_code == 200
        return answer.json()


@pytest.fixture
def hall(tmp_path):
    hall = Hall(tmp_path)
    yield hall
    hall.watch._keeper.close()
    hall.watch.ledger.database.close()


@pytest.fixture
def token(hall):
    return hall.watch.screens.make("Lobby", "light", "ada")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer nobody"}, {"Authorization": "nobody"}],
)
def test_without_the_token_of_a_screen_nothing_is_told_and_nobody_asked(hall, token, headers):
    answer = hall.call("GET", "/live/jackpot", headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "pot" not in answer.text
    assert hall.watch.poller.turn() is None


@pytest.mark.parametrize("scheme", ["Basic", "bearer token", ""])
def test_a_token_of_another_kind_opens_nothing(hall, token, scheme):
    assert hall.call("GET", "/live/jackpot", {"Authorization": f"{scheme} {token}"}).status_code == 401


def test_a_token_in_the_address_opens_nothing(hall, token):
    assert hall.call("GET", f"/live/jackpot?screen={token}&token={token}", {}).status_code == 401


def test_other_methods_are_not_answered(hall, token):
    assert hall.call("POST", "/live/jackpot", {"Authorization": f"Bearer {token}"}).status_code == 405


def test_the_first_screen_wakes_the_poller(hall, token):
    first = hall.told(token)
    assert (first["state"], first["hourly"], first["as_of"]) == ("brand", None, None)
    hall.watch.poller.turn()
    hall.now += 1.25
    told = hall.told(token)
    assert told == {
        "state": "live",
        "as_of": "2026-03-15T09:30:00.000+00:00",
        "age_ms": 1250,
        "provider_ms": NOW_S * 1000 + 7,
        "hourly": {"pot": "2356.410", "next_pot": "0", "next_hour": NEXT_HOUR_MS},
        "super": {"pot": "5392.865", "next_pot": "3600", "next_hour": 0},
        "hits": [],
        "winners": [],
        "look": "light",
        "screen": {
            "shows": True,
            "brightness": 100,
            "layouts": ["both"],
            "turn_ms": 20_000,
            "picture": None,
        },
        "build": hall.watch.build,
    }


def test_a_screen_that_comes_while_the_links_are_read_for_the_first_time_waits(hall, token, monkeypatch):
    reading, entered, go_on = hall.watch.ledger.reading, Event(), Event()

    def slow():
        entered.set()
        assert go_on.wait(10)
        return reading()

    monkeypatch.setattr(hall.watch.ledger, "reading", slow)

    async def two():
        transport = httpx.ASGITransport(hall.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:

            def ask():
                headers = {"Authorization": f"Bearer {token}"}
                return asyncio.create_task(client.get("/live/jackpot", headers=headers))

            first = ask()
            assert await asyncio.to_thread(entered.wait, 10)
            second = ask()
            for _ in range(100):
                await asyncio.sleep(0)
            go_on.set()
            return [answer.status_code for answer in await asyncio.gather(first, second)]

    assert asyncio.run(two()) == [200, 200]


def test_however_many_screens_there_is_one_question(hall):
    tokens = [hall.watch.screens.make(f"Screen {n}", "dark", "ada") for n in range(40)]
    for _ in range(3):
        for token in tokens:
            hall.told(token)
        assert hall.watch.poller.turn() == 2
        hall.now += 2
    assert hall.asked == 3


@pytest.mark.parametrize(("age_s", "state"), [(9, "live"), (10, "late"), (60, "last_known"), (3600, "brand")])
def test_what_is_told_grows_old(hall, token, age_s, state):
    hall.told(token)
    hall.watch.poller.turn()
    hall.now += age_s
    assert hall.told(token)["state"] == state


def test_a_hit_is_told_to_every_screen(hall, token):
    hall.told(token)
    hall.watch.poller.turn()
    hall.now += 2
    hall.hourly = "2000.5"
    hall.watch.poller.turn()
    assert hall.told(token)["hits"] == []
    hall.now += 10
    hall.watch.poller.turn()
    (hit,) = hall.told(token)["hits"]
    seen_ms = (NOW_S + 2) * 1000 + 7
    assert hit == {
        "id": f"hourly-{seen_ms}",
        "pot": "hourly",
        "at": seen_ms,
        "amount": "2356.410",
        "winners": [],
    }


def test_a_revoked_screen_is_told_nothing_more(hall, token):
    hall.told(token)
    hall.watch.screens.revoke(1, "ada")
    assert hall.get(token).status_code == 401


def test_a_screen_says_how_it_is_doing(hall, token):
    hall.get(token, **{"Screen-Heartbeat": "painted=16; age=1900; build=abc123"})
    hall.watch._keeper.keep()
    beat = hall.watch.screens.all()[0].beat
    assert (beat.paint_age_ms, beat.data_age_ms, beat.build) == (16, 1900, "abc123")
    assert 0 <= beat.age_ms < 30_000


@pytest.mark.parametrize("words", ["", "painted=x", "painted=1; age=2; build=<b>", "painted=" + "9" * 99])
def test_a_heartbeat_of_nonsense_is_still_a_sign_of_life(hall, token, words):
    assert hall.get(token, **{"Screen-Heartbeat": words}).status_code == 200
    hall.watch._keeper.keep()
    assert hall.watch.screens.all()[0].beat.paint_age_ms is None


def test_without_a_ledger_a_cold_server_says_try_again_and_a_warm_one_goes_on(hall, token, monkeypatch):
    def away():
        raise LedgerAway("away")

    with monkeypatch.context() as patch:
        patch.setattr(hall.watch.ledger, "reading", away)
        assert hall.get(token).status_code == 503
    hall.now += 6
    hall.told(token)
    monkeypatch.setattr(hall.watch.ledger, "reading", away)
    hall.now += 60
    assert hall.get(token).status_code == 200


def test_no_answer_is_kept_on_the_way(hall, token):
    assert hall.get(token).headers["cache-control"] == "no-store"


def test_screens_that_ask_are_counted_as_long_as_they_are_there(hall, token):
    screens = hall.watch.screens
    other = screens.make("Bar", "dark", "ada")
    assert (screens.asked, screens.alive()) == (0, 0)
    for asked in (token, token, other):
        hall.told(asked)
    hall.get("wrong")
    assert (screens.asked, screens.alive()) == (3, 2)
    hall.now += 20
    hall.told(token)
    hall.now += 11
    assert (screens.asked, screens.alive()) == (4, 1)


def test_the_token_is_in_no_log(hall, token, caplog):
    caplog.set_level(logging.DEBUG)
    hall.told(token)
    hall.watch._keeper.keep()
    assert token not in caplog.text


def test_the_build_is_the_same_for_the_same_code_and_settings(hall, tmp_path, monkeypatch):
    again = Hall(tmp_path)
    assert again.watch.build == hall.watch.build
    assert len(again.watch.build) == 12
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"picture")
    settings = Settings(logo=logo)
    other = again.watch_of(settings)
    assert other.build != hall.watch.build
    assert other.brand.logo == "data:image/png;base64,cGljdHVyZQ=="
    for each in (again.watch, other):
        each._keeper.close()
    again.ledger.database.close()
