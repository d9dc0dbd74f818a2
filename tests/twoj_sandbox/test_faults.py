"""Each fault as a caller sees it, and that it strikes before or after the money moved, as often as asked."""

import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import httpx
import pytest

from tests.provider import CLOCK, ROOT
from twoj_sandbox.faults import Kind

PATH = "/api/all/stage/summary"
DATA = {"time_start": CLOCK - 86_400, "time_end": CLOCK}
DEPOSIT = "/open2j/w/transfer/deposit"


def call(sandbox, path=PATH, data=DATA, timeout=5.0):
    return sandbox.http.post(path, content=sandbox.summary_body(data), timeout=timeout)


def leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for inner in value for leaf in leaves(inner)] if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("http_500", 500, "text/plain"),
        ("http_502_html", 502, "text/html"),
        ("html_200", 200, "text/html"),
        ("http_429", 429, "text/plain"),
    ],
)
def test_answers_without_an_envelope(sandbox, kind, status, content_type):
    sandbox.fault(PATH, kind)
    answer = call(sandbox)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, content_type)
    assert ("<html>" in answer.text) == (content_type == "text/html")
    assert "Retry-After" not in answer.headers


def test_retry_after(sandbox):
    sandbox.fault(PATH, "http_429", retry_after_s=7)
    assert call(sandbox).headers["Retry-After"] == "7"


def test_bodies_that_are_cut(sandbox):
    whole = call(sandbox).content
    sandbox.fault(PATH, "cut_json", times=1)
    sandbox.fault(PATH, "empty_body", times=1)
    sandbox.fault(PATH, "cut_body", times=1)
    cut = call(sandbox)
    assert cut.status_code == 200
    assert len(cut.content) < len(whole)
    assert whole.startswith(cut.content)
    assert call(sandbox).content == b""
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        call(sandbox)
    assert call(sandbox).content == whole


def test_reset(sandbox):
    sandbox.fault(PATH, "reset", times=1)
    with pytest.raises(httpx.ReadError, match="reset"):
        call(sandbox)


def test_hang(sandbox):
    sandbox.fault(PATH, "hang", times=1)
    with pytest.raises(httpx.ReadTimeout):
        call(sandbox, timeout=0.2)
    assert call(sandbox).status_code == 200


def test_slow(sandbox):
    sandbox.fault(PATH, "slow", times=1, delay_s=0.3)
    begun = time.perf_counter()
    assert call(sandbox).json()["code"] == 200
    assert 0.3 <= time.perf_counter() - begun < 3


@pytest.mark.parametrize(
    ("kind", "options", "summary_code", "open_code"),
    [
        ("code_400", {}, 400, 100_000),
        ("code_500", {}, 500, 500_000),
        ("code", {"code": 500_102}, 500_102, 500_102),
    ],
)
def test_codes(sandbox, kind, options, summary_code, open_code):
    sandbox.fault("*", kind, **options)
    answer = call(sandbox)
    assert (answer.status_code, answer.json()["code"]) == (200, summary_code)
    assert sandbox.open("/open2j/g/gjp/pool")["header"]["code"] == open_code


def test_wrong_contents(sandbox):
    true = call(sandbox).json()["data"]
    sandbox.fault(PATH, "nulls", times=1)
    sandbox.fault(PATH, "wrong_types", times=1)
    sandbox.fault(PATH, "missing_data", times=1)
    nulls, wrong, missing = (call(sandbox).json() for _ in range(3))
    assert nulls["code"] == wrong["code"] == missing["code"] == 200
    assert nulls["data"].keys() == wrong["data"].keys() == true.keys()
    assert set(leaves(nulls["data"])) == {None}
    assert leaves(wrong["data"]) == leaves(true)
    assert wrong["data"]["summary"]["bet_count"] == {"was": true["summary"]["bet_count"]}
    assert "data" not in missing


def test_an_answer_of_the_callers_own(sandbox):
    result = {"day_list": [], "summary": {"bet_amount": 2**53 + 1, "name": "<b>鯉</b>"}}
    sandbox.fault(PATH, "answer", result=result)
    assert call(sandbox).json() == {"code": 200, "msg": "", "data": result}


@pytest.mark.slow
def test_huge(sandbox):
    true = call(sandbox).json()
    sandbox.fault(PATH, "huge", mb=30)
    answer = call(sandbox, timeout=30)
    assert len(answer.content) > 30_000_000
    assert answer.json()["data"] == true["data"]


def test_times_and_clearing(sandbox):
    sandbox.fault(PATH, "http_500", times=2)
    assert [call(sandbox).status_code for _ in range(3)] == [500, 500, 200]
    sandbox.fault(PATH, "http_500")
    assert [call(sandbox).status_code for _ in range(3)] == [500, 500, 500]
    sandbox.clear_faults()
    assert call(sandbox).status_code == 200


def test_other_endpoints_go_on(sandbox):
    sandbox.fault(PATH, "http_500")
    assert call(sandbox, "/api/all/list", {}).status_code == 200
    sandbox.clear_faults()
    sandbox.fault("*", "http_500")
    assert call(sandbox, "/api/all/list", {}).status_code == 500


def test_one_game_of_twenty_fails(sandbox):
    path = "/api/games/game/stage/summary"
    sandbox.fault(path, "http_500", where={"game_id": 2011})
    statuses = {
        game_id: call(sandbox, path, DATA | {"game_id": game_id}).status_code
        for game_id in (2008, 2011, 3001)
    }
    assert statuses == {2008: 200, 2011: 500, 3001: 200}


def test_the_log_names_what_was_answered(sandbox):
    sandbox.fault(PATH, "http_500", times=1)
    call(sandbox)
    call(sandbox)
    call(sandbox, data={})
    log = sandbox.calls(PATH)
    assert [(entry["kind"], entry["code"]) for entry in log] == [
        ("http_500", 200),
        ("ok", 200),
        ("error", 400),
    ]
    assert [entry["data"] for entry in log] == [DATA, DATA, {}]
    assert {entry["received_at"] for entry in log} == {CLOCK}
    sandbox.clear_calls()
    assert sandbox.calls() == []


@pytest.mark.slow
def test_the_log_counts_what_is_in_flight(sandbox):
    """Answers wait long enough for all callers to be there together."""
    sandbox.fault(PATH, "slow", delay_s=0.5)
    with ThreadPoolExecutor(4) as threads:
        assert [answer.status_code for answer in threads.map(lambda _: call(sandbox), range(4))] == [200] * 4
    assert [entry["in_flight"] for entry in sandbox.calls(PATH)] == [1, 2, 3, 4]


@pytest.mark.parametrize("order", [{"path": PATH}, {"path": PATH, "kind": "unheard of"}])
def test_a_fault_that_is_none_is_refused(sandbox, order):
    answer = sandbox.http.post("/_sandbox/faults", json=order)
    assert answer.status_code == 400
    assert "kind" in answer.json()["error"]


ONLY_THE_ANSWER = sorted(set(get_args(Kind)) - {"slow", "huge"})


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("kind", ONLY_THE_ANSWER)
def test_money_moves_or_not_as_asked_whatever_the_fault(sandbox, kind, after):
    sandbox.fault(DEPOSIT, kind, times=1, after=after)
    order = {"op_id": "quiet", "amount": 10, "trans_no": "order-1"}
    with contextlib.suppress(httpx.TransportError):
        sandbox.open_answer(DEPOSIT, json.dumps(order).encode(), timeout=0.2 if kind == "hang" else 5)
    found = sandbox.open("/open2j/w/transfer/records", op_id="quiet", next_id=0, trans_no="order-1")
    assert len(found["result"]["records"]) == after
    assert sandbox.open("/open2j/w/transfer/balance", op_id="quiet")["result"] == {"balance": 10 * after}


def test_the_readme_lists_every_kind():
    readme = (ROOT / "twoj_sandbox/README.md").read_text("utf-8")
    assert [kind for kind in get_args(Kind) if f"`{kind}`" not in readme] == []
