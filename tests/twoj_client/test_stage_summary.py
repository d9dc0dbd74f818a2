"""The stage summary: any length, business days of any zone, nothing cut and nothing left out."""

import datetime as dt
import threading
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twoj_client.conftest import KEY, MCH_ID, NOW, Clock, utc
from tests.twoj_client.world import DAY_S, World, WorldBet, total
from twoj_client import TwoJ
from twoj_client.errors import WrongShape

PATH = "/api/all/stage/summary"


def client_of(world, folder, **options):
    clock = world.clock
    defaults = {"clock": clock, "timer": clock, "sleep": clock.sleep, "transport": world.transport}
    url = "http://world.test"
    return TwoJ(summary_url=url, mch_id=MCH_ID, key=KEY, cache_url=folder, **(defaults | options))


@pytest.fixture
def world():
    # Three bets a day, each worth one li more than the one before.
    start = NOW - 420 * DAY_S
    bets = [WorldBet(start + i * DAY_S // 3, 1000 + i, 500 - i) for i in range(3 * 419)]
    return World(Clock(), bets)


def test_400_days(world, tmp_path):
    end = NOW
    start = end - 400 * DAY_S
    with client_of(world, tmp_path) as twoj:
        reply = twoj.all.stage_summary(start=start, end=end)
    assert reply.complete
    truth = total(world.truth(start, end))
    assert {name: getattr(reply.data.summary, name) for name in truth} == truth
    assert truth["bet_count"] == 1197
    dates = [day.date for day in reply.data.days]
    assert dates[0] == dt.date(2025, 2, 8)
    assert dates[-1] == dt.date(2026, 3, 15)
    assert all(other - one == dt.timedelta(days=1) for one, other in pairwise(dates))
    assert len(dates) == 401
    windows = sorted(world.windows())
    assert windows[0][0] == start
    assert windows[-1][1] == end
    assert all(one[1] == other[0] and one[1] % DAY_S == 0 for one, other in pairwise(windows))
    assert all(end - start <= 60 * DAY_S for start, end in windows)
    assert len(windows) == 7


def test_a_day_without_bets_is_there_with_zeros(world, tmp_path):
    world.bets = [WorldBet(NOW - 5 * DAY_S), WorldBet(NOW - 2 * DAY_S)]
    with client_of(world, tmp_path) as twoj:
        days = twoj.all.stage_summary(start=utc(2026, 3, 9), end=utc(2026, 3, 15)).data.days
    assert [(day.date.day, day.bet_count, day.bet_amount) for day in days] == [
        (9, 0, 0),
        (10, 1, 1000),
        (11, 0, 0),
        (12, 0, 0),
        (13, 1, 1000),
        (14, 0, 0),
    ]


def test_first_and_last_day_hold_only_what_was_asked(world, tmp_path):
    midnight = int(utc(2026, 3, 10).timestamp())
    world.bets = [WorldBet(midnight + hour * 3600) for hour in (1, 5, 20, 30, 40)]
    with client_of(world, tmp_path) as twoj:
        reply = twoj.all.stage_summary(start=utc(2026, 3, 10, 5), end=utc(2026, 3, 11, 16))
    assert [day.bet_count for day in reply.data.days] == [2, 1]
    assert reply.data.summary.bet_count == 3


def test_eight_requests_in_flight_and_no_more(world, tmp_path):
    eight = threading.Barrier(8)
    world.hook = lambda: eight.wait(5)
    with client_of(world, tmp_path, timezone="Asia/Manila") as twoj:
        end = int(utc(2026, 3, 10, 16).timestamp())
        twoj.all.stage_summary(start=end - 40 * DAY_S, end=end)
    assert len(world.calls) == 40
    assert world.most_at_once == 8


def test_local_days_of_23_and_25_hours(world, tmp_path):
    zone = ZoneInfo("America/New_York")
    start = dt.datetime(2025, 3, 8, tzinfo=zone)
    world.bets = [WorldBet(int(start.timestamp()) + i * 900) for i in range(4 * 24 * 4)]
    with client_of(world, tmp_path, timezone="America/New_York") as twoj:
        spring = twoj.all.stage_summary(start=start, end=dt.datetime(2025, 3, 11, tzinfo=zone))
    assert [day.bet_count for day in spring.data.days] == [96, 92, 96]
    assert [day.date.day for day in spring.data.days] == [8, 9, 10]
    assert sorted(end - start for start, end in world.windows()) == [23 * 3600, DAY_S, DAY_S]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 200 * DAY_S), max_size=30),
    st.integers(0, 200 * DAY_S),
    st.integers(1, 130 * DAY_S),
    st.sampled_from(["UTC", "Asia/Kathmandu", "America/Sao_Paulo", "Europe/London", "Pacific/Auckland"]),
)
@pytest.mark.slow
def test_days_are_the_sums_of_their_bets(tmp_path_factory, offsets, start, length, zone):
    base = NOW - 400 * DAY_S
    world = World(Clock(), [WorldBet(base + offset, 1000 + offset, offset) for offset in offsets])
    start += base
    with client_of(world, tmp_path_factory.mktemp("cache"), timezone=zone) as twoj:
        reply = twoj.all.stage_summary(start=start, end=start + length)
    expected: dict[dt.date, list[WorldBet]] = {}
    for bet in world.truth(start, start + length):
        expected.setdefault(dt.datetime.fromtimestamp(bet.start_at, ZoneInfo(zone)).date(), []).append(bet)
    got = {day.date: (day.bet_count, day.bet_amount, day.gain_amount) for day in reply.data.days}
    assert {date: found for date, found in got.items() if found[0]} == {
        date: (len(bets), sum(bet.bet_amount for bet in bets), sum(bet.gain_amount for bet in bets))
        for date, bets in expected.items()
    }
    assert reply.data.summary.bet_count == len(world.truth(start, start + length))


@pytest.mark.parametrize("fault", ["day missing", "day from elsewhere", "day twice"])
def test_days_that_do_not_add_up_are_refused(provider, twoj, fault):
    day = {"bet_count": 1, "bet_amount": 5, "gain_amount": -5, "company_gain_amount": 5}
    days = {
        "day missing": [],
        "day from elsewhere": [{"date": "2026-02-01", **day}],
        "day twice": [{"date": "2026-03-01", **day}] * 2,
    }[fault]
    provider.says(
        PATH, {"day_list": days, "summary": {name: value * max(1, len(days)) for name, value in day.items()}}
    )
    with pytest.raises(WrongShape, match="add up"):
        twoj.all.stage_summary(start=utc(2026, 3, 1), end=utc(2026, 3, 4))
