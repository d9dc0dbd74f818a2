"""Adds up the bets of pieces by business day and game, after a look whether they are what they were."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from archive import bets
from archive.archive import Archive, hour_text
from archive.bets import HourSums
from archive.pieces import Piece
from archive.store import FileDamaged
from dashboard.core.periods import Period, day_start
from twoj_client.windows import utc_day_of

DayGame = tuple[date, int]
"""A business day, and the id of a game."""


@dataclass(frozen=True, slots=True)
class AddedUp:
    """Sums of a month by business day and game; `wrong` says of which pieces the bets are others or gone."""

    by_day_and_game: Mapping[DayGame, HourSums]
    wrong: tuple[str, ...] = ()


def add_up(
    archive: Archive,
    of: Sequence[Piece],
    digests: Mapping[int, str],
    period: Period,
    zone: ZoneInfo,
    window_s: tuple[int, int],
) -> AddedUp:
    """Add up the bets of pieces that began in a window, exactly.

    `digests` are those that the rows of each hour must have. Raises LedgerAway.
    """
    found: dict[DayGame, HourSums] = defaultdict(HourSums)
    days = period.days()
    starts_s = np.array([int(day_start(day, zone).timestamp()) for day in days])
    wrong = []
    for day_s in sorted({utc_day_of(piece.hour_s) for piece in of}):
        of_day = [piece for piece in of if utc_day_of(piece.hour_s) == day_s]
        tables, broken = _tables(archive, of_day, digests)
        wrong += broken
        if not tables:
            continue
        table = bets.in_window(pa.concat_tables(tables), *window_s)
        places = np.searchsorted(starts_s, table["start_at"].to_numpy(), side="right") - 1
        for place, game_id, *sums in _grouped(table, places):
            found[days[place], game_id] += HourSums(*sums)
    return AddedUp(dict(sorted(found.items())), tuple(wrong))


def _tables(
    archive: Archive, of_day: Sequence[Piece], digests: Mapping[int, str]
) -> tuple[list[pa.Table], list[str]]:
    """Return the bets of a day's pieces, and what is wrong with them in sentences."""
    try:
        tables = archive.rows_of(of_day)
    except FileDamaged:
        if len(of_day) > 1:  # which of them is it?
            found, wrong = zip(*(_tables(archive, [piece], digests) for piece in of_day), strict=True)
            return [*chain(*found)], [*chain(*wrong)]
        return [], [_damage(archive, of_day[0])]
    broken = []
    for piece, table in zip(of_day, tables, strict=True):
        if bets.digest(table) != digests[piece.hour_s]:
            broken.append(
                f"Piece {hour_text(piece.hour_s)}, version {piece.version}: its bets are not those of which"
                " the pack was made."
            )
    return tables, broken


def _damage(archive: Archive, piece: Piece) -> str:
    try:
        archive.rows(piece)
    except FileDamaged as error:
        return f"Piece {hour_text(piece.hour_s)}, version {piece.version}: {error}"
    return f"Piece {hour_text(piece.hour_s)}, version {piece.version} could not be read."


def _grouped(table: pa.Table, places: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> list[tuple[int, ...]]:
    """Return day, game, count, bet_li, gain_li; as decimals no sum can leave its bits."""
    wide = pa.table(
        {
            "day": places,
            "game": table["game_id"],
            "bet": table["bet_amount"].cast(pa.decimal128(38, 0)),
            "gain": table["gain_amount"].cast(pa.decimal128(38, 0)),
        }
    )
    summed = wide.group_by(["day", "game"]).aggregate([("bet", "count"), ("bet", "sum"), ("gain", "sum")])
    rows = summed.select(["day", "game", "bet_count", "bet_sum", "gain_sum"]).to_pylist()
    return [tuple(int(value) for value in row.values()) for row in rows]
