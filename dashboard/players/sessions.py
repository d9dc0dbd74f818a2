"""Sessions: rounds of one player without a longer pause between them (numbers.md, "Sessions")."""

from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from dashboard.core.frames import local_times
from dashboard.core.query import PAUSE_MIN
from twoj_client.windows import HOUR_S

_DAY_H: Final = 24.0


def sessions_frame(rounds: pd.DataFrame, pause_min: int = PAUSE_MIN) -> pd.DataFrame:
    """One row a session, oldest first, from rounds that stand oldest first (`rounds.rounds_frame`).

    `start_at` and `end_at` (epoch seconds: the start of the first round, the end of the last), `length_s`,
    `bet_count`, `game_count`, `bet_amount_li`, `gain_li`, `biggest_win_li`. A session ends where the next
    round starts more than `pause_min` minutes after all rounds before it have ended.
    """
    starts = rounds["start_at"].to_numpy("int64")
    # A round whose end is not known ends no sooner than it starts.
    rounds = rounds.assign(end_at=rounds["end_at"].fillna(rounds["start_at"]))
    ends = np.maximum.accumulate(rounds["end_at"].to_numpy("int64"))
    begins = np.ones(len(rounds), dtype=bool)
    begins[1:] = starts[1:] - ends[:-1] > pause_min * 60
    numbered = rounds.assign(session=np.cumsum(begins))
    found = numbered.groupby("session").agg(
        start_at=("start_at", "min"),
        end_at=("end_at", "max"),
        bet_count=("event_id", "size"),
        game_count=("game_id", "nunique"),
        bet_amount_li=("bet_amount_li", "sum"),
        gain_li=("gain_li", "sum"),
        biggest_win_li=("win_li", "max"),
    )
    found.insert(2, "length_s", found["end_at"] - found["start_at"])
    return found.astype("Int64").reset_index(drop=True)


def by_local_day(sessions: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Cut sessions at local midnights, to be drawn a day a row.

    One row a part: `session` (its place in `sessions`), `date`, `from_h` and `to_h` (hours of the local
    clock, 0 to 24).
    """
    starts = local_times(sessions["start_at"], zone).dt.tz_localize(None)
    ends = local_times(sessions["end_at"], zone).dt.tz_localize(None)
    parts: list[tuple[int, pd.Timestamp, float, float]] = []
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        day = start.normalize()
        # Where clocks go back, a session may seem to end before it began.
        while day <= max(start, end):
            from_h = max(_hours(start, day), 0.0)
            to_h = min(max(_hours(end, day), from_h), _DAY_H)
            if to_h > 0 or day == start.normalize():
                parts.append((place, day, from_h, to_h))
            day += pd.Timedelta(days=1)
    return pd.DataFrame(parts, columns=["session", "date", "from_h", "to_h"])


def _hours(moment: pd.Timestamp, day: pd.Timestamp) -> float:
    return (moment - day).total_seconds() / HOUR_S
