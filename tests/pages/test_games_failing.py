"""The Games page where the provider fails, is old, or says odd things: without the archive it is asked."""

from tests.pages.game_truth import midnight
from tests.pages.games_page import rows, said
from twoj_sandbox.world.games import GAMES

SLOTS = "/api/slots/game/stage/summary"
ONE_GAME = "/api/games/game/stage/summary"
BIG_LI = 2**53 + 1


def test_a_game_that_fails_is_named_and_the_others_are_shown(open_page, sandbox):
    game = next(game for game in GAMES if game.game_type == "Table")
    sandbox.fault(ONE_GAME, "code_500", where={"game_id": game.game_id})
    page = open_page({"compare": "none"}, page="games", archive_url="off")
    shown = rows(page)
    assert f"Not included: {game.name}: The provider failed inside" in said(page)
    assert shown[game.name]["bet_amount_li"] == "–"
    assert shown[game.name]["share"] == "–"
    assert sum(row["bet_amount_li"] == "–" for row in shown.values()) == 1


def test_slots_that_fail_leave_the_other_games(open_page, sandbox):
    sandbox.fault(SLOTS, "code_500")
    page = open_page({"compare": "none"}, page="games", archive_url="off")
    assert "Not included: All slots games: The provider failed inside" in said(page)
    unknown = {row["type"] for row in rows(page).values() if row["bet_amount_li"] == "–"}
    assert unknown == {"Slots"}


def test_a_failing_provider_is_one_sentence_a_part(open_page, sandbox):
    sandbox.fault("*", "code_500")
    page = open_page(page="games", archive_url="off")
    assert not page.dataframe
    assert "Table of games: not known now. The provider failed inside" in said(page)


def test_a_comparison_that_fails_in_part_is_named(open_page, sandbox):
    start = midnight("2026-03-07")
    sandbox.fault(ONE_GAME, "code_500", where={"game_id": 3001, "time_start": start})
    page = open_page({"period": "yesterday"}, page="games", archive_url="off")
    assert "Not included: Baccarat, compared period: The provider failed inside" in said(page)
    assert rows(page)["Baccarat"]["bet_change"] == "–"
    assert rows(page)["Baccarat"]["bet_amount_li"] != "–"


def test_the_last_good_numbers_stay_with_their_age(open_page, sandbox, clock):
    query = {"period": "yesterday", "compare": "none"}
    good = rows(open_page(query, page="games", archive_url="off"))
    sandbox.fault("*", "http_500")
    clock[0] += 1800
    sandbox.set_clock(clock[0])
    page = open_page(query, page="games", archive_url="off")
    assert {name: row["bet_amount_li"] for name, row in rows(page).items()} == {
        name: row["bet_amount_li"] for name, row in good.items()
    }


def test_amounts_beyond_what_a_browser_counts_are_exact(open_page, sandbox):
    row = {"bet_count": 3, "bet_amount": BIG_LI, "gain_amount": 1, "company_gain_amount": -1}
    sandbox.fault(SLOTS, "answer", result=[{"game_id": 1006, **row}])
    query = {"period": "yesterday", "compare": "none"}
    page = open_page(query, page="games", archive_url="off")
    shown = rows(page)["Elves"]
    assert shown["bet_amount_li"] == "9,007,199,254,740.993"
    assert shown["company_gain_li"] == "−0.001"
    assert shown["average_bet_li"] == "3,002,399,751,580.331"


def test_names_are_shown_as_they_are_and_icons_only_over_https(open_page, sandbox):
    listed = [
        ("<script>alert(1)</script>", "https://icons.example/1.png"),
        ("=HYPERLINK(1) **b** [x](y)", "javascript:alert(1)"),
        ("麻将 🀄", "http://icons.example/3.png"),
        ("plain", ""),
    ]
    games = [
        {"game_id": 1006 + n, "game_name": name, "game_type": "Slots", "resource_url": url}
        for n, (name, url) in enumerate(listed)
    ]
    sandbox.fault("/api/all/list", "answer", result=games)
    query = {"period": "yesterday", "compare": "none"}
    shown = rows(open_page(query, page="games", archive_url="off"))
    assert set(shown) >= {name for name, _ in listed}
    icons = {name: shown[name]["icon"] for name, _ in listed if isinstance(shown[name]["icon"], str)}
    assert icons == {"<script>alert(1)</script>": "https://icons.example/1.png"}
