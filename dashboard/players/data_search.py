"""Which players there are, from the archive: those whose id holds a text, and the first of a ranking."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import pandas as pd

from archive.engine import Engine
from archive.questions import question
from dashboard.core.query import View
from dashboard.core.text import later
from dashboard.provider.archived import NotArchived, first_held, from_archive, lacking
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from dashboard.rounds.frame import ARROW_DTYPES

MOST_FOUND: Final = 20
MOST_RANKED: Final = 25
NEW: Final = "new"
"""The ranking of those whose first bet in the archive lies in the period."""
_NAMES: Final = {"bets": "bet_count", "bet_li": "bet_amount_li"}


def found_players(merchant: Merchant, part: str) -> Reading[pd.DataFrame]:
    """Find the players of whom an id holds a text: `user_id`, `op_id`, `bet_count` and `last_s` of each.

    In all that the archive holds, large and small letters alike; whoever has it as a whole id first, then
    who has most bets, `MOST_FOUND` at most. Asks no network. Raises NotArchived, LedgerAway.
    """
    ask = partial(ask_players, "find_players", part=part, most=MOST_FOUND)
    return from_archive(merchant, first_held(merchant), merchant.now(), ask)


def ranked_players(
    merchant: Merchant, view: View, rank: str, games: Sequence[int] = ()
) -> Reading[pd.DataFrame]:
    """The first `MOST_RANKED` players of a period by one of `query.RANK`, with their sums in it.

    Of these `games`, none: of all.

    `user_id`, `op_id`, `bet_count`, `bet_amount_li`, `gain_li` (theirs), `first_s`, `last_s`, and `players`:
    how many there are in all. Asks no network. Raises NotArchived, also where the archive does not hold as
    many days before the period, so that nobody can be called new; LedgerAway.
    """
    start_s = int(view.start.timestamp())
    ask = partial(ask_players, "ranked_players", by=rank, since_s=start_s, most=MOST_RANKED, games=games)
    if rank != NEW:
        return from_archive(merchant, view.start, view.end, ask)
    found = from_archive(merchant, first_held(merchant), view.end, ask)
    start, end = view.period.window(view.zone)
    if lacking(merchant, start - (end - start), view.end):
        raise NotArchived(
            later("Who is new can be told once the archive holds as many days before the period.")
        )
    return found


def ask_players(name: str, engine: Engine, start_s: int, end_s: int, **values: Any) -> pd.DataFrame:
    """Answer a question about players in a frame, with the fields' own names."""
    table = engine.table(question(name, start_s, end_s, **values))
    found: pd.DataFrame = table.to_pandas(types_mapper=ARROW_DTYPES.get).rename(columns=_NAMES)
    return found
