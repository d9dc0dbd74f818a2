"""What one call to each API shows: reachable, signature accepted, how far the clocks are apart."""

import json

import pytest

from tests.parts import free_port
from tests.provider import CLOCK
from tests.twoj_client.conftest import NOW, Clock, ok, ok_open
from twoj_client import TwoJ
from twoj_client.errors import ConnectionFailed, HttpStatus, NotPermitted, TimedOut
from twoj_client.health import NOBODY, Api
from twoj_sandbox import KEY, MCH_ID

POOL = {
    "hourly_group": {"next_hour": 0, "next_pot": 0, "pot": 1},
    "super_group": {"next_hour": 0, "next_pot": 0, "pot": 1},
}
BALANCE = "/open2j/w/transfer/balance"


@pytest.fixture
def real(sandbox, tmp_path):
    """A client of the local provider, with this key, merchant, and clock so far off."""
    made = []

    def real(key=KEY, mch_id=MCH_ID, off_s=0.0):
        clock = Clock(now=CLOCK + off_s)
        made.append(
            TwoJ(
                summary_url=sandbox.url,
                mch_id=mch_id,
                key=key,
                cache_url=tmp_path,
                clock=clock,
                sleep=clock.sleep,
            )
        )
        return made[-1]

    yield real
    for each in made:
        each.close()


def test_all_is_well_and_nothing_is_kept_or_moved(real, sandbox):
    twoj = real()
    for _ in range(2):
        found = [twoj.health(api) for api in Api]
    assert [(each.reachable, each.signed, each.error) for each in found] == [(True, True, None)] * 3
    assert [each.ahead_s for each in found] == [None, 0.0, 0.0]
    assert [call["path"] for call in sandbox.calls()] == ["/api/all/list", "/open2j/g/gjp/pool", BALANCE] * 2
    assert sandbox.calls(BALANCE)[0]["data"] == {"op_id": NOBODY}


@pytest.mark.parametrize("wrong", [{"key": "another"}, {"mch_id": 102}])
def test_a_wrong_key_or_merchant_is_a_refused_signature(real, wrong):
    twoj = real(**wrong)
    found = [twoj.health(api) for api in Api]
    assert [(each.reachable, each.signed) for each in found] == [(True, False)] * 3
    assert [each.error.code for each in found] == [400, 500008, 500008]
    assert [each.ahead_s for each in found] == [None, 0.0, 0.0]


def test_a_wrong_clock_is_told_by_the_refusal_itself(real):
    twoj = real(off_s=-400)
    found = [twoj.health(api) for api in Api]
    assert [each.signed for each in found] == [False] * 3
    assert [each.ahead_s for each in found] == [None, 400.0, 400.0]


def test_the_providers_clock_is_ahead_or_behind(real):
    assert real(off_s=10).health(Api.JACKPOT).ahead_s == -10
    assert real(off_s=-10).health(Api.WALLET).ahead_s == 10


def test_between_question_and_answer_nobody_can_say(provider, make_client, clock):
    def slow(_call):
        clock.now += 1.5
        return ok_open(POOL)

    provider.answers["/open2j/g/gjp/pool"] = slow
    twoj = make_client()
    clock.now = NOW - 1
    assert twoj.health(Api.JACKPOT).ahead_s == 0


def test_who_does_not_answer_says_nothing_of_the_signature(make_client):
    found = make_client(summary_url=f"http://127.0.0.1:{free_port()}").health(Api.SUMMARY)
    assert (found.reachable, found.signed, found.ahead_s) == (False, None, None)
    assert isinstance(found.error, ConnectionFailed)


@pytest.mark.slow
def test_it_is_asked_once_and_briefly(sandbox, real):
    sandbox.fault("*", "hang")
    found = real().health(Api.SUMMARY)
    assert isinstance(found.error, TimedOut)
    assert found.took_s <= 2.5
    assert len(sandbox.calls()) == 1


def test_other_failures_say_nothing_of_the_signature_either(provider, make_client):
    provider.answers["/api/all/list"] = lambda _call: (502, {}, b"<html>")
    found = make_client().health(Api.SUMMARY)
    assert (found.reachable, found.signed) == (True, None)
    assert isinstance(found.error, HttpStatus)


def test_without_permission_the_signature_was_good(provider, make_client):
    header = {"code": 500009, "msg": "no", "timestamp": "soon"}
    provider.answers[BALANCE] = lambda _call: (200, {}, json.dumps({"header": header}).encode())
    found = make_client().health(Api.WALLET)
    assert isinstance(found.error, NotPermitted)
    assert (found.signed, found.ahead_s) == (True, None)


def test_a_refusal_of_the_open_api_is_the_signatures_only_by_its_code(provider, make_client):
    header = {"code": 100000, "msg": "no", "timestamp": NOW * 1000}
    provider.answers[BALANCE] = lambda _call: (200, {}, json.dumps({"header": header}).encode())
    assert make_client().health(Api.WALLET).signed is None
    provider.answers["/api/all/list"] = lambda _call: ok([])
    assert make_client().health(Api.SUMMARY).signed
