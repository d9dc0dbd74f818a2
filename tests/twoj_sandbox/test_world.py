"""The world: the same everywhere, whole in its credits, with the stories that its README promises."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.provider import CLOCK, ROOT
from twoj_sandbox import BURST, CHARACTERS, GRINDER, QUIET, WHALE, rows
from twoj_sandbox.world import World
from twoj_sandbox.world.day import DAY_S
from twoj_sandbox.world.games import GAMES, INDEX_OF

FOREVER = 2**40


def day_number(date: str) -> int:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()) // DAY_S


def sums(world: World, date: str) -> list[int]:
    return world.day(day_number(date)).totals(0, FOREVER, FOREVER).sum(axis=1).tolist()


@pytest.mark.parametrize(
    ("seed", "bets_per_hour", "date", "count", "bet", "gain"),
    [
        (1, 400, "2026-03-10", 7055, 67_890_500, -951_050),
        (1, 400, "2025-03-01", 6878, 51_147_500, -637_900),
        (7, 100, "2026-03-10", 1989, 13_469_500, -1_427_350),
    ],
)
def test_a_day_is_the_same_on_every_machine(seed, bets_per_hour, date, count, bet, gain):
    assert sums(World(seed, bets_per_hour), date) == [count, bet, gain]


def test_a_round_is_the_same_on_every_machine(truth):
    rounds = truth.day(day_number("2026-03-10")).rounds[[0, 3527]]
    assert rows.event_ids(rounds) == [
        "0beaee00-1c16-11f1-a82e-12cf39a4209e",
        "9d4387c7-1c81-11f1-a82e-12cf39a4209e",
    ]
    assert rows.draw_ids(rounds) == ["1007-2-668-1773101644-0", "1027-0-153-1773147844-3527"]
    shown = ("start_at", "end_at", "user_id", "bet_amount", "gain_amount", "credit_before_bet", "credit")
    assert [tuple(int(each[name]) for name in shown) for each in rounds] == [
        (1773101644, 1773101645, 101190104328, 2000, 2000, 10000, 12000),
        (1773147844, 1773147847, 101111655633, 2000, -2000, 63000, 61000),
    ]


def test_what_was_asked_before_changes_nothing():
    fresh, used = World(), World()
    used.bets(CLOCK - 20 * DAY_S, CLOCK, CLOCK)
    day = CLOCK // DAY_S - 3
    assert np.array_equal(fresh.day(day).rounds, used.day(day).rounds)


def test_it_grows_with_the_clock_and_never_takes_back(truth):
    start = CLOCK - 3600
    earlier, later = (truth.bets(start, CLOCK + 3600, CLOCK + plus) for plus in (0, 3600))
    assert 0 < len(earlier) < len(later)
    assert earlier["end_at"].max() <= CLOCK
    assert set(rows.event_ids(earlier)) < set(rows.event_ids(later))


def test_it_remembers_as_many_days_as_asked():
    world = World(days=5)
    bets = world.bets(0, FOREVER, CLOCK)
    assert bets["start_at"].min() // DAY_S == CLOCK // DAY_S - 5


def test_days_let_go_for_room_come_back_the_same(monkeypatch):
    monkeypatch.setattr("twoj_sandbox.world._ROUNDS_KEPT", 10_000)
    world = World()
    day = day_number("2026-03-10")
    before = world.day(day)
    world.bets(CLOCK - 9 * DAY_S, CLOCK, CLOCK)
    again = world.day(day)
    assert again is not before
    assert np.array_equal(again.rounds, before.rounds)


@pytest.mark.slow
def test_event_ids_are_distinct(truth):
    ids = rows.event_ids(truth.bets(CLOCK - 60 * DAY_S, CLOCK, CLOCK))
    assert len(set(ids)) == len(ids) > 500_000


@pytest.mark.parametrize("date", ["2026-02-17", "2026-02-20", "2026-02-23", "2026-03-14"])
def test_credits_add_up_between_the_deposit_and_the_withdrawal_of_each_stay(truth, date):
    """Every round belongs to a stay: its first credit is the deposit, its last one the withdrawal."""
    day = truth.day(day_number(date))
    order = np.lexsort((day.rounds["position"], day.rounds["player"]))
    rounds, at = day.rounds[order], 0
    for stay in day.stays:
        player = rounds["player"] == stay["player"]
        inside = player & (rounds["start_at"] > stay["deposit_at"]) & (rounds["end_at"] < stay["withdraw_at"])
        own = rounds[inside]
        at += len(own)
        assert own["credit_before_bet"][0] == stay["deposit_amount"]
        assert np.array_equal(own["credit_before_bet"][1:], own["credit"][:-1])
        assert own["credit"][-1] == stay["withdraw_amount"]
        assert (own["start_at"][1:] >= own["end_at"][:-1]).all()
    assert at == len(rounds)
    assert (rounds["credit_before_bet"] >= rounds["bet_amount"]).all()
    assert (rounds["credit"] == rounds["credit_before_bet"] + rounds["gain_amount"]).all()


def test_no_chain_of_credits_meets_the_players_next_day(truth):
    spanning = 0
    for number in range(CLOCK // DAY_S - 30, CLOCK // DAY_S):
        day, following = truth.day(number), truth.day(number + 1)
        spanning += int((day.rounds["end_at"] >= following.start).sum())
        for stay in day.stays:
            late = 0 if stay["player"] % 2 else 85
            assert day.start + late <= stay["deposit_at"] < stay["withdraw_at"] < following.start + late
    assert spanning, "no round spans midnight, so this test shows nothing"


@pytest.mark.parametrize("game_type", ["Slots", "Multiplayer", "Table", "Fish", "Crypto"])
@pytest.mark.slow
def test_every_type_returns_about_96_percent(game_type):
    """Over 1.5 million rounds each bet counted once, so that a few high stakes do not decide."""
    world = World(seed=3, bets_per_hour=8000)
    rounds = np.concatenate([world.day(day_number(f"2026-03-0{date}")).rounds for date in range(1, 8)])
    of_type = np.array([game.game_type == game_type for game in GAMES])[rounds["game"]]
    chosen = rounds[of_type]
    returned = 1 + (chosen["gain_amount"] / chosen["bet_amount"]).mean()
    assert 0.945 < returned < 0.98


def test_some_days_lose(truth):
    days = [truth.day(CLOCK // DAY_S - back).totals(0, FOREVER, FOREVER)[2].sum() for back in range(1, 91)]
    assert 5 <= sum(gain > 0 for gain in days) <= 30


def test_load_growth_and_rhythm(truth):
    now = CLOCK // DAY_S
    months = [
        np.mean([len(truth.day(now - back).rounds) for back in range(start, start + 28)])
        for start in (1, 365)
    ]
    assert 1.15 < months[0] / months[1] < 1.9
    assert 0.85 < months[0] / (400 * 24) < 1.15
    hours = np.bincount(truth.bets(CLOCK - 28 * DAY_S, CLOCK, CLOCK)["start_at"] // 3600 % 24, minlength=24)
    assert hours[[12, 13, 14]].min() > 3 * hours[[19, 20, 21]].max()


# The stories


def test_the_generous_game_pays_130_percent_for_two_days(truth):
    start = day_number("2026-03-11") * DAY_S
    game = INDEX_OF[1041]
    within = truth.bets_of_game(game, start, start + 2 * DAY_S, CLOCK)
    before = truth.bets_of_game(game, start - 20 * DAY_S, start, CLOCK)
    assert len(within) > 2500
    assert 1.2 < 1 + within["gain_amount"].sum() / within["bet_amount"].sum() < 1.4
    assert 0.85 < 1 + before["gain_amount"].sum() / before["bet_amount"].sum() < 1.05


def test_the_whale_makes_half_of_the_bet_amount(truth):
    rounds = truth.day(day_number("2026-02-17")).rounds
    whale = rounds[rounds["player"] == WHALE.index]["bet_amount"].sum()
    assert abs(2 * whale / rounds["bet_amount"].sum() - 1) < 0.01


def test_the_burst(truth):
    start = day_number("2026-02-20") * DAY_S + 12 * 3600
    counted = [
        len(truth.bets_of_player(BURST.index, *window, CLOCK))
        for window in ((start, start + 1), (start + 60, start + 120))
    ]
    assert counted == [640, 1200]


def test_the_night_without_data(truth):
    start = day_number("2026-02-23") * DAY_S
    assert len(truth.bets(start + 3600, start + 5 * 3600, CLOCK)) == 0
    assert len(truth.bets(start, start + 3600, CLOCK))
    assert len(truth.bets(start + 5 * 3600, start + 6 * 3600, CLOCK))


def test_the_quiet_one_never_bets_and_the_grinder_always_does(truth):
    assert len(truth.bets_of_player(QUIET.index, CLOCK - 60 * DAY_S, CLOCK, CLOCK)) == 0
    for end in (CLOCK, CLOCK - 300 * DAY_S):
        assert len(truth.bets_of_player(GRINDER.index, end - 60 * DAY_S, end, end)) > 10_000


@pytest.mark.slow
def test_the_unlisted_game_has_bets(truth):
    assert len(truth.bets_of_game(INDEX_OF[1099], CLOCK - 7 * DAY_S, CLOCK, CLOCK))


@pytest.mark.slow
def test_the_characters_are_in_the_world_and_in_the_readme(truth):
    readme = Path(ROOT / "twoj_sandbox/README.md").read_text("utf-8")
    for character in CHARACTERS:
        assert truth.players.op_ids[character.index] == character.op_id
        assert truth.players.by_user_id[character.user_id] == character.index
        assert f"| {character.user_id} |" in readme
    assert len(set(truth.players.op_ids)) == len(truth.players.by_user_id) == 2000
