"""A merchant with an archive that holds the bets of a test, and nothing else."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC as UTC_OFFSET
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from archive.archive import Archive
from archive.bets import STORED, in_window, sums
from archive.collector import Collector
from archive.engine import Engine
from archive.proof import HourRead
from archive.store import Folder
from tests.parts import new_ledger
from twoj_client.models import Game

UTC = ZoneInfo("UTC")
START = 1_773_446_400  # 2026-03-14T00:00:00Z
NOW = START + 30 * 3600
TYPES = {1001: "Slots", 1002: "Slots", 2001: "Multiplayer"}
Made = tuple[int, int, int | None, int, int]
"""Second from `START`, game, player, bet and gain in li."""


def table(bets: Iterable[Made]) -> pa.Table:
    rows = [
        {
            "event_id": f"e{number}",
            "draw_id": f"d{number}",
            "game_id": game,
            "user_id": user,
            "op_id": None if user is None else f"p{user}",
            "bet_amount": bet,
            "gain_amount": gain,
            "credit_before_bet": None,
            "credit": gain,
            "start_at": START + second,
            "end_at": START + second,
        }
        for number, (second, game, user, bet, gain) in enumerate(bets)
    ]
    return pa.Table.from_pylist(rows, schema=STORED)


@contextmanager
def merchant_of(bets: Iterable[Made], folder: Path, now_s: int = NOW, **services: Any) -> Iterator[Any]:
    """A merchant whose archive has read all hours from `START` to now; finished days have their roll-ups."""
    of_all = table(bets)
    with new_ledger(folder / "ledger", 1) as ledger:
        archive = Archive(ledger, Folder(folder / "archive"), lambda: now_s)
        hours = [(at_s, in_window(of_all, at_s, at_s + 3600)) for at_s in range(START, now_s, 3600)]
        archive.keep([HourRead(at_s, rows, sums(rows), True, now_s, True) for at_s, rows in hours])
        archive.join_days(START, now_s)
        engine = Engine(archive)
        engine.roll_up(START)
        running = {Engine: engine, Collector: SimpleNamespace(state=SimpleNamespace(stopped_by=None))}
        games = [Game(game_id, f"Game {game_id}", kind) for game_id, kind in TYPES.items()]
        yield SimpleNamespace(
            mch_id=1,
            archive=archive,
            ledger=ledger,
            zone=UTC,
            currency="PHP",
            clock=lambda: now_s,
            now=lambda: datetime.fromtimestamp(now_s, UTC_OFFSET),
            running=running.__getitem__,
            twoj=SimpleNamespace(all=SimpleNamespace(list=lambda: SimpleNamespace(data=games))),
        )
        engine.close()
