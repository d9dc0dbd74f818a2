"""Where a real part is missing, its tests are skipped, name its package, and the run's last line says so."""

import os
import subprocess
import sys

import pytest

from tests import parts


@pytest.mark.slow
def test_a_run_without_the_parts_ends_by_saying_what_it_did_not_try():
    files = ["tests/twoj_client/test_cache_stores.py", "tests/pages/test_games_in_browser.py"]
    options = ["-n0", "-q", "-p", "no:cacheprovider", "-k", "redis or sorted or opens"]
    bare = {name: value for name, value in os.environ.items() if name != "REQUIRE_ALL"} | {"PATH": "/nowhere"}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *files],
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    last = run.stdout.splitlines()[-1]
    assert last.startswith("Not tried: ")
    assert "because redis-server is missing: apt-get install redis-server" in last
    assert "because chromium is missing: apt-get install chromium" in last


def test_a_driver_that_cannot_run_is_a_skip_that_names_its_package(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    monkeypatch.setattr(parts, "compute_driver_executable", lambda: ("/bin/false", ""))
    with pytest.raises(pytest.skip.Exception, match="apt-get install libatomic1"):
        parts.browser_driver()


def test_a_part_that_is_required_is_a_failure_where_it_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install nginx-light"):
        parts.program("no-such-program", "nginx-light")
