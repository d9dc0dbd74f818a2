"""Two merchants in one process, with one cache, one ledger, one archive's folder: each sees its own."""

import asyncio
import shutil
import time
from contextlib import ExitStack, closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from archive.archive import Archive
from archive.collector import Collector
from archive.store import Folder
from dashboard.bets import route_exports
from dashboard.jackpots import route_live
from dashboard.jackpots.data_poller import told_pots
from dashboard.jackpots.data_watch import Watch
from dashboard.kit.current import merchants
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from ledger.database import Database, ledger_url
from tests import archived
from tests.pages.conftest import MAIN
from tests.pages.game_truth import texts
from tests.parts import ledger_at
from tests.provider import CLOCK, start_sandbox
from twoj_client.windows import DAY_S
from twoj_sandbox.world import World

pytestmark = pytest.mark.usefixtures("patient")
OURS, THEIRS = 101, 202
OF = {
    OURS: {"key": "our-key", "currency": "PHP", "timezone": "Asia/Manila"},
    THEIRS: {"key": "their-key", "currency": "JPY", "timezone": "America/New_York"},
}
SEEDS = {OURS: ("--seed", "1"), THEIRS: ("--seed", "2", "--bets-per-hour", "90")}
WORLDS = {OURS: World(1), THEIRS: World(2, 90)}
"""The same as these sandboxes serve."""
PAGES = [
    ("overview", {"period": "yesterday"}),
    ("games", {"period": "yesterday"}),
    ("bonus", {"period": "yesterday"}),
    ("players", {"period": "yesterday", "op_id": "whale"}),
    ("bets", {"period": "yesterday"}),
    ("wallet", {"op_id": "whale"}),
    ("jackpots", {}),
]


class Told(NamedTuple):
    """The providers' addresses by merchant, and where archives lie that were filled for tests to copy."""

    urls: dict[int, str]
    filled: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    with ExitStack() as stack:
        urls = {
            mch_id: stack.enter_context(
                start_sandbox(*SEEDS[mch_id], clock=CLOCK, mch_id=mch_id, key=OF[mch_id]["key"])
            ).url
            for mch_id in OF
        }
        yield Told(urls, tmp_path_factory.mktemp("filled"))


def fill(folder, mch_ids):
    """Have the archives of these merchants hold the last three days, over one ledger."""
    folder.mkdir()
    for mch_id in mch_ids:
        with ledger_at(f"sqlite:///{folder / 'ledger'}", mch_id) as own:
            own.prepare()
            archive = Archive(own, Folder(folder / "archive"), lambda: CLOCK)
            archived.fill(archive, WORLDS[mch_id], archived.TODAY_S - 2 * DAY_S)


def run(stack, told, folder, *mch_ids, **more):
    """Have these merchants run, all that they keep in one folder; the archive holds the last three days."""
    folder.mkdir(exist_ok=True)
    stack.enter_context(pytest.MonkeyPatch.context()).setattr(Collector, "running", lambda _: nullcontext())
    filled = told.filled / "-".join(map(str, mch_ids))
    if not filled.exists():
        fill(filled, mch_ids)
    shutil.copy(filled / "ledger", folder / "ledger")
    archived.copy(filled / "archive", folder / "archive")
    ledger = stack.enter_context(closing(Database(ledger_url(f"sqlite:///{folder / 'ledger'}"))))
    for mch_id in mch_ids:
        of = OF[mch_id]
        settings = Settings(
            summary_url=told.urls[mch_id],
            mch_id=mch_id,
            key=SecretStr(of["key"]),
            currency=of["currency"],
            timezone=of["timezone"],
            cache_url=str(folder / "cache"),
            archive_url=str(folder / "archive"),
            **more,
        )
        connection = connected(
            merchants,
            settings,
            ledger,
            demo=False,
            sign_in=bool(more),
            clock=lambda: CLOCK,
            timer=lambda: time.monotonic() + CLOCK,
        )
        stack.enter_context(connection)


@pytest.fixture
def both(told, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with ExitStack() as stack:
        run(stack, told, tmp_path, OURS, THEIRS)
        yield merchants[OURS], merchants[THEIRS]


def opened(mch_id, page, query, user=None):
    tab = AppTest.from_file(str(MAIN), default_timeout=30)
    tab.session_state["mch_id"], tab.user = mch_id, user or {}
    for name, value in query.items():
        tab.query_params[name] = value
    if page != "overview":
        tab.switch_page(f"../../pages/{page}.py")
    return tab.run()


def shown(mch_id, page, query):
    """Every number of a page, and the words beside them, once all has arrived."""
    tab = opened(mch_id, page, query)
    assert not tab.get("progress")
    assert not tab.exception
    return {
        "cards": [(each.label, each.value, each.delta) for each in tab.metric],
        "tables": [repr(texts(each)) for each in tab.dataframe],
        "charts": [each.proto.spec for each in tab.get("plotly_chart")],
        "said": [each.value for each in (*tab.caption, *tab.warning, *tab.info, *tab.error)],
    }


@pytest.mark.slow
@pytest.mark.timeout(300)  # Games asks for sixty days of four merchants that nobody has asked before
@pytest.mark.parametrize(("page", "query"), PAGES, ids=[page for page, _ in PAGES])
def test_a_page_shows_what_it_shows_where_its_merchant_runs_alone(told, tmp_path, monkeypatch, page, query):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    alone = {}
    for mch_id in OF:
        with ExitStack() as stack:
            run(stack, told, tmp_path / f"alone-{mch_id}", mch_id)
            alone[mch_id] = shown(mch_id, page, query)
    assert alone[OURS] != alone[THEIRS]
    assert alone[OURS]["cards"] or alone[OURS]["tables"]
    with ExitStack() as stack:
        run(stack, told, tmp_path, OURS, THEIRS)
        for mch_id in (OURS, THEIRS, OURS):
            assert shown(mch_id, page, query) == alone[mch_id]


def test_the_client_says_the_own_sums_from_one_cache(both):
    window = {"start": datetime(2026, 3, 10, tzinfo=UTC), "end": datetime(2026, 3, 11, tzinfo=UTC)}
    for _ in range(2):
        counts = [each.twoj.all.stage_summary(**window).data.summary.bet_count for each in both]
        assert counts[0] > 2 * counts[1] > 0


def test_an_export_is_its_merchants_alone(both):
    app = Starlette(routes=[route_exports.route(merchants)])
    day, rows = "period=2026-03-14..2026-03-14", {}
    for each in both:
        said = get(app, f"/exports/{each.mch_id}/bets.csv?{day}").text.splitlines()
        rows[each.mch_id] = len(said) - 1
        about = get(app, f"/exports/{each.mch_id}/bets-about.txt?{day}").text
        assert f"Rows: {rows[each.mch_id]}" in about
        assert f"Time zone: {OF[each.mch_id]['timezone']}" in about
        assert f"Currency: {OF[each.mch_id]['currency']}" in about
    assert rows[OURS] > 2 * rows[THEIRS] > 0


def test_a_screen_is_told_the_pots_of_whose_it_is(both):
    app, said = Starlette(routes=route_live.routes(merchants)), {}
    for each in both:
        watch = each.running(Watch)
        token = watch.screens.make("Lobby", "dark", "ann")
        until = time.monotonic() + 30
        while watch.look() is None:  # the poller's own thread may be about to ask
            assert time.monotonic() < until
            watch.poller.turn()
        said[each.mch_id] = get(app, "/live/jackpot", token).json()
        assert said[each.mch_id]["build"] == watch.build
    amounts = [str(told_pots(each.twoj.jackpot.pool()).hourly.amount) for each in both]
    assert [each["hourly"]["pot"] for each in said.values()] == amounts
    assert amounts[0] != amounts[1]
    assert get(app, "/live/jackpot", "nobody").status_code == 401


@pytest.mark.slow
def test_recent_players_are_those_of_the_merchant(told, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    ann = {"is_logged_in": True, "sub": "ann", "email": "ann@casino.example", "exp": CLOCK + 60}

    def recent_of(mch_id, query):
        tab = opened(mch_id, "players", query, ann)
        return [each.label for each in tab.button if each.key and each.key.startswith("recent-")]

    with ExitStack() as stack:
        run(stack, told, tmp_path, OURS, THEIRS, roles={"analyst": ["ann@casino.example"]})
        recent_of(OURS, {"op_id": "whale", "period": "yesterday"})
        assert (recent_of(OURS, {}), recent_of(THEIRS, {})) == (["whale"], [])


def get(app, path, token=""):
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
            return await client.get(path, headers={"Authorization": f"Bearer {token}"})

    return asyncio.run(ask())
