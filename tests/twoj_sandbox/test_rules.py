"""Every rule of the documents, broken one at a time, and kept to the last allowed value."""

import json

import pytest

from tests.provider import CLOCK
from twoj_sandbox import BURST, GRINDER, NAMELESS, SUB_MCH_ID, UNICODE
from twoj_sandbox.open_api import OPEN_ENDPOINTS
from twoj_sandbox.summary_api import SUMMARY_ENDPOINTS

DAY_S = 86_400
HOUR = CLOCK // 3600 * 3600 - 3600
WINDOW = {"time_start": CLOCK - 60 * DAY_S, "time_end": CLOCK}
ONE_HOUR = {"time_start": HOUR, "time_end": HOUR + 3600}
PLAYER = {"user_id": GRINDER.user_id}

GOOD = {
    "/api/all/list": {},
    "/api/all/stage/summary": WINDOW,
    "/api/all/history": ONE_HOUR,
    "/api/all/bonus/summary": {"mch_id": 101} | WINDOW,
    "/api/games/user/history": PLAYER | WINDOW,
    "/api/games/game/history": {"game_id": 2011} | WINDOW,
    "/api/games/user/stage/summary": PLAYER | WINDOW,
    "/api/games/game/stage/summary": {"game_id": 2011} | WINDOW,
    "/api/slots/user/history": PLAYER | WINDOW,
    "/api/slots/user/stage/summary": PLAYER | WINDOW,
    "/api/slots/game/stage/summary": WINDOW,
}
"""A good request to each endpoint of the Summary API, the detail URL left out."""

WITH_WINDOW = [path for path, data in GOOD.items() if "time_start" in data]
WITH_REQUIRED_WINDOW = [path for path in WITH_WINDOW if path != "/api/all/bonus/summary"]
WITH_PLAYER = [path for path, data in GOOD.items() if "user_id" in data]
WITH_LIMIT = [path for path in GOOD if path.endswith(("user/history", "game/history"))]
WITH_GAME = [path for path, data in GOOD.items() if "game_id" in data]


def refusal(answer):
    assert answer["code"] == 400
    assert answer["data"] == {}
    return answer["msg"]


@pytest.mark.parametrize("path", GOOD)
def test_a_good_request_is_answered(sandbox, path):
    answer = sandbox.summary(path, **GOOD[path])
    assert answer.keys() == {"code", "msg", "data"}
    assert (answer["code"], answer["msg"]) == (200, "")
    assert answer["data"]


@pytest.mark.parametrize("path", [*GOOD, "/api/slots/detail/url"])
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ts": None}, "missing parameter: ts"),
        ({"sign": None}, "missing parameter: sign"),
        ({"mch_id": None}, "missing parameter: mch_id"),
        ({"mch_id": 102}, "unknown mch_id"),
        ({"mch_id": "101"}, "unknown mch_id"),
        ({"ts": str(CLOCK)}, "ts must be a whole number of 10 digits (seconds)"),
        ({"ts": CLOCK * 1000}, "ts must be a whole number of 10 digits (seconds)"),
        ({"ts": CLOCK + 1}, "sign does not match"),
        ({"sign": "0" * 32}, "sign does not match"),
        ({"sign": "ü"}, "sign does not match"),
        ({"sign": 7}, "sign does not match"),
        ({"data": [1]}, "data must be an object"),
        ({"data": {"one": "more"}}, "sign does not match"),
    ],
)
def test_the_envelope(sandbox, path, changes, says):
    body = sandbox.summary_body(GOOD.get(path, {}), changes=changes)
    answer = sandbox.http.post(path, content=body)
    assert answer.status_code == 200
    assert refusal(answer.json()) == says


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b"7", b"\xff", b'{"ts":'])
def test_a_body_that_is_no_json_object(sandbox, body):
    assert "JSON" in refusal(sandbox.http.post("/api/all/list", content=body).json())


@pytest.mark.parametrize(("away", "code"), [(300, 200), (-300, 200), (301, 400), (-301, 400)])
def test_the_time_of_a_request_is_within_300_seconds(sandbox, away, code):
    summary = sandbox.http.post("/api/all/list", content=sandbox.summary_body({}, ts=CLOCK + away)).json()
    assert summary["code"] == code
    pool = sandbox.open_answer("/open2j/g/gjp/pool", b"{}", ts=(CLOCK + away) * 1000).json()
    assert pool["header"]["code"] == (0 if code == 200 else 500_008)


def test_the_signature_is_over_canonical_json_with_escapes(sandbox):
    """Keys in any order, a name outside ASCII: what is signed is the canonical text, not what was sent."""
    data = {"time_end": CLOCK, "op_id": UNICODE.op_id, "time_start": CLOCK - DAY_S}
    body = sandbox.summary_body(data).decode()
    assert "\\u73a9" in body
    raw = json.dumps(json.loads(body), ensure_ascii=False, indent=1).encode()
    answer = sandbox.http.post("/api/slots/user/history", content=raw).json()
    assert answer["code"] == 200


@pytest.mark.parametrize("path", WITH_REQUIRED_WINDOW)
@pytest.mark.parametrize("name", ["time_start", "time_end"])
def test_the_window_is_required(sandbox, path, name):
    data = {key: value for key, value in GOOD[path].items() if key != name}
    assert refusal(sandbox.summary(path, **data)) == f"missing parameter: {name}"


@pytest.mark.parametrize("path", WITH_WINDOW)
@pytest.mark.parametrize("value", ["1742365687", 1742365687.0, 174236568, 17423656870, True, -174236568])
def test_a_time_is_a_whole_number_of_10_digits(sandbox, path, value):
    says = refusal(sandbox.summary(path, **GOOD[path] | {"time_start": value}))
    assert says == "time_start must be a whole number of 10 digits (seconds)"


@pytest.mark.parametrize("path", WITH_WINDOW)
def test_the_start_is_before_the_end(sandbox, path):
    for end in (HOUR, HOUR - 1):
        says = refusal(sandbox.summary(path, **GOOD[path] | {"time_start": HOUR, "time_end": end}))
        assert says == "time_start must be before time_end"


@pytest.mark.parametrize("path", WITH_WINDOW)
def test_a_window_has_60_days_at_most(sandbox, path):
    too_long = GOOD[path] | WINDOW | {"time_start": CLOCK - 60 * DAY_S - 1}
    assert refusal(sandbox.summary(path, **too_long)) == "time range must not exceed 60 days"


def test_the_history_of_all_games_takes_an_hour_within_a_day(sandbox):
    midnight = CLOCK // DAY_S * DAY_S

    def says(start, end):
        return sandbox.summary("/api/all/history", time_start=start, time_end=end)["msg"]

    assert says(HOUR, HOUR + 3601) == "time range must not exceed 1 hour"
    assert says(midnight - 1, midnight + 1) == "time_start and time_end must lie within the same day"
    assert says(midnight - 3600, midnight) == ""
    assert says(midnight, midnight + 3600) == ""


@pytest.mark.parametrize("path", WITH_LIMIT)
@pytest.mark.parametrize("limit", [0, -1, 501, "10", 10.0, True])
def test_a_limit_is_from_1_to_500(sandbox, path, limit):
    assert refusal(sandbox.summary(path, **GOOD[path] | {"limit": limit})).startswith("limit must be")


@pytest.mark.parametrize("path", WITH_LIMIT)
@pytest.mark.parametrize(("limit", "count"), [({}, 50), ({"limit": 1}, 1), ({"limit": 500}, 500)])
def test_a_limit_is_kept_and_is_50_where_left_out(sandbox, path, limit, count):
    assert len(sandbox.summary(path, **GOOD[path], **limit)["data"]) == count


@pytest.mark.parametrize(
    "wrong", [{"page": 0}, {"page": "1"}, {"page_size": 0}, {"page_size": 2001}, {"game_ids": 2000}]
)
def test_pages_of_the_history_of_all_games(sandbox, wrong):
    (name,) = wrong
    assert refusal(sandbox.summary("/api/all/history", **ONE_HOUR, **wrong)).startswith(f"{name} must be")


@pytest.mark.parametrize("path", WITH_PLAYER)
@pytest.mark.parametrize(
    ("player", "says"),
    [
        ({}, "either user_id or op_id must be provided"),
        ({"op_id": NAMELESS.op_id}, "either user_id or op_id must be provided"),
        ({"user_id": 1}, "user does not exist"),
        ({"op_id": "nobody"}, "user does not exist"),
        ({"user_id": GRINDER.user_id, "op_id": "nobody"}, "user does not exist"),
        ({"user_id": GRINDER.user_id, "op_id": BURST.op_id}, "user_id and op_id name different users"),
        ({"user_id": str(GRINDER.user_id)}, "user_id must be a whole number"),
        ({"op_id": 7}, "op_id must be a text that is not empty"),
    ],
)
def test_a_player_is_named_by_one_id_or_two_that_agree(sandbox, path, player, says):
    assert refusal(sandbox.summary(path, **WINDOW, **player)) == says


@pytest.mark.parametrize("path", WITH_PLAYER)
def test_two_ids_that_agree_are_as_good_as_one(sandbox, path):
    one = sandbox.summary(path, **WINDOW, op_id=GRINDER.op_id)
    both = sandbox.summary(path, **WINDOW, op_id=GRINDER.op_id, user_id=GRINDER.user_id)
    assert one["data"] == both["data"] != []


@pytest.mark.parametrize("path", WITH_GAME)
@pytest.mark.parametrize(
    ("game", "says"),
    [
        ({}, "missing parameter: game_id"),
        ({"game_id": "2011"}, "game_id must be a whole number"),
        ({"game_id": 1041}, "game_id is no game of the Games types"),
        ({"game_id": 2001}, "game_id is no game of the Games types"),
    ],
)
def test_a_game_of_the_games_types_is_required(sandbox, path, game, says):
    assert refusal(sandbox.summary(path, **WINDOW, **game)) == says


@pytest.mark.parametrize("mch_id", [None, 102, "101"])
def test_the_bonus_summary_takes_this_merchant_or_its_subordinate(sandbox, mch_id):
    refusal(sandbox.summary("/api/all/bonus/summary", mch_id=mch_id))
    assert sandbox.summary("/api/all/bonus/summary", mch_id=SUB_MCH_ID)["code"] == 200


@pytest.mark.parametrize("name", ["game_ids", "create_type_list", "state_list"])
@pytest.mark.parametrize("value", [1, ["1"], [True], {"1": 1}])
def test_the_filters_of_the_bonus_summary_are_lists_of_numbers(sandbox, name, value):
    says = refusal(sandbox.summary("/api/all/bonus/summary", mch_id=101, **{name: value}))
    assert says == f"{name} must be a list of whole numbers"


def test_only_post_and_only_these_paths(sandbox):
    assert sandbox.http.get("/api/all/list").status_code == 405
    assert sandbox.http.post("/api/all/lists").status_code == 404
    assert sandbox.http.get("/_sandbox/nothing").status_code == 400
    assert len(SUMMARY_ENDPOINTS) + len(OPEN_ENDPOINTS) == 17


# The Open API


def code(answer):
    assert answer.status_code == 200
    header = answer.json()["header"]
    assert header["timestamp"] == CLOCK * 1000
    return header["code"]


@pytest.mark.parametrize("path", OPEN_ENDPOINTS)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mch": None}, 100_000),
        ({"ts": None}, 100_000),
        ({"sign": None}, 100_000),
        ({"ts": CLOCK}, 100_000),
        ({"mch": 102}, 500_008),
        ({"sign": "0" * 32}, 500_008),
        ({"sign": "ü"}, 500_008),
    ],
)
def test_the_query_string(sandbox, path, changes, expected):
    assert code(sandbox.open_answer(path, b"{}", changes=changes)) == expected


def test_the_signature_is_over_the_bytes_as_sent(sandbox):
    body = '{ "op_id" :  "玩家-Žofie-🎲" }'.encode()
    answer = sandbox.open_answer("/open2j/w/transfer/balance", body)
    assert code(answer) == 0
    same_value = body.replace(b"  ", b" ")
    headers = {"Content-Type": "application/json"}
    assert code(sandbox.http.post(answer.request.url, content=same_value, headers=headers)) == 500_008


@pytest.mark.parametrize("path", OPEN_ENDPOINTS)
@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}])
def test_the_content_type_is_required(sandbox, path, headers):
    assert code(sandbox.open_answer(path, b"{}", headers=headers)) == 100_404


def test_a_content_type_may_name_a_charset(sandbox):
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert code(sandbox.open_answer("/open2j/g/gjp/pool", b"{}", headers=headers)) == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_the_body_is_a_json_object(sandbox, body):
    assert code(sandbox.open_answer("/open2j/g/gjp/pool", body)) == 100_000


TRANSFER = {"op_id": "quiet", "amount": 1000, "trans_no": "never-made"}


@pytest.mark.parametrize("name", ["deposit", "withdraw"])
@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"op_id": None}, 100_000),
        ({"op_id": ""}, 100_000),
        ({"op_id": "nobody"}, 500_001),
        ({"amount": None}, 100_000),
        ({"amount": 0}, 100_000),
        ({"amount": -5}, 100_000),
        ({"amount": 1.5}, 100_000),
        ({"amount": "1000"}, 100_000),
        ({"amount": 10**15 + 1}, 100_000),
        ({"trans_no": None}, 100_000),
        ({"trans_no": "12345"}, 100_000),
        ({"trans_no": "x" * 65}, 100_000),
        ({"trans_no": 123456}, 100_000),
    ],
)
def test_a_transfer_is_whole(sandbox, name, wrong, expected):
    answer = sandbox.open(f"/open2j/w/transfer/{name}", **TRANSFER | wrong)
    assert (answer["header"]["code"], answer["result"]) == (expected, {})
    assert sandbox.open("/open2j/w/transfer/balance", op_id="quiet")["result"] == {"balance": 0}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"op_id": "quiet"}, 100_000),
        ({"op_id": "quiet", "next_id": -1}, 100_000),
        ({"op_id": "quiet", "next_id": "0"}, 100_000),
        ({"next_id": 0}, 100_000),
        ({"op_id": "nobody", "next_id": 0}, 500_001),
        ({"op_id": "quiet", "next_id": 0, "page_size": 9}, 100_000),
        ({"op_id": "quiet", "next_id": 0, "page_size": 101}, 100_000),
        ({"op_id": "quiet", "next_id": 0, "created_at": "today"}, 100_000),
        ({"op_id": "quiet", "next_id": 0, "page_size": 100, "created_at": CLOCK, "trans_no": "abcdef"}, 0),
    ],
)
def test_records_are_asked_for_by_the_documents(sandbox, asked, expected):
    assert sandbox.open("/open2j/w/transfer/records", **asked)["header"]["code"] == expected


@pytest.mark.slow
def test_the_log_shows_neither_key_nor_signature(sandbox):
    sandbox.summary("/api/all/stage/summary", **WINDOW)
    sandbox.open("/open2j/w/transfer/balance", op_id="quiet")
    log = sandbox.calls()
    assert [call["path"] for call in log] == ["/api/all/stage/summary", "/open2j/w/transfer/balance"]
    assert log[0]["data"] == WINDOW
    assert "sign" not in json.dumps(log)
    assert sandbox.key not in json.dumps(log)
