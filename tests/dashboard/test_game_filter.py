import pytest

from dashboard.game_filter import GameFilter, read_game_filter


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
    assert read_game_filter(query) == found


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "Lucky Koi", "1041 ", "１０４１", "1" * 10, "<b>1</b>"])
def test_an_id_that_is_none(text: str) -> None:
    found = read_game_filter({"game_id": text})
    assert found == GameFilter(
        problems=("The game_id must be a whole number such as 1041. Showing all games instead.",)
    )


@pytest.mark.parametrize("text", ["slots", "Dice", "Slots,Fish"])
def test_a_type_that_is_none(text: str) -> None:
    (problem,) = read_game_filter({"type": text}).problems
    assert problem.startswith("The type must be one of Slots, Multiplayer, Table, Fish, Crypto, Other.")
    assert text not in problem or text == "Slots"
