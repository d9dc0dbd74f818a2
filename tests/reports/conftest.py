"""Packs of a provider in this process, whose bets may change."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports.gather import PackSource
from reports.made import MadePack, make
from tests.archive.conftest import empty_ledger, ledger_copy
from tests.archive.told import Told, bet, told_at
from twoj_client import Reply, TwoJError
from twoj_client.models import BonusSummary, Game, StageDay, StageSummary, StageTotal
from twoj_client.windows import DAY_S, HOUR_S

__all__ = ["empty_ledger"]
MONTH = "2026-02"
FIRST_S = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
NOW_S = int(datetime(2026, 3, 3, 6, tzinfo=UTC).timestamp())
GAMES = [Game(1001, "Elves", "Slots"), Game(2001, "Fish = King", "Fish")]


class TellsAll:
    """What a pack asks of the provider, from the bets of `Told`; `failing` are the questions that fail."""

    def __init__(self, told: Told, zone: str) -> None:
        self.told, self.zone = told, ZoneInfo(zone)
        self.failing: dict[str, TwoJError] = {}
        self.bonuses: dict[tuple[int, int], BonusSummary] = {}
        self.all = SimpleNamespace(list=self.list, stage_summary=self.days, bonus_summary=self.bonus)

    def _reply(self, name: str, data: Any) -> Reply[Any]:
        if name in self.failing:
            raise self.failing[name]
        return Reply(data, datetime.fromtimestamp(self.told.now_s, UTC))

    def list(self) -> Reply[Any]:
        return self._reply("games", GAMES)

    def days(self, *, start: int, end: int) -> Reply[Any]:
        found: dict[Any, list[dict[str, Any]]] = {}
        for row in self.told.provider.truth(start, end):
            found.setdefault(datetime.fromtimestamp(row["start_at"], self.zone).date(), []).append(row)
        first = datetime.fromtimestamp(start, self.zone).date().toordinal()
        last = datetime.fromtimestamp(end - 1, self.zone).date().toordinal()
        days = []
        for day in range(first, last + 1):
            rows = found.get(datetime.fromordinal(day).date(), [])
            bet_li, gain_li = (sum(row[name] for row in rows) for name in ("bet_amount", "gain_amount"))
            days.append(StageDay(datetime.fromordinal(day).date(), len(rows), bet_li, gain_li, -gain_li))
        return self._reply("days", StageSummary(days, StageTotal(0, 0, 0, 0)))

    def bonus(self, *, start: int, end: int, states: Any = (0,), create_types: Any = (0,)) -> Reply[Any]:
        nothing = BonusSummary(0, 0, Decimal(), Decimal(), 0, 0)
        return self._reply("bonuses", self.bonuses.get((states[0], create_types[0]), nothing))


@pytest.fixture(scope="session")
def february(tmp_path_factory: pytest.TempPathFactory, empty_ledger: Path) -> tuple[Path, dict[str, Any]]:
    """A February of two bets a day in two games, filled and proven on 3 March; and those bets."""
    folder = tmp_path_factory.mktemp("february")
    with (
        ledger_copy(empty_ledger, folder) as ledger,
        told_at(ledger, folder / "archive", days=32, now_s=NOW_S) as told,
    ):
        for day in range(30):
            at = FIRST_S + day * DAY_S + 20 * HOUR_S
            told.add(
                bet(10 * day, at, bet_li=10_000, gain_li=-1_000),
                bet(10 * day + 1, at + 60, user_id=8, bet_li=5_123, gain_li=2_500) | {"game_id": 2001},
            )
        told.fill()
        return folder, told.provider.bets


@pytest.fixture
def told(tmp_path: Path, february: tuple[Path, dict[str, Any]]) -> Iterator[Told]:
    """A copy of it."""
    folder, bets = february
    shutil.copytree(folder / "archive", tmp_path / "archive")
    with (
        ledger_copy(folder / "ledger", tmp_path) as ledger,
        told_at(ledger, tmp_path / "archive", days=32, now_s=NOW_S) as told,
    ):
        told.provider.bets = dict(bets)
        yield told


def source_of(told: Told, zone: str = "UTC", **options: Any) -> PackSource:
    """Whose packs these are."""
    twoj = options.pop("twoj", None) or TellsAll(told, zone)
    of = {"currency": "PHP", "brand": "Lucky", "rtps": {1001: "96.5"}, "language": "en"} | options
    return PackSource(told.archive, twoj, ZoneInfo(zone), **of)  # type: ignore[arg-type]


def made_of(told: Told, month: str = MONTH, zone: str = "UTC", **options: Any) -> MadePack:
    """Make a pack."""
    return make(source_of(told, zone, **options), month, "test")
