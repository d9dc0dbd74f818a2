"""What is made of the archive's answers about bets: steps of time, bins of sizes, rows of bets and players.

Times are epoch seconds, amounts li.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.core.frames import game_types
from twoj_client.models import Bet, Game

STEPS_MIN: Final = (1, 5, 10, 30, 60, 180, 360)
"""How many minutes a step of `by_step` may have."""

_MINUTE_S: Final = 60
_MOST_STEPS: Final = 1600
_NAMES: Final = {
    "bet_amount": "bet_amount_li",
    "gain_amount": "gain_li",
    "credit_before_bet": "credit_before_li",
    "credit": "credit_li",
}
_BET: Final = tuple(_NAMES.get(name, name) for name in Bet.__struct_fields__)
_SUMS: Final = ("bet_count", "bet_amount_li", "gain_li")
_PLAYER: Final = ("user_id", "op_id", *_SUMS, "biggest_win_li")
_SIZE: Final = ("bet_count", "amount_li")
_TEXTS: Final = ("event_id", "draw_id", "op_id")


class Size(StrEnum):
    """What sizes are of: bets, or wins (what a bet gave back: bet + net result)."""

    BET = "bet"
    WIN = "win"


class Rank(StrEnum):
    """By what players are ranked."""

    BET = "bet"
    WON = "won"
    LOST = "lost"


def minutes_a_step(start_s: int, end_s: int) -> int:
    """How long the steps of `by_step` are for this window: as short as a chart can still show."""
    minutes = -(-(end_s - start_s) // _MINUTE_S)
    return next(step for step in STEPS_MIN if minutes <= step * _MOST_STEPS or step == STEPS_MIN[-1])


def by_step(
    sums: Iterable[tuple[int, ...]],
    start_s: int,
    end_s: int,
    minutes: int,
    unread: Collection[tuple[int, int]] = (),
) -> pd.DataFrame:
    """One row a step of so many minutes: `start_at`, `bet_count`, `bet_amount_li`, `gain_li`, `finished`.

    `sums` are times with these sums, each within a step. A step that overlaps a window that is `unread` is
    NA: part of a step is not the step. `finished` is False where `end_s` cuts a step short. Sums of other
    times are left out.
    """
    step_s = minutes * _MINUTE_S
    starts = np.arange(start_s, end_s, step_s)
    times, *columns = np.array([*sums], np.int64).reshape(-1, 1 + len(_SUMS)).T
    place = (times - start_s) // step_s
    within = (place >= 0) & (place < len(starts))
    frame = pd.DataFrame({"start_at": starts})
    known = np.ones(len(starts), bool)
    for gap_start, gap_end in unread:
        known[max((gap_start - start_s) // step_s, 0) : max(-(-(gap_end - start_s) // step_s), 0)] = False
    for name, column in zip(_SUMS, columns, strict=True):
        summed = np.zeros(len(starts), np.int64)
        np.add.at(summed, place[within], column[within])
        frame[name] = pd.array(summed, dtype="Int64")
        frame.loc[~known, name] = pd.NA
    return frame.assign(finished=starts + step_s <= end_s)


def busiest_step(steps: pd.DataFrame) -> tuple[int, int] | None:
    """Start (epoch seconds) and bets of the step (`by_step`) with the most, the first of equal ones."""
    counts = steps["bet_count"].fillna(0)
    if not counts.any():
        return None
    place = int(counts.to_numpy(dtype="int64").argmax())
    return int(steps["start_at"].iloc[place]), int(counts.iloc[place])


def sizes_frame(found: Mapping[int, tuple[int, int]], edges_li: Sequence[int]) -> pd.DataFrame:
    """One row a bin from the smallest size to the largest: `from_li`, `to_li`, `bet_count`, `amount_li`.

    `found` has number and sum by the edge where a bin begins: `from_li` <= size < `to_li`.
    """
    places = [place for place, edge in enumerate(edges_li) if edge in found]
    bins = range(places[0], places[-1] + 1) if places else range(0)
    edges = [(edges_li[each], edges_li[each + 1]) for each in bins]
    rows = [(*edge, *found.get(edge[0], (0, 0))) for edge in edges]
    return pd.DataFrame(rows, index=bins, columns=["from_li", "to_li", *_SIZE], dtype="Int64")


def unsized(bets: int, sizes: pd.DataFrame) -> int:
    """How many of so many bets have no size to draw: bets of 0, or bets that won nothing back."""
    return bets - int(sizes["bet_count"].sum())


def bets_frame(rows: Iterable[Sequence[int | str | None]], games: Iterable[Game]) -> pd.DataFrame:
    """Bets as the archive tells them, in their order, with `win_li` and the `type` of the game.

    `games` is the provider's list.
    """
    bets = _frame(rows, _BET)
    ids = bets["game_id"].tolist()
    type_of = game_types(set(ids), games)
    types = pd.array([type_of[game_id] for game_id in ids], dtype="string")
    return bets.assign(win_li=bets["bet_amount_li"] + bets["gain_li"], type=types)


def wins_frame(rows: Iterable[Sequence[int | str | None]], games: Iterable[Game], most: int) -> pd.DataFrame:
    """So many (`most`) of the bets (`bets_frame`) that gave back the most, these first."""
    by_win, ascending = ["win_li", "start_at", "event_id"], [False, False, True]
    return bets_frame(rows, games).sort_values(by_win, ascending=ascending, ignore_index=True).head(most)


def players_frame(rows: Iterable[Sequence[int | str | None]]) -> pd.DataFrame:
    """Players: `user_id`, `op_id`, `bet_count`, `bet_amount_li`, `gain_li`, `biggest_win_li`."""
    return _frame(rows, _PLAYER)


def _frame(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> pd.DataFrame:
    types = {name: "string" if name in _TEXTS else "Int64" for name in names}
    return pd.DataFrame([*rows], columns=[*names], dtype="object").astype(types)
