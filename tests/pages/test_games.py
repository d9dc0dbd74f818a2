"""The Games page: its table against the world's own bets."""

from fractions import Fraction

import pytest

from dashboard.core import formats
from dashboard.core.cell_links import MARK
from dashboard.core.metrics import METRIC, Totals, change
from tests.pages.clicks import press
from tests.pages.game_truth import GAME, leads_to, midnight, players_of, rounds_of, totals_by_game
from tests.pages.games_page import rows, said
from tests.provider import CLOCK
from twoj_sandbox.world.games import GAMES


def test_the_name_is_the_only_link_and_nothing_else_is_heard(open_page):
    page = open_page({"period": "yesterday"}, page="games")
    table = next(table for table in page.dataframe if "players" in table.value)
    linked = [field for field in table.value if any(MARK in str(cell) for cell in table.value[field])]
    assert linked == ["name"]
    assert "games?game_id=2011" in {leads_to(cell) for cell in table.value["name"]}
    assert not table.proto.selection_mode


@pytest.mark.parametrize(
    ("query", "zone", "start", "end", "before"),
    [
        ({}, "UTC", "2026-03-09", CLOCK, ("2026-03-02", midnight("2026-03-08") + 34_200)),
        ({"period": "yesterday"}, "Asia/Manila", "2026-03-14", "2026-03-15", ("2026-03-07", "2026-03-08")),
        (
            {"period": "yesterday", "compare": "week"},
            "Asia/Kathmandu",
            "2026-03-14",
            "2026-03-15",
            ("2026-03-07", "2026-03-08"),
        ),
        (
            {"period": "2026-03-07..2026-03-08", "compare": "week"},
            "America/New_York",
            "2026-03-07",
            "2026-03-09",
            ("2026-02-28", "2026-03-02"),
        ),
    ],
)
def test_every_number_of_the_table_is_that_of_the_bets(open_page, truth, query, zone, start, end, before):
    page = open_page(query, page="games", timezone=zone)
    start, end = midnight(start, zone), end if isinstance(end, int) else midnight(end, zone)
    before = [edge if isinstance(edge, int) else midnight(edge, zone) for edge in before]
    expected, earlier = totals_by_game(truth, start, end), totals_by_game(truth, *before)
    gain_of_all = sum(totals.company_gain_li for totals in expected.values())
    shown = rows(page)
    assert set(shown) >= {GAME[game_id].name for game_id in expected if game_id != 1099}
    assert len(shown) == 60 + (1099 in expected)
    for game_id, totals in expected.items():
        game, row = GAME[game_id], shown[GAME[game_id].name if game_id != 1099 else "1099"]
        then = earlier.get(game_id, Totals())
        assert row["type"] == game.game_type
        assert row["bet_count"] == formats.count(totals.bet_count)
        assert row["bet_amount_li"] == formats.money(totals.bet_amount_li, places=2)
        assert row["company_gain_li"] == formats.money(totals.company_gain_li, places=2)
        assert row["hold"] == formats.percent(METRIC["hold"].of(totals))
        assert row["rtp"] == formats.percent(METRIC["rtp"].of(totals))
        assert row["average_bet_li"] == formats.money(METRIC["average_bet"].of(totals), places=3)
        assert row["share"] == formats.percent(Fraction(totals.company_gain_li, gain_of_all))
        moved = change(METRIC["bet_amount"], totals, then)
        assert row["bet_change"] == formats.percent_change(moved.value)
        gained = totals.company_gain_li - then.company_gain_li
        assert row["gain_change_li"] == formats.with_plus(formats.money(gained, places=2))
        players, _, _ = players_of(rounds_of(truth, game_id, start, end))
        assert row["players"] == formats.count(players)
    assert said(page).count("Not included") == 0


def test_a_written_row(open_page):
    """Written once, so that page and world cannot drift together."""
    query = {"period": "2026-03-14..2026-03-14", "compare": "none"}
    row = rows(open_page(query, page="games", currency="PHP"))["Roulette Royale"]
    assert [row[name] for name in ("bet_count", "bet_amount_li", "company_gain_li", "rtp", "players")] == [
        *("487", "3,306.00", "−145.50", "104.40\u00a0%", "23")
    ]


def test_below_the_table_stands_what_all_of_it_comes_to(open_page):
    """Written once; of the day that the Overview's written day is."""
    page = open_page({"period": "2026-03-14..2026-03-14", "compare": "none"}, page="games", currency="PHP")
    sums = (
        "Company gain 241.25 PHP, Bet amount 118,481.50 PHP, Bets 13,489, Hold 0.20 %, RTP 99.80 %, Average"
    )
    assert f"61 games: {sums} bet 8.784 PHP" in said(page)
    page.get("button_group")[1].set_value("Fish").run()
    assert "5 games: Company gain " in said(page)


def test_small_lines_are_the_finished_days(open_page, truth):
    page = open_page({"period": "7d"}, page="games")
    shown = rows(page)
    for name in ("Roulette Royale", "Lucky Koi 锦鲤"):
        game_id = next(game.game_id for game in GAMES if game.name == name)
        expected = [
            sum(rounds_of(truth, game_id, start, start + 86_400)["bet_amount"].tolist()) / 1000
            for start in range(midnight("2026-03-09"), midnight("2026-03-15"), 86_400)
        ]
        assert list(shown[name]["by_day"]) == expected


def test_games_of_one_type_keep_their_share_of_all(open_page, truth):
    query = {"type": "Fish", "compare": "none"}
    page = open_page(query, page="games")
    expected = totals_by_game(truth, midnight("2026-03-09"), CLOCK)
    fish = {game_id: totals for game_id, totals in expected.items() if GAME[game_id].game_type == "Fish"}
    gain_of_all = sum(totals.company_gain_li for totals in expected.values())
    shown = rows(page)
    assert [shown[name]["share"] for name in shown] == [
        formats.percent(Fraction(totals.company_gain_li, gain_of_all))
        for totals in sorted(fish.values(), key=lambda totals: -totals.company_gain_li)
    ]
    assert page.get("button_group")[1].value == "Fish"


def test_a_period_without_bets_is_one_sentence(open_page):
    query = {"period": "2024-01-01..2024-01-07"}
    page = open_page(query, page="games")
    assert "No bets in 1–7 January 2024." in said(page)
    assert not page.dataframe
    assert not page.get("plotly_chart")


def test_a_wrong_address_is_a_sentence_each_and_all_games(open_page):
    page = open_page({"type": "Dice", "game_id": "Koi", "compare": "none"}, page="games")
    assert [warning.value for warning in page.warning] == [
        "The game\\_id must be a whole number above 0, such as 1041; showing all games instead.",
        "The type must be one of Slots, Multiplayer, Table, Fish, Crypto, Other; showing all types instead.",
    ]
    assert len(rows(page)) == 61


def test_a_type_goes_into_the_address_and_out_again(open_page):
    page = open_page(page="games")
    page.get("button_group")[1].set_value("Table").run()
    assert page.query_params == {"type": "Table"}
    assert {row["type"] for row in rows(page).values()} == {"Table"}


def test_the_name_of_a_game_is_a_link_and_nothing_else_opens(open_page):
    query = {"period": "yesterday", "compare": "none", "type": "Fish"}
    page = open_page(query, page="games")
    table = next(table for table in page.dataframe if "players" in table.value)
    assert table.proto.selection_mode == []
    ids = {game.name: game.game_id for game in GAMES}
    cells = table.value["name"].tolist()
    assert [leads_to(cell) for cell in cells] == [f"games?game_id={ids[name]}" for name in rows(page)]
    assert len(cells) == 5


def test_the_way_back_from_a_game_leads_to_all(open_page):
    query = {"period": "yesterday", "game_id": "4001"}
    page = open_page(query, page="games")
    assert page.title[0].value == "Ocean King"
    press(page, "All games")
    assert page.query_params == {"period": "yesterday"}
    assert page.title[0].value == "Games"
