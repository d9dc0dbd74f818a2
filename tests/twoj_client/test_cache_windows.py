"""What the cache may serve, and when: finished windows for good, what touches now for 30 seconds."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.twoj_client.conftest import NOW, Clock, utc
from tests.twoj_client.test_stage_summary import client_of
from tests.twoj_client.world import DAY_S, World, WorldBet
from twoj_client import TwoJ
from twoj_client.errors import TimedOut

HOUR_S = 3600
TODAY = NOW - NOW % DAY_S


@pytest.fixture
def world():
    # A bet each quarter of an hour, and one more each second of this hour.
    quarters = [WorldBet(NOW - 100 * DAY_S + i * 900) for i in range(110 * 96)]
    return World(Clock(), quarters + [WorldBet(NOW - 1800 + i) for i in range(7200)])


@pytest.fixture
def twoj(world, tmp_path):
    with client_of(world, tmp_path) as client:
        yield client


def bets(twoj: TwoJ, start: int, end: int) -> int:
    return twoj.all.stage_summary(start=start, end=end).data.summary.bet_count


def asked(world: World, ask) -> list[tuple[int, int]]:
    """The windows that `ask` makes the client ask for, in hours from today's start."""
    before = len(world.calls)
    ask()
    return [
        ((data["time_start"] - TODAY) / HOUR_S, (data["time_end"] - TODAY) / HOUR_S)
        for _, data in world.calls[before:]
    ]


def test_a_finished_window_is_asked_again_a_day_and_a_week_after_its_end(world, twoj):
    start, end = TODAY - DAY_S, TODAY
    assert bets(twoj, start, end) == 96
    ages_h = (10, 23.99, 24.01, 30, 167.99, 168.01, 169, 24 * 300)
    costs = []
    for age_h in ages_h:
        world.clock.now = end + age_h * HOUR_S
        costs.append(len(asked(world, lambda: bets(twoj, start, end))))
    assert costs == [0, 0, 1, 0, 0, 1, 0, 0]


def test_a_window_that_ended_more_than_a_week_ago_is_kept_for_good(world, twoj):
    start, end = TODAY - 9 * DAY_S, TODAY - 8 * DAY_S
    assert bets(twoj, start, end) == 96
    world.clock.now += 300 * DAY_S
    assert asked(world, lambda: bets(twoj, start, end)) == []


def test_two_hours_after_its_end_a_window_is_finished(world, twoj):
    world.clock.now = NOW
    end = NOW - 7199
    bets(twoj, end - 60, end)
    world.clock.now += 1900
    assert len(asked(world, lambda: bets(twoj, end - 60, end))) == 1
    world.clock.now += 21 * HOUR_S
    assert asked(world, lambda: bets(twoj, end - 60, end)) == []


def test_an_answer_given_too_early_is_asked_again(world, twoj):
    """Bets may arrive late: what was said before the window had settled is not kept for good."""
    start, end = TODAY, TODAY + 9 * HOUR_S
    late = WorldBet(end - 60, known_at=NOW + 60)
    world.bets.append(late)
    assert bets(twoj, start, end) == 36
    world.clock.now += 2 * HOUR_S
    assert bets(twoj, start, end) == 37


def test_what_touches_now_is_kept_30_seconds(world, twoj):
    # Ask past the time of refreshing ahead, which has a test of its own.
    assert len(asked(world, lambda: bets(twoj, TODAY, NOW))) == 1
    world.clock.now += 19
    assert asked(world, lambda: bets(twoj, TODAY, NOW + 19)) == []
    world.clock.now += 12
    assert len(asked(world, lambda: bets(twoj, TODAY, NOW + 31))) == 1


def test_one_entry_serves_every_end_that_touches_now(world, twoj):
    """A window ending now is not a new request each second, nor is one that ends later today."""
    count = bets(twoj, TODAY, NOW)
    for later in range(1, 15):
        world.clock.now = NOW + later
        for end in (NOW + later, NOW + later + 1, TODAY + DAY_S):
            assert bets(twoj, TODAY, end) == count
    assert len(world.calls) == 1


def test_bets_after_the_window_are_not_served(world, twoj):
    """An entry that knows more than the window asked for does not answer it."""
    bets(twoj, TODAY, TODAY + DAY_S)
    world.clock.now += 5
    end = NOW - 10
    assert bets(twoj, TODAY, end) == len(world.truth(TODAY, end))


def test_as_of_is_when_the_window_was_known(world, twoj):
    bets(twoj, TODAY, NOW - 5)
    world.clock.now += 2
    reply = twoj.all.stage_summary(start=TODAY, end=NOW + 2)
    assert len(world.calls) == 1
    assert reply.as_of == dt.datetime.fromtimestamp(NOW - 5, dt.UTC)
    assert reply.data.summary.bet_count == len(world.truth(TODAY, NOW - 5))


def test_the_same_days_serve_every_view(world, twoj):
    for days in (59, 30, 7, 45, 1):
        assert bets(twoj, TODAY - days * DAY_S, NOW) == len(world.truth(TODAY - days * DAY_S, NOW))
        assert len(world.calls) == 1
    month = int(utc(2026, 2, 1).timestamp()), int(utc(2026, 3, 1).timestamp())
    assert asked(world, lambda: bets(twoj, *month)) == []


@pytest.mark.slow
def test_a_warm_overview_costs_one_request_a_refresh(world, twoj):
    """60 days, their comparison, and today by the hour, refreshed each minute."""

    def refresh() -> None:
        now = int(world.clock.now)
        bets(twoj, TODAY - 59 * DAY_S, now)
        bets(twoj, TODAY - 119 * DAY_S, TODAY - 59 * DAY_S)
        for hour in range(24):
            bets(twoj, TODAY - 7 * DAY_S + hour * HOUR_S, TODAY - 7 * DAY_S + (hour + 1) * HOUR_S)
            if TODAY + hour * HOUR_S <= now:
                bets(twoj, TODAY + hour * HOUR_S, TODAY + (hour + 1) * HOUR_S)

    world.clock.now = TODAY + 9 * HOUR_S + 1800
    refresh()
    costs = []
    for _ in range(25):
        world.clock.now += 61
        costs.append(len(asked(world, refresh)))
    # Besides the running hour, the two hours before settle: they are asked again ever more rarely.
    assert costs.count(1) >= 15
    assert max(costs) <= 3


def test_only_the_running_hour_is_asked_where_the_others_are_known(world, twoj):
    for hour in range(10):
        bets(twoj, TODAY + hour * HOUR_S, TODAY + (hour + 1) * HOUR_S)
    world.clock.now += 31
    end = int(world.clock.now)
    assert asked(world, lambda: bets(twoj, TODAY, end)) == [(9, (end - TODAY) / HOUR_S)]
    assert bets(twoj, TODAY, end) == len(world.truth(TODAY, end))


def test_an_hour_that_is_over_does_not_make_the_running_day_look_old(world, twoj):
    world.clock.now = TODAY + 9 * HOUR_S + 360
    for hour in range(10):
        bets(twoj, TODAY + hour * HOUR_S, TODAY + (hour + 1) * HOUR_S)
    for _ in range(20):
        world.clock.now += 61
        reply = twoj.all.stage_summary(start=TODAY, end=int(world.clock.now))
        assert world.clock.now - reply.as_of.timestamp() <= 61


def test_days_ahead_are_not_asked_for(world, twoj):
    reply = twoj.all.stage_summary(start=TODAY, end=TODAY + 5 * DAY_S)
    assert len(reply.data.days) == 5
    assert world.windows() == [(TODAY, TODAY + DAY_S)]
    ahead = twoj.all.stage_summary(start=TODAY + DAY_S, end=TODAY + 2 * DAY_S)
    assert ahead.data.summary.bet_count == 0
    assert len(world.calls) == 1


def test_yesterday_and_today_share_a_request_while_yesterday_settles(world, twoj):
    world.clock.now = TODAY + 1800
    bets(twoj, TODAY - 3 * DAY_S, TODAY + 1800)
    world.clock.now += 1000
    assert asked(world, lambda: bets(twoj, TODAY - 3 * DAY_S, TODAY + 2800)) == [(-24, 2800 / HOUR_S)]


def test_local_days_are_kept_too(world, tmp_path):
    zone = ZoneInfo("Asia/Kathmandu")
    start = int(dt.datetime(2026, 3, 1, tzinfo=zone).timestamp())
    with client_of(world, tmp_path, timezone="Asia/Kathmandu") as twoj:
        bets(twoj, start, NOW)
        before = len(world.calls)
        assert before == 15
        world.clock.now += 31
        assert len(asked(world, lambda: bets(twoj, start, NOW + 31))) == 1
        assert asked(world, lambda: bets(twoj, start + 3 * DAY_S, start + 5 * DAY_S)) == []


def test_a_games_summary_ending_now_is_one_entry(world, twoj):
    """It is asked whole, for the sake of its distinct players."""
    for later in range(15):
        world.clock.now = NOW + later
        twoj.games.game_stage_summary(start=TODAY - 30 * DAY_S, end=NOW + later, game_id=2000)
        twoj.slots.game_stage_summary(start=TODAY - 30 * DAY_S, end=NOW + later)
    assert len(world.calls) == 2


def test_refresh_ahead(world, twoj):
    count = bets(twoj, TODAY, TODAY + DAY_S)
    world.clock.now += 25
    arrived = threading.Event()
    world.hook = arrived.set
    assert bets(twoj, TODAY, TODAY + DAY_S) == count
    assert arrived.wait(5)
    twoj._cache._refreshers.shutdown(wait=True)
    assert len(world.calls) == 2
    world.clock.now += 15
    assert bets(twoj, TODAY, TODAY + DAY_S) == len(world.truth(TODAY, TODAY + DAY_S, NOW + 25)) > count
    assert len(world.calls) == 2
    assert twoj.stats()["all.stage_summary"].refreshes == 1


def test_refreshes_of_one_key_queue_once(world, twoj):
    class Busy:
        """Two threads that have no time now."""

        def __init__(self):
            self.waiting = []

        def submit(self, work):
            self.waiting.append(work)

        def shutdown(self, **_how):
            pass

    twoj._cache._refreshers.shutdown()
    busy = twoj._cache._refreshers = Busy()
    for window in ((TODAY, TODAY + DAY_S), (TODAY + HOUR_S, TODAY + DAY_S)):
        twoj.slots.game_stage_summary(start=window[0], end=window[1])
    world.clock.now += 25
    for _ in range(50):
        twoj.slots.game_stage_summary(start=TODAY, end=TODAY + DAY_S)
    assert len(busy.waiting) == 1
    twoj.slots.game_stage_summary(start=TODAY + HOUR_S, end=TODAY + DAY_S)
    assert len(busy.waiting) == 2
    world.down = True
    for work in busy.waiting:
        work()
    twoj.slots.game_stage_summary(start=TODAY, end=TODAY + DAY_S)
    assert len(busy.waiting) == 3, "one that failed may be tried again"


def test_a_failed_refresh_is_nobodys_error(world, twoj):
    count = bets(twoj, TODAY, TODAY + DAY_S)
    world.clock.now += 25
    world.down = True
    assert bets(twoj, TODAY, TODAY + DAY_S) == count
    twoj._cache._refreshers.shutdown(wait=True)
    assert twoj.stats()["all.stage_summary"].refreshes == 0


@pytest.mark.parametrize("days", [1, 5])
def test_the_last_good_days_are_served_while_the_provider_is_down(world, twoj, days):
    world.clock.now = TODAY + 1800
    start = TODAY - (days - 1) * DAY_S
    good = twoj.all.stage_summary(start=start, end=TODAY + 1800)
    world.clock.now += 5 * HOUR_S
    world.down = True
    old = twoj.all.stage_summary(start=start, end=int(world.clock.now))
    assert old.stale
    assert old.data == good.data
    assert old.as_of == good.as_of == dt.datetime.fromtimestamp(TODAY + 1800, dt.UTC)
    assert twoj.stats()["all.stage_summary"].stale == 1
    world.down = False
    assert not twoj.all.stage_summary(start=start, end=int(world.clock.now)).stale


@pytest.mark.parametrize("second", [0, 29, 31, 59])
@pytest.mark.slow
def test_what_was_asked_up_to_the_last_minute_is_found_in_the_next(world, twoj, second):
    minute = TODAY + 9 * HOUR_S
    world.clock.now = minute + second
    good = twoj.slots.game_stage_summary(start=TODAY, end=minute)
    world.clock.now = minute + 60
    world.down = True
    old = twoj.slots.game_stage_summary(start=TODAY, end=minute + 60)
    assert (old.stale, old.data) == (True, good.data)


def test_after_a_day_an_old_answer_is_too_old(world, twoj):
    twoj.slots.game_stage_summary(start=TODAY, end=NOW)
    world.down = True
    world.clock.now += DAY_S - 1
    assert twoj.slots.game_stage_summary(start=TODAY, end=NOW).stale
    world.clock.now += 1
    with pytest.raises(Exception, match="500"):
        twoj.slots.game_stage_summary(start=TODAY, end=NOW)


def test_finished_days_need_no_provider(world, twoj):
    bets(twoj, TODAY - 5 * DAY_S, TODAY - DAY_S)
    world.down = True
    reply = twoj.all.stage_summary(start=TODAY - 4 * DAY_S, end=TODAY - 2 * DAY_S)
    assert not reply.stale
    assert reply.data.summary.bet_count == 2 * 96


def test_a_list_handed_out_is_the_callers_own(world, twoj):
    first = twoj.all.stage_summary(start=TODAY - 3 * DAY_S, end=TODAY)
    first.data.days.clear()
    assert len(twoj.all.stage_summary(start=TODAY - 3 * DAY_S, end=TODAY).data.days) == 3
    twoj.all.list().data.append("mine")
    assert twoj.all.list().data == []


def test_stats(world, twoj):
    assert twoj.stats() == {}
    for _ in range(3):
        bets(twoj, TODAY - 3 * DAY_S, TODAY)
    world.down = True
    with pytest.raises(Exception, match="500"):
        twoj.all.list()
    stats = twoj.stats()
    summary = stats["all.stage_summary"]
    assert (summary.hits, summary.misses, summary.calls, summary.stale) == (2, 1, 1, 0)
    assert (stats["all.list"].misses, stats["all.list"].calls) == (1, 4)
    assert summary.p50_s == summary.p95_s == 0


class TestCachedEqualsUncached:
    """Whatever is asked, whenever: each day holds what the provider knew between "as of" and now."""

    STEPS = st.lists(
        st.tuples(
            st.sampled_from([0, 1, 5, 19, 29, 31, 300, 3599, 3600, 7200, 40_000, -3, -4000]),
            st.sampled_from([-5 * DAY_S, -DAY_S, -HOUR_S, 0, 7, HOUR_S]),
            st.sampled_from([1, 30, HOUR_S, DAY_S, 2 * DAY_S, 6 * DAY_S]),
            st.sampled_from(["now", "later", "as it is"]),
        ),
        min_size=1,
        max_size=25,
    )
    ARRIVALS = st.lists(st.tuples(st.integers(-6 * DAY_S, 2 * DAY_S), st.integers(0, 7000)), max_size=40)

    @settings(deadline=None, max_examples=25)
    @given(STEPS, ARRIVALS, st.sampled_from(["UTC", "Asia/Kathmandu", "America/New_York"]))
    @example([(0, -5 * DAY_S, 1, "now"), (0, -5 * DAY_S, 1, "later")], [(0, 0)], "UTC")
    @pytest.mark.slow
    def test_it(self, tmp_path_factory, steps, arrivals, zone):
        world = World(Clock())
        world.bets = [WorldBet(NOW + at, known_at=NOW + at + late) for at, late in arrivals]
        with client_of(world, tmp_path_factory.mktemp("cache"), timezone=zone) as twoj:
            # One refresher, so that it can be waited for before the clock is moved.
            twoj._cache._refreshers = ThreadPoolExecutor(1)
            for step, offset, length, which in steps:
                twoj._cache._refreshers.submit(int).result()
                world.clock.now += step
                start = TODAY + offset
                end = {
                    "now": max(int(world.clock.now), start + 1),
                    "later": max(int(world.clock.now) + DAY_S, start + 1),
                    "as it is": start + length,
                }[which]
                reply = twoj.all.stage_summary(start=start, end=end)
                self.check(world, ZoneInfo(zone), start, end, reply)

    @staticmethod
    def check(world, zone, start, end, reply):
        as_of = reply.as_of.timestamp()
        assert not reply.stale
        now = world.clock.now
        if end > now:
            assert now - 30 < as_of <= now
        for day in reply.data.days:
            # A window that ended at "as of" was not asked about the second that begins then.
            least, most = (
                sum(dt.datetime.fromtimestamp(bet.start_at, zone).date() == day.date for bet in bets)
                for bets in (
                    [bet for bet in world.truth(start, end, as_of) if bet.start_at < as_of],
                    world.truth(start, end, now),
                )
            )
            assert least <= day.bet_count <= most, day


def test_a_provider_that_is_only_slow_is_hurried_for_a_minute_and_not_for_ever(world, twoj, monkeypatch):
    """With an old answer at hand nobody waits long for one that has just failed; then it has its time."""
    asked = []

    def fail(_endpoint, _params, *, hurried):
        asked.append(hurried)
        raise TimedOut("The provider took too long.")

    twoj.all.list()
    world.clock.now += 2 * HOUR_S
    monkeypatch.setattr(twoj._core.senders, "ask", fail)
    for _ in range(8):
        assert twoj.all.list().stale
        world.clock.now += 20
    assert asked == [False, True, True, False, True, True, False, True]
