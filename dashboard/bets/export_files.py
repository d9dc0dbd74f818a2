"""Files of many bets, written table by table: nobody holds them all in memory."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import IO, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from dashboard.bets.tables import BETS
from dashboard.core.files import About, Column, Kind, csv_header, parquet_schema, tame_all
from dashboard.core.frames import TIMES_S

GameWords = Callable[[int], tuple[str, str]]
"""The name and the type of a game, by its id."""

_LI: Final = pa.scalar(Decimal("0.001"), pa.decimal128(4, 3))
_ROWS_A_GROUP: Final = 100_000
_SOURCES: Final = {
    "start": "start_at",
    "end": "end_at",
    "bet_amount_li": "bet_amount",
    "gain_li": "gain_amount",
    "credit_before_li": "credit_before_bet",
    "credit_li": "credit",
}
"""From which of the provider's fields a column is made, where it is not one of that name."""


def write_parquet(file: IO[bytes], about: About, tables: Iterable[pa.Table], game: GameWords) -> None:
    """Write bets (`twoj_client.columns.SCHEMA`) as Parquet with the columns `tables.BETS`.

    Amounts are decimals of units of money, times carry the zone. The metadata is what `about` says.
    """
    schema = parquet_schema(about, BETS)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for table in _in_groups(tables):
            writer.write_table(_columns(table, schema, game))


def write_csv(file: IO[bytes], about: About, tables: Iterable[pa.Table], game: GameWords) -> None:
    """Write the same as CSV, in the way of `files.csv_bytes`."""
    schema = parquet_schema(about, BETS)
    file.write(csv_header(BETS))
    options = pyarrow.csv.WriteOptions(include_header=False, eol="\r\n")
    for table in tables:
        columns = _columns(table, schema, game)
        for place, column in enumerate(BETS):
            if column.kind in _AS_TEXT:
                columns = columns.set_column(place, column.title, _AS_TEXT[column.kind](columns[place]))
        pyarrow.csv.write_csv(columns, file, options)


def local_times(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write times as `export.local_time` does."""
    written = pc.strftime(times, "%Y-%m-%d %H:%M:%S%z")
    return pc.replace_substring_regex(written, r"([+-]\d\d)(\d\d)$", r"\1:\2")


_AS_TEXT: Final = {Kind.TEXT: tame_all, Kind.TIME: local_times}


def _columns(table: pa.Table, schema: pa.Schema, game: GameWords) -> pa.Table:
    ids = table["game_id"]
    different = pc.unique(ids)
    names, types = zip(*map(game, different.to_pylist()), strict=True) if len(different) else ((), ())
    places = pc.index_in(ids, different)
    table = table.append_column("game", pa.array(names, pa.string()).take(places))
    table = table.append_column("type", pa.array(types, pa.string()).take(places))
    table = table.append_column("win_li", pc.add_checked(table["bet_amount"], table["gain_amount"]))
    arrays = [
        _typed(column, table[_SOURCES.get(column.field, column.field)], field.type)
        for column, field in zip(BETS, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _typed(column: Column, values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.kind is Kind.MONEY:
        return pc.multiply(values.cast(pa.decimal128(19, 0)), _LI).cast(kind)
    if column.kind is Kind.TIME:
        can_be = pc.and_(pc.greater_equal(values, TIMES_S.start), pc.less(values, TIMES_S.stop))
        return pc.if_else(can_be, values, None).cast(pa.timestamp("s")).cast(kind)
    return values.cast(kind)


def _in_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Join small tables: Parquet wants some rows in each of its groups."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) >= _ROWS_A_GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
