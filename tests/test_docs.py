"""docs/running.md names what people will meet: every event of the log, metric, and error of a call."""

import re
from pathlib import Path

import pytest

from twoj_client import errors

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/running.md").read_text("utf-8")
ROOMS = ("twoj_client", "dashboard", "archive", "ledger", "reports", "pages", "app.py")
CODE = "\n".join(
    path.read_text("utf-8")
    for room in ROOMS
    for path in ([ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py")))
)
EVENTS = sorted(set(re.findall(r'\blog\.(?:debug|info|warning|error|exception)\(\s*"([^"]+)"', CODE)))
METRICS = sorted(set(re.findall(r'"(twoj_[a-z_]+)"', CODE)) - {"twoj_client", "twoj_sandbox"})


def test_something_is_found():
    assert {"call", "call failed", "drawn", "payout unreadable"} <= set(EVENTS)
    assert {"twoj_ready", "twoj_provider_calls", "twoj_page_run_seconds"} <= set(METRICS)


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_of_the_log_is_explained(event):
    assert f"`{event}`" in PAGE


@pytest.mark.parametrize("metric", METRICS)
def test_each_metric_is_explained(metric):
    assert re.search(rf"`{metric}(_total)?`", PAGE)


@pytest.mark.parametrize("name", sorted({each.__name__ for each in errors._BY_CODE.values()}))
def test_each_error_of_a_call_is_explained(name):
    assert f"`{name}`" in PAGE or getattr(errors, name).is_answer
