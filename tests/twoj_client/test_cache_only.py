"""What is at hand is answered by the cache alone: the provider is neither asked nor waited for."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.twoj_client.conftest import NOW, Clock
from tests.twoj_client.test_stage_summary import client_of
from tests.twoj_client.world import DAY_S, World, WorldBet
from twoj_client.cache_only import cache_only

TODAY = NOW - NOW % DAY_S


@pytest.fixture
def world():
    return World(Clock(), [WorldBet(NOW - 10 * DAY_S + i * 900) for i in range(960)])


@pytest.fixture
def twoj(world, tmp_path):
    with client_of(world, tmp_path) as client:
        yield client


@pytest.fixture(params=["a summary", "rounds", "the list of games", "a balance"])
def read(request, twoj):
    window = {"start": TODAY - 3 * DAY_S, "end": TODAY}
    return {
        "a summary": partial(twoj.all.stage_summary, **window),
        "rounds": partial(twoj.all.history, **window),
        "the list of games": twoj.all.list,
        "a balance": partial(twoj.transfer.balance, op_id="a"),
    }[request.param]


def test_the_provider_is_not_asked(world, read):
    assert cache_only(read) is None
    assert world.calls == []


def test_what_is_kept_is_answered(world, twoj):
    read = partial(twoj.all.stage_summary, start=TODAY - 3 * DAY_S, end=TODAY)
    reply = read()
    assert cache_only(read) == reply
    assert len(world.calls) == 1


def test_nobody_waits_for_what_somebody_else_has_asked(world, twoj):
    asked, go_on = threading.Event(), threading.Event()

    def hook() -> None:
        asked.set()
        assert go_on.wait(10)

    world.hook = hook
    read = partial(twoj.all.stage_summary, start=TODAY - 3 * DAY_S, end=TODAY)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(read)
        assert asked.wait(10)
        assert cache_only(read) is None
        go_on.set()

        assert slow.result(10).complete


def test_afterwards_the_provider_may_be_asked_again(world, twoj):
    read = partial(twoj.all.stage_summary, start=TODAY - 3 * DAY_S, end=TODAY)
    cache_only(read)
    assert read().complete
    assert len(world.calls) == 1


def test_what_is_near_its_end_is_still_fetched_ahead(world, twoj):
    read = partial(twoj.all.stage_summary, start=TODAY, end=NOW)
    read()

    world.clock.now += 25
    fetched = threading.Event()
    world.hook = fetched.set
    assert cache_only(read) is not None
    assert fetched.wait(10)
