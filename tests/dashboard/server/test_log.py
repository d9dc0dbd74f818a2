"""One shape for all lines of the log, and whose they are, across threads."""

import io
import logging
import re

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from dashboard.server.log import adopt, configure
from tests.dashboard.server.logs import lines, log_streams
from tests.twoj_client.conftest import KEY

LIST = "/api/all/list"


@pytest.fixture
def written():
    with log_streams() as streams:
        yield streams


def test_all_loggers_write_json_in_one_shape(written):
    stream, _ = written
    configure(stream)
    with bound_contextvars(request_id="r-1", page="games"):
        structlog.get_logger("payouts").warning("payout refused", code=7, msg="no\nline")
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
            structlog.get_logger("dashboard").exception("part failed", part="x")
        assert "ValueError" in stream.getvalue()
        assert KEY not in stream.getvalue()
    assert len(lines(written[0])) == 1
    assert "Traceback" in lines(written[0])[0]["exception"]


def test_a_terminal_is_told_what_needs_a_look_in_words(written):
    _, terminal = written
    configure(terminal)
    logging.getLogger("twoj_client").info("call")
    logging.getLogger("twoj_client").warning("call failed", extra={"endpoint": LIST})
    (line,) = terminal.getvalue().splitlines()
    assert "call failed" in line
    assert f"endpoint={LIST}" in re.sub(r"\x1b\[\d*m", "", line)
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


def test_whoever_reads_the_log_in_another_way_reads_an_event_as_text(written, caplog):
    configure(written[0])
    logging.getLogger().addHandler(caplog.handler)
    structlog.get_logger("payouts").error("payout conflict", trans_no="t-1")
    assert caplog.messages == ["event='payout conflict' trans_no='t-1'"]
