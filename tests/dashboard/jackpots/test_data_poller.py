"""The one poller of a server: when it asks, when it rests, what it makes of failures."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import redis
import structlog

from dashboard.jackpots import data_poller
from dashboard.jackpots.data_poller import REST_AFTER_S, Doing, Poller
from tests.twoj_client.conftest import clock, make_client, provider, redis_url, sample  # noqa: F401
from twoj_client import Reply
from twoj_client.errors import TimedOut
from twoj_client.models import Pool
from twoj_client.models import Pot as PotAnswer

NOW_S = 1_773_567_000


class World:
    """A clock, a provider, and what the poller said it heard."""

    def __init__(self, every_s=2):
        self.now = float(NOW_S)
        self.asked = self.led = 0
        self.answer = self.pots
        self.heard = []
        self.poller = Poller(
            self,
            lambda before, after, leads: self.heard.append((before, after)),
            every_s=every_s,
            clock=lambda: self.now,
            timer=lambda: self.now - NOW_S + 1000,
        )

    def pool(self):
        self.asked += 1
        return self.answer()

    def latest_pool(self):
        raise AssertionError("the only server leads")

    def leads(self, for_s):
        self.led += 1
        return True

    def pots(self, hourly="100", *, stale=False, age_s=0.0, timestamp=NOW_S * 1000):
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


def test_it_says_what_it_is_at(world):
    assert world.poller.doing is Doing.RESTING
    world.poller.look()
    world.poller.turn()
    assert world.poller.doing is Doing.ASKING
    world.answer = world.fail
    world.now += 2
    world.poller.turn()
    assert world.poller.doing is Doing.FAILING
    world.answer, world.now = world.pots, world.now + 2
    world.poller.turn()
    assert world.poller.doing is Doing.ASKING
    world.leads, world.latest_pool = lambda for_s: False, world.pots
    world.now += 2
    world.poller.turn()
    assert world.poller.doing is Doing.HEARING
    world.now += 2 * REST_AFTER_S
    world.poller.turn()
    assert world.poller.doing is Doing.RESTING


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
    world.now += 2
    assert world.poller.turn() == 2
    assert world.asked == 2


def test_a_slow_pace_does_not_put_it_to_sleep_between_two_looks():
    world = World(every_s=10)
    world.poller.look()
    world.now += 29
    assert world.poller.turn() is not None
    world.now += 1.1
    assert world.poller.turn() is None


def test_at_a_slow_pace_it_says_more_often_than_it_asks_that_it_leads():
    world = World(every_s=10)
    world.poller.look()
    for _ in range(5):
        assert world.poller.turn() == 2
        world.now += 2
    assert (world.asked, world.led) == (1, 5)
    world.poller.turn()
    assert world.asked == 2


def test_the_next_question_comes_so_long_after_the_answer_was_true(world):
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
    world.now += 2
    world.poller.turn()
    assert (world.asked, len(world.heard)) == (2, 1)


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
    world.answer = lambda: world.pots("101", age_s=3600, timestamp=(NOW_S + 2) * 1000)
    world.now += 2
    world.poller.turn()
    assert world.poller.look().pots.hourly.amount == 101


def test_a_provider_without_a_clock_is_taken_to_have_ours(world):
    world.answer = lambda: world.pots(timestamp=None)
    world.poller.look()
    world.poller.turn()
    assert world.poller.look().pots.at_ms == NOW_S * 1000


@pytest.mark.parametrize(
    "told", [0, -1, NOW_S, NOW_S * 10**6, NOW_S * 10**9, 2**63 - 1, -(2**63), (NOW_S + 86_400) * 1000]
)
def test_a_time_that_no_clock_tells_gives_way_to_that_of_the_answer(world, told):
    world.answer = lambda: world.pots(timestamp=told)
    world.poller.look()
    world.poller.turn()
    assert world.poller.look().pots.at_ms == NOW_S * 1000
    world.answer = lambda: world.pots("101", timestamp=(NOW_S + 2) * 1000)
    world.now += 2
    world.poller.turn()
    assert [(before and before.at_ms, after.at_ms) for before, after in world.heard] == [
        (None, NOW_S * 1000),
        (NOW_S * 1000, (NOW_S + 2) * 1000),
    ]


@pytest.mark.parametrize("off_s", [-8 * 3600, 8 * 3600])
def test_a_provider_s_clock_may_be_hours_from_ours(world, off_s):
    world.answer = lambda: world.pots(timestamp=(NOW_S + off_s) * 1000)
    world.poller.look()
    world.poller.turn()
    assert world.poller.look().pots.at_ms == (NOW_S + off_s) * 1000


def test_an_error_of_ours_is_logged_and_does_not_end_it(world):
    world.answer = lambda: 1 / 0
    world.poller.look()
    with structlog.testing.capture_logs() as logs:
        assert world.poller.turn() == 2
    assert (logs[0]["event"], logs[0]["work"]) == ("background work failed", "jackpot-poller")


def test_a_failing_hour_is_two_lines_in_the_log(world):
    with structlog.testing.capture_logs() as logs:
        for answer in (world.fail, world.fail, world.fail, world.pots, world.pots):
            world.answer = answer
            world.poller.look()
            world.poller.turn()
            world.now += 2
    assert [line["event"] for line in logs] == ["jackpot pots not known", "jackpot pots known again"]


def test_in_its_thread_it_wakes_at_a_look_and_ends_with_the_block(world):
    from threading import Event

    heard = Event()
    poller = Poller(world, lambda *_: heard.set(), every_s=2)
    with poller.running():
        assert not heard.wait(0.05)
        poller.look()
        assert heard.wait(10)


class Several:
    """A provider and a cache that several servers share, each with a screen on that is looked at."""

    def __init__(self, count, every_s=2):
        self.now = float(NOW_S)
        self.leader, self.leads_until = None, 0.0
        self.kept = None
        self.away = False
        self.calls = []
        self.servers = [Server(self, every_s) for _ in range(count)]

    def go_on(self, seconds):
        """Let time pass, with the turns that fall into it."""
        ends_at = self.now + seconds
        while self.now < ends_at:
            self.now = min(ends_at, *(server.turn_at for server in self.servers))
            for server in self.servers:
                server.turn_if_due()


class Server:
    """One of them, with the clock of its own machine."""

    def __init__(self, world, every_s):
        self.world = world
        self.turn_at = world.now
        self.clock_off_s = 0.0
        self.is_on = self.is_looked_at = True
        self.heard, self.written = [], []
        self.poller = Poller(self, self.hear, every_s=every_s, clock=self.clock, timer=lambda: world.now)

    def clock(self):
        return self.world.now + self.clock_off_s

    def turn_if_due(self):
        if not self.is_on:
            self.turn_at = float("inf")
        elif self.world.now >= self.turn_at:
            if self.is_looked_at:
                self.poller.look()
            wait_s = self.poller.turn()
            self.turn_at = self.world.now + (0.5 if wait_s is None else wait_s)

    def hear(self, before, after, leads):
        self.heard.append(after.at_ms)
        if leads:
            self.written.append(after.at_ms)

    def leads(self, for_s):
        world = self.world
        if world.away or world.leader in (None, self) or world.now >= world.leads_until:
            world.leader, world.leads_until = self, world.now + for_s
            return True
        return False

    def pool(self):
        self.world.calls.append((self.world.now, self))
        pot = PotAnswer(Decimal(100), Decimal(0), 0)
        as_of = datetime.fromtimestamp(self.clock(), UTC)
        reply = Reply(Pool(pot, pot, int(self.world.now * 1000)), as_of)
        if not self.world.away:
            self.world.kept = reply
        return reply

    def latest_pool(self):
        return self.world.kept


def test_of_several_servers_one_asks_and_all_hear():
    several = Several(3)
    several.go_on(60)
    assert len(several.calls) <= 31
    assert len({server for _, server in several.calls}) == 1
    first, *others = several.servers
    for other in others:
        assert other.heard == first.heard[-len(other.heard) :]
        assert len(other.heard) >= len(first.heard) - 1
        assert other.written == []
    assert first.written == first.heard


def test_where_the_one_that_asked_is_gone_another_asks_within_ten_seconds():
    for every_s in (2, 10):
        several = Several(3, every_s)
        several.go_on(31)
        several.servers[0].is_on = False
        died_at, asked = several.now, len(several.calls)
        several.go_on(60)
        after = several.calls[asked:]
        assert after[0][0] - died_at <= max(10, every_s)
        assert len({server for _, server in after}) == 1
        assert len(after) <= 60 / every_s


def test_where_nobody_looks_at_the_one_that_asked_another_does():
    several = Several(2)
    several.go_on(20)
    several.servers[0].is_looked_at = False
    several.go_on(REST_AFTER_S + 10)
    asked = len(several.calls)
    several.go_on(20)
    assert {server for _, server in several.calls[asked:]} == {several.servers[1]}
    ages = [several.servers[1].poller.age_ms(several.servers[1].poller.look())]
    assert max(ages) <= 2000


def test_without_the_cache_each_server_asks_by_itself():
    several = Several(3)
    several.go_on(20)
    several.away, asked = True, len(several.calls)
    several.go_on(20)
    assert len({server for _, server in several.calls[asked:]}) == 3
    several.away = False
    several.go_on(10)
    asked = len(several.calls)
    several.go_on(20)
    assert len({server for _, server in several.calls[asked:]}) == 1


@pytest.mark.parametrize("off_s", [-3600, -5, 5, 3600])
def test_the_answers_of_a_server_whose_clock_is_wrong_are_heard_all_the_same(off_s):
    several = Several(2)
    several.servers[0].clock_off_s = off_s
    several.go_on(20)
    first, second = several.servers
    assert second.heard == first.heard[-len(second.heard) :]
    assert len(second.heard) >= 9
    # A clock that is behind makes answers look older than they are, never younger by more than a turn.
    assert second.poller.age_ms(second.poller.look()) >= (several.now * 1000 - second.heard[-1]) - 500


def test_an_old_answer_that_another_left_behind_replaces_no_newer_one():
    several = Several(2)
    several.go_on(4)
    left = several.kept
    several.away = True
    several.go_on(6)
    several.away, several.kept = False, left
    several.leader, several.leads_until = object(), several.now + 100
    for server in several.servers:
        before = server.heard[-1]
        server.poller.look()
        server.poller.turn()
        assert server.heard[-1] == before


@pytest.fixture(params=["folder", "redis"])
def cache_url(request, tmp_path):
    if request.param == "folder":
        return tmp_path / "cache"
    url = request.getfixturevalue("redis_url")
    redis.Redis.from_url(url).flushall()
    return url


def test_two_servers_over_one_cache_make_the_calls_of_one(
    provider,  # noqa: F811
    make_client,  # noqa: F811
    cache_url,
    clock,  # noqa: F811
    monkeypatch,
):
    pots = sample("jackpot.pool")["response"]["result"]

    def told_now(_call):
        header = {"code": 0, "msg": "", "timestamp": int(clock.now * 1000)}
        return 200, {}, json.dumps({"header": header, "result": pots}).encode()

    provider.answers["/open2j/g/gjp/pool"] = told_now
    first, second = (
        Poller(make_client(cache_url=cache_url).jackpot, lambda *_: None, every_s=2, clock=clock, timer=clock)
        for _ in range(2)
    )
    for _ in range(3):
        clock.now += 2
        for server in (first, second):
            server.look()
            server.turn()
        assert second.look() == first.look()
    assert len(provider.calls) == 3
    # The first is gone, and what it claimed has run out.
    monkeypatch.setattr(data_poller, "LEAD_S", 0.001)
    first.turn()
    clock.now += 2
    second.look()
    while len(provider.calls) == 3:
        second.turn()
    assert second.look().as_of.timestamp() == clock.now
