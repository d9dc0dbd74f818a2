"""An endpoint that hangs: who waits for it, who hears of it at once, and when it is asked again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.twoj_client.conftest import ok
from twoj_client.circuit_breaker import CircuitBreaker, CircuitOpen
from twoj_client.endpoints import ALL_LIST
from twoj_client.errors import HttpStatus, TimedOut
from twoj_client.transport import ApiCall

PATH, OTHER = "/api/all/list", "/api/all/stage/summary"
IN_VAIN = TimedOut("The provider took too long.", endpoint=PATH)


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def breaker(now):
    return CircuitBreaker(lambda: now[0], probe_wait_s=1)


def refused(breaker, path=PATH):
    try:
        with breaker.guard(path):
            return False
    except CircuitOpen as left_alone:
        return left_alone.failure is IN_VAIN


def test_after_a_wait_in_vain_it_is_left_alone_for_five_seconds(breaker, now):
    breaker.record(IN_VAIN, PATH, 92.0)
    assert refused(breaker)
    assert not refused(breaker, OTHER)
    now[0] += 4.9
    assert refused(breaker)
    now[0] += 0.1
    assert not refused(breaker)


def test_a_question_too_heavy_for_it_says_nothing_about_others(breaker, now):
    breaker.record(None, PATH, 95.0)
    breaker.record(IN_VAIN, PATH, 92.0)
    assert not refused(breaker)


def test_an_answer_ends_the_doubt(breaker, now):
    breaker.record(IN_VAIN, PATH, 92.0)
    now[0] += 1
    breaker.record(None, PATH, 100.0)
    assert not refused(breaker)


def test_in_doubt_one_asks_and_the_others_wait_for_its_answer(breaker, now):
    breaker.record(IN_VAIN, PATH, 92.0)
    now[0] += 5
    asking, answered = threading.Event(), threading.Event()
    inside = []

    def probe():
        with breaker.guard(PATH):
            asking.set()
            answered.wait(10)
            inside.append("probe")
            breaker.record(None, PATH, 105.0)

    def other():
        asking.wait(10)
        with breaker.guard(PATH):
            inside.append("other")

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(probe), pool.submit(other)]
        asking.wait(10)
        answered.set()
        assert [each.result() for each in done] == [None, None]
    assert inside == ["probe", "other"]


def test_where_the_one_waits_in_vain_the_others_hear_of_it(breaker, now):
    breaker._probe_wait_s = 0.01
    breaker.record(IN_VAIN, PATH, 92.0)
    now[0] += 5
    with breaker.guard(PATH):
        assert refused(breaker)
    assert not refused(breaker)


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


@pytest.mark.parametrize("answer", [ok([]), (500, {}, b"")])
def test_whatever_a_hanging_endpoint_answers_ends_the_doubt(provider, make_client, clock, answer):
    """Also to whoever began to ask before it was doubted."""
    hanging, answers = threading.Event(), threading.Event()

    def first(_call):
        provider.answers[PATH] = hang
        hanging.set()
        answers.wait(10)
        return answer

    def hang(_call):
        provider.hang.wait(10)
        return ok([])

    provider.answers[PATH] = first
    slow = make_client()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(slow._core.ask, ALL_LIST, {}, hurried=True)
        hanging.wait(10)
        with pytest.raises(TimedOut):
            slow._core.senders._send(ApiCall(ALL_LIST, b"{}", clock.now + 0.1))
        provider.answers[PATH] = lambda _call: ok([])
        sent = len(provider.at(PATH))
        with pytest.raises(TimedOut):
            slow._core.ask(ALL_LIST, {}, hurried=True)
        assert len(provider.at(PATH)) == sent
        answers.set()
        with suppress(HttpStatus):
            asked.result()
    assert slow._core.ask(ALL_LIST, {}, hurried=True).value == []


def test_so_many_failures_in_a_row_and_then_none_is_tried(now):
    breaker = CircuitBreaker(lambda: now[0], rest_s=60, most=3)
    for failure in (IN_VAIN, IN_VAIN, None, IN_VAIN, IN_VAIN):
        breaker.record(failure, PATH)
        assert not refused(breaker)
    breaker.record(IN_VAIN, PATH)
    assert refused(breaker)
    assert breaker.is_open(PATH)
    now[0] += 60
    assert not breaker.is_open(PATH)
    assert not refused(breaker)
    breaker.record(IN_VAIN, PATH)  # one more is enough
    assert refused(breaker)


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
