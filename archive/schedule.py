"""Which hours to read next: newest first, then backwards, and what may have changed again later. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archive.pieces import Piece
from archive.proof import PROVEN_AFTER_S, PieceState
from twoj_client.windows import DAY_S, HOUR_S, hour_of, utc_day_of

_MINUTE_S: Final = 60
OPEN_READS_S: Final = (10 * _MINUTE_S, PROVEN_AFTER_S + 5 * _MINUTE_S)
"""An hour that is over is read so long after its end, and each hour from then on, until it is proven."""
PROVEN_READS_S: Final = (DAY_S, 3 * DAY_S, 14 * DAY_S)
"""A bet that moves to another player leaves the sums as they were: proven hours are read again."""
_RETRY_S: Final = HOUR_S
SILENT_DAYS: Final = 14
"""Where so many days in a row hold nothing, the provider's memory ends."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far back the archive is to reach: the first hour, and whether nothing lies before it."""

    first_hour_s: int
    memory_ends: bool


def horizon(pieces: Mapping[int, Piece], now_s: float, days: int) -> Horizon:
    """Return how far back to go: `days`, or to where the provider has said nothing for two weeks."""
    today_s = utc_day_of(now_s)
    wanted_s = today_s - (days - 1) * DAY_S
    silent = 0
    for day_s in range(today_s - DAY_S, wanted_s - 1, -DAY_S):
        hours = [pieces.get(hour_s) for hour_s in range(day_s, day_s + DAY_S, HOUR_S)]
        is_silent = all(
            piece and piece.state is PieceState.PROVEN and not piece.ours.count for piece in hours
        )
        silent = silent + 1 if is_silent else 0
        if silent == SILENT_DAYS:
            return Horizon(day_s, memory_ends=True)
    return Horizon(wanted_s, memory_ends=False)


def is_due(piece: Piece, now_s: float) -> bool:
    """Whether an hour that was read is to be read again."""
    if not piece.last_read_ms:  # somebody asked for it
        return True
    end_s, read_s, as_of_s = piece.hour_s + HOUR_S, piece.last_read_ms / 1000, piece.as_of_ms / 1000
    # What has not healed for long seldom does: the older, the more rarely.
    is_retried = now_s >= read_s + max(_RETRY_S, (read_s - end_s) / 4)
    if piece.state in (PieceState.DIFFERS, PieceState.MISSING):
        return is_retried
    is_open = piece.state is PieceState.OPEN
    passed = [end_s + each for each in (OPEN_READS_S if is_open else PROVEN_READS_S) if end_s + each <= now_s]
    if not passed or read_s < passed[-1]:
        return bool(passed)
    # By the provider's clock it is too young yet; or it was cut when it was read, and so not told anew.
    is_left = end_s + OPEN_READS_S[-1] <= now_s if is_open else as_of_s < passed[-1] - PROVEN_AFTER_S
    return is_left and is_retried


def next_hours(pieces: Mapping[int, Piece], now_s: float, first_hour_s: int, most: int) -> list[int]:
    """Return the hours to read next, all of one UTC day and one after the other; none where nothing is due.

    First those that have just ended, then those to be read again, newest first, then those never read, as far
    back as `first_hour_s`.
    """
    over = range(hour_of(now_s) - HOUR_S, first_hour_s - 1, -HOUR_S)
    fresh = [hour_s for hour_s in over[:3] if hour_s not in pieces]
    over_by_s = hour_of(now_s)
    due = sorted(
        (hour_s for hour_s, piece in pieces.items() if hour_s < over_by_s and is_due(piece, now_s)),
        reverse=True,
    )
    never = (hour_s for hour_s in over if hour_s not in pieces)
    newest = next(iter([*fresh, *due]), None)
    if newest is not None:
        wanted = {*fresh, *due}
    elif (newest := next(never, None)) is not None:
        wanted = {newest, *never}
    else:
        return []
    hours = [newest]
    while len(hours) < most and hours[-1] % DAY_S and hours[-1] - HOUR_S in wanted:
        hours.append(hours[-1] - HOUR_S)
    return hours[::-1]
