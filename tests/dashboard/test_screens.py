"""What the office is told of a screen."""

from dataclasses import replace

import pytest

from dashboard.screens import Condition, Heartbeat, Screen, condition
from dashboard.wall import limits

NOW_MS = 1_773_567_000_000
BEAT = Heartbeat(NOW_MS - 9000, paint_age_ms=16, data_age_ms=1900, build="b2")
SCREEN = Screen(1, "Lobby", "dark", NOW_MS - 86_400_000, None, BEAT)


@pytest.mark.parametrize(
    ("screen", "expected"),
    [
        (SCREEN, Condition.ON),
        (replace(SCREEN, beat=None), Condition.NEW),
        (replace(SCREEN, revoked_at_ms=NOW_MS), Condition.REVOKED),
        (replace(SCREEN, beat=replace(BEAT, seen_at_ms=NOW_MS - 30_000)), Condition.ON),
        (replace(SCREEN, beat=replace(BEAT, seen_at_ms=NOW_MS - 30_001)), Condition.OFF),
        (replace(SCREEN, beat=replace(BEAT, paint_age_ms=10_001)), Condition.STILL),
        (replace(SCREEN, beat=replace(BEAT, data_age_ms=60_000)), Condition.OLD_NUMBERS),
        (replace(SCREEN, beat=replace(BEAT, data_age_ms=None)), Condition.OLD_NUMBERS),
        (replace(SCREEN, beat=replace(BEAT, build="b1")), Condition.OLD_BUILD),
    ],
)
def test_the_worst_is_said(screen, expected):
    assert condition(screen, NOW_MS, limits(2), "b2") is expected
