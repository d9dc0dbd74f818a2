"""A player's rounds as one table: every documented field, the order of the credits, habits."""

import json
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.players.balance import gaps
from dashboard.players.player import player_totals
from dashboard.players.sessions import sessions_frame
from dashboard.rounds.frame import (
    by_weekday_and_hour,
    dated,
    rounds_frame,
    together,
    undated_text,
    with_games,
)
from dashboard.rounds.tables import rounds_table
from tests.dashboard.made_rounds import GAMES, rounds, slots, table
from twoj_client.models import GamesRound, SlotsRound

SAMPLES = Path(__file__).parents[2] / "samples"


def sample(name, shape):
    answer = json.loads((SAMPLES / f"{name}.json").read_text())
    return msgspec.convert(answer["response"]["data"], list[shape])


def known(frame):
    """The only row without what it does not have."""
    (row,) = frame.to_dict("records")
    return {name: value for name, value in row.items() if not pd.isna(value)}


def test_the_documents_slots_round():
    assert known(rounds_frame(sample("slots.user_history", SlotsRound))) == {
        "event_id": "9529eb15-481c-11f0-a82e-12cf39a4209e",
        "draw_id": "1056-0-989-1742205595-0",
        "user_id": 101106411105,
        "op_id": "",
        "currency": "$",
        "game_id": 1056,
        "feature": 0,
        "award_type": 0,
        "base_amount_li": 12000,
        "free_amount_li": 0,
        "bonus_amount_li": 0,
        "jackpot_amount_li": 0,
        "extra_spins": 0,
        "extra_business": '{"award_type":0,"base_amount":12000,"free_amount":0,"bonus_amount":0,'
        '"jackpot_amount":0,"extra_spins":0}',
        "bet_amount_li": 100000,
        "gain_li": -100000,
        "win_li": 0,
        "credit_before_li": 7767687460,
        "credit_li": 7767587460,
        "start_at": 1742205595,
        "end_at": 1742205596,
        "is_buy": False,
    }


def test_the_documents_round_of_another_game():
    assert known(rounds_frame(sample("games.user_history", GamesRound))) == {
        "event_id": "3fe51802-481b-11f0-a315-72635f25a731",
        "draw_id": "34063215",
        "game_id": 2011,
        "bet_amount_li": 600000,
        "gain_li": 2550000,
        "win_li": 3150000,
        "credit_before_li": 7764606460,
        "credit_li": 7767156460,
        "start_at": 1742284371,
        "end_at": 1742284389,
        "bet_areas": "[78,144]",
        "win_areas": "[107,125]",
        "game_result": "25",
    }


def test_odds_are_the_decimal_that_was_sent():
    assert known(rounds_frame([table(1, award_odds=Decimal("1.10"))]))["award_odds"] == "1.10"


def test_extra_business_keeps_what_no_document_names():
    extra = {
        "base_amount": 1,
        "multiplier": 5,
        "note": "=1+1",
        "deep": {"a": [1, None]},
        "extra_spins": "many",
    }
    found = known(rounds_frame([slots(1, extra_business=extra)]))
    assert json.loads(found["extra_business"]) == extra
    assert found["base_amount_li"] == 1
    assert "extra_spins" not in found
    assert "extra_business" not in known(rounds_frame([slots(1, extra_business=None)]))


def test_amounts_beyond_what_a_float_holds():
    found = rounds_frame([slots(1, bet_amount=2**53 + 1, gain_amount=-(2**53 + 1)), slots(2)])
    assert found["bet_amount_li"].tolist() == [2**53 + 1, 1000]
    assert found["win_li"].tolist() == [0, 0]


def test_names_and_types_of_games():
    found = with_games(
        rounds_frame([slots(1), slots(2, game_id=1099), table(3), table(4, game_id=9000)]), GAMES
    )
    assert found["game"].tolist() == ["Elves", "1099", "=Sic Bo", "9000"]
    assert found["type"].tolist() == ["Slots", "Slots", "Multiplayer", "Other"]


def test_no_rounds_at_all():
    found = rounds()
    assert found.empty
    assert found["bet_amount_li"].dtype == "Int64"
    assert by_weekday_and_hour(found, ZoneInfo("UTC"))["bet_count"].sum() == 0


def test_rounds_of_several_answers_are_put_together_by_time_each_once():
    first, second, third = slots(1), table(2), slots(3)
    found = together([rounds_frame([third, first]), rounds_frame([second, third])])
    assert found["event_id"].tolist() == ["e1", "e2", "e3"]


def test_rounds_of_one_second_run_from_credit_to_credit():
    def at(event_id, before, after, second=5):
        return slots(second, event_id=event_id, credit_before_bet=before, credit=after)

    found = rounds(
        at("z", 90, 100, 4),
        at("d", 80, 70),
        at("a", 90, 80),
        at("b", 100, 90),
        at("e", 70, 75),
        at("y", 75, 1, 6),
    )
    assert found["event_id"].tolist() == ["z", "b", "a", "d", "e", "y"]


def test_a_second_that_does_not_hang_together_stays_as_it_came():
    def at(event_id, before, after):
        return slots(5, event_id=event_id, credit_before_bet=before, credit=after)

    for rows in (
        [at("a", 5, 4), at("b", 9, 8)],
        [at("a", 1, 2), at("b", 2, 1), at("c", 7, 8), at("d", 8, 7)],
    ):
        assert rounds(*rows)["event_id"].tolist() == [row.event_id for row in rows]


def test_a_circle_begins_where_the_balance_stood_or_else_where_it_goes_on():
    def at(event_id, before, after, second=5):
        return slots(second, event_id=event_id, credit_before_bet=before, credit=after)

    circle, then = [at("a", 1, 2), at("b", 2, 1)], at("c", 2, 3, 6)
    assert rounds(at("z", 9, 2, 4), *circle, then)["event_id"].tolist() == ["z", "b", "a", "c"]
    assert rounds(at("z", 9, 8, 4), *circle, then)["event_id"].tolist() == ["z", "b", "a", "c"]
    assert rounds(*circle)["event_id"].tolist() == ["a", "b"]


@settings(deadline=None)  # a law of numbers, not of a machine's speed
@given(
    steps=st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 1)), min_size=1, max_size=40),
    shuffle=st.randoms(use_true_random=False),
)
@pytest.mark.slow
def test_where_a_chain_exists_no_gap_is_left(steps, shuffle):
    credit, second, rows = 10, 0, [slots(-1, credit=10)]
    for number, (gain, passed) in enumerate(steps):
        second += passed
        rows.append(
            slots(
                second,
                event_id=f"e{number}",
                credit_before_bet=credit,
                credit=credit + gain,
                gain_amount=gain,
            )
        )
        credit += gain
    shuffle.shuffle(rows)
    found = together([rounds_frame(rows)])
    assert gaps(found) == []
    assert sorted(found["event_id"]) == sorted(row.event_id for row in rows)


def test_weekdays_and_hours_of_the_business_zone():
    # 2026-03-15 is a Sunday; 23:30 UTC is Monday 07:30 in Manila.
    late = 1773617400
    found = by_weekday_and_hour(
        rounds(slots(late, gain_amount=2**53 + 1), slots(late + 60, event_id="x"), slots(late - 7200)),
        ZoneInfo("Asia/Manila"),
    )
    played = found[found["bet_count"] > 0].to_dict("records")
    assert len(found) == 168
    assert played == [
        {"weekday": 0, "hour": 5, "bet_count": 1, "bet_amount_li": 1000, "gain_li": -1000},
        {"weekday": 0, "hour": 7, "bet_count": 2, "bet_amount_li": 2000, "gain_li": 2**53 + 1 - 1000},
    ]


NO_TIMES = [-1, -(2**63), 1_742_205_595_000, 1_742_205_595_000_000, 2**63 - 1]


@pytest.mark.parametrize("told", NO_TIMES)
def test_what_is_no_time_is_not_known_and_takes_nothing_else_away(told):
    found = rounds(slots(1_742_205_595, end_at=told), slots(1_742_205_600))
    assert found["end_at"].isna().tolist() == [True, False]
    (session,) = sessions_frame(found).to_dict("records")
    assert (session["bet_count"], session["length_s"]) == (2, 5)


@pytest.mark.parametrize("told", [0, *NO_TIMES])
def test_a_round_that_starts_at_no_time_counts_but_is_not_drawn(told):
    found = rounds(slots(1_742_205_595), slots(1_742_205_600, event_id="odd", start_at=told))
    totals = player_totals(found)
    assert (totals.sums.bet_count, totals.first_s, totals.last_s) == (2, 1_742_205_595, 1_742_205_595)
    starts = rounds_table(found, ZoneInfo("Asia/Manila")).set_index("event_id")["start"]
    assert pd.isna(starts["odd"])
    assert str(starts["e1742205595"]) == "2025-03-17 17:59:55+08:00"
    assert dated(found)["event_id"].tolist() == ["e1742205595"]
    assert undated_text(found) == "Without 1 round whose start is no time."
    assert undated_text(dated(found)) == ""
