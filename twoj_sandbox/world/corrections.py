"""What the provider does to its past: rounds and bonuses that it does not show yet, or shows differently."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from twoj_sandbox.world.day import WorldDay


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Strikes the rounds that begin, and the bonuses that are created, in `start <= t < end` (epoch seconds).

    `hidden` ones are not there (as if they came late); the others' bet and result (a bonus' `win_amount`) are
    changed by so many li each.
    """

    start: int
    end: int
    hidden: bool = False
    bet_li: int = 0
    gain_li: int = 0

    def corrected(self, rows: npt.NDArray[np.void], time: str, gain: str) -> npt.NDArray[np.void]:
        """Return the rows, whose time and result have these names, as they are shown."""
        struck = (rows[time] >= self.start) & (rows[time] < self.end)
        if self.hidden:
            return rows[~struck]
        rows = rows.copy()
        rows["bet_amount"][struck] += self.bet_li
        rows[gain][struck] += self.gain_li
        return rows


def corrected_day(day: WorldDay, corrections: Sequence[Correction]) -> WorldDay:
    """Return the day as it is shown."""
    rounds = day.rounds
    for correction in corrections:
        rounds = correction.corrected(rounds, "start_at", "gain_amount")
    return WorldDay(day.day, rounds, day.stays)
