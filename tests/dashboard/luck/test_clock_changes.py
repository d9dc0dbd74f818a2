"""Days and hours of zones whose clocks change by half an hour, or that are a quarter of an hour off."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from archive.archive import Archive
from archive.bets import STORED, in_window, sums
from archive.engine import Engine
from archive.proof import HourRead
from archive.store import Folder
from dashboard.core.periods import business_day, day_end, day_start
from dashboard.luck import data, data_changes, data_month
from dashboard.luck.data_monitor import RtpMonitor
from tests.parts import new_ledger
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of

STEP_S = 300
ZONES = [
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ("Pacific/Chatham", date(2026, 4, 5), 25),
    ("Pacific/Chatham", date(2026, 9, 27), 23),
    ("Asia/Kathmandu", date(2026, 4, 5), 24),
]


class Played:
    """Three days of a zone with a bet every five minutes, in turn of two games, each of another amount."""

    def __init__(self, zone: ZoneInfo, day: date, archive: Archive, engine: Engine) -> None:
        self.zone, self.archive = zone, archive
        self.days = [day + timedelta(days=step) for step in (-1, 0, 1)]
        self.start_s = utc_day_of(int(day_start(self.days[0], zone).timestamp()))
        self.end_s = utc_day_of(int(day_end(self.days[-1], zone).timestamp())) + DAY_S
        self.rows = [
            (at, 1001 + number % 2, 1000 + 7 * number, -990 + 3 * (number % 11))
            for number, at in enumerate(range(self.start_s, self.end_s, STEP_S))
        ]
        table = pa.Table.from_pylist([self.stored(*row) for row in self.rows], schema=STORED)
        hours = [in_window(table, at, at + HOUR_S) for at in range(self.start_s, self.end_s, HOUR_S)]
        archive.keep(
            [
                HourRead(self.start_s + place * HOUR_S, each, sums(each), True, self.end_s, True)
                for place, each in enumerate(hours)
            ]
        )
        archive.join_days(self.start_s, self.end_s)
        for at in range(self.start_s, self.end_s, DAY_S):
            engine.roll_up(at)
        state = SimpleNamespace(state=SimpleNamespace(stopped_by=None))
        self.merchant: Any = SimpleNamespace(
            archive=archive,
            zone=zone,
            currency="PHP",
            running=lambda kind: engine if kind is Engine else state,
            now=lambda: datetime.fromtimestamp(self.end_s, UTC),
        )

    @staticmethod
    def stored(at: int, game_id: int, bet_li: int, gain_li: int) -> dict[str, Any]:
        ids = {"event_id": f"e{at}", "draw_id": "", "game_id": game_id, "user_id": 7, "op_id": "p7"}
        amounts = {"bet_amount": bet_li, "gain_amount": gain_li, "credit_before_bet": 0, "credit": 0}
        return ids | amounts | {"start_at": at, "end_at": at + 1}

    def of_days(self) -> dict[date, tuple[int, int, int]]:
        """Bets, bet amount and gain of each day, one bet after the other."""
        found: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
        for at, _, bet_li, gain_li in self.rows:
            day = found[business_day(datetime.fromtimestamp(at, UTC), self.zone)]
            day[:] = [day[0] + 1, day[1] + bet_li, day[2] + gain_li]
        return {day: (bets, bet_li, gain_li) for day, (bets, bet_li, gain_li) in found.items()}


@pytest.fixture(params=ZONES, ids=lambda zone: f"{zone[0]}-{zone[1]}")
def played(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Played, float]]:
    name, day, hours = request.param
    clock_s = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + 4 * DAY_S
    with new_ledger(tmp_path / "ledger", 101) as ledger:
        archive = Archive(ledger, Folder(tmp_path / "archive"), lambda: clock_s)
        with closing(Engine(archive)) as engine:
            yield Played(ZoneInfo(name), day, archive, engine), hours


def test_the_sums_of_a_day_are_of_all_its_hours(played: tuple[Played, float]) -> None:
    world, hours = played
    for day, (bets, bet_li, gain_li) in world.of_days().items():
        if day in world.days:
            window = day_start(day, world.zone), day_end(day, world.zone)
            found = data.whole(world.merchant, *window, ()).value.games.values()
            assert sum(each.bets for each in found) == bets
            assert (sum(each.bet_li for each in found), sum(each.gain_li for each in found)) == (
                bet_li,
                gain_li,
            )
    assert world.of_days()[world.days[1]][0] == hours * HOUR_S / STEP_S


def test_the_days_that_a_month_is_forecast_from_are_those_of_the_zone(played: tuple[Played, float]) -> None:
    world, _ = played
    edges = [
        int(day_start(day, world.zone).timestamp()) for day in (*world.days, world.days[-1] + timedelta(1))
    ]
    engine = world.merchant.running(Engine)
    found = data_month._days(engine, engine.sources(edges[0], edges[-1]), edges, (), ())
    gains = world.of_days()
    assert [each.gain_li for each in found] == [-gains[day][2] for day in world.days]


def test_hours_are_watched_as_they_went_by_whatever_clocks_say(played: tuple[Played, float]) -> None:
    world, _ = played
    monitor = RtpMonitor(world.archive, world.merchant.running(Engine), {1001: 0.96, 1002: 0.96})
    hours = (world.end_s - world.start_s) // HOUR_S
    assert monitor.update() == hours
    assert {told for _, told in monitor.course().now().values()} == {hours}


def test_an_hour_of_the_clock_has_an_hour_of_bets_though_clocks_change(
    played: tuple[Played, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = played
    engine = world.merchant.running(Engine)
    first = datetime.combine(world.days[0], datetime.min.time())
    told: list[Any] = []
    monkeypatch.setattr(data_changes, "odd_hours", lambda *sums: told.extend(sums) or [])
    window = world.start_s, world.end_s
    data_changes._of_hours(engine, engine.sources(*window), *window, first, world.zone, 1)
    hours, bets, _ = told
    assert hours[0] == first.isoformat()
    # Else the day on which clocks change would stand out: in an hour that there is not, or is twice.
    assert bets[0][: 24 * len(world.days)] == [HOUR_S // STEP_S] * 24 * len(world.days)
