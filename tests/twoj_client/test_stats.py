"""What the client counts: calls by time, failures by error, how long they took."""

import pytest

from tests.twoj_client.conftest import Clock, ok
from twoj_client import TwoJError
from twoj_client.stats import SECONDS, Stats

LIST = "/api/all/list"


def test_calls_of_the_last_minute_and_quarter_of_an_hour():
    clock = Clock(now=1000.0)
    stats = Stats(clock)
    for _ in range(3):
        stats.note_call("x", 0.2)
    stats.note_call("x", 0.2, "TimedOut")
    clock.now += 50
    stats.note_call("x", 0.2)
    assert (stats.read()["x"].calls_60s, stats.read()["x"].calls_900s) == (5, 5)
    clock.now += 15
    assert (stats.read()["x"].calls_60s, stats.read()["x"].calls_900s) == (1, 5)
    clock.now += 60
    assert (stats.read()["x"].calls_60s, stats.read()["x"].calls_900s) == (0, 5)
    assert stats.read()["x"].failures_900s == 1
    clock.now += 900
    read = stats.read()["x"]
    assert (read.calls_60s, read.calls_900s, read.failures_900s) == (0, 0, 0)
    assert (read.calls, read.failures) == (5, {"TimedOut": 1})


def test_how_long_calls_took():
    stats = Stats(Clock())
    for seconds in (0.05, 0.06, 0.3, 0.3, 0.3, 2.0, 20.0):
        stats.note_call("x", seconds)
    read = stats.read()["x"]
    assert SECONDS == (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
    assert read.up_to == (1, 2, 2, 5, 5, 6, 6, 6)
    assert read.seconds == pytest.approx(23.01)
    assert (read.p50_s, read.p95_s) == (0.3, 20.0)


def test_a_failure_is_counted_by_its_error_also_where_the_answer_says_it(provider, make_client):
    twoj = make_client()
    provider.answers[LIST] = lambda _call: (200, {}, b'{"code": 400, "msg": "no"}')
    with pytest.raises(TwoJError):
        twoj.all.list()
    provider.answers[LIST] = lambda _call: (502, {}, b"<html>")
    with pytest.raises(TwoJError):
        twoj.all.list()
    provider.answers[LIST] = lambda _call: ok([])
    twoj.all.list()
    counted = twoj.stats()["all.list"]
    assert counted.failures == {"ParameterRefused": 1, "HttpStatus": 4}
    assert counted.calls == counted.calls_60s == 6
