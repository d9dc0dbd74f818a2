"""Makes packs, and keeps what was made: the file itself in the ledger, its pieces in the archive."""

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select

from archive import pieces, pins
from archive.archive import Archive
from archive.pieces import Piece
from archive.store import FileDamaged
from dashboard.core.text import speaking
from ledger import audit
from ledger.audit import DONE, AuditEntry
from ledger.database import Books, Ledger
from ledger.schema import archive_files, packs
from reports.facts import Facts, pack_id
from reports.gather import PackSource, gather
from reports.pack import file_name, pack_bytes
from reports.pages import Report, report
from reports.sums import add_up

_TRIES = 3


class FilesGone(FileDamaged):
    """Files that a pack is made of have gone before it was kept."""

    def __init__(self) -> None:
        super().__init__("The archive changes while the pack is made. Try again.")


@dataclass(frozen=True, slots=True)
class MadePack:
    """A pack that was just made: how it is called, its file, what a reader must know of it, its pieces."""

    pack: str
    file: str
    content: bytes
    report: Report
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class KeptPack:
    """A pack as the ledger keeps it; `content` is the file."""

    pack: str
    month: str
    zone: str
    language: str
    made_at_ms: int
    who: str
    is_whole: bool
    sha256: str
    content: bytes


def make(source: PackSource, month: str, who: str) -> MadePack:
    """Make the pack of a month such as "2026-10" as all is known now, and keep it.

    Raises ValueError for what is no month, MonthNotBegun, FileDamaged where bets cannot be read, LedgerAway.
    """
    for _ in range(_TRIES):
        made = prepare(source, month)
        with suppress(FilesGone), source.archive.ledger.writing() as books:
            keep(books, made, who)
            return made
    raise FilesGone


def prepare(source: PackSource, month: str) -> MadePack:
    """Make the pack of a month, which is none before it is kept. Raises as `make` does."""
    facts, found = gather(source, month)
    with speaking(facts.language):
        made = report_of(source.archive, facts, found)
        return MadePack(pack_id(facts.as_bytes()), file_name(facts), pack_bytes(made), made, found)


def report_of(archive: Archive, facts: Facts, found: list[Piece]) -> Report:
    """Return the pages of a month, of pieces whose bets are as they were. Raises FileDamaged."""
    digests = {piece.hour_s: piece.digest for piece in found}
    added = add_up(archive, found, digests, facts.period, facts.clock_zone, facts.window_s)
    if added.wrong:
        raise FileDamaged(" ".join(added.wrong))
    return report(facts, added.by_day_and_game)


def keep(books: Books, made: MadePack, who: str) -> None:
    """Write a pack down, in the transaction of whatever it is made for.

    Raises FilesGone: then the transaction must not last.
    """
    facts, digest = made.report.facts, sha256(made.content).hexdigest()
    pieces.only_writer(books)
    paths = {piece.path for piece in made.pieces if piece.path}
    there = select(archive_files.c.path).where(archive_files.c.path.in_(paths))
    if set(books.scalars(there)) != paths:
        raise FilesGone
    row = {
        "id": made.pack,
        "month": facts.month,
        "zone": facts.zone,
        "language": facts.language,
        "made_at_ms": facts.made_at_ms,
        "who": who,
        "is_whole": made.report.is_whole,
        "sha256": digest,
        "content": made.content,
    }
    if kept(books, made.pack) is None:
        books.execute(insert(packs), row)
        pins.pin(books, made.pack, made.pieces)
        about = {"pack": made.pack, "month": facts.month, "zone": facts.zone, "sha256": digest}
        audit.write(books, AuditEntry(who, audit.PACK_MADE, about, DONE), facts.made_at_ms)


def kept(books: Books, pack: str) -> KeptPack | None:
    """Return a pack that was made here, None where there is none."""
    row = books.execute(select(packs).where(packs.c.id == pack)).first()
    return None if row is None else _kept(row)


def _kept(row: Any) -> KeptPack:
    return KeptPack(
        row.id,
        row.month,
        row.zone,
        row.language,
        row.made_at_ms,
        row.who,
        row.is_whole,
        row.sha256,
        row.content,
    )


def noted_digest(ledger: Ledger, pack: str) -> str | None:
    """Return the SHA-256 of a pack by the audit log, None where that knows no such pack."""
    with ledger.reading() as books:
        told = [audit.as_object(row.about) for row in audit.rows(books, audit.PACK_MADE)]
    return next((str(about.get("sha256")) for about in told if about.get("pack") == pack), None)
