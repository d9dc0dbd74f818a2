"""Pieces that something was made of which must be made again one day: their files stay, whatever comes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from archive.pieces import Piece
from ledger.database import Books
from ledger.schema import pack_pieces


@dataclass(frozen=True, slots=True)
class PinnedPiece:
    """An hour as it was when a pack was made of it, and where its rows still are.

    `digest` is that of its rows then, `row_digest` that of the same rows now: players' ids may have been
    taken out of them since, which changes no amount.
    """

    hour_s: int
    version: int
    digest: str
    row_digest: str
    path: str | None


def pin(books: Books, pack: str, pieces: Sequence[Piece]) -> None:
    """Have the files of these pieces stay for a pack."""
    rows = [
        {
            "pack": pack,
            "hour_s": piece.hour_s,
            "version": piece.version,
            "digest": piece.digest,
            "row_digest": piece.digest,
            "path": piece.path,
        }
        for piece in pieces
    ]
    if rows:
        books.execute(insert(pack_pieces), rows)


def pinned(books: Books, pack: str) -> list[PinnedPiece]:
    """Return the pieces of a pack, oldest first."""
    columns = [pack_pieces.c[name] for name in PinnedPiece.__dataclass_fields__]
    rows = books.execute(select(*columns).where(pack_pieces.c.pack == pack).order_by(pack_pieces.c.hour_s))
    return [PinnedPiece(*row) for row in rows]


def pinned_paths(books: Books) -> set[str]:
    """Return the files that stay for packs."""
    paths = select(pack_pieces.c.path).where(pack_pieces.c.path.is_not(None))
    return set(books.scalars(paths.distinct()))


def hours_in(books: Books, path: str) -> list[int]:
    """Return the hours whose pinned rows lie in a file."""
    hours = select(pack_pieces.c.hour_s).where(pack_pieces.c.path == path).distinct()
    return sorted(books.scalars(hours))


def move(books: Books, path: str, to: str, digests: Mapping[int, str]) -> None:
    """Say that the pinned rows of a file lie in another now, with these digests by hour."""
    for hour_s, digest in digests.items():
        of_hour = pack_pieces.c.path == path, pack_pieces.c.hour_s == hour_s
        books.execute(update(pack_pieces).where(*of_hour).values(path=to, row_digest=digest))
