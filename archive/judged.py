"""What becomes of an hour by one more reading: proven rows give way to proven rows alone. Pure."""

from dataclasses import dataclass, replace

import pyarrow as pa

from archive import bets
from archive.bets import HourSums
from archive.pieces import Piece
from archive.proof import FINISHED, Explanation, HourRead, PieceState, judge


@dataclass(frozen=True, slots=True)
class JudgedHour:
    """An hour by its newest reading: the piece that counts from now on, and the one that did before."""

    piece: Piece
    before: Piece | None
    has_new_rows: bool
    """Whether the rows that were read are kept; else those of before stay where they are."""

    @property
    def is_new(self) -> bool:
        """Whether it is a version that was not there."""
        return self.before is None or self.piece.version > self.before.version

    @property
    def is_restated(self) -> bool:
        """Whether the provider changed what it had said, and not merely told it in full now."""
        return self.has_new_rows and self.before is not None and self.before.holds_proven_rows


def judged(read: HourRead, table: pa.Table, before: Piece | None, in_neighbours: int) -> JudgedHour:
    """Say what an hour is by a reading; `table` is what is kept of its rows, ordered, without forgotten ids.

    `in_neighbours`: how many of its bets stand in the hour before or after too.
    """
    state, why = judge(read, in_neighbours)
    is_proven = state is PieceState.PROVEN
    if before and (read.past_memory or (before.holds_proven_rows and not is_proven)):
        return _unproven(read, before, in_neighbours, why)
    if is_proven and table["event_id"].null_count:
        state = PieceState.ERASED
    digest, as_of_ms = bets.digest(table), int(read.as_of_s * 1000)
    if before and before.digest == digest and before.state is not PieceState.MISSING:
        piece = replace(before, state=state, why=why, theirs=read.theirs, as_of_ms=as_of_ms)
        return JudgedHour(piece, before, has_new_rows=False)
    # What is not proven is written over; what is keeps its number for whoever asks how it was.
    version = 1 if before is None else before.version + (before.state in FINISHED)
    piece = Piece(read.hour_s, version, state, why, bets.sums(table), read.theirs, as_of_ms, 0, digest, None)
    return JudgedHour(piece, before, has_new_rows=True)


def _unproven(read: HourRead, before: Piece, in_neighbours: int, why: Explanation | None) -> JudgedHour:
    """Keep proven rows that a reading does not prove anew; where the provider's sums left them, say so."""
    others = read.theirs is not None and read.theirs != before.ours
    if read.past_memory or not (in_neighbours or others):  # what came is cut, or late, or without its sums
        return JudgedHour(before, before, has_new_rows=False)
    if others:
        why = Explanation("The provider's sums are others than when it was proven.")
    return JudgedHour(doubted(before, why, read.theirs), before, has_new_rows=False)


def doubted(piece: Piece, why: Explanation | None, theirs: HourSums | None) -> Piece:
    """Return a proven piece as one that differs; its rows stay, and its proven version stays below it."""
    version = piece.version + (piece.state in FINISHED)
    return replace(piece, version=version, state=PieceState.DIFFERS, why=why, theirs=theirs)
