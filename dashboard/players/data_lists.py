"""Who is back, whose luck is unusual, and who of those that came in a week still plays: from the archive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from math import sqrt
from typing import Any, Final

import pandas as pd

from archive.engine import Engine
from archive.questions import question
from dashboard.core.periods import business_day, day_start
from dashboard.core.query import View
from dashboard.core.text import later
from dashboard.luck import data as luck_data
from dashboard.luck.expectation import Expectation
from dashboard.players.data_search import MOST_RANKED, ask_players
from dashboard.provider.archived import NotArchived, first_held, from_archive, lacking
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading

LEAST_BETS: Final = 100
"""Of fewer bets no luck is told."""
WEEKS: Final = 8


def returning_players(merchant: Merchant, view: View) -> Reading[pd.DataFrame]:
    """Players of a period who bet before it, but not in as many days right before it; most bet first.

    As `data_search.ranked_players`. Raises NotArchived, also where not all of those days are held.
    """
    start, end = view.period.window(view.zone)
    gone = start - (end - start)
    if lacking(merchant, gone, view.end):
        raise NotArchived(
            later("Who is back can be told once the archive holds as many days before the period.")
        )
    found = from_archive(merchant, view.start, view.end, partial(ask_players, "players"))
    known = partial(_ids, merchant)
    back = found.value["user_id"].isin(known(first_held(merchant), gone) - known(gone, start))
    rows = found.value[back].sort_values(["bet_amount_li", "user_id"], ascending=[False, True])
    shown = rows.head(MOST_RANKED).assign(players=len(rows)).reset_index(drop=True)
    return replace(found, value=shown)


def _ids(merchant: Merchant, start: datetime, end: datetime) -> set[int]:
    if start >= end:
        return set()
    found = from_archive(merchant, start, end, partial(ask_players, "players")).value
    return set(found["user_id"].dropna().tolist())


def lucky_players(merchant: Merchant, view: View) -> Reading[pd.DataFrame]:
    """Players of a period by how far their result is from what was to be expected, the farthest first.

    As `data_search.ranked_players`, and `luck`: how many standard errors luck brought them, by the bets of
    all players in the days before. Of `LEAST_BETS` bets or more. Raises NotArchived, LedgerAway.
    """

    def ask(engine: Engine, start_s: int, end_s: int) -> pd.DataFrame:
        plays = engine.table(question("plays_of_players", start_s, end_s)).to_pandas()
        games = sorted(set(plays["game_id"].tolist()))
        lucks = luck_of_players(plays, luck_data.expected(merchant, games, view.start))
        players = ask_players("players", engine, start_s, end_s)
        players = players.assign(luck=players["user_id"].map(lucks).astype("Float64"))
        players = players[(players["bet_count"] >= LEAST_BETS) & players["luck"].notna()]
        order = players["luck"].abs().sort_values(ascending=False, kind="stable").index
        return players.loc[order].head(MOST_RANKED).assign(players=len(players)).reset_index(drop=True)

    return from_archive(merchant, view.start, view.end, ask)


def luck_of_players(plays: pd.DataFrame, expected: dict[int, Expectation]) -> dict[int, float]:
    """Return how many standard errors luck brought each player; games of which nothing is known do not count.

    `plays` has a row for each player and game: `user_id`, `game_id`, `bet_li`, `gain_li`, `bet_bet` (Σb²).
    """
    known = {game: each for game, each in expected.items() if each.sigma is not None}
    found: dict[int, list[float]] = {}
    names = ("user_id", "game_id", "bet_li", "gain_li", "bet_bet")
    for user_id, game_id, bet_li, gain_li, bet_bet in zip(
        *(plays[name].tolist() for name in names), strict=True
    ):
        game = known.get(game_id)
        if game is None or game.sigma is None:
            continue
        sums = found.setdefault(user_id, [0.0, 0.0])
        sums[0] += gain_li - bet_li * float(game.rtp - 1)
        sums[1] += game.sigma**2 * float(bet_bet) + (game.whole_error * bet_li) ** 2
    return {user_id: luck / sqrt(square) for user_id, (luck, square) in found.items() if square}


def cohorts(merchant: Merchant) -> Reading[tuple[list[datetime], Sequence[tuple[int, ...]]]]:
    """How many players of each week's first bets bet in each week since: starts of the weeks, and the rows.

    A row is a week's start, another's, both in epoch s, and how many whose first bet lies in the one bet in
    the other. The last `WEEKS` weeks; what lies before is one. Raises NotArchived, LedgerAway.
    """
    now, zone = merchant.now(), merchant.zone
    today = business_day(now, zone)
    monday = today - timedelta(days=today.weekday())
    starts = [day_start(monday - timedelta(weeks=n), zone).astimezone(zone) for n in range(WEEKS - 1, -1, -1)]
    first = min(first_held(merchant), starts[0] - timedelta(weeks=1))
    edges = [int(each.timestamp()) for each in (first, *starts, day_start(monday + timedelta(weeks=1), zone))]
    weeks = list(pairwise(edges))

    def ask(engine: Engine, start_s: int, end_s: int) -> tuple[list[datetime], Sequence[tuple[int, ...]]]:
        return starts, engine.numbers(question("cohorts", start_s, end_s, days=weeks))

    return from_archive(merchant, first, now, ask)


def cohorts_table(starts: Sequence[datetime], rows: Sequence[tuple[int, ...]]) -> pd.DataFrame:
    """Return a row for each week of first bets, the newest first: `week`, `players`, and `week_1` … of these.

    That is the part that bet so many weeks later, None where that week has not begun. Who came before all of
    these weeks is in none.
    """
    seconds = [int(each.timestamp()) for each in starts]
    counts = {(cohort_s, week_s): players for cohort_s, week_s, players in rows}
    table: list[dict[str, Any]] = []
    for place, cohort_s in enumerate(seconds):
        players = counts.get((cohort_s, cohort_s), 0)
        of_weeks = {
            f"week_{n}": counts.get((cohort_s, seconds[place + n]), 0) / players
            if players and place + n < len(seconds)
            else None
            for n in range(1, WEEKS)
        }
        table.append({"week": starts[place].date(), "players": players, **of_weeks})
    frame = pd.DataFrame(table[::-1])
    numbers = [name for name in map(str, frame) if name.startswith("week_")]
    return frame.astype(dict.fromkeys(numbers, "Float64") | {"players": "Int64"})
