"""An archive of the made-up world, filled without asking anybody: sixty days within seconds."""

import os
import shutil
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec.structs import astuple

from archive.archive import Archive
from archive.bets import EMPTY, STORED, HourSums, in_window, sums
from archive.engine import Engine
from archive.proof import HourRead
from archive.store import Folder
from tests.parts import new_ledger
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of
from twoj_sandbox import MCH_ID
from twoj_sandbox.rows import AllBet, all_bets
from twoj_sandbox.world import World

DAYS = 60
TODAY_S = utc_day_of(CLOCK)
FIRST_S = TODAY_S - (DAYS - 1) * DAY_S
"""When the archive of the tests begins."""


def table_of(world: World, start_s: int, end_s: int, now_s: int = CLOCK) -> pa.Table:
    """Return the world's bets of a window as an archive keeps them."""
    rounds = world.bets(start_s, end_s, now_s)
    rows = map(astuple, all_bets(rounds, rounds["credit"] * 0, world.players.op_ids))
    columns = dict(zip(AllBet.__struct_fields__, zip(*rows, strict=True), strict=False))
    return pa.table(columns, schema=STORED) if columns else EMPTY


def fill(
    archive: Archive,
    world: World,
    first_s: int = FIRST_S,
    now_s: int = CLOCK,
    lacking: Collection[int] = (),
    more: Mapping[int, HourSums] = {},
) -> None:
    """Have an archive hold all hours from `first_s` to `now_s`, as the provider would have told them.

    But for those `lacking`; the provider's sums of some hours have `more` than their bets.
    """
    for day_s in range(first_s, now_s, DAY_S):
        of_day = table_of(world, day_s, min(day_s + DAY_S, now_s), now_s)
        hours = []
        for hour_s in range(day_s, min(day_s + DAY_S, now_s), HOUR_S):
            table = in_window(of_day, hour_s, hour_s + HOUR_S)
            theirs = sums(table) + more.get(hour_s, HourSums())
            if hour_s not in lacking:
                hours.append(HourRead(hour_s, table, theirs, True, now_s, True))
        archive.keep(hours)
    archive.join_days(first_s, now_s)
    engine = Engine(archive)
    for day_s in range(first_s, now_s, DAY_S):
        engine.roll_up(day_s)
    engine.close()


def make(ledger: Path, folder: Path, world: World, **options: Any) -> None:
    """Make an archive in a folder, over a new ledger, filled with these options of `fill`."""
    with new_ledger(ledger, MCH_ID) as opened:
        fill(Archive(opened, Folder(folder), lambda: options.get("now_s", CLOCK)), world, **options)


def make_demo(home: Path, world: World) -> None:
    """Fill the archive of a dashboard on demo data with sixty days up to now."""
    now_s = int(time.time())
    first_s = utc_day_of(now_s) - (DAYS - 1) * DAY_S
    make(home / "ledger", home / "archive", world, first_s=first_s, now_s=now_s)


def demo_at(home: Path, made: Path) -> dict[str, str]:
    """Put a copy of such an archive into another home; return its setting."""
    (home / "twoj").mkdir()
    shutil.copy(made / "ledger", home / "twoj/demo-ledger.sqlite3")
    return {"TWOJ_ARCHIVE_URL": str(copy(made / "archive", home / "archive"))}


def copy(folder: Path, to: Path) -> Path:
    """Return a copy of an archive's folder; its files never change, so they are the same ones."""
    shutil.copytree(folder, to, copy_function=os.link)
    return to
