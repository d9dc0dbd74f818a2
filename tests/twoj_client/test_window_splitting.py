"""Whole histories from an endpoint that gives at most 500 rows and has no pages."""

import random
from bisect import bisect_left
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twoj_client.conftest import NOW, ok
from twoj_client.window_splitting import SplitPlan
from twoj_client.windows import DAY_S, Window

PATH = "/api/games/user/history"


def run(times, window, *, limit, keep, rng, at_once=8):
    """Harvest `times` by a plan; return the rows found, the requests, the most at once."""
    plan = SplitPlan([window], limit=limit, most_at_once=at_once)
    found, requests = set(), 0
    while batch := plan.next():
        assert len(batch) <= at_once
        for part in batch:
            assert window.start <= part.start < part.end <= window.end
            requests += 1
            rows = list(range(bisect_left(times, part.start), bisect_left(times, part.end)))
            if len(rows) > limit:
                rows = {"newest": rows[-limit:], "oldest": rows[:limit], "any": rng.sample(rows, limit)}[keep]
            found.update(rows)
            plan.record(part, rng.sample([times[row] for row in rows], len(rows)))
    return found, requests, plan.cut


KEEP = st.sampled_from(["newest", "oldest", "any"])
TIMES = st.lists(
    st.one_of(
        st.integers(0, 99_999).map(lambda at: [at]),
        st.tuples(st.integers(0, 99_000), st.integers(1, 60), st.integers(0, 12)).map(
            lambda burst: [burst[0] + i * burst[2] for i in range(burst[1])]
        ),
    ),
    max_size=40,
).map(lambda groups: sorted(at for group in groups for at in group))


@settings(max_examples=300)
@given(TIMES, st.integers(1, 30), KEEP, st.integers(1, 8), st.integers(0, 999))
@pytest.mark.slow
def test_the_harvest_is_what_there_is(times, limit, keep, at_once, seed):
    """For any limit, any burst, whichever rows are kept and in whatever order they come."""
    rng = random.Random(seed)
    found, _, cut = run(times, Window(0, 100_000), limit=limit, keep=keep, rng=rng, at_once=at_once)
    in_cut = {row for row, at in enumerate(times) if Window(at, at + 1) in cut}
    assert found | in_cut == set(range(len(times)))
    for second in cut:
        assert times.count(second.start) >= limit
        assert second.end - second.start == 1


def uniform(rows, rng):
    return sorted(rng.randrange(60 * DAY_S) for _ in range(rows))


def evenings(rows, rng):
    """Each day's rounds within some two hours."""
    starts = [day * DAY_S + rng.randrange(60_000, 70_000) for day in range(60)]
    return sorted(start + rng.randrange(7200) for start in starts for _ in range(rows // 60))


SPAN_S = 60 * DAY_S


def lately(rows, rng):
    """Most in the last days."""
    return sorted(SPAN_S - 1 - int(rng.expovariate(1 / (2 * DAY_S))) % SPAN_S for _ in range(rows))


def at_first(rows, rng):
    """Most in the first days."""
    return sorted(int(rng.expovariate(1 / (2 * DAY_S))) % SPAN_S for _ in range(rows))


def one_day(rows, rng):
    day = rng.randrange(59) * DAY_S
    return sorted(day + rng.randrange(DAY_S) for _ in range(rows))


def clusters(rows, rng):
    """Some hours, and nothing else."""
    hours = [rng.randrange(SPAN_S - 4000) for _ in range(rng.randrange(2, 9))]
    return sorted(rng.choice(hours) + rng.randrange(3600) for _ in range(rows))


def sessions(rows, rng):
    times: list[int] = []
    while len(times) < rows:
        at = rng.randrange(SPAN_S - 50_000)
        for _ in range(rng.randrange(5, 900)):
            times.append(at)
            at += rng.randrange(2, 40)
    return sorted(times[:rows])


def bursts(rows, rng):
    """A second with more rows than an answer, one with nearly as many, and a busy minute."""
    full = rng.randrange(SPAN_S - 100)
    burst = [*[full] * 640, *[rng.randrange(SPAN_S)] * 480, *[full + 60 + i // 20 for i in range(380)]]
    return sorted(sessions(max(rows - len(burst), 1), rng) + burst)


@pytest.mark.parametrize("shape", [uniform, evenings, lately, at_first, one_day, clusters, sessions, bursts])
@pytest.mark.parametrize("keep", ["newest", "oldest", "any"])
@settings(max_examples=25)
@given(st.sampled_from([480, 501, 900, 1500, 2000, 4000, 8000, 20_000]), st.integers(0, 10**9))
@pytest.mark.slow
def test_in_every_order_it_costs_what_is_needed_two_and_a_half_times_and_four(shape, keep, rows, seed):
    rng = random.Random(seed)
    times = shape(rows, rng)
    found, requests, cut = run(times, Window(0, SPAN_S), limit=500, keep=keep, rng=rng)
    in_cut = {row for row, at in enumerate(times) if Window(at, at + 1) in cut}
    assert found | in_cut == set(range(len(times)))
    assert all(times.count(second.start) >= 500 for second in cut)
    assert requests <= 2.5 * len(times) / 500 + 4


def test_a_burst_where_the_first_part_of_a_sample_ends_costs_no_more():
    """957 s: 480 rows in the second that ends the part asked first, in which there is then nothing."""
    rng = random.Random(15635)
    times = bursts(4000, rng)
    _, requests, _ = run(times, Window(0, SPAN_S), limit=500, keep="any", rng=rng)
    assert requests <= 2.5 * len(times) / 500 + 4


@pytest.mark.parametrize("shape", [uniform, evenings])
@pytest.mark.parametrize("keep", ["newest", "oldest", "any"])
@pytest.mark.parametrize("rows", [400, 501, 2000, 8000, 30_000])
@pytest.mark.slow
def test_requests_stay_within_two_and_a_half_times_what_is_needed(shape, keep, rows):
    rng = random.Random(rows)
    worst = 0.0
    for _ in range(5):
        times = shape(rows, rng)
        found, requests, cut = run(times, Window(0, 60 * DAY_S), limit=500, keep=keep, rng=rng)
        assert len(found) == len(times)
        assert cut == []
        worst = max(worst, requests - 2.5 * len(times) / 500)
    assert worst <= 4


class Player:
    """A provider's answers about one player."""

    def __init__(self, times, *, keep="newest", order="newest", limit=500):
        self.rows = [
            {
                "event_id": f"e{i}",
                "draw_id": "",
                "game_id": 2011,
                "bet_amount": 1,
                "gain_amount": i,
                "credit_before_bet": i,
                "credit": i,
                "start_at": at,
                "end_at": at,
            }
            for i, at in enumerate(times)
        ]
        self.keep, self.order, self.limit = keep, order, limit
        self.rng = random.Random(1)

    def __call__(self, call):
        asked = call.data
        assert asked["limit"] == 500
        assert asked["time_end"] - asked["time_start"] <= 60 * DAY_S
        rows = [row for row in self.rows if asked["time_start"] <= row["start_at"] < asked["time_end"]]
        if len(rows) > self.limit:
            rows = rows[-self.limit :] if self.keep == "newest" else rows[: self.limit]
        if self.order == "newest":
            rows = rows[::-1]
        elif self.order == "random":
            self.rng.shuffle(rows)
        return ok(rows)


@pytest.mark.parametrize("order", ["newest", "oldest", "random"])
@pytest.mark.parametrize("keep", ["newest", "oldest"])
@pytest.mark.slow
def test_rounds_come_once_each_and_oldest_first(provider, twoj, keep, order):
    start = NOW - 90 * DAY_S
    times = [start + i * 7 * 60 for i in range(90 * 200)]
    provider.answers[PATH] = Player(times, keep=keep, order=order)
    reply = twoj.games.user_history(start=start, end=NOW, user_id=1)
    assert reply.complete
    assert [row.start_at for row in reply.data] == times
    assert len(provider.calls) <= 2.5 * len(times) / 500 + 4


def test_rounds_of_one_second_keep_the_order_of_play(provider, twoj):
    """Newest first or oldest first: a player's balance runs from one round to the next."""
    times = [NOW - 5000 + i // 7 for i in range(300)]
    for order in ("newest", "oldest"):
        provider.answers[PATH] = Player(times, order=order)
        data = twoj.games.user_history(
            start=NOW - 6000, end=NOW, user_id={"newest": 1, "oldest": 2}[order]
        ).data
        assert [row.credit for row in data] == list(range(300))


def test_a_second_with_too_many_rounds_is_reported(provider, twoj):
    full = NOW - 20_000
    times = [NOW - 30_000, *[full] * 640, *[full + 60 + i // 20 for i in range(1200)]]
    provider.answers[PATH] = Player(times)
    reply = twoj.games.user_history(start=NOW - DAY_S, end=NOW, user_id=1)
    assert not reply.complete
    assert reply.missing == (Window(full, full + 1),)
    assert len(reply.data) == 1 + 500 + 1200


def test_exactly_the_limit_may_be_more(provider, twoj):
    """500 rows are the limit: only smaller windows tell whether there are more."""
    times = [NOW - 50_000 + i for i in range(500)]
    provider.answers[PATH] = Player(times)
    reply = twoj.games.user_history(start=NOW - DAY_S, end=NOW, user_id=1)
    assert len(reply.data) == 500
    assert reply.complete
    assert len(provider.calls) > 1


def test_a_finished_history_is_kept(provider, twoj, clock):
    provider.answers[PATH] = Player([NOW - 40 * DAY_S + i * 600 for i in range(3000)])
    arguments = {"start": NOW - 40 * DAY_S, "end": NOW - 10 * DAY_S, "user_id": 1}
    first = twoj.games.user_history(**arguments)
    asked = len(provider.calls)
    clock.now += 100 * DAY_S
    assert twoj.games.user_history(**arguments).data == first.data
    assert len(provider.calls) == asked


def test_blocks_follow_the_zone(provider, make_client):
    provider.answers[PATH] = Player([])
    twoj = make_client(timezone="Asia/Kathmandu")
    twoj.games.user_history(start=NOW - 150 * DAY_S, end=NOW, user_id=1)
    edges = sorted(call.data["time_end"] for call in provider.calls)[:-1]
    assert len(edges) == 2
    assert all((edge + 5 * 3600 + 45 * 60) % DAY_S == 0 for edge in edges), ZoneInfo("Asia/Kathmandu")
