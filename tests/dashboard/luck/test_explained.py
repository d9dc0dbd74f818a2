"""The gain explained: what a page says of written periods, and the waterfall of them."""

from dataclasses import replace

import pytest

from dashboard.charts.theme import LIGHT
from dashboard.luck.adjusted_gain import AdjustedGain
from dashboard.luck.concentration import concentration, without_top
from dashboard.luck.expectation import BetSums
from dashboard.luck.explained import PeriodSums, explain
from dashboard.luck.figures import movement_chart, movement_steps
from dashboard.luck.words import (
    adjusted_text,
    gain_text,
    movement_text,
    origins_text,
    players_text,
    top_player_text,
)

TYPES = {1: "Slots", 2: "Table", 3: "Crypto"}
# 20,000 bets of 10 in as many quarters, every second of which wins 19: ρ 95 %, σ 0.95.
CALM = BetSums(20_000, 200_000, -10_000, 2_000_000, 2_000_000, 1_900_000, 3_610_000)


def period(players, **games):
    """Sums by game: bets of 1000 li each, and what the company gained."""
    sums = {
        int(name[1:]): BetSums(bets, bets * 1000, -gain_li, bets * 10**6)
        for name, (bets, gain_li) in games.items()
    }
    amounts = [1000 * place for place in range(1, players + 1)]
    return PeriodSums(sums, players, concentration(amounts), without_top([*map(int.__neg__, amounts)]))


NOW = period(120, g1=(4_000, 500_000))
BEFORE = period(60, g1=(2_000, 40_000))


def told(now=NOW, before=BEFORE, reference=((1, CALM),), configured=()):
    return explain(now, before, "", dict(reference), TYPES, dict(configured))


def test_twice_the_players_and_luck():
    found = told()
    # 5 % of 2,000,000 more by volume, all of it players; the other 360,000 are luck.
    assert (found.movement.before_li, found.movement.now_li) == (40_000, 500_000)
    assert movement_steps(found.movement) == [
        ("Players", 100_000),
        ("Bets a player", 0),
        ("Average bet", 0),
        ("Mix of games", 0),
        ("Luck", 360_000),
    ]
    assert movement_text(found.movement, "EUR") == (
        "Company gain moved by **+460.00\u00a0EUR**: +100.00\u00a0EUR by volume, 0\u00a0EUR by the mix of"
        " games, +360.00\u00a0EUR by luck."
    )
    # 4,000,000 · 5 %; luck carries it 0.95 · 1000 · √4000, ± 4,000,000 · 0.95 · √2,000,000 / 200,000.
    assert found.gain == AdjustedGain(
        200_000, 300_000, pytest.approx((60_083**2 + 26_870**2) ** 0.5, rel=1e-3), 0, 0
    )
    assert gain_text(found.gain, None) == (
        "Luck-adjusted gain is **200.00**: what these bets were to bring. +300.00 is luck, +4.6 standard"
        " errors of 65.82."
    )


def test_games_of_which_nothing_is_known_stand_apart_and_configured_ones_need_no_past():
    found = told(period(120, g1=(4_000, 500_000), g3=(10, 7_000)), configured=((1, 0.96),))
    assert found.movement.by.unknown_li == 7_000
    assert movement_steps(found.movement)[-1] == ("Not known", 7_000)
    assert movement_text(found.movement, None).endswith(
        "+7.00 is the change of games whose RTP to expect is not known."
    )
    assert found.movement.by.volume_li == 80_000
    # All bets by all players, of the amount of the game that is known: 4,000,000 / 4,010 a bet.
    assert [li for _, li in movement_steps(found.movement)][:3] == [80_000, 300, -300]
    assert gain_text(found.gain, None).endswith(
        "1 game, of which nothing is known to expect, gained 7.00 beside."
    )
    assert origins_text(found).startswith(
        "For luck in the gain the RTPs to expect are theoretical for 1 games, their own of up to 60"
    )
    assert not any(told(reference=()).origins)
    assert origins_text(told(reference=())).startswith("What is luck is not known")
    # Without a past the spread is not known, so neither is what of the gain is luck.
    assert told(reference=(), configured=((1, 0.96),)).gain.unknown_games == 1


def test_volume_stays_whole_where_players_were_forgotten():
    forgotten = replace(BEFORE, players=None)
    found = told(before=forgotten)
    assert found.movement.volume is None
    assert movement_steps(found.movement)[0] == ("Volume", 100_000)
    assert players_text(forgotten, None).endswith("Forgotten players are not among these.")


def test_how_few_players_it_is_of():
    # 1 … 120: the top 10 have 1,155 of 7,260, the top 100 have 7,050; effective 7260² / Σk².
    assert players_text(NOW, "EUR") == (
        "Of 120 players the top one made 1.7\u00a0% of the bet amount, the top ten 15.9\u00a0%, the top"
        " hundred 97.1\u00a0%. It is as concentrated as if 90.4 had bet the same each (Gini 0.33). Without"
        " the player who moved it most, company gain is **7.14K\u00a0EUR**."
    )
    assert "the top ten 30.3\u00a0%. It is" in players_text(BEFORE, None)
    assert players_text(period(5), None).startswith(
        "Of 5 players the top one made 33.3\u00a0% of the bet amount."
    )
    assert players_text(period(1), None) == "Without the player who moved it most, company gain is **0**."
    assert players_text(period(0), None) == ""


def test_the_waterfall_leads_from_one_gain_to_the_other():
    (bars,) = movement_chart(told().movement, LIGHT, "EUR").data
    assert list(bars.x) == [
        "Before",
        "Players",
        "Bets a player",
        "Average bet",
        "Mix of games",
        "Luck",
        "Now",
    ]
    assert list(bars.y) == [40, 100, 0, 0, 0, 360, 500]
    assert sum(bars.y[:-1]) == bars.y[-1]
    assert list(bars.measure) == ["absolute", *["relative"] * 5, "total"]
    assert bars.customdata[-2:] == ("360\u00a0EUR", "500\u00a0EUR")


def test_the_lines_beside_company_gain():
    found = told()
    assert adjusted_text(found.gain, "EUR") == (
        "Luck-adjusted gain **200.00\u00a0EUR**: +300.00\u00a0EUR of company gain is luck, +4.6 standard"
        " errors."
    )
    # Of 120 players with 1 to 120: the top one has 120 of 7,260; (Σx)² / Σx² = 7,260² / 583,220.
    assert top_player_text(found.sums, None) == (
        "Top player 1.7\u00a0% of the bet amount, 90 effective players; without the one who moved it most,"
        " company gain **7.14K**."
    )
    assert adjusted_text(told(reference=()).gain, None) == ""
    assert top_player_text(period(0), None) == ""
