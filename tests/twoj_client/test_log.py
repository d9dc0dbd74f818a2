"""The client's lines in the log: each call, and whose it is, across threads."""

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from dashboard.server.log import configure
from tests.dashboard.server.logs import lines, log_streams
from tests.twoj_client.conftest import ok
from twoj_client import TwoJError
from twoj_client.threads import Workers

LIST = "/api/all/list"


@pytest.fixture
def written():
    with log_streams() as streams:
        yield streams


def test_each_call_to_the_provider_is_a_line_with_the_request_id(written, provider, make_client):
    stream, _ = written
    configure(stream)
    twoj = make_client()
    with bound_contextvars(request_id="r-2", page="games"):
        provider.answers[LIST] = lambda _call: (200, {}, b'{"code": 400, "msg": "no"}')
        with pytest.raises(TwoJError):
            twoj.all.list()
        provider.answers[LIST] = lambda _call: ok([])
        twoj.all.list()
    failed, good = (line for line in lines(stream) if line["logger"] == "twoj_client")
    assert (failed["event"], failed["level"], failed["outcome"], failed["code"]) == (
        "call failed",
        "warning",
        "ParameterRefused",
        400,
    )
    assert (good["event"], good["outcome"], good["endpoint"]) == ("call", "ok", LIST)
    assert failed["request_id"] == good["request_id"] == "r-2"
    assert isinstance(good["ms"], int)


def test_the_clients_own_threads_know_whose_call_it_is(written, provider, make_client, clock):
    stream, _ = written
    configure(stream)
    total = dict.fromkeys(("bet_count", "bet_amount", "gain_amount", "company_gain_amount"), 0)
    provider.says("/api/all/stage/summary", {"day_list": [], "summary": total})
    twoj = make_client()
    with bound_contextvars(request_id="r-3"):
        twoj.all.stage_summary(start=1_700_000_000, end=1_700_000_000 + 120 * 86_400)
    calls = [line for line in lines(stream) if line["event"] == "call"]
    assert len(calls) > 1
    assert {line["request_id"] for line in calls} == {"r-3"}


def test_a_pools_work_sees_the_variables_of_who_asked_for_it():
    with Workers(1) as pool:
        with bound_contextvars(request_id="r-4"):
            inside = pool.submit(structlog.contextvars.get_contextvars)
        outside = pool.submit(structlog.contextvars.get_contextvars)
        assert inside.result() == {"request_id": "r-4"}
        assert outside.result() == {}
