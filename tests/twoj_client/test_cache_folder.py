"""The cache folder: no pickles, nobody else's eyes, and no answer lost when it fails."""

import pickle
import shutil
import sqlite3
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path

import diskcache
import pytest

from tests.twoj_client.conftest import KEY, ok
from tests.twoj_client.world import claim
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
    store.put({"there": b"is a database"}, None)
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


def test_a_planted_pickle_is_refused(store, tmp_path, capfd):
    plant(tmp_path / "cache", raw=1, mode=4, key="a", value=pickle.dumps(Planted()))
    plant(tmp_path / "cache", raw=1, mode=1, key="text", value="not bytes")
    assert store.get(["a", "text", "there"]) == [None, None, b"is a database"]
    assert capfd.readouterr().out == ""


def test_the_plant_would_have_run(tmp_path, capfd):
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


@pytest.fixture
def asked(provider, make_client, clock):
    """Ask past the memory: return how many requests two clients needed."""
    provider.answers[LIST] = lambda _call: ok([])

    def ask(clients: int = 2) -> int:
        before = len(provider.calls)
        for _ in range(clients):
            with make_client() as twoj:
                assert twoj.all.list().data == []
        clock.now += 10
        return len(provider.calls) - before

    return ask


def test_a_folder_that_cannot_be_made_costs_no_answer(provider, make_client, tmp_path):
    provider.answers[LIST] = lambda _call: ok([])
    (tmp_path / "file").write_bytes(b"")
    twoj = make_client(cache_url=tmp_path / "file" / "cache")
    assert twoj.all.list().data == []


def test_a_deleted_folder_is_made_again(provider, make_client, clock, tmp_path):
    provider.answers[LIST] = lambda _call: ok([])
    twoj = make_client()
    for _ in range(4):
        twoj.all.list()
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        clock.now += 3700
    assert len(provider.calls) == 4
    twoj.all.list()
    clock.now += 10
    make_client().all.list()
    assert len(provider.calls) == 5


@pytest.mark.parametrize(
    "damage", [b"", b"no database at all, for sure", b"SQLite format 3\x00" + b"\xff" * 8000]
)
def test_a_damaged_database_begins_anew(asked, tmp_path, damage):
    asked()
    for name in ("cache.db-wal", "cache.db-shm"):
        (tmp_path / "cache" / name).unlink(missing_ok=True)
    (tmp_path / "cache" / "cache.db").write_bytes(damage)
    (tmp_path / "cache" / "mine.txt").write_text("not the cache's", encoding="utf-8")
    asked()
    asked()
    assert asked() == 0
    assert (tmp_path / "cache" / "mine.txt").exists()


def test_a_damaged_entry_is_asked_again(asked, tmp_path):
    asked()
    with sqlite3.connect(tmp_path / "cache" / "cache.db") as database:
        database.execute("UPDATE Cache SET value = ?", (b'[1.5,2]\n{"old": ',))
    database.close()
    assert asked() == 1
    assert asked() == 0


def test_a_full_disk_costs_no_answer(provider, make_client, monkeypatch):
    def full(*_args, **_kwargs):
        raise sqlite3.OperationalError("database or disk is full")

    provider.answers[LIST] = lambda _call: ok([])
    monkeypatch.setattr(diskcache.Cache, "set", full)
    assert make_client().all.list().data == []
    monkeypatch.undo()


def open_files(folder) -> int:
    """How many of this process' open files lie in `folder`."""
    links = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            links.append(str(link.readlink()))
    return sum(link.startswith(str(folder)) for link in links)


def test_however_many_threads_use_it_few_files_are_open(store, tmp_path):
    everybody_begins, everybody_has_used_it = threading.Barrier(150), threading.Barrier(151)
    counted = threading.Event()
    found = []

    def use(number):
        everybody_begins.wait(30)
        found.append(store.get([f"k{number}", "there"]))
        everybody_has_used_it.wait(30)
        counted.wait(30)  # nobody ends before

    threads = [threading.Thread(target=use, args=(number,)) for number in range(150)]
    for thread in threads:
        thread.start()
    everybody_has_used_it.wait(30)
    open_at_once = open_files(tmp_path)
    counted.set()
    for thread in threads:
        thread.join(60)
    assert found == [[None, b"is a database"]] * 150
    assert 0 < open_at_once <= 4 * 3
    store.close()
    assert open_files(tmp_path) == 0
    assert store.get(["there"]) == [b"is a database"], "it opens again for whoever comes after"


@pytest.fixture
def wall_clock(monkeypatch):
    """The clock by which a folder's entries end, to be set."""
    clock = [time.time()]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    return clock


YEARS_S = 10 * 365 * 86_400


def test_a_lease_of_a_clock_years_ahead_keeps_nobody_waiting(store, wall_clock):
    """A server started with its clock in 2036, asked the pots, and ended."""
    wall_clock[0] += YEARS_S
    assert store.lead("pots", "ahead", 30)
    assert claim(store, "refresh", 10)
    wall_clock[0] -= YEARS_S
    assert store.lead("pots", "ann", 30)
    assert claim(store, "refresh", 10)
    assert not store.lead("pots", "bob", 30)
    assert not claim(store, "refresh", 10)
    wall_clock[0] += 31
    assert store.lead("pots", "bob", 30)
    assert claim(store, "refresh", 10)


def test_a_lease_that_was_taken_for_longer_is_left_to_its_owner(store, wall_clock):
    assert store.lead("pots", "ann", 600)
    assert not store.lead("pots", "bob", 5)
    wall_clock[0] -= 300  # set back a little
    assert not store.lead("pots", "bob", 5)
    assert store.lead("pots", "ann", 600)


@pytest.mark.parametrize("end_s", [None, YEARS_S])
def test_a_lease_without_an_end_holds_nobody_up_and_one_of_an_older_version_ends(
    store, wall_clock, tmp_path, end_s
):
    with diskcache.Cache(str(tmp_path / "cache"), disk=PlainDisk) as cache:
        cache.set("pots", b"old", expire=end_s)
        cache.set("young", b"old", expire=20)
    assert store.lead("pots", "ann", 30)
    assert not store.lead("young", "ann", 30)
