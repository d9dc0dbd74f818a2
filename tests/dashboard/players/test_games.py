"""Each game's rounds beside the provider's own summary, and by how much they differ."""

import pandas as pd

from dashboard.players.balance import SummaryExcess
from dashboard.players.games import OTHERS, differences, in_words, lacking, player_games
from dashboard.players.tables import games_table
from tests.dashboard.made_rounds import GAMES, rounds, slots, table
from twoj_client.models import GamesUserSummary, SlotsUserRow

BIG = 2**53 + 1


def row(game_id, bets, bet_li, gain_li, currency="$"):
    return SlotsUserRow(7, "op", game_id, bets, bet_li, gain_li, currency)


def others(bet_li, gain_li):
    return GamesUserSummary(bet_li, gain_li, 0, 0)


def plain(frame):
    """Rows with None for what is not known."""
    columns = ([None if value is pd.NA else value for value in frame[name]] for name in frame)
    return list(zip(*columns, strict=True))


PLAYED = rounds(
    slots(1, bet_amount=BIG, gain_amount=-BIG),
    slots(2, bet_amount=1000, gain_amount=500),
    table(3, bet_amount=3000, gain_amount=-1000),
)


def test_written_sums_beside_the_summary():
    frame = player_games(PLAYED, [row(1006, 2, BIG + 1000, 500 - BIG)], others(3000, -1000), GAMES)
    assert plain(frame) == [
        (1006, "Elves", "Slots", 2, BIG + 1000, 500 - BIG, 2, BIG + 1000, 500 - BIG),
        (2011, "=Sic Bo", "Multiplayer", 1, 3000, -1000, None, None, None),
        (None, str(OTHERS), "", 1, 3000, -1000, None, 3000, -1000),
    ]
    assert differences(frame) == ["", "", ""]
    assert in_words(frame) == ""
    assert lacking(frame) == []


def test_each_difference_is_said_with_its_amount():
    frame = player_games(PLAYED, [row(1006, 3, BIG + 2500, 499 - BIG)], others(2000, -1000), GAMES)
    assert differences(frame) == ["bets +1, bet amount +1.50, net result −0.001", "", "bet amount −1"]
    assert in_words(frame) == (
        f"Elves: bets +1, bet amount +1.50, net result −0.001; {OTHERS}: bet amount −1"
    )
    assert lacking(frame) == [SummaryExcess("Elves", -1)]


def test_a_game_that_only_one_side_knows():
    frame = player_games(PLAYED, [row(1099, 1, 5000, -5000)], others(3000, -1000), GAMES)
    assert differences(frame) == [
        "bets −2, bet amount −9,007,199,254,741.993, net result +9,007,199,254,740.493",
        "",
        "bets +1, bet amount +5, net result −5",
        "",
    ]
    assert frame["game"].tolist() == ["Elves", "=Sic Bo", "1099", str(OTHERS)]


def test_a_summary_in_two_currencies_is_added_up():
    frame = player_games(
        PLAYED, [row(1006, 1, BIG, -BIG), row(1006, 1, 1000, 500, "€")], others(3000, -1000), GAMES
    )
    assert in_words(frame) == ""


def test_a_summary_that_failed_is_not_known_rather_than_zero():
    frame = player_games(PLAYED, None, None, GAMES)
    assert frame["summary_bet_count"].isna().all()
    assert frame["summary_gain_li"].isna().all()
    assert differences(frame) == ["", "", ""]
    assert games_table(frame)["difference"].tolist() == ["", "", ""]


def test_the_table_says_what_agrees_and_the_rtp():
    frame = games_table(
        player_games(PLAYED, [row(1006, 2, BIG + 1000, 500 - BIG)], others(3000, -999), GAMES)
    )
    assert frame["difference"].tolist() == ["agrees", "", "net result +0.001"]
    assert round(frame["rtp"].tolist()[1], 6) == 0.666667


def test_a_player_of_slots_alone_has_no_row_of_others():
    frame = player_games(rounds(slots(1)), [row(1006, 1, 1000, -1000)], others(0, 0), GAMES)
    assert frame["game"].tolist() == ["Elves"]


def test_no_rounds_and_no_summary():
    assert player_games(rounds(), [], others(0, 0), GAMES).empty
