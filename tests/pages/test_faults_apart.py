"""One thing fails: what needs it says so, and everything else on the page is alive with its true numbers."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import psycopg
import pytest
import redis

import ledger.database
from dashboard.core import formats
from tests.merchants import merchant
from tests.pages.player_truth import read
from tests.parts import postgresql_server, program, redis_server

DAYS = {"period": "2026-03-14..2026-03-15", "compare": "none"}
STAGE, LIST, BONUS = (f"/api/all/{name}" for name in ("stage/summary", "list", "bonus/summary"))
BALANCE, RECORDS = (f"/open2j/w/transfer/{name}" for name in ("balance", "records"))
POOL = "/open2j/g/gjp/pool"
ONE_BY_ONE = [
    ("overview", DAYS, STAGE, ["Today so far", "Figures of the period"], "Not included: Company gain: "),
    ("overview", DAYS, LIST, ["Games of the period"], ""),
    ("overview", DAYS, BONUS, ["Net gain after bonus"], ""),
    ("bonus", DAYS, STAGE, [], "Not included: Company gain: "),
    ("wallet", {"op_id": "grinder"}, BALANCE, ["The balance"], ""),
    ("wallet", {"op_id": "grinder"}, RECORDS, ["The transfers"], ""),
    ("jackpots", DAYS, POOL, ["The pots"], ""),
]


def cards(page):
    return {card.label: card.value for card in page.metric}


def errors(page):
    """The parts that say that they are not known."""
    assert not page.exception
    return [each.value.partition(": not known now. ")[0] for each in page.error]


def is_sound(page):
    return not (page.exception or page.error or page.warning)


@pytest.mark.parametrize(("page", "query", "path", "parts", "said"), ONE_BY_ONE)
def test_one_endpoint_fails(open_page, sandbox, tmp_path, page, query, path, parts, said):
    good = cards(open_page(query, page, cache_url=str(tmp_path / "good")))
    sandbox.fault(path, "http_500")
    shown = open_page(query, page, cache_url=str(tmp_path / "cold"))
    assert errors(shown) == parts
    assert said in "".join(each.value for each in shown.warning)
    known = {label: value for label, value in cards(shown).items() if value != formats.UNKNOWN}
    assert known.items() <= good.items()


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.mark.parametrize(
    ("page", "query"), [("overview", DAYS), ("players", DAYS | {"op_id": "whale"}), ("jackpots", DAYS)]
)
def test_redis_hangs_and_is_back(open_page, sandbox, clock, redis_url, page, query):
    with redis.Redis.from_url(redis_url) as connection:
        process = int(connection.info()["process_id"])

    def refreshed():
        clock[0] += 61
        shown.run()
        assert is_sound(shown)
        return cards(shown), merchant().twoj.cache_state().works

    # The archive of the tests is not read on: it would soon say so.
    shown = open_page(query, page, cache_url=redis_url, archive_url="off")
    good = cards(shown)
    os.kill(process, signal.SIGSTOP)
    try:
        assert refreshed() == (good, False)
    finally:
        os.kill(process, signal.SIGCONT)
    assert refreshed() == (good, True)


def test_redis_is_gone(open_page, sandbox, clock, tmp_path):
    with redis_server(tmp_path) as url:
        shown = open_page(DAYS, cache_url=url)
        good = cards(shown)
    clock[0] += 61
    shown.run()
    assert is_sound(shown)
    assert cards(shown) == good


LOCKED = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA locking_mode = EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(path):
    """Another process has the ledger to itself."""
    command = [sys.executable, "-c", LOCKED, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"locked\n"
        yield
        process.stdin.close()
        process.wait(10)


LEDGERS = [
    ("jackpots", DAYS, ["The pots over time", "Hits and payouts"]),
    ("wallet", {"op_id": "grinder"}, ["Transfers sent from here"]),
    ("players", DAYS | {"op_id": "whale"}, []),
    ("alerts", {}, ["The alerts", "The channels", "The changes"]),
    ("reports", {}, ["The planned reports", "The monthly packs", "The sent reports"]),
]


@pytest.mark.parametrize(("page", "query", "parts"), LEDGERS)
def test_the_ledger_is_locked(open_page, clock, tmp_path, monkeypatch, page, query, parts):
    monkeypatch.setattr(ledger.database, "_WAIT_S", 0.3)
    monkeypatch.setattr(ledger.database, "_REST_S", 0)
    with locked(tmp_path / "ledger"):
        shown = read(open_page(query, page, cashier=True))
        assert [part for part in errors(shown) if part != "How far it is proven"] == parts
        assert all("The ledger's database does not answer; try again" in each.value for each in shown.error)
        shows_cards = page not in ("alerts", "reports")
        assert any(value != formats.UNKNOWN for value in cards(shown).values()) is shows_cards
    clock[0] += 61
    shown.run()
    assert is_sound(shown)


@pytest.mark.parametrize(("page", "query", "parts"), LEDGERS)
def test_postgresql_stops_and_is_back(open_page, clock, server, page, query, parts):
    url, stop, start = server
    shown = open_page(query, page, cashier=True, ledger_url=url)
    assert is_sound(shown)
    good = cards(shown)
    stop()
    try:
        clock[0] += 61
        shown.run()
        # There is no archive here, and so no packs.
        assert errors(shown) == [part for part in parts if part != "The monthly packs"]
        assert cards(shown).items() <= good.items()
    finally:
        start()
    clock[0] += 61
    shown.run()
    assert is_sound(shown)
    assert cards(shown) == good


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL, how to stop it, and how to start it again."""
    user = "postgres" if os.geteuid() == 0 else None
    with postgresql_server() as url:
        with psycopg.connect(f"{url}/postgres") as connection:
            shown = connection.execute("SHOW data_directory").fetchone()
            port = connection.info.port
        assert shown
        folder = shown[0]

        def control(*command):
            subprocess.run(
                [program("pg_ctl", "postgresql"), "-w", "-D", folder, *command],
                user=user,
                group=user,
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
            )

        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        yield (
            f"{url}/postgres",
            lambda: control("stop", "-m", "immediate"),
            lambda: control("start", "-l", f"{folder}/log", "-o", options),
        )
