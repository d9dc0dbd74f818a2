"""Where the ledger lives, how well it keeps, how its tables come to be."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from copy import copy
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

import ledger.database
from dashboard.access import audit as access_audit
from dashboard.jackpots.data_watch import Watch
from dashboard.kit.current import merchants
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from dashboard.status.data_checks import Checks
from ledger import schema
from ledger.__main__ import main
from ledger.check import check
from ledger.database import (
    Database,
    Ledger,
    LedgerAway,
    LedgerUrlRefused,
    away,
    ledger_url,
    migrate,
    open_engine,
    place,
    snapshot,
    versions,
)
from ledger.payouts.payout_call import MerchantKey
from ledger.payouts.receiver import MerchantPayouts, Receiver
from tests.ledger.conftest import delivery, migrate_at_once
from tests.ledger.payouts.provider import MCH_ID, payout
from tests.ledger.payouts.server import environment
from tests.merchants import merchant


@pytest.fixture
def url(empty_url):
    """Each of these makes its own tables."""
    return empty_url


def test_without_a_setting_it_is_a_file_in_the_users_data_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    url = ledger_url(None)
    assert (url.drivername, url.database) == ("sqlite", str(tmp_path / "twoj" / "ledger.sqlite3"))
    migrate(open_engine(url), MCH_ID)


@pytest.mark.parametrize(
    "setting",
    [
        "sqlite:////var/lib/ledger.sqlite3",
        "postgresql://user:secret@db:5432/ledger",
        "postgresql://db",
        "postgresql+psycopg://db/ledger?sslmode=require",
    ],
)
def test_a_file_or_a_postgresql_is_taken_as_it_is(setting):
    assert ledger_url(setting).render_as_string(hide_password=False) == setting


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "ledger.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:secret@db/x",
        "postgresql+asyncpg://db/x",
    ],
)
def test_anything_else_is_refused_by_a_line_without_the_password(setting):
    with pytest.raises(LedgerUrlRefused, match=r"^TWOJ_LEDGER_URL: expects [^\n]+$") as refused:
        ledger_url(setting)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("sqlite:////var/lib/ledger.sqlite3", "SQLite file /var/lib/ledger.sqlite3"),
        ("postgresql://user:secret@db:5433/ledger?sslmode=require", "PostgreSQL at db:5433, ledger"),
        ("postgresql://user:secret@db", "PostgreSQL at db:5432, user"),
    ],
)
def test_people_are_told_where_it_is_without_the_password(setting, expected):
    words, fields = place(ledger_url(setting))
    assert words.format_map(fields) == expected


@pytest.mark.slow
def test_the_tables_are_of_the_newest_version(engine):
    migrate(engine, MCH_ID)
    with engine.connect() as connection:
        current, newest = versions(connection)
    assert current == newest
    assert newest


def test_commits_wait_for_the_disk(engine):
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"ALTER DATABASE {engine.url.database} SET synchronous_commit = off"))
        engine.dispose()
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            assert connection.scalar(text("SHOW synchronous_commit")) == "on"
            assert connection.scalar(text("SHOW statement_timeout")) == "2s"
        else:
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
            assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL
            assert connection.scalar(text("PRAGMA busy_timeout")) == 2000


def test_the_migrations_make_the_tables_that_the_code_knows(engine):
    migrate(engine, MCH_ID)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_several_processes_may_make_the_tables_at_once(engine):
    assert migrate_at_once(engine.url) == []


@pytest.mark.slow
def test_a_new_file_is_opened_by_several_at_once(tmp_path):
    """SQLite refuses one in a few dozen such openings at once: hence a hundred of them."""

    def first_connection(url, together):
        engine = open_engine(url)
        together.wait(10)
        try:
            with engine.connect() as connection:
                return connection.scalar(text("PRAGMA journal_mode"))
        finally:
            engine.dispose()

    with ThreadPoolExecutor(6) as pool:
        for number in range(100):
            url, together = ledger_url(f"sqlite:///{tmp_path}/{number}.sqlite3"), threading.Barrier(6)
            modes = [pool.submit(first_connection, url, together) for _ in range(6)]
            assert [mode.result() for mode in modes] == ["wal"] * 6


def test_the_migrations_are_found_in_a_folder_of_any_name(monkeypatch, tmp_path):
    folder = tmp_path / "50% of %(names)s"
    shutil.copytree(Path(ledger.database.__file__).with_name("migrations"), folder / "migrations")
    monkeypatch.setattr(ledger.database, "__file__", str(folder / "database.py"))
    engine = open_engine(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3"))
    migrate(engine, MCH_ID)
    engine.dispose()


@pytest.mark.slow
def test_what_was_written_before_payouts_were_bound_in_is_bound_in_as_it_stands(engine):
    """A ledger of revision 0003, with rows as that version wrote them."""
    config = ledger.database._alembic()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        body = delivery(payout("t-1", "ann", 10)).body
        names = "trans_no,op_id,amount_li,draw_id,game_id,parts_differ,ordered_at_s,received_at_ms,conflicts"
        values = "'t-1', 'ann', 10, 'd', 1, true, 1, 2, 0"
        new = [
            f"INSERT INTO payouts ({names}) VALUES ({values})",
            "INSERT INTO entries VALUES (1, 't-1', 'ann', 10, 3)",
            "INSERT INTO balances VALUES ('ann', 10, 77)",
        ]
        for statement in new:
            connection.execute(text(statement))
        call = "INSERT INTO deliveries VALUES (1, 2, 'first', 't-1', 0, '', :body, :size)"
        connection.execute(text(call), {"body": body, "size": len(body)})
        refused = "INSERT INTO deliveries VALUES (2, 2, 'refused', NULL, 100000, 'The body is no', '{}', 2)"
        connection.execute(text(refused))
    migrate(engine, MCH_ID)
    wrong, extent = check(engine.url)
    assert wrong == []
    assert "Payouts from before " in extent
    assert "were bound into the audit log on that day, as they stood." in extent
    for change, sentence in (
        (
            "UPDATE payouts SET draw_id = 'x'",
            "Payout t-1: it is not as it was written; the audit log knows another.",
        ),
        ("UPDATE balances SET wallet_li = 7", "Player 'ann': the wallet did not say 7 li, by the audit log."),
        ("DELETE FROM deliveries", "Payout t-1: no call asked for its 10 li for 'ann'."),
    ):
        with engine.begin() as connection:
            connection.execute(text(change))
        assert sentence in check(engine.url)[0]


def test_what_was_read_is_kept_until_it_is_written_here_or_for_some_seconds(tmp_path):
    with closing(Database(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3"))) as database:
        ledger, reads = Ledger(database, MCH_ID), []

        def count(books):
            reads.append(books)
            return books.scalar(select(func.count()).select_from(schema.notes))

        def counted(now_s):
            return ledger.recent(count, (schema.notes,), now_s), len(reads)

        assert [counted(100), counted(104), counted(105)] == [(0, 1), (0, 1), (0, 2)]
        note = {
            "subject": "day",
            "about": "",
            "day": "2026-03-15",
            "said": "Promotion",
            "who": "ada",
            "at_ms": 0,
        }
        with ledger.writing() as books:
            books.execute(schema.notes.insert(), note)
        assert [counted(105), counted(105)] == [(1, 3), (1, 3)]


def modes(folder):
    return {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_file_is_read_by_its_owner_alone_whatever_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        with closing(Database(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3"))) as database:
            with Ledger(database, MCH_ID).writing():
                pass
            assert modes(tmp_path) == dict.fromkeys(
                ["ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"], "0o600"
            )
    finally:
        os.umask(before)


def test_a_file_that_others_could_read_is_closed_to_them_and_so_is_what_stands_beside_it(tmp_path):
    url = ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3")
    with closing(Database(url)) as held, Ledger(held, MCH_ID).reading():
        for path in tmp_path.iterdir():
            path.chmod(0o664)
        assert set(modes(tmp_path).values()) == {"0o664"}
        with closing(Database(url)) as database, Ledger(database, MCH_ID).reading():
            assert modes(tmp_path) == dict.fromkeys(
                ["ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"], "0o600"
            )


ANOTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM payouts").fetchone()
connection.close()
"""


def test_another_process_that_ends_does_not_take_the_log_away_under_this_one(tmp_path):
    """Whose locks are dropped is taken to be gone: the last one out empties the log and removes it."""
    path = tmp_path / "ledger.sqlite3"
    with (
        closing(Database(ledger_url(f"sqlite:///{path}"))) as database,
        Ledger(database, MCH_ID).reading(),
        Ledger(database, MCH_ID).reading(),  # a second connection, opened while the first has its locks
    ):
        log = (tmp_path / "ledger.sqlite3-wal").stat().st_ino
        subprocess.run([sys.executable, "-c", ANOTHER, str(path)], check=True)
        assert (tmp_path / "ledger.sqlite3-wal").stat().st_ino == log


def test_the_users_folder_is_closed_to_others_and_one_that_the_setting_names_is_left(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "twoj").mkdir(mode=0o755)
    ledger_url(None)
    assert modes(tmp_path) == {"twoj": "0o700"}
    named = tmp_path / "named"
    named.mkdir()
    named.chmod(0o755)
    with closing(Database(ledger_url(f"sqlite:///{named}/ledger.sqlite3"))) as database:
        Ledger(database, MCH_ID).prepare()
    assert modes(tmp_path)["named"] == "0o755"


def test_who_finds_no_free_connection_is_told_in_one_line(monkeypatch, url):
    monkeypatch.setattr("ledger.database._POOL", {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.01})
    with closing(Database(url)) as database:
        ledger = Ledger(database, MCH_ID)
        ledger.prepare()
        with ledger.reading(), pytest.raises(LedgerAway, match="are in use"), ledger.reading():
            pass


def test_payouts_transfers_screens_and_checks_of_a_server_share_one_pool(monkeypatch, url, tmp_path):
    made = []
    engine_of = ledger.database.open_engine
    monkeypatch.setattr("ledger.database.open_engine", lambda url: made.append(url) or engine_of(url))
    settings = Settings(
        summary_url="http://127.0.0.1:9",
        mch_id=1,
        key=SecretStr("hush"),
        cache_url=str(tmp_path / "cache"),
        ledger_url=url.render_as_string(hide_password=False),
        cashier=True,
    )
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with closing(Database(ledger_url(settings.ledger_url))) as database:
        key = MerchantKey(*settings.merchant())
        receiver = Receiver(MerchantPayouts(key, database))
        with connected(merchants, settings, database, demo=True):
            receiver.merchants[key]._ledger.settle([delivery(payout())])
            access_audit.audit(merchant(), "ann", "sign-in", {})
            assert merchant().running(Watch).screens.make("Lobby", "dark", "ann")
            assert merchant().book.find("t-1") is None
            assert merchant().running(Checks).ledger(10).failure == ""
    assert made == [url]


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("'9999'", "The ledger was written by a newer version. Update this server."),
        (
            "'0001'",
            "The ledger is of an older version (0001). Start this server: it brings it up to date.",
        ),
        (None, "The ledger does not say its version: alembic_version was emptied or dropped."),
    ],
)
@pytest.mark.slow
def test_the_check_of_a_ledger_of_another_version_does_not_pass(
    ledger, engine, monkeypatch, capsys, version, sentence
):
    ledger.settle([delivery(payout())])
    with engine.begin() as connection:
        change = (
            f"UPDATE alembic_version SET version_num = {version}"
            if version
            else "DELETE FROM alembic_version"
        )
        connection.execute(text(change))
    for name, setting in environment(engine.url).items():
        monkeypatch.setenv(name, setting)
    monkeypatch.setattr("sys.argv", ["ledger", "check"])
    assert main() == 2
    assert capsys.readouterr() == ("", sentence + "\n")


def test_an_old_server_leaves_a_newer_ledger_alone(ledger, engine):
    migrate(engine, MCH_ID)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerAway, match="Update this server"):
        ledger.settle([delivery(payout())])
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.deliveries)) == 0


def test_a_snapshot_sees_one_moment_and_holds_up_no_writer(ledger, engine):
    ledger.settle([delivery(payout("t-1"))])
    payouts_there = select(func.count()).select_from(schema.payouts)
    with snapshot(engine).begin() as connection:
        assert connection.scalar(payouts_there) == 1
        ledger.settle([delivery(payout("t-2"))])
        assert connection.scalar(payouts_there) == 1
    with engine.connect() as connection:
        assert connection.scalar(payouts_there) == 2


def test_while_the_database_is_away_its_tables_are_tried_now_and_then(monkeypatch):
    tried = []

    def migrate(_engine, _mch_id, _wait_s):
        tried.append(len(tried))
        if len(tried) < 3:
            raise LedgerAway("locked")

    monkeypatch.setattr("ledger.database.migrate", migrate)
    tables = Database(ledger_url("sqlite:///away"))
    for _ in range(4):
        with pytest.raises(LedgerAway, match="locked"):
            tables.ready(MCH_ID)
    assert tried == [0]
    tables._breaker._rest_s = 0
    tables._breaker.record(LedgerAway("locked"))
    with pytest.raises(LedgerAway):
        tables.ready(MCH_ID)
    for _ in range(3):
        tables.ready(MCH_ID)
    assert tried == [0, 1, 2]


def test_an_error_carries_its_sentence_and_what_fills_the_places_for_other_languages():
    error = away(DBAPIError("SELECT 1", {}, sqlite3.OperationalError("disk {full}\nsecond line")))
    assert str(error) == "The ledger's database cannot be used: disk {full}"
    assert (error.key, error.fields) == (
        "The ledger's database cannot be used: {reason}",
        {"reason": "disk {full}"},
    )
    again = copy(error)
    assert (type(again), str(again), again.fields) == (LedgerAway, str(error), error.fields)
