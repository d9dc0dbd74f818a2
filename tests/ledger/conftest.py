"""Ledgers for tests, each without a row at first: a SQLite file, and a database of a real PostgreSQL."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
import structlog
from sqlalchemy import URL, Engine, text

from dashboard.server import log
from ledger.database import Database, Ledger, LedgerAway, ledger_url, migrate, open_engine
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.payout_call import Delivery, MerchantKey, examine
from ledger.payouts.receiver import MerchantPayouts, Receiver
from ledger.payouts.wallet import WalletClient
from tests.ledger.payouts.provider import KEY, MCH_ID, Call
from tests.parts import postgresql_server

MERCHANT = MerchantKey(MCH_ID, KEY)


@pytest.fixture(autouse=True)
def _events_are_text() -> Iterator[None]:
    """What the receiver logs goes to the standard logger "ledger", as in the application."""
    before = structlog.get_config()
    structlog.configure(
        processors=log._PROCESSORS,
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    yield
    structlog.configure(**before)


def receiver_of(database: Database, *wallet: WalletClient, **clock: Callable[[], float]) -> Receiver:
    return Receiver(MerchantPayouts(MERCHANT, database, *wallet, **clock), **clock)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with postgresql_server() as server:
        yield server


def new_database(server: str, name: str, template: str = "template1") -> URL:
    """Make a database, in the place of one of that name, as a copy of another."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return ledger_url(f"{server}/{name}")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Where a ledger of the test's own may be made, from its first table on."""
    if request.param == "sqlite":
        return ledger_url(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    return new_database(request.getfixturevalue("postgresql"), "ledger")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> URL:
    """Where a ledger of the test's own is: its tables are copies of some that were made once for all."""
    if request.param == "sqlite":
        return ledger_url(
            f"sqlite:///{shutil.copy(_file_with_tables(tmp_path_factory.getbasetemp()), tmp_path)}"
        )
    server = request.getfixturevalue("postgresql")
    return new_database(server, "ledger", _database_with_tables(server))


@cache
def _file_with_tables(base: Path) -> Path:
    path = base / "tables" / "ledger.sqlite3"
    path.parent.mkdir()
    _make_tables(ledger_url(f"sqlite:///{path}"))
    return path


@cache
def _database_with_tables(server: str) -> str:
    _make_tables(new_database(server, "tables"))
    return "tables"


def _make_tables(url: URL) -> None:
    with closing(Database(url)) as database:
        Ledger(database, MCH_ID).prepare()


def migrate_at_once(url: URL, servers: int = 4) -> list[LedgerAway]:
    """Have so many servers make the tables at the same moment; return what failed."""
    together, failures = threading.Barrier(servers), []

    def start() -> None:
        mine = open_engine(url)
        together.wait(10)
        try:
            migrate(mine, MCH_ID)
        except LedgerAway as error:
            failures.append(error)
        finally:
            mine.dispose()

    threads = [threading.Thread(target=start) for _ in range(servers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failures


@pytest.fixture
def engine(url: URL) -> Iterator[Engine]:
    """Reach the database past the code under test."""
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def make_ledger(url: URL) -> Iterator[Callable[..., PayoutLedger]]:
    """Make one more ledger over the same database, as another process would."""
    made = []

    def make(**options: object) -> PayoutLedger:
        made.append(Database(url))
        return PayoutLedger(Ledger(made[-1], MCH_ID), **options)

    yield make
    for database in made:
        database.close()


@pytest.fixture
def ledger(make_ledger: Callable[..., PayoutLedger]) -> PayoutLedger:
    return make_ledger()


@pytest.fixture
def two_ledgers(make_ledger: Callable[..., PayoutLedger]) -> list[PayoutLedger]:
    return [make_ledger(), make_ledger()]


def delivery(call: Call) -> Delivery:
    return examine(call.query.encode(), call.body, MERCHANT)


@pytest.fixture
def locked(engine: Engine) -> Callable[..., AbstractContextManager[None]]:
    """Hold the ledger as another process would that is busy with it."""

    @contextmanager
    def hold(table: str = "payouts") -> Iterator[None]:
        with engine.begin() as connection:  # on SQLite that locks it already
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            yield

    return hold
