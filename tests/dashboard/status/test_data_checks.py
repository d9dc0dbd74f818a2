"""What is seen of the ledger: whether it can be written, and which payouts wait."""

import resource
import sqlite3
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text, update

from dashboard.status.data_checks import Checks
from dashboard.status.rows import PayoutsSeen
from ledger import schema
from ledger.payouts import refusals
from ledger.payouts.ledger import PayoutLedger as Receiver
from ledger.payouts.outcome import PayoutOutcome
from ledger.payouts.refusals import RefusalCount
from tests.ledger.conftest import delivery
from tests.ledger.payouts.provider import MCH_ID, payout, signed
from tests.parts import ledger_at
from tests.provider import CLOCK
from twoj_client.cache.store import CacheState

CACHE = CacheState(("Folder {path}", {"path": "/cache"}), True, 1, 2)


@pytest.fixture
def ledger(tmp_path):
    with ledger_at(f"sqlite:///{tmp_path / 'ledger'}", MCH_ID) as ledger:
        yield ledger


@pytest.fixture
def checks(ledger):
    now = [0.0]
    checks = Checks(SimpleNamespace(cache_state=lambda: CACHE, health=str), ledger, lambda: now[0])
    checks.now = now
    with checks.running():
        yield checks


def test_a_new_ledger_is_made_and_up_to_date(checks, tmp_path):
    seen = checks.ledger(10)
    assert (str(seen.place), seen.failure) == (f"SQLite file {tmp_path / 'ledger'}", "")
    assert seen.version == seen.newest
    assert seen.version.isdecimal()
    assert checks.payouts(10) == PayoutsSeen(None, None, "", 0, None)


def test_the_last_call_is_seen_also_where_it_only_repeats_another(checks, ledger):
    clock = [1_709_201_300]
    receiver = Receiver(ledger, clock=lambda: clock[0])
    for call in (payout("t-1"), payout("t-1"), signed(b"{"), payout("t-1")):
        clock[0] += 100
        receiver.settle([delivery(call)])
    assert checks.payouts(10) == PayoutsSeen(1_709_201_400_000, 1_709_201_700_000, "replay", 0, None)


def test_a_repetition_counted_by_a_clock_years_ahead_is_not_the_last_call_for_ever(checks, ledger):
    calls = {1_709_201_400: payout("t-1"), 4_102_444_800: payout("t-1"), 1_709_201_700: payout("t-2")}
    for at_s, call in calls.items():
        Receiver(ledger, clock=lambda at_s=at_s: at_s).settle([delivery(call)])
    assert checks.payouts(10).last_call_ms == 1_709_201_700_000


def test_a_payout_received_by_a_clock_years_ahead_is_not_the_last_for_ever(checks, ledger):
    untold = {"op_id": "p", "order": {"trans_no": "ahead", "amount": 1}}
    for at_s, call in {4_102_444_800: signed(untold), 1_709_201_700: payout("t-2")}.items():
        Receiver(ledger, clock=lambda at_s=at_s: at_s).settle([delivery(call)])
    assert checks.payouts(10).last_payout_ms == 1_709_201_700_000


@pytest.mark.slow
def test_a_ledger_that_can_be_read_and_not_written_is_away(checks, tmp_path):
    checks.ledger(10)
    other = sqlite3.connect(tmp_path / "ledger", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    checks.now[0] += 5
    assert "locked" in str(checks.ledger(10).failure)
    assert checks.payouts(10) is not None
    other.execute("ROLLBACK")
    other.close()
    checks.now[0] += 5
    assert checks.ledger(10).failure == ""


@contextmanager
def full_disk(largest):
    """No file of this process may grow past so many bytes: what a full disk is to whoever writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_seen_and_so_is_the_room_that_comes_back(checks, ledger, tmp_path):
    assert checks.ledger(10).failure == ""
    with full_disk((tmp_path / "ledger-wal").stat().st_size):
        with ledger.reading() as books:
            assert books.connection.scalar(text("SELECT count(*) FROM trials")) == 1
        checks.now[0] += 5
        assert "The ledger's database cannot be used: " in str(checks.ledger(10).failure)
    checks.now[0] += 5
    assert checks.ledger(10).failure == ""


def test_a_database_that_may_grow_no_more_is_seen(checks, ledger):
    checks.ledger(10)
    event.listen(
        ledger.database.engine, "checkout", lambda driver, *_: driver.execute("PRAGMA max_page_count = 1")
    )
    checks.now[0] += 5
    assert "full" in str(checks.ledger(10).failure)


def test_to_see_whether_there_is_room_leaves_one_row_and_no_growing_file(checks, ledger, tmp_path):
    sizes = set()
    for number in range(30):
        checks.now[0] += 5
        assert checks.ledger(10).failure == ""
        with ledger.writing() as books:
            assert books.connection.scalar(text("SELECT count(*) FROM trials")) == 1
            pages = books.connection.scalar(text("PRAGMA page_count"))
        if number > 2:
            sizes.add(pages)
    assert len(sizes) == 1


def test_a_newer_servers_tables_are_told_from_ours(checks, ledger):
    checks.ledger(10)
    with ledger.writing() as books:
        books.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    checks.now[0] += 5
    seen = checks.ledger(10)
    assert (seen.version, seen.failure) == ("9999", "")
    assert seen.newest != "9999"


def test_payouts_that_wait_for_the_wallet(checks, ledger, tmp_path):
    with ledger.reading():
        pass
    receiver = Receiver(ledger, wallet=True, clock=lambda: CLOCK)
    receiver.settle([delivery(payout("t-1")), delivery(payout("t-2"))])
    receiver.settle([delivery(payout("t-2"))])
    with ledger.writing() as books:
        early = update(schema.payouts).where(schema.payouts.c.trans_no == "t-1")
        books.execute(early.values(received_at_ms=CLOCK * 1000 - 60_000))
    seen = checks.payouts(10)
    assert (seen.waiting, seen.oldest_waiting_ms) == (2, CLOCK * 1000 - 60_000)
    assert (seen.last_call_ms, seen.last_outcome) == (CLOCK * 1000, "pending")


def test_refused_payouts_are_known_and_asked_for_anew_once_somebody_has_seen_them(checks, ledger):
    Receiver(ledger, clock=lambda: CLOCK).settle([delivery(signed(b"{"))])
    assert checks.refused(10) == [RefusalCount(PayoutOutcome.UNREADABLE, 1, 0, CLOCK * 1000, None, None)]
    with ledger.writing() as books:
        refusals.acknowledge(books, {"unreadable": 1}, "ann", 7)
    assert checks.refused(10)[0].unseen == 1  # they are asked for at most each few seconds
    checks.refused.forget()
    assert checks.refused(10) == [RefusalCount(PayoutOutcome.UNREADABLE, 1, 1, CLOCK * 1000, "ann", 7)]


def test_the_cache_and_the_time_since_the_start(checks):
    assert checks.cache(10) == CACHE
    assert checks.up_s == 0
    checks.now[0] = 7200
    assert checks.up_s == 7200
