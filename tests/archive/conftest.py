"""An archive of the session's sandbox: in a folder of its own, over a ledger of its own."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from archive.archive import Archive
from archive.bucket import Bucket
from archive.collector import Collector
from archive.engine import Engine
from archive.store import Folder
from ledger.database import Ledger
from tests.parts import ledger_at
from tests.provider import CLOCK, Sandbox
from twoj_client import TwoJ
from twoj_client.windows import DAY_S, HOUR_S
from twoj_sandbox import MCH_ID

_AUTUMN: Final = 1_761_955_200
_SPRING: Final = 1_772_755_200
"""2025-11-01 and 2026-03-06: in New York clocks go back on the 2nd, and forward on the 8th."""
FILLED: Final = [(at, at + 4 * DAY_S + 7 * HOUR_S) for at in (_AUTUMN, _SPRING)]


class Filled(NamedTuple):
    """An archive, what fills it, and what answers from it."""

    archive: Archive
    collector: Collector
    engine: Engine
    clock: list[int]
    sandbox: Sandbox

    def fill(self) -> None:
        """Do all that is due."""
        while not self.collector.turn():
            pass

    def wait(self, seconds: int) -> None:
        """Let time go by, for the provider as well."""
        self.clock[0] += seconds
        self.sandbox.set_clock(self.clock[0])


@pytest.fixture
def clock() -> list[int]:
    return [CLOCK]


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with its tables: to make them takes longer than most of these tests."""
    path = tmp_path_factory.mktemp("ledger") / "ledger"
    with ledger_at(f"sqlite:///{path}", MCH_ID) as ledger:
        ledger.prepare()
    return path


@contextmanager
def ledger_copy(empty_ledger: Path, folder: Path) -> Iterator[Ledger]:
    """A ledger of its own in a folder."""
    shutil.copy(empty_ledger, folder / "ledger")
    with ledger_at(f"sqlite:///{folder / 'ledger'}", MCH_ID) as ledger:
        ledger.prepare()
        yield ledger


@contextmanager
def archives_at(
    folder: Path, sandbox: Sandbox, clock: list[int], ledger: Ledger
) -> Iterator[Callable[..., Filled]]:
    """Make archives of so many days over one ledger and one place; they are empty until they are filled."""
    timer = [0.0]

    def tick() -> float:
        timer[0] += 1
        return timer[0] * 100

    with (
        TwoJ(
            summary_url=sandbox.url,
            mch_id=sandbox.mch_id,
            key=sandbox.key,
            cache_url=folder / "cache",
            clock=lambda: clock[0],
            sleep=lambda _: None,
        ) as twoj,
        ThreadPoolExecutor(4) as workers,
    ):

        def made(
            days: int = 2, calls_per_s: float = 1000, place: Folder | Bucket | None = None, **options: int
        ) -> Filled:
            archive = Archive(ledger, place or Folder(folder / "archive"), lambda: clock[0])
            engine = Engine(archive)
            collector = Collector(
                archive,
                engine,
                twoj,
                workers,
                days=days,
                calls_per_s=calls_per_s,
                least_free_bytes=options.get("least_free_bytes", 0),
                timer=tick,
            )
            return Filled(archive, collector, engine, clock, sandbox)

        yield made


@pytest.fixture
def make(
    tmp_path: Path, sandbox: Sandbox, clock: list[int], empty_ledger: Path
) -> Iterator[Callable[..., Filled]]:
    """Make an archive of so many days; it is empty until it is filled."""
    with (
        ledger_copy(empty_ledger, tmp_path) as ledger,
        archives_at(tmp_path, sandbox, clock, ledger) as made,
    ):
        yield made


@pytest.fixture(scope="session")
def over_clock_changes(
    tmp_path_factory: pytest.TempPathFactory, _session_sandbox: Sandbox, empty_ledger: Path
) -> Iterator[Filled]:
    """An archive of the days around which New York changes its clocks: whole days, and a day of hours."""
    folder = tmp_path_factory.mktemp("archive")
    with (
        ledger_copy(empty_ledger, folder) as ledger,
        archives_at(folder, _session_sandbox, [CLOCK], ledger) as made,
    ):
        filled = made()
        for first_s, end_s in FILLED:
            for _ in filled.collector.fill(first_s, end_s):
                pass
        yield filled
