"""Whether the files of an archive are as they were written; what is not is told, and read again."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from archive import bets, pieces
from archive.archive import Archive, hour_text
from archive.bets import HourSums
from archive.pieces import Piece
from archive.proof import Explanation, PieceState
from archive.store import FileDamaged
from twoj_client.windows import HOUR_S


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not as it was written: a sentence, and the path of the file."""

    sentence: str
    path: str
    is_foreign: bool = False
    """Whether it is not a file of this archive, and so is never read."""


def verify(archive: Archive) -> Iterator[Damage]:
    """Yield what is wrong with the files: their bytes, or their bets against what the pieces say.

    Asks no network. Raises LedgerAway, OSError.
    """
    with archive.ledger.reading() as books:
        files = pieces.all_files(books)
        found = pieces.latest(books)
        left = pieces.left(books)
    lying = defaultdict(list)
    for piece in found:
        if piece.path:
            lying[piece.path].append(piece)
    for each in files:
        path = each.file.path
        try:
            archive.folder.check(each.file)
            if path in lying:
                _check_bets(archive, path, lying[path])
        except FileDamaged as error:
            yield Damage(str(error), path)
    known = {each.file.path for each in files}
    for path in sorted(set(lying) - known):
        yield Damage(f"{path} is not in the list of files.", path)
    for path in archive.folder.paths(str(archive.mch_id)):
        if path not in known | left and not path.endswith(".part"):  # of a writer that has not ended, or did
            yield Damage(f"{path} is not of this archive; it is not read.", path, is_foreign=True)


def _check_bets(archive: Archive, path: str, hours: list[Piece]) -> None:
    table = archive.folder.read(path)
    if bets.sums(table) != sum((piece.ours for piece in hours), HourSums()):
        raise FileDamaged(f"{path} holds other bets than those of its hours.")
    for piece in hours:
        of_hour = bets.ordered(bets.in_window(table, piece.hour_s, piece.hour_s + HOUR_S))
        if bets.digest(of_hour) != piece.digest:
            raise FileDamaged(f"{path} does not hold the bets of {hour_text(piece.hour_s)}.")


def give_up(archive: Archive, damages: Collection[Damage]) -> int:
    """Let go of damaged files, and have the hours in them be read again; return how many hours.

    What was made of other files is made again. Raises LedgerAway.
    """
    damaged = {damage.path for damage in damages}
    with archive.ledger.writing() as books:
        pieces.only_writer(books)
        lost = [piece for piece in pieces.latest(books) if piece.path in damaged]
        for piece in lost:
            version = piece.version + piece.holds_proven_rows  # what was proven once stays known
            missing = replace(
                piece,
                version=version,
                state=PieceState.MISSING,
                why=Explanation("Its file is damaged."),
                path=None,
                ours=HourSums(),
                digest=bets.digest(bets.EMPTY),
            )
            if version == piece.version:
                pieces.write_over(books, missing, 0)
            else:
                pieces.add(books, [missing], 0)
        pieces.leave(books, damaged, archive.now_ms())
    return len(lost)
