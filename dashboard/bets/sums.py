"""Sums over bets that are taken hour by hour and added up, so that the bets themselves need not be kept.

Times are epoch seconds, amounts li. Everything is kept apart by game type, so that a choice of types needs no
second reading.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, localcontext
from enum import StrEnum
from math import ceil
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.core.frames import TIMES_S
from dashboard.core.metrics import Totals

NEWEST: Final = 1000
"""So many of the newest bets are kept of each type."""
BIGGEST: Final = 50
"""So many of the biggest wins are kept of each type."""
BINS_A_DECADE: Final = 5
STEPS_MIN: Final = (1, 5, 10, 30, 60, 180, 360)
"""How many minutes a step of `by_step` may have."""

_MINUTE_S: Final = 60
_MOST_STEPS: Final = 1600
_NAMES: Final = {
    "bet_amount": "bet_amount_li",
    "gain_amount": "gain_li",
    "credit_before_bet": "credit_before_li",
    "credit": "credit_li",
}
_SUMS: Final = (("bet_count", "sum"), ("bet_amount_li", "sum"), ("gain_li", "sum"))
_PLAYER: Final = (*_SUMS, ("biggest_win_li", "max"), ("op_id", "max"))
_SIZE: Final = (("bet_count", "sum"), ("amount_li", "sum"))
# Arrow adds in 64 bits and says nothing where they do not hold the sum.
_LARGEST_SUM: Final = 2.0**62


class Size(StrEnum):
    """What sizes are of: bets, or wins (what a bet gave back: bet + net result)."""

    BET = "bet"
    WIN = "win"


class Rank(StrEnum):
    """By what players are ranked."""

    BET = "bet"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class BetSums:
    """Sums over some bets, as Arrow tables with a column `type` each.

    `minutes`: by `minute` (whole minutes of epoch time) `bet_count`, `bet_amount_li`, `gain_li`.
    `players`: by `user_id` the same, and `biggest_win_li`, `op_id`.
    `sizes`: by `what` (`Size`) and `bin` (of `EDGES_LI`) `bet_count`, `amount_li`; nothing of size 0.
    `wins`, `newest`: single bets with all fields and `win_li`, the biggest wins and the newest bets.
    """

    minutes: pa.Table
    players: pa.Table
    sizes: pa.Table
    wins: pa.Table
    newest: pa.Table

    def of(self, types: Collection[str]) -> "BetSums":
        """Leave the bets of these types; of all, where none is named."""
        if not types:
            return self
        wanted = pc.field("type").isin(list(types))
        return BetSums(*(table.filter(wanted) for table in _tables(self)))

    @property
    def totals(self) -> Totals:
        """The sums over all of them."""
        count, amount_li, gain_li = (sum(self.minutes[name].to_pylist()) for name, _ in _SUMS)
        return Totals(count, amount_li, gain_li, -gain_li)


def bet_sums(bets: pa.Table, type_of: Callable[[int], str]) -> BetSums:
    """Sum up bets (`twoj_client.columns.SCHEMA`, oldest first); `type_of` names the type of a game id.

    Raises OverflowError where the sums do not fit 64 bits.
    """
    rows = _rows(bets, type_of)
    single = rows.drop_columns(["minute", "bet_count"])
    return BetSums(
        _grouped(rows, ("type", "minute"), _SUMS),
        _grouped(rows.append_column("biggest_win_li", rows["win_li"]), ("type", "user_id"), _PLAYER),
        pa.concat_tables([_sizes(rows, Size.BET, "bet_amount_li"), _sizes(rows, Size.WIN, "win_li")]),
        _biggest(single),
        _of_each_type(single, _BY_TIME, NEWEST),
    )


def together(parts: Sequence[BetSums]) -> BetSums:
    """Add up the sums over one or more lots of bets, each of a time of its own.

    Raises OverflowError where the sums do not fit 64 bits.
    """
    minutes, players, sizes, wins, newest = (
        pa.concat_tables(tables) for tables in zip(*map(_tables, parts), strict=True)
    )
    _check(minutes)
    return BetSums(
        _grouped(minutes, ("type", "minute"), _SUMS),
        _grouped(players, ("type", "user_id"), _PLAYER),
        _grouped(sizes, ("type", "what", "bin"), _SIZE),
        _biggest(wins),
        _of_each_type(newest, _BY_TIME, NEWEST),
    )


def packed(sums: BetSums) -> bytes:
    """Return sums as bytes to keep."""
    sink, options = pa.BufferOutputStream(), pa.ipc.IpcWriteOptions(compression="zstd")
    for table in _tables(sums):
        with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
            stream.write_table(table)
    kept: bytes = sink.getvalue().to_pybytes()
    return kept


def unpacked(kept: bytes) -> BetSums:
    """Return the sums of `packed`. Raises ValueError where the bytes are damaged."""
    source = pa.BufferReader(kept)
    try:
        return BetSums(*(pa.ipc.open_stream(source).read_all() for _ in fields(BetSums)))
    except (pa.ArrowException, OSError):
        raise ValueError("The sums are damaged.") from None


def minutes_a_step(start_s: int, end_s: int) -> int:
    """How long the steps of `by_step` are for this window: as short as a chart can still show."""
    minutes = -(-(end_s - start_s) // _MINUTE_S)
    return next(step for step in STEPS_MIN if minutes <= step * _MOST_STEPS or step == STEPS_MIN[-1])


def by_step(
    sums: BetSums, start_s: int, end_s: int, unread: Collection[tuple[int, int]] = ()
) -> pd.DataFrame:
    """One row a step of `minutes_a_step` from `start_s`: `start_at`, `bet_count`, `bet_amount_li`, `gain_li`.

    A step that overlaps a window that is `unread` is NA: part of a step is not the step. `finished` is False
    where `end_s` cuts a step short. Sums of other times are left out: a clock that went back leaves some that
    lie after `end_s`.
    """
    step_s = minutes_a_step(start_s, end_s) * _MINUTE_S
    starts = np.arange(start_s, end_s, step_s)
    rows = sums.minutes
    place = (rows["minute"].to_numpy() * _MINUTE_S - start_s) // step_s
    within = (place >= 0) & (place < len(starts))
    frame = pd.DataFrame({"start_at": starts})
    known = np.ones(len(starts), bool)
    for gap_start, gap_end in unread:
        known[max((gap_start - start_s) // step_s, 0) : max(-(-(gap_end - start_s) // step_s), 0)] = False
    for name, _ in _SUMS:
        summed = np.zeros(len(starts), np.int64)
        np.add.at(summed, place[within], rows[name].to_numpy()[within])
        frame[name] = pd.array(summed, dtype="Int64")
        frame.loc[~known, name] = pd.NA
    return frame.assign(finished=starts + step_s <= end_s)


def busiest_minute(sums: BetSums) -> tuple[int, int] | None:
    """Start (epoch seconds) of the minute with the most bets, the first of equal ones, and their number."""
    minutes = _grouped(sums.minutes, ("minute",), _SUMS)
    minutes = minutes.filter(pc.less(pc.abs(minutes["minute"]), TIMES_S.stop // _MINUTE_S))
    if not len(minutes):
        return None
    (top,) = _first(minutes, [("bet_count", "descending"), ("minute", "ascending")], 1).to_pylist()
    return top["minute"] * _MINUTE_S, top["bet_count"]


def sizes(sums: BetSums, what: Size) -> pd.DataFrame:
    """One row a bin from the smallest size to the largest: `from_li`, `to_li`, `bet_count`, `amount_li`.

    Bins are even steps of the logarithm, `from_li` <= size < `to_li`. Sizes of 0 are not among them.
    """
    found = _grouped(sums.sizes.filter(pc.field("what") == what.value), ("bin",), _SIZE).to_pandas()
    found = found.set_index("bin").sort_index()
    bins = range(found.index[0], found.index[-1] + 1) if len(found) else range(0)
    found = found.reindex(bins, fill_value=0).astype("Int64")
    edges = pd.DataFrame(
        {"from_li": [EDGES_LI[each] for each in bins], "to_li": [EDGES_LI[each + 1] for each in bins]},
        index=found.index,
        dtype="Int64",
    )
    return edges.join(found)


def unsized(sums: BetSums, what: Size) -> int:
    """How many bets have no size to draw: bets of 0, or bets that won nothing back."""
    sized: list[int] = sums.sizes.filter(pc.field("what") == what.value)["bet_count"].to_pylist()
    return sums.totals.bet_count - sum(sized)


def top_players(sums: BetSums, rank: Rank, most: int) -> pd.DataFrame:
    """Up to `most` players: `user_id`, `op_id`, `bet_count`, `bet_amount_li`, `gain_li`, `biggest_win_li`.

    Those who won (lost) in sum where the rank is by what they won (lost).
    """
    players = _grouped(sums.players, ("user_id",), _PLAYER)
    column, order = ("bet_amount_li", "descending") if rank is Rank.BET else ("gain_li", "descending")
    if rank is Rank.WON:
        players = players.filter(pc.field("gain_li") > 0)
    if rank is Rank.LOST:
        players, order = players.filter(pc.field("gain_li") < 0), "ascending"
    return _frame(_first(players, [(column, order), ("user_id", "ascending")], most))


def player_count(sums: BetSums) -> int:
    """How many different players there are."""
    return int(pc.count_distinct(sums.players["user_id"]).as_py())


def biggest_wins(sums: BetSums, most: int) -> pd.DataFrame:
    """Up to `most` bets (`BIGGEST` at most), those that gave back the most first."""
    return _frame(_first(sums.wins, _BY_WIN, most))


def newest(sums: BetSums, most: int) -> pd.DataFrame:
    """Up to `most` bets (`NEWEST` at most), the newest first."""
    return _frame(_first(sums.newest, _BY_TIME, most))


def _rows(bets: pa.Table, type_of: Callable[[int], str]) -> pa.Table:
    """Add to bets what they are summed by, and name amounts by their unit."""
    rows = bets.rename_columns([_NAMES.get(name, name) for name in bets.column_names])
    _check(rows)
    ids = pc.unique(rows["game_id"])
    types = pa.array([type_of(game_id) for game_id in ids.to_pylist()], pa.string())
    return (
        rows.append_column("type", types.take(pc.index_in(rows["game_id"], ids)))
        .append_column("win_li", pc.add(rows["bet_amount_li"], rows["gain_li"]))
        .append_column("minute", pc.divide(rows["start_at"], _MINUTE_S))
        .append_column("bet_count", pa.array(np.ones(len(rows), np.int64)))
        .append_column("place", pa.array(np.arange(len(rows))))
    )


def _check(rows: pa.Table) -> None:
    for name in ("bet_amount_li", "gain_li"):
        largest = pc.sum(pc.abs(pc.cast(rows[name], pa.float64(), safe=False))).as_py() or 0.0
        if largest > _LARGEST_SUM:
            raise OverflowError(f"The sum of {name} does not fit 64 bits; choose a shorter period.")


def _grouped(table: pa.Table, keys: Sequence[str], columns: Sequence[tuple[str, str]]) -> pa.Table:
    found = table.group_by(list(keys)).aggregate(list(columns))
    return found.rename_columns([*keys, *(name for name, _ in columns)])


def _sizes(rows: pa.Table, what: Size, column: str) -> pa.Table:
    rows = rows.filter(pc.field(column) > 0)
    amounts = rows[column]
    bins = np.searchsorted(np.array(EDGES_LI), amounts.to_numpy(), side="right") - 1
    table = pa.table(
        {
            "type": rows["type"],
            "what": pa.array([what.value] * len(rows), pa.string()),
            "bin": pa.array(bins, pa.int64()),
            "bet_count": rows["bet_count"],
            "amount_li": amounts,
        }
    )
    return _grouped(table, ("type", "what", "bin"), _SIZE)


_BY_WIN: Final = [("win_li", "descending"), ("start_at", "descending"), ("event_id", "ascending")]
_BY_TIME: Final = [("start_at", "descending"), ("place", "descending")]


def _biggest(rows: pa.Table) -> pa.Table:
    return _of_each_type(rows.filter(pc.field("win_li") > 0), _BY_WIN, BIGGEST)


def _of_each_type(rows: pa.Table, keys: list[tuple[str, str]], most: int) -> pa.Table:
    types = pc.unique(rows["type"]).to_pylist()
    found = [_first(rows.filter(pc.field("type") == name), keys, most) for name in types]
    return pa.concat_tables([rows.slice(0, 0), *found])


def _first(table: pa.Table, keys: list[tuple[str, str]], most: int) -> pa.Table:
    """Return the first rows; nothing is kept of the others."""
    return table.take(pc.select_k_unstable(table, most, sort_keys=keys))


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(
        types_mapper={pa.int64(): pd.Int64Dtype(), pa.string(): pd.StringDtype()}.get
    )
    return frame


def _tables(sums: BetSums) -> list[Any]:
    return [getattr(sums, field.name) for field in fields(sums)]


def _edges() -> list[int]:
    """Return the smallest whole li of each bin, n with n⁵ >= 10^k; 40 digits decide it, as 19 are whole."""
    with localcontext(prec=40):
        return [ceil(Decimal(10) ** (Decimal(power) / BINS_A_DECADE)) for power in range(19 * BINS_A_DECADE)]


EDGES_LI: Final = _edges()
"""Where the bins of sizes begin: five even steps of the logarithm for each power of ten."""
