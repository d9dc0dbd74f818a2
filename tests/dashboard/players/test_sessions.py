"""Sessions: where they end, what they sum up, on which days they are drawn."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.core.formats import duration
from dashboard.players.sessions import by_local_day, sessions_frame
from tests.dashboard.made_rounds import rounds, slots, table

HALF_HOUR = 1800
UTC = ZoneInfo("UTC")


def test_a_session_in_written_numbers():
    found = sessions_frame(
        rounds(
            slots(0, end_at=10, bet_amount=500, gain_amount=1500),
            table(20, end_at=40, gain_amount=-(2**53) - 1),
            slots(10_000, end_at=10_005),
        )
    )
    assert found.to_dict("records") == [
        {
            "start_at": 0,
            "end_at": 40,
            "length_s": 40,
            "bet_count": 2,
            "game_count": 2,
            "bet_amount_li": 1500,
            "gain_li": 1500 - 2**53 - 1,
            "biggest_win_li": 2000,
        },
        {
            "start_at": 10_000,
            "end_at": 10_005,
            "length_s": 5,
            "bet_count": 1,
            "game_count": 1,
            "bet_amount_li": 1000,
            "gain_li": -1000,
            "biggest_win_li": 0,
        },
    ]


@pytest.mark.parametrize(("pause_s", "sessions"), [(HALF_HOUR, 1), (HALF_HOUR + 1, 2)])
def test_a_pause_of_just_half_an_hour_ends_nothing(pause_s, sessions):
    assert len(sessions_frame(rounds(slots(0, end_at=60), slots(60 + pause_s)))) == sessions


def test_the_pause_can_be_set():
    frame = rounds(slots(0), slots(700))
    assert len(sessions_frame(frame, 10)) == 2
    assert len(sessions_frame(frame, 15)) == 1


def test_a_long_round_keeps_the_session_alive_while_short_ones_end():
    found = sessions_frame(rounds(slots(0, end_at=4000), slots(10, end_at=12), slots(5000)))
    assert found["bet_count"].tolist() == [3]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 600), st.integers(-50, 50)), min_size=1))
@pytest.mark.slow
def test_sessions_are_the_rounds_cut_at_long_pauses(rows):
    frame = rounds(
        *(
            slots(start, event_id=str(number), end_at=start + length, gain_amount=gain)
            for number, (start, length, gain) in enumerate(rows)
        )
    )
    found = sessions_frame(frame)
    assert found["bet_count"].sum() == len(rows)
    assert found["gain_li"].sum() == sum(gain for _, _, gain in rows)
    for (_, before), (_, after) in pairwise(found.iterrows()):
        assert after["start_at"] - before["end_at"] > HALF_HOUR
    for _, session in found.iterrows():
        within = sorted(
            (start, start + length)
            for start, length, _ in rows
            if session["start_at"] <= start <= session["end_at"]
        )
        reached = within[0][1]
        for start, end in within:
            assert start - reached <= HALF_HOUR
            reached = max(reached, end)


def test_a_session_over_midnight_is_drawn_on_both_days():
    # 2026-03-15 23:00 to 2026-03-16 01:30
    found = by_local_day(sessions_frame(rounds(slots(1773615600, end_at=1773615600 + 9000))), UTC)
    assert [
        (row["session"], row["date"].day, row["from_h"], row["to_h"]) for row in found.to_dict("records")
    ] == [
        (0, 15, 23.0, 24.0),
        (0, 16, 0.0, 1.5),
    ]


def test_a_session_up_to_midnight_is_drawn_on_one_day():
    found = by_local_day(sessions_frame(rounds(slots(1773615600, end_at=1773619200))), UTC)
    assert found["to_h"].tolist() == [24.0]


def test_a_session_over_the_end_of_summer_time_is_drawn_once():
    # Berlin, 2026-10-25: 02:50 CEST to 02:10 CET, twenty minutes later.
    found = by_local_day(
        sessions_frame(rounds(slots(1792889400, end_at=1792890600))), ZoneInfo("Europe/Berlin")
    )
    assert len(found) == 1
    assert found["from_h"].iat[0] <= found["to_h"].iat[0]


@pytest.mark.parametrize(
    ("length_s", "words"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3900, "1 h 05 min")]
)
def test_lengths_in_words(length_s, words):
    assert duration(length_s) == words
