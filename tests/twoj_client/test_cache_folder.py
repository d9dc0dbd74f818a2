"""The cache folder: no pickles, nobody else's eyes, and no answer lost when it fails."""

import pickle
import sqlite3
import stat

import pytest

from tests.twoj_client.conftest import KEY, NOW, ok
from twoj_client.cache.folder import FolderStore, PickleRefused, PlainDisk

LIST = "/api/all/list"
MIB = 2**20


class Planted:
    """A pickle that shows when it is loaded."""

    def __reduce__(self):
        return (print, ("code of the cache folder runs",))


@pytest.fixture
def store(tmp_path):
    store = FolderStore(tmp_path / "cache", MIB)
    yield store
    store.close()


def plant(folder, *, raw: int, mode: int, key: object, value: object) -> None:
    with sqlite3.connect(folder / "cache.db") as database:
        database.execute(
            "INSERT OR REPLACE INTO Cache (key, raw, store_time, access_time, mode, value, size)"
            " VALUES (?, ?, 0, 0, ?, ?, 0)",
            (key, raw, mode, value),
        )
    database.close()


def test_bytes_come_back(store):
    store.put({"a": b"\x00\xff", "big": b"x" * 100_000}, None)
    assert store.get("a") == b"\x00\xff"
    assert store.get("big") == b"x" * 100_000
    assert store.get("b") is None


def test_a_planted_pickle_is_refused(store, tmp_path, capfd):
    plant(tmp_path / "cache", raw=1, mode=4, key="a", value=pickle.dumps(Planted()))
    plant(tmp_path / "cache", raw=1, mode=1, key="text", value="not bytes")
    assert store.get("a") is None
    assert store.get("text") is None
    assert capfd.readouterr().out == ""


def test_the_plant_would_have_run(tmp_path, capfd):
    import diskcache

    with diskcache.Cache(str(tmp_path / "cache")) as cache:
        plant(tmp_path / "cache", raw=1, mode=4, key="a", value=pickle.dumps(Planted()))
        cache.get("a")
    assert capfd.readouterr().out == "code of the cache folder runs\n"


def test_only_bytes_under_text_are_written(tmp_path):
    disk = PlainDisk(str(tmp_path))
    for value in ("text", 5, 1.5, None, object()):
        with pytest.raises(PickleRefused):
            disk.store(value, read=False)
    for key in (b"bytes", 5, ("a", "tuple")):
        with pytest.raises(PickleRefused):
            disk.put(key)
    with pytest.raises(PickleRefused):
        disk.get(pickle.dumps(Planted()), raw=False)


def test_the_folder_is_the_owners_alone(store, tmp_path):
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_neither_key_nor_signature_is_kept(provider, twoj, tmp_path):
    provider.answers[LIST] = lambda _call: ok([])
    twoj.all.list()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert LIST.encode() in kept
    assert KEY.encode() not in kept
    assert b"sign" not in kept


def test_a_folder_that_cannot_be_made_costs_no_answer(provider, make_client, tmp_path):
    provider.answers[LIST] = lambda _call: ok([])
    (tmp_path / "file").write_bytes(b"")
    twoj = make_client(cache_url=tmp_path / "file" / "cache")
    assert twoj.all.list().data == []
    assert twoj.all.list().data == []


def test_answers_outlive_the_client(provider, make_client):
    provider.answers[LIST] = lambda _call: ok([])
    make_client().all.list()
    make_client().all.list()
    assert len(provider.calls) == 1


def test_two_providers_and_two_merchants_do_not_mix(provider, make_client):
    provider.answers[LIST] = lambda _call: ok([])
    for options in (
        {},
        {"mch_id": 102},
        {"summary_url": provider.url + "/"},
        {"open_url": "http://127.0.0.1:1"},
    ):
        make_client(**options).all.list()
    assert len(provider.calls) == 3


def test_a_failure_is_not_kept(provider, twoj):
    answers = iter([(404, {}, b""), ok([])])
    provider.answers[LIST] = lambda _call: next(answers)
    with pytest.raises(Exception, match="404"):
        twoj.all.list()
    assert twoj.all.list().data == []


def test_a_wrong_answer_is_not_kept(provider, twoj):
    answers = iter([ok([{"game_id": "one"}]), ok([])])
    provider.answers[LIST] = lambda _call: next(answers)
    with pytest.raises(Exception, match="differs"):
        twoj.all.list()
    assert twoj.all.list().data == []


def test_the_last_good_answer_is_served_marked_stale(provider, twoj, clock):
    provider.answers[LIST] = lambda _call: ok([])
    fresh = twoj.all.list()
    clock.now += 3 * 3600
    provider.answers[LIST] = lambda _call: (500, {}, b"")
    stale = twoj.all.list()
    assert stale.stale
    assert not fresh.stale
    assert stale.as_of == fresh.as_of
    assert stale.as_of.timestamp() == NOW
    clock.now = NOW + 86_400
    with pytest.raises(Exception, match="500"):
        twoj.all.list()
