"""Made once: the same answers give the very same thing, other answers another."""

import gc
import weakref
from datetime import date

import pandas as pd
import pytest

from dashboard.core.memo import memo
from twoj_client.models import StageDay


def day(bet_amount: int) -> StageDay:
    return StageDay(date(2026, 3, 15), 1, bet_amount, 0, 0)


def test_of_equal_arguments_it_is_made_once_and_of_others_anew():
    asked = []

    def total(rows: tuple[StageDay, ...]) -> list[int]:
        asked.append(rows)
        return [sum(row.bet_amount for row in rows)]

    first = memo(total, (day(5), day(7)))
    assert memo(total, (day(5), day(7))) is first
    assert memo(total, (day(5), day(8))) == [13]
    assert len(asked) == 2


def rows(frame: pd.DataFrame) -> list[int]:
    return frame["a"].tolist()


def test_of_frames_with_the_same_contents_it_is_made_once():
    frame = pd.DataFrame({"a": [1, 2]})
    kept = memo(rows, frame)
    assert kept == [1, 2]
    assert memo(rows, frame.copy()) is kept
    assert memo(rows, pd.DataFrame({"a": [1, 3]})) == [1, 3]
    assert memo(rows, frame.rename(index={0: 7})) is not kept
    assert memo(rows, frame.astype("float")) is not kept


def test_frames_that_are_drawn_again_and_again_push_nothing_else_out():
    kept = memo(rows, pd.DataFrame({"a": [-1]}))
    for _ in range(300):
        memo(rows, pd.DataFrame({"a": [-2]}))
    assert memo(rows, pd.DataFrame({"a": [-1]})) is kept


def test_a_frame_lives_no_longer_for_what_was_made_of_it():
    frame = pd.DataFrame({"a": [11, 12]})
    alive, kept = weakref.ref(frame), memo(rows, frame)
    del frame
    gc.collect()
    assert alive() is None
    assert memo(rows, pd.DataFrame({"a": [11, 12]})) is kept


@pytest.mark.slow
def test_a_frame_in_the_place_of_one_that_is_gone_is_not_taken_for_it():
    for number in range(2000):
        assert memo(rows, pd.DataFrame({"a": [number]})) == [number]


def test_different_makers_are_told_apart():
    assert memo(min, 1, 2) == 1
    assert memo(max, 1, 2) == 2


def test_a_failure_is_not_kept():
    answers = [ValueError("not yet"), 7]

    def next_answer(name: str) -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="not yet"):
        memo(next_answer, "a")
    assert memo(next_answer, "a") == 7


def test_what_cannot_be_compared_is_refused_instead_of_mixed_up():
    with pytest.raises(TypeError, match="unhashable"):
        memo(len, ([1],))
