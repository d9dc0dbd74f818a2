"""The betting history as columns: Arrow tables, without a Python object for each bet."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from twoj_client.endpoints import ALL_HISTORY, Endpoint
from twoj_client.models import Bet, Int64

SCHEMA = pa.schema(
    [
        pa.field(name, pa.string() if kind == "str" else pa.int64(), nullable=False)
        for name, kind in Bet.__annotations__.items()
    ]
)
"""The columns of a table of bets: the fields of :class:`twoj_client.models.Bet`, amounts in li."""

# Parsed as nullable: a missing field is found as a null.
_PARSE = pyarrow.json.ParseOptions(
    explicit_schema=pa.schema([field.with_nullable(True) for field in SCHEMA]),
    unexpected_field_behavior="ignore",
)


class _RawPage(msgspec.Struct, frozen=True):
    items: list[msgspec.Raw]
    total: Int64
    page: Int64
    page_size: Int64


_raw_page = msgspec.json.Decoder(_RawPage)


@dataclasses.dataclass(frozen=True)
class BetColumns:
    """One page of the betting history as a table."""

    table: pa.Table
    total: int
    page_size: int

    def __len__(self) -> int:
        return int(self.table.num_rows)


class _Decoder:
    def decode(self, payload: bytes) -> BetColumns:
        """Return a page's rows as a table.

        Raises:
            msgspec.DecodeError: a documented field is missing or holds another type.

        """
        page = _raw_page.decode(payload)
        return BetColumns(_table(page.items), page.total, page.page_size)


def _table(items: Sequence[msgspec.Raw]) -> pa.Table:
    if not items:
        return SCHEMA.empty_table()
    lines = b"\n".join(items)
    # One block in one thread: the pages are many, and Arrow lets go of the interpreter lock.
    options = pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
    try:
        table = pyarrow.json.read_json(pa.BufferReader(lines), parse_options=_PARSE, read_options=options)
    except pa.ArrowInvalid as error:
        raise msgspec.ValidationError(str(error)) from None
    for column, name in zip(table.columns, table.column_names, strict=True):
        if column.null_count:
            raise msgspec.ValidationError(f"`{name}` is null or missing")
    if table.num_rows != len(items):
        raise msgspec.ValidationError("a row is not an object")
    return table.cast(SCHEMA)


class _ColumnsEndpoint(Endpoint[BetColumns]):
    @property
    def decoder(self) -> Any:
        return _Decoder()


_FIELDS = {
    field.name: getattr(ALL_HISTORY, field.name)
    for field in dataclasses.fields(ALL_HISTORY)
    if field.name != "shape"
}
ALL_HISTORY_COLUMNS: Endpoint[BetColumns] = _ColumnsEndpoint(shape=BetColumns, **_FIELDS)
"""The same endpoint, and the same entries of the cache, decoded into columns."""


def distinct(pages: Sequence[BetColumns]) -> int:
    """Count the different bets of some pages."""
    ids = pa.chunked_array([page.table["event_id"].chunk(0) for page in pages if len(page)], pa.string())
    return int(pc.count_distinct(ids).as_py())


def oldest_first(table: pa.Table) -> pa.Table:
    """Return an hour's rows once each, oldest first; rows of the same second keep their order."""
    times = table["start_at"]
    if len(times) and times[0].as_py() > times[-1].as_py():
        table = table.take(pa.array(range(len(times) - 1, -1, -1)))
    if pc.count_distinct(table["event_id"]).as_py() < len(table):
        first = (
            table.append_column("row", pa.array(range(len(table))))
            .group_by("event_id")
            .aggregate([("row", "min")])
        )
        table = table.take(first["row_min"].combine_chunks().sort())
    steps = pc.pairwise_diff(table["start_at"].combine_chunks())
    if pc.min(steps).as_py() is not None and pc.min(steps).as_py() < 0:
        table = table.take(pc.sort_indices(table, sort_keys=[("start_at", "ascending")]))
    return table
