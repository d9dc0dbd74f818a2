"""What the archive holds of each day, by written pieces."""

from datetime import UTC, date, datetime

from archive.bets import DAY_S, HOUR_S, HourSums
from archive.pieces import Piece
from archive.proof import Explanation, PieceState
from dashboard.charts.theme import DARK, LIGHT
from dashboard.core.text import Message
from dashboard.proof.coverage import DayCoverage, DayState, days, forecast_bytes, proven_until
from dashboard.proof.figures import calendar, colors_of

FIRST = date(2026, 3, 1)
START = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())


def piece(
    hour: int, state: PieceState = PieceState.PROVEN, bets: int = 10, why: Explanation | None = None
) -> Piece:
    return Piece(START + hour * HOUR_S, 1, state, why, HourSums(bets, 0, 0), None, 0, 0, "", None)


def test_a_day_is_what_the_least_known_of_its_hours_is():
    why = Explanation("It holds bets of another hour.")
    pieces = [piece(hour) for hour in range(24)]
    pieces += [piece(hour, PieceState.OPEN if hour == 47 else PieceState.PROVEN) for hour in range(24, 48)]
    pieces += [
        piece(hour, PieceState.DIFFERS, why=why) if hour == 50 else piece(hour) for hour in range(48, 72)
    ]
    pieces += [piece(hour, PieceState.MISSING, 0) if hour == 80 else piece(hour) for hour in range(72, 96)]
    pieces += [piece(hour) for hour in range(100, 110)]
    found = days(pieces, FIRST, date(2026, 3, 6), None)
    assert found == [
        DayCoverage(date(2026, 3, 1), DayState.PROVEN, 24, 240),
        DayCoverage(date(2026, 3, 2), DayState.OPEN, 23, 240),
        DayCoverage(date(2026, 3, 3), DayState.DIFFERS, 23, 240, Message(why.key)),
        DayCoverage(date(2026, 3, 4), DayState.MISSING, 23, 230),
        DayCoverage(date(2026, 3, 5), DayState.UNREAD, 10, 100),
        DayCoverage(date(2026, 3, 6), DayState.UNREAD, 0, 0),
    ]


def test_the_last_day_is_open_while_it_runs_and_days_before_the_memory_are_named():
    found = days([piece(hour) for hour in range(24, 30)], FIRST, date(2026, 3, 2), date(2026, 3, 2))
    assert [each.state for each in found] == [DayState.BEFORE, DayState.OPEN]


def test_proven_until_ends_before_the_first_hour_that_is_not():
    pieces = [piece(2, PieceState.OPEN), piece(0), piece(1), piece(3)]
    assert proven_until(pieces) == datetime(2026, 3, 1, 2, tzinfo=UTC)
    assert proven_until([]) is None
    assert proven_until([piece(0, PieceState.DIFFERS)]) is None


def test_the_forecast_goes_by_whole_days():
    recent = [DayCoverage(FIRST, DayState.PROVEN, 24, 1000), DayCoverage(FIRST, DayState.OPEN, 3, 9)]
    assert forecast_bytes(size_bytes=22_000, bets=1000, recent=recent, days_kept=365) == 365 * 22_000
    assert forecast_bytes(22_000, 1000, recent[1:], 365) is None
    assert forecast_bytes(0, 0, recent, 365) is None


def test_the_calendar_has_a_square_a_day_in_the_colour_of_its_state():
    found = days([piece(hour) for hour in range(24)], FIRST, date(2026, 3, 9), None)
    squares = calendar(found, LIGHT).data[0]
    assert list(squares.y) == [6, 0, 1, 2, 3, 4, 5, 6, 0]
    assert list(squares.x) == [0, 1, 1, 1, 1, 1, 1, 1, 2]
    assert squares.marker.color[:2] == (LIGHT.gain, LIGHT.bet)
    assert squares.customdata[0] == "<b>1 Mar 2026</b><br>Proven<br>240 bets"
    assert [len(set(colors_of(look).values())) for look in (LIGHT, DARK)] == [len(DayState)] * 2
    assert START % DAY_S == 0
