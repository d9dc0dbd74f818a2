"""A provider in this process, for what the collector asks: its bets may change, and its answers may lie."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from archive.archive import Archive
from archive.bets import STORED, HourSums
from archive.collector import Collector
from archive.engine import Asked, Engine
from archive.pieces import Piece, restated
from archive.store import Folder
from ledger.database import Ledger
from twoj_client.errors import ConnectionFailed, WrongShape
from twoj_client.models import StageAnswer, StageDay, StageTotal
from twoj_client.reply import Reply
from twoj_client.windows import DAY_S, HOUR_S, Window

Bet = dict[str, Any]
PAGE_ROWS = 2000


def bet(number: int, at: int, user_id: int = 7, bet_li: int = 1000, gain_li: int = -1000) -> Bet:
    """Return a round; what is not said is the same in all."""
    row: Bet = {"event_id": f"e{number}", "draw_id": "", "game_id": 1001, "user_id": user_id}
    row |= {"op_id": f"p{user_id}", "bet_amount": bet_li, "gain_amount": gain_li}
    return row | {"credit_before_bet": 5000, "credit": 4000, "start_at": at, "end_at": at + 1}


def table_of(rows: Iterable[Bet]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=STORED)


def sums_of(rows: Iterable[Bet]) -> HourSums:
    rows = list(rows)
    return HourSums(
        len(rows), sum(row["bet_amount"] for row in rows), sum(row["gain_amount"] for row in rows)
    )


@dataclass
class ToldProvider:
    """Answers as `TwoJ` does. `bets` are its truth, by event; the rest is how it tells it."""

    clock: Callable[[], float]
    bets: dict[str, Bet] = field(default_factory=dict)
    calls: list[tuple[str, int, int]] = field(default_factory=list)
    is_away: bool = False
    cut: set[int] = field(default_factory=set)
    """Hours of which it tells fewer bets than it says there are."""
    lagging: dict[int, HourSums] = field(default_factory=dict)
    """What its sums of an hour lag behind its bets."""
    without_sums: bool = False
    unreadable: set[int] = field(default_factory=set)
    also: list[Bet] = field(default_factory=list)
    """Bets that it tells besides, in the hour of their time: in pages and sums alike."""
    memory_from_s: int = 0
    ahead_s: int = 0
    """By how much its clock is ahead of ours."""
    by_provider_clock: bool = True

    @property
    def all(self) -> "ToldProvider":
        return self

    def truth(self, start: int, end: int) -> list[Bet]:
        start = max(start, self.memory_from_s)
        return [bet for bet in (*self.bets.values(), *self.also) if start <= bet["start_at"] < end]

    def pages(self, start: int, end: int) -> int:
        return 1 + max(len(self.truth(start, end)) - 1, 0) // PAGE_ROWS

    def summed(self, start: int, end: int) -> HourSums:
        return sums_of(self.truth(start, end))

    def history_table(self, *, start: int, end: int) -> Reply[pa.Table]:
        (reply,) = self.history_hours(start=start, end=end)
        return reply

    def history_hours(self, *, start: int, end: int) -> list[Reply[pa.Table]]:
        self._asked("history", start, end)
        return [
            self._hour(Window(max(start, hour_s), min(end, hour_s + HOUR_S)))
            for hour_s in range(start - start % HOUR_S, end, HOUR_S)
        ]

    def _hour(self, window: Window) -> Reply[pa.Table]:
        hour_s = window.start - window.start % HOUR_S
        if hour_s in self.unreadable:
            raise WrongShape("A bet has no amount.", endpoint="/api/all/history")
        told = self.truth(*window)
        self.calls += [("page", *window)] * (self.pages(*window) - 1)
        is_cut = hour_s in self.cut
        return Reply(
            table_of(told[: len(told) // 2] if is_cut else told),
            self._as_of(),
            not is_cut,
            (window,) if is_cut else (),
            by_provider_clock=self.by_provider_clock,
        )

    def sums(self, *, start: int, end: int) -> Reply[StageAnswer]:
        self._asked("sums", start, end)
        if self.without_sums:
            raise ConnectionFailed("No connection to the provider.")
        days = []
        for day_s in range(start - start % DAY_S, end, DAY_S):
            told = self.summed(max(start, day_s), min(end, day_s + DAY_S))
            for hour_s, lag in self.lagging.items():
                if day_s <= hour_s < day_s + DAY_S and start <= hour_s < end:
                    told -= lag
            if told != HourSums():
                days.append((date.fromordinal(719_163 + day_s // DAY_S), told))
        whole = sum((told for _, told in days), HourSums())
        return Reply(
            StageAnswer(
                [StageDay(day, *_stage(told)) for day, told in days[::-1]], StageTotal(*_stage(whole))
            ),
            self._as_of(),
            by_provider_clock=self.by_provider_clock,
        )

    @property
    def _says(self) -> bool:
        return self.by_provider_clock

    def _as_of(self) -> datetime:
        return datetime.fromtimestamp(self.clock() + min(self.ahead_s, 0), UTC)

    def _asked(self, what: str, start: int, end: int) -> None:
        assert start < end
        self.calls.append((what, start, end))
        if self.is_away:
            raise ConnectionFailed("No connection to the provider.")


def _stage(told: HourSums) -> tuple[int, int, int, int]:
    return told.count, told.bet_li, told.gain_li, -told.gain_li


class Told:
    """An archive in a folder, and all that reads into it from a provider of this process."""

    def __init__(
        self,
        ledger: Ledger,
        folder: Path,
        workers: Executor,
        days: int,
        now_s: int,
        provider: type["ToldProvider"],
    ) -> None:
        self.now_s, self.timer_s = now_s, 0.0
        self.provider = provider(lambda: self.now_s)
        self.archive = Archive(ledger, Folder(folder), lambda: self.now_s)
        self.engine = Engine(self.archive)
        self.collector = Collector(
            self.archive,
            self.engine,
            self.provider,  # type: ignore[arg-type]
            workers,
            days=days,
            calls_per_s=1000,
            least_free_bytes=0,
            timer=self._tick,
        )

    def _tick(self) -> float:
        self.timer_s += 0.05  # it takes a while to look
        return self.timer_s

    def add(self, *rows: Bet) -> None:
        """Have the provider know bets, in the place of those with the same id."""
        self.provider.bets |= {row["event_id"]: row for row in rows}

    def wait(self, seconds: float) -> None:
        """Let time go by on all clocks."""
        self.now_s += int(seconds)
        self.timer_s += seconds

    def fill(self) -> None:
        """Do all that is due."""
        while not self.collector.turn():
            pass

    def later(self, seconds: float) -> None:
        """Let time go by, and do all that is due then."""
        self.wait(seconds)
        self.fill()

    def piece(self, hour_s: int) -> Piece:
        return self.archive.pieces(hour_s, hour_s + HOUR_S)[0]

    def said(self, hour_s: int) -> tuple[str, int, list[str]]:
        """Return the state and version of an hour, and the bets that are read of it."""
        piece = self.piece(hour_s)
        sql = "SELECT event_id FROM bets ORDER BY event_id"
        rows = self.engine.rows(Asked(sql, hour_s, hour_s + HOUR_S))
        return str(piece.state), piece.version, [str(row[0]) for row in rows]

    def restated(self) -> list[tuple[str, str]]:
        """Return which bets were named as changed, in which way."""
        with self.archive.ledger.reading() as books:
            return sorted((row.event_id, row.change) for row in restated(books))


@contextmanager
def told_at(
    ledger: Ledger, folder: Path, *, days: int, now_s: int, provider: type[ToldProvider] = ToldProvider
) -> Iterator[Told]:
    """An archive of so many days in a folder, and a provider that knows nothing."""
    with ThreadPoolExecutor(1) as workers:
        told = Told(ledger, folder, workers, days, now_s, provider)
        try:
            yield told
        finally:
            told.engine.close()
