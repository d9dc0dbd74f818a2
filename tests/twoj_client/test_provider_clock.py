"""By which clock an answer is dated, and what may be called final by it."""

import threading

import httpx
import pytest

from tests.twoj_client.conftest import NOW, Clock
from tests.twoj_client.test_stage_summary import client_of
from tests.twoj_client.world import DAY_S, World, WorldBet
from twoj_client.cache.asked_again import AskedAgain
from twoj_client.cache.store import ResilientStore
from twoj_client.provider_clock import Moment, ProviderClock, Told
from twoj_client.transport import _told
from twoj_client.windows import Window

H = 3600
TODAY = NOW - NOW % DAY_S


@pytest.fixture
def own():
    return Clock()


@pytest.fixture
def timer():
    return Clock(1000.0)


@pytest.fixture
def clock(own, timer):
    return ProviderClock(own, timer)


def date(at):
    return Told(at, 1.0)


def test_clocks_that_agree_date_an_answer_by_when_it_was_asked(clock):
    assert clock.moment([date(NOW)], NOW + 0.4, NOW + 2.5) == Moment(NOW + 0.4, NOW + 2.5, by_provider=True)


def test_ours_ahead_the_providers_counts(clock, own):
    own.now = NOW + 8 * H
    assert clock.moment([date(NOW)], own.now, own.now + 1) == Moment(NOW, own.now + 1, by_provider=True)
    assert NOW <= clock.now() <= NOW + 1


def test_ours_behind_ours_counts_and_what_came_later_is_covered(clock):
    assert clock.moment([date(NOW + 8 * H)], NOW, NOW + 1) == Moment(NOW, NOW + 8 * H + 1, by_provider=True)


def test_of_two_times_the_earlier_counts(clock):
    told = [date(NOW + 50), Told(NOW + 10.5, 0.001)]
    assert clock.moment(told, NOW + 60, NOW + 60).as_of == NOW + 10.5
    assert clock.moment(told[::-1], NOW + 60, NOW + 60).as_of == NOW + 10.5


def test_without_a_time_nothing_is_by_the_providers_clock_until_another_answer_told_it(clock, own, timer):
    own.now = NOW + 8 * H
    assert clock.moment([], own.now, own.now) == Moment(own.now, own.now, by_provider=False)
    clock.moment([date(NOW)], own.now, own.now)
    own.now += 90
    timer.now += 90
    assert clock.moment([], own.now, own.now) == Moment(NOW + 90, own.now, by_provider=True)


def test_between_answers_the_timer_counts_not_a_clock_that_is_set(clock, own, timer):
    own.now = NOW + 8 * H
    clock.moment([date(NOW)], own.now, own.now)
    timer.now += 60
    own.now = NOW + 60  # somebody set it right
    assert clock.now() == NOW + 60
    assert clock.moment([], own.now, own.now).as_of <= NOW + 60


def test_a_clock_that_jumps_ahead_makes_nothing_final_and_nothing_fresh(clock, own, timer):
    clock.moment([date(NOW)], NOW, NOW)
    timer.now += 60
    own.now = NOW + 8 * H
    assert clock.now() == NOW + 8 * H, "or a machine that slept: what is kept is old"
    assert clock.moment([], own.now, own.now) == Moment(NOW + 60, own.now, by_provider=True)


@pytest.mark.parametrize("at", [0, NOW / 1000, NOW * 1000, NOW - 400 * DAY_S])
def test_what_is_no_time_of_this_year_is_none(clock, at):
    assert clock.moment([date(at)], NOW, NOW) == Moment(NOW, NOW, by_provider=False)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        (["Sun, 15 Mar 2026 09:30:00 GMT"], [NOW]),
        (["Sunday, 15-Mar-26 09:30:00 GMT"], [NOW]),
        (["Sun Mar 15 09:30:00 2026"], [NOW]),
        (["Sun, 15 Mar 2026 09:30:00 -0000"], [NOW]),
        (["Sun, 15 Mar 2026 17:30:00 +0800"], [NOW]),
        (["yesterday"], []),
        ([""], []),
        ([], []),
        (["Sun, 15 Mar 99999 09:30:00 GMT"], []),
        (["Sun, 15 Mar 2026 09:30:00 GMT", "Sun, 15 Mar 2026 09:29:00 GMT"], [NOW, NOW - 60]),
    ],
)
def test_dates_as_servers_write_them(said, at):
    headers = httpx.Headers([("Date", value) for value in said])
    assert [told.at_s for told in _told(headers, None)] == at
    assert _told(headers, NOW * 1000 + 250)[0].at_s == NOW + 0.25


@pytest.fixture
def world():
    return World(Clock(), [WorldBet(NOW - 20 * DAY_S + i * 900) for i in range(20 * 96)])


def test_with_no_provider_clock_nothing_is_final(world, tmp_path):
    world.tells_time = False
    start, end = TODAY - 9 * DAY_S, TODAY - 8 * DAY_S
    with client_of(world, tmp_path) as twoj:
        for _ in range(3):
            twoj.all.stage_summary(start=start, end=end)
            world.clock.now += DAY_S
    assert len(world.calls) == 3


def test_what_a_clock_ahead_wrote_is_not_fresh_once_the_clock_is_right(world, tmp_path):
    """Not at once, and not when the time has come that it was dated with."""
    with client_of(world, tmp_path) as twoj:
        world.date_ahead_s = -8 * H
        world.clock.now = NOW + 8 * H
        twoj.all.stage_summary(start=TODAY, end=TODAY + DAY_S)
        world.date_ahead_s = 0
        for now in (NOW + 60, NOW + 8 * H + 10):
            world.clock.now = now
            world.calls.clear()
            twoj.all.stage_summary(start=TODAY, end=TODAY + DAY_S)
            assert len(world.calls) == 1


def test_an_entry_from_the_future_is_not_final(world, tmp_path):
    """Both clocks ran ahead, and were set."""
    start, end = TODAY, TODAY + 12 * H
    with client_of(world, tmp_path) as twoj:
        world.clock.now = NOW + 24 * H
        twoj.all.stage_summary(start=start, end=end)
        world.clock.now = NOW
        assert twoj.all.stage_summary(start=start, end=end).data.summary.bet_count == len(
            world.truth(start, end)
        )
    assert len(world.calls) == 2


class Shelf:
    """A store that keeps what it is given, or is away."""

    place = "here"

    def __init__(self):
        self.kept = {}

    def get(self, keys):
        return [self.kept.get(key) for key in keys]

    def put(self, entries, ttl_s):
        assert ttl_s is None
        self.kept |= entries


class TestAskedAgain:
    @pytest.fixture
    def shelf(self):
        return Shelf()

    @pytest.fixture
    def make(self, shelf, timer):
        return lambda: AskedAgain(ResilientStore(shelf, timer), "k", timer)

    def test_others_hear_it_within_seconds_and_only_of_what_overlaps(self, make, timer):
        one, other = make(), make()
        assert other.number(Window(0, 9)) == 0
        one.note(Window(5, 10), NOW)
        timer.now += 5
        for each in (one, other, make()):
            assert each.number(Window(0, 6)) == each.number(Window(9, 20)) == NOW * 1000
            assert each.number(Window(0, 5)) == each.number(Window(10, 20)) == each.number(None) == 0

    def test_each_request_has_a_number_above_the_last_whatever_the_clock_says(self, make):
        asked = make()
        numbers = []
        for now in (NOW, NOW, NOW - 3600):
            asked.note(Window(0, 9), now)
            numbers.append(asked.number(Window(0, 9)))
        assert numbers == sorted(set(numbers))

    def test_none_is_lost_where_the_store_was_emptied_or_two_wrote_at_once(self, make, shelf, timer):
        one, other = make(), make()
        one.note(Window(0, 5), NOW)
        shelf.kept.clear()
        other.note(Window(10, 15), NOW + 1)
        for _ in range(2):
            timer.now += 5
            numbers = [[each.number(Window(at, at + 5)) for at in (0, 10)] for each in (one, other)]
        assert numbers == [[NOW * 1000, NOW * 1000 + 1000]] * 2

    def test_what_the_store_holds_is_not_trusted(self, make, shelf, timer):
        shelf.kept["k"] = b"no list"
        asked = make()
        asked.note(Window(0, 5), NOW)
        assert asked.number(Window(0, 5)) == NOW * 1000

    def test_the_list_does_not_grow(self, make):
        asked = make()
        for i in range(200):
            asked.note(Window(0, 5), NOW + i)
        assert len(asked._requests) == 1
        for i in range(200):
            asked.note(Window(i, i + 1), NOW + 1000 + i)
        assert len(asked._requests) == 64


def test_a_flight_that_had_begun_before_is_not_taken_for_an_answer(world, tmp_path):
    start, end = TODAY - 9 * DAY_S, TODAY - 8 * DAY_S
    with client_of(world, tmp_path) as twoj:
        begun, go_on = threading.Event(), threading.Event()

        def wait():
            begun.set()
            assert go_on.wait(10)

        world.hook = wait
        found = []

        def read():
            found.append(twoj.slots.game_stage_summary(start=start, end=end).data[0].bet_count)

        first = threading.Thread(target=read)
        first.start()
        assert begun.wait(10)
        twoj.ask_again(start=start, end=end)
        second = threading.Thread(target=read)
        second.start()
        while not twoj._cache._single_flight._flights:
            pass
        world.hook = lambda: world.bets.append(WorldBet(start)) if len(world.calls) == 2 else None
        go_on.set()
        first.join(10)
        second.join(10)
    assert sorted(found) == [96, 97]
