"""Notes on days, games and players, kept in the ledger: what was said of a day, by whom and when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, insert, select

from dashboard.provider.merchant import Merchant
from ledger.audit import DONE, AuditEntry
from ledger.audit import write as write_audit
from ledger.database import Books
from ledger.schema import notes

LONGEST: Final = 200
MOST: Final = 200


class Subject(StrEnum):
    """What a note is on; that of a day is on the whole business."""

    DAY = "day"
    GAME = "game"
    PLAYER = "player"


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote at `at_ms` of a business day; `about` is the game's id or the player's user_id."""

    id: int
    subject: Subject
    about: str
    day: date
    said: str
    who: str
    at_ms: int


def notes_of(
    merchant: Merchant, first: date, last: date, subject: Subject, about: str = ""
) -> tuple[Note, ...]:
    """Return the notes on a game or a player and those on the days themselves, the oldest day first.

    The newest `MOST` of them. Asks no network. Raises LedgerAway.
    """
    found = [
        note
        for note in merchant.ledger.recent(_all, (notes,), merchant.clock())
        if first <= note.day <= last
        and (note.subject is Subject.DAY or (note.subject is subject and note.about == about))
    ]
    return tuple(found[-MOST:])


def _all(books: Books) -> list[Note]:
    return [
        Note(
            row.id, Subject(row.subject), row.about, date.fromisoformat(row.day), row.said, row.who, row.at_ms
        )
        for row in books.execute(select(notes).order_by(notes.c.day, notes.c.id))
    ]


def add_note(merchant: Merchant, subject: Subject, about: str, day: date, said: str, who: str) -> None:
    """Write a note, of `LONGEST` characters at most. Raises LedgerAway."""
    at_ms = int(merchant.clock() * 1000)
    values = {"subject": subject.value, "about": about, "day": day.isoformat(), "said": said[:LONGEST]}
    with merchant.ledger.writing() as books:
        books.execute(insert(notes).values(**values, who=who, at_ms=at_ms))
        write_audit(books, AuditEntry(who, "note written", values, DONE), at_ms)


def remove_note(merchant: Merchant, note_id: int, who: str) -> None:
    """Take a note away; the audit log keeps that it was there. Raises LedgerAway."""
    with merchant.ledger.writing() as books:
        gone = books.execute(delete(notes).where(notes.c.id == note_id))
        if gone.rowcount:
            entry = AuditEntry(who, "note removed", {"note": note_id}, DONE)
            write_audit(books, entry, int(merchant.clock() * 1000))
