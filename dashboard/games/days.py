"""Games × days: the sums of each game on each business day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboard.core.frames import totals_frame
from dashboard.core.metrics import Totals
from dashboard.games.luck import Volume, volume


@dataclass(frozen=True, slots=True, eq=False)
class GameDays:
    """`rows` holds for each game a place for each of `days`, oldest first: None where it is not known.

    `finished` is False for the day that is still running. `unlisted` is by how much the provider's total of
    all games differs from the sum of `rows`, a place a day: None where it is not known.
    """

    days: Sequence[date]
    finished: Sequence[bool]
    rows: Mapping[int, Sequence[Totals | None]]
    unlisted: Sequence[Totals | None] = ()

    @property
    def lacks_games(self) -> bool:
        """Whether the provider's total of a day is known to differ from the games."""
        return any(row != Totals() for row in self.unlisted if row is not None)

    def line(self, game_id: int) -> list[float] | None:
        """Bet amount by finished day in units of money, for a small line; None where no day is known."""
        places = zip(self.rows.get(game_id, ()), self.finished, strict=False)
        known = [row.bet_amount_li / 1000 for row, finished in places if finished and row is not None]
        return known or None

    def frame(self, game_id: int) -> pd.DataFrame:
        """One row a day of one game, as `frames.days_frame`."""
        rows = self.rows.get(game_id) or [None] * len(self.days)
        frame = pd.DataFrame({"date": pd.to_datetime(pd.Series(list(self.days)))})
        return frame.join(totals_frame(rows)).assign(finished=list(self.finished))

    def volume(self, game_id: int) -> Volume | None:
        """What the game's RTP over all known days is made of; None where nothing was bet."""
        return volume(
            (row.bet_count, row.bet_amount_li, row.gain_li)
            for row in self.rows.get(game_id, ())
            if row is not None
        )

    def moved_most(self, game_ids: Sequence[int], count: int) -> list[int]:
        """Up to `count` of `game_ids`, those first whose company gain moved most in absolute terms by day."""
        moved = {
            game_id: sum(abs(row.company_gain_li) for row in self.rows.get(game_id, ()) if row is not None)
            for game_id in game_ids
        }
        ranked = sorted((game_id for game_id in moved if moved[game_id]), key=lambda i: (-moved[i], i))
        return ranked[:count]
