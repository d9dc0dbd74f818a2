"""The archive fills itself from the provider, proves each hour, and says what the provider changed."""

from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest

from archive import pieces
from archive.bets import HourSums
from archive.engine import RollUp
from archive.proof import PieceState
from archive.questions import question
from archive.verify import verify
from tests.archive.conftest import Filled
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of
from twoj_sandbox.world import World

pytestmark = pytest.mark.slow
DAY = utc_day_of(CLOCK)


def truth_of(truth: World, start_s: int, end_s: int, now_s: int = CLOCK) -> HourSums:
    rounds = truth.bets(start_s, end_s, now_s)
    return HourSums(len(rounds), int(rounds["bet_amount"].sum()), int(rounds["gain_amount"].sum()))


def test_two_days_are_the_worlds_bets_each_once(make: Callable[..., Filled], truth: World):
    filled = make(days=2)
    filled.fill()
    found = filled.archive.pieces(0, CLOCK)
    assert [piece.hour_s for piece in found] == list(range(DAY - DAY_S, CLOCK, HOUR_S))
    assert Counter(str(piece.state) for piece in found) == {"proven": 31, "open": 3}
    for piece in found:
        assert piece.ours == truth_of(truth, piece.hour_s, piece.hour_s + HOUR_S)
        assert piece.theirs in (piece.ours, None)
        rows = filled.archive.rows(piece)
        assert len(rows) == len(set(rows["event_id"].to_pylist())) == piece.ours.count
    with filled.archive.ledger.reading() as books:
        assert [each.start_s for each in pieces.files(books, "day", 0, CLOCK)] == [DAY - DAY_S]
        assert [each.start_s for each in pieces.files(books, "games", 0, CLOCK)] == [DAY - DAY_S]


def test_an_hour_is_proven_two_hours_after_its_end_by_the_providers_clock(make: Callable[..., Filled]):
    filled = make(days=1)
    filled.fill()
    assert filled.archive.pieces(DAY + 7 * HOUR_S, DAY + 8 * HOUR_S)[0].state is PieceState.OPEN
    filled.wait(HOUR_S)
    filled.fill()
    assert filled.archive.pieces(DAY + 7 * HOUR_S, DAY + 8 * HOUR_S)[0].state is PieceState.PROVEN
    filled.clock[0] += 5 * HOUR_S  # ours alone
    filled.fill()
    assert filled.archive.pieces(DAY + 9 * HOUR_S, DAY + 10 * HOUR_S)[0].state is PieceState.OPEN


def test_the_running_hour_costs_a_call_and_asks_for_its_last_minutes_only(
    make: Callable[..., Filled], truth: World
):
    filled = make(days=1)
    filled.fill()
    filled.wait(60)
    filled.sandbox.clear_calls()
    filled.fill()
    (call,) = filled.sandbox.calls()
    assert call["data"]["time_start"] == CLOCK - 300
    (piece,) = filled.archive.pieces(DAY + 9 * HOUR_S, CLOCK)
    assert piece.ours == truth_of(truth, DAY + 9 * HOUR_S, CLOCK + 60, CLOCK + 60)


@pytest.mark.parametrize("change", ["added", "changed", "gone"])
def test_a_changed_bet_is_found_by_its_sums_and_named(make: Callable[..., Filled], change: str):
    filled = make(days=3)
    hour_s = DAY - DAY_S + 13 * HOUR_S
    window = hour_s + 600, hour_s + 700
    if change == "added":
        filled.sandbox.correct(*window, hidden=True)
    filled.fill()
    if change == "added":
        filled.sandbox.clear_corrections()
    else:
        filled.sandbox.correct(*window, **({"hidden": True} if change == "gone" else {"gain_li": 500}))
    filled.sandbox.clear_calls()
    calls, restated = filled.collector.compare(60)
    assert calls == len(filled.sandbox.calls()) <= 12
    assert restated >= 1
    with filled.archive.ledger.reading() as books:
        rows = pieces.restated(books)
    assert {(row.hour_s, row.change) for row in rows} == {(hour_s, change)}
    (piece,) = filled.archive.pieces(hour_s, hour_s + HOUR_S)
    assert (piece.version, piece.state) == (2, PieceState.PROVEN)
    filled.sandbox.clear_calls()
    assert filled.collector.compare(60) == (1, 0)
    assert len(filled.sandbox.calls()) == 1


def test_whole_days_leave_after_the_days_they_are_kept(make: Callable[..., Filled]):
    filled = make(days=3)
    filled.fill()
    filled.archive.drop_before(DAY - DAY_S)
    assert filled.archive.extent() == (DAY - DAY_S, DAY + 9 * HOUR_S)
    assert filled.engine.rows(question("sums", 0, DAY - DAY_S)) == ((0, 0, 0),)
    filled.archive.unlink_left(filled.archive.now_ms() + 1)
    assert list(verify(filled.archive)) == []
    assert not any("2026-03-13" in path for path in filled.archive.folder.paths(""))


def test_days_are_summed_up_as_soon_as_all_is_read_and_not_an_hour_later(
    make: Callable[..., Filled], monkeypatch: pytest.MonkeyPatch
):
    filled = make(days=4)
    filled.collector.turn()  # the tail
    monkeypatch.setattr(filled.collector, "_paced_until", float("inf"))
    filled.collector.turn()  # nothing may be read yet: what is there is put in order
    monkeypatch.setattr(filled.collector, "_paced_until", 0.0)
    seconds = count(1000.0)
    monkeypatch.setattr(filled.collector, "_timer", lambda: next(seconds))
    filled.fill()
    assert next(seconds) < 1000 + HOUR_S
    sources = filled.engine.sources(DAY - 3 * DAY_S, DAY, RollUp.GAMES)
    assert (len(sources.bets), len(sources.rolled)) == (0, 3)
