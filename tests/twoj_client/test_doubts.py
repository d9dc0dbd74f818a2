"""An endpoint that hangs: who waits for it, who hears of it at once, and when it is asked again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.twoj_client.conftest import ok
from twoj_client.doubts import Doubts
from twoj_client.errors import HttpStatus, TimedOut

PATH, OTHER = "/api/all/list", "/api/all/stage/summary"
IN_VAIN = TimedOut("The provider took too long.", endpoint=PATH)


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def doubts(now):
    return Doubts(lambda: now[0])


def refused(doubts, path=PATH):
    try:
        with doubts.turn(path):
            return False
    except TimedOut as error:
        return not error.was_sent


def test_after_a_wait_in_vain_it_is_left_alone_for_five_seconds(doubts, now):
    doubts.note(PATH, 92.0, IN_VAIN)
    assert refused(doubts)
    assert not refused(doubts, OTHER)
    now[0] += 4.9
    assert refused(doubts)
    now[0] += 0.1
    assert not refused(doubts)


def test_a_question_too_heavy_for_it_says_nothing_about_others(doubts, now):
    doubts.note(PATH, 95.0, None)
    doubts.note(PATH, 92.0, IN_VAIN)
    assert not refused(doubts)


@pytest.mark.parametrize("answer", [None, HttpStatus(500, endpoint=PATH)])
def test_whatever_it_answers_ends_the_doubt(doubts, now, answer):
    doubts.note(PATH, 92.0, IN_VAIN)
    now[0] += 1
    doubts.note(PATH, 100.0, answer)
    assert not refused(doubts)


def test_in_doubt_one_asks_and_the_others_wait_for_its_answer(doubts, now):
    doubts.note(PATH, 92.0, IN_VAIN)
    now[0] += 5
    asking, answered = threading.Event(), threading.Event()
    inside = []

    def probe():
        with doubts.turn(PATH):
            asking.set()
            answered.wait(10)
            inside.append("probe")
            doubts.note(PATH, 105.0, None)

    def other():
        asking.wait(10)
        with doubts.turn(PATH):
            inside.append("other")

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(probe), pool.submit(other)]
        asking.wait(10)
        answered.set()
        assert [each.result() for each in done] == [None, None]
    assert inside == ["probe", "other"]


def test_where_the_one_waits_in_vain_the_others_hear_of_it(doubts, now, monkeypatch):
    monkeypatch.setattr("twoj_client.doubts._PROBE_S", 0.01)
    doubts.note(PATH, 92.0, IN_VAIN)
    now[0] += 5
    with doubts.turn(PATH):
        assert refused(doubts)
    assert not refused(doubts)


def test_a_client_leaves_a_hanging_endpoint_alone_and_asks_the_others(provider, make_client, clock):
    def hang(_call):
        provider.hang.wait(10)
        return ok([])

    provider.answers[PATH] = hang
    provider.says("/open2j/w/transfer/balance", {"balance": 5})
    twoj = make_client(timeout_s=0.1, budget_s=0.15)
    with pytest.raises(TimedOut, match="took too long"):
        twoj.all.list()
    asked = len(provider.at(PATH))
    with pytest.raises(TimedOut, match="took too long"):
        twoj.all.list()
    assert len(provider.at(PATH)) == asked
    assert twoj.transfer.balance(op_id="a").data.balance == 5
    provider.says(PATH, [])
    clock.now += 5
    assert twoj.all.list().data == []


def test_what_has_just_failed_is_asked_once_until_it_answers_or_some_time_later(provider, twoj, clock):
    path = "/open2j/w/transfer/balance"

    def asked():
        before = len(provider.at(path))
        with suppress(HttpStatus):
            twoj.transfer.balance(op_id="a")
        return len(provider.at(path)) - before

    def broken(_call):
        return 500, {}, b""

    provider.answers[path] = broken
    assert [asked(), asked()] == [4, 1]
    provider.says(path, {"balance": 5})
    assert asked() == 1
    provider.answers[path] = broken
    assert [asked(), asked()] == [4, 1]
    clock.now += 5
    assert asked() == 4
