"""Which hours are read next, by written cases."""

from dataclasses import replace
from datetime import date

import pytest

from archive.bets import HourSums, utc_day_start
from archive.pieces import Piece
from archive.proof import PieceState
from archive.schedule import Horizon, horizon, is_due, next_hours
from twoj_client.windows import DAY_S, HOUR_S

TODAY = 20_000 * DAY_S
NOW = TODAY + 10 * HOUR_S + 60


def piece(hour_s: int, read_s: float = NOW, state: PieceState = PieceState.PROVEN, bets: int = 1) -> Piece:
    read_ms = int(read_s * 1000)
    return Piece(hour_s, 1, state, None, HourSums(bets, 0, 0), None, read_ms, read_ms, "", None)


def all_read(first_s: int, last_s: int = TODAY + 9 * HOUR_S, **how: object) -> dict[int, Piece]:
    return {hour_s: piece(hour_s, **how) for hour_s in range(first_s, last_s + 1, HOUR_S)}


def test_the_newest_hours_come_first_and_never_across_a_day():
    first_s = TODAY - 2 * DAY_S
    assert next_hours({}, NOW, first_s, 24) == [TODAY + n * HOUR_S for n in (7, 8, 9)]
    known = all_read(TODAY + 5 * HOUR_S)
    assert next_hours(known, NOW, first_s, 24) == [TODAY + n * HOUR_S for n in range(5)]
    assert next_hours(known, NOW, first_s, 1) == [TODAY + 4 * HOUR_S]
    assert next_hours(all_read(TODAY), NOW, first_s, 24) == list(range(TODAY - DAY_S, TODAY, HOUR_S))
    assert next_hours(all_read(first_s), NOW, first_s, 24) == []


def test_an_hour_that_has_just_ended_goes_before_the_past():
    known = all_read(TODAY, TODAY + 8 * HOUR_S)
    assert next_hours(known, NOW, TODAY - DAY_S, 24) == [TODAY + 9 * HOUR_S]
    known[TODAY + 9 * HOUR_S] = piece(TODAY + 9 * HOUR_S, NOW - 90, PieceState.OPEN)  # while it ran
    assert next_hours(known, NOW + 9 * 60, TODAY - DAY_S, 24) == [TODAY + 9 * HOUR_S]


def test_what_is_due_is_read_though_it_lies_before_what_is_to_be_filled():
    asked = TODAY - 90 * DAY_S
    known = all_read(TODAY) | {asked: piece(asked, 0)}
    assert next_hours(known, NOW, TODAY, 24) == [asked]
    known[asked] = piece(asked, NOW - 4 * DAY_S, PieceState.MISSING)
    assert next_hours(known, NOW, TODAY, 24) == []
    assert next_hours(known, NOW + 20 * DAY_S, NOW + 20 * DAY_S, 24)[-1:] == [TODAY + 9 * HOUR_S]


def test_a_reading_that_proved_nothing_is_tried_again_each_hour():
    """One that came cut leaves `as_of` where it was: the scheduled reading is still to be done."""
    cut = Piece(TODAY - 2 * DAY_S, 1, PieceState.PROVEN, None, HourSums(), None, 0, 0, "", None)
    end_s = cut.hour_s + HOUR_S
    for read_s, as_of_s, now_s, due in [
        (end_s + DAY_S, end_s + 7500, end_s + DAY_S + 3600, False),  # a quarter of its age has to pass
        (end_s + DAY_S, end_s + 7500, end_s + DAY_S + DAY_S // 4, True),
        (end_s + DAY_S, end_s + DAY_S, end_s + DAY_S + DAY_S // 4, False),
        (end_s + DAY_S, end_s + DAY_S - 7200, end_s + 2 * DAY_S, False),  # the provider's clock is behind
    ]:
        assert is_due(replace(cut, as_of_ms=as_of_s * 1000, last_read_ms=read_s * 1000), now_s) is due


@pytest.mark.parametrize(
    ("state", "ended_ago_s", "read_ago_s", "due"),
    [
        (PieceState.OPEN, 60, 61, False),  # its last minutes are read with the running hour's
        (PieceState.OPEN, 600, 590, True),
        (PieceState.OPEN, 7499, 3600, False),
        (PieceState.OPEN, 7500, 3600, True),
        (PieceState.OPEN, 11_100, 3599, False),  # by the provider's clock it is younger
        (PieceState.OPEN, 11_100, 3600, True),
        (PieceState.PROVEN, DAY_S - 1, DAY_S - 9000, False),
        (PieceState.PROVEN, DAY_S, DAY_S - 9000, True),
        (PieceState.PROVEN, 3 * DAY_S, 2 * DAY_S, True),
        (PieceState.PROVEN, 14 * DAY_S, DAY_S, True),
        (PieceState.PROVEN, 400 * DAY_S, 386 * DAY_S, False),
        (PieceState.DIFFERS, 9000, 3599, False),
        (PieceState.DIFFERS, 9000, 3600, True),
        (PieceState.MISSING, 9000, 3600, True),
        (PieceState.DIFFERS, 10 * DAY_S, 2 * DAY_S, True),
        (PieceState.DIFFERS, 10 * DAY_S, DAY_S, False),
        (PieceState.ERASED, 14 * DAY_S, 13 * DAY_S, True),
        (PieceState.ERASED, 15 * DAY_S, DAY_S, False),
    ],
)
def test_when_an_hour_is_read_again(state: PieceState, ended_ago_s: int, read_ago_s: int, due: bool):
    assert is_due(piece(NOW - ended_ago_s - HOUR_S, NOW - read_ago_s, state), NOW) is due


def test_two_silent_weeks_are_where_the_memory_ends():
    silent_s = TODAY - 20 * DAY_S
    known = all_read(TODAY - 6 * DAY_S) | all_read(silent_s, TODAY - 6 * DAY_S - HOUR_S, bets=0)
    assert horizon(known, NOW, 60) == Horizon(silent_s, memory_ends=True)
    known[silent_s + 5 * HOUR_S] = piece(silent_s + 5 * HOUR_S)
    assert horizon(known, NOW, 60) == Horizon(TODAY - 59 * DAY_S, memory_ends=False)
    assert horizon({}, NOW, 3) == Horizon(TODAY - 2 * DAY_S, memory_ends=False)


def test_a_utc_day_begins_at_its_midnight():
    days = [date(1969, 12, 31), date(1970, 1, 1), date(2026, 3, 15), date(2024, 3, 1)]
    assert [utc_day_start(day) for day in days] == [-86_400, 0, 1_773_532_800, 1_709_251_200]
