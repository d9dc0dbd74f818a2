"""Takes a player out of the archive: the ids go, the amounts stay, so that the books stay right."""

from collections import defaultdict
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from archive import bets, pieces
from archive.archive import Archive
from archive.bets import HOUR_S, PERSONAL
from archive.pieces import Piece
from archive.proof import PieceState
from ledger import audit
from ledger.audit import DONE, AuditEntry
from ledger.database import Ledger

_FORGOTTEN: Final = "player forgotten"


def forget(archive: Archive, who: str, *, user_id: int | None = None, op_id: str | None = None) -> int:
    """Null the ids in all bets of a player, take the older files away, and write it in the audit log.

    Hours that hold such bets are `erased` from then on and are not read again. Returns how many bets it was.
    Asks no network. Raises LedgerAway, FileDamaged, OSError.
    """
    by_path = defaultdict(list)
    for piece in archive.pieces():
        if piece.path:
            by_path[piece.path].append(piece)
    erased = 0
    for path, of_file in by_path.items():
        table = archive.folder.read(path)
        theirs = _is_theirs(table, user_id, op_id)
        if count := pc.sum(theirs).as_py() or 0:
            hours = {at // HOUR_S * HOUR_S for at in table.filter(theirs)["start_at"].to_pylist()}
            archive.rewrite(
                of_file, [_erased(piece, hours) for piece in of_file], _without_ids(table, theirs)
            )
            erased += count
    archive.unlink_left(archive.now_ms() + 1)
    with archive.ledger.writing() as books:
        pieces.forget_restatements(books, user_id, op_id)
        whom = {"user_id": user_id, "op_id": op_id}
        audit.write(books, AuditEntry(who, _FORGOTTEN, {"bets": erased, **whom}, DONE), archive.now_ms())
    return erased


def is_forgotten(ledger: Ledger, user_id: int | None, op_id: str | None) -> bool:
    """Say whether a player was taken out of the archive by one of these ids. Raises LedgerAway."""
    with ledger.reading() as books:
        taken_out = [audit.as_object(row.about) for row in audit.rows(books, _FORGOTTEN)]
    ids = {("user_id", user_id), ("op_id", op_id)} - {("user_id", None), ("op_id", None)}
    return any(about.get(name) == value for about in taken_out for name, value in ids)


def _is_theirs(table: pa.Table, user_id: int | None, op_id: str | None) -> pa.ChunkedArray:
    of_user = pc.equal(table["user_id"], user_id) if user_id is not None else None
    of_op = pc.equal(table["op_id"], op_id) if op_id is not None else None
    both = of_user if of_op is None else of_op if of_user is None else pc.or_(of_user, of_op)
    return pc.fill_null(both, False)


def _erased(piece: Piece, hours_s: set[int]) -> Piece:
    return replace(piece, state=PieceState.ERASED) if piece.hour_s in hours_s else piece


def _without_ids(table: pa.Table, theirs: pa.ChunkedArray) -> pa.Table:
    for name in PERSONAL:
        column = pc.if_else(theirs, pa.scalar(None, table.schema.field(name).type), table[name])
        table = table.set_column(table.column_names.index(name), table.schema.field(name), column)
    return bets.ordered(table)
