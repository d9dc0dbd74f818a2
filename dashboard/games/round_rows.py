"""Single rounds of a game as tables: the latest, and the biggest wins."""

from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.frames import local_times


def latest(rounds: pd.DataFrame, count: int) -> pd.DataFrame:
    """The last `count` of `rounds` (`rounds.rounds_frame`, oldest first), newest first."""
    return rounds.tail(count).iloc[::-1]


def biggest_wins(rounds: pd.DataFrame, count: int) -> pd.DataFrame:
    """Up to `count` rounds that gave the player the most back; of equal wins the newer first."""
    won = rounds[rounds["win_li"] > 0].iloc[::-1]
    return won.sort_values("win_li", ascending=False, kind="stable").head(count)


def round_table(rounds: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Add what a table shows: `time` in the business zone."""
    return rounds.assign(time=local_times(rounds["start_at"], zone)).reset_index(drop=True)
