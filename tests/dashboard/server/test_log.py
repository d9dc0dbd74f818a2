"""One shape for all lines of the log, and whose they are, across threads."""

import io
import json
import logging

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from dashboard.server.log import adopt, configure, logger
from tests.twoj_client.conftest import KEY, ok
from twoj_client import TwoJError
from twoj_client.threads import Workers

LIST = "/api/all/list"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def written():
    """What is logged once `configure` was called with one of these; then all is as before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("app", "dashboard", "payouts", "twoj_client")}
    yield io.StringIO(), Terminal()
    root.handlers[:], root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_all_loggers_write_json_in_one_shape(written):
    stream, _ = written
    configure(stream)
    with bound_contextvars(request_id="r-1", page="games"):
        logger("payouts").warning("payout refused", code=7, msg="no\nline")
        structlog.get_logger("dashboard.kit.x").info("drawn", ms=12)
        logging.getLogger("sqlalchemy").error("it %s", "broke")
    logging.getLogger("httpx").info("HTTP Request: POST https://provider/?sign=…")
    first, second, third = lines(stream)
    assert {
        name: first[name] for name in ("event", "level", "logger", "request_id", "page", "code", "msg")
    } == {
        "event": "payout refused",
        "level": "warning",
        "logger": "payouts",
        "request_id": "r-1",
        "page": "games",
        "code": 7,
        "msg": "no\nline",
    }
    assert (second["event"], second["request_id"], second["ms"]) == ("drawn", "r-1", 12)
    assert (third["event"], third["request_id"], third["level"]) == ("it broke", "r-1", "error")
    assert all(line["timestamp"].endswith("Z") for line in (first, second, third))


def test_a_traceback_is_one_line_and_shows_no_variables(written):
    for stream in written:
        configure(stream)
        secret = KEY
        try:
            int(f"no number of {len(secret)}")
        except ValueError:
            logger("dashboard").exception("part failed", part="x")
        assert "ValueError" in stream.getvalue()
        assert KEY not in stream.getvalue()
    assert len(lines(written[0])) == 1
    assert "Traceback" in lines(written[0])[0]["exception"]


def test_a_terminal_is_told_what_needs_a_look_in_words(written):
    _, terminal = written
    configure(terminal)
    logger("twoj_client").info("call")
    logger("twoj_client").warning("call failed", endpoint=LIST)
    (line,) = terminal.getvalue().splitlines()
    assert "call failed" in line
    assert not line.startswith("{")


def test_libraries_with_handlers_of_their_own_are_taken_over(written):
    stream, _ = written
    elsewhere = io.StringIO()
    library = logging.getLogger("made_up.server")
    library.addHandler(logging.StreamHandler(elsewhere))
    library.propagate = False
    configure(stream)
    adopt("made_up")
    library.error("lost")
    assert lines(stream)[0]["event"] == "lost"
    assert not elsewhere.getvalue()


def test_without_configuration_an_event_is_text(caplog):
    logger("payouts").error("payout conflict", trans_no="t-1")
    assert caplog.messages == ["event='payout conflict' trans_no='t-1'"]


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
