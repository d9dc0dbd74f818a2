import pytest

from dashboard.core.query import GAME_ID, GAME_TYPE, Query
from dashboard.games.parts_filter import GameFilter
from tests.asked import asked


def read_game_filter(query: Query) -> GameFilter:
    return GameFilter(query.value(GAME_ID), query.value(GAME_TYPE))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, GameFilter()),
        ({"game_id": "1041", "type": "Fish"}, GameFilter(1041, "Fish")),
        ({"game_id": "", "type": ""}, GameFilter()),
        ({"type": "Other"}, GameFilter(type="Other")),
    ],
)
def test_what_the_address_asks_for(query: dict[str, str], found: GameFilter) -> None:
    assert read_game_filter(asked(query)) == found


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "Lucky Koi", "1041,1042", "１０４１", "<b>1</b>"])
def test_an_id_that_is_none(text: str) -> None:
    query = asked({"game_id": text})
    assert read_game_filter(query) == GameFilter()
    assert query.problems("games") == [
        "The game_id must be a whole number above 0, such as 1041; showing all games instead."
    ]


@pytest.mark.parametrize("text", ["slots", "Dice", "Slots,Fish"])
def test_a_type_that_is_none(text: str) -> None:
    query = asked({"type": text})
    assert read_game_filter(query) == GameFilter()
    assert query.problems("games") == [
        "The type must be one of Slots, Multiplayer, Table, Fish, Crypto, Other; showing all types instead."
    ]
