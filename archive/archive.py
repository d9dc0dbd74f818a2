"""The archive of one merchant: hours come in, are proven, lie in files, and are read as one table of bets."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from archive import bets, pieces, pins
from archive.bucket import Bucket
from archive.forgotten import ForgottenPlayers, forgotten
from archive.judged import JudgedHour, doubted, judged
from archive.pieces import ArchiveFile, Piece
from archive.proof import FINISHED, Explanation, HourRead, PieceState, contradiction, loses_its_beginning
from archive.store import FileDamaged, Folder, parquet_table
from ledger import schema
from ledger.database import Books, Ledger
from twoj_client.windows import DAY_S, HOUR_S, Window, hour_of, utc_day_of

R = TypeVar("R")

_YOUNG: Final = (PieceState.OPEN, PieceState.MISSING)
_ANNOUNCED_MS: Final = HOUR_S * 1000
"""Long after the writing of a file: then nothing refers to it because its writer came to an end."""
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
            return pieces.latest(books, hour_of(start_s), end_s)

    def extent(self) -> tuple[int, int] | None:
        """Return the first and the last hour that were read, None where none was; seconds old at most."""
        return self.recent(pieces.extent)

    def is_asked_again(self) -> bool:
        """Whether somebody wants hours to be read again that were."""
        with self.ledger.reading() as books:
            return pieces.is_asked_again(books)

    def keep(self, hours: Sequence[HourRead]) -> list[Kept]:
        """Write hours as they were read now: each replaces what was read of it before, nothing is merged.

        Rows that were proven are replaced by proven rows alone. Where another process changes these hours
        meanwhile, they are judged again.
        """
        with self._writing:
            while True:
                kept = self._keep(hours)
                if kept is not None:
                    return kept

    def _keep(self, hours: Sequence[HourRead]) -> list[Kept] | None:
        base = self._base(hours[0].hour_s - HOUR_S, hours[-1].hour_s + 2 * HOUR_S)
        tables = {read.hour_s: base.forgotten.taken_out(_of_hour(read.table, read.hour_s)) for read in hours}
        found = self._judged(hours, tables, base.pieces)
        files = self._write(found, tables, base.pieces)
        changes = {each.piece.hour_s: self._changes(each, tables) for each in found}
        with self.ledger.writing() as books:
            if not base.still_is(books):
                return None
            pieces.add(books, [each.piece for each in found if each.is_new], self.now_ms())
            for each in found:
                self._put(books, each, changes[each.piece.hour_s])
            for made, of_file in files:
                self._refer(books, made, of_file)
        for each in found:
            if each.has_new_rows and each.piece.hour_s in (hours[0].hour_s, hours[-1].hour_s):
                self._remember(each.piece, tables[each.piece.hour_s])
        return [Kept(each.piece, len(changes[each.piece.hour_s])) for each in found]

    def miss(self, hour_s: int, why: Explanation) -> Piece:
        """Write that an hour could not be read; what was read of it before stays, and what was proven is."""
        with self._writing, self.ledger.writing() as books:
            pieces.only_writer(books)
            before = next(iter(pieces.latest(books, hour_s, hour_s + HOUR_S)), None)
            if before is None:
                digest = bets.digest(bets.EMPTY)
                none = Piece(hour_s, 1, PieceState.MISSING, why, bets.HourSums(), None, 0, 0, digest, None)
                pieces.add(books, [none], self.now_ms())
            elif before.holds_proven_rows:
                pieces.write_over(books, before, self.now_ms())
            else:
                state = PieceState.DIFFERS if before.path else PieceState.MISSING
                pieces.write_over(books, replace(before, state=state, why=why), self.now_ms())
            return pieces.latest(books, hour_s, hour_s + HOUR_S)[0]

    def _base(self, start_s: int, end_s: int) -> "_Base":
        """Return what is known of the UTC days that a window touches."""
        start_s, end_s = utc_day_of(start_s), end_s + -end_s % DAY_S
        with self.ledger.reading() as books:
            return _Base(start_s, end_s, pieces.latest(books, start_s, end_s), forgotten(books))

    def _judged(
        self, hours: Sequence[HourRead], tables: Mapping[int, pa.Table], around: Sequence[Piece]
    ) -> list[JudgedHour]:
        """Say what hours are by this reading, and which of their neighbours are not proven any more by it."""
        known = {piece.hour_s: piece for piece in around}
        now = {read.hour_s: read.table["event_id"].combine_chunks() for read in hours}
        ids = now | self._ids_beside(now, known)
        pairs = ([ids[at_s] for at_s in (hour_s, hour_s + HOUR_S) if at_s in ids] for hour_s in ids)
        all_differ = all(bets.all_differ(pair) for pair in pairs)
        found: list[JudgedHour] = []
        doubts: dict[int, Explanation] = {}
        for read in hours:
            beside = {} if all_differ else _count_beside(read, ids)
            told = replace(read, all_differ=all_differ)
            found.append(judged(told, tables[read.hour_s], known.get(read.hour_s), sum(beside.values())))
            why = contradiction(read, sum(beside.values())) if any(beside.values()) else None
            if why and contradiction(read) is None:
                doubts |= {hour_s: why for hour_s, count in beside.items() if count and hour_s not in now}
        for hour_s, why in doubts.items():
            if known[hour_s].state in FINISHED:
                piece = doubted(known[hour_s], why, known[hour_s].theirs)
                found.append(JudgedHour(piece, known[hour_s], has_new_rows=False))
        return found

    def _ids_beside(self, now: Mapping[int, pa.Array], known: Mapping[int, Piece]) -> dict[int, pa.Array]:
        """Return the ids of the hours beside those that were read now, as these were read before."""
        found = {}
        beside = {hour_s + step for hour_s, ids in now.items() if len(ids) for step in (-HOUR_S, HOUR_S)}
        for hour_s in beside - now.keys():
            if hour_s in known and known[hour_s].ours.count:
                with suppress(FileDamaged):
                    found[hour_s] = self._event_ids(known[hour_s])
        return found

    def _event_ids(self, piece: Piece) -> pa.Array:
        key = (piece.hour_s, piece.digest)
        if key not in self._ids:
            self._remember(piece, self.rows(piece))
        return self._ids[key]

    def _remember(self, piece: Piece, table: pa.Table) -> None:
        """Remember the ids of an hour: the next that is read may lie beside it."""
        if len(self._ids) >= _NEIGHBOURS:
            self._ids.pop(next(iter(self._ids)))
        self._ids[piece.hour_s, piece.digest] = table["event_id"].combine_chunks().drop_null()

    def is_past_memory(self, read: HourRead, before: Piece) -> bool:
        """Whether an hour lost what it had before all that is left: as where the provider's memory ends."""
        held: Piece | None = before
        if before.state is PieceState.MISSING:
            with self.ledger.reading() as books:
                held = pieces.proven_below(books, read.hour_s)
        if held is None or not read.complete or len(read.table) >= held.ours.count:
            return False
        try:
            return loses_its_beginning(self.rows(held), bets.ordered(read.table))
        except FileDamaged:
            return True

    def rows(self, piece: Piece) -> pa.Table:
        """Return the bets of a piece, ordered. Raises FileDamaged where they are not what was written."""
        return self.rows_of([piece])[0]

    def rows_of(self, of_hours: Sequence[Piece]) -> list[pa.Table]:
        """Return the bets of each of some pieces as `rows` does, reading each file once."""
        files = {path: self._read(path) for path in {piece.path for piece in of_hours} if path}
        found = []
        for piece in of_hours:
            table = _of_hour(files[piece.path], piece.hour_s) if piece.path else bets.EMPTY
            if bets.sums(table) != piece.ours:
                raise FileDamaged(f"{piece.path} does not hold the bets of {hour_text(piece.hour_s)}.")
            found.append(table)
        return found

    def _read(self, path: str) -> pa.Table:
        with self.ledger.reading() as books:
            file = pieces.file(books, path)
        if file is None:
            raise FileDamaged(f"{path} is not in the list of files.")
        (place,) = self.folder.places([file])
        return parquet_table(path, Path(place))

    def _write(
        self, found: Sequence[JudgedHour], tables: Mapping[int, pa.Table], known: Sequence[Piece]
    ) -> list[tuple[ArchiveFile, list[Piece]]]:
        """Write the files of new rows, and return each with the pieces that then lie in it.

        A file holds the versions that count of its hours and nothing else: where an hour of a day's file is
        replaced, the day is written anew.
        """
        by_day = _by_day(known)
        new = {each.piece.hour_s for each in found if each.has_new_rows}
        files = []
        for day_s in {utc_day_of(hour_s) for hour_s in new}:
            before = by_day.get(day_s, {})
            now = {each.piece.hour_s: each.piece for each in found}
            day = before | {hour_s: now[hour_s] for hour_s in now if day_s <= hour_s < day_s + DAY_S}
            is_joined = any(piece.path and _DAYS in piece.path for piece in before.values())
            if is_joined or _is_finished(day.values()):
                old = [piece for hour_s, piece in day.items() if hour_s not in new]
                parts = [*self.rows_of(old), *(tables[hour_s] for hour_s in day if hour_s in new)]
                files.append((self._day_file(day_s, list(day.values()), parts), list(day.values())))
            else:
                files += [
                    (self._hour_file(piece, tables[hour_s]), [piece])
                    for hour_s, piece in day.items()
                    if hour_s in new and piece.ours.count
                ]
        return files

    def _hour_file(self, piece: Piece, table: pa.Table) -> ArchiveFile:
        name = f"{_name(piece.hour_s, '%Y-%m-%dT%H')}-{piece.digest[:16]}.parquet"
        path = f"{self.mch_id}/hours/{name}"
        return self._new_file("hour", piece.hour_s, path, table, bets.digest_of([piece.digest]))

    def _day_file(self, day_s: int, of_day: Sequence[Piece], parts: Sequence[pa.Table]) -> ArchiveFile:
        table = pa.concat_tables(parts).combine_chunks().sort_by(bets.ORDER)
        made_of = bets.digest_of(piece.digest for piece in sorted(of_day, key=lambda piece: piece.hour_s))
        path = f"{self.mch_id}{_DAYS}{_name(day_s, '%Y-%m-%d')}-{made_of[:16]}.parquet"
        return self._new_file("day", day_s, path, table, made_of)

    def _new_file(self, kind: str, start_s: int, path: str, table: pa.Table, made_of: str) -> ArchiveFile:
        """Write a file; who ends in the middle of it leaves nothing that nobody knows of."""
        with self.ledger.writing() as books:
            pieces.announce_file(books, kind, start_s, path, self.now_ms() + _ANNOUNCED_MS)
        return ArchiveFile(kind, start_s, self.folder.write(path, table), len(table), made_of)

    def _put(self, books: Books, each: JudgedHour, changed: Sequence[bets.BetChange]) -> None:
        piece, before, now_ms = each.piece, each.before, self.now_ms()
        if not each.is_new:
            pieces.write_over(books, piece, now_ms)
        if each.has_new_rows and before and before.path and _DAYS not in before.path:
            pieces.leave(books, [before.path], now_ms)
        pieces.add_restatements(books, piece.hour_s, piece.version, changed, now_ms)

    def _refer(self, books: Books, made: ArchiveFile, of_file: Sequence[Piece]) -> None:
        """Have these pieces lie in a file, and nothing in those where their hours lay."""
        pieces.add_file(books, made, self.now_ms())
        left = pieces.move(books, of_file, made.file.path)
        pieces.leave(books, left - {made.file.path}, self.now_ms())

    def _changes(self, each: JudgedHour, tables: Mapping[int, pa.Table]) -> list[bets.BetChange]:
        if not each.is_restated or each.before is None:
            return []
        try:
            return bets.changes(self.rows(each.before), tables[each.piece.hour_s])
        except FileDamaged:  # what it was cannot be told any more but by its sums
            return []

    def join_days(self, start_s: int, end_s: int) -> int:
        """Put the hours of each whole finished UTC day of a window into one file; return of how many days."""
        return sum(self._join_day(day_s) for day_s in _by_day(self.pieces(start_s, end_s)))

    def _join_day(self, day_s: int) -> bool:
        with self._writing:
            base = self._base(day_s, day_s + DAY_S)
            paths = {piece.path for piece in base.pieces if piece.path}
            if not _is_finished(base.pieces) or all(_DAYS in path for path in paths):
                return False
            made = self._day_file(day_s, base.pieces, self.rows_of(base.pieces))
            with self.ledger.writing() as books:
                if still := base.still_is(books):
                    self._refer(books, made, base.pieces)
            return still

    def recent(self, read: Callable[[Books], R]) -> R:
        """Return what is read of the tables of pieces and files, some seconds old at most."""
        return self.ledger.recent(read, (schema.pieces, schema.archive_files), self.clock())

    def held(self, start_s: int, end_s: int, fresh_s: int) -> "Held | None":
        """Return how well a window is held; None where nothing of it is.

        `fresh_s`: hours that were read so shortly ago, by our clock, lack nothing.
        """
        first_s = hour_of(start_s)
        known = self.recent(pieces.known_hours)
        found = {piece.hour_s: piece for piece in known.others if first_s <= piece.hour_s < end_s}
        finished = [run for run in known.runs if run.start < end_s and first_s < run.end]
        read = {
            hour_s: each.as_of_ms for hour_s, each in found.items() if each.state is not PieceState.MISSING
        }
        if finished:
            last_s = min(finished[-1].end, end_s + -end_s % HOUR_S) - HOUR_S
            read[last_s] = known.finished[last_s]
        if not read:
            return None
        fresh_ms = self.now_ms() - fresh_s * 1000
        there = [*finished, *(Window(hour_s, hour_s + HOUR_S) for hour_s in found)]
        windows = list(_between(sorted(there), first_s, end_s))
        windows += [Window(_read_to_s(piece, fresh_ms), piece.hour_s + HOUR_S) for piece in found.values()]
        cut = (Window(max(start, start_s), min(end, end_s)) for start, end in windows)
        lacking = tuple(pieces.joined(sorted(window for window in cut if window.start < window.end)))
        return Held(
            max(read.items())[1],
            min([*found, *(window.start for window in lacking), end_s]),
            lacking,
            tuple(piece for piece in found.values() if piece.state is PieceState.DIFFERS),
        )

    def forget(self, path: str, players: ForgottenPlayers) -> int:
        """Write a file anew without the ids of players; return of how many bets.

        Sums and versions stay, and what was made of the file goes. Raises FileDamaged.
        """
        with self._writing:
            while True:
                erased = self._forget(path, players)
                if erased is not None:
                    return erased

    def _forget(self, path: str, players: ForgottenPlayers) -> int | None:
        of_file = [piece for piece in self.pieces() if piece.path == path]
        if not of_file:
            return self._forget_pinned(path, players)
        base = self._base(of_file[0].hour_s, of_file[-1].hour_s + HOUR_S)
        before = self._read(path)
        count: int = pc.sum(players.whose(before)).as_py() or 0
        if not count:
            return 0
        table = players.taken_out(before)
        after = [_erased(piece, _of_hour(table, piece.hour_s)) for piece in of_file]
        day_s = utc_day_of(of_file[0].hour_s)
        made = self._day_file(day_s, after, [table]) if _DAYS in path else self._hour_file(after[0], table)
        with self.ledger.writing() as books:
            if not base.still_is(books):
                return None
            for piece in after:
                pieces.write_over(books, piece, piece.last_read_ms)
            self._refer(books, made, after)
            pins.move(books, path, made.file.path, {piece.hour_s: piece.digest for piece in after})
            pieces.leave(books, pieces.made_of_day(books, day_s), self.now_ms())
        return count

    def _forget_pinned(self, path: str, players: ForgottenPlayers) -> int:
        """Do the same with a file that stays for packs alone."""
        with self.ledger.reading() as books:
            hours = pins.hours_in(books, path)
        before = self._read(path) if hours else bets.EMPTY
        count: int = pc.sum(players.whose(before)).as_py() or 0
        if count:
            table = players.taken_out(before)
            digests = {hour_s: bets.digest(_of_hour(table, hour_s)) for hour_s in hours}
            made_of = bets.digest_of(digests.values())
            to = f"{self.mch_id}/pinned/{_name(hours[0], '%Y-%m-%dT%H')}-{made_of[:16]}.parquet"
            made = self._new_file("pinned", hours[0], to, table, made_of)
            with self.ledger.writing() as books:
                pieces.add_file(books, made, self.now_ms())
                pieces.leave(books, [to], self.now_ms())
                pins.move(books, path, to, digests)
        return count

    def add_roll_up(
        self, kind: str, day_s: int, path: str, table: pa.Table, made_of: str, old: Sequence[str]
    ) -> None:
        """Write the sums of a day, made of its file's pieces, in the place of older ones."""
        made = self._new_file(kind, day_s, path, table, made_of)
        with self.ledger.writing() as books:
            pieces.add_file(books, made, self.now_ms())
            pieces.leave(books, [each for each in old if each != path], self.now_ms())

    def check_files(self) -> None:
        """Look whether the files of a folder are as they were written. Raises FileDamaged."""
        if isinstance(self.folder, Folder):  # a bucket sees to that by itself
            with self.ledger.reading() as books:
                files = pieces.all_files(books)
            self.folder.places([each.file for each in files])

    def is_elsewhere(self) -> bool:
        """Whether most files that the ledger names are not here: another server has another folder."""
        with self.ledger.reading() as books:
            paths = [each.file.path for each in pieces.all_files(books)]
        return self.folder.there(paths) * 2 < len(paths)

    def drop_before(self, day_s: int) -> None:
        """Let whole days before a UTC day leave the archive, with all that was made of them."""
        with self._writing, self.ledger.writing() as books:
            pieces.only_writer(books)
            pieces.leave(books, pieces.drop(books, day_s), self.now_ms())

    def unlink_left(self, before_ms: int) -> int:
        """Take away the files that nothing has referred to since before a time; return how many.

        What packs are made of stays.
        """
        with self.ledger.writing() as books:
            paths = pieces.drop_left(books, before_ms)
            for path in paths:  # while nobody can announce them anew
                self.folder.unlink(path)
        self.folder.clean(str(self.mch_id), before_ms / 1000)
        return len(paths)


def _count_beside(read: HourRead, ids: Mapping[int, pa.Array]) -> dict[int, int]:
    """Return how many bets of an hour stand in those beside it too."""
    found = {}
    for hour_s in (read.hour_s - HOUR_S, read.hour_s + HOUR_S):
        if hour_s in ids:
            found[hour_s] = pc.sum(pc.is_in(read.table["event_id"], ids[hour_s])).as_py() or 0
    return found


@dataclass(frozen=True, slots=True)
class _Base:
    """What was known of a window of hours when something was made of it, and who was forgotten by then."""

    start_s: int
    end_s: int
    pieces: list[Piece]
    forgotten: ForgottenPlayers

    def still_is(self, books: Books) -> bool:
        """Whether nothing of it has changed; nor does it until the transaction ends."""
        pieces.only_writer(books)
        found = pieces.latest(books, self.start_s, self.end_s)
        return (found, forgotten(books)) == (self.pieces, self.forgotten)


def _erased(piece: Piece, table: pa.Table) -> Piece:
    state = PieceState.ERASED if piece.state is PieceState.PROVEN else piece.state
    digest = bets.digest(table)
    return piece if digest == piece.digest else replace(piece, state=state, digest=digest)


def _by_day(of_hours: Iterable[Piece]) -> dict[int, dict[int, Piece]]:
    found: dict[int, dict[int, Piece]] = {}
    for piece in of_hours:
        found.setdefault(utc_day_of(piece.hour_s), {})[piece.hour_s] = piece
    return found


def _is_finished(of_day: Collection[Piece]) -> bool:
    """Whether these are all hours of a day, and none will be read again soon."""
    return len(of_day) == DAY_S // HOUR_S and all(piece.state not in _YOUNG for piece in of_day)


def _read_to_s(piece: Piece, fresh_ms: int) -> int:
    """Up to when an hour is known: one that was read before its end only as far as that, unless just now."""
    if piece.state is PieceState.MISSING:
        return piece.hour_s
    end_s = piece.hour_s + HOUR_S
    return end_s if piece.last_read_ms >= fresh_ms else max(piece.hour_s, min(end_s, piece.as_of_ms // 1000))


def _between(runs: Iterable[Window], start_s: int, end_s: int) -> Iterator[Window]:
    """What of a window lies between runs of hours; they come oldest first."""
    for run in runs:
        if start_s < run.start:
            yield Window(start_s, run.start)
        start_s = run.end
    if start_s < end_s:
        yield Window(start_s, end_s)


def _of_hour(table: pa.Table, hour_s: int) -> pa.Table:
    return bets.ordered(bets.in_window(table, hour_s, hour_s + HOUR_S))


def hour_text(hour_s: int) -> str:
    """Return an hour as people write it in commands and logs: "2026-03-15T09Z"."""
    return _name(hour_s, "%Y-%m-%dT%HZ")


def _name(time_s: int, form: str) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime(form)
