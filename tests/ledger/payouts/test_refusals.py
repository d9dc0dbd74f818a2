"""Calls that were not credited: counted, kept in a short ring, and seen by somebody; on both databases."""

import threading
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, insert, select, text

import ledger.database
from ledger import schema
from ledger.check import check
from ledger.database import Books, migrate, open_engine, snapshot, versions
from ledger.payouts import refusals
from ledger.payouts.outcome import PayoutOutcome
from ledger.payouts.payout_call import LARGEST_BODY
from ledger.payouts.refusals import RefusalCount, Tally
from tests.ledger.conftest import delivery
from tests.ledger.payouts.provider import MCH_ID, Call, order, payout, signed

NOW_S = 1_773_567_000
NOW_MS = NOW_S * 1000


def tally(*calls):
    counted = Tally()
    for call in calls:
        found = delivery(call)
        counted.add(found, found.asks)
    return counted


def forged(number):
    return signed(order(f"t-{number}"), key="forged")


def read(engine):
    with snapshot(engine).connect() as connection:
        return refusals.read(Books(connection, MCH_ID))


def numbers(engine, kind="mismatch"):
    sample = schema.refusal_samples.c
    with engine.connect() as connection:
        found = select(sample.number).where(sample.kind == kind).order_by(sample.number)
        return list(connection.scalars(found))


def acknowledge(engine, who="ann", at_ms=NOW_MS, shown=None):
    with engine.begin() as connection:
        books = Books(connection, MCH_ID)
        found = refusals.read(books) if shown is None else shown
        refusals.acknowledge(books, {each.kind: each.total for each in found if each.unseen}, who, at_ms)


@pytest.mark.slow
def test_every_kind_is_counted_by_itself_and_noise_needs_no_look(make_ledger, engine):
    ledger = make_ledger(clock=lambda: NOW_S)
    most = payout("t-9", "rich", 2**63 - 1)
    ledger.settle([delivery(call) for call in (payout("t-1"), payout("t-1", "p", 9), signed(b"{"), most)])
    ledger.settle([delivery(payout("t-10", "rich", 1))])
    ledger.write_tally(tally(forged(1), forged(2), Call("", b"x")))
    assert read(engine) == [
        RefusalCount(PayoutOutcome.CONFLICT, 1, 0, NOW_MS, None, None),
        RefusalCount(PayoutOutcome.FAILED, 1, 0, NOW_MS, None, None),
        RefusalCount(PayoutOutcome.MISMATCH, 2, 0, NOW_MS, None, None),
        RefusalCount(PayoutOutcome.UNREADABLE, 1, 0, NOW_MS, None, None),
        RefusalCount(PayoutOutcome.UNSIGNED, 1, 0, NOW_MS, None, None),
    ]
    assert [each.unseen for each in read(engine)] == [1, 1, 2, 1, 0]


@pytest.mark.slow
def test_who_has_seen_them_and_when_stands_there_and_in_the_audit_log(make_ledger, engine):
    ledger = make_ledger(clock=lambda: NOW_S)
    ledger.write_tally(tally(forged(1), forged(2), Call("", b"x")))
    shown = read(engine)
    ledger.write_tally(tally(forged(3)))
    acknowledge(engine, shown=shown)
    mismatch = read(engine)[0]
    assert mismatch == RefusalCount(PayoutOutcome.MISMATCH, 3, 2, NOW_MS, "ann", NOW_MS)
    assert mismatch.unseen == 1  # it came after that
    acknowledge(engine, "ben", NOW_MS + 1)
    assert read(engine)[0] == RefusalCount(PayoutOutcome.MISMATCH, 3, 3, NOW_MS, "ben", NOW_MS + 1)
    acknowledge(engine, "late", NOW_MS + 2, shown)
    assert read(engine)[0].seen_by == "ben"
    with engine.connect() as connection:
        audit = schema.audit.c
        rows = connection.execute(select(audit.who, audit.what, audit.about).order_by(audit.id)).all()
    assert rows == [
        ("ann", "payout calls seen", '{"mismatch": 2}'),
        ("ben", "payout calls seen", '{"mismatch": 1}'),
    ]
    assert check(engine.url)[0] == []


def test_the_ring_keeps_the_first_that_nobody_has_seen_and_the_last(ledger, engine):
    for number in range(1, 100, 3):
        ledger.write_tally(tally(*map(forged, range(number, number + 3))))
    assert numbers(engine) == [*range(1, 11), *range(90, 100)]
    acknowledge(engine)
    ledger.write_tally(tally(*map(forged, range(100, 200))))
    assert numbers(engine) == [*range(100, 110), *range(190, 200)]
    with engine.connect() as connection:
        sample = connection.execute(select(schema.refusal_samples).limit(1)).one()
    assert (sample.code, sample.body) == (500008, forged(100).body)


def test_noise_pushes_nothing_out_that_people_must_see(ledger, engine):
    ledger.write_tally(tally(forged(1)))
    ledger.write_tally(tally(*[Call("", b"noise")] * 500))
    assert numbers(engine) == [1]
    assert {each.kind: each.unseen for each in read(engine)} == {"mismatch": 1, "unsigned": 0}


@pytest.mark.slow
def test_several_processes_count_together(make_ledger, engine):
    make_ledger().prepare()
    together = threading.Barrier(4)

    def count(ledger):
        together.wait(10)
        for number in range(10):
            ledger.write_tally(tally(forged(number), Call("", b"x"), Call("", b"y")))
            ledger.settle([delivery(signed(b"{"))])

    threads = [threading.Thread(target=count, args=(make_ledger(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {each.kind: each.total for each in read(engine)} == {
        "mismatch": 40,
        "unreadable": 40,
        "unsigned": 80,
    }
    assert len(numbers(engine)) == len(numbers(engine, "unsigned")) == 20


def size(url):
    return sum(path.stat().st_size for path in Path(url.database).parent.glob("ledger.sqlite3*"))


@pytest.mark.slow
def test_a_flood_of_calls_without_a_valid_signature_leaves_the_ledger_as_large_as_a_few(ledger, engine):
    body = b"x" * LARGEST_BODY

    def flood(times):
        for _ in range(times):
            noise = [Call("", body), Call("mch=1&ts=1&sign=1", body), signed(body, key="forged")]
            ledger.write_tally(tally(*noise * 20))

    flood(60)  # so that SQLite's log of writes is as long as it becomes
    kept = [numbers(engine), numbers(engine, "unsigned")]
    assert [len(each) for each in kept] == [20, 20]
    if engine.dialect.name == "sqlite":
        before = size(engine.url)
        flood(60)
        assert size(engine.url) <= before + 64 * 1024 < 6 * 2**20
    with engine.connect() as connection:
        sizes = select(func.sum(func.length(schema.refusal_samples.c.body)))
        assert connection.scalar(sizes) == 40 * 1024
        for table in schema.metadata.sorted_tables:
            if table.name not in {"refusals", "refusal_samples", "audit_end"}:
                assert connection.scalar(select(func.count()).select_from(table)) == 0, table.name


@pytest.fixture
def old_ledger(empty_url):
    """A ledger of the version before, with payouts of all times and calls that it refused."""
    engine = open_engine(empty_url)
    config = ledger.database._alembic()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        row = {"op_id": "p", "amount_li": 5, "draw_id": "d", "game_id": 1006, "parts_differ": True}
        row |= {"hourly_li": None, "super_li": None, "received_at_ms": NOW_MS, "conflicts": 0}
        columns = [*row, "trans_no", "ordered_at_s"]
        names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        for told in OLD_TIMES:
            connection.execute(
                text(f"INSERT INTO payouts ({names}) VALUES ({values})"),
                row | {"trans_no": str(told), "ordered_at_s": told},
            )
            connection.execute(
                insert(schema.entries),
                {"trans_no": str(told), "op_id": "p", "amount_li": 5, "booked_at_ms": 1},
            )
        connection.execute(
            text("INSERT INTO balances (op_id, balance_li) VALUES ('p', :li)"), {"li": 5 * len(OLD_TIMES)}
        )
        call = {"received_at_ms": NOW_MS, "trans_no": None, "body": b"x", "body_size": 1}
        for outcome, code, msg in OLD_CALLS:
            old = call | {"outcome": outcome, "code": code, "msg": msg}
            connection.execute(insert(schema.deliveries), old)
    yield engine
    engine.dispose()


OLD_TIMES = {
    1_709_201_163: 1_709_201_163_000,
    1_709_201_163_123: 1_709_201_163_123,
    1_709_201_163_123_456: 1_709_201_163_123,
    1_709_201_163_123_456_789: 1_709_201_163_123,
    2**63 - 1: NOW_MS,
    -(2**63): NOW_MS,
    9_999_999_999: NOW_MS,
    0: NOW_MS,
    1: 1000,
    17_092_011_630: NOW_MS,
}
OLD_CALLS = [
    ("first", 0, ""),
    ("conflict", 500101, "This trans_no was used for another player or another amount."),
    ("refused", 500008, "The signature does not match body, ts and key."),
    ("refused", 500009, "mch is not the merchant that this address serves."),
    ("refused", 100000, "The query string needs one well-formed mch."),
    ("refused", 100000, "The body is larger than 65536 bytes."),
    ("refused", 100000, "The body is not a payout: Expected `int`, got `float` - at `$.order.amount`"),
    ("refused", 100000, "op_id has characters that cannot be printed."),
]


@pytest.mark.slow
def test_a_ledger_of_before_gets_times_that_can_be_true(old_ledger):
    migrate(old_ledger, MCH_ID)
    with old_ledger.connect() as connection:
        found = connection.execute(select(schema.payouts.c.ordered_at_s, schema.payouts.c.won_at_ms))
        assert dict(map(tuple, found)) == OLD_TIMES
        assert versions(connection)[0] == versions(connection)[1]
    changed = ("won at another time", "not as it was written", "Table ")
    assert not [said for said in check(old_ledger.url)[0] if any(words in said for words in changed)]


def test_payouts_that_a_server_of_before_lost_for_good_are_to_be_seen(old_ledger):
    migrate(old_ledger, MCH_ID)
    assert {each.kind: (each.total, each.unseen) for each in read(old_ledger)} == {
        "conflict": (1, 1),
        "mismatch": (2, 2),
        "unreadable": (2, 2),
        "unsigned": (2, 0),
    }
    with old_ledger.connect() as connection:
        outcomes = connection.scalars(
            select(schema.deliveries.c.outcome).order_by(schema.deliveries.c.id)
        ).all()
    assert outcomes == [outcome for outcome, *_ in OLD_CALLS]  # they are bound into the audit log so
