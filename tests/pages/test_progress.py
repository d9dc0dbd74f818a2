"""When a page that shows a part of a load is drawn again."""

from datetime import UTC, datetime

import pytest

from dashboard.kit.progress import worth_drawing
from dashboard.provider.reading import Progressive, Reading

SOMETHING = Reading([], datetime(2026, 3, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "drawn", "worth"),
    [
        (Progressive(SOMETHING, 100, 100), 99, True),
        (Progressive(None, 100, 100), 100, True),
        (Progressive(SOMETHING, 30, 100), 5, True),
        (Progressive(SOMETHING, 29, 100), 5, False),
        (Progressive(SOMETHING, 2, 3), 1, True),
        (Progressive(None, 99, 100), 0, False),
        (Progressive(None, 100, 100, step="step 1 of 3"), 0, False),
    ],
)
def test_a_page_is_drawn_again_when_there_is_more_to_show(now, drawn, worth):
    assert worth_drawing(now, drawn) is worth
