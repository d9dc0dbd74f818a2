"""Sums over bets, hour by hour and together, against the same sums by hand."""

from collections import Counter, defaultdict
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.bets.sums import (
    BIGGEST,
    BINS_A_DECADE,
    EDGES_LI,
    NEWEST,
    Rank,
    Size,
    bet_sums,
    biggest_wins,
    busiest_minute,
    by_step,
    minutes_a_step,
    newest,
    packed,
    player_count,
    sizes,
    together,
    top_players,
    unpacked,
    unsized,
)
from dashboard.bets.tables import unsized_text
from dashboard.core.metrics import Totals
from twoj_client.columns import SCHEMA

START = 1_773_532_800  # 2026-03-15T00:00:00Z
TYPES = {1: "Slots", 2: "Multiplayer", 3: "Table"}
BIG = 2**53 + 1


def table(bets) -> pa.Table:
    """Bets as (second, game, user, bet, gain), in this order."""
    rows = [
        {
            "event_id": f"e{number}",
            "draw_id": f"d{number}",
            "game_id": game,
            "user_id": user,
            "op_id": f"p{user}",
            "bet_amount": bet,
            "gain_amount": gain,
            "credit_before_bet": 0,
            "credit": gain,
            "start_at": START + second,
            "end_at": START + second,
        }
        for number, (second, game, user, bet, gain) in enumerate(bets)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def summed(bets):
    return bet_sums(table(bets), lambda game_id: TYPES[game_id // 1000])


BETS = st.lists(
    st.tuples(
        st.integers(0, 7199),
        st.sampled_from([1001, 1002, 2001, 3001]),
        st.integers(1, 5),
        st.sampled_from([0, 1, 2, 500, 999, 1000, 1585, 10**6, BIG]),
        st.sampled_from([-1000, -1, 0, 1, 1500, 10**9, BIG]),
    ),
    max_size=40,
).map(sorted)


@settings(deadline=None)
@given(BETS, st.sampled_from([(), ("Slots",), ("Multiplayer", "Table")]))
@pytest.mark.slow
def test_hours_added_up_are_the_sums_of_all_bets(bets, types):
    hours = [summed([bet for bet in bets if bet[0] // 3600 == hour]) for hour in (0, 1)]
    sums = together([together(hours), summed([])]).of(types)
    wanted = [bet for bet in bets if not types or TYPES[bet[1] // 1000] in types]
    gain = sum(bet[4] for bet in wanted)
    assert sums.totals == Totals(len(wanted), sum(bet[3] for bet in wanted), gain, -gain)
    minutes = Counter(bet[0] // 60 for bet in wanted)
    rows = by_step(sums, START, START + 7200)
    assert {n: count for n, count in enumerate(rows["bet_count"]) if count} == dict(minutes)
    assert sum(rows["gain_li"]) == gain
    assert player_count(sums) == len({bet[2] for bet in wanted})
    for what, amounts in (
        (Size.BET, [bet[3] for bet in wanted]),
        (Size.WIN, [bet[3] + bet[4] for bet in wanted]),
    ):
        drawn = sizes(sums, what)
        for row in drawn.itertuples():
            inside = [amount for amount in amounts if row.from_li <= amount < row.to_li]
            assert (row.bet_count, row.amount_li) == (len(inside), sum(inside))
        assert unsized(sums, what) == sum(amount <= 0 for amount in amounts)
        assert sum(drawn["bet_count"]) + unsized(sums, what) == len(wanted)


@settings(deadline=None)
@given(BETS)
@pytest.mark.slow
def test_players_are_ranked_by_their_sums(bets):
    sums = together([summed(bets), summed([])])
    gains, stakes = defaultdict(int), defaultdict(int)
    for _, _, user, bet, gain in bets:
        gains[user] += gain
        stakes[user] += bet
    by_bet = top_players(sums, Rank.BET, 3)
    assert by_bet["user_id"].tolist() == sorted(stakes, key=lambda user: (-stakes[user], user))[:3]
    assert by_bet["bet_amount_li"].tolist() == [stakes[user] for user in by_bet["user_id"]]
    assert by_bet["op_id"].tolist() == [f"p{user}" for user in by_bet["user_id"]]
    won = top_players(sums, Rank.WON, 9)["user_id"].tolist()
    assert won == sorted((u for u in gains if gains[u] > 0), key=lambda user: (-gains[user], user))
    lost = top_players(sums, Rank.LOST, 9)["user_id"].tolist()
    assert lost == sorted((u for u in gains if gains[u] < 0), key=lambda user: (gains[user], user))


@pytest.mark.parametrize("bets", [[], [(0, 1000, 1, BIG, BIG), (70, 2000, 2, 5, -5)]])
def test_sums_that_were_kept_are_the_same_to_the_li(bets):
    sums = summed(bets)
    kept = unpacked(packed(sums))
    assert kept == sums
    assert kept.totals == sums.totals
    assert together([kept, kept]).totals.bet_count == 2 * len(bets)


@pytest.mark.parametrize(
    "spoil", [lambda kept: kept[:-9], lambda kept: kept[:40], lambda _: b"", lambda _: b"{}"]
)
def test_sums_that_were_damaged_are_refused(spoil):
    with pytest.raises(ValueError, match="damaged"):
        unpacked(spoil(packed(summed([(0, 1000, 1, 5, -5)]))))


@settings(deadline=None)
@given(BETS)
@pytest.mark.slow
def test_the_newest_bets_and_the_biggest_wins_come_first(bets):
    sums = together(
        [summed([bet for bet in bets if bet[0] < 3600]), summed([bet for bet in bets if bet[0] >= 3600])]
    )
    shown = newest(sums, 10)
    assert shown["start_at"].tolist() == [START + bet[0] for bet in bets[::-1][:10]]
    wins = biggest_wins(sums, 10)["win_li"].tolist()
    assert wins == sorted((bet[3] + bet[4] for bet in bets if bet[3] + bet[4] > 0), reverse=True)[:10]


def test_of_one_second_the_later_bet_is_the_newer():
    burst = [(5, 1001, 1, 1000 + number, 0) for number in range(640)]
    sums = together([summed(burst), summed([(6, 1001, 2, 5, 0)])])
    assert newest(sums, 4)["bet_amount_li"].tolist() == [5, 1639, 1638, 1637]
    assert busiest_minute(sums) == (START, 641)
    assert by_step(sums, START, START + 120)["bet_count"].tolist() == [641, 0]


def test_only_so_many_single_bets_are_kept_of_each_type():
    bets = [(number, 1001, 1, 1000, number) for number in range(NEWEST + 100)] + [(9000, 2001, 1, 1, 1)]
    sums = summed(bets)
    assert len(sums.newest) == NEWEST + 1
    assert len(sums.wins) == BIGGEST + 1
    assert newest(sums.of(["Multiplayer"]), 10)["game_id"].tolist() == [2001]
    assert newest(sums.of(["Slots"]), NEWEST)["start_at"].iloc[-1] == START + 100


def test_bins_are_even_steps_of_the_logarithm():
    assert EDGES_LI[::BINS_A_DECADE] == [10**power for power in range(19)]
    for power, edge in enumerate(EDGES_LI):
        assert (edge - 1) ** BINS_A_DECADE < 10**power <= edge**BINS_A_DECADE
    assert all(low < high for low, high in pairwise(EDGES_LI))


@pytest.mark.parametrize(
    ("amount", "from_li", "to_li"),
    [
        (1, 1, 2),
        (999, 631, 1000),
        (1000, 1000, 1585),
        (1584, 1000, 1585),
        (1585, 1585, 2512),
        (BIG, 6309573444801933, 10**16),
    ],
)
def test_a_size_lies_in_the_bin_that_begins_at_or_below_it(amount, from_li, to_li):
    (row,) = sizes(summed([(0, 1001, 1, amount, 0)]), Size.BET).itertuples()
    assert (row.from_li, row.to_li, row.bet_count, row.amount_li) == (from_li, to_li, 1, amount)


def test_amounts_beyond_what_a_float_holds_are_exact():
    sums = summed([(0, 1001, 7, BIG, BIG), (1, 1001, 7, BIG, -BIG)])
    assert sums.totals == Totals(2, 2 * BIG, 0, 0)
    assert top_players(sums, Rank.BET, 1)["biggest_win_li"].tolist() == [2 * BIG]
    assert biggest_wins(sums, 1)["win_li"].tolist() == [2 * BIG]


def test_sums_that_do_not_fit_are_refused_not_wrong():
    half = summed([(0, 1001, 1, 2**61, 0), (0, 1001, 1, 2**60, 0)])
    with pytest.raises(OverflowError, match="bet_amount_li does not fit"):
        together([half, half])
    with pytest.raises(OverflowError):
        summed([(0, 1001, 1, 2**62, 0), (0, 1001, 1, 2**62, 0)])


@pytest.mark.parametrize(
    ("days", "minutes"),
    [(1 / 24, 1), (1, 1), (25 / 24, 1), (2, 5), (7, 10), (30, 30), (60, 60), (90, 180), (400, 360)],
)
def test_steps_are_as_short_as_a_chart_can_show(days, minutes):
    assert minutes_a_step(START, START + round(days * 86_400)) == minutes
    assert days * 1440 / minutes <= 1600


def test_a_step_that_was_not_read_in_full_is_not_known():
    sums = summed([(0, 1001, 1, 1, 0), (179, 1001, 1, 1, 0), (299, 1001, 1, 1, 0)])
    rows = by_step(sums, START, START + 330, [(START + 90, START + 121)])
    assert rows["bet_count"].fillna(-1).tolist() == [1, -1, -1, 0, 1, 0]
    assert rows["finished"].tolist() == [True] * 5 + [False]


def test_no_bets_are_zeros_and_nothing_to_rank():
    sums = together([summed([]), summed([])])
    assert sums.totals == Totals()
    assert busiest_minute(sums) is None
    assert sizes(sums, Size.BET).empty
    assert top_players(sums, Rank.BET, 5).empty
    assert newest(sums, 5).empty
    assert by_step(sums, START, START + 120)["bet_count"].tolist() == [0, 0]


def test_what_a_picture_leaves_out_is_said():
    sums = summed([(0, 1001, 1, 0, 0), (1, 1001, 1, 1000, -1000), (2, 1001, 1, 1000, 500)])
    assert unsized_text(sums, Size.BET) == "1 bet of 0 is not drawn."
    assert unsized_text(sums, Size.WIN) == "2 of 3 bets (66.7\u00a0%) won nothing and are not drawn."
    assert unsized_text(summed([(1, 1001, 1, 5, 0)]), Size.BET) == "All bets are drawn."


def test_bets_after_the_end_are_left_out_where_the_clock_went_back() -> None:
    """The sums were read up to a minute that, by the clock of now, is yet to come."""
    sums = bet_sums(table([(5, 1, 7, 100, 0), (65, 1, 7, 900, 0)]), TYPES.__getitem__)
    assert by_step(sums, START, START + 60)["bet_count"].tolist() == [1]
    assert by_step(sums, START + 60, START + 120)["bet_amount_li"].tolist() == [900]
    assert by_step(sums, START, START)["bet_count"].tolist() == []
    assert by_step(sums, START + 60, START)["bet_count"].tolist() == []
