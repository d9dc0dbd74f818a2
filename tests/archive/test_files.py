"""Files that are damaged, missing, foreign or exchanged are never read as numbers, and are read again."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive import store
from archive.engine import Asked
from archive.pieces import announce_file
from archive.store import FileDamaged
from archive.verify import verify
from ledger.payouts.ledger import PayoutLedger
from tests.archive.conftest import ledger_copy
from tests.archive.told import Told, bet, told_at
from tests.ledger.conftest import delivery
from tests.ledger.payouts.provider import order, signed
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of

pytestmark = pytest.mark.slow
TODAY = utc_day_of(CLOCK)
FIRST = TODAY - 2 * DAY_S
FULL = "The archive's disk is nearly full. Make room there: reading then goes on by itself."


@pytest.fixture
def told(tmp_path: Path, empty_ledger: Path) -> Iterator[Told]:
    """Two whole days of as many bets, each with a file of its own, and today until 06:30."""
    with (
        ledger_copy(empty_ledger, tmp_path) as ledger,
        told_at(ledger, tmp_path / "archive", days=3, now_s=TODAY + 23_400) as told,
    ):
        told.add(bet(0, FIRST - 9 * DAY_S))
        told.add(*(bet(n, FIRST + n * 4 * HOUR_S, bet_li=1000 * n) for n in range(1, 14)))
        told.fill()
        told.later(HOUR_S)
        yield told


def days_of(told: Told) -> list[Path]:
    return sorted(told.archive.folder.root.glob("*/days/*.parquet"))


def sums_of(told: Told) -> list[tuple[object, ...]]:
    return [
        told.engine.rows(Asked("SELECT count(*), sum(bet_amount) FROM bets", day_s, day_s + DAY_S))[0]
        for day_s in (FIRST, FIRST + DAY_S)
    ]


TRUTH = [(5, 15_000), (6, 51_000)]


def swap(one: Path, other: Path) -> None:
    between = one.with_suffix(".swap")
    one.rename(between)
    other.rename(one)
    between.rename(other)


def flip(one: Path, _other: Path) -> None:
    content = bytearray(one.read_bytes())
    content[len(content) // 2] ^= 1
    one.write_bytes(content)


BREAKINGS: dict[str, Callable[[Path, Path], object]] = {
    "exchanged": swap,
    "replaced by another day's": lambda one, other: one.write_bytes(other.read_bytes()),
    "a bit is another": flip,
    "cut": lambda one, _: one.write_bytes(one.read_bytes()[:-1]),
    "empty": lambda one, _: one.write_bytes(b""),
    "gone": lambda one, _: one.unlink(),
}


@pytest.mark.parametrize("breaking", BREAKINGS)
def test_a_damaged_file_gives_no_number_is_named_and_read_again(told: Told, breaking: str):
    assert sums_of(told) == TRUTH
    one, other = days_of(told)
    BREAKINGS[breaking](one, other)
    told.engine._answer.cache.clear()  # what was told before the damage is told again, and is true
    with pytest.raises(FileDamaged) as refused:
        sums_of(told)
    assert one.name in str(refused.value)
    named = " ".join(damage.sentence for damage in verify(told.archive))
    assert [one.name in named, other.name in named] == [True, breaking == "exchanged"]
    told.later(HOUR_S)  # when the collector looks
    told.later(60)
    assert told.collector.state.stopped_by is None
    assert sums_of(told) == TRUTH
    assert list(verify(told.archive)) == []
    assert told.restated() == []


def test_a_roll_up_that_is_damaged_is_made_again(told: Told):
    (one, *_) = sorted(told.archive.folder.root.glob("*/games/*.parquet"))
    one.write_bytes(b"PAR1")
    told.later(HOUR_S)
    told.later(HOUR_S)
    assert list(verify(told.archive)) == []
    assert one.stat().st_size > 100


def test_a_foreign_file_is_named_and_let_alone(told: Told):
    foreign = days_of(told)[0].with_name("2026-03-13-0123456789abcdef.parquet")
    foreign.write_bytes(days_of(told)[0].read_bytes())
    told.later(HOUR_S)
    assert [foreign.name in damage.sentence for damage in verify(told.archive)] == [True]
    assert sums_of(told) == TRUTH
    assert foreign.exists()


def test_a_file_is_hashed_once(told: Told, monkeypatch: pytest.MonkeyPatch):
    hashed: list[Path] = []
    sha256 = store.sha256
    monkeypatch.setattr(store, "sha256", lambda path: (hashed.append(path), sha256(path))[1])
    for _ in range(3):
        assert sums_of(told) == TRUTH
    assert hashed == []  # when it looked last
    os.utime(days_of(told)[0])
    told.engine._answer.cache.clear()
    assert sums_of(told) == TRUTH
    assert [path.name for path in hashed] == [days_of(told)[0].name]


def test_a_file_that_may_not_be_read_now_is_not_given_up(told: Told, monkeypatch: pytest.MonkeyPatch):
    def refused(_path: Path) -> str:
        raise PermissionError(13, "Permission denied")

    told.archive.folder._checked.clear()
    with monkeypatch.context() as patch:
        patch.setattr(store, "sha256", refused)
        told.later(HOUR_S)
        assert "Permission denied" in str(told.collector.state.stopped_by)
    told.later(HOUR_S)
    assert told.collector.state.stopped_by is None
    assert {piece.version for piece in told.archive.pieces()} == {1}


class TestDiskFull:
    @pytest.mark.parametrize("when", ["write", "fsync", "replace", "room"])
    def test_it_stops_with_a_sentence_the_ledger_lives_and_it_goes_on_by_itself(
        self, told: Told, monkeypatch: pytest.MonkeyPatch, when: str
    ):
        before = sorted(told.archive.folder.paths(""))

        def full(*_given: object, **_named: object) -> None:
            raise OSError(28, "No space left on device")

        told.add(bet(50, TODAY + 8 * HOUR_S + 60))
        told.wait(HOUR_S)
        with monkeypatch.context() as patch:
            if when == "room":
                told.collector._least_free_bytes = 2**62
            else:
                where = {
                    "write": (store.pq, "write_table"),
                    "fsync": (os, "fsync"),
                    "replace": (Path, "replace"),
                }
                patch.setattr(*where[when], full)
            for _ in range(3):
                assert told.collector.turn() == 20
                told.wait(20)
            assert str(told.collector.state.stopped_by) == FULL
            assert sorted(told.archive.folder.paths("")) == before
            payouts = PayoutLedger(told.archive.ledger, clock=lambda: told.now_s)
            call = signed(order("t-1", "player-1", 5000))
            assert [settled.available_li for settled in payouts.settle([delivery(call)])] == [5000]
        told.collector._least_free_bytes = 0
        told.fill()
        assert told.collector.state.stopped_by is None
        assert told.said(TODAY + 8 * HOUR_S)[2] == ["e50"]
        told.later(3 * HOUR_S)
        assert list(verify(told.archive)) == []

    def test_what_nothing_refers_to_any_more_makes_room(self, told: Told):
        told.collector._least_free_bytes = 2**62
        left = told.archive.folder.root / "101" / "left.parquet"
        left.write_bytes(b"PAR1")
        with told.archive.ledger.writing() as books:
            announce_file(books, "hour", TODAY, "101/left.parquet", told.archive.now_ms())
        told.wait(HOUR_S + 1)
        told.collector.turn()
        assert not left.exists()
