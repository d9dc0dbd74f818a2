"""Takes a player out of the archive: the ids go, the amounts stay, so that the books stay right."""

from archive import forgotten, pieces, pins
from archive.archive import Archive
from ledger import audit
from ledger.audit import DONE, AuditEntry
from ledger.database import Ledger


def forget(archive: Archive, who: str, *, user_id: int | None = None, op_id: str | None = None) -> int:
    """Null the ids in all bets of a player, take the older files away, and write it in the audit log.

    From then on such bets lose their ids on their way in, however they come. Returns how many bets it was.
    Asks no network. Raises LedgerAway, FileDamaged, OSError.
    """
    with archive.ledger.writing() as books:
        pieces.only_writer(books)
        players = forgotten.add(books, user_id, op_id, archive.now_ms())
    erased, done = 0, set[str]()
    while todo := _paths(archive) - done:  # what came meanwhile
        for path in todo:
            erased += archive.forget(path, players)
        done |= todo
    archive.unlink_left(archive.now_ms() + 1)
    with archive.ledger.writing() as books:
        pieces.forget_restatements(books, players.is_one)
        whom = {"user_id": players.digest("user_id", user_id), "op_id": players.digest("op_id", op_id)}
        about = {"bets": erased} | whom
        audit.write(books, AuditEntry(who, "player forgotten", about, DONE), archive.now_ms())
    return erased


def _paths(archive: Archive) -> set[str]:
    """Return the files that hold bets: those that count, and those that stay for packs."""
    with archive.ledger.reading() as books:
        kept = pins.pinned_paths(books)
    return kept | {piece.path for piece in archive.pieces() if piece.path}


def is_forgotten(ledger: Ledger, user_id: int | None, op_id: str | None) -> bool:
    """Say whether a player was taken out of the archive by one of these ids. Raises LedgerAway."""
    with ledger.reading() as books:
        return forgotten.forgotten(books).is_one({"user_id": user_id, "op_id": op_id})
