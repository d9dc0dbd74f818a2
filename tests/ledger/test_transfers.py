"""The cashiers' transfers: who may send, what is known of each, and what the audit log says of it."""

import json
import threading

import pytest
from sqlalchemy import delete, select, text, update

from ledger import schema
from ledger.check import check
from ledger.database import Database, Ledger, LedgerAway, snapshot
from ledger.transfers import (
    CashierTransfer,
    TransferJournal,
    TransferKind,
    TransferOrder,
    TransferOutcome,
    TransferState,
)
from tests.ledger.payouts.provider import MCH_ID

ORDER = TransferOrder("order-1", "player-1", TransferKind.DEPOSIT, 5000)
DONE = TransferOutcome(TransferState.DONE, "", 7000)


@pytest.fixture
def clock():
    return [1_773_567_000]


@pytest.fixture
def make_book(url, clock):
    made = []

    def make():
        made.append(Database(url))
        return TransferJournal(Ledger(made[-1], MCH_ID), clock=lambda: clock[0])

    yield make
    for database in made:
        database.close()


@pytest.fixture
def book(make_book):
    return make_book()


def log(engine):
    columns = schema.audit.c
    with snapshot(engine).begin() as connection:
        rows = connection.execute(select(columns.who, columns.what, columns.about, columns.outcome))
        return [(who, what, json.loads(about)["trans_no"], outcome) for who, what, about, outcome in rows]


@pytest.mark.slow
def test_a_transfer_is_written_before_it_is_sent_and_after(book, clock, engine):
    assert book.open(ORDER, "ann")
    sent = CashierTransfer(ORDER, "ann", TransferOutcome(TransferState.SENDING), 1_773_567_000_000, None)
    assert book.find("order-1") == sent
    clock[0] += 2
    done = CashierTransfer(ORDER, "ann", DONE, 1_773_567_000_000, 1_773_567_002_000)
    assert book.close("order-1", DONE, "ann") == done == book.find("order-1")
    assert log(engine) == [("ann", "deposit", "order-1", "sending"), ("ann", "deposit", "order-1", "done")]
    assert check(engine.url)[0] == []


@pytest.mark.parametrize("again", [ORDER, TransferOrder("order-1", "player-2", TransferKind.WITHDRAWAL, 1)])
@pytest.mark.slow
def test_a_number_is_sent_once_whoever_asks_and_for_whatever(book, engine, again):
    assert book.open(ORDER, "ann")
    assert not book.open(again, "ben")
    book.close("order-1", DONE, "ann")
    assert not book.open(again, "ben")
    assert book.find("order-1").order == ORDER
    assert len(log(engine)) == 2


@pytest.mark.slow
def test_of_many_who_send_at_once_one_may(make_book, engine):
    books = [make_book() for _ in range(4)]
    together = threading.Barrier(4)
    allowed = []

    def send(book):
        for number in range(10):
            together.wait(10)
            if book.open(TransferOrder(f"order-{number}", "player-1", TransferKind.DEPOSIT, 1), "ann"):
                allowed.append(number)

    threads = [threading.Thread(target=send, args=(book,)) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(allowed) == list(range(10))
    assert check(engine.url)[0] == []


@pytest.mark.slow
def test_what_is_known_is_not_unlearned(book):
    book.open(ORDER, "ann")
    unknown = TransferOutcome(TransferState.UNKNOWN, "The answer was lost.")
    assert book.close("order-1", unknown, "ann").outcome == unknown
    assert book.close("order-1", DONE, "ben", "look-up").outcome == DONE
    assert book.close("order-1", unknown, "ann").outcome == DONE
    assert book.close("order-1", TransferOutcome(TransferState.REFUSED, "?"), "ann").outcome == DONE


@pytest.mark.slow
def test_the_log_names_who_looked_a_transfer_up(book, engine):
    book.open(ORDER, "ann")
    book.close("order-1", TransferOutcome(TransferState.UNKNOWN, "The answer was lost."), "ann")
    book.close("order-1", DONE, "ben", "look-up")
    assert log(engine)[2:] == [("ben", "look-up", "order-1", "done")]


@pytest.mark.slow
def test_the_latest_of_a_player_come_first_and_the_open_ones_before_them(book, clock):
    for number in range(5):
        clock[0] += 1
        book.open(TransferOrder(f"order-{number}", "player-1", TransferKind.DEPOSIT, 1), "ann")
        if number not in {0, 2}:
            book.close(f"order-{number}", DONE, "ann")
    book.open(TransferOrder("order-9", "player-2", TransferKind.DEPOSIT, 1), "ann")
    latest = [transfer.order.trans_no for transfer in book.latest("player-1", 4)]
    assert latest == ["order-2", "order-0", "order-4", "order-3"]


@pytest.mark.slow
def test_the_last_frozen_part_is_that_of_the_newest_withdrawal_that_told_one(book, clock):
    assert book.last_freeze("player-1") is None
    for number, freeze_li in enumerate([30, 20, None]):
        clock[0] += 1
        book.open(TransferOrder(f"order-{number}", "player-1", TransferKind.WITHDRAWAL, 1), "ann")
        book.close(f"order-{number}", TransferOutcome(TransferState.DONE, "", 5, freeze_li), "ann")
    assert book.last_freeze("player-1").outcome.freeze_li == 20
    assert book.last_freeze("player-2") is None


@pytest.mark.slow
def test_amounts_up_to_the_largest_are_kept_to_the_li_and_none_below_one(book):
    most = 2**63 - 1
    assert book.open(TransferOrder("order-1", "rich", TransferKind.DEPOSIT, most), "ann")
    assert book.find("order-1").order.amount_li == most
    with pytest.raises(ValueError, match="above 0"):
        TransferOrder("order-2", "rich", TransferKind.DEPOSIT, 0)


@pytest.mark.slow
def test_a_locked_ledger_raises_and_lets_nobody_send(book, locked):
    book.open(ORDER, "ann")
    with locked("transfers"), pytest.raises(LedgerAway, match="cannot be used"):
        book.open(TransferOrder("order-2", "player-1", TransferKind.DEPOSIT, 1), "ann")
    assert book.find("order-2") is None


def test_a_transfer_that_cannot_be_logged_may_not_be_sent(book, engine):
    book.open(ORDER, "ann")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit RENAME TO elsewhere"))
    with pytest.raises(LedgerAway):
        book.open(TransferOrder("order-2", "player-1", TransferKind.DEPOSIT, 1), "ann")
    assert book.find("order-2") is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            update(schema.transfers).values(amount_li=5001),
            "Transfer order-1: the audit log says something else of it.",
        ),
        (
            update(schema.transfers).values(state="refused"),
            "Transfer order-1: the audit log says something else of it.",
        ),
        (delete(schema.transfers), "Transfer order-1: it is missing, the audit log knows it."),
    ],
)
@pytest.mark.slow
def test_a_transfer_that_is_changed_afterwards_is_found(book, engine, change, sentence):
    book.open(ORDER, "ann")
    book.close("order-1", DONE, "ann")
    with engine.begin() as connection:
        connection.execute(change)
    assert check(engine.url)[0] == [sentence]
