"""Runs and messages: each is one server's at a time, written with its cause, and done once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from ledger import jobs, outbox
from ledger.database import Database, Ledger, clock_ms
from ledger.schema import outbox as table
from ledger.schema import outbox_files, runs
from tests.ledger.payouts.provider import MCH_ID

DUE = datetime(2026, 3, 15, 1, tzinfo=UTC)
MESSAGE = outbox.OutboxMessage("alert-7-1:ops", "ops", "alert 7", "Bets fell silent", "No bets since 14:05.")


@pytest.fixture
def book(url):
    with closing(Database(url)) as database:
        yield Ledger(database, MCH_ID)


def put(book, *messages):
    with book.writing() as books:
        return [outbox.put(books, each) for each in messages]


def let_pass(book, seconds):
    """By the database's clock, which is nobody else's here."""
    ms = int(seconds * 1000)
    with book.writing() as books:
        books.execute(update(table).values(due_at_ms=table.c.due_at_ms - ms))
        books.execute(update(runs).values(until_ms=runs.c.until_ms - ms))


def found(book):
    with book.reading() as books:
        return [(each.state, each.attempts, each.reason) for each in outbox.newest(books, 9)]


def test_a_message_is_written_once_and_not_at_all_where_its_cause_is_not(book):
    def broken_off():
        with book.writing() as books:
            outbox.put(books, MESSAGE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert found(book) == []
    assert put(book, MESSAGE, MESSAGE) == [True, False]
    assert found(book) == [("pending", 0, "")]


def test_it_is_one_servers_until_that_one_is_late_who_then_changes_nothing(book):
    put(book, MESSAGE)
    assert outbox.claim(book, ["other"]) is None
    first = outbox.claim(book, ["ops"])
    assert (first.message, first.attempts) == (MESSAGE, 1)
    assert outbox.claim(book, ["ops"]) is None
    let_pass(book, outbox.LASTS_S)
    second = outbox.claim(book, ["ops"])
    assert (second.message, second.attempts) == (MESSAGE, 2)
    outbox.fail(book, first, "late")
    assert not outbox.acknowledge(book, first)
    assert outbox.acknowledge(book, second)
    assert found(book) == [("sent", 2, "")]
    let_pass(book, 10**6)
    assert outbox.claim(book, ["ops"]) is None


def test_what_is_attached_comes_with_it_byte_for_byte_and_is_dropped_later(book):
    files = (
        outbox.Attachment("a.xlsx", "application/xlsx", bytes(range(256))),
        outbox.Attachment("b", "x/y", b""),
    )
    put(book, outbox.OutboxMessage("k", "ops", "report 1", "s", "b", "<p>b</p>", files))
    claimed = outbox.claim(book, ["ops"])
    assert (claimed.message.files, claimed.message.html) == (files, "<p>b</p>")
    outbox.acknowledge(book, claimed)
    with book.writing() as books:
        outbox.drop_old(books, -1000, 2**40)
        assert books.execute(select(outbox_files)).all() == []
        assert len(outbox.newest(books, 9)) == 1
        outbox.drop_old(books, -1000, -1000)
        assert outbox.newest(books, 9) == []


def test_it_is_tried_less_and_less_often_and_given_up_at_last(book):
    put(book, MESSAGE)
    pauses = [15, 60, 300, 900, *[3600] * 6]
    for pause in pauses:
        outbox.fail(book, outbox.claim(book, ["ops"]), "It refused.")
        let_pass(book, pause - 5)
        assert outbox.claim(book, ["ops"]) is None
        let_pass(book, 5)
    with book.reading() as books:
        assert outbox.latest(books)["ops"].reason == "It refused."
        assert outbox.waiting(books) == {"ops": 1}
    outbox.fail(book, outbox.claim(book, ["ops"]), "It refused.")
    let_pass(book, 10**6)
    assert outbox.claim(book, ["ops"]) is None
    assert found(book) == [("failed", 11, "It refused.")]
    put(book, outbox.OutboxMessage("later", "ops", "test", "s", "b"))
    outbox.acknowledge(book, outbox.claim(book, ["ops"]))
    with book.reading() as books:
        assert [each.state for each in outbox.latest(books).values()] == ["sent"]
        assert outbox.waiting(books) == {}


def test_of_many_servers_at_once_each_message_and_each_run_is_one_ones(url, book):
    put(book, *(outbox.OutboxMessage(f"k{n}", "ops", "test", "s", "b") for n in range(8)))
    with closing(Database(url)) as other, ThreadPoolExecutor(6) as servers:
        ledgers = [book, Ledger(other, MCH_ID)] * 3

        def take(ledger):
            claimed = []
            while (message := outbox.claim(ledger, ["ops"])) is not None:
                claimed.append(message.message.key)
            return claimed, jobs.claim(ledger, "report 1", DUE)

        taken = list(servers.map(take, ledgers))
    assert sorted(key for keys, _ in taken for key in keys) == [f"k{n}" for n in range(8)]
    assert len([run for _, run in taken if run]) == 1


def test_what_comes_of_a_run_is_written_once_by_whoever_holds_it(book):
    first = jobs.claim(book, "report 1", DUE, lasts_s=600)
    assert jobs.claim(book, "report 1", DUE) is None
    let_pass(book, 600)
    second = jobs.claim(book, "report 1", DUE)
    assert (first.attempts, second.attempts) == (1, 2)
    with book.writing() as books:
        assert not jobs.finish(books, first)
    with book.reading() as books:
        assert jobs.last_done(books, "report 1") is None
    with book.writing() as books:
        assert jobs.finish(books, second)
    let_pass(book, 10**6)
    assert jobs.claim(book, "report 1", DUE) is None
    with book.reading() as books:
        assert jobs.last_done(books, "report 1") == DUE


def test_a_run_is_due_by_the_clock_of_the_database_alone(book):
    with book.reading() as books:
        now = datetime.fromtimestamp(clock_ms(books.connection) / 1000, UTC)
    assert jobs.claim(book, "report 1", now + timedelta(minutes=4)) is None  # of a server that is ahead
    assert jobs.claim(book, "report 1", now)


def test_a_run_that_fails_is_tried_again_a_few_times(book):
    for pause in (60, 300, 1800, 7200):
        jobs.fail(book, jobs.claim(book, "report 1", DUE), "The archive is late.")
        let_pass(book, pause - 5)
        assert jobs.claim(book, "report 1", DUE) is None
        let_pass(book, 5)
    jobs.fail(book, jobs.claim(book, "report 1", DUE), "The archive is late.")
    let_pass(book, 10**6)
    assert jobs.claim(book, "report 1", DUE) is None


def test_another_merchants_messages_are_not_ours(url, book):
    with closing(Database(url)) as database:
        theirs = Ledger(database, MCH_ID + 1)
        put(theirs, MESSAGE)
        assert put(book, MESSAGE) == [True]
        outbox.acknowledge(book, outbox.claim(book, ["ops"]))
        assert found(theirs) == [("pending", 0, "")]
