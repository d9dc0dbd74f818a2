"""`GET /exports/MERCHANT/bets.csv`: read back row by row, what it says, who gets it, and breaking off."""

import asyncio
import csv
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from gettext import NullTranslations

import httpx
import pyarrow.parquet as pq
import pytest
import uvicorn
from pydantic import SecretStr
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from archive.archive import Archive
from archive.bets import sums
from archive.collector import Collector
from archive.engine import Engine
from archive.proof import HourRead
from archive.store import FileDamaged, Folder
from dashboard.bets import route_exports
from dashboard.core import text as words
from dashboard.core.request_ids import MIDDLEWARE
from dashboard.kit.current import merchants
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from ledger.database import Database, ledger_url
from ledger.schema import audit
from tests.archived import TODAY_S, table_of
from tests.dashboard.access.test_sign_in import signed_in
from tests.merchants import merchant
from tests.parts import new_ledger
from tests.provider import CLOCK
from twoj_client.windows import DAY_S
from twoj_sandbox import MCH_ID
from twoj_sandbox.rows import event_ids

MIDNIGHT = TODAY_S - DAY_S
GAP = MIDNIGHT + 5 * 3600
YESTERDAY = "period=2026-03-14..2026-03-14"


@pytest.fixture(scope="module")
def kept(tmp_path_factory, truth):
    """An archive of three days, of which one hour of the first was never read."""
    folder = tmp_path_factory.mktemp("kept")
    with new_ledger(folder / "ledger", MCH_ID) as ledger:
        archive = Archive(ledger, Folder(folder / "archive"), lambda: CLOCK)
        for day_s in range(TODAY_S - 2 * DAY_S, CLOCK, DAY_S):
            hours = []
            for hour_s in range(day_s, min(day_s + DAY_S, CLOCK), 3600):
                table = table_of(truth, hour_s, min(hour_s + 3600, CLOCK))
                if hour_s != GAP - DAY_S:
                    hours.append(HourRead(hour_s, table, sums(table), True, CLOCK, True))
            archive.keep(hours)
        archive.join_days(TODAY_S - 2 * DAY_S, CLOCK)
    return folder


@contextmanager
def connection(kept, sandbox, tmp_path, **more):
    settings = Settings(
        summary_url=sandbox.url,
        mch_id=MCH_ID,
        key=SecretStr(sandbox.key),
        currency="PHP",
        cache_url=str(tmp_path / "cache"),
        ledger_url=f"sqlite:///{kept / 'ledger'}",
        archive_url=str(kept / "archive"),
        roles={"owner": ["@casino.example"], "analyst": ["ann@casino.example"]},
        **more,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Collector, "running", lambda _: nullcontext())
        ledger = Database(ledger_url(settings.ledger_url))
        with connected(merchants, settings, ledger, demo=True, sign_in=True, clock=lambda: CLOCK):
            yield Starlette(
                routes=[route_exports.route(merchants)],
                middleware=[*MIDDLEWARE, Middleware(GZipMiddleware)],  # the last as Streamlit does
            )


def named(name, exp=CLOCK + 60):
    return {"sub": name, "email": f"{name}@casino.example", "exp": exp}


ANN = named("ann")
CANNOT = (
    "of this export cannot be used; ask for a period such as 2026-03-01..2026-03-31, a type such as Slots,"
    " a game_id such as 1033."
)
Get = Callable[..., httpx.Response]


def asking(app) -> Get:
    def get(name="bets.csv", query=YESTERDAY, claims=ANN, method="GET", mch_id=MCH_ID, **headers):
        async def ask():
            cookies = signed_in(claims) if claims else {}
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://here", cookies=cookies
            ) as client:
                return await client.request(method, f"/exports/{mch_id}/{name}?{query}", headers=headers)

        return asyncio.run(ask())

    return get


@pytest.fixture
def app(kept, sandbox, tmp_path) -> Iterator[Starlette]:
    with connection(kept, sandbox, tmp_path) as made:
        yield made


@pytest.fixture
def get(app) -> Get:
    return asking(app)


def log():
    with merchant().ledger.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.id))
        return [(row.who, row.what, json.loads(row.about)) for row in rows]


def rows_of(answer: httpx.Response) -> list[dict]:
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"].startswith("text/csv"):
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    return pq.read_table(io.BytesIO(answer.content)).to_pylist()


def about(answer: httpx.Response) -> dict[str, str]:
    if answer.headers["content-type"].startswith("text/plain"):
        lines = answer.content.decode("utf-8-sig").splitlines()
        return dict(line.split(": ", 1) for line in lines)
    metadata = pq.read_schema(io.BytesIO(answer.content)).metadata
    return {key.decode(): value.decode() for key, value in metadata.items()}


def file_of(answer: httpx.Response) -> str:
    return answer.headers["content-disposition"].partition('filename="')[2].rstrip('"')


def truly(truth, start, end, keep=lambda _: True) -> list[tuple]:
    bets = truth.bets(start, end, CLOCK)
    found = [
        (
            int(bet["start_at"]),
            event_id,
            int(bet["user_id"]),
            truth.players.op_ids[bet["player"]],
            *(Decimal(int(bet[name])) / 1000 for name in ("bet_amount", "gain_amount", "credit")),
        )
        for event_id, bet in zip(event_ids(bets), bets, strict=True)
        if keep(bet)
    ]
    return sorted(found)


def told(rows) -> list[tuple]:
    return [
        (
            int(_time(row["Start"])),
            row["Event id"],
            int(row["User id"]),
            row["Op id"].removeprefix("'"),
            *(Decimal(row[name]) for name in ("Bet", "Net result", "Balance after")),
        )
        for row in rows
    ]


def _time(value) -> float:
    return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).timestamp()


@pytest.mark.parametrize("name", ["bets.csv", "bets.parquet"])
def test_a_day_is_read_back_row_by_row(get, truth, name):
    answer = get(name)
    assert told(rows_of(answer)) == truly(truth, MIDNIGHT, TODAY_S)
    assert file_of(answer) == f"bets-2026-03-14-2026-03-14.{name[5:]}"
    assert answer.headers["content-encoding"] == "identity"
    assert answer.headers["cache-control"] == "private, no-store, no-transform"
    assert "content-length" not in answer.headers


def test_the_file_says_what_it_is(get, truth):
    fish = len(truly(truth, MIDNIGHT, TODAY_S, lambda bet: 4000 <= bet["game_id"] < 5000))
    said = {
        "Title": "Bets",
        "Period": "2026-03-14 to 2026-03-14",
        "Only": "Fish",
        "Rows": str(fish),
        "Time zone": "UTC",
        "Currency": "PHP",
        "As of": "15 Mar 2026, 09:30 UTC",
    }
    answer = get("bets.parquet", f"{YESTERDAY}&type=Fish")
    assert (about(answer), len(rows_of(answer))) == (said, fish)
    assert file_of(answer) == "bets-fish-2026-03-14-2026-03-14.parquet"
    beside = get("bets-about.txt", f"{YESTERDAY}&type=Fish")
    assert (about(beside), file_of(beside)) == (said, "bets-fish-2026-03-14-2026-03-14-about.txt")


def test_types_and_games_narrow_it_down_in_the_business_zone(kept, sandbox, tmp_path, truth):
    start = int(datetime(2026, 3, 13, 18, 30, tzinfo=UTC).timestamp())
    with connection(kept, sandbox, tmp_path, timezone="Asia/Kolkata") as app:
        answer = asking(app)("bets.csv", f"{YESTERDAY}&type=Slots&game_id=1041,2011")
        none = asking(app)("bets.csv", f"{YESTERDAY}&type=Fish&game_id=1041")
    rows = rows_of(answer)
    assert told(rows) == truly(truth, start, start + DAY_S, lambda bet: bet["game_id"] == 1041)
    assert {row["Start"][-6:] for row in rows} == {"+05:30"}
    assert file_of(answer) == "bets-slots-game-1041-game-2011-2026-03-14-2026-03-14.csv"
    assert rows_of(none) == []


def test_a_running_day_goes_as_far_as_it_says(get, truth):
    answer = get("bets.parquet", "period=today")
    assert about(answer)["Period"] == "2026-03-15 to 2026-03-15, until 09:30 (+00:00)"
    assert told(rows_of(answer)) == truly(truth, TODAY_S, CLOCK)


def test_text_of_a_csv_file_is_no_formula(get):
    op_ids = {row["Op id"] for row in rows_of(get(query="period=2026-03-13..2026-03-13"))}  # both played
    assert "'=1+1<b>x</b>" in op_ids
    assert "玩家-Žofie-🎲" in op_ids
    assert not any(op_id.startswith("=") for op_id in op_ids)


def test_an_hour_that_the_archive_lacks_is_named(get, truth):
    answer = get("bets.parquet", "period=2026-03-13..2026-03-14")
    hour = GAP - DAY_S
    lacking = "13 Mar, 05:00–06:00 (not in the archive)."
    assert about(answer)["Completeness"] == lacking
    assert file_of(answer) == "bets-2026-03-13-2026-03-14-incomplete.parquet"
    missing = truly(truth, hour, hour + 3600)
    assert told(rows_of(answer)) == [
        row for row in truly(truth, MIDNIGHT - DAY_S, TODAY_S) if row not in missing
    ]
    assert about(get("bets-about.txt", "period=2026-03-13..2026-03-14"))["Completeness"] == lacking


def test_days_that_are_not_in_the_archive_are_no_file(get):
    before = log()
    answer = get(query="period=2024-01-01..2024-01-01")
    assert (answer.status_code, answer.text.partition(".")[0]) == (
        404,
        "Nothing of these days is in the archive yet",
    )
    assert log() == before


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "period"),
        ("period=", "period"),
        ("period=2026-03-32..2026-03-33", "period"),
        ("period=2026-03-14", "period"),
        ("period=2099-01-01..2099-01-02", "period"),
        ("period=2024-01-01..2026-03-14", "period"),
        ("period=today&period=yesterday", "period"),
        (f"{YESTERDAY}&type=Bingo", "type"),
        (f"{YESTERDAY}&type=fish", "type"),
        (f"{YESTERDAY}&game_id=1041,x", "game_id"),
        (f"{YESTERDAY}&game_id=-1", "game_id"),
        (f"{YESTERDAY}&game_id=9999999999999999999999", "game_id"),
    ],
)
@pytest.mark.parametrize("name_of_file", ["bets.csv", "bets-about.txt"])
def test_a_value_that_cannot_be_used_is_one_sentence_and_no_file(get, query, name, name_of_file):
    answer = get(name_of_file, query)
    assert (answer.status_code, answer.text) == (
        400,
        f"The {name} {CANNOT}",
    )


@pytest.mark.parametrize("more", ["types=Fish", "Type=Fish", "gameid=1041", "op_id=ann", "x=%00%0d%0a"])
def test_what_an_export_does_not_know_is_no_file_of_all_bets(get, more):
    answer = get(query=f"{YESTERDAY}&{more}")
    assert (answer.status_code, answer.text) == (
        400,
        "The address of an export has period, type, game_id, and nothing else.",
    )


def test_people_who_may_see_bets_get_the_file_and_the_log_says_so(kept, app):
    get, before = asking(app), len(log())
    rows = len(rows_of(get()))
    assert get("bets-about.txt").status_code == 200
    head = get(method="HEAD")
    assert (head.status_code, head.content, file_of(head)) == (200, b"", "bets-2026-03-14-2026-03-14.csv")
    assert log()[before:] == [
        ("ann@casino.example", "export", {"file": "bets-2026-03-14-2026-03-14.csv", "rows": rows})
    ]


@pytest.mark.parametrize("claims", [None, named("bo"), named("ann", exp=CLOCK)], ids=str)
def test_nobody_else_does(get, claims):
    before = log()
    for mch_id in (MCH_ID, 9):
        answer = get(claims=claims, mch_id=mch_id)
        assert (answer.status_code, answer.text) == (403, "Sign in as somebody who may see bets.")
    assert log() == before


def test_another_name_or_merchant_is_no_file(get):
    for name in ("bets", "bets.xlsx", "order.json", "..%2Fbets.csv"):
        assert get(name).status_code == 404
    assert get(mch_id=9).status_code == 404


class German(NullTranslations):
    def gettext(self, message: str) -> str:
        return {"Bets": "Einsätze", "Rows": "Zeilen"}.get(message, message)


def test_a_file_is_written_in_the_language_of_whoever_asks(get, monkeypatch):
    monkeypatch.setattr(words, "_available", lambda: ["en", "de"])
    monkeypatch.setattr(words, "_catalog", lambda code: German() if code == "de" else NullTranslations())
    said = about(get("bets.parquet", **{"Accept-Language": "de-AT,de;q=0.9"}))
    assert (said["Title"], "Zeilen" in said) == ("Einsätze", True)


def test_a_failing_provider_or_ledger_is_one_sentence(get, sandbox, monkeypatch):
    sandbox.fault("*", "code_400")
    answer = get()
    assert answer.status_code == 503
    assert answer.text.startswith("The provider refused")


@contextmanager
def served(app) -> Iterator[str]:
    """The route in a real server, on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("name", ["bets.csv", "bets.parquet"])
def test_a_failure_in_the_middle_breaks_the_download_off(app, monkeypatch, name):
    """No last chunk comes, and no footer of Parquet: nothing that reads it takes it for whole."""
    asked = []

    def fail_later(engine, about):
        asked.append(about)
        if len(asked) > 2:
            raise FileDamaged("a file of the archive is gone")
        return batches(engine, about)

    batches = Engine.batches
    monkeypatch.setattr(Engine, "batches", fail_later)
    address, pieces = f"/exports/{MCH_ID}/{name}?period=2026-03-13..2026-03-15", list[bytes]()
    with (
        served(app) as url,
        httpx.Client(cookies=signed_in(ANN)) as client,
        client.stream("GET", url + address) as answer,
    ):
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
            pieces.extend(answer.iter_raw())
    assert sum(map(len, pieces)) > 100_000
    assert not pieces[-1].endswith(b"PAR1")


def test_an_archive_that_changes_meanwhile_breaks_it_off_as_well(app, monkeypatch):
    batches = Engine.batches
    monkeypatch.setattr(Engine, "batches", lambda engine, about: [*batches(engine, about)][1:])
    with pytest.raises(RuntimeError, match="the archive changed meanwhile: 0 bets instead of 13489"):
        asking(app)()


def test_a_file_that_is_damaged_from_the_start_is_a_sentence(get, monkeypatch):
    def damaged(_engine, _about):
        raise FileDamaged("gone")
        yield

    monkeypatch.setattr(Engine, "batches", damaged)
    answer = get()
    assert (answer.status_code, answer.text.partition(":")[0]) == (
        404,
        "A file of the archive cannot be read",
    )


def test_no_more_than_a_few_batches_are_held(app, monkeypatch):
    """Rows are let go as they are sent: each batch is gone before the next but one is asked for."""
    import weakref

    alive: list[weakref.ref] = []

    batches = Engine.batches

    def watched(engine, about):
        for batch in batches(engine, about):
            assert sum(each() is not None for each in alive) <= 2
            alive.append(weakref.ref(batch))
            yield batch

    monkeypatch.setattr("archive.engine._BATCH_ROWS", 2048)
    monkeypatch.setattr(Engine, "batches", watched)
    assert len(rows_of(asking(app)("bets.parquet"))) == 13_489
    assert len(alive) >= 6
    assert merchant().running(Engine)
