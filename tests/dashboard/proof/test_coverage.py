"""What the archive holds of each day, by written pieces."""

from datetime import UTC, date, datetime

from archive.pieces import DaySums
from archive.proof import Explanation, PieceState
from dashboard.charts.theme import DARK, LIGHT
from dashboard.core.text import Message
from dashboard.proof.coverage import DayCoverage, DayState, days, forecast_bytes
from dashboard.proof.figures import calendar, colors_of
from twoj_client.windows import DAY_S

FIRST = date(2026, 3, 1)
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())


PROVEN, OPEN, DIFFERS, MISSING = PieceState.PROVEN, PieceState.OPEN, PieceState.DIFFERS, PieceState.MISSING


def day(number: int, hours: dict[PieceState, int], bets: int, why: Explanation | None = None) -> DaySums:
    return DaySums(START + number * DAY_S, hours, bets, why)


def test_a_day_is_what_the_least_known_of_its_hours_is():
    why = Explanation("It holds bets of another hour.")
    known = [
        day(0, {PROVEN: 20, PieceState.ERASED: 4}, 240),
        day(1, {PROVEN: 23, OPEN: 1}, 240),
        day(2, {PROVEN: 20, OPEN: 1, MISSING: 2, DIFFERS: 1}, 240, why),
        day(3, {PROVEN: 23, MISSING: 1}, 230),
        day(4, {PROVEN: 10}, 100),
    ]
    found = days(known, FIRST, date(2026, 3, 6), None)
    assert found == [
        DayCoverage(date(2026, 3, 1), DayState.PROVEN, 24, 240),
        DayCoverage(date(2026, 3, 2), DayState.OPEN, 23, 240),
        DayCoverage(date(2026, 3, 3), DayState.DIFFERS, 20, 240, Message(why.key)),
        DayCoverage(date(2026, 3, 4), DayState.MISSING, 23, 230),
        DayCoverage(date(2026, 3, 5), DayState.UNREAD, 10, 100),
        DayCoverage(date(2026, 3, 6), DayState.UNREAD, 0, 0),
    ]


def test_the_last_day_is_open_while_it_runs_and_days_before_the_memory_are_named():
    found = days([day(1, {PROVEN: 6}, 60)], FIRST, date(2026, 3, 2), date(2026, 3, 2))
    assert [each.state for each in found] == [DayState.BEFORE, DayState.OPEN]


def test_the_forecast_goes_by_whole_days():
    recent = [DayCoverage(FIRST, DayState.PROVEN, 24, 1000), DayCoverage(FIRST, DayState.OPEN, 3, 9)]
    assert forecast_bytes(size_bytes=22_000, bets=1000, recent=recent, days_kept=365) == 365 * 22_000
    assert forecast_bytes(22_000, 1000, recent[1:], 365) is None
    assert forecast_bytes(0, 0, recent, 365) is None


def test_the_calendar_has_a_square_a_day_in_the_colour_of_its_state():
    found = days([day(0, {PROVEN: 24}, 240)], FIRST, date(2026, 3, 9), None)
    squares = calendar(found, LIGHT).data[0]
    assert list(squares.y) == [6, 0, 1, 2, 3, 4, 5, 6, 0]
    assert list(squares.x) == [0, 1, 1, 1, 1, 1, 1, 1, 2]
    assert squares.marker.color[:2] == (LIGHT.gain, LIGHT.bet)
    assert squares.customdata[0] == "<b>1 Mar 2026</b><br>Proven<br>240 bets"
    assert [len(set(colors_of(look).values())) for look in (LIGHT, DARK)] == [len(DayState)] * 2
    assert START % DAY_S == 0


def test_months_are_named_above_their_first_day_and_none_over_another():
    found = days([], date(2026, 9, 30), date(2026, 11, 28), None)
    named = calendar(found, LIGHT).layout.xaxis
    assert (list(named.tickvals), list(named.ticktext)) == ([0, 4], ["Oct", "Nov"])
    later = calendar(days([], date(2026, 10, 5), date(2026, 11, 28), None), LIGHT).layout.xaxis
    assert (list(later.tickvals), list(later.ticktext)) == ([0, 3], ["Oct", "Nov"])
