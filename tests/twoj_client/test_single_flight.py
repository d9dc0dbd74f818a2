"""Flights over several processes that share a store: one asks, the others wait, and not for the dead."""

import pytest

from tests.twoj_client.conftest import Clock
from tests.twoj_client.world import claim
from twoj_client.cache.single_flight import SingleFlight
from twoj_client.cache.store import ResilientStore


class Claims:
    """A store that keeps claims, by the test's clock."""

    place = "here"

    def __init__(self, clock):
        self._clock = clock
        self._until = {}

    def lead(self, key, _owner, ttl_s):
        free = self._clock() >= self._until.get(key, float("-inf"))
        if free:
            self._until[key] = self._clock() + ttl_s
        return free

    def release(self, key):
        self._until.pop(key, None)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(clock):
    return ResilientStore(Claims(clock), clock)


@pytest.fixture
def single_flight(store, clock):
    return SingleFlight(store, timer=clock, sleep=clock.sleep, wait_s=20)


def test_what_another_process_fetches_is_waited_for(store, clock, single_flight):
    claim(store, "k#claim", 20)
    began = clock()

    def look():
        return "theirs" if clock() > began + 3 else None

    assert single_flight.do("k", look, lambda: "ours") == "theirs"
    assert clock() < began + 3.1


def test_a_process_that_was_killed_while_it_fetched_is_waited_for_no_longer_than_5_s(store, clock):
    class Killed(BaseException):
        pass

    def killed():
        store.release = lambda _key: None  # it does nothing more
        raise Killed

    one, other = (SingleFlight(store, timer=clock, sleep=clock.sleep, wait_s=20) for _ in range(2))
    with pytest.raises(Killed):
        one.do("k", lambda: None, killed)
    began = clock()
    assert other.do("k", lambda: None, lambda: "ours") == "ours"
    assert 4.9 < clock() - began < 5.1


def test_what_fails_is_free_for_the_next_at_once(clock, store):
    one, other = (SingleFlight(store, timer=clock, sleep=clock.sleep, wait_s=20) for _ in range(2))

    def fail():
        raise OSError("reset")

    with pytest.raises(OSError, match="reset"):
        one.do("k", lambda: None, fail)
    assert other.do("k", lambda: None, lambda: "ours") == "ours"
    assert clock.slept == []


def test_what_another_process_brought_between_our_look_and_our_claim_is_not_fetched_again(
    store, single_flight
):
    def fetch():
        raise AssertionError("asked twice")

    assert single_flight.do("k", lambda: "theirs", fetch) == "theirs"
    assert claim(store, "k#claim", 5), "given back"
