"""What the provider changed of the past, in words."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dashboard.provider.changes import changed
from twoj_client.changes import Restatement
from twoj_client.windows import Window

UTC_ZONE, MANILA = ZoneInfo("UTC"), ZoneInfo("Asia/Manila")
H = 3600


def at(day: int, hour: int = 0) -> int:
    return int(datetime(2026, 3, day, hour, tzinfo=UTC).timestamp())


def change(start: int, end: int, **by: int) -> Restatement:
    return Restatement(Window(start, end), {name: Decimal(number) for name, number in by.items()})


def test_two_days():
    changes = [
        change(at(14), at(15), bet_amount=1_200_000, gain_amount=300_000),
        change(at(15), at(16), bet_count=-2, bet_amount=-5),
    ]
    (said,) = map(str, changed(changes, UTC_ZONE, None))
    assert said == (
        "The provider changed 2 days since they were first read: 14 March 2026: bet amount +1,200.00,"
        " company gain −300.00; 15 March 2026: bets −2, bet amount −0.005."
    )


def test_one_day_in_parts_is_added_up():
    hours = [change(at(14, hour), at(14, hour + 1), bet_count=1, bet_amount=1000) for hour in range(3)]
    (said,) = map(str, changed(hours, UTC_ZONE, "PHP"))
    assert said.endswith("since it was first read: 14 March 2026: bets +3, bet amount +3.00\u00a0PHP.")


def test_days_are_those_of_the_zone():
    (said,) = map(str, changed([change(at(13, 16), at(14, 16), bet_count=1)], MANILA, None))
    assert "14 March 2026: bets +1" in said


def test_longer_windows_and_bonuses():
    changes = [
        change(at(1), at(8), win_amount=-1500, release_count=1),
        change(at(8), at(15), converted_cash=2500),
    ]
    (said,) = map(str, changed(changes, UTC_ZONE, None))
    assert said == (
        "The provider changed 2 stretches of days since they were first read: 1–7 March 2026: won by players"
        " −1.50, bonuses +1; 8–14 March 2026: converted to cash +2.50."
    )


def test_of_many_the_first_are_named():
    (said,) = map(str, changed([change(at(d), at(d + 1), bet_count=1) for d in range(1, 9)], UTC_ZONE, None))
    assert said.startswith("The provider changed 8 days since they were first read: 1 March 2026: bets +1;")
    assert said.endswith("5 March 2026: bets +1 and 3 more.")


def test_what_is_only_moved_from_part_to_part_says_so():
    day = at(14), at(15)
    changes = [change(*day, bet_amount=1000), change(*day, bet_amount=-1000)]
    assert tuple(map(str, changed(changes, UTC_ZONE, None))) == (
        "The provider changed 1 day since it was first read: 14 March 2026: moved between its parts.",
    )
    assert changed([], UTC_ZONE, None) == ()
