"""The program: its first line, its flags, its clock, and how it ends."""

import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from tests.provider import CLOCK, ROOT, start_sandbox

LIST = "/api/all/list"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.slow
def test_a_signal_ends_it_cleanly(number):
    with start_sandbox() as sandbox:
        sandbox.process.send_signal(number)
        assert sandbox.process.wait(5) == 0


@pytest.mark.slow
def test_it_ends_when_its_standard_input_closes():
    with start_sandbox() as sandbox:
        sandbox.process.stdin.close()
        assert sandbox.process.wait(5) == 0


@pytest.mark.slow
def test_a_hanging_request_does_not_keep_it():
    with start_sandbox(clock=CLOCK) as sandbox:
        sandbox.fault(LIST, "hang")
        with pytest.raises(httpx.ReadTimeout):
            sandbox.http.post(LIST, content=b"{}", timeout=0.1)
        sandbox.process.terminate()
        assert sandbox.process.wait(5) == 0


@pytest.mark.slow
def test_the_port_that_was_asked_for():
    port = free_port()
    with start_sandbox("--port", str(port)) as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{port}"
        assert sandbox.summary(LIST)["code"] == 200


@pytest.mark.slow
def test_the_real_time_runs():
    with start_sandbox() as sandbox:
        assert abs(sandbox.now() - time.time()) < 5
        now = sandbox.now()
        answer = sandbox.summary("/api/all/stage/summary", time_start=now - 3 * 86_400, time_end=now)
        assert len(answer["data"]["day_list"]) in (3, 4)
        sandbox.set_clock(CLOCK)
        sandbox.advance_clock(60)
        assert sandbox.now() == CLOCK + 60
        sandbox.set_clock(None)
        assert abs(sandbox.now() - time.time()) < 5


@pytest.mark.slow
def test_seed_load_days_and_delay():
    flags = ("--seed", "7", "--bets-per-hour", "100", "--days", "5", "--delay-ms", "150")
    with start_sandbox(*flags, clock=CLOCK) as sandbox:
        begun = time.perf_counter()
        answer = sandbox.summary("/api/all/stage/summary", time_start=CLOCK - 60 * 86_400, time_end=CLOCK)
        assert time.perf_counter() - begun >= 0.15
        days = answer["data"]["day_list"]
        assert (len(days), days[-1]["date"]) == (6, "2026-03-10")
        assert days[-1]["bet_amount"] == 13_469_500


@pytest.mark.parametrize("wrong", [("--bets-per-hour", "0"), ("--seed", "-1"), ("--port", "x")])
@pytest.mark.slow
def test_a_wrong_flag_says_so(wrong):
    command = [sys.executable, "-m", "twoj_sandbox", *wrong]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert wrong[0] in ended.stderr
    assert ended.stdout == ""


@pytest.mark.slow
def test_it_listens_on_loopback_alone():
    with start_sandbox() as sandbox:
        assert httpx.URL(sandbox.url).host == "127.0.0.1"
        listening = subprocess.run(
            ["cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True, check=False
        )
        port = f"{httpx.URL(sandbox.url).port:04X}"
        addresses = [line.split()[1] for line in listening.stdout.splitlines() if line.split()[3] == "0A"]
        assert [address for address in addresses if address.endswith(f":{port}")] == [f"0100007F:{port}"]
