"""How well a window is held: what of it is there, proven, contradicted, missing."""

from collections.abc import Callable

import pytest

from archive import pieces
from archive.archive import Archive, Held
from archive.bets import EMPTY, HourSums
from archive.proof import FINISHED, HourRead, PieceState
from archive.verify import Damage, give_up
from ledger.database import Ledger
from tests.archive.conftest import Filled
from tests.archive.test_breaking import bet, read
from tests.parts import ledger_at
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, Window

NOW_H = CLOCK - CLOCK % HOUR_S
"""The hour that runs at `CLOCK`, which is half over."""
FRESH_S = 120


@pytest.fixture
def archive(make: Callable[..., Filled]) -> Archive:
    return make().archive


def hour(number: int) -> int:
    """The start of an hour so many hours before the running one."""
    return NOW_H - number * HOUR_S


def keep(archive: Archive, *hours_s: int, theirs: HourSums | None = None, as_of_s: int = CLOCK) -> None:
    theirs = HourSums() if theirs is None else theirs
    for hour_s in hours_s:
        archive.keep([HourRead(hour_s, EMPTY, theirs, True, as_of_s, True)])


def held(archive: Archive, start_s: int, end_s: int) -> Held:
    found = archive.held(start_s, end_s, FRESH_S)
    assert found
    return found


def test_nothing_of_a_window_is_none(archive):
    assert archive.held(hour(5), CLOCK, FRESH_S) is None
    keep(archive, hour(5))
    assert archive.held(hour(4), CLOCK, FRESH_S) is None
    assert archive.held(hour(5) + 60, hour(5) + 120, FRESH_S) is not None


def test_a_proven_window_lacks_nothing(archive):
    keep(archive, hour(6), hour(5), hour(4))
    found = held(archive, hour(6) + 900, hour(3))
    assert (found.lacking, found.differing, found.proven_until_s) == ((), (), hour(3))
    assert found.as_of_ms == CLOCK * 1000


def test_hours_that_are_not_over_for_two_hours_are_there_and_not_proven(archive):
    keep(archive, *(hour(number) for number in range(5, -1, -1)))
    found = held(archive, hour(5), CLOCK)
    assert (found.lacking, found.proven_until_s) == ((), hour(2))


def test_gaps_are_named_and_those_side_by_side_are_one(archive):
    keep(archive, hour(9), hour(6), hour(5))
    found = held(archive, hour(10), hour(4))
    assert found.lacking == (Window(hour(10), hour(9)), Window(hour(8), hour(6)))
    assert found.proven_until_s == hour(10)
    assert held(archive, hour(9), hour(3)).lacking == (Window(hour(8), hour(6)), Window(hour(4), hour(3)))


def test_an_hour_whose_file_is_damaged_lacks_and_one_that_differs_does_not(archive):
    archive.keep([read(bet(1, hour(9)), hour_s=hour(9))])
    (piece,) = archive.pieces(hour(9), hour(8))
    assert give_up(archive, [Damage("its file is gone", piece.path)]) == 1
    keep(archive, hour(8), theirs=HourSums(1, 1000, -1000))
    keep(archive, hour(7))
    found = held(archive, hour(9), hour(6))
    assert found.lacking == (Window(hour(9), hour(8)),)
    assert [(piece.hour_s, piece.theirs) for piece in found.differing] == [
        (hour(8), HourSums(1, 1000, -1000))
    ]


def test_the_running_hour_is_known_as_far_as_it_was_read_once_that_is_some_time_ago(archive, clock):
    keep(archive, hour(0))
    assert held(archive, hour(0), CLOCK + 60).lacking == ()
    clock[0] += FRESH_S + 1
    assert held(archive, hour(0), CLOCK + 60).lacking == (Window(CLOCK, CLOCK + 60),)
    assert held(archive, hour(0), CLOCK).lacking == ()


def test_days_are_summed_up_with_the_states_of_their_hours(archive):
    day_s = hour(0) - hour(0) % DAY_S
    keep(archive, day_s - HOUR_S, day_s, hour(0))
    keep(archive, day_s + HOUR_S, theirs=HourSums(1, 1000, -1000))
    with archive.ledger.reading() as books:
        found = pieces.by_day(books)
        assert [(day.day_s, day.hours, day.bets) for day in found] == [
            (day_s - DAY_S, {PieceState.PROVEN: 1}, 0),
            (day_s, {PieceState.PROVEN: 1, PieceState.OPEN: 1, PieceState.DIFFERS: 1}, 0),
        ]
        assert [day.why and day.why.fields["count"] for day in found] == [None, -1]
        assert pieces.first_hour(books) == day_s - HOUR_S
        assert pieces.first_hour(books, but_for=FINISHED) == day_s + HOUR_S
        assert pieces.first_hour(books, with_bets=True) is None


def test_what_is_held_is_read_again_once_it_changes_here_and_some_seconds_after_it_does_elsewhere(
    make: Callable[..., Filled], monkeypatch: pytest.MonkeyPatch
):
    filled = make()
    archive = filled.archive
    keep(archive, hour(6), hour(5))
    assert held(archive, hour(6), hour(4)).lacking == ()
    with monkeypatch.context() as patch:
        patch.delattr(Ledger, "reading")
        assert held(archive, hour(6), hour(3)).lacking == (Window(hour(4), hour(3)),)
    keep(archive, hour(4))
    assert held(archive, hour(6), hour(3)).lacking == ()
    url = archive.ledger.database.url.render_as_string()
    with ledger_at(url, archive.mch_id) as ledger:
        keep(Archive(ledger, archive.folder, archive.clock), hour(3))
    assert held(archive, hour(6), hour(2)).lacking == (Window(hour(3), hour(2)),)
    filled.wait(5)
    assert held(archive, hour(6), hour(2)).lacking == ()
