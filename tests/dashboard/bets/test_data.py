"""What the Bets page is told of an archive, against the same by hand."""

import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.bets import data
from dashboard.bets.sums import Rank, Size, unsized
from dashboard.core.metrics import Totals
from dashboard.core.query import Query, View, read_view
from dashboard.rounds.filter import RoundQuery
from tests.dashboard.bets.made import NOW, START, TYPES, merchant_of
from tests.dashboard.bets.made import UTC as ZONE

ALL = RoundQuery()
BIG = 2**53 + 1
BETS = st.lists(
    st.tuples(
        st.integers(0, NOW - START - 1),
        st.sampled_from([*TYPES, 3001]),  # the list lacks the last one
        st.integers(1, 5),
        st.sampled_from([0, 1, 2, 500, 999, 1000, 1585, 10**6, BIG]),
        st.sampled_from([-1000, -1, 0, 1, 1500, 10**9, BIG]),
    ),
    max_size=40,
).map(sorted)


def view(period: str = "2026-03-14..2026-03-15") -> View:
    return read_view(Query({"period": [period]}, datetime.fromtimestamp(NOW, UTC), ZONE))


def kind(game: int) -> str:
    return TYPES.get(game, "Table")


@settings(deadline=None, max_examples=25)
@given(BETS, st.sampled_from([(), ("Slots",), ("Multiplayer", "Table")]))
@pytest.mark.slow
def test_all_that_is_shown_is_what_the_bets_add_up_to(bets, types):
    wanted = [bet for bet in bets if not types or kind(bet[1]) in types]
    asked = view(), RoundQuery(types=types)
    with tempfile.TemporaryDirectory() as folder, merchant_of(bets, Path(folder)) as merchant:
        figures = data.figures(merchant, *asked).value
        gain = sum(bet[4] for bet in wanted)
        assert figures.totals == Totals(len(wanted), sum(bet[3] for bet in wanted), gain, -gain)
        assert figures.players == len({bet[2] for bet in wanted})
        steps = data.steps(merchant, *asked).value
        if wanted:
            counts = Counter(bet[0] // (steps.minutes * 60) for bet in wanted)
            assert {n: count for n, count in enumerate(steps.rows["bet_count"]) if count} == dict(counts)
            assert sum(steps.rows["gain_li"]) == gain
        sizes = data.sizes(merchant, *asked).value
        for what, rows in sizes.of.items():
            amounts = [bet[3] + (bet[4] if what is Size.WIN else 0) for bet in wanted]
            for row in rows.itertuples():
                inside = [amount for amount in amounts if row.from_li <= amount < row.to_li]
                assert (row.bet_count, row.amount_li) == (len(inside), sum(inside))
            assert unsized(sizes.bets, rows) == sum(amount <= 0 for amount in amounts)
        newest = data.newest_bets(merchant, *asked).value
        assert (newest.bets, len(newest.rows)) == (len(wanted), len(wanted))
        assert newest.rows["start_at"].tolist() == [START + bet[0] for bet in wanted[::-1]]
        wins = sorted((bet[3] + bet[4] for bet in wanted if bet[3] + bet[4] > 0), reverse=True)[:15]
        assert data.biggest_wins(merchant, *asked).value.rows["win_li"].tolist() == wins


@settings(deadline=None, max_examples=15)
@given(BETS)
@pytest.mark.slow
def test_players_are_ranked_by_their_sums(bets):
    gains, stakes = defaultdict(int), defaultdict(int)
    for _, _, user, bet, gain in bets:
        gains[user] += gain
        stakes[user] += bet
    with tempfile.TemporaryDirectory() as folder, merchant_of(bets, Path(folder)) as merchant:
        by_bet, won, lost = (data.top_players(merchant, view(), ALL, rank).value for rank in Rank)
    assert by_bet["user_id"].tolist() == sorted(stakes, key=lambda user: (-stakes[user], user))
    assert by_bet["bet_amount_li"].tolist() == [stakes[user] for user in by_bet["user_id"]]
    assert by_bet["op_id"].tolist() == [f"p{user}" for user in by_bet["user_id"]]
    won_most = sorted((u for u in gains if gains[u] > 0), key=lambda user: (-gains[user], user))
    lost_most = sorted((u for u in gains if gains[u] < 0), key=lambda user: (gains[user], user))
    assert (won["user_id"].tolist(), lost["user_id"].tolist()) == (won_most, lost_most)


def test_amounts_beyond_what_a_float_holds_are_exact(tmp_path):
    with merchant_of([(0, 1001, 7, BIG, BIG), (1, 1001, 7, BIG, -BIG)], tmp_path) as merchant:
        assert data.figures(merchant, view(), ALL).value.totals == Totals(2, 2 * BIG, 0, 0)
        (player,) = data.top_players(merchant, view(), ALL, Rank.BET).value.to_dict("records")
        assert (player["bet_amount_li"], player["biggest_win_li"]) == (2 * BIG, 2 * BIG)
        assert data.biggest_wins(merchant, view(), ALL).value.rows["win_li"].tolist() == [2 * BIG]


def test_of_more_bets_than_are_shown_the_newest_are(tmp_path):
    bets = [(number, 1001, 1, 1000 + number, 0) for number in range(2500)]
    bets += [(90_000 + number, 2001, 2, 5, 0) for number in range(400)]
    with merchant_of(bets, tmp_path) as merchant:
        newest = data.newest_bets(merchant, view(), ALL).value
        assert newest.bets == 2900
        assert newest.rows["start_at"].tolist() == [START + bet[0] for bet in bets[:-1001:-1]]
        slots = data.newest_bets(merchant, view(), RoundQuery(types=("Slots",))).value
        assert slots.rows["bet_amount_li"].tolist() == list(range(3499, 2499, -1))


def test_of_wins_that_are_equal_the_newest_are_the_first(tmp_path):
    """More of them than are shown, each of a player of their own, on two days; and one that is bigger."""
    bets = [(second, 1001, second + 1, 10, 90) for second in range(40)]
    bets += [(86_400 + second, 1001, second + 1, 10, 90) for second in range(10)]
    bets += [(3600, 2001, 9, 10, 91)]
    with merchant_of(sorted(bets), tmp_path) as merchant:
        rows = data.biggest_wins(merchant, view(), ALL).value.rows
    times = [3600, *range(86_409, 86_399, -1), 39, 38, 37, 36]
    assert rows["start_at"].tolist() == [START + second for second in times]


def test_players_who_were_taken_out_are_no_player(tmp_path):
    bets = [(0, 1001, None, 50_000, -50_000), (60, 1001, None, 9, 9), (90, 1001, 5, 1000, -1000)]
    with merchant_of(bets, tmp_path) as merchant:
        assert data.top_players(merchant, view(), ALL, Rank.BET).value["user_id"].tolist() == [5]
        figures = data.figures(merchant, view(), ALL).value
        assert (figures.players, figures.totals.bet_amount_li) == (1, 51_009)
        assert data.biggest_wins(merchant, view(), ALL).value.rows["win_li"].tolist() == [18]


def test_the_last_minutes_go_as_far_as_now(tmp_path):
    bets = [(NOW - START - ago, 1001, 1, ago, 0) for ago in (900, 601, 600, 20, 1)]
    with merchant_of(bets, tmp_path) as merchant:
        last = data.last_bets(merchant, ALL)
        assert (last.value.bets, last.value.rows["bet_amount_li"].tolist()) == (3, [1, 20, 600])
        assert (last.failures, last.window) == ((), (view().end.replace(hour=5, minute=50), view().end))
        none = data.last_bets(merchant, RoundQuery(game_ids=(2001,))).value
        assert (none.bets, len(none.rows)) == (0, 0)


def test_a_bet_is_found_by_its_id_in_the_period_alone(tmp_path):
    with merchant_of([(5, 1001, 1, 10, 1), (86_405, 2001, 1, 20, 1)], tmp_path) as merchant:
        assert data.bet(merchant, view(), "e1")["bet_amount_li"].tolist() == [20]
        assert data.bet(merchant, view("2026-03-14..2026-03-14"), "e1").empty
        assert data.bet(merchant, view(), "d1").empty
