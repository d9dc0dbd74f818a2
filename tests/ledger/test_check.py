"""`python -m ledger check` finds whatever somebody changed behind the ledger's back."""

import pytest
from sqlalchemy import Engine, event, text

from ledger.check import NoLedger, check
from ledger.database import LedgerAway, ledger_url
from ledger.schema import metadata
from tests.ledger.conftest import delivery
from tests.ledger.payouts.provider import payout

EXTENT = "3 payouts, 0 of them wait for the wallet. 2 players were credited 60 li in all."


@pytest.fixture
def filled(ledger, engine):
    ledger.settle([delivery(payout("t-1", "ann", 10))])
    ledger.settle([delivery(payout("t-2", "ann", 20)), delivery(payout("t-3", "ben", 30))])
    return engine


@pytest.mark.slow
def test_a_ledger_that_adds_up_says_so(filled):
    wrong, extent = check(filled.url)
    assert (wrong, extent.partition(" The audit log")[0]) == ([], EXTENT)


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (
            "UPDATE balances SET balance_li = 31 WHERE op_id = 'ann'",
            ["Player 'ann': the balance is 31 li, the entries make 30 li."],
        ),
        (
            "DELETE FROM balances WHERE op_id = 'ben'",
            ["Player 'ben': the balance is nothing, the entries make 30 li."],
        ),
        (
            "INSERT INTO balances VALUES ('eve', 1, NULL, 7001)",
            ["Player 'eve': the balance is 1 li, the entries make 0 li."],
        ),
        (
            "UPDATE entries SET amount_li = 21 WHERE trans_no = 't-2'",
            [
                "Player 'ann': the balance is 30 li, the entries make 31 li.",
                "Payout t-2: 20 li for 'ann' were asked for, 21 li for 'ann' were credited.",
            ],
        ),
        (
            "UPDATE entries SET op_id = 'eve' WHERE trans_no = 't-3'",
            [
                "Player 'ben': the balance is 30 li, the entries make 0 li.",
                "Player 'eve': the balance is nothing, the entries make 30 li.",
                "Payout t-3: 30 li for 'ben' were asked for, 30 li for 'eve' were credited.",
            ],
        ),
        (
            "DELETE FROM entries WHERE trans_no = 't-1'",
            [
                "Player 'ann': the balance is 30 li, the entries make 20 li.",
                "Payout t-1: 10 li for 'ann' were never credited.",
            ],
        ),
        (
            "UPDATE payouts SET amount_li = 11 WHERE trans_no = 't-1'",
            ["Payout t-1: 11 li for 'ann' were asked for, 10 li for 'ann' were credited."],
        ),
        (
            "INSERT INTO pending VALUES ('t-1', 1, 0, 7001)",
            ["Payout t-1: it is credited, and yet it waits for the wallet."],
        ),
    ],
)
@pytest.mark.slow
def test_a_changed_row_is_named_to_the_li(filled, change, sentences):
    with filled.begin() as connection:
        connection.execute(text(change))
    assert check(filled.url)[0][: len(sentences)] == sentences


def statements_of_a_check(engine):
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    check(engine.url)
    event.remove(Engine, "before_cursor_execute", note)
    return statements


@pytest.mark.slow
def test_a_proof_may_take_longer_than_a_payout(filled):
    """Payouts give up on a database after 2 s; to read millions of rows takes longer."""
    hurry = [statement for statement in statements_of_a_check(filled) if "statement_timeout" in statement]
    assert hurry == ["SET LOCAL statement_timeout = 0"] * (filled.dialect.name == "postgresql")


def test_the_tables_are_looked_up_together(filled):
    """One by one they took PostgreSQL 102 questions for 20 tables; SQLite is asked for each of them."""
    most = {"postgresql": 65, "sqlite": 17 * len(metadata.tables)}
    assert len(statements_of_a_check(filled)) < most[filled.dialect.name]


@pytest.mark.slow
def test_an_entry_without_a_payout_is_named(filled):
    with filled.begin() as connection:
        if filled.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE entries DROP CONSTRAINT fk_entries_trans_no"))
        connection.execute(text("DELETE FROM payouts WHERE trans_no = 't-3'"))
    assert "Entry t-3: 30 li were credited to 'ben' without a payout." in check(filled.url)[0]


def test_where_there_is_no_ledger_it_says_so_and_makes_none(empty_url, tmp_path):
    with pytest.raises(NoLedger, match="no ledger here yet"):
        check(empty_url)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_away_is_named(tmp_path):
    with pytest.raises(LedgerAway, match="cannot be used"):
        check(ledger_url("postgresql://postgres@127.0.0.1:1/ledger"))
    (tmp_path / "ledger.sqlite3").write_text("this is no database, and long enough to be seen as none" * 20)
    with pytest.raises(LedgerAway, match="not a database"):
        check(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3"))
