"""Whether an hour of bets is what the provider has: by its own pages, its neighbours and its sums. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from archive.bets import HOUR_S, HourSums, sums

PROVEN_AFTER_S: Final = 7200
"""So long after its end, by the provider's clock, an hour may still get late bets."""


class PieceState(StrEnum):
    """What is known of an hour."""

    OPEN = "open"
    """Not over for long enough to be proven."""
    PROVEN = "proven"
    DIFFERS = "differs"
    MISSING = "missing"
    """It could not be read."""
    ERASED = "erased"
    """It was proven; then somebody's ids were taken out of it."""


@dataclass(frozen=True, slots=True)
class HourRead:
    """What the provider said of an hour: its bets, and its sums (None: not to be had)."""

    hour_s: int
    table: pa.Table
    theirs: HourSums | None
    complete: bool
    """Whether its pages hold as many different bets as they say there are."""
    as_of_s: float
    by_provider_clock: bool


def judge(read: HourRead, in_neighbours: int) -> tuple[PieceState, str]:
    """Return the state of an hour as it was read, and why it is not proven ("" where it is).

    `in_neighbours`: how many of its bets stand in the hour before or after too.
    """
    over_s = read.as_of_s - read.hour_s - HOUR_S
    if over_s < PROVEN_AFTER_S or not read.by_provider_clock:
        return PieceState.OPEN, ""
    return (
        (PieceState.DIFFERS, why) if (why := contradiction(read, in_neighbours)) else (PieceState.PROVEN, "")
    )


def contradiction(read: HourRead, in_neighbours: int = 0) -> str:
    """Return what speaks against an hour, in a sentence; "" where nothing does."""
    if not read.complete:
        return "Its pages do not hold as many different bets as they say there are."
    times = read.table["start_at"]
    if len(times) and (pc.min(times).as_py() < read.hour_s or pc.max(times).as_py() >= read.hour_s + HOUR_S):
        return "It holds bets of another hour."
    if in_neighbours:
        return f"{in_neighbours} of its bets stand in the hour before or after too."
    if read.theirs is None:
        return "The provider did not say its sums."
    if (ours := sums(read.table)) != read.theirs:
        off = ours - read.theirs
        return (
            f"Its bets differ from the provider's sums by {off.count} bets, {off.bet_li} li of bets and"
            f" {off.gain_li} li of the players' result."
        )
    return ""
