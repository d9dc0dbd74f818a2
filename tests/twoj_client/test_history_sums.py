"""Sums over bets: asked for and made once for all who share a cache, and kept in the place of the bets."""

import threading

import pytest

from tests.twoj_client.test_hourly_pages import DAY, PATH, Bets, bet
from twoj_client.all_games import Sums
from twoj_client.cache.folder import FolderStore
from twoj_client.errors import HttpStatus
from twoj_client.windows import HOUR_S

WINDOW = {"start": DAY, "end": DAY + HOUR_S}


class Counted:
    """Counts bets, and how often it did."""

    def __init__(self):
        self.made = 0
        self.sums = Sums("count 1", self.make, lambda count: b"%d" % count, int)

    def make(self, bets):
        self.made += 1
        return len(bets)


@pytest.fixture
def counted():
    return Counted()


@pytest.fixture
def clients(provider, make_client):
    provider.answers[PATH] = Bets([bet(i, DAY + i) for i in range(50)])
    return [make_client(), make_client()]


def test_of_a_settled_hour_they_are_made_once_for_all(provider, clients, counted):
    first, second = (twoj.all.history_sums(counted.sums, **WINDOW) for twoj in clients)
    assert first == second
    assert (first.data, counted.made, len(provider.calls)) == (50, 1, 1)
    assert [twoj.stats()["all.history"].hits for twoj in clients] == [0, 1]


def test_other_hours_other_games_and_other_sums_are_kept_apart(clients, counted):
    (twoj, _), other = clients, Sums("count 2", counted.make, counted.sums.pack, counted.sums.unpack)
    twoj.all.history_sums(counted.sums, **WINDOW)
    for sums, changes in (
        (other, {}),
        (counted.sums, {"game_ids": [1062]}),
        (counted.sums, {"end": DAY + HOUR_S - 1}),
    ):
        made = counted.made
        twoj.all.history_sums(sums, **(WINDOW | changes))
        assert counted.made == made + 1


def test_what_may_still_change_is_shared_for_seconds_alone(clients, counted, clock, monkeypatch):
    kept = {}
    monkeypatch.setattr(FolderStore, "put", lambda _self, entries, ttl_s: kept.setdefault(ttl_s, entries))
    clock.now = DAY + HOUR_S + 60
    clients[0].all.history_sums(counted.sums, **WINDOW)
    assert list(kept) == [30]


def test_what_may_still_change_is_made_again_once_it_is_old(clients, counted, clock):
    clock.now = DAY + HOUR_S + 60
    for twoj in clients:
        twoj.all.history_sums(counted.sums, **WINDOW)
    assert counted.made == 1
    clock.now += 40
    clients[1].all.history_sums(counted.sums, **WINDOW)
    assert counted.made == 2


def test_two_who_want_the_same_at_once_ask_once(provider, clients, counted):
    asked, go_on = threading.Event(), threading.Event()

    def wait(_call):
        asked.set()
        assert go_on.wait(10)

    provider.answers[PATH].before = wait
    got = []

    def read(twoj):
        got.append(twoj.all.history_sums(counted.sums, **WINDOW).data)

    threads = [threading.Thread(target=read, args=(clients[0],)) for _ in range(3)]
    threads[0].start()
    assert asked.wait(10)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert (got, counted.made, len(provider.calls)) == ([50, 50, 50], 1, 1)


def test_a_failure_and_an_hour_that_lacks_bets_are_not_kept(provider, clients, counted):
    bets = provider.answers[PATH]
    provider.answers[PATH] = lambda _call: (404, {}, b"")
    with pytest.raises(HttpStatus):
        clients[0].all.history_sums(counted.sums, **WINDOW)
    provider.answers[PATH] = bets
    bets.page_size = 2000
    more = [50]

    def lacking(call):
        status, headers, answer = bets(call)
        return status, headers, answer.replace(b'"total": 50', b'"total": %d' % (50 + sum(more)))

    provider.answers[PATH] = lacking
    reply = clients[0].all.history_sums(counted.sums, **WINDOW)
    assert (reply.data, reply.complete) == (50, False)
    more.clear()
    assert clients[1].all.history_sums(counted.sums, **WINDOW).complete
    assert counted.made == 2


def test_what_is_damaged_is_made_again(clients, counted):
    damaged = Sums("count 1", counted.make, lambda _: b"not a number", int)
    clients[0].all.history_sums(damaged, **WINDOW)
    assert clients[1].all.history_sums(counted.sums, **WINDOW).data == 50
    assert counted.made == 2
