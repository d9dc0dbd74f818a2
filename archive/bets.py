"""Bets as Arrow tables, in the one order and with the one digest that an hour of them has. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoj_client.columns import SCHEMA
from twoj_client.windows import DAY_S

_EPOCH: Final = date(1970, 1, 1).toordinal()
ORDER: Final = [("user_id", "ascending"), ("start_at", "ascending"), ("event_id", "ascending")]
"""A player's bets lie together, so that few row groups hold them all."""
PERSONAL: Final = ("user_id", "op_id", "event_id", "draw_id")
"""What says whose a bet was."""
STORED: Final = pa.schema([field.with_nullable(True) for field in SCHEMA])
"""The columns of a file: those of the client's bets; what is erased is null."""
EMPTY: Final = STORED.empty_table()


def utc_day_start(day: date) -> int:
    """Return when a UTC day begins, in epoch s."""
    return (day.toordinal() - _EPOCH) * DAY_S


@dataclass(frozen=True, slots=True)
class HourSums:
    """Of some bets: how many, and what they add up to in li; `gain_li` is the players' net result."""

    count: int = 0
    bet_li: int = 0
    gain_li: int = 0

    def __add__(self, other: "HourSums") -> "HourSums":
        return HourSums(self.count + other.count, self.bet_li + other.bet_li, self.gain_li + other.gain_li)

    def __sub__(self, other: "HourSums") -> "HourSums":
        return HourSums(self.count - other.count, self.bet_li - other.bet_li, self.gain_li - other.gain_li)


def ordered(table: pa.Table) -> pa.Table:
    """Return the bets in the order of files, in one chunk, with the columns of `STORED`."""
    table = table.select(STORED.names).cast(STORED).combine_chunks()
    others = [(name, "ascending") for name in STORED.names if name not in PERSONAL]
    # Without their ids bets are told apart by all that is left.
    order = [*ORDER, *others] if table["event_id"].null_count else ORDER
    return table.sort_by(order).combine_chunks()


def sums(table: pa.Table) -> HourSums:
    """Return what the bets add up to, exactly."""
    return HourSums(len(table), _sum(table["bet_amount"]), _sum(table["gain_amount"]))


def _sum(column: pa.ChunkedArray) -> int:
    values = column.to_numpy()
    if not len(values):
        return 0
    largest = max(abs(int(values.max())), abs(int(values.min())))
    # As 64 bits where no sum can leave them.
    return int(values.sum()) if largest * len(values) < 2**63 else sum(values.tolist())


def digest(table: pa.Table) -> str:
    """Return the SHA-256, in hex, of ordered bets: over the contents alone, however Arrow holds them."""
    found = hashlib.sha256()
    for name in STORED.names:
        column = table[name].combine_chunks()
        found.update(f"{name} {len(column)} {column.null_count}\n".encode())
        if column.null_count:
            found.update(np.packbits(column.is_null().to_numpy(zero_copy_only=False)).tobytes())
        if pa.types.is_string(column.type):
            found.update(pc.binary_length(column).fill_null(-1).to_numpy(zero_copy_only=False))
            found.update(_joined(column.fill_null("")))
        else:
            found.update(column.fill_null(0).to_numpy(zero_copy_only=False))
    return found.hexdigest()


def _joined(texts: pa.StringArray) -> memoryview:
    """Return texts one after the other, as Arrow holds them; none of them is null."""
    _, offsets, data = texts.buffers()
    if not data:
        return memoryview(b"")
    ends = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4)
    return memoryview(data)[ends[0] : ends[-1]]


def all_differ(columns_of_ids: Iterable[pa.Array]) -> bool:
    """Whether no id stands twice in some columns of them, nor is null."""
    ids = pa.chunked_array([*columns_of_ids], pa.string())
    return bool(pc.count_distinct(ids).as_py() == len(ids))


def digest_of(digests: Iterable[str]) -> str:
    """Return the digest of what is made of pieces with these digests, in this order."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def in_window(table: pa.Table, start_s: int, end_s: int) -> pa.Table:
    """Return the bets that began in `start_s <= t < end_s`."""
    times = table["start_at"]
    inside = pc.and_(pc.greater_equal(times, start_s), pc.less(times, end_s))
    return table if pc.all(inside, min_count=0).as_py() else table.filter(inside)


@dataclass(frozen=True, slots=True)
class BetChange:
    """How a bet of a finished hour differs from what was read of it before; a bet as its columns, or None."""

    event_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def change(self) -> str:
        """Whether it was added, changed or is gone."""
        return "added" if self.before is None else "gone" if self.after is None else "changed"

    @property
    def sums(self) -> HourSums:
        """What it adds to the sums, in li."""
        return _of(self.after) - _of(self.before)


def changes(before: pa.Table, after: pa.Table) -> list[BetChange]:
    """Return what differs between two versions of an hour, by `event_id`; bets without one each by itself."""
    old, new = (_without(one, other).to_pylist() for one, other in ((before, after), (after, before)))
    was, now = ({bet["event_id"]: bet for bet in bets if bet["event_id"]} for bets in (old, new))
    named = [BetChange(event_id, was.get(event_id), now.get(event_id)) for event_id in sorted({*was, *now})]
    gone = [BetChange("", bet, None) for bet in old if not bet["event_id"]]
    added = [BetChange("", None, bet) for bet in new if not bet["event_id"]]
    return named + gone + added


def _without(table: pa.Table, other: pa.Table) -> pa.Table:
    """Return the rows that the other has not; Arrow's joins match no nulls, so they are compared as text."""
    return table.filter(pc.invert(pc.is_in(_as_text(table), pc.unique(_as_text(other)))))


def _as_text(table: pa.Table) -> pa.Array:
    columns = [table[name].cast(pa.string()).fill_null("\x00").combine_chunks() for name in STORED.names]
    return pc.binary_join_element_wise(*columns, "\x1f")


def _of(bet: dict[str, Any] | None) -> HourSums:
    return HourSums(1, bet["bet_amount"], bet["gain_amount"]) if bet else HourSums()
