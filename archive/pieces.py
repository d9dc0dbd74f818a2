"""The table of pieces: which hours were read, in which version, what is known of them, where they lie."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, case, func, insert, select, update

from archive.bets import BetChange, HourSums
from archive.proof import FINISHED, Explanation, PieceState
from archive.store import WrittenFile
from ledger.database import Books
from ledger.schema import archive_files, pack_pieces, pieces, restatements
from twoj_client.windows import DAY_S, HOUR_S, Window

ALWAYS_S: Final = 2**40
"""After all times."""
_LOCK: Final = 0x2A100
"""PostgreSQL's number for "somebody is changing the pieces": any number nobody else uses."""
_MOST_SAID: Final = 1000
"""So many changed bets of one hour are written down one by one; the sums of the versions tell of all."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An hour of bets in one version; times in epoch s or ms, amounts in li."""

    hour_s: int
    version: int
    state: PieceState
    why: Explanation | None
    ours: HourSums
    theirs: HourSums | None
    as_of_ms: int
    last_read_ms: int
    digest: str
    path: str | None

    @property
    def holds_proven_rows(self) -> bool:
        """Whether its rows were proven, whatever the provider says now; versions lie above such alone."""
        return self.state in FINISHED or (self.state is PieceState.DIFFERS and self.version > 1)


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A file that the archive may read, and the digest of the pieces that it is made of."""

    kind: str
    start_s: int
    file: WrittenFile
    row_count: int
    made_of: str


@dataclass(frozen=True, slots=True)
class DaySums:
    """What is known of a UTC day (its start in epoch s): how many of its hours are in which state, its bets.

    `why`: what keeps one of its hours from being proven.
    """

    day_s: int
    hours: Mapping[PieceState, int] = field(default_factory=dict)
    bets: int = 0
    why: Explanation | None = None


def latest(
    books: Books, start_s: int = 0, end_s: int = ALWAYS_S, *, but_for: Collection[PieceState] = ()
) -> list[Piece]:
    """Return the version that counts of each hour of a window (of all) that was read, oldest first.

    Hours in the states `but_for` are left out.
    """
    wanted = _latest(start_s, end_s).where(pieces.c.state.not_in([*but_for])).order_by(pieces.c.hour_s)
    return [_piece(row) for row in books.execute(wanted)]


@dataclass(frozen=True, slots=True)
class KnownHours:
    """All hours that were read, oldest first: as of when (ms) the finished ones are, and the others.

    `runs` are the windows of finished hours that lie side by side.
    """

    finished: Mapping[int, int]
    others: Sequence[Piece]
    runs: Sequence[Window]


def known_hours(books: Books) -> KnownHours:
    """Return what is known of all hours."""
    finished = _latest(0, ALWAYS_S).where(pieces.c.state.in_(FINISHED)).order_by(pieces.c.hour_s)
    rows = books.execute(finished.with_only_columns(pieces.c.hour_s, pieces.c.as_of_ms))
    as_of_ms = {hour_s: as_of_ms for hour_s, as_of_ms in rows}  # noqa: C416 - rows are no pairs to mypy
    runs = joined(Window(hour_s, hour_s + HOUR_S) for hour_s in as_of_ms)
    return KnownHours(as_of_ms, latest(books, but_for=FINISHED), tuple(runs))


def joined(windows: Iterable[Window]) -> Iterator[Window]:
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


def _latest(start_s: int, end_s: int) -> Select[Any]:
    return select(pieces).where(pieces.c.hour_s >= start_s, pieces.c.hour_s < end_s, _counts())


def _counts() -> ColumnElement[bool]:
    """Return the condition that a version is the newest of its hour."""
    newer = pieces.alias("newer")
    of_hour = newer.c.mch_id == pieces.c.mch_id, newer.c.hour_s == pieces.c.hour_s
    return ~select(newer.c.hour_s).where(*of_hour, newer.c.version > pieces.c.version).exists()


def by_day(books: Books) -> list[DaySums]:
    """Return what is known of each UTC day of which an hour was read, oldest first."""
    of = _latest(0, ALWAYS_S).subquery().c
    day_s = of.hour_s - of.hour_s % DAY_S
    sums = func.count(), func.sum(of.row_count), func.max(of.why)
    rows = books.execute(select(day_s, of.state, *sums).group_by(day_s, of.state).order_by(day_s)).all()
    days: dict[int, DaySums] = {}
    for at_s, state, hours, bets, why in rows:
        day = days.get(at_s, DaySums(at_s))
        days[at_s] = DaySums(
            at_s, {**day.hours, PieceState(state): hours}, day.bets + int(bets), day.why or _why(why)
        )
    return [*days.values()]


def first_hour(books: Books, *, but_for: Collection[PieceState] = (), with_bets: bool = False) -> int | None:
    """Return the first hour that was read, is in no state of `but_for`, and holds bets if that is wanted."""
    found = _latest(0, ALWAYS_S).where(pieces.c.state.not_in([*but_for])).subquery()
    first_s = select(func.min(found.c.hour_s)).where(found.c.row_count >= int(with_bets))
    return books.execute(first_s).scalar_one_or_none()


def extent(books: Books) -> tuple[int, int] | None:
    """Return the first and the last hour that were read, None where none was."""
    first, last = books.execute(select(func.min(pieces.c.hour_s), func.max(pieces.c.hour_s))).one()
    return None if first is None else (first, last)


def add(books: Books, new: Sequence[Piece], now_ms: int) -> None:
    """Write new versions of hours."""
    read = {"first_read_ms": now_ms, "last_read_ms": now_ms, "reads": 1}
    if new:
        books.execute(insert(pieces), [_row(piece) | read for piece in new])


def write_over(books: Books, piece: Piece, now_ms: int) -> None:
    """Write what is now known of a version that is there: it was read once more."""
    key = pieces.c.hour_s == piece.hour_s, pieces.c.version == piece.version
    same = pieces.c.digest == piece.digest
    reads = case((same, pieces.c.reads + 1), else_=1)
    books.execute(update(pieces).where(*key).values(**_row(piece), last_read_ms=now_ms, reads=reads))


def proven_below(books: Books, hour_s: int) -> Piece | None:
    """Return the newest version of an hour that was proven, None where none was."""
    proven = select(pieces).where(pieces.c.hour_s == hour_s, pieces.c.state.in_(FINISHED))
    row = books.execute(proven.order_by(pieces.c.version.desc()).limit(1)).first()
    return _piece(row) if row else None


def only_writer(books: Books) -> None:
    """Let others that change the pieces wait until this transaction ends; in SQLite all writers do."""
    if books.connection.dialect.name == "postgresql":
        books.connection.execute(select(func.pg_advisory_xact_lock(_LOCK, books.mch_id % 2**31)))


def due_again(books: Books, start_s: int, end_s: int) -> int:
    """Have the hours of a window be read again soon, as if they had never been; return how many."""
    hours = pieces.c.hour_s >= start_s, pieces.c.hour_s < end_s
    return books.execute(update(pieces).where(*hours, _counts()).values(last_read_ms=0)).rowcount


def is_asked_again(books: Books) -> bool:
    """Whether there are hours that somebody wants to be read again."""
    asked = select(pieces.c.hour_s).where(pieces.c.last_read_ms == 0, _counts()).limit(1)
    return books.execute(asked).first() is not None


def drop(books: Books, before_s: int) -> list[str]:
    """Take away all pieces before a UTC day, of packs too; return the files that then nothing refers to."""
    books.execute(pieces.delete().where(pieces.c.hour_s < before_s))
    books.execute(pack_pieces.delete().where(pack_pieces.c.hour_s < before_s))
    counts = archive_files.c.start_s < before_s, archive_files.c.left_at_ms.is_(None)
    return list(books.scalars(select(archive_files.c.path).where(*counts)))


def move(books: Books, moved: Sequence[Piece], path: str) -> set[str]:
    """Say that these versions lie in a file; return in which files the hours lay."""
    hours = pieces.c.hour_s.in_([piece.hour_s for piece in moved])
    left = set(books.scalars(select(pieces.c.path).where(hours, pieces.c.path.is_not(None)).distinct()))
    key = pieces.c.hour_s == bindparam("of_hour"), pieces.c.version == bindparam("of_version")
    lie = update(pieces).where(*key).values(path=path)
    books.execute(lie, [{"of_hour": piece.hour_s, "of_version": piece.version} for piece in moved])
    return left


def announce_file(books: Books, kind: str, start_s: int, path: str, until_ms: int) -> None:
    """Write that a file is about to be written: who ends in the middle leaves it, as of `until_ms`."""
    of_path = archive_files.c.path == path
    left = update(archive_files).where(of_path, archive_files.c.left_at_ms.is_not(None))
    if books.execute(left.values(left_at_ms=until_ms)).rowcount or books.scalar(
        select(archive_files.c.path).where(of_path)
    ):
        return
    row = {"path": path, "kind": kind, "start_s": start_s, "row_count": 0, "size_bytes": 0, "sha256": ""}
    books.execute(insert(archive_files), row | {"made_of": "", "written_at_ms": 0, "left_at_ms": until_ms})


def add_file(books: Books, made: ArchiveFile, now_ms: int) -> None:
    """Write that a file is there, whole."""
    row = {
        "path": made.file.path,
        "kind": made.kind,
        "start_s": made.start_s,
        "row_count": made.row_count,
        "size_bytes": made.file.size_bytes,
        "sha256": made.file.sha256,
        "made_of": made.made_of,
        "written_at_ms": now_ms,
    }
    path = archive_files.c.path == made.file.path
    if books.execute(update(archive_files).where(path).values(**row, left_at_ms=None)).rowcount == 0:
        books.execute(insert(archive_files), row)


def files(books: Books, kind: str, start_s: int, end_s: int) -> list[ArchiveFile]:
    """Return the files of a kind that count, of a window, oldest first."""
    wanted = (
        select(archive_files)
        .where(archive_files.c.kind == kind, archive_files.c.left_at_ms.is_(None))
        .where(archive_files.c.start_s >= start_s, archive_files.c.start_s < end_s)
    )
    return [_file(row) for row in books.execute(wanted.order_by(archive_files.c.start_s))]


def file(books: Books, path: str) -> WrittenFile | None:
    """Return a file as it was written, None where no such file is to be read."""
    row = books.execute(select(archive_files).where(archive_files.c.path == path)).first()
    return _file(row).file if row else None


def made_of_day(books: Books, day_s: int) -> list[str]:
    """Return the paths of what was made of a day's file."""
    made = archive_files.c.kind.not_in(["hour", "day"]), archive_files.c.start_s == day_s
    return list(books.scalars(select(archive_files.c.path).where(*made)))


def all_files(books: Books) -> list[ArchiveFile]:
    """Return all files that count."""
    return [
        _file(row) for row in books.execute(select(archive_files).where(archive_files.c.left_at_ms.is_(None)))
    ]


def size_bytes(books: Books) -> int:
    """Return how large the files that count are together."""
    sizes = select(func.sum(archive_files.c.size_bytes)).where(archive_files.c.left_at_ms.is_(None))
    return int(books.scalar(sizes) or 0)


def leave(books: Books, paths: Iterable[str], now_ms: int) -> None:
    """Write that nothing refers to these files any more."""
    for path in paths:
        books.execute(update(archive_files).where(archive_files.c.path == path).values(left_at_ms=now_ms))


def left(books: Books) -> set[str]:
    """Return the files that nothing refers to any more and that may still be there."""
    return set(books.scalars(select(archive_files.c.path).where(archive_files.c.left_at_ms.is_not(None))))


def drop_left(books: Books, before_ms: int) -> list[str]:
    """Take away the rows of files that nothing has referred to since before a time; return their paths.

    What packs are made of stays.
    """
    kept = select(pack_pieces.c.path).where(books.mine(pack_pieces), pack_pieces.c.path.is_not(None))
    left = archive_files.delete().where(
        archive_files.c.left_at_ms < before_ms, archive_files.c.path.not_in(kept)
    )
    return list(books.scalars(left.returning(archive_files.c.path)))


def add_restatements(
    books: Books, hour_s: int, version: int, changed: Sequence[BetChange], now_ms: int
) -> None:
    """Write down what the provider changed of an hour, bet by bet."""
    rows = [
        {
            "hour_s": hour_s,
            "version": version,
            "seen_at_ms": now_ms,
            "event_id": each.event_id,
            "change": each.change,
            "before": None if each.before is None else json.dumps(each.before),
            "after": None if each.after is None else json.dumps(each.after),
            "bet_li": each.sums.bet_li,
            "gain_li": each.sums.gain_li,
        }
        for each in changed[:_MOST_SAID]
    ]
    if rows:
        books.execute(insert(restatements), rows)


def restated(books: Books, since_id: int = 0, most: int = 1000) -> list[Any]:
    """Return rows of `restatements` with a higher id, the newest first."""
    newest = select(restatements).where(restatements.c.id > since_id).order_by(restatements.c.id.desc())
    return list(books.execute(newest.limit(most)))


def forget_restatements(books: Books, is_theirs: Callable[[Mapping[str, Any]], bool]) -> None:
    """Take out of the list of restatements what tells of a player's bets; their sums stay."""
    rows = books.execute(select(restatements.c.id, restatements.c.before, restatements.c.after)).all()
    for row in rows:
        told = [json.loads(each) for each in (row.before, row.after) if each]
        if any(is_theirs(bet) for bet in told):
            gone = {"event_id": "", "before": None, "after": None}
            books.execute(update(restatements).where(restatements.c.id == row.id).values(**gone))


def _piece(row: Any) -> Piece:
    theirs = None
    if row.their_count is not None:
        theirs = HourSums(row.their_count, row.their_bet_li, row.their_gain_li)
    return Piece(
        row.hour_s,
        row.version,
        PieceState(row.state),
        _why(row.why),
        HourSums(row.row_count, row.bet_li, row.gain_li),
        theirs,
        row.as_of_ms,
        row.last_read_ms,
        row.digest,
        row.path,
    )


def _why(told: str | None) -> Explanation | None:
    return Explanation(*json.loads(told)) if told else None


def _row(piece: Piece) -> dict[str, Any]:
    theirs = piece.theirs
    return {
        "hour_s": piece.hour_s,
        "version": piece.version,
        "state": str(piece.state),
        "why": json.dumps([piece.why.key, dict(piece.why.fields)]) if piece.why else "",
        "row_count": piece.ours.count,
        "bet_li": piece.ours.bet_li,
        "gain_li": piece.ours.gain_li,
        "their_count": theirs and theirs.count,
        "their_bet_li": theirs and theirs.bet_li,
        "their_gain_li": theirs and theirs.gain_li,
        "as_of_ms": piece.as_of_ms,
        "digest": piece.digest,
        "path": piece.path,
    }


def _file(row: Any) -> ArchiveFile:
    written = WrittenFile(row.path, row.sha256, row.size_bytes)
    return ArchiveFile(row.kind, row.start_s, written, row.row_count, row.made_of)
