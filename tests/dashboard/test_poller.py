"""The one poller of a server: when it asks, when it rests, what it makes of failures."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import structlog

from dashboard.data.poller import REST_AFTER_S, Poller
from twoj_client import Reply
from twoj_client.errors import TimedOut
from twoj_client.models import Pool
from twoj_client.models import Pot as PotAnswer

NOW_S = 1_773_567_000


class World:
    """A clock, a provider, and what the poller said it heard."""

    def __init__(self, every_s=2):
        self.now = float(NOW_S)
        self.asked = 0
        self.answer = self.pots
        self.heard = []
        self.poller = Poller(
            self.ask,
            lambda before, after: self.heard.append((before, after)),
            every_s=every_s,
            clock=lambda: self.now,
            timer=lambda: self.now - NOW_S + 1000,
        )

    def ask(self):
        self.asked += 1
        return self.answer()

    def pots(self, hourly="100", *, stale=False, age_s=0.0, timestamp=5000):
        pot = PotAnswer(Decimal(hourly), Decimal(0), 0)
        as_of = datetime.fromtimestamp(self.now - age_s, UTC)
        return Reply(Pool(pot, pot, timestamp), as_of, stale=stale)

    def fail(self):
        raise TimedOut("The provider took too long.")


@pytest.fixture
def world():
    return World()


def test_nobody_looks_so_nobody_is_asked(world):
    assert world.poller.turn() is None
    assert world.asked == 0


def test_it_asks_every_two_seconds_while_somebody_looks(world):
    world.poller.look()
    assert world.poller.turn() == 2
    assert world.poller.look().pots.hourly.amount == 100
    assert world.asked == 1


def test_it_rests_once_nobody_looked_for_a_while_and_wakes_at_a_look(world):
    world.poller.look()
    world.now += REST_AFTER_S
    assert world.poller.turn() == 2
    world.now += 0.1
    assert world.poller.turn() is None
    world.poller.look()
    assert world.poller.turn() == 2


def test_a_slow_pace_does_not_put_it_to_sleep_between_two_looks():
    world = World(every_s=10)
    world.poller.look()
    world.now += 29
    assert world.poller.turn() == 10


def test_the_next_question_comes_so_long_after_the_answer_was_true(world):
    """Servers that share a cache fall into step: who gets another's answer asks when that one does."""
    world.answer = lambda: world.pots(age_s=1.25)
    world.poller.look()
    assert world.poller.turn() == 0.75


def test_the_age_is_that_of_the_answer_and_grows(world):
    world.answer = lambda: world.pots(age_s=0.5)
    world.poller.look()
    world.poller.turn()
    world.now += 3
    assert world.poller.age_ms(world.poller.look()) == 3500


def test_each_new_answer_is_told_with_the_one_before(world):
    world.poller.look()
    world.poller.turn()
    world.now += 2
    world.answer = lambda: world.pots("90")
    world.poller.turn()
    amounts = [(before and before.hourly.amount, after.hourly.amount) for before, after in world.heard]
    assert amounts == [(None, 100), (100, 90)]


def test_an_answer_that_was_heard_before_is_no_news(world):
    answer = world.pots()
    world.answer = lambda: answer
    world.poller.look()
    world.poller.turn()
    world.poller.turn()
    assert len(world.heard) == 1


def test_after_a_failure_the_last_answer_stays_and_grows_old(world):
    world.poller.look()
    world.poller.turn()
    world.answer = world.fail
    world.now += 2
    assert world.poller.turn() == 2
    assert world.poller.age_ms(world.poller.look()) == 2000


def test_an_old_answer_from_the_cache_is_shown_where_there_is_none_but_is_no_news(world):
    world.answer = lambda: world.pots(stale=True, age_s=300)
    world.poller.look()
    assert world.poller.turn() == 2
    assert world.poller.age_ms(world.poller.look()) == 300_000
    assert world.heard == []


def test_an_old_answer_from_the_cache_replaces_none(world):
    world.poller.look()
    world.poller.turn()
    world.answer = lambda: world.pots("90", stale=True, age_s=1)
    world.now += 2
    world.poller.turn()
    assert world.poller.look().pots.hourly.amount == 100


def test_a_clock_that_is_set_back_stops_nothing(world):
    world.poller.look()
    world.poller.turn()
    world.answer = lambda: world.pots("101", age_s=3600)
    world.poller.turn()
    assert world.poller.look().pots.hourly.amount == 101


def test_a_provider_without_a_clock_is_taken_to_have_ours(world):
    world.answer = lambda: world.pots(timestamp=None)
    world.poller.look()
    world.poller.turn()
    assert world.poller.look().pots.at_ms == NOW_S * 1000


def test_an_error_of_ours_is_logged_and_does_not_end_it(world):
    world.answer = lambda: 1 / 0
    world.poller.look()
    with structlog.testing.capture_logs() as logs:
        assert world.poller.turn() == 2
    assert logs[0]["event"] == "jackpot poller failed"


def test_a_failing_hour_is_two_lines_in_the_log(world):
    with structlog.testing.capture_logs() as logs:
        for answer in (world.fail, world.fail, world.fail, world.pots, world.pots):
            world.answer = answer
            world.poller.look()
            world.poller.turn()
    assert [line["event"] for line in logs] == ["jackpot pots not known", "jackpot pots known again"]


def test_in_its_thread_it_wakes_at_a_look_and_ends_with_the_block(world):
    from threading import Event

    heard = Event()
    poller = Poller(world.ask, lambda *_: heard.set(), every_s=2)
    with poller.running():
        assert not heard.wait(0.05)
        poller.look()
        assert heard.wait(10)
