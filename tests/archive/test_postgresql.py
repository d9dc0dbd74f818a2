"""The tables of pieces on PostgreSQL, where several servers meet."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.engine import Engine
from archive.erasure import forget
from archive.pieces import due_again, restated
from archive.questions import question
from archive.store import Folder
from archive.verify import verify
from ledger.background import Lease
from ledger.database import Ledger
from tests.archive.test_breaking import HOUR, bet, read
from tests.parts import ledger_at, postgresql_server
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S

pytestmark = [pytest.mark.slow, pytest.mark.servers]


MERCHANTS = count(101)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql_server() as server:
        yield server


@pytest.fixture
def ledger(server: str) -> Iterator[Ledger]:
    """The ledger of a merchant of this try alone."""
    with ledger_at(f"{server}/postgres", next(MERCHANTS)) as ledger:
        ledger.prepare()
        yield ledger


def test_a_day_is_kept_restated_asked_forgotten_and_verified(ledger: Ledger, tmp_path: Path):
    archive = Archive(ledger, Folder(tmp_path), lambda: CLOCK)
    engine = Engine(archive)
    hours = [HOUR + n * HOUR_S for n in range(24)]
    archive.keep([read(bet(n, at), hour_s=at) for n, at in enumerate(hours[:20])])
    last = [read(bet(n, at, user_id=8), hour_s=at) for n, at in enumerate(hours[20:], 20)]
    archive.keep([replace(each, as_of_s=each.hour_s + HOUR_S) for each in last])
    assert archive.join_days(HOUR, HOUR + DAY_S) == 0
    archive.keep(last)
    assert archive.join_days(HOUR, HOUR + DAY_S) == 1
    assert engine.roll_up(HOUR)
    (kept,) = archive.keep([read(bet(3, hours[3], gain_li=9), hour_s=hours[3])])
    assert (kept.restated, kept.piece.version) == (1, 2)
    assert engine.roll_up(HOUR)
    assert engine.rows(question("sums", HOUR, HOUR + DAY_S)) == ((24, 24_000, -23_000 + 9),)
    assert [row[0] for row in engine.rows(question("players", HOUR, HOUR + DAY_S))] == [7, 8]
    assert forget(archive, "test", user_id=8) == 4
    assert engine.rows(question("sums", HOUR, HOUR + DAY_S)) == ((24, 24_000, -23_000 + 9),)
    assert list(verify(archive)) == []
    with ledger.writing() as books:
        assert [row.event_id for row in restated(books)] == ["e3"]
        assert due_again(books, HOUR, HOUR + DAY_S) == 24


def test_of_many_servers_at_once_one_gets_the_lease(ledger: Ledger):
    with ThreadPoolExecutor(8) as servers:
        taken = list(servers.map(lambda _: Lease(ledger, "race", 60).take(), range(8)))
    assert sum(taken) == 1
