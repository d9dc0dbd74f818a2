"""The archive of one merchant: hours come in, are proven, lie in files, and are read as one table of bets."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from archive import bets, pieces
from archive.bets import DAY_S, HOUR_S
from archive.bucket import Bucket
from archive.pieces import ArchiveFile, Piece
from archive.proof import FINISHED, Explanation, HourRead, PieceState, contradiction, judge
from archive.store import FileDamaged, Folder
from ledger.database import Books, Ledger
from twoj_client.windows import Window

UNFINISHED: Final = (PieceState.OPEN, PieceState.MISSING)
"""Written over by the next reading, without a version of their own."""
_NEIGHBOURS: Final = 64
_DAYS: Final = "/days/"


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an hour that was read: its piece, and how many of its bets were changed since."""

    piece: Piece
    restated: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """How well a window is held: as of when, by the provider's clock, and until when all of it is proven.

    `lacking` are the windows in it that are not there, oldest first; the provider's sums of the `differing`
    hours are others than those of their bets.
    """

    as_of_ms: int
    proven_until_s: int
    lacking: tuple[Window, ...] = ()
    differing: tuple[Piece, ...] = ()


class Archive:
    """The archive of one merchant; for all threads of a process. `clock` returns epoch seconds.

    One thread of one server writes at a time (`pieces.Lease`); who reads, reads the files that the ledger's
    tables name. All methods raise LedgerAway, and OSError where the disk is full.
    """

    def __init__(self, ledger: Ledger, folder: Folder | Bucket, clock: Callable[[], float]) -> None:
        self.ledger = ledger
        self.folder = folder
        self.clock = clock
        self._ids: dict[tuple[int, str], pa.Array] = {}
        self._writing = Lock()

    @property
    def mch_id(self) -> int:
        """Whose bets they are."""
        return self.ledger.mch_id

    def now_ms(self) -> int:
        """The time by our clock."""
        return int(self.clock() * 1000)

    def pieces(self, start_s: int = 0, end_s: int = pieces.ALWAYS_S) -> list[Piece]:
        """Return the version that counts of each hour of a window (of all) that was read, oldest first."""
        with self.ledger.reading() as books:
            return pieces.latest(books, start_s - start_s % HOUR_S, end_s)

    def extent(self) -> tuple[int, int] | None:
        """Return the first and the last hour that were read, None where none was."""
        with self.ledger.reading() as books:
            return pieces.extent(books)

    def keep(self, hours: Sequence[HourRead]) -> list[Kept]:
        """Write hours as they were read now: each replaces what was read of it before, nothing is merged."""
        with self._writing:
            first_s, last_s = hours[0].hour_s, hours[-1].hour_s
            around = {piece.hour_s: piece for piece in self.pieces(first_s - HOUR_S, last_s + 2 * HOUR_S)}
            judged = [self._judged(read, around) for read in hours]
            tables = {read.hour_s: bets.ordered(read.table) for read in hours}
            files = self._write([each.piece for each in judged if not each.again], tables)
            with self.ledger.writing() as books:
                pieces.add(books, [each.piece for each in judged if each.is_new], self.now_ms())
                kept = [self._put(books, each, tables[each.piece.hour_s]) for each in judged]
                for made, of_file in files:
                    self._refer(books, made, of_file)
            return kept

    def _judged(self, read: HourRead, around: Mapping[int, Piece]) -> "_Judged":
        """Say what an hour is by this reading; where a new piece lies is not known yet."""
        before, table = around.get(read.hour_s), bets.ordered(read.table)
        beside = [around.get(read.hour_s - HOUR_S), around.get(read.hour_s + HOUR_S)]
        state, why = judge(read, self._count_in(table, [piece for piece in beside if piece]))
        digest = bets.digest(table)
        as_of_ms = int(read.as_of_s * 1000)
        if before and before.state in FINISHED and contradiction(read):
            if before.ours == read.theirs:  # what came now is cut, or late: what was proven still is
                return _Judged(replace(before, as_of_ms=as_of_ms), before, again=True)
            if not read.complete or read.theirs is None:
                if read.theirs is None:
                    return _Judged(before, before, again=True)
                why = Explanation("The provider's sums are others than when it was proven.")
                piece = replace(before, state=PieceState.DIFFERS, why=why, theirs=read.theirs)
                return _Judged(piece, before, again=True)
        if before and before.digest == digest:
            if before.state is PieceState.PROVEN and state is PieceState.OPEN:
                state, why = before.state, before.why
            piece = replace(before, state=state, why=why, theirs=read.theirs, as_of_ms=as_of_ms)
            return _Judged(piece, before, again=True)
        # What is not over is written over; what is keeps its number for whoever asks how it was.
        version = 1 if before is None else before.version + (before.state not in UNFINISHED)
        piece = Piece(
            read.hour_s, version, state, why, bets.sums(table), read.theirs, as_of_ms, 0, digest, None
        )
        return _Judged(piece, before, again=False)

    def _count_in(self, table: pa.Table, neighbours: Sequence[Piece]) -> int:
        found = 0
        for piece in neighbours:
            if piece.ours.count and len(table):
                with suppress(FileDamaged):
                    found += pc.sum(pc.is_in(table["event_id"], self._event_ids(piece))).as_py()
        return found

    def _event_ids(self, piece: Piece) -> pa.Array:
        key = (piece.hour_s, piece.digest)
        if key not in self._ids:
            if len(self._ids) >= _NEIGHBOURS:
                self._ids.pop(next(iter(self._ids)))
            self._ids[key] = self.rows(piece)["event_id"].combine_chunks()
        return self._ids[key]

    def rows(self, piece: Piece) -> pa.Table:
        """Return the bets of a piece, ordered. Raises FileDamaged where they are not what was written."""
        if not piece.path:
            return bets.EMPTY
        table = _of_hour(self.folder.read(piece.path), piece.hour_s)
        if bets.sums(table) != piece.ours:
            raise FileDamaged(f"{piece.path} does not hold the bets of {hour_text(piece.hour_s)}.")
        return table

    def _write(
        self, new: Sequence[Piece], tables: dict[int, pa.Table]
    ) -> list[tuple[ArchiveFile, list[Piece]]]:
        """Write the files of new pieces, and return each with the pieces that then lie in it.

        A file holds the versions that count of its hours and nothing else: where an hour of a day's file is
        replaced, the day is written anew.
        """
        by_day: dict[int, list[Piece]] = {}
        for piece in new:
            by_day.setdefault(piece.hour_s - piece.hour_s % DAY_S, []).append(piece)
        return [file for day_s, of_day in by_day.items() for file in self._write_day(day_s, of_day, tables)]

    def _write_day(
        self, day_s: int, new: Sequence[Piece], tables: dict[int, pa.Table]
    ) -> Iterator[tuple[ArchiveFile, list[Piece]]]:
        day = {piece.hour_s: piece for piece in self.pieces(day_s, day_s + DAY_S)}
        old = {piece.path for piece in day.values() if piece.path and _DAYS in piece.path}
        day |= {piece.hour_s: piece for piece in new}
        if old or _is_finished(day.values()):
            parts = [tables[piece.hour_s] if piece in new else self.rows(piece) for piece in day.values()]
            yield self._day_file(day_s, list(day.values()), parts), list(day.values())
            return
        for piece in new:
            if piece.ours.count:
                yield self._hour_file(piece, tables[piece.hour_s]), [piece]

    def _hour_file(self, piece: Piece, table: pa.Table) -> ArchiveFile:
        name = f"{_name(piece.hour_s, '%Y-%m-%dT%H')}-{piece.digest[:16]}.parquet"
        written = self.folder.write(f"{self.mch_id}/hours/{name}", table)
        return ArchiveFile("hour", piece.hour_s, written, len(table), bets.digest_of([piece.digest]))

    def _day_file(self, day_s: int, of_day: Sequence[Piece], parts: Sequence[pa.Table]) -> ArchiveFile:
        table = pa.concat_tables(parts).sort_by(bets.ORDER)
        made_of = bets.digest_of(piece.digest for piece in sorted(of_day, key=lambda piece: piece.hour_s))
        written = self.folder.write(
            f"{self.mch_id}{_DAYS}{_name(day_s, '%Y-%m-%d')}-{made_of[:16]}.parquet", table
        )
        return ArchiveFile("day", day_s, written, len(table), made_of)

    def _put(self, books: Books, judged: "_Judged", table: pa.Table) -> Kept:
        piece, before, now_ms = judged.piece, judged.before, self.now_ms()
        if not judged.is_new:
            pieces.write_over(books, piece, now_ms)
            if before and before.path and not judged.again:
                pieces.leave(books, [before.path], now_ms)
            return Kept(piece)
        changed = self._changes(before, table) if before else []
        pieces.add_restatements(books, piece.hour_s, piece.version, changed, now_ms)
        return Kept(piece, len(changed))

    def _refer(self, books: Books, made: ArchiveFile, of_file: Sequence[Piece]) -> None:
        """Have these pieces lie in a file, and nothing in those where their hours lay."""
        pieces.add_file(books, made, self.now_ms())
        left = pieces.move(books, of_file, made.file.path)
        pieces.leave(books, left - {made.file.path}, self.now_ms())

    def _changes(self, before: Piece, table: pa.Table) -> list[bets.BetChange]:
        try:
            return bets.changes(self.rows(before), table)
        except FileDamaged:  # what it was cannot be told any more but by its sums
            return []

    def join_days(self, start_s: int, end_s: int) -> int:
        """Put the hours of each whole finished UTC day of a window into one file; return of how many days."""
        by_day: dict[int, list[Piece]] = {}
        for piece in self.pieces(start_s, end_s):
            by_day.setdefault(piece.hour_s - piece.hour_s % DAY_S, []).append(piece)
        joined = 0
        for day_s, of_day in by_day.items():
            paths = {piece.path for piece in of_day if piece.path}
            if _is_finished(of_day) and any(_DAYS not in path for path in paths):
                with self._writing:
                    made = self._day_file(day_s, of_day, [self.rows(piece) for piece in of_day])
                    with self.ledger.writing() as books:
                        self._refer(books, made, of_day)
                joined += 1
        return joined

    def held(self, start_s: int, end_s: int, fresh_s: int) -> "Held | None":
        """Return how well a window is held; None where nothing of it is.

        `fresh_s`: hours that were read so shortly ago, by our clock, lack nothing.
        """
        first_s = start_s - start_s % HOUR_S
        with self.ledger.reading() as books:
            newest = pieces.newest(books, first_s, end_s, but_for=[PieceState.MISSING])
            found = pieces.latest(books, first_s, end_s, but_for=FINISHED)
            hours = range(first_s, end_s, HOUR_S)
            if len(found) + pieces.count(books, first_s, end_s, FINISHED) < len(hours):
                found = pieces.latest(books, first_s, end_s)
                gaps = set(hours).difference(piece.hour_s for piece in found)
            else:
                gaps = set()
        if newest is None:
            return None
        fresh_ms = self.now_ms() - fresh_s * 1000
        windows = [Window(hour_s, hour_s + HOUR_S) for hour_s in gaps]
        windows += [Window(_read_to_s(piece, fresh_ms), piece.hour_s + HOUR_S) for piece in found]
        cut = (Window(max(start, start_s), min(end, end_s)) for start, end in windows)
        lacking = tuple(_joined(sorted(window for window in cut if window.start < window.end)))
        unproven_s = [piece.hour_s for piece in found if piece.state not in FINISHED]
        return Held(
            newest.as_of_ms,
            min([*unproven_s, *(window.start for window in lacking), end_s]),
            lacking,
            tuple(piece for piece in found if piece.state is PieceState.DIFFERS),
        )

    def rewrite(self, before: Sequence[Piece], after: Sequence[Piece], table: pa.Table) -> None:
        """Write the file of some pieces anew with other rows; sums and versions stay, what was made goes."""
        after = [
            replace(piece, digest=bets.digest(_of_hour(table, piece.hour_s)))
            if piece.state is PieceState.ERASED
            else piece
            for piece in after
        ]
        with self._writing:
            start_s = before[0].hour_s
            if before[0].path and _DAYS in before[0].path:
                made = self._day_file(start_s - start_s % DAY_S, after, [table])
            else:
                made = self._hour_file(after[0], table)
            with self.ledger.writing() as books:
                for piece in after:
                    pieces.write_over(books, piece, piece.last_read_ms)
                self._refer(books, made, after)
                pieces.leave(books, pieces.made_of_day(books, start_s - start_s % DAY_S), self.now_ms())

    def add_roll_up(
        self, kind: str, day_s: int, path: str, table: pa.Table, made_of: str, old: Sequence[str]
    ) -> None:
        """Write the sums of a day, made of its file's pieces, in the place of older ones."""
        made = ArchiveFile(kind, day_s, self.folder.write(path, table), len(table), made_of)
        with self.ledger.writing() as books:
            pieces.add_file(books, made, self.now_ms())
            pieces.leave(books, [each for each in old if each != path], self.now_ms())

    def is_elsewhere(self) -> bool:
        """Whether most files that the ledger names are not here: another server has another folder."""
        with self.ledger.reading() as books:
            paths = [each.file.path for each in pieces.all_files(books)]
        return self.folder.there(paths) * 2 < len(paths)

    def drop_before(self, day_s: int) -> None:
        """Let whole days before a UTC day leave the archive, with all that was made of them."""
        with self._writing, self.ledger.writing() as books:
            pieces.leave(books, pieces.drop(books, day_s), self.now_ms())

    def unlink_left(self, before_ms: int) -> int:
        """Take away the files that nothing has referred to since before a time; return how many."""
        with self.ledger.reading() as books:
            paths = pieces.left_before(books, before_ms)
        for path in paths:
            self.folder.unlink(path)
        self.folder.clean(str(self.mch_id), before_ms / 1000)
        with self.ledger.writing() as books:
            pieces.forget_files(books, paths)
        return len(paths)


@dataclass(frozen=True, slots=True)
class _Judged:
    piece: Piece
    before: Piece | None
    again: bool
    """Whether it is another reading of a version that is there, whose rows stay."""

    @property
    def is_new(self) -> bool:
        """Whether it is a version that was not there."""
        return self.before is None or self.piece.version > self.before.version


def _is_finished(of_day: Collection[Piece]) -> bool:
    """Whether these are all hours of a day, and none will be read again soon."""
    return len(of_day) == DAY_S // HOUR_S and all(piece.state not in UNFINISHED for piece in of_day)


def _read_to_s(piece: Piece, fresh_ms: int) -> int:
    """Up to when an hour is known: one that was read before its end only as far as that, unless just now."""
    if piece.state is PieceState.MISSING:
        return piece.hour_s
    end_s = piece.hour_s + HOUR_S
    return end_s if piece.last_read_ms >= fresh_ms else max(piece.hour_s, min(end_s, piece.as_of_ms // 1000))


def _joined(windows: Iterable[Window]) -> Iterator[Window]:
    """Put windows that lie side by side together; they come oldest first."""
    before: Window | None = None
    for window in windows:
        if before and before.end == window.start:
            before = Window(before.start, window.end)
        else:
            if before:
                yield before
            before = window
    if before:
        yield before


def _of_hour(table: pa.Table, hour_s: int) -> pa.Table:
    return bets.ordered(bets.in_window(table, hour_s, hour_s + HOUR_S))


def hour_text(hour_s: int) -> str:
    """Return an hour as people write it in commands and logs: "2026-03-15T09Z"."""
    return _name(hour_s, "%Y-%m-%dT%HZ")


def _name(time_s: int, form: str) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime(form)
