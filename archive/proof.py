"""Whether an hour of bets is what the provider has: by its own pages, its neighbours and its sums. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from archive.bets import HourSums, all_differ, sums
from twoj_client.windows import HOUR_S

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


FINISHED: Final = (PieceState.PROVEN, PieceState.ERASED)
"""Nothing more is to be done for an hour in these states."""


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
    all_differ: bool = False
    """Whether its bets are known already to be different ones, and none to stand in the hours beside it."""
    past_memory: bool = False
    """Whether bets are gone, and the provider says nothing of any time before: its memory ends there."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is not as it should be: a key (the English sentence) and what fills its places."""

    key: str
    fields: Mapping[str, int | str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.key.format_map(self.fields)


def judge(read: HourRead, in_neighbours: int) -> tuple[PieceState, Explanation | None]:
    """Return the state of an hour as it was read, and why it is not proven (None where it is).

    `in_neighbours`: how many of its bets stand in the hour before or after too.
    """
    over_s = read.as_of_s - read.hour_s - HOUR_S
    if over_s < PROVEN_AFTER_S or not read.by_provider_clock:
        return PieceState.OPEN, None
    why = contradiction(read, in_neighbours)
    return PieceState.DIFFERS if why else PieceState.PROVEN, why


def contradiction(read: HourRead, in_neighbours: int = 0) -> Explanation | None:
    """Return what speaks against an hour; None where nothing does."""
    table = read.table
    if not read.complete or not (read.all_differ or all_differ(table["event_id"].chunks)):
        return Explanation("Its pages do not hold as many different bets as they say there are.")
    times = read.table["start_at"]
    if len(times) and (pc.min(times).as_py() < read.hour_s or pc.max(times).as_py() >= read.hour_s + HOUR_S):
        return Explanation("It holds bets of another hour.")
    if in_neighbours:
        return Explanation(
            "Some of its bets stand in the hour before or after too: {count}.", {"count": in_neighbours}
        )
    if read.theirs is None:
        return Explanation("The provider did not say its sums.")
    off = sums(read.table) - read.theirs
    if off == HourSums():
        return None
    return Explanation(
        "Its bets differ from the provider's sums: number of bets {count}, bet amount {bet_li} li, players'"
        " result {gain_li} li.",
        {"count": off.count, "bet_li": off.bet_li, "gain_li": off.gain_li},
    )


def loses_its_beginning(before: pa.Table, after: pa.Table) -> bool:
    """Whether bets are gone, and all that are gone began before all that are left."""
    if len(after) >= len(before):
        return False
    if not len(after):
        return True
    first = pc.min(after["start_at"])
    kept = pc.sum(pc.greater_equal(before["start_at"], first)).as_py()
    return bool(kept <= len(after))
