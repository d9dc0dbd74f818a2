"""The two stores, held to the same rules: a folder, and a real Redis."""

import threading

import pytest
import redis

from tests.parts import free_port, redis_server
from tests.twoj_client.conftest import KEY, NOW, ok, sample
from tests.twoj_client.world import claim
from twoj_client import BadArgument
from twoj_client.cache.folder import FolderStore
from twoj_client.cache.redis_store import RedisStore
from twoj_client.cache.store import ResilientStore, StoreFailed
from twoj_client.errors import NotPermitted

LIST = "/api/all/list"
POOL = "/open2j/g/gjp/pool"
MIB = 2**20


@pytest.fixture(params=["folder", "redis"])
def cache_url(request, tmp_path):
    if request.param == "folder":
        return tmp_path / "cache"
    url = request.getfixturevalue("redis_url")
    client = RedisStore(url, MIB)._redis
    client.flushall()
    client.close()
    return url


@pytest.fixture
def make_store(cache_url):
    made = []

    def make(limit_bytes=MIB):
        kind = RedisStore if isinstance(cache_url, str) else FolderStore
        made.append(kind(cache_url, limit_bytes))
        return made[-1]

    yield make
    for store in made:
        store.close()


def test_bytes_come_back(make_store):
    store = make_store()
    store.put({"a": b"\x00\xff", "big": b"x" * 100_000, "ключ": b""}, None)
    assert store.get(["big", "a", "b", "ключ"]) == [b"x" * 100_000, b"\x00\xff", None, b""]
    store.put({"a": b"new"}, 60)
    assert make_store().get(["a"]) == [b"new"]


def test_entries_end(make_store):
    store = make_store()
    store.put({"a": b"1"}, 0.001)
    assert wait_for(lambda: store.get(["a"]) == [None])


def test_a_claim_is_held_by_one(make_store):
    first, second = make_store(), make_store()
    assert claim(first, "k", 60)
    assert not claim(second, "k", 60)
    assert not claim(first, "k", 60)
    first.release("k")
    assert claim(second, "k", 60)


def test_a_claim_ends(make_store):
    store = make_store()
    assert claim(store, "k", 0.001)
    assert wait_for(lambda: claim(store, "k", 60))


def test_one_of_many_threads_gets_the_claim(make_store):
    store = make_store()
    got = []
    threads = [threading.Thread(target=lambda: got.append(claim(store, "k", 60))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 19 + [True]


def test_one_owner_leads_and_goes_on_leading(make_store):
    first, second = make_store(), make_store()
    assert first.lead("k", "ann", 60)
    assert first.lead("k", "ann", 60)
    assert not second.lead("k", "bob", 60)
    assert second.lead("other", "bob", 60)
    assert second.lead("k", "ann", 0.001)
    assert wait_for(lambda: second.lead("k", "bob", 60))
    assert not first.lead("k", "ann", 60)


def test_one_of_many_owners_leads(make_store):
    store = make_store()
    got = []
    threads = [
        threading.Thread(target=lambda n=n: got.append(store.lead("k", f"owner {n}", 60))) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 19 + [True]


def test_of_the_clients_that_share_a_cache_one_leads_and_all_hear_it(provider, make_client, cache_url, clock):
    provider.says(POOL, sample("jackpot.pool")["response"]["result"])
    one, two = (make_client(cache_url=cache_url).jackpot for _ in range(2))
    assert one.leads(60)
    assert not two.leads(60)
    assert two.latest_pool() is None
    said = one.pool()
    clock.now += 3600
    assert two.latest_pool() == said
    assert len(provider.calls) == 1
    assert make_client(cache_url=cache_url, mch_id=102).jackpot.leads(60)


def test_without_the_cache_every_client_leads(make_client):
    for _ in range(2):
        twoj = make_client(cache_url=f"redis://127.0.0.1:{free_port()}/0")
        assert twoj.jackpot.leads(60)
        assert twoj.jackpot.latest_pool() is None


def test_the_size_is_bounded_and_the_oldest_go_first(make_store):
    store = make_store(limit_bytes=2 * MIB)
    names = [f"entry {i}" for i in range(100)]
    for name in names:
        store.put({name: b"x" * 100_000}, None)
    kept = [name for name, value in zip(names, store.get(names), strict=True) if value]
    assert 5 <= len(kept) <= 21
    assert kept == names[-len(kept) :]


def test_a_store_says_how_full_it_is(make_store):
    store = make_store(limit_bytes=10 * MIB)
    empty = store.size_bytes()
    store.put({"a": b"x" * 300_000}, None)
    assert 300_000 <= store.size_bytes() - empty <= 330_000
    assert empty < 100_000


def test_a_limit_bounds_the_size(make_store):
    store = make_store()
    for number in range(40):
        store.put({f"a{number}": b"x" * 100_000}, None)
    assert store.size_bytes() <= 1.2 * MIB


def test_the_state_of_a_cache_shows_no_password(make_client, tmp_path):
    folder = make_client(cache_url=tmp_path / "here", cache_bytes=MIB).cache_state()
    words, fields = folder.place
    assert words.format_map(fields) == f"Folder {tmp_path / 'here'}"
    assert (folder.works, folder.limit_bytes) == (True, MIB)
    assert folder.size_bytes
    port = free_port()
    away = make_client(cache_url=f"redis://user:s3cret@127.0.0.1:{port}/2?client_name=s3cret").cache_state()
    words, fields = away.place
    assert words.format_map(fields) == f"Redis at 127.0.0.1:{port}, database 2"
    assert away[1:] == (False, None, 2**30)
    assert "s3cret" not in repr(away)


def test_a_cache_that_can_be_read_and_not_written_does_not_work(clock):
    class Full:
        place = "a full disk"

        def get(self, keys):
            return [None] * len(keys)

        def put(self, entries, ttl_s):
            raise StoreFailed("full")

    assert not ResilientStore(Full(), clock).check()


def test_answers_outlive_the_client(provider, make_client, cache_url):
    provider.answers[LIST] = lambda _call: ok([])
    for _ in range(3):
        twoj = make_client(cache_url=cache_url)
        twoj.all.list()
        assert twoj.cache_state().works
    assert len(provider.calls) == 1


def test_two_providers_and_two_merchants_do_not_mix(provider, make_client, cache_url):
    provider.answers[LIST] = lambda _call: ok([])
    for options in (
        {},
        {"mch_id": 102},
        {"summary_url": provider.url + "/"},
        {"open_url": "http://127.0.0.1:1"},
    ):
        make_client(cache_url=cache_url, **options).all.list()
    assert len(provider.calls) == 3


@pytest.mark.parametrize("first", [(404, {}, b""), ok([{"game_id": "one"}]), (200, {}, b'{"code": 400}')])
def test_only_successes_are_kept(provider, make_client, cache_url, first):
    answers = iter([first, ok([])])
    provider.answers[LIST] = lambda _call: next(answers)
    with pytest.raises(Exception, match=LIST):
        make_client(cache_url=cache_url).all.list()
    assert make_client(cache_url=cache_url).all.list().data == []


def test_the_last_good_answer_is_served_marked_stale(provider, make_client, cache_url, clock):
    provider.answers[LIST] = lambda _call: ok([])
    fresh = make_client(cache_url=cache_url).all.list()
    clock.now += 3 * 3600
    provider.answers[LIST] = lambda _call: (500, {}, b"")
    twoj = make_client(cache_url=cache_url)
    stale = twoj.all.list()
    assert stale.stale
    assert not fresh.stale
    assert stale.as_of == fresh.as_of
    assert stale.as_of.timestamp() == NOW
    provider.answers[LIST] = lambda _call: ok([])
    assert not twoj.all.list().stale
    provider.answers[LIST] = lambda _call: (500, {}, b"")
    clock.now += 86_400
    with pytest.raises(Exception, match="500"):
        twoj.all.list()


def test_with_an_old_answer_at_hand_nobody_waits_twice(provider, make_client, cache_url, clock):
    provider.answers[LIST] = lambda _call: ok([])
    twoj = make_client(cache_url=cache_url)
    twoj.all.list()
    clock.now += 3700
    provider.answers[LIST] = lambda _call: (500, {}, b"")
    provider.calls.clear()
    assert twoj.all.list().stale
    assert len(provider.calls) == 4
    assert twoj.all.list().stale
    assert twoj.all.list().stale
    assert len(provider.calls) == 6


def test_what_stands_in_for_a_refusal_says_what_to_check(provider, make_client, cache_url, clock):
    """The same question was right before, so it is the key or a clock."""
    provider.answers[LIST] = lambda _call: ok([])
    twoj = make_client(cache_url=cache_url)
    twoj.all.list()
    clock.now += 3700
    provider.answers[LIST] = lambda _call: (200, {}, b'{"code": 400}')
    reply = twoj.all.list()
    assert (reply.data, reply.stale) == ([], True)
    assert "the key and this computer's clock" in str(reply.stale_reason)


def test_without_permission_no_old_answer_stands_in(provider, make_client, cache_url, clock):
    provider.says(POOL, sample("jackpot.pool")["response"]["result"])
    twoj = make_client(cache_url=cache_url)
    twoj.jackpot.pool()
    clock.now += 3700
    provider.answers[POOL] = lambda _call: (200, {}, b'{"header": {"code": 500009}, "result": {}}')
    with pytest.raises(NotPermitted):
        twoj.jackpot.pool()


def test_no_redis_costs_no_answer(provider, make_client):
    provider.answers[LIST] = lambda _call: ok([])
    twoj = make_client(cache_url=f"redis://:secret@127.0.0.1:{free_port()}/0")
    assert twoj.all.list().data == []
    assert not twoj.cache_state().works


def test_a_redis_that_goes_away_and_comes_back(provider, make_client, clock, tmp_path):
    provider.answers[LIST] = lambda _call: ok([])
    with redis_server(tmp_path) as url:
        twoj = make_client(cache_url=url)
        twoj.all.list()
        clock.now += 3700
    assert twoj.all.list().data == []
    assert not twoj.cache_state().works


def test_the_store_is_left_alone_for_a_while_after_a_failure(clock):
    class Broken:
        place = "nowhere"
        asked = 0

        def get(self, keys):
            self.asked += 1
            raise StoreFailed("down")

    broken = Broken()
    store = ResilientStore(broken, clock)
    assert store.get(["a", "b"]) == [None, None]
    assert claim(store, "a", 5)
    assert store.get(["a"]) == [None]
    assert broken.asked == 1
    clock.now += 5
    store.get(["a"])
    assert broken.asked == 2


@pytest.mark.parametrize("url", ["memcached://x", "redis://127.0.0.1:port/0", "://"])
def test_a_wrong_address_is_refused_without_showing_it(make_client, url):
    with pytest.raises(BadArgument, match="cache_url") as caught:
        make_client(cache_url=url)
    assert KEY not in str(caught.value)


def wait_for(true, seconds=5.0):
    done = threading.Event()
    for _ in range(int(seconds / 0.005)):
        if true():
            return True
        done.wait(0.005)
    return False


BOOKS = ["#sizes", "#order", "#total"]


@pytest.fixture
def by_hand(redis_url):
    """A Redis beside the store, as another program has it; what the store keeps begins with `twoj:`."""
    client = redis.Redis.from_url(redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def redis_store(redis_url, by_hand):
    store = RedisStore(redis_url, MIB)
    yield store
    store.close()


def spoil(client, key, kind):
    client.delete(key)
    {
        "list": lambda: client.rpush(key, "x"),
        "hash": lambda: client.hset(key, "x", "y"),
        "set": lambda: client.sadd(key, "x"),
        "zset": lambda: client.zadd(key, {"x": 1}),
        "stream": lambda: client.xadd(key, {"x": "y"}),
        "text": lambda: client.set(key, "no number"),
        "gone": lambda: None,
    }[kind]()


KINDS = ["list", "hash", "set", "zset", "stream", "text", "gone"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("book", BOOKS)
def test_a_book_of_another_type_is_made_anew(redis_store, by_hand, book, kind):
    redis_store.put({"a": b"x" * 1000, "b": b"y" * 500}, None)
    spoil(by_hand, f"twoj:{book}", kind)
    assert redis_store.get(["a", "b"]) == [b"x" * 1000, b"y" * 500]
    redis_store.put({"c": b"z" * 200}, None)
    redis_store.put({"a": b"x" * 900}, None)
    assert redis_store.get(["a", "c"]) == [b"x" * 900, b"z" * 200]
    assert 900 + 500 + 200 <= redis_store.size_bytes() <= 900 + 500 + 200 + 40
    assert ResilientStore(redis_store, lambda: 0).check()
    for number in range(30):
        redis_store.put({f"n{number}": b"x" * 100_000}, None)
    assert redis_store.size_bytes() <= MIB
    assert sum(by_hand.strlen(key) for key in by_hand.keys("twoj:[a-z]*")) <= MIB
    assert redis_store.get(["n29"]) == [b"x" * 100_000]


@pytest.mark.parametrize("kind", ["list", "hash", "set", "zset", "stream"])
def test_a_key_of_another_type_is_nothing_and_is_overwritten(redis_store, by_hand, kind):
    redis_store.put({"b": b"1"}, None)
    spoil(by_hand, "twoj:a", kind)
    assert redis_store.get(["a", "b"]) == [None, b"1"]
    redis_store.put({"a": b"2"}, None)
    assert redis_store.get(["a", "b"]) == [b"2", b"1"]


@pytest.mark.parametrize("kind", ["list", "hash", "set", "zset", "stream", "text"])
def test_a_claim_and_a_lead_that_nobody_made_hold_nobody_up(redis_store, by_hand, kind):
    for key in ("c", "l"):
        spoil(by_hand, f"twoj:{key}", kind)
    assert claim(redis_store, "c", 60)
    assert not claim(redis_store, "c", 60)
    assert redis_store.lead("l", "ann", 60)
    assert not redis_store.lead("l", "bob", 60)


def test_the_size_counts_each_key_once_and_what_was_dropped_not(redis_store, by_hand):
    """Written values: `twoj:a` and `twoj:bb` are 6 and 7 bytes of key."""
    redis_store.put({"a": b"x" * 100}, None)
    assert redis_store.size_bytes() == 106
    redis_store.put({"a": b"x" * 40}, None)
    assert redis_store.size_bytes() == 46
    redis_store.put({"bb": b"x" * 10, "a": b"x" * 41}, 60)
    assert redis_store.size_bytes() == 47 + 17
    redis_store.put({"big": b"x" * (MIB - 30)}, None)
    assert redis_store.size_bytes() == 8 + MIB - 30
    assert redis_store.get(["a", "bb"]) == [None, None]
    assert by_hand.hkeys("twoj:#sizes") == by_hand.zrange("twoj:#order", 0, -1) == [b"twoj:big"]
