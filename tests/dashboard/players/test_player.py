"""Whom an address names, and the numbers at the head of a player's page."""

import pytest

from dashboard.core import formats
from dashboard.players.player import PLAYER_METRICS, Player, identity, player_totals, read_player
from dashboard.players.recent import MOST, Recent
from tests.asked import asked
from tests.dashboard.made_rounds import rounds, slots, table


@pytest.mark.parametrize(
    ("query", "player"),
    [
        ({}, None),
        ({"op_id": "", "user_id": " "}, None),
        ({"op_id": "玩家-Žofie-🎲"}, Player("玩家-Žofie-🎲")),
        ({"op_id": " whale "}, Player(" whale ")),
        ({"op_id": "007"}, Player("007")),
        ({"user_id": "101100000000"}, Player(user_id=101100000000)),
        ({"user_id": str(2**63 - 1)}, Player(user_id=2**63 - 1)),
        ({"op_id": "a", "user_id": "1"}, Player("a", 1)),
    ],
)
def test_the_player_of_an_address(query, player):
    assert read_player(asked(query)) == player


@pytest.mark.parametrize("text", ["whale", "0", "-1", "1.5", "٣", "1" * 20, str(2**63), "1 2"])
def test_a_user_id_that_is_none(text):
    query = asked({"user_id": text})
    assert read_player(query) is None
    (problem,) = query.problems("players")
    assert problem.endswith("a whole number above 0 such as 101100000000; it is left out.")


def test_how_a_sentence_calls_a_player():
    assert Player("a", 1).named == "op_id “a” and user_id 1"
    assert Player(user_id=1).named == "user_id 1"
    assert Player().named == ""


def test_the_head_in_written_numbers():
    found = player_totals(
        rounds(
            slots(50, bet_amount=2**53 + 1, gain_amount=-1),
            table(20, bet_amount=1000, gain_amount=4000),
            slots(30, bet_amount=500, gain_amount=-500),
        )
    )
    shown = {metric.label: formats.exact(metric, metric.of(found)) for metric in PLAYER_METRICS}
    assert shown == {
        "Bets": "3",
        "Bet amount": "9,007,199,254,742.493",
        "Net result": "3.499",
        "RTP": "100.00\u00a0%",
        "Biggest win": "9,007,199,254,740.992",
    }
    assert (found.first_s, found.last_s) == (20, 50)


def test_a_player_without_rounds_has_no_ratio_and_no_win():
    found = player_totals(rounds())
    assert [metric.of(found) for metric in PLAYER_METRICS] == [0, 0, 0, None, None]
    assert (found.first_s, found.last_s) == (None, None)


def test_rounds_that_gave_nothing_back_have_no_biggest_win():
    assert player_totals(rounds(slots(1), slots(2))).biggest_win_li is None


def test_who_it_is_in_words():
    frame = rounds(slots(1), slots(2, currency="€"), table(3), slots(4, currency=""))
    assert identity(Player("<b>", 7), frame) == "op_id <b> · user_id 7 · plays in $, €"
    assert identity(Player(None, 7), rounds(table(3))) == "user_id 7"


def test_recent_players_are_kept_per_person_newest_first():
    recent = Recent()
    for number in range(MOST + 2):
        recent.add("ann", Player(f"p{number}", number))
    recent.add("ann", Player(user_id=5))
    assert recent.of("ann")[:2] == [Player(user_id=5), Player(f"p{MOST + 1}", MOST + 1)]
    assert len(recent.of("ann")) == MOST
    assert Player("p5", 5) not in recent.of("ann")
    assert recent.of("bob") == []


def test_the_persons_remembered_are_bounded(monkeypatch):
    monkeypatch.setattr("dashboard.players.recent._MOST_PERSONS", 2)
    recent = Recent()
    for person in ("ann", "bob", "ann", "eve"):
        recent.add(person, Player("x"))
    assert [bool(recent.of(person)) for person in ("ann", "bob", "eve")] == [True, False, True]
