"""DuckDB over the files of an archive: what is asked is SQL over a few tables of one merchant's window."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from operator import index
from pathlib import Path
from secrets import token_hex
from threading import Condition
from typing import Any, Final, cast

import duckdb
import platformdirs
import pyarrow as pa
from cachetools import LRUCache, cached

from archive import pieces
from archive.archive import Archive
from archive.bets import STORED, digest_of
from archive.pieces import ArchiveFile
from archive.sizes import bin_sql
from archive.store import FileDamaged, parquet_table
from ledger.database import Books
from twoj_client.windows import DAY_S, HOUR_S

Row = tuple[int | str | None, ...]
Rows = tuple[Row, ...]

QUARTER_S: Final = 900
"""Roll-ups know quarters of an hour: clocks differ from UTC by whole ones of these."""
_ROWS_KEPT: Final = 100_000
_BATCH_ROWS: Final = 100_000
_ROLLED_BYTES_KEPT: Final = 2**28
"""Of the roll-ups in `_IN_MEMORY`, of one archive: sixty days of sixty games are 30 MB."""
_SETTINGS: Final[Mapping[str, str | bool | int]] = {
    "memory_limit": "1GB",
    "max_temp_directory_size": "8GB",
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_UNREADABLE: Final = (
    duckdb.IOException,
    duckdb.InvalidInputException,
    duckdb.SerializationException,
    duckdb.OutOfMemoryException,
    pa.ArrowException,
)

_GAMES: Final = f"""
    SELECT game_id, start_at - start_at % {QUARTER_S} AS quarter_s, CAST(count(*) AS BIGINT) AS bets,
        CAST(sum(bet_amount) AS BIGINT) AS bet_li, CAST(sum(gain_amount) AS BIGINT) AS gain_li,
        CAST(sum(b * b) AS DECIMAL(38, 0)) AS bet_bet,
        CAST(sum(b * (b + gain_amount)) AS DECIMAL(38, 0)) AS bet_won,
        CAST(sum((b + gain_amount) * (b + gain_amount)) AS DECIMAL(38, 0)) AS won_won
    FROM (SELECT *, CAST(bet_amount AS HUGEINT) AS b FROM bets) AS wide GROUP BY game_id, quarter_s
"""
# A player's session ends with half an hour without a round; one over midnight counts on both days.
_PLAYERS: Final = f"""
    SELECT user_id, any_value(op_id) AS op_id, game_id, day_s, CAST(count(*) AS BIGINT) AS bets,
        CAST(sum(bet_amount) AS BIGINT) AS bet_li, CAST(sum(gain_amount) AS BIGINT) AS gain_li,
        min(start_at) AS first_s, max(start_at) AS last_s, CAST(sum(begins) AS BIGINT) AS sessions,
        max(bet_amount + gain_amount) AS most_won_li
    FROM (
        SELECT *, CASE WHEN start_at - lag(start_at) OVER (
                PARTITION BY user_id, game_id, day_s ORDER BY start_at, event_id
            ) <= 1800 THEN 0 ELSE 1 END AS begins
        FROM (SELECT *, start_at - start_at % {DAY_S} AS day_s FROM bets) AS dated
    ) AS begun GROUP BY user_id, game_id, day_s
"""
_VISITS: Final = f"""
    SELECT user_id, start_at - start_at % {DAY_S} AS day_s, min(start_at) AS first_s, max(start_at) AS last_s
    FROM bets GROUP BY user_id, day_s
"""
_SIZES: Final = f"""
    SELECT game_id, what, CAST({bin_sql("li")} AS BIGINT) AS from_li, CAST(count(*) AS BIGINT) AS bets,
        CAST(sum(li) AS BIGINT) AS amount_li
    FROM (
        SELECT game_id, 'bet' AS what, bet_amount AS li FROM bets
        UNION ALL SELECT game_id, 'win' AS what, bet_amount + gain_amount AS li FROM bets
    ) AS sized WHERE li > 0 GROUP BY game_id, what, from_li
"""
_COLUMNS: Final = ", ".join(
    f"NULL::{'VARCHAR' if pa.types.is_string(field.type) else 'BIGINT'} AS {field.name}" for field in STORED
)


class RollUp(StrEnum):
    """Sums that are kept of each finished UTC day, made of its file and of nothing else."""

    GAMES = "games"
    """Quarter-hour × game: bets, bet_li, gain_li, and the exact sums of squares and products of b and w."""
    PLAYERS = "players"
    """UTC day × player × game: bets, bet_li, gain_li, first_s, last_s, sessions, most_won_li."""
    VISITS = "visits"
    """UTC day × player: first_s, last_s; of all games, not of some."""
    SIZES = "sizes"
    """Game × what (bet, win) × bin of its size (`sizes.EDGES_LI`): bets, amount_li."""


MADE: Final = {RollUp.GAMES: _GAMES, RollUp.PLAYERS: _PLAYERS, RollUp.VISITS: _VISITS, RollUp.SIZES: _SIZES}


def kept_of(rolled: RollUp | None, games: Sequence[int]) -> RollUp | None:
    """Return the roll-up that is kept of these games alone: visits of some are made of their bets."""
    return None if games and rolled is RollUp.VISITS else rolled


# Few rows a game and day, however many bets there are; to read them anew takes longer than to sum them up.
_IN_MEMORY: Final = (RollUp.GAMES, RollUp.SIZES)


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that hold a window: of bets, and of a roll-up for the whole days that have one."""

    bets: tuple[ArchiveFile, ...]
    rolled: tuple[ArchiveFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A SELECT over `bets`, or over what is `rolled` up, of `start_s <= start_at < end_s`.

    Of these `games` alone, by their ids; of all where there are none. `values` fill its `$name` places.
    """

    sql: str
    start_s: int
    end_s: int
    rolled: RollUp | None = None
    games: Sequence[int] = ()
    values: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Query:
    """What DuckDB is asked. Files never change: over the same ones the answer is the same.

    Its table `rolled` are the sums of the files `in_memory`, of a day or of an hour's bets.
    """

    sql: str
    values: tuple[tuple[str, Any], ...]
    of: RollUp | None = None
    in_memory: tuple[ArchiveFile, ...] = ()


class Engine:
    """Answers questions about an archive, for all threads of a process. It writes nothing but roll-ups."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        # What does not fit in memory is sorted in a folder that DuckDB makes there, and takes away. Where the
        # server was started nobody may be allowed to write, and /tmp may be small, or memory.
        cache = platformdirs.user_cache_path("twoj", "twoj")
        with suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True)
        spill = cache / f"sorting-{token_hex(8)}"
        self._connection = duckdb.connect(":memory:", config={**_SETTINGS, "temp_directory": str(spill)})
        # The parts of a page are drawn at the same time and ask the same: one asks, the others wait for it.
        kept = LRUCache[Any, Rows](_ROWS_KEPT, getsizeof=lambda rows: 1 + len(rows))
        self._answer = cached(kept, condition=Condition())(self._fetched)
        sums = LRUCache[Any, pa.Table](_ROLLED_BYTES_KEPT, getsizeof=lambda table: table.nbytes)
        self._sums_of = cached(sums, condition=Condition())(self._summed)

    def close(self) -> None:
        """Let go of the engine's memory."""
        self._connection.close()

    def sources(self, start_s: int, end_s: int, rolled: RollUp | None = None) -> Sources:
        """Return which files hold the bets of a window; of whole days the roll-up instead. Opens none."""
        known = self.archive.recent(_known_files)
        days = _between(known["day"], start_s - DAY_S + 1, end_s)
        use = _between(known[rolled], start_s, end_s - DAY_S + 1) if rolled else {}
        raw = [each for day_s, each in days.items() if day_s not in use]
        raw += _between(known["hour"], start_s - HOUR_S + 1, end_s).values()
        return Sources(_with_rows(raw), _with_rows(use.values()))

    def places(self, files: Iterable[ArchiveFile]) -> tuple[str, ...]:
        """Return where files are to be read, after a look at each. Raises FileDamaged."""
        try:
            return tuple(self.archive.folder.places([each.file for each in files]))
        except OSError as error:
            raise FileDamaged(f"The archive cannot be read: {error}") from None

    def rows(self, asked: Asked) -> Rows:
        """Answer in rows of exact integers and texts. The same answer is made once.

        All three ask no network but the archive's own place. They raise LedgerAway where the ledger is away,
        and FileDamaged where a file is not to be had, or is not what was written.
        """
        return self._answer(self._query(asked))

    def numbers(self, asked: Asked) -> tuple[tuple[int, ...], ...]:
        """Answer as `rows` does what has whole numbers alone."""
        return cast("tuple[tuple[int, ...], ...]", self.rows(asked))

    def _fetched(self, query: "_Query") -> Rows:
        with self._asked(query) as answer:
            return tuple(answer.fetchall())

    def table(self, asked: Asked) -> pa.Table:
        """Answer in one Arrow table (int64 and string, sums of squares decimal128); it is not kept."""
        with self._asked(self._query(asked)) as answer:
            return answer.to_arrow_table()

    def batches(self, asked: Asked) -> Iterator[pa.RecordBatch]:
        """Answer as `table` does, some 100,000 rows at a time: never more of them are held."""
        with self._asked(self._query(asked)) as answer:
            yield from answer.to_arrow_reader(_BATCH_ROWS)

    def _query(self, asked: Asked) -> "_Query":
        rolled, only = asked.rolled, tuple(sorted({index(game_id) for game_id in asked.games}))
        sources = self.sources(asked.start_s, asked.end_s, kept_of(rolled, only))
        bets = sources.bets
        in_memory: tuple[ArchiveFile, ...] = ()
        if rolled in _IN_MEMORY:  # a whole hour is the same each minute
            hours = [each for each in bets if each.kind == "hour"]
            whole = _between({each.start_s: each for each in hours}, asked.start_s, asked.end_s - HOUR_S + 1)
            in_memory = (*sources.rolled, *whole.values())
            bets = tuple(each for each in bets if each not in in_memory)
        tables = {"bets": _bets(bets, only)}
        if rolled:
            rows = "rolled" if in_memory else "read_parquet($rolled_files)" if sources.rolled else ""
            tables[str(rolled)] = _with_rolled(rolled, rows, only)
        given: dict[str, Any] = {
            "start_s": asked.start_s,
            "end_s": asked.end_s,
            **asked.values,
            "games": only,
        }
        given |= {"bet_files": bets, "rolled_files": sources.rolled}
        sql = "WITH " + ", ".join(f"{name} AS ({of})" for name, of in tables.items()) + f" {asked.sql}"
        values = tuple((name, given[name]) for name in sorted(given) if f"${name}" in sql)
        return _Query(sql, values, rolled, in_memory)

    @contextmanager
    def _asked(self, query: "_Query") -> Iterator[duckdb.DuckDBPyRelation]:
        # What was answered before is told without a look at the files; to ask DuckDB, each is looked at.
        values: dict[str, Any] = dict(query.values)
        values |= {name: list(values[name]) for name in values.keys() & {"games"}}
        values |= {
            name: list(self.places(values[name])) for name in values.keys() & {"bet_files", "rolled_files"}
        }
        try:
            with self._connection.cursor() as cursor:
                if query.in_memory:
                    cursor.register("rolled", self._rolled(query))
                yield cursor.sql(query.sql, params=values)
        except _UNREADABLE as error:
            raise FileDamaged(f"The archive cannot be read: {str(error).partition(chr(10))[0]}") from None

    def _rolled(self, query: "_Query") -> pa.Table:
        """Return the rows in memory. Each file is read once, as long as there is room for its rows."""
        files = zip(query.in_memory, self.places(query.in_memory), strict=True)
        return pa.concat_tables([self._sums_of(query.of, each.kind, place) for each, place in files])

    def _summed(self, of: RollUp, kind: str, place: str) -> pa.Table:
        return parquet_table(place, Path(place)) if kind == of else self._of_file(MADE[of], place)

    def view(self, rolled: RollUp | None, start_s: int, end_s: int) -> tuple[str, set[str]]:
        """Return a window's bets, or a roll-up of them, as SQL without places, and the files it reads."""
        sources = self.sources(start_s, end_s, rolled)
        rows = "read_parquet($rolled_files)" if sources.rolled else ""
        wanted = _with_rolled(rolled, rows) if rolled else "SELECT * FROM bets"
        sql = f"WITH bets AS ({_bets(sources.bets)}) {wanted}"
        bets, sums = self.places(sources.bets), self.places(sources.rolled)
        given = {"bet_files": quoted(bets), "rolled_files": quoted(sums)}
        for name, value in (given | {"start_s": str(start_s), "end_s": str(end_s)}).items():
            sql = sql.replace(f"${name}", value)
        return sql, {*bets, *sums}

    def roll_up(self, day_s: int) -> bool:
        """Make the roll-ups of a day that has a file, unless they are there; return whether any was made."""
        with self.archive.ledger.reading() as books:
            days = pieces.files(books, "day", day_s, day_s + 1)
            there = {kind: pieces.files(books, kind, day_s, day_s + 1) for kind in RollUp}
        if not days:
            return False
        made = False
        for kind in RollUp:
            old = [each.file.path for each in there[kind]]
            made_of = _made_of(kind, days[0])
            if any(each.made_of == made_of for each in there[kind]):
                continue
            day = days[0].file.path.rpartition("/")[2][: len("2026-03-15")]
            path = f"{self.archive.mch_id}/{kind}/{day}-{made_of[:16]}.parquet"
            table = self._of_file(MADE[kind], self.archive.folder.places([days[0].file])[0])
            self.archive.add_roll_up(kind, day_s, path, table, made_of, old)
            made = True
        return made

    def _of_file(self, made: str, place: str) -> pa.Table:
        sql = f"WITH bets AS (SELECT * FROM read_parquet($file)) {made} ORDER BY ALL"
        with self._connection.cursor() as cursor:
            return cursor.sql(sql, params={"file": place}).to_arrow_table()


def _known_files(books: Books) -> dict[str, dict[int, ArchiveFile]]:
    """Return the files that count by kind and start; of roll-ups those that are made of today's days."""
    found: dict[str, dict[int, ArchiveFile]] = {kind: {} for kind in ("day", "hour", *RollUp)}
    for each in pieces.all_files(books):
        found[each.kind][each.start_s] = each
    days = found["day"]
    for kind in RollUp:
        made = found[kind].items()
        found[kind] = {
            at: each for at, each in made if at in days and each.made_of == _made_of(kind, days[at])
        }
    return found


def _with_rows(files: Iterable[ArchiveFile]) -> tuple[ArchiveFile, ...]:
    return tuple(each for each in files if each.row_count)


def _between(files: Mapping[int, ArchiveFile], start_s: int, end_s: int) -> dict[int, ArchiveFile]:
    return {at: each for at, each in files.items() if start_s <= at < end_s}


def _made_of(kind: RollUp, day: ArchiveFile) -> str:
    """Return the digest of a day's roll-up: of its pieces, and of how it is made of them."""
    return digest_of([day.made_of, MADE[kind]])


def quoted(files: Iterable[str]) -> str:
    """Return paths as a list of SQL."""
    return "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in files) + "]"


def _bets(files: Sequence[object], games: Sequence[int] = ()) -> str:
    source = "read_parquet($bet_files)" if files else f"(SELECT {_COLUMNS} LIMIT 0)"
    of_games = " AND game_id IN $games" if games else ""
    return f"SELECT * FROM {source} WHERE start_at >= $start_s AND start_at < $end_s{of_games}"


def _with_rolled(rolled: RollUp, rows: str, games: Sequence[int] = ()) -> str:
    made = MADE[rolled]
    of_games = " WHERE game_id IN $games" if games else ""
    return f"{made} UNION ALL SELECT * FROM {rows}{of_games}" if rows else made
