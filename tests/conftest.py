"""Fixtures for all tests: a running provider with a stopped clock, and the world it serves."""

import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.provider import CLOCK, Sandbox, start_sandbox
from twoj_sandbox.world import World

# A law holds however busy the machine is.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_ALL=1 a skipped test is a failure: a missing part must not pass for a tested one."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL") == "1":
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def _session_sandbox() -> Iterator[Sandbox]:
    with start_sandbox(clock=CLOCK) as running:
        yield running


@pytest.fixture
def sandbox(_session_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The session's sandbox: clock stopped at `CLOCK`, no faults, no transfers, an empty request log."""
    yield _session_sandbox
    _session_sandbox.reset()
    _session_sandbox.set_clock(CLOCK)


@pytest.fixture(scope="session")
def truth() -> World:
    """The world that `sandbox` serves, in this process, to sum up by brute force."""
    return World()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of a module."""
    with chromium() as running:
        yield running
