"""An archive of the session's sandbox: in a folder of its own, over a ledger of its own."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from archive.archive import Archive
from archive.collector import Collector
from archive.engine import Engine
from archive.store import Folder
from tests.parts import ledger_at
from tests.provider import CLOCK, Sandbox
from twoj_client import TwoJ
from twoj_sandbox import MCH_ID


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


@pytest.fixture
def make(
    tmp_path: Path, sandbox: Sandbox, clock: list[int], empty_ledger: Path
) -> Iterator[Callable[..., Filled]]:
    """Make an archive of so many days; it is empty until it is filled."""
    shutil.copy(empty_ledger, tmp_path / "ledger")
    timer = [0.0]

    def tick() -> float:
        timer[0] += 1
        return timer[0] * 100

    with (
        TwoJ(
            summary_url=sandbox.url,
            mch_id=sandbox.mch_id,
            key=sandbox.key,
            cache_url=tmp_path / "cache",
            clock=lambda: clock[0],
            sleep=lambda _: None,
        ) as twoj,
        ledger_at(f"sqlite:///{tmp_path / 'ledger'}", sandbox.mch_id) as ledger,
        ThreadPoolExecutor(4) as workers,
    ):
        ledger.prepare()

        def made(days: int = 2, calls_per_s: float = 1000, **options: int) -> Filled:
            archive = Archive(ledger, Folder(tmp_path / "archive"), lambda: clock[0])
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
