"""What the histories show of each round, how they are cut, and that rows are the world's rounds."""

import base64
import re
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.provider import CLOCK
from twoj_sandbox import BURST, GRINDER, UNICODE, rows
from twoj_sandbox.world.day import DAY_S
from twoj_sandbox.world.games import GAMES, INDEX_OF

WINDOW = {"time_start": CLOCK - 60 * DAY_S, "time_end": CLOCK}
IS_SLOTS = np.array([game.is_slots for game in GAMES])
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

COMMON = {"event_id", "draw_id", "game_id", "bet_amount", "gain_amount", "start_at", "end_at"}
TABLE = {"bet_areas", "win_areas", "game_result", "award_odds"}
FIELDS = {
    "/api/games/user/history": COMMON | TABLE | {"credit_before_bet", "credit"},
    "/api/games/game/history": COMMON | TABLE | {"user_id", "op_id"},
    "/api/slots/user/history": COMMON
    | {"user_id", "op_id", "currency", "feature", "extra_business", "credit_before_bet", "credit", "is_buy"},
}


def player_history(sandbox, family="slots", **asked):
    return sandbox.summary(f"/api/{family}/user/history", **{"user_id": GRINDER.user_id} | WINDOW | asked)[
        "data"
    ]


def game_history(sandbox, game_id, **asked):
    return sandbox.summary("/api/games/game/history", **{"game_id": game_id} | WINDOW | asked)["data"]


@pytest.mark.parametrize("path", FIELDS)
def test_the_fields_are_the_documents(sandbox, path):
    data = WINDOW | ({"game_id": 2011} if "game/" in path else {"user_id": GRINDER.user_id})
    for row in sandbox.summary(path, **data)["data"]:
        assert row.keys() == FIELDS[path]
        assert UUID.fullmatch(row["event_id"])


def test_the_history_of_all_games(sandbox, truth):
    hour = CLOCK // 3600 * 3600 - 3600
    asked = {"time_start": hour, "time_end": hour + 3600}
    answer = sandbox.summary("/api/all/history", **asked)["data"]
    rounds = truth.bets(hour, hour + 3600, CLOCK)
    assert answer.keys() == {"items", "total", "page", "page_size"}
    assert (answer["total"], answer["page"], answer["page_size"]) == (len(rounds), 1, 1000)
    assert answer["items"] == [
        {
            "event_id": event_id,
            "draw_id": draw_id,
            "game_id": each["game_id"],
            "user_id": each["user_id"],
            "op_id": truth.players.op_ids[each["player"]],
            "bet_amount": each["bet_amount"],
            "gain_amount": each["gain_amount"],
            "credit_before_bet": each["credit_before_bet"],
            "credit": each["credit"],
            "start_at": each["start_at"],
            "end_at": each["end_at"],
        }
        for each, event_id, draw_id in zip(rounds, rows.event_ids(rounds), rows.draw_ids(rounds), strict=True)
    ]


def test_pages_of_the_history_of_all_games_are_one_list(sandbox):
    hour = CLOCK // 3600 * 3600 - 3600
    asked = {"time_start": hour, "time_end": hour + 3600}
    whole = sandbox.summary("/api/all/history", **asked)["data"]["items"]
    pages = [
        sandbox.summary("/api/all/history", **asked, page=page, page_size=150)["data"]
        for page in range(1, len(whole) // 150 + 3)
    ]
    assert [item for page in pages for item in page["items"]] == whole
    assert {page["total"] for page in pages} == {len(whole)}
    assert pages[-1]["items"] == []


def test_the_history_of_some_games(sandbox):
    hour = CLOCK // 3600 * 3600 - 3600
    asked = {"time_start": hour, "time_end": hour + 3600}
    whole = sandbox.summary("/api/all/history", **asked)["data"]["items"]
    for game_ids in ([1041, 2011], [999], [999, 1041]):
        some = sandbox.summary("/api/all/history", **asked, game_ids=game_ids)["data"]
        assert some["items"] == [item for item in whole if item["game_id"] in game_ids]
        assert some["total"] == len(some["items"])
    assert sandbox.summary("/api/all/history", **asked, game_ids=[])["data"]["total"] == len(whole)


@pytest.mark.parametrize("family", ["slots", "games"])
def test_a_cut_history_keeps_the_newest_newest_first(sandbox, truth, family):
    rounds = truth.bets_of_player(GRINDER.index, CLOCK - 60 * DAY_S, CLOCK, CLOCK)
    rounds = rounds[IS_SLOTS[rounds["game"]] == (family == "slots")]
    ids = rows.event_ids(rounds)
    assert len(ids) > 500
    assert [row["event_id"] for row in player_history(sandbox, family, limit=500)] == ids[:-501:-1]


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
@pytest.mark.parametrize("keep", ["newest", "oldest", "random"])
def test_the_manner_of_a_cut_history(sandbox, truth, keep, order):
    rounds = truth.bets_of_game(INDEX_OF[2011], CLOCK - 60 * DAY_S, CLOCK, CLOCK)
    ids = rows.event_ids(rounds)
    sandbox.set_manner(keep, order)
    answered = [row["event_id"] for row in game_history(sandbox, 2011, limit=100)]
    place = [ids.index(event_id) for event_id in answered]
    assert len(set(place)) == 100
    expected = {"newest": range(len(ids) - 100, len(ids)), "oldest": range(100)}
    if keep == "random":
        assert min(place) < len(ids) // 4
        assert max(place) > len(ids) * 3 // 4
    else:
        assert set(place) == set(expected[keep])
    in_order = {"newest": sorted(place, reverse=True), "oldest": sorted(place)}
    assert place not in in_order.values() if order == "random" else place == in_order[order]


def test_a_burst_is_more_than_a_history_can_show(sandbox):
    second = (CLOCK // DAY_S - 23) * DAY_S + 12 * 3600
    asked = {"user_id": BURST.user_id, "time_start": second, "time_end": second + 1, "limit": 500}
    answer = player_history(sandbox, **asked)
    assert len(answer) == 500
    assert {row["start_at"] for row in answer} == {second}
    before = [row["credit_before_bet"] for row in answer[:-1]]
    assert before == [row["credit"] for row in answer[1:]]


def test_a_name_outside_ascii_comes_back_as_it_went(sandbox):
    row = player_history(sandbox, user_id=None, op_id=UNICODE.op_id, limit=1)[0]
    assert (row["op_id"], row["user_id"]) == (UNICODE.op_id, UNICODE.user_id)


def test_a_slots_rounds_win_is_the_sum_of_its_parts(sandbox):
    features = set()
    for row in player_history(sandbox, limit=500):
        extra = row["extra_business"]
        parts = ("base_amount", "free_amount", "bonus_amount", "jackpot_amount")
        assert sum(extra[name] for name in parts) == row["bet_amount"] + row["gain_amount"]
        assert extra["award_type"] == (row["feature"] if row["feature"] < 3 else 0)
        assert row["currency"] == "$"
        special = {1: "free_amount", 2: "bonus_amount", 3: "jackpot_amount"}.get(row["feature"])
        assert {name for name in parts[1:] if extra[name]} <= {special}
        assert bool(special) == bool(special and extra[special]) or row["is_buy"]
        features.add((row["feature"], row["is_buy"]))
    assert {feature for feature, _ in features} >= {0, 1, 2}


def test_some_rounds_buy_free_games(truth, sandbox):
    hour = {"time_start": CLOCK - 60 * DAY_S, "time_end": CLOCK}
    rounds = truth.bets_of_player(GRINDER.index, *hour.values(), CLOCK)
    bought = rounds[IS_SLOTS[rounds["game"]] & (rounds["choice"] == 1)]
    start = int(bought["start_at"][0])
    row = player_history(sandbox, time_start=start, time_end=start + 1)[0]
    assert row["is_buy"] is True
    assert row["feature"] == 1


def test_a_wheel_pays_where_the_number_fell(sandbox):
    won = 0
    for row in game_history(sandbox, 2011, limit=500):
        assert row["award_odds"] is None
        assert 0 <= row["game_result"] <= 36
        hit = row["bet_areas"][0] in row["win_areas"]
        assert (row["gain_amount"] > -row["bet_amount"]) == hit
        won += hit
    assert 0 < won < 500


def test_everybody_in_a_draw_sees_the_same_number(truth, sandbox):
    rounds = truth.bets_of_game(INDEX_OF[2011], CLOCK - 60 * DAY_S, CLOCK, CLOCK)
    draws = Counter(rows.draw_ids(rounds))
    shared = [index for index, draw in enumerate(rows.draw_ids(rounds)) if draws[draw] > 1]
    assert len(shared) > 20
    seen = {}
    for index in shared[:40]:
        start = int(rounds["start_at"][index])
        for row in game_history(sandbox, 2011, time_start=start, time_end=start + 1):
            assert seen.setdefault(row["draw_id"], (row["game_result"], row["end_at"])) == (
                row["game_result"],
                row["end_at"],
            )


def test_a_crash_pays_up_to_its_multiplier(sandbox):
    for row in game_history(sandbox, 6001, limit=500):
        assert row["award_odds"] >= 1
        assert row["game_result"] is row["bet_areas"] is row["win_areas"] is None
        if row["gain_amount"] > 0:
            assert (row["bet_amount"] + row["gain_amount"]) / row["bet_amount"] <= row["award_odds"]


@pytest.mark.parametrize(
    ("game_id", "shown"), [(3009, {"bet_areas", "win_areas"}), (4001, set()), (6005, {"bet_areas"})]
)
def test_what_a_game_does_not_have_is_null(sandbox, game_id, shown):
    for row in game_history(sandbox, game_id):
        assert {name for name in TABLE if row[name] is not None} == shown


def test_the_detail_url_of_a_round(sandbox):
    row = player_history(sandbox, limit=1)[0]
    asked = {"game_id": row["game_id"], "draw_id": row["draw_id"]}
    url = sandbox.summary("/api/slots/detail/url", **asked)["data"]["url"]
    assert url == f"https://rounds.example/slots/{row['game_id']}/{row['draw_id']}"


@pytest.mark.parametrize(
    "wrong", [{"game_id": 1006}, {"draw_id": "1-2-3"}, {"draw_id": "a-b-c-d-e"}, {"draw_id": None}]
)
def test_no_detail_url_of_another_round(sandbox, wrong):
    row = next(row for row in player_history(sandbox, limit=500) if row["game_id"] != 1006)
    asked = {"game_id": row["game_id"], "draw_id": row["draw_id"]}
    assert sandbox.summary("/api/slots/detail/url", **asked | wrong)["code"] == 400
    later = row["draw_id"].rpartition("-")[0] + "-9999999"
    assert sandbox.summary("/api/slots/detail/url", **asked | {"draw_id": later})["code"] == 400


def test_no_detail_url_before_the_round_has_ended(sandbox, truth):
    rounds = truth.bets_of_player(GRINDER.index, CLOCK - DAY_S, CLOCK, CLOCK)
    latest = rounds[IS_SLOTS[rounds["game"]]][-1:]
    asked = {"game_id": int(latest["game_id"][0]), "draw_id": rows.draw_ids(latest)[0]}
    for seconds, code in ((-1, 400), (0, 200)):
        sandbox.set_clock(int(latest["end_at"][0]) + seconds)
        assert sandbox.summary("/api/slots/detail/url", **asked)["code"] == code


def test_the_list_of_games(sandbox):
    games = sandbox.summary("/api/all/list")["data"]
    assert len(games) == len(GAMES) - 1 == 60
    assert 1099 not in {game["game_id"] for game in games}
    assert {game["game_type"] for game in games} == {"Slots", "Multiplayer", "Table", "Fish", "Crypto"}
    first = {range(1000, 2000): "Slots", range(2000, 3000): "Multiplayer", range(3000, 4000): "Table"}
    first |= {range(4000, 5000): "Fish", range(6000, 7000): "Crypto"}
    for game in games:
        assert game["game_type"] == next(kind for ids, kind in first.items() if game["game_id"] in ids)
        picture = base64.b64decode(game["resource_url"].removeprefix("data:image/svg+xml;base64,"))
        assert ElementTree.fromstring(picture)[1].text
        assert game["resource_with_name_url"].startswith("https://")
    assert any(not game["game_name"].isascii() for game in games)
