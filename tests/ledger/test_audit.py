"""The audit log: an unbroken chain whoever writes, and a sentence for whatever was done to it."""

import hashlib
import json
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from ledger import audit
from ledger.audit import AuditEntry
from ledger.check import check
from ledger.database import Books, LedgerAway, migrate, open_engine, snapshot
from ledger.schema import NO_ROW_HASH, audit_end
from ledger.schema import audit as log
from tests.ledger.payouts.provider import MCH_ID

NOW_MS = 1_773_567_000_000


@pytest.fixture
def engine(engine):
    migrate(engine, MCH_ID)
    return engine


def wrote(engine, *deeds):
    for deed in deeds:
        with engine.begin() as connection:
            audit.write(Books(connection, MCH_ID), deed, NOW_MS)


def deeds(count, who="ann"):
    return [AuditEntry(who, "deposit", {"trans_no": f"t-{n}", "amount_li": n}, "done") for n in range(count)]


def kept(engine):
    with snapshot(engine).begin() as connection:
        return [row._asdict() for row in connection.execute(select(log).order_by(log.c.id))]


def said(engine):
    with snapshot(engine).begin() as connection:
        return list(audit.broken(Books(connection, MCH_ID)))


def did(engine, *changes):
    with engine.begin() as connection:
        for change in changes:
            connection.execute(change)


@pytest.mark.slow
def test_each_row_carries_the_hash_of_the_one_before_it(engine):
    wrote(
        engine,
        AuditEntry("ann", "deposit", {"op_id": "玩家", "amount_li": 5000, "balance_li": None}, "sending"),
    )
    wrote(engine, AuditEntry("ben", "deposit", {}, "done"))
    first, second = kept(engine)
    hashed = [
        1,
        NOW_MS,
        "ann",
        "deposit",
        '{"amount_li": 5000, "balance_li": null, "op_id": "\\u73a9\\u5bb6"}',
        "sending",
        "0" * 64,
    ]
    assert [value for name, value in first.items() if name != "mch_id"][:7] == hashed
    assert first["hash"] == hashlib.sha256(json.dumps(hashed).encode()).hexdigest()
    assert (second["id"], second["previous_hash"]) == (2, first["hash"])
    assert said(engine) == []


def test_a_row_of_a_transaction_that_fails_was_never_there(engine):
    with engine.begin() as connection:
        audit.write(Books(connection, MCH_ID), deeds(1)[0], NOW_MS)
        connection.rollback()
    wrote(engine, *deeds(1))
    assert [row["id"] for row in kept(engine)] == [1]
    assert said(engine) == []


@pytest.mark.slow
def test_many_writers_make_one_chain(engine):
    together = threading.Barrier(4)

    def write(who):
        mine = open_engine(engine.url)
        together.wait(10)
        wrote(mine, *deeds(15, who))
        mine.dispose()

    threads = [threading.Thread(target=write, args=(who,)) for who in ("ann", "ben", "cat", "dan")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    rows = kept(engine)
    assert [row["id"] for row in rows] == list(range(1, 61))
    assert {who: sum(row["who"] == who for row in rows) for who in ("ann", "dan")} == {"ann": 15, "dan": 15}
    assert said(engine) == []


COLUMNS = ["at_ms", "who", "what", "about", "outcome", "previous_hash", "hash"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(1, 6),
    about=st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=3),
    data=st.data(),
)
@pytest.mark.slow
def test_whatever_row_is_changed_or_missing_is_found(engine, count, about, data):
    did(engine, delete(log), update(audit_end).values(row_count=0, hash=NO_ROW_HASH))
    wrote(engine, *deeds(count), AuditEntry("ann", "look-up", about, "unknown"))
    assert said(engine) == []
    number = data.draw(st.integers(1, count + 1))
    struck = log.c.id == number
    if data.draw(st.booleans()):
        did(engine, delete(log).where(struck))
        assert said(engine) == [f"Audit log: row {number} is missing."]
    else:
        column = data.draw(st.sampled_from(COLUMNS))
        did(engine, update(log).where(struck).values({column: 1 if column == "at_ms" else "x"}))
        assert any(f"row {number} " in sentence for sentence in said(engine))


@pytest.mark.slow
def test_rows_missing_at_either_end_are_found(engine):
    wrote(engine, *deeds(5))
    did(engine, delete(log).where(log.c.id.in_([1, 2, 5])))
    assert said(engine) == ["Audit log: rows 1 to 2 are missing.", "Audit log: row 5 is missing."]


@pytest.mark.slow
def test_a_row_that_was_rewritten_with_its_hash_is_found_by_its_neighbour(engine):
    wrote(engine, *deeds(3))
    for number, sentences in (
        (3, ["Audit log: it should end with row 3, and ends with another row 3."]),
        (2, ["Audit log: row 3 does not follow row 2; one of them was exchanged."]),
    ):
        forged = kept(engine)[number - 1] | {"who": "eve"}
        values = {"who": "eve", "hash": audit.row_hash(forged)}
        was = kept(engine)[number - 1]
        did(engine, update(log).where(log.c.id == number).values(values))
        assert said(engine) == sentences
        did(engine, update(log).where(log.c.id == number).values(who=was["who"], hash=was["hash"]))


@pytest.mark.slow
def test_a_row_put_in_at_the_end_is_found(engine):
    wrote(engine, *deeds(2))
    added = kept(engine)[1] | {"id": 3, "previous_hash": kept(engine)[1]["hash"]}
    did(engine, insert(log).values(added | {"hash": audit.row_hash(added)}))
    assert said(engine) == ["Audit log: it should end with row 2, and ends with another row 3."]


def test_a_log_that_lost_its_end_says_so_and_takes_no_more_rows(engine):
    wrote(engine, *deeds(2))
    did(engine, delete(audit_end))
    assert said(engine) == ["Audit log: its end is not written down; rows may be missing."]
    with pytest.raises(LedgerAway, match="python -m ledger check"):
        wrote(engine, *deeds(1))


@pytest.mark.slow
def test_the_check_of_the_ledger_reads_the_log_and_tells_its_last_hash(engine):
    assert check(engine.url) == (
        [],
        "0 payouts, 0 of them wait for the wallet. 0 players were credited 0 li in all.",
    )
    wrote(engine, AuditEntry("ann", "sign-in", {}, "done"))
    (row,) = kept(engine)
    wrong, extent = check(engine.url)
    assert wrong == []
    assert extent.endswith(f"The audit log ends with row 1, whose hash is {row['hash']}.")
    did(engine, update(log).values(who="eve"))
    assert check(engine.url)[0] == ["Audit log: row 1 was changed."]
