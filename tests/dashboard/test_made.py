"""Made once: the same answers give the very same thing, other answers another."""

from datetime import date

import pandas as pd
import pytest

from dashboard.made import made
from twoj_client.models import StageDay


def day(bet_amount: int) -> StageDay:
    return StageDay(date(2026, 3, 15), 1, bet_amount, 0, 0)


def test_of_equal_arguments_it_is_made_once_and_of_others_anew():
    asked = []

    def total(rows: tuple[StageDay, ...]) -> list[int]:
        asked.append(rows)
        return [sum(row.bet_amount for row in rows)]

    first = made(total, (day(5), day(7)))
    assert made(total, (day(5), day(7))) is first
    assert made(total, (day(5), day(8))) == [13]
    assert len(asked) == 2


def test_of_a_frame_only_the_very_same_one_counts():
    frame = pd.DataFrame({"a": [1, 2]})
    doubled = made(lambda each: each * 2, frame)
    assert doubled["a"].tolist() == [2, 4]

    def rows(each: pd.DataFrame) -> list[int]:
        return each["a"].tolist()

    assert made(rows, frame) is made(rows, frame)
    assert made(rows, frame.copy()) is not made(rows, frame)


def test_different_makers_are_told_apart():
    assert made(min, 1, 2) == 1
    assert made(max, 1, 2) == 2


def test_a_failure_is_not_kept():
    answers = [ValueError("not yet"), 7]

    def next_answer(name: str) -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="not yet"):
        made(next_answer, "a")
    assert made(next_answer, "a") == 7


def test_what_cannot_be_compared_is_refused_instead_of_mixed_up():
    with pytest.raises(TypeError, match="unhashable"):
        made(len, ([1],))
