"""Fixtures for all tests: a running provider with a stopped clock, and the world it serves."""

from collections.abc import Iterator

import pytest

from tests.provider import CLOCK, Sandbox, start_sandbox
from twoj_sandbox.world import World


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
