"""Packs on PostgreSQL, beside another merchant's in the same database."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.store import Folder
from ledger import schema
from ledger.database import Ledger
from reports.gather import PackSource
from reports.made import make
from reports.verify import NotVerified, verify
from tests.archive.test_breaking import HOUR, bet, read
from tests.parts import ledger_at, postgresql_server
from tests.provider import CLOCK
from twoj_client.windows import HOUR_S

pytestmark = [pytest.mark.slow, pytest.mark.servers]


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with postgresql_server() as server, ledger_at(f"{server}/postgres", 101) as ledger:
        ledger.prepare()
        yield ledger


def test_two_merchants_have_packs_that_stay_what_they_were(ledger: Ledger, tmp_path: Path):
    other = Ledger(ledger.database, 102)
    other.prepare()
    packs, clock = [], [CLOCK]
    archives = [Archive(each, Folder(tmp_path), lambda: clock[0]) for each in (ledger, other)]
    for number, archive in enumerate(archives):
        archive.keep([read(bet(n, HOUR + n, bet_li=1000 + number)) for n in range(1)])
        source = PackSource(archive, None, ZoneInfo("UTC"), "", "Lucky", {}, "en")
        packs.append(make(source, "2026-03", "test"))
    clock[0] += 60
    (kept,) = archives[0].keep([read(bet(0, HOUR, gain_li=9))])
    assert kept.restated == 1
    before = archives[0].pieces(HOUR, HOUR + HOUR_S)[0]
    archives[0].keep([read(bet(0, HOUR, gain_li=10))])
    # What no pack is made of goes, the other's pack keeps nothing of ours.
    assert archives[0].unlink_left(clock[0] * 1000 + 1) == 1
    assert before.path
    assert not (tmp_path / before.path).exists()
    for archive, pack in zip(archives, packs, strict=True):
        assert verify(archive, pack.content).wrong == ()
    with pytest.raises(NotVerified, match="It is of merchant 101, and the settings are those of 102"):
        verify(archives[1], packs[0].content)
    with ledger.reading() as books:
        assert list(books.scalars(select(schema.packs.c.id))) == [packs[0].pack]
