"""Whose answer the cache serves, and what of it is passed on: what mutation testing once found unheld."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from tests.twoj_client.conftest import NOW, Clock
from tests.twoj_client.test_stage_summary import client_of
from tests.twoj_client.world import DAY_S, World, WorldBet
from twoj_client.cache.entry import STALE_FOR_S
from twoj_client.endpoints import ALL_HISTORY, GAMES_GAME_HISTORY, GAMES_GAME_STAGE_SUMMARY
from twoj_client.errors import TimedOut
from twoj_client.windows import Window

TODAY = NOW - NOW % DAY_S
PAST = Window(TODAY - 20 * DAY_S, TODAY - 19 * DAY_S)


class Games(World):
    """Of each game there are as many bets as its id says. `pause` is called with the id."""

    def pause(self, game_id):
        """Do nothing, unless a test says otherwise."""

    def _api_games_game_stage_summary(self, data):
        self.pause(data["game_id"])
        return super()._api_games_game_stage_summary(data) | {"bet_count": data["game_id"]}


@pytest.fixture
def world():
    return Games(Clock(), [WorldBet(NOW - 3600)])


@pytest.fixture
def twoj(world, tmp_path):
    with client_of(world, tmp_path) as client:
        yield client


def bets(twoj, game_id, window=PAST):
    found = twoj.games.game_stage_summary(start=window.start, end=window.end, game_id=game_id)
    return found.data.bet_count


def test_another_game_is_another_answer_before_and_after_it_is_kept(twoj):
    assert [bets(twoj, game_id) for game_id in (7, 8, 7, 8)] == [7, 8, 7, 8]


def test_who_asks_of_another_game_meanwhile_does_not_get_the_answer_on_its_way(world, twoj):
    other_came = threading.Event()
    world.pause = lambda game_id: other_came.wait(5) if game_id == 7 else other_came.set()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(bets, twoj, 7)
        while not world.calls:
            pass
        assert bets(twoj, 8) == 8
        assert first.result() == 7


def test_what_was_said_first_of_one_game_is_not_held_against_another(world, twoj):
    cache = twoj._cache
    answer = cache.read(GAMES_GAME_STAGE_SUMMARY, {"game_id": 7}, PAST)
    assert answer.settled
    for game_id in (7, 8):
        rows = [SimpleNamespace(bet_count=game_id)]
        assert cache.compared(GAMES_GAME_HISTORY, {"game_id": game_id}, PAST, rows, [answer]) == ()
    rows = [SimpleNamespace(bet_count=9)]
    (found,) = cache.compared(GAMES_GAME_HISTORY, {"game_id": 7}, PAST, rows, [answer])
    assert found.by == {"bet_count": 2}


def test_sums_are_found_in_memory_and_pages_in_the_store_alone(world, twoj, monkeypatch):
    answer = twoj._cache.read(GAMES_GAME_STAGE_SUMMARY, {"game_id": 7}, PAST)
    asked = []
    monkeypatch.setattr(twoj._cache._store, "get", lambda keys: asked.append(keys) or [None] * len(keys))
    assert bets(twoj, 7) == 7
    assert asked == []
    for endpoint in (ALL_HISTORY, GAMES_GAME_HISTORY):
        (kept,) = twoj._cache.split(endpoint, {"page": 1}, answer, {PAST: answer.value})
        assert kept == PAST
        assert twoj._cache.peek(endpoint, {"page": 1}, [PAST]) == [None]
        assert len(asked.pop()) == 1


def test_what_may_change_leaves_the_store_after_a_day_and_what_is_settled_never(twoj, monkeypatch):
    put, kept = twoj._cache._store.put, []
    monkeypatch.setattr(
        twoj._cache._store, "put", lambda entries, ttl_s: kept.append(ttl_s) or put(entries, ttl_s)
    )
    bets(twoj, 7)
    bets(twoj, 7, Window(TODAY, NOW))
    assert kept == [None, STALE_FOR_S]


def test_an_old_answer_that_knows_more_than_was_asked_does_not_stand_in(world, twoj):
    assert bets(twoj, 7, Window(TODAY, TODAY + DAY_S)) == 7
    world.clock.now += 60
    world.down = True
    assert bets(twoj, 7, Window(TODAY, TODAY + DAY_S)) == 7
    with pytest.raises(Exception, match="500"):
        bets(twoj, 7, Window(TODAY, NOW - 10))


def test_parts_of_an_old_answer_are_old_and_say_why_and_are_not_kept(twoj):
    cache, params = twoj._cache, {"game_id": 7}
    answer = cache.read(GAMES_GAME_STAGE_SUMMARY, params, PAST)._replace(asked_again=3)
    half = Window(PAST.start, PAST.start + 3600)
    (part,) = cache.split(GAMES_GAME_STAGE_SUMMARY, params, answer, {half: answer.value}).values()
    assert (part.stale, part.stale_reason, part.asked_again) == (False, None, 3)
    old = answer._replace(stale=True, stale_reason=TimedOut("The provider took too long."))
    other = Window(half.end, PAST.end)
    (part,) = cache.split(GAMES_GAME_STAGE_SUMMARY, params, old, {other: answer.value}).values()
    assert (part.stale, part.stale_reason) == (True, old.stale_reason)
    assert [each is None for each in cache.peek(GAMES_GAME_STAGE_SUMMARY, params, [half, other])] == [
        False,
        True,
    ]


def test_what_another_process_has_refreshed_is_taken_and_not_asked_again(world, twoj, tmp_path):
    window, waiting = Window(TODAY, TODAY + DAY_S), []
    bets(twoj, 7, window)
    with client_of(world, tmp_path) as other:
        assert bets(other, 7, window) == 7
        for client in (twoj, other):
            client._cache._refreshers.shutdown()
            client._cache._refreshers = SimpleNamespace(submit=waiting.append, shutdown=lambda **_: None)
        world.clock.now += 25
        for client in (twoj, other):
            bets(client, 7, window)
        assert (len(waiting), len(world.calls)) == (2, 1)
        for refresh in waiting:
            refresh()
        assert len(world.calls) == 2


def test_who_succeeds_in_a_hurry_has_its_time_again(twoj, world, monkeypatch):
    ask, asked, failing = twoj._core.senders.ask, [], [True]

    def told(endpoint, params, *, hurried):
        asked.append(hurried)
        if failing[0]:
            raise TimedOut("The provider took too long.")
        return ask(endpoint, params, hurried=hurried)

    window = Window(TODAY, TODAY + DAY_S)
    bets(twoj, 7, window)
    monkeypatch.setattr(twoj._core.senders, "ask", told)
    for fails, later_s in ((True, 31), (False, 1), (True, 31)):
        world.clock.now += later_s
        failing[0] = fails
        assert bets(twoj, 7, window) == 7
    assert asked == [False, True, False]
