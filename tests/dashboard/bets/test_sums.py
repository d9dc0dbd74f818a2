"""Steps of time, bins of sizes and rows of bets, as they are made of the archive's answers."""

import pytest

from archive.sizes import EDGES_LI
from dashboard.bets.sums import (
    Size,
    bets_frame,
    busiest_step,
    by_step,
    minutes_a_step,
    players_frame,
    sizes_frame,
    unsized,
)
from dashboard.bets.tables import bets_table, players_table, unsized_text
from dashboard.core.formats import UNKNOWN
from tests.dashboard.bets.made import START, UTC
from twoj_client.models import Game

BIG = 2**53 + 1


@pytest.mark.parametrize(
    ("days", "minutes"),
    [(1 / 24, 1), (1, 1), (25 / 24, 1), (2, 5), (7, 10), (30, 30), (60, 60), (90, 180), (400, 360)],
)
def test_steps_are_as_short_as_a_chart_can_show(days, minutes):
    assert minutes_a_step(START, START + round(days * 86_400)) == minutes
    assert days * 1440 / minutes <= 1600


def test_a_step_that_was_not_read_in_full_is_not_known():
    sums = [(START, 1, 1, 0), (START + 120, 1, 1, 0), (START + 240, 1, 1, 0)]
    rows = by_step(sums, START, START + 330, 1, [(START + 90, START + 121)])
    assert rows["bet_count"].fillna(-1).tolist() == [1, -1, -1, 0, 1, 0]
    assert rows["finished"].tolist() == [True] * 5 + [False]


def test_sums_of_shorter_times_are_added_up_in_the_step_they_lie_in():
    sums = [(START - 300, 1, 10, 1), (START, 2, 20, -2), (START + 300, 3, BIG, -3), (START + 600, 4, BIG, 4)]
    rows = by_step(sums, START - 300, START + 900, 10)
    assert rows["start_at"].tolist() == [START - 300, START + 300]
    assert rows["bet_count"].tolist() == [3, 7]
    assert rows["bet_amount_li"].tolist() == [30, 2 * BIG]
    assert rows["gain_li"].tolist() == [-1, 1]


def test_bets_after_the_end_are_left_out_where_the_clock_went_back() -> None:
    """The sums were read up to a minute that, by the clock of now, is yet to come."""
    sums = [(START, 1, 100, 0), (START + 60, 1, 900, 0)]
    assert by_step(sums, START, START + 60, 1)["bet_count"].tolist() == [1]
    assert by_step(sums, START + 60, START + 120, 1)["bet_amount_li"].tolist() == [900]
    assert by_step(sums, START, START, 1)["bet_count"].tolist() == []
    assert by_step(sums, START + 60, START, 1)["bet_count"].tolist() == []


def test_the_busiest_step_is_the_first_of_equal_ones_and_none_where_there_are_no_bets():
    rows = by_step(
        [(START + 60, 9, 1, 0), (START + 180, 9, 1, 0)], START, START + 240, 1, [(START, START + 1)]
    )
    assert busiest_step(rows) == (START + 60, 9)
    assert busiest_step(by_step([], START, START + 240, 1)) is None
    assert busiest_step(by_step([], START, START, 1)) is None


def test_sizes_are_one_row_a_bin_without_gaps():
    rows = sizes_frame({631: (2, 1998), 1585: (1, BIG)}, EDGES_LI)
    assert rows.index.tolist() == [14, 15, 16]
    assert list(rows.itertuples(index=False, name=None)) == [
        (631, 1000, 2, 1998),
        (1000, 1585, 0, 0),
        (1585, 2512, 1, BIG),
    ]
    assert unsized(7, rows) == 4
    assert sizes_frame({}, EDGES_LI).empty
    assert unsized(7, sizes_frame({}, EDGES_LI)) == 7


def test_what_a_picture_leaves_out_is_said():
    two = sizes_frame({1000: (2, 2000)}, EDGES_LI)
    assert unsized_text(3, two, Size.BET) == "1 bet of 0 is not drawn."
    assert unsized_text(4, two, Size.WIN) == "2 of 4 bets (50.0\u00a0%) won nothing and are not drawn."
    assert unsized_text(2, two, Size.BET) == "All bets are drawn."


def test_bets_whose_player_was_taken_out_are_of_nobody_and_amounts_are_exact():
    row = (None, None, 1041, None, None, BIG, BIG, None, 0, START, START)
    bets = bets_frame([row], [Game(1041, "Dragon", "Slots")])
    assert bets["win_li"].tolist() == [2 * BIG]
    (shown,) = bets_table(bets, {1041: "Dragon"}, UTC).to_dict("records")
    assert (shown["player"], shown["game"], shown["type"]) == (UNKNOWN, "Dragon", "Slots")


def test_a_player_is_called_by_the_operators_id_or_the_providers():
    players = players_frame([(7, "ann", 1, 1000, -500, 500), (8, "", 1, 0, 0, 0), (9, None, 1, 1, 1, 1)])
    table = players_table(players)
    assert table["player"].tolist() == ["ann", "8", "9"]
    assert table["rtp"].fillna(-1).tolist() == [0.5, -1, 2]
