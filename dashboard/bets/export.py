"""Files of bets: how they are called, and what they hold, written piece by piece as the bets come.

Nobody holds so many bets in memory.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from dashboard.bets.tables import BETS
from dashboard.core.files import About, Column, Kind, csv_header, file_stem, parquet_schema, tame_all
from dashboard.core.frames import TIMES_S

_MOST_NAMED: Final = 3
GameWords = Callable[[int], tuple[str, str]]
"""The name and the type of a game, by its id."""

_LI: Final = pa.scalar(Decimal("0.001"), pa.decimal128(4, 3))
_SOURCES: Final = {
    "start": "start_at",
    "end": "end_at",
    "bet_amount_li": "bet_amount",
    "gain_li": "gain_amount",
    "credit_before_li": "credit_before_bet",
    "credit_li": "credit",
}
"""From which of the provider's fields a column is made, where it is not one of that name."""


class Format(StrEnum):
    """Kinds of files, by their ending."""

    PARQUET = "parquet"
    CSV = "csv"


def file_name(
    types: Sequence[str], game_ids: Sequence[int], days: str, form: Format, *, is_whole: bool
) -> str:
    """How a file of bets is called: what is in it, and that something lacks."""
    games = [f"game-{game_id}" for game_id in game_ids[:_MOST_NAMED]]
    if len(game_ids) > _MOST_NAMED:
        games = [f"{len(game_ids)}-games"]
    stem = file_stem("bets", *(name.lower() for name in types), *games, days)
    return f"{stem}{'' if is_whole else '-incomplete'}.{form}"


class _Pipe(io.RawIOBase):
    """A file that hands on what is written to it."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._length

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        self._length += len(self._written[-1])
        return len(self._written[-1])

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self._written = b"".join(self._written), []
        return taken


def parquet_pieces(about: About, tables: Iterable[pa.Table], game: GameWords) -> Iterator[bytes]:
    """Write bets (`archive.bets.STORED`) as Parquet with the columns `tables.BETS`, a group a table.

    Amounts are decimals of units of money, times carry the zone. The metadata is what `about` says.
    """
    schema, pipe = parquet_schema(about, BETS), _Pipe()
    writer = pq.ParquetWriter(pipe, schema, compression="zstd")
    for table in tables:
        writer.write_table(_columns(table, schema, game))
        yield pipe.take()
    # Its end says that it is whole: it is written only where nothing failed.
    writer.close()
    yield pipe.take()


def csv_pieces(about: About, tables: Iterable[pa.Table], game: GameWords) -> Iterator[bytes]:
    """Write the same as CSV, in the way of `files.csv_bytes`."""
    schema, options = parquet_schema(about, BETS), pyarrow.csv.WriteOptions(include_header=False, eol="\r\n")
    yield csv_header(BETS)
    for table in tables:
        columns, pipe = _columns(table, schema, game), _Pipe()
        for place, column in enumerate(BETS):
            if column.kind in _AS_TEXT:
                columns = columns.set_column(place, column.title, _AS_TEXT[column.kind](columns[place]))
        pyarrow.csv.write_csv(columns, pipe, options)
        yield pipe.take()


PIECES: Final = {Format.PARQUET: parquet_pieces, Format.CSV: csv_pieces}
"""How a file of each kind is written."""


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
