"""Whether the files of an archive are as they were written; what is not is told, and read again."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from archive import bets, pieces
from archive.archive import Archive, hour_text
from archive.bets import HOUR_S, HourSums
from archive.pieces import Piece
from archive.proof import Explanation, PieceState
from archive.store import FileDamaged


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not as it was written: a sentence, and the hours that lie there, if any."""

    sentence: str
    hours_s: tuple[int, ...] = ()


def verify(archive: Archive) -> Iterator[Damage]:
    """Yield what is wrong with the files: their bytes, or their bets against what the pieces say.

    Asks no network. Raises LedgerAway.
    """
    with archive.ledger.reading() as books:
        files = pieces.all_files(books)
        found = pieces.latest(books)
    lying = defaultdict(list)
    for piece in found:
        if piece.path:
            lying[piece.path].append(piece)
    for each in files:
        hours = lying.get(each.file.path, [])
        try:
            archive.folder.check(each.file)
            if hours:
                _check_bets(archive, each.file.path, hours)
        except FileDamaged as error:
            yield Damage(str(error), tuple(piece.hour_s for piece in hours))
    known = {each.file.path for each in files}
    for path in sorted(set(lying) - known):
        yield Damage(f"{path} is not in the list of files.", tuple(piece.hour_s for piece in lying[path]))
    with archive.ledger.reading() as books:
        known |= pieces.left(books)
    for path in archive.folder.paths(str(archive.mch_id)):
        if path not in known:
            yield Damage(f"{path} is not of this archive; it is not read.")


def _check_bets(archive: Archive, path: str, hours: list[Piece]) -> None:
    table = archive.folder.read(path)
    if bets.sums(table) != sum((piece.ours for piece in hours), HourSums()):
        raise FileDamaged(f"{path} holds other bets than those of its hours.")
    for piece in hours:
        of_hour = bets.ordered(bets.in_window(table, piece.hour_s, piece.hour_s + HOUR_S))
        if piece.state is not PieceState.ERASED and bets.digest(of_hour) != piece.digest:
            raise FileDamaged(f"{path} does not hold the bets of {hour_text(piece.hour_s)}.")


def give_up(archive: Archive, damages: list[Damage]) -> int:
    """Have the hours that lie in damaged files be read again, as if they had never been; return how many."""
    hours = [hour_s for damage in damages for hour_s in damage.hours_s]
    for hour_s in hours:
        for piece in archive.pieces(hour_s, hour_s + HOUR_S):
            why = Explanation("Its file is damaged.")
            lost = replace(
                piece,
                state=PieceState.MISSING,
                why=why,
                path=None,
                ours=HourSums(),
                digest=bets.digest(bets.EMPTY),
            )
            with archive.ledger.writing() as books:
                pieces.write_over(books, lost, 0)
                if piece.path:
                    pieces.leave(books, [piece.path], archive.now_ms())
    return len(hours)
