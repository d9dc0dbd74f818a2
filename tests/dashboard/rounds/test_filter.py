"""Which rounds an address asks for: each filter by itself, together, and what cannot be used."""

import pytest

from dashboard.rounds.filter import FILTERS, RoundQuery, read_bet_query, read_round_query
from tests.asked import asked
from tests.dashboard.made_rounds import rounds, slots, table

ALL = ["won", "lost", "even", "free", "dice"]
ROUNDS = rounds(
    slots(1, event_id="won", bet_amount=1000, gain_amount=2000, feature=2),
    slots(2, event_id="lost", bet_amount=2000, gain_amount=-2000),
    slots(3, event_id="even", bet_amount=3000, gain_amount=0, game_id=1099),
    slots(4, event_id="free", bet_amount=4000, gain_amount=-500, is_buy=True, feature=1),
    table(5, event_id="dice", bet_amount=5001, gain_amount=-5001),
)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({}, ALL),
        ({"type": "Slots"}, ["won", "lost", "even", "free"]),
        ({"type": "Multiplayer,Table"}, ["dice"]),
        ({"type": "Other"}, []),
        ({"game_id": "1099"}, ["even"]),
        ({"game_id": "1099, 2011"}, ["even", "dice"]),
        ({"feature": "0"}, ["lost", "even"]),
        ({"feature": "1,2"}, ["won", "free"]),
        ({"buy": "yes"}, ["free"]),
        ({"buy": "no"}, ["won", "lost", "even"]),
        ({"result": "won"}, ["won"]),
        ({"result": "lost"}, ["lost", "free", "dice"]),
        ({"result": "even"}, ["even"]),
        ({"min_bet": "3"}, ["even", "free", "dice"]),
        ({"max_bet": "3.000"}, ["won", "lost", "even"]),
        ({"min_bet": "5.001"}, ["dice"]),
        ({"min_bet": "2", "max_bet": "4"}, ["lost", "even", "free"]),
        ({"min_win": "3"}, ["won", "even", "free"]),
        ({"type": "Slots", "result": "lost", "max_bet": "3"}, ["lost"]),
    ],
)
def test_what_is_left(query, kept):
    wanted = read_round_query(asked(query))
    assert wanted.of(ROUNDS)["event_id"].tolist() == kept
    assert asked(query).problems("players") == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"type": "Slot"}, "The type must be among Slots, Multiplayer"),
        ({"game_id": "1,x"}, "The game_id must be whole numbers above 0, such as 1033,1062"),
        (
            {"feature": "4"},
            "The feature must be among 0 (Base game), 1 (Free games), 2 (Bonus game), 3 (Jackpot)",
        ),
        ({"buy": "maybe"}, "The buy must be yes or no"),
        ({"result": "big"}, "The result must be won, lost or even"),
        ({"min_bet": "1e3"}, "The min_bet must be an amount of money such as 2.5"),
        ({"max_bet": "-1"}, "The max_bet must be an amount of money such as 2.5"),
        ({"min_win": "0.0001"}, "The min_win must be an amount of money such as 2.5"),
    ],
)
def test_what_cannot_be_used_is_left_out_with_a_sentence(query, sentence):
    wanted = read_round_query(asked(query))
    (problem,) = asked(query).problems("players")
    assert problem.startswith(sentence)
    assert problem.endswith((" shown without this filter.", " are shown."))
    assert wanted.of(ROUNDS)["event_id"].tolist() == ALL


def test_no_round_at_all_is_no_error():
    query = {"type": "Slots", "game_id": "1", "feature": "1", "buy": "yes", "result": "won", "min_bet": "1"}
    assert read_round_query(asked(query)).of(rounds()).empty


def test_amounts_are_read_exactly():
    assert read_round_query(asked({"min_bet": "9007199254740.993"})).min_bet_li == 2**53 + 1


def test_what_is_left_in_words():
    query = {
        "type": "Slots", "game_id": "1006,7", "feature": "1", "buy": "no",
        "result": "won", "min_bet": "1", "max_bet": "2.5", "min_win": "9",
    }  # fmt: skip
    assert set(query) == {each.name for each in FILTERS}
    assert read_round_query(asked(query)).words({1006: "=Elves"}, "PHP") == (
        "Slots; =Elves, 7; Free games; Not bought; The player won;"
        " Bet from 1\u00a0PHP; Bet up to 2.50\u00a0PHP; Win from 9\u00a0PHP"
    )
    assert RoundQuery().words({}) == ""
    assert RoundQuery(result="even").words({}) == "Neither"


def test_of_all_bets_types_and_games_are_asked_for():
    query = asked({"type": "Fish", "game_id": "4001", "buy": "yes", "min_bet": "1"})
    assert read_bet_query(query) == RoundQuery(("Fish",), (4001,))
