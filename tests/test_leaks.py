"""A thousand faults in a row leave threads, sockets, files and memory where they were."""

import json
import os
import subprocess
import sys

import pytest

from tests.provider import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FAULTS = 1000
SOCKETS_KEPT = 8 + 1
"""So many connections the client keeps for the next questions; and the one that sets the faults."""
CONNECTIONS_KEPT = 4
"""So many threads write into the ledger at a time: poller, alerts, reports, pages."""
BYTES_A_FAULT = 700
"""Less than an error with its traceback, which somebody could forget to let go. What fills up to a bound
takes 350 to 530: lists of the last 1000 times, and the statements that SQLAlchemy keeps."""


@pytest.fixture(scope="module")
def told(_session_sandbox, tmp_path_factory):
    """What a process says it held before and after."""
    folder = tmp_path_factory.mktemp("leaks")
    process = subprocess.run(
        [sys.executable, "-m", "tests.leak_run", _session_sandbox.url, str(folder), str(FAULTS)],
        cwd=ROOT,
        env={**os.environ, "XDG_DATA_HOME": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(process.stdout.splitlines()[-1])


@pytest.fixture(autouse=True)
def _as_before(sandbox):
    """Leave the session's sandbox as it was."""


def _but_for_the_pool(held):
    """The open files; how many connections to the ledger its pool keeps is a matter of who came together."""
    pooled = {name: count for name, count in held["files"].items() if name.startswith("ledger")}
    assert max(pooled.values()) <= CONNECTIONS_KEPT
    return {name: count for name, count in held["files"].items() if name not in pooled}


def test_faults_of_what_pages_ask_leave_nothing_behind(told):
    assert told["struck"] >= FAULTS
    before, after = told["before"], told["after"]
    assert after["threads"] == before["threads"]
    assert _but_for_the_pool(after) == _but_for_the_pool(before)
    assert after["sockets"] <= SOCKETS_KEPT
    assert after["python_bytes"] - before["python_bytes"] < BYTES_A_FAULT * told["struck"]


def test_faults_under_pages_poller_and_receiver_leave_nothing_open(told):
    before, after = told["before"], told["at the end"]
    assert after["threads"] == before["threads"]
    # Each run of a page has its own connection to the cache; SQLite keeps the file of one that was closed
    # for the next. The log beside it tells how many are open.
    for held in (before, after):
        held["files"].pop("cache.db")
    assert _but_for_the_pool(after) == _but_for_the_pool(before)
    assert after["sockets"] <= SOCKETS_KEPT
