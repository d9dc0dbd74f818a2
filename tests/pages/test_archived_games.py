"""The Games page over an archive that holds all, a part, or nothing of its period, or contradicts itself."""

import json

import pytest

from archive.bets import HourSums
from archive.erasure import forget
from dashboard.core import formats
from tests import archived
from tests.merchants import merchant
from tests.pages.game_truth import GAME, midnight, players_of, rounds_of, totals_by_game, totals_of
from tests.pages.games_page import rows, said
from tests.provider import CLOCK

SLOTS, ONE_GAME = "/api/slots/game/stage/summary", "/api/games/game/stage/summary"
WEEK = {"period": "7d", "compare": "none"}
KOI = "Lucky Koi 锦鲤"


@pytest.fixture
def archive(tmp_path, truth):
    """Have an archive be filled with these options (`archived.fill`), but not read on."""
    return lambda **options: archived.make(tmp_path / "ledger", tmp_path / "filled", truth, **options)


def chart(page, key):
    (found,) = [each.proto for each in page.get("plotly_chart") if each.proto.id.endswith(f"-{key}")]
    return json.loads(found.spec)


def by_day(truth, game_id, amount):
    """What a game came to on each of the last seven days, in units."""
    starts = range(midnight("2026-03-09"), CLOCK, 86_400)
    days = [totals_of(truth, game_id, at, min(at + 86_400, CLOCK)) for at in starts]
    return [getattr(day, amount) / 1000 for day in days]


def test_while_it_is_still_filling_the_provider_gives_the_sums_and_the_rest_says_from_when_it_knows(
    open_page, archive, truth
):
    archive(first_s=midnight("2026-03-13"))
    page = open_page(WEEK, page="games")
    shown, sums = rows(page), totals_by_game(truth, midnight("2026-03-09"), CLOCK)
    assert shown[KOI]["bet_amount_li"] == formats.money(sums[1041].bet_amount_li, places=2)
    assert [shown[name]["players"] == "–" for name in (KOI, "Roulette Royale")] == [True, False]
    assert list(shown[KOI]["by_day"]) == by_day(truth, 1041, "bet_amount_li")[4:6]
    page = open_page(WEEK | {"tab": "days"}, page="games")
    assert said(page).count("9–12 March 2026") == 1
    heat = chart(page, "heat")["data"][0]
    assert [None in column for column in zip(*heat["z"], strict=True)] == [True] * 4 + [False] * 3
    page = open_page(WEEK | {"tab": "luck"}, page="games")
    assert said(page).count("9–12 March 2026") == 1
    assert "rounds of 13–14 March 2026. Of the days before the period 60 are known." in said(page)


def test_of_the_days_it_holds_it_asks_nothing(open_page, archive, sandbox, truth):
    archive(first_s=midnight("2026-03-13"))
    page = open_page({"period": "2026-03-14..2026-03-14", "compare": "none"}, page="games")
    assert {call["path"] for call in sandbox.calls()} == {"/api/all/list"}
    start, end = midnight("2026-03-14"), midnight("2026-03-15")
    assert rows(page)[KOI]["players"] == str(players_of(rounds_of(truth, 1041, start, end))[0])
    assert "Not included" not in said(page)
    page.get("button_group")[0].set_value("luck").run()
    assert "Of the days before the period 1 is known." in said(page)
    assert "Not included" not in said(page)
    assert {call["path"] for call in sandbox.calls()} == {"/api/all/list"}


def test_where_it_is_off_the_table_is_there_and_the_rest_is_a_sentence(open_page, truth):
    page = open_page(WEEK, page="games", archive_url="off")
    sums = totals_by_game(truth, midnight("2026-03-09"), CLOCK)
    assert rows(page)[KOI]["bet_amount_li"] == formats.money(sums[1041].bet_amount_li, places=2)
    assert rows(page)[KOI]["by_day"] is None
    assert not any(str(cell).startswith("data:") for cell in page.dataframe[0].value["band"])
    for tab, part in (("days", "Company gain by game and day"), ("luck", "How far luck carries RTP")):
        page = open_page(WEEK | {"tab": tab}, page="games", archive_url="off")
        assert f"{part}: not known now. The archive is switched off" in said(page)
        assert not page.get("plotly_chart")


def test_hours_that_contradict_the_providers_sums_are_named_with_the_difference(open_page, archive):
    hour_s = midnight("2026-03-12") + 5 * 3600
    archive(first_s=midnight("2026-03-08"), more={hour_s: HourSums(2, 30_000, -7_000)})
    page = open_page(WEEK, page="games")
    differs = "12 Mar, 05:00–06:00 (in its sums bets +2, bet amount +30, company gain +7)"
    assert rows(page)[KOI]["players"] != "–"
    # Of luck: the judgements, and why the gain moved.
    for tab, parts in (("table", 1), ("days", 1), ("luck", 2)):
        page = open_page(WEEK | {"tab": tab}, page="games")
        assert len([each.value for each in page.warning if differs in each.value]) == parts, tab


def test_where_an_hour_lacks_the_provider_gives_the_sums(open_page, archive, sandbox, truth):
    archive(first_s=midnight("2026-03-08"), lacking=[midnight("2026-03-12") + 5 * 3600])
    page = open_page(WEEK, page="games")
    sums = totals_by_game(truth, midnight("2026-03-09"), CLOCK)
    assert rows(page)[KOI]["company_gain_li"] == formats.money(sums[1041].company_gain_li, places=2)
    assert len(sandbox.calls(SLOTS)) == 1
    page = open_page(WEEK | {"tab": "days"}, page="games")
    assert "Bets are not complete: 12 Mar, 05:00–06:00 not read." in said(page)


@pytest.mark.parametrize("is_whole", [True, False])
def test_of_a_game_the_luck_of_a_part_of_the_period_stands_for_none_of_it(open_page, archive, is_whole):
    archive(first_s=midnight("2026-02-22"), lacking=[] if is_whole else [midnight("2026-03-12") + 5 * 3600])
    page = open_page(WEEK | {"game_id": "1041"}, page="games")
    assert not page.exception
    assert any("Luck-adjusted gain" in each.value for each in page.markdown) == is_whole


def test_bets_of_a_game_that_the_list_lacks_are_a_row_and_a_line_of_the_heat_map(open_page, sandbox, truth):
    listed = sandbox.summary("/api/all/list")["data"]
    sandbox.fault("/api/all/list", "answer", result=[game for game in listed if game["game_id"] != 2011])
    page = open_page(WEEK, page="games")
    lacks = totals_of(truth, 2011, midnight("2026-03-09"), CLOCK)
    row = rows(page)["Not in the list"]
    assert (row["bet_count"], row["players"]) == (formats.count(lacks.bet_count), "–")
    assert row["company_gain_li"] == formats.money(lacks.company_gain_li, places=2)
    assert f"bets +{lacks.bet_count:,}, bet amount +{formats.money(lacks.bet_amount_li)}" in said(page)
    assert "While a period runs" not in said(page), "one source tells of all"
    page = open_page(WEEK | {"tab": "days"}, page="games")
    heat = chart(page, "heat")
    assert heat["layout"]["yaxis"]["ticktext"][-1] == "Not in the list"
    days = [
        totals_of(truth, 2011, at, min(at + 86_400, CLOCK))
        for at in range(midnight("2026-03-09"), CLOCK, 86_400)
    ]
    assert heat["data"][0]["z"][-1] == [day.company_gain_li / 1000 for day in days]


def test_what_the_list_lacks_is_said_of_one_type_to_be_of_all(open_page, sandbox):
    listed = sandbox.summary("/api/all/list")["data"]
    sandbox.fault("/api/all/list", "answer", result=[game for game in listed if game["game_id"] != 2011])
    page = open_page(WEEK | {"type": "Table"}, page="games")
    assert "Not in the list" not in rows(page)
    page.get("button_group")[0].set_value("days").run()
    assert "What the list of games lacks is not in it: that is of all types, not of Table alone." in said(
        page
    )


def test_players_are_not_known_where_one_was_forgotten(open_page, truth):
    start, end = midnight("2026-03-14"), midnight("2026-03-15")
    bets = rounds_of(truth, 1041, start, end)
    user_id = bets["user_id"].tolist()[0]
    of_player = truth.bets(start, end, CLOCK)
    played = {int(game) for game in of_player[of_player["user_id"] == user_id]["game_id"]}
    query = {"period": "2026-03-14..2026-03-14", "compare": "none"}
    open_page(query, page="games")
    forget(merchant().archive, "test", user_id=user_id)
    shown = rows(open_page(query, page="games"))
    not_known = {row["name"] for row in shown.values() if row["players"] == "–"}
    assert not_known == {GAME[game_id].name for game_id in played}
    assert shown[KOI]["bet_count"] == formats.count(len(bets))


def test_the_files_of_a_game_have_ten_thousand_rounds_and_the_page_counts_all(open_page, truth):
    page = open_page({"period": "60d", "game_id": "1041"}, page="games")
    bets = rounds_of(truth, 1041, midnight("2026-01-15"), CLOCK)
    assert len(bets) > 10_000
    assert f"{len(bets):,} rounds since 15 Jan 2026, 00:00 UTC" in said(page)
    page = open_page({"period": "2026-01-01..2026-03-14", "game_id": "1041"}, page="games")
    bets = rounds_of(truth, 1041, midnight("2026-01-15"), midnight("2026-03-15"))
    assert f"{len(bets):,} rounds since 15 Jan 2026, 00:00 UTC" in said(page)
