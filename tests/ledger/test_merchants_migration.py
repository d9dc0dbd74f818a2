"""A ledger of before merchants were told apart: all that is in it belongs to the one that opens it first."""

from contextlib import closing

import pytest
from alembic import command
from sqlalchemy import inspect, select, text

import ledger.database
from ledger import schema
from ledger.check import check
from ledger.database import Database, Ledger, LedgerAway, ledger_url, migrate, open_engine
from ledger.payouts.ledger import PayoutLedger
from tests.ledger.conftest import delivery, migrate_at_once
from tests.ledger.payouts.provider import MCH_ID, payout
from tests.ledger.test_tampering import fill

ANOTHER = 22


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A ledger with rows in most tables, as this version writes them."""
    url = ledger_url(f"sqlite:///{tmp_path_factory.mktemp('filled')}/ledger.sqlite3")
    with closing(Database(url)) as database:
        fill(database)
        with Ledger(database, MCH_ID).writing() as books:
            seen = {"pot": "hourly", "at_ms": 1, "pot_li": 2}
            books.connection.execute(schema.pot_samples.insert(), {**seen, "mch_id": MCH_ID})
    engine = open_engine(url)
    yield engine
    engine.dispose()


def rows(engine, name):
    table = schema.metadata.tables[name]
    with engine.connect() as connection:
        return [row._asdict() for row in connection.execute(select(table).order_by(*table.primary_key))]


@pytest.fixture
def old(request, filled, empty_url):
    """The same rows in the tables of an older version, which had no column for the merchant."""
    engine = open_engine(empty_url)
    config = ledger.database._alembic()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, request.param)
        connection.execute(text("DELETE FROM audit_end" if request.param != "0001" else "SELECT 1"))
        tables = inspect(connection).get_table_names()
        for table in schema.metadata.sorted_tables:
            if table.name in tables:
                there = {column["name"] for column in inspect(connection).get_columns(table.name)}
                for row in rows(filled, table.name):
                    kept = {name: value for name, value in row.items() if name in there}
                    kept |= {"id": 1} if table is schema.audit_end else {}
                    names, values = ", ".join(kept), ", ".join(f":{name}" for name in kept)
                    connection.execute(text(f"INSERT INTO {table.name} ({names}) VALUES ({values})"), kept)
                if engine.dialect.name == "postgresql" and "id" in there and table.c.keys()[1] == "id":
                    number = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 100)"
                    connection.execute(text(number))
    yield engine
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("old", ["0006"], indirect=True)
def test_every_row_stays_as_it_was_and_gets_its_merchant(filled, old):
    head = check(filled.url)[1].rpartition(" ")[2].rstrip(".")
    migrate(old, MCH_ID)
    for table in schema.metadata.sorted_tables:
        assert rows(old, table.name) == rows(filled, table.name), table.name
    wrong, extent = check(old.url, head)
    assert wrong == []
    assert extent == check(filled.url)[1]


@pytest.mark.slow
@pytest.mark.parametrize("old", ["0001"], indirect=True)
def test_a_ledger_of_the_first_version_is_bound_in_and_proven(old):
    migrate(old, MCH_ID)
    wrong, extent = check(old.url)
    assert wrong == []
    assert extent.startswith("5 payouts, 1 of them wait for the wallet. ")
    assert "Payouts from before " in extent
    assert {row["mch_id"] for row in rows(old, "balances")} == {MCH_ID}


@pytest.mark.slow
@pytest.mark.parametrize("old", ["0001", "0006"], indirect=True)
def test_another_merchant_finds_nothing_there_and_has_keys_of_its_own(old):
    migrate(old, MCH_ID)
    before = rows(old, "balances")
    with closing(Database(old.url)) as database:
        theirs = Ledger(database, ANOTHER)
        with theirs.reading() as books:
            for table in schema.metadata.sorted_tables:
                if table is not schema.audit_end:
                    assert books.execute(select(table)).all() == [], table.name
        (first,) = PayoutLedger(theirs).settle([delivery(payout("t-1", "ann", 10))])
        assert (first.outcome, first.available_li) == ("first", 10)
        (replay,) = PayoutLedger(Ledger(database, MCH_ID)).settle([delivery(payout("t-1", "ann", 10))])
        assert (replay.outcome, replay.available_li) == ("replay", 30)
    theirs = {"mch_id": ANOTHER, "op_id": "ann", "balance_li": 10, "wallet_li": None}
    assert rows(old, "balances") == sorted([*before, theirs], key=lambda row: (row["mch_id"], row["op_id"]))
    assert not [each for each in check(old.url)[0] if each.startswith(f"Merchant {ANOTHER}")]


@pytest.mark.slow
@pytest.mark.parametrize("old", ["0006"], indirect=True)
def test_of_several_servers_that_start_at_once_one_changes_the_tables(filled, old):
    assert migrate_at_once(old.url) == []
    assert rows(old, "payouts") == rows(filled, "payouts")
    assert check(old.url)[0] == []


@pytest.mark.parametrize("old", ["0006"], indirect=True)
def test_without_a_merchant_it_is_refused_by_a_sentence_that_says_what_to_do(old):
    with pytest.raises(LedgerAway) as refused:
        check(old.url)
    assert str(refused.value) == (
        "The ledger is of an older version (0006). Start this server: it brings it up to date."
    )
