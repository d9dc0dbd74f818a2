"""SQL for people reads the views, and nothing else; whoever asks is written down."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from archive import sql
from archive.archive import Archive
from archive.engine import Engine
from archive.sql import SqlRefused, select
from archive.store import Folder
from ledger import audit
from ledger.database import Ledger
from tests.archive.conftest import ledger_copy
from tests.archive.test_breaking import HOUR, bet, read
from tests.parts import ledger_at
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S

pytestmark = pytest.mark.slow
NOT_ONE = "Only one SELECT is answered."


class Searched(NamedTuple):
    """A day of one merchant, and an hour of another in the same folder, over the same ledger."""

    engine: Engine
    folder: Path
    of_other: str
    """The path of a file that holds the other merchant's bets."""

    def ask(self, text: str) -> list[list[object]]:
        return select(self.engine, "ann", text).rows

    def audited(self) -> list[tuple[str, str, dict[str, object]]]:
        with self.engine.archive.ledger.reading() as books:
            return [(row.who, row.outcome, json.loads(row.about)) for row in audit.rows(books)]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path) -> Iterator[Searched]:
    folder = tmp_path_factory.mktemp("sql")
    with ledger_copy(empty_ledger, folder) as ledger:
        archive = filled(ledger, folder)
        with ledger_at(f"sqlite:///{folder / 'ledger'}", 202) as others:
            others.prepare()
            other = filled(others, folder)
        engine = Engine(archive)
        engine.roll_up(HOUR)
        path = next(path for path in other.folder.paths("202/days"))
        yield Searched(engine, folder, str(folder / "archive" / path))


def filled(ledger: Ledger, folder: Path) -> Archive:
    archive = Archive(ledger, Folder(folder / "archive"), lambda: CLOCK)
    user_id = archive.mch_id
    hours = [HOUR + n * HOUR_S for n in range(24)]
    archive.keep([read(bet(n, at, user_id=user_id), hour_s=at) for n, at in enumerate(hours)])
    archive.join_days(HOUR, HOUR + DAY_S)
    return archive


def test_one_select_over_the_views_is_answered_as_json_has_it(searched: Searched):
    whole = "SELECT count(*), sum(bet_amount), min(merchant), max(user_id) FROM bets"
    assert searched.ask(whole) == [[24, 24_000, 101, 101]]
    assert searched.ask("SELECT sum(bets), sum(bet_li) FROM games_15min; -- and that is all;") == [
        [24, 24_000]
    ]
    assert searched.ask("WITH a AS (SELECT * FROM players_daily) SELECT user_id, bets FROM a") == [[101, 24]]
    assert searched.ask("FROM bets SELECT event_id ORDER BY start_at LIMIT 1") == [["e0"]]
    assert searched.ask("SELECT ';', '--', 'é漢', 'DROP VIEW bets;' /* ; */") == [
        [";", "--", "é漢", "DROP VIEW bets;"]
    ]
    assert searched.ask("SELECT map([1], ['a']), 1.5::DECIMAL(4, 2), NULL, true, DATE '2026-03-15'") == [
        [{"1": "a"}, "1.50", None, True, "2026-03-15"]
    ]
    assert select(searched.engine, "ann", 'SELECT 1 AS a, 2 AS "ü;"').columns == ["a", "ü;"]


def test_of_many_rows_the_first_are_answered(searched: Searched, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql, "MOST_ROWS", 1001)
    for text, has_more in (
        ("SELECT * FROM range(1000000000) WHERE true", True),
        ("SELECT * FROM range(1002)", True),
        ("SELECT * FROM range(1001)", False),
    ):
        answer = select(searched.engine, "ann", text)
        assert (answer.rows[-1], len(answer.rows), answer.has_more) == ([1000], 1001, has_more)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1; SELECT 2",
        "SELECT 1;\u00a0\n; DELETE FROM bets",
        "SELECT 1\x00; DROP VIEW bets",
        "",
        ";",
        "-- SELECT 1",
        "COPY bets TO '/tmp/x.csv'",
        "COPY (SELECT 1) TO '{file}'",
        "EXPORT DATABASE '/tmp/x'",
        "ATTACH '/tmp/x.db'",
        "ATTACH '{ledger}' AS l (TYPE sqlite)",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "PRAGMA enable_profiling",
        "CALL pragma_version()",
        "SET memory_limit = '8GB'",
        "RESET threads",
        "USE memory",
        "DROP VIEW bets",
        "CREATE OR REPLACE VIEW bets AS SELECT 1",
        "CREATE TEMP VIEW bets AS SELECT 1",
        "CREATE TABLE t AS SELECT 1",
        "CREATE MACRO f() AS 1",
        "CREATE SECRET s (TYPE s3)",
        "ALTER VIEW bets RENAME TO b",
        "INSERT INTO bets SELECT * FROM bets",
        "UPDATE bets SET bet_amount = 0",
        "DELETE FROM bets",
        "PREPARE a AS SELECT 1",
        "BEGIN",
        "EXPLAIN ANALYZE SELECT 1",
        "VACUUM",
    ],
)
def test_what_is_not_one_select_is_refused(searched: Searched, text: str):
    refused(searched, text, NOT_ONE)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELEKT", "Parser Error"),
        ("SELECT * INTO t FROM bets", "Parser Error"),
        ("SELECT '", "Parser Error"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "Parser Error"),
        ("WITH x AS (DELETE FROM bets RETURNING *) SELECT * FROM x", "Binder Error"),
        ("WITH x AS (INSERT INTO bets SELECT * FROM bets RETURNING *) SELECT * FROM x", "Catalog Error"),
        ("SELECT * FROM read_csv('/etc/passwd')", "Permission Error"),
        ("SELECT * FROM read_text('/etc/passwd')", "Permission Error"),
        ("SELECT * FROM read_blob('/proc/self/environ')", "Permission Error"),
        ("SELECT * FROM read_json('/etc/passwd')", "Permission Error"),
        ("SELECT * FROM sniff_csv('/etc/passwd')", "Permission Error"),
        ("SELECT * FROM parquet_schema('/etc/passwd')", "Permission Error"),
        ("SELECT * FROM '/etc/passwd'", "Catalog Error"),
        ("SELECT * FROM glob('/etc/*')", "Permission Error"),
        ("SELECT * FROM glob('{folder}/**')", "Permission Error"),
        ("SELECT * FROM read_blob('{ledger}')", "Permission Error"),
        ("SELECT * FROM sqlite_scan('{ledger}', 'audit')", "Catalog Error"),
        ("SELECT * FROM read_parquet('{of_other}')", "Permission Error"),
        ("SELECT * FROM read_parquet('{folder}/archive/101/../202/**')", "Permission Error"),
        ("SELECT * FROM read_parquet(['{file}', '{of_other}'])", "Permission Error"),
        ("SELECT * FROM parquet_metadata('{of_other}')", "Permission Error"),
        ("SELECT * FROM read_csv('http://127.0.0.1:9/x')", "Permission Error"),
        ("SELECT * FROM read_parquet('s3://bets/x')", "Permission Error"),
        ("SELECT getenv('HOME')", "Catalog Error"),
        ("SELECT * FROM query('DROP VIEW bets')", "Parser Error"),
        ("SELECT * FROM duckdb_secrets()", "Permission Error"),
        ("SELECT $1", "Invalid Input Error"),
    ],
)
def test_what_reaches_for_anything_else_is_refused(searched: Searched, text: str, why: str):
    refused(searched, text, why)


def refused(searched: Searched, text: str, why: str) -> None:
    ledger = searched.folder / "ledger"
    (file,) = searched.engine.places(searched.engine.sources(HOUR, HOUR + DAY_S).bets)
    places = {"ledger": ledger, "file": file, "folder": searched.folder, "of_other": searched.of_other}
    for name, place in places.items():
        text = text.replace(f"{{{name}}}", str(place))
    before = Path(file).read_bytes()
    with pytest.raises(SqlRefused) as caught:
        searched.ask(text)
    assert str(caught.value).startswith(why)
    assert "\n" not in str(caught.value)
    assert Path(file).read_bytes() == before
    assert searched.audited()[-1] == ("ann", "refused", {"sql": text[:10_000], "why": str(caught.value)})


def test_a_view_that_a_query_names_anew_is_its_own_and_the_next_one_finds_the_bets(searched: Searched):
    assert searched.ask("WITH bets AS (SELECT 1 AS x) SELECT count(*) FROM bets") == [[1]]
    assert searched.ask("SELECT count(*) FROM bets") == [[24]]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT count(*) FROM range(100000000000) AS a(x) WHERE hash(x) = 1",
        "SELECT a.x FROM range(1000000) a(x), range(1000000) b ORDER BY hash(a.x) LIMIT 1",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
        "SELECT sleep_ms(100000)",
    ],
)
def test_what_never_ends_is_ended(searched: Searched, monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setattr(sql, "LONGEST_S", 1)
    refused(searched, text, "It took longer than 1 s.")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT range(1000000000)",
        "SELECT repeat('x', 2000000000) || repeat('y', 2000000000)",
        "SELECT repeat('x', 100000000) FROM range(1000)",
        "SELECT list(x) FROM range(1000000000) AS r(x)",
    ],
)
def test_what_takes_too_much_memory_is_ended(searched: Searched, monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setattr(sql, "_MOST_MEMORY_BYTES", 3 * 2**29)
    refused(searched, text, "It took more memory than there is for it.")


def test_an_answer_that_is_too_long_is_refused(searched: Searched):
    refused(searched, "SELECT repeat('x', 20000) FROM range(3000)", "The answer is longer than 32 MB.")


def test_what_was_asked_is_written_down_before_it_is_answered(
    searched: Searched, monkeypatch: pytest.MonkeyPatch
):
    searched.ask("SELECT 'ü' FROM bets")
    assert searched.audited()[-1] == ("ann", "done", {"sql": "SELECT 'ü' FROM bets", "rows": 24})

    def away(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "write", away)
        with pytest.raises(OSError, match="away"):
            searched.ask("SELECT 1")


def test_an_archive_without_files_has_empty_views(tmp_path: Path, empty_ledger: Path):
    with ledger_copy(empty_ledger, tmp_path) as ledger:
        engine = Engine(Archive(ledger, Folder(tmp_path / "none"), lambda: CLOCK))
        for view in sql.VIEWS:
            assert select(engine, "ann", f"SELECT count(*), max(merchant) FROM {view}").rows == [[0, None]]
