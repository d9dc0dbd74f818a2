"""An export of whole days of bets: what was ordered, what became of it, what its file says and holds.

Files are written table by table: nobody holds so many bets in memory.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import IO, Final
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from dashboard.bets.tables import BETS
from dashboard.core.files import About, Column, Kind, csv_header, file_stem, parquet_schema, tame_all
from dashboard.core.formats import count, moment
from dashboard.core.frames import TIMES_S
from dashboard.core.periods import Period, day_end, day_start, days_label
from dashboard.core.text import ENGLISH, text

_MOST_NAMED: Final = 3
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


class ExportState(StrEnum):
    """What became of an export. Only a `WAITING` one is worked on, and it is until it changes."""

    WAITING = "waiting"
    DONE = "done"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


class Format(StrEnum):
    """Kinds of files."""

    PARQUET = "parquet"
    CSV = "csv"


class Export(msgspec.Struct, frozen=True):
    """One export, as it is kept on disk. Times are epoch seconds, windows half open.

    `provider` tells the providers of one server apart. `only` says `types` and `game_ids` in words.
    """

    id: str
    format: Format
    first_day: dt.date
    last_day: dt.date
    zone: str
    currency: str
    provider: str
    ordered_at: float
    types: tuple[str, ...] = ()
    game_ids: tuple[int, ...] = ()
    only: str = ""
    state: ExportState = ExportState.WAITING
    piece_s: int = 0
    """How long a piece is that is read at once; 0: not yet decided."""
    file: str = ""
    rows: int = 0
    size: int = 0
    """Bytes of the file."""
    as_of: float = 0
    """When the provider said the oldest of it."""
    lacking: tuple[str, ...] = ()
    """A sentence for each part that the file lacks."""
    doubtful: tuple[tuple[int, int], ...] = ()
    """Windows that were read, but not wholly."""
    language: str = ENGLISH
    """In which the file and the sentences about it are, that of whoever ordered it."""

    @property
    def days(self) -> list[dt.date]:
        """The business days, oldest first."""
        return Period("", self.first_day, self.last_day).days()

    @property
    def title(self) -> str:
        """The export in words: "Bets, 9–14 March 2026, only Slots"."""
        days = days_label(self.first_day, self.last_day)
        if not self.only:
            return text("Bets, {days}", days=days)
        return text("Bets, {days}, only {only}", days=days, only=self.only)

    def window(self, day: dt.date) -> tuple[int, int]:
        """Start and end of a business day."""
        zone = ZoneInfo(self.zone)
        start, end = day_start(day, zone), day_end(day, zone)
        return int(start.timestamp()), int(end.timestamp())

    @property
    def about(self) -> About:
        """What the file says about itself."""
        return About(
            title=text("Bets"),
            period=text("{first_day} to {last_day}", first_day=self.first_day, last_day=self.last_day),
            zone=self.zone,
            currency=self.currency,
            as_of=moment(dt.datetime.fromtimestamp(self.as_of, dt.UTC), ZoneInfo(self.zone)),
            completeness=" ".join(self.lacking),
            only=self.only,
            rows=str(self.rows),
        )

    @property
    def about_file(self) -> str:
        """How the text is called that says of a CSV file what it is; empty where the file says it itself."""
        is_beside = self.file and self.format is Format.CSV
        return self.file.removesuffix(f".{self.format}") + "-about.txt" if is_beside else ""

    def file_name(self) -> str:
        """How the file is called: what is in it, and that something lacks."""
        games = [f"game-{game_id}" for game_id in self.game_ids[:_MOST_NAMED]]
        if len(self.game_ids) > _MOST_NAMED:
            games = [f"{len(self.game_ids)}-games"]
        days = f"{self.first_day.isoformat()}-{self.last_day.isoformat()}"
        named = ("bets", *(name.lower() for name in self.types), *games)
        return f"{file_stem(*named, days)}{'-incomplete' if self.lacking else ''}.{self.format}"


def days_that_differ(said: Mapping[dt.date, int], found: Mapping[dt.date, int]) -> dict[dt.date, str]:
    """A sentence for each day of which the history gave another number of bets than the summary counts."""
    return {
        day: text(
            "{day}: the provider's summary counts {counted} bets, its history gave {given}.",
            day=days_label(day, day),
            counted=count(said[day]),
            given=count(rows),
        )
        for day, rows in found.items()
        if day in said and said[day] != rows
    }


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
