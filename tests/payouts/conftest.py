"""Ledgers for tests, each empty at first: a SQLite file, and a database of a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, Engine, text

from payouts.database import Database, ledger_url, open_engine
from payouts.delivery import Delivery, Merchant, examine
from payouts.ledger import Ledger
from tests.parts import postgresql_server
from tests.payouts.provider import KEY, MCH_ID, Call

MERCHANT = Merchant(MCH_ID, KEY)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Where a ledger of the test's own may be made."""
    if request.param == "sqlite":
        return ledger_url(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    server = request.getfixturevalue("postgresql")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ledger WITH (FORCE)")
        connection.execute("CREATE DATABASE ledger")
    return ledger_url(f"{server}/ledger")


@pytest.fixture
def engine(url: URL) -> Iterator[Engine]:
    """Reach the database past the code under test."""
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def make_ledger(url: URL) -> Iterator[Callable[..., Ledger]]:
    """Make one more ledger over the same database, as another process would."""
    made = []

    def make(**options: object) -> Ledger:
        made.append(Database(url))
        return Ledger(made[-1], **options)

    yield make
    for database in made:
        database.close()


@pytest.fixture
def ledger(make_ledger: Callable[..., Ledger]) -> Ledger:
    return make_ledger()


@pytest.fixture
def two_ledgers(make_ledger: Callable[..., Ledger]) -> list[Ledger]:
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
