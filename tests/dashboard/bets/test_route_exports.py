"""`GET /exports/ID/NAME`: who gets a finished export, and the row that the audit log gets for it."""

import asyncio
import datetime as dt
import json

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from dashboard.bets import route_exports
from dashboard.bets.data_export_store import ExportFolder
from dashboard.bets.export import Export, ExportState, Format
from dashboard.kit.current import merchants
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from ledger.database import Database, ledger_url
from ledger.schema import audit
from tests.dashboard.access.test_sign_in import signed_in
from tests.merchants import merchant

NOW_S = 1_773_567_000
DAY = dt.date(2026, 3, 1)
FILE = "bets-2026-03-01.csv"
CONTENT = b"a,b\r\n" * 1000
ID = "0" * 32


@pytest.fixture
def get(tmp_path, monkeypatch):
    """Ask for an export as somebody with these claims."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = ExportFolder(tmp_path / "twoj/exports")
    export = Export(
        ID,
        Format.CSV,
        DAY,
        DAY,
        "UTC",
        "",
        "1 at demo",
        NOW_S,
        state=ExportState.DONE,
        file=FILE,
        rows=1000,
        as_of=NOW_S,
    )
    folder.add(export)
    folder.write_file(export, FILE, lambda file: file.write(CONTENT))
    settings = Settings(
        summary_url="http://127.0.0.1:9",
        mch_id=1,
        key=SecretStr("hush"),
        cache_url=str(tmp_path / "cache"),
        ledger_url=f"sqlite:///{tmp_path / 'ledger'}",
        roles={"owner": ["@casino.example"], "analyst": ["ann@casino.example"]},
    )
    app = Starlette(
        routes=[route_exports.route(merchants)], middleware=[Middleware(GZipMiddleware)]
    )  # as Streamlit does
    with connected(
        merchants,
        settings,
        Database(ledger_url(settings.ledger_url)),
        demo=True,
        sign_in=True,
        clock=lambda: NOW_S,
    ):

        def get(claims=None, name=FILE, method="GET", **headers):
            async def ask():
                transport = httpx.ASGITransport(app)
                cookies = signed_in(claims) if claims else {}
                async with httpx.AsyncClient(
                    transport=transport, base_url="http://here", cookies=cookies
                ) as client:
                    return await client.request(method, f"/exports/{ID}/{name}", headers=headers)

            return asyncio.run(ask())

        yield get


def named(name, exp=NOW_S + 60):
    return {"sub": name, "email": f"{name}@casino.example", "exp": exp}


def log():
    with merchant().ledger.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.id))
        return [(row.who, row.what, json.loads(row.about)) for row in rows]


def test_people_who_may_see_bets_get_the_file_and_the_log_says_so(get):
    answer = get(named("ann"))
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["cache-control"] == "private, no-store, no-transform"
    assert log() == [("ann@casino.example", "export", {"file": FILE, "rows": 1000})]


def test_what_a_csv_file_is_stands_beside_it(get):
    answer = get(named("ann"), name="bets-2026-03-01-about.txt")
    assert answer.text.lstrip("\ufeff").split("\r\n") == [
        "Title: Bets",
        "Period: 2026-03-01 to 2026-03-01",
        "Rows: 1000",
        "Time zone: UTC",
        "As of: 15 Mar 2026, 09:30 UTC",
        "",
    ]
    assert answer.headers["content-disposition"] == 'attachment; filename="bets-2026-03-01-about.txt"'
    assert log() == []


def test_a_download_that_goes_on_is_written_down_once(get):
    assert get(named("ann"), Range="bytes=0-").status_code == 206
    assert get(named("ann"), Range="bytes=2500-").content == CONTENT[2500:]
    assert get(named("ann"), method="HEAD").status_code == 200
    assert len(log()) == 1


def test_a_download_that_broke_off_goes_on_in_the_same_bytes(get):
    """Nothing is compressed on the way: the middle of a file is none of what was compressed."""
    whole = get(named("ann"))
    assert whole.headers["content-encoding"] == "identity"
    assert int(whole.headers["content-length"]) == len(CONTENT)
    rest = get(named("ann"), **{"Range": "bytes=1000-", "If-Range": whole.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, CONTENT[1000:])


@pytest.mark.parametrize("claims", [None, named("bo"), named("ann", exp=NOW_S)], ids=str)
def test_nobody_else_does(get, claims):
    answer = get(claims)
    assert (answer.status_code, answer.text) == (403, "Sign in as somebody who may see bets.")
    assert log() == []


def test_another_name_or_none_is_no_file(get):
    for name in ("bets.csv", "order.json", "..%2Forder.json"):
        assert get(named("ann"), name=name).status_code == 404
    assert log() == []
