"""The betting history as columns: Arrow tables, without a Python object for each bet."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from twoj_client.endpoints import ALL_HISTORY, Endpoint
from twoj_client.hourly_pages import HourPages
from twoj_client.models import Bet, BetPage, NumberOrNone, Text
from twoj_client.tolerant import Unknown, read

SCHEMA = pa.schema(
    [
        pa.field(name, pa.string() if kind in (str, Text) else pa.int64(), nullable=kind == NumberOrNone)
        for name, kind in Bet.__annotations__.items()
    ]
)
"""The columns of a table of bets: the fields of :class:`twoj_client.models.Bet`, amounts in li.

What is not known is null."""

# Parsed as nullable: what is missing is found as a null.
_ROW = pa.struct([field.with_nullable(True) for field in SCHEMA])
# Measured: a fifth less CPU than with Arrow's own pool, which returns memory that the next page needs.
_POOL = pa.system_memory_pool()
_NUMBERS = ("total", "page", "page_size")
_PARSE = pyarrow.json.ParseOptions(
    explicit_schema=pa.schema({"items": pa.list_(_ROW), **dict.fromkeys(_NUMBERS, pa.int64())}),
    newlines_in_values=True,
    unexpected_field_behavior="ignore",
)


@dataclasses.dataclass(frozen=True)
class BetColumns:
    """One page of the betting history as a table."""

    table: pa.Table
    total: int
    page_size: int

    def __len__(self) -> int:
        return int(self.table.num_rows)


class _Decoder:
    def decode(self, payload: bytes | memoryview) -> BetColumns:
        """Return a page's rows as a table. `payload` must be one JSON value.

        Raises msgspec.DecodeError: a documented field is missing or holds another type.
        """
        # Arrow 26 crashes the process over a null in the place of an object.
        if payload[:1] != b"{":
            raise msgspec.ValidationError("Expected `object`")
        # One block in one thread: the pages are many, and Arrow lets go of the interpreter lock.
        options = pyarrow.json.ReadOptions(use_threads=False, block_size=len(payload) + 1)
        try:
            page = pyarrow.json.read_json(
                pa.BufferReader(payload), parse_options=_PARSE, read_options=options, memory_pool=_POOL
            )
        except pa.ArrowInvalid as error:
            raise msgspec.ValidationError(str(error)) from None
        items = page["items"].chunk(0)
        columns = dict(zip(SCHEMA.names, items.flatten().flatten(), strict=True))
        head = {name: page[name] for name in ("items", *_NUMBERS)}
        for name, column in (head | columns).items():
            if column.null_count:
                raise msgspec.ValidationError(f"`{name}` is null or missing")
        table = pa.Table.from_arrays(list(columns.values()), schema=SCHEMA)
        return BetColumns(table, head["total"][0].as_py(), head["page_size"][0].as_py())


class _ColumnsEndpoint(Endpoint[BetColumns]):
    @property
    def decoder(self) -> Any:
        return _Decoder()

    def lacks_something(self, value: BetColumns, payload: bytes | memoryview) -> bool:  # noqa: ARG002
        return False  # the decoder refuses null

    def read_tolerantly(self, payload: bytes | memoryview) -> tuple[BetColumns, Unknown]:
        page, unknown = read(payload, BetPage)
        rows = [msgspec.structs.asdict(bet) for bet in page.items]
        return BetColumns(pa.Table.from_pylist(rows, schema=SCHEMA), page.total, page.page_size), unknown


_FIELDS = {
    field.name: getattr(ALL_HISTORY, field.name)
    for field in dataclasses.fields(ALL_HISTORY)
    if field.name != "shape"
}
ALL_HISTORY_COLUMNS: Endpoint[BetColumns] = _ColumnsEndpoint(shape=BetColumns, **_FIELDS)
"""The same endpoint, decoded into columns."""


def distinct(pages: Sequence[BetColumns]) -> int:
    """Count the different bets of some pages."""
    return int(pc.count_distinct(pa.concat_tables([page.table for page in pages])["event_id"]).as_py())


def rows(hour: HourPages[BetColumns]) -> pa.Table:
    """Return an hour's bets once each, oldest first; bets of the same second keep their order."""
    table = pa.concat_tables([page.value.table for page in hour.pages])
    times = table["start_at"]
    if len(table) and times[0].as_py() > times[-1].as_py():
        table = table.take(pa.array(range(len(table) - 1, -1, -1)))
    if not hour.complete or len(table) > hour.pages[0].value.total:
        numbered = table.append_column("row", pa.array(range(len(table))))
        first = numbered.group_by("event_id").aggregate([("row", "min")])["row_min"]
        table = table.take(first.combine_chunks().sort())
    steps = pc.pairwise_diff(table["start_at"].combine_chunks())
    if pc.any(pc.less(steps, 0)).as_py():
        table = table.take(pc.sort_indices(table, sort_keys=[("start_at", "ascending")]))
    return table
