"""Fixtures for all tests: a running provider with a stopped clock, and the world it serves.

What takes long to import is imported by who needs it: the process that only hands out tests reads this, and
no other starts before it has.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from streamlit.testing.v1.local_script_runner import LocalScriptRunner

    from tests.provider import Sandbox
    from twoj_sandbox.world import World

# A fifth of what short tests cost was compiling the same code anew, once for each process that they start.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Who does not test the archive has none: it would ask the provider in the background.
os.environ["TWOJ_ARCHIVE_URL"] = "off"

# A law holds however busy the machine is.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Each page as a script would read about all installed packages again: a sixth of the pages' tests."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session", autouse=True)
def _the_end_of_a_page_is_waited_for() -> Iterator[None]:
    """Who waits for a page as a script would look each millisecond whether it has ended."""
    from streamlit.testing.v1 import local_script_runner

    look = local_script_runner.require_widgets_deltas

    def wait(runner: LocalScriptRunner, timeout: float = 3) -> None:
        if runner._script_thread:
            runner._script_thread.join(timeout)
        if not runner.script_stopped():
            look(runner, 0)  # it is late: have it stopped, and say so

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_ALL=1 a skipped test is a failure: a missing part must not pass for a tested one."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL") == "1":
        report.outcome = "failed"
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole pages are slow, and an archive of sixty days; what was late in a browser is tried once more."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if {"open_page", "filled"} & {*getattr(item, "fixturenames", ())}:
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("browser") or item.get_closest_marker("servers"):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say in the last lines what was tried twice and what was not tried, and why."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    for report in reporter.stats.get("rerun", ()):
        why = [line for line in report.longreprtext.splitlines() if line.startswith("E")]
        reporter.write_line("\n".join([f"Tried twice: {report.nodeid}", *why]))
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in reporter.stats.get("skipped", ())
    )
    if reasons:
        parts = "; ".join(f"{count} because {reason}" for reason, count in reasons.most_common())
        reporter.write_line(f"Not tried: {parts}.")


@pytest.fixture(scope="session")
def _session_sandbox() -> Iterator[Sandbox]:
    from tests.provider import CLOCK, start_sandbox

    with start_sandbox(clock=CLOCK) as running:
        yield running


@pytest.fixture
def sandbox(_session_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The session's sandbox: clock stopped at `CLOCK`, no faults, no transfers, an empty request log."""
    from tests.provider import CLOCK

    yield _session_sandbox
    _session_sandbox.reset(CLOCK)


@pytest.fixture(scope="session")
def truth() -> World:
    """The world that `sandbox` serves, in this process, to sum up by brute force."""
    from twoj_sandbox.world import World

    return World()


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that one process makes for all that share the tests of a run."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            begun = factory.mktemp(name)
            make(begun)
            begun.rename(folder)
    return folder


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, truth: World) -> Path:
    """A ledger and an archive that hold sixty days of the provider's world, as of `CLOCK`."""
    from tests import archived

    return _once(tmp_path_factory, "filled", lambda at: archived.make(at / "ledger", at / "archive", truth))


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory, truth: World) -> Path:
    """The home of a dashboard on demo data whose archive holds sixty days up to now (`archived.demo_at`)."""
    from tests import archived

    return _once(tmp_path_factory, "demo", lambda home: archived.make_demo(home, truth))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of a module."""
    from tests.browser import chromium

    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory, demo_home: Path) -> Iterator[str]:
    """A dashboard on demo data with a filled archive, for tests in a browser that only look at its pages."""
    from tests import archived
    from tests.browser import dashboard
    from tests.parts import program

    program("chromium", "chromium")  # who has none need not wait for it
    home = tmp_path_factory.mktemp("home")
    with dashboard(home, TWOJ_CURRENCY="PHP", **archived.demo_at(home, demo_home)) as running:
        yield running.url
