"""A past day does not stay wrong: our clock ran ahead, a bet came late, the provider corrected what it said.

Each for every endpoint whose windows are kept, through both stores, against the local provider.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from tests.provider import CLOCK
from tests.twoj_client.conftest import Clock
from twoj_client import Reply, TwoJ
from twoj_client.cache.redis_store import RedisStore
from twoj_client.changes import Restatement
from twoj_client.windows import Window
from twoj_sandbox import GRINDER

DAY_S, HOUR_S = 86_400, 3600
MIDNIGHT = CLOCK - CLOCK % DAY_S
DAY = Window(MIDNIGHT - DAY_S, MIDNIGHT)
WHOLE = {"start": DAY.start, "end": DAY.end}
LAST_HOURS = (MIDNIGHT - 20 * HOUR_S, MIDNIGHT)
PLAYER = {"user_id": GRINDER.user_id}


READS: dict[str, Callable[[TwoJ], Reply[Any]]] = {
    "all.stage_summary": lambda twoj: twoj.all.stage_summary(**WHOLE),
    "all.stage_summary, the day among others": lambda twoj: twoj.all.stage_summary(
        start=DAY.start - 2 * DAY_S, end=DAY.end
    ),
    "all.history": lambda twoj: twoj.all.history(start=DAY.end - HOUR_S, end=DAY.end),
    "all.bonus_summary": lambda twoj: twoj.all.bonus_summary(**WHOLE),
    "games.user_history": lambda twoj: twoj.games.user_history(**WHOLE, **PLAYER),
    "games.game_history": lambda twoj: twoj.games.game_history(**WHOLE, game_id=2011),
    "games.user_stage_summary": lambda twoj: twoj.games.user_stage_summary(**WHOLE, **PLAYER),
    "games.game_stage_summary": lambda twoj: twoj.games.game_stage_summary(**WHOLE, game_id=2011),
    "slots.user_history": lambda twoj: twoj.slots.user_history(**WHOLE, **PLAYER),
    "slots.user_stage_summary": lambda twoj: twoj.slots.user_stage_summary(**WHOLE, **PLAYER),
    "slots.game_stage_summary": lambda twoj: twoj.slots.game_stage_summary(**WHOLE),
}
# Each way into the store goes through Redis too; the stores are held to the same rules elsewhere.
THROUGH_REDIS = ("all.stage_summary", "slots.user_history")
EACH = pytest.mark.parametrize(
    ("name", "cache_url"),
    [*((name, "folder") for name in READS), *((name, "redis") for name in THROUGH_REDIS)],
    indirect=["cache_url"],
)


class Servers(NamedTuple):
    """Clients that share a cache, each with a clock of its own; `told` reads past any cache."""

    make: Callable[[float], TwoJ]
    told: Callable[[str], Any]


@pytest.fixture
def cache_url(request, tmp_path):
    if getattr(request, "param", "folder") == "folder":
        return tmp_path / "cache"
    url = request.getfixturevalue("redis_url")
    client = RedisStore(url, 2**20)._redis
    client.flushall()
    client.close()
    return url


@pytest.fixture
def servers(sandbox, cache_url, tmp_path):
    made = []

    def make(now, folder=cache_url):
        clock = Clock(now)
        options = {"clock": clock, "timer": clock, "sleep": clock.sleep, "cache_url": folder}
        made.append(TwoJ(summary_url=sandbox.url, mch_id=sandbox.mch_id, key=sandbox.key, **options))
        return made[-1]

    def told(name):
        return READS[name](make(sandbox.now(), tmp_path / f"new {len(made)}")).data

    yield Servers(make, told)
    for client in made:
        client.close()


def set_time(sandbox, client, now):
    sandbox.set_clock(now)
    client._core.clock.now = now


@EACH
@pytest.mark.slow
def test_a_clock_that_ran_ahead_for_a_minute_leaves_nothing_wrong(sandbox, servers, name):
    """(a) At 22:00 by the provider, and 06:00 by us, the day is not over, whatever we believe."""
    # The player goes to bed before 22:00.
    cut_at, ahead_s = (MIDNIGHT - HOUR_S // 2, 8 * HOUR_S)
    if "user" in name:
        cut_at, ahead_s = (MIDNIGHT - 20 * HOUR_S, 26 * HOUR_S)
    sandbox.set_clock(cut_at)
    sandbox.tolerate(ahead_s + 1)
    ahead = servers.make(cut_at + ahead_s)
    cut = READS[name](ahead)
    assert cut.as_of.timestamp() == cut_at, "said when the provider said it"
    other = servers.make(cut_at)
    for later in (60, ahead_s - 60, ahead_s + 60, 40 * DAY_S):
        sandbox.set_clock(cut_at + later)
        told = servers.told(name)
        for client in (ahead, other):
            client._core.clock.now = cut_at + later
            found = READS[name](client)
            assert found.data == told, f"{later} s later"
            assert not found.changes, "nothing was changed: the day had not ended"
    assert cut.data != told


@EACH
@pytest.mark.slow
def test_what_comes_after_the_day_has_settled_is_counted_and_said(sandbox, servers, name):
    """(b) A round, or a bonus, that appears more than two hours after its day."""
    sandbox.set_clock(MIDNIGHT + 3 * HOUR_S)
    sandbox.correct(*LAST_HOURS, hidden=True)
    first, second = (servers.make(MIDNIGHT + 3 * HOUR_S) for _ in range(2))
    before = READS[name](first).data
    sandbox.clear_corrections()
    for client in (first, second):
        assert READS[name](client).data == before, "asked for again a day after its end"
    for client in (first, second):
        set_time(sandbox, client, MIDNIGHT + DAY_S + 60)
        found = READS[name](client)
        assert found.data == servers.told(name) != before
        if name != "all.bonus_summary":  # which goes on changing for 60 days
            (change,) = found.changes
            assert change.window.end == DAY.end
            assert change.by["bet_amount"] > 0


@EACH
def test_a_reply_is_settled_by_the_providers_clock_alone(sandbox, servers, name, tmp_path):
    """Two hours after the window's end (bonuses 60 days), whatever ours says; from the cache too."""
    final_after_s = 60 * DAY_S if name == "all.bonus_summary" else 2 * HOUR_S
    sandbox.tolerate(90 * DAY_S)
    sandbox.set_clock(MIDNIGHT + final_after_s - 60)
    ahead = servers.make(MIDNIGHT + final_after_s + HOUR_S, tmp_path / "ahead")
    early, late = (servers.make(MIDNIGHT + final_after_s - 60) for _ in range(2))
    assert not READS[name](ahead).settled
    assert not READS[name](early).settled
    for client in (early, late):
        set_time(sandbox, client, MIDNIGHT + final_after_s + HOUR_S)
    assert [READS[name](client).settled for client in (early, late, late)] == [True] * 3


@EACH
@pytest.mark.slow
def test_what_the_provider_corrects_later_is_read_and_said(sandbox, servers, name):
    """(c) Seen at the latest a week after the day's end."""
    sandbox.set_clock(MIDNIGHT + 30 * HOUR_S)
    client = servers.make(MIDNIGHT + 30 * HOUR_S)
    before = READS[name](client).data
    sandbox.correct(*DAY, bet_li=1000, gain_li=-300)
    assert READS[name](client).data == before or name == "all.bonus_summary"
    set_time(sandbox, client, MIDNIGHT + 7 * DAY_S + 60)
    found = READS[name](client)
    assert found.data == servers.told(name) != before
    if name != "all.bonus_summary":
        (change,) = found.changes
        count = change.by["bet_amount"] / 1000
        assert count == int(count) > 0
        assert change.by == {"bet_amount": 1000 * count, "gain_amount": -300 * count}


@EACH
@pytest.mark.slow
def test_asked_again_on_request_by_one_for_all_who_share_the_cache(sandbox, servers, name):
    sandbox.set_clock(CLOCK + 70 * DAY_S)
    first, second = (servers.make(CLOCK + 70 * DAY_S) for _ in range(2))
    before = READS[name](first).data
    sandbox.correct(*DAY, bet_li=1000, gain_li=-300)
    assert [READS[name](client).data for client in (first, second)] == [before, before]
    first.ask_again(start=DAY.end - 1, end=DAY.end)
    second._core.clock.now += 5
    sandbox.clear_calls()
    found = [READS[name](client) for client in (first, second)]
    assert [reply.data for reply in found] == [servers.told(name)] * 2 != [before] * 2
    asked = len(sandbox.calls())
    assert [READS[name](client).data for client in (first, second)] == [reply.data for reply in found]
    assert len(sandbox.calls()) == asked, "kept in the place of the old"
    for reply in found:
        (change,) = reply.changes
        if name == "all.bonus_summary":
            assert (change.by["bet_amount"], change.by["win_amount"]) != (0, 0)
        else:
            assert change.by["bet_amount"] / 1000 == change.by["gain_amount"] / -300


@EACH
def test_where_the_provider_fails_the_old_answer_still_serves_what_was_asked_again(sandbox, servers, name):
    sandbox.set_clock(CLOCK + 70 * DAY_S)
    client = servers.make(CLOCK + 70 * DAY_S)
    before = READS[name](client)
    client.ask_again(**WHOLE)
    sandbox.fault("*", "http_500")
    found = READS[name](client)
    assert (found.data, found.stale, found.as_of) == (before.data, True, before.as_of)
    assert found.stale_reason
    sandbox.clear_faults()
    assert not READS[name](client).stale


def test_a_day_elsewhere_is_not_asked_again(sandbox, servers):
    sandbox.set_clock(CLOCK + 70 * DAY_S)
    client = servers.make(CLOCK + 70 * DAY_S)
    month = {"start": DAY.end - 30 * DAY_S, "end": DAY.end}
    client.all.stage_summary(**month)
    sandbox.clear_calls()
    client.ask_again(start=DAY.start, end=DAY.end)
    client.all.stage_summary(start=month["start"], end=DAY.start)
    assert sandbox.calls() == []
    client.all.stage_summary(**month)
    (call,) = sandbox.calls()
    assert (call["data"]["time_start"], call["data"]["time_end"]) == DAY


def test_what_changed_is_to_the_li(sandbox, servers):
    sandbox.set_clock(CLOCK + 70 * DAY_S)
    client = servers.make(CLOCK + 70 * DAY_S)
    count = READS["all.stage_summary"](client).data.summary.bet_count
    sandbox.correct(*DAY, bet_li=1200, gain_li=300)
    client.ask_again(**WHOLE)
    (change,) = READS["all.stage_summary"](client).changes
    assert change == Restatement(
        DAY, {"bet_amount": Decimal(1200 * count), "gain_amount": Decimal(300 * count)}
    )
    sandbox.clear_corrections()
    client.ask_again(**WHOLE)
    assert READS["all.stage_summary"](client).changes == (), "as it was first"
