"""One round that is added, changed or lost in any of 60 finished days is named, in twelve calls at most."""

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive import pieces
from archive.archive import Archive
from archive.bets import HourSums
from archive.store import Folder
from tests import archived
from tests.archive.told import Told, ToldProvider, bet, sums_of, told_at
from tests.parts import ledger_at
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S
from twoj_sandbox import MCH_ID
from twoj_sandbox.world import World

pytestmark = pytest.mark.slow
FIRST_S = archived.TODAY_S - 60 * DAY_S


class ChangedProvider(ToldProvider):
    """Tells of each hour the sums that an archive has, but for one hour, of which it tells these bets."""

    def about(self, archive: Archive) -> None:
        self.was = {piece.hour_s: piece.ours for piece in archive.pieces()}
        self.hour_s, self.rows = 0, list[dict[str, Any]]()

    def change(self, hour_s: int, rows: list[dict[str, Any]]) -> None:
        self.hour_s, self.rows = hour_s, rows
        self.was[hour_s] = sums_of(rows)

    def summed(self, start: int, end: int) -> HourSums:
        hours = (self.was.get(hour_s, HourSums()) for hour_s in range(start, end, HOUR_S))
        return sum(hours, HourSums())

    def truth(self, start: int, end: int) -> list[dict[str, Any]]:
        assert (start, end) == (self.hour_s, self.hour_s + HOUR_S), "an hour that did not change is read"
        return self.rows


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path) -> Path:
    """Sixty finished days and today of a small casino, filled without asking anybody."""
    place = tmp_path_factory.mktemp("sixty")
    shutil.copy(empty_ledger, place / "ledger")
    with ledger_at(f"sqlite:///{place / 'ledger'}", MCH_ID) as ledger:
        archived.fill(
            Archive(ledger, Folder(place / "archive"), lambda: CLOCK), World(bets_per_hour=40), FIRST_S
        )
    return place


@contextmanager
def copied(filled: Path, to: Path) -> Iterator[Told]:
    to.mkdir()
    shutil.copy(filled / "ledger", to / "ledger")
    folder = archived.copy(filled / "archive", to / "archive")
    with (
        ledger_at(f"sqlite:///{to / 'ledger'}", MCH_ID) as ledger,
        told_at(ledger, folder, days=61, now_s=CLOCK, provider=ChangedProvider) as told,
    ):
        told.provider.about(told.archive)
        yield told


def test_sixty_quiet_days_are_one_call_and_nothing_is_invented(filled: Path, tmp_path: Path):
    with copied(filled, tmp_path / "quiet") as told:
        before = told.archive.pieces()
        assert told.collector.compare(60) == (1, 0)
        (call,) = told.provider.calls
        assert call == ("sums", FIRST_S, archived.TODAY_S)
        assert (told.restated(), told.archive.pieces()) == ([], before)


@pytest.mark.parametrize("change", ["added", "changed", "gone"])
def test_one_round_of_any_day_is_named_with_before_and_after(filled: Path, tmp_path: Path, change: str):
    """Twenty seeds, of which each chooses the hour and the round; the first and the last hour among them."""
    most = 0
    with copied(filled, tmp_path / "changed") as told:
        hours_s = [
            piece.hour_s for piece in told.archive.pieces(FIRST_S, archived.TODAY_S) if piece.ours.count
        ]
        for seed in range(20):
            rng = random.Random(seed)
            hour_s = {0: hours_s[0], 1: hours_s[-1]}.get(seed, rng.choice(hours_s))
            rows = told.archive.rows(told.piece(hour_s)).to_pylist()
            version = told.piece(hour_s).version
            chosen = rng.randrange(len(rows))
            before, after = dict(rows[chosen]), dict(rows[chosen]) | {"gain_amount": 12_345 + seed}
            if change == "added":
                before, after = None, bet(seed, hour_s + rng.randrange(HOUR_S))
                rows.append(after)
            elif change == "gone":
                after = None
                del rows[chosen]
            else:
                rows[chosen] = after
            told.provider.change(hour_s, rows)
            told.provider.calls.clear()
            calls, restated = told.collector.compare(60)
            assert (restated, calls) == (1, len(told.provider.calls)), seed
            most = max(most, calls)
            with told.archive.ledger.reading() as books:
                row = pieces.restated(books, most=1)[0]
            said = [None if each is None else json.loads(each) for each in (row.before, row.after)]
            assert (row.hour_s, row.change, said) == (hour_s, change, [before, after]), seed
            of = sums_of([after] if after else []) - sums_of([before] if before else [])
            assert (row.bet_li, row.gain_li) == (of.bet_li, of.gain_li), seed
            assert told.piece(hour_s).version == version + 1, seed
            assert str(told.piece(hour_s).state) == "proven", seed
            told.provider.calls.clear()
            assert told.collector.compare(60) == (1, 0), seed
            assert len(told.provider.calls) == 1, seed
        assert len(told.restated()) == 20
    assert most <= 12
