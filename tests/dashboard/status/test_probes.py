"""However many ask, one question at a time is asked, and seldom."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from structlog.testing import capture_logs

from dashboard.status.data_checks import Probe


class World:
    """Something that can be asked, and a clock."""

    def __init__(self):
        self.now = 0.0
        self.asked = 0
        self.may_answer = Event()
        self.may_answer.set()
        self.answer = 0

    def ask(self):
        self.asked += 1
        assert self.may_answer.wait(10)
        if self.answer is None:
            raise ValueError("a mistake of ours")
        return self.answer


@pytest.fixture
def world():
    return World()


@pytest.fixture
def probe(world):
    with ThreadPoolExecutor(4) as pool:
        yield Probe(world.ask, 30, pool, lambda: world.now)
        world.may_answer.set()


def test_an_answer_lasts(world, probe):
    assert probe.look(10) == (0, 0.0)
    world.now, world.answer = 29.9, 1
    assert probe.look(10) == (0, 29.9)
    world.now = 30
    assert probe.look(10) == (1, 0.0)
    assert world.asked == 2


def test_many_wait_for_one_question(world, probe):
    world.may_answer.clear()
    assert [probe.look() for _ in range(20)] == [None] * 20
    with ThreadPoolExecutor(8) as people:
        looks = [people.submit(probe.look, 10) for _ in range(8)]
        world.may_answer.set()
        assert {look.result() for look in looks} == {(0, 0.0)}
    assert world.asked == 1


def test_while_the_next_answer_is_awaited_the_last_one_counts_but_not_for_ever(world, probe):
    probe.look(10)
    world.may_answer.clear()
    world.now = 40
    assert probe.look() == (0, 40)
    world.now = 69
    assert probe.look() == (0, 69)
    world.now = 70
    assert probe.look() is None
    world.may_answer.set()
    assert probe.look(10) == (0, 0)
    assert world.asked == 2


def test_a_mistake_of_ours_is_logged_and_not_repeated_at_once(world, probe):
    world.answer = None
    with capture_logs() as logs:
        assert probe.look(10) is None
        probe.look(10)
    assert [line["event"] for line in logs] == ["check failed"]
    world.now, world.answer = 30, 7
    assert probe.look(10) == (7, 0.0)
