"""What a player did in each game: the provider's own summary beside the sum of the rounds.

The provider sums up slots by game, and all games of the other types in one number without a count of bets.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd

from dashboard.core.formats import count, money, with_plus
from dashboard.core.frames import game_names, game_types
from dashboard.core.text import later, listed, text
from dashboard.players.balance import SummaryExcess
from twoj_client.models import SLOTS, Game, GamesUserSummary, SlotsUserRow

OTHERS: Final = later("All games that are not slots")
SUMS: Final = ("bet_count", "bet_amount_li", "gain_li")
_SUMMARY: Final = tuple(f"summary_{name}" for name in SUMS)
_UNKNOWN: Final = (None, None, None)
_DIFFERENCES: Final = {
    "bet_count": later("bets {difference}"),
    "bet_amount_li": later("bet amount {difference}"),
    "gain_li": later("net result {difference}"),
}


def player_games(
    rounds: pd.DataFrame,
    slots: Iterable[SlotsUserRow] | None,
    others: GamesUserSummary | None,
    games: Sequence[Game],
) -> pd.DataFrame:
    """One row a game, most bet first: `game_id`, `game`, `type`, and of its rounds the sums `SUMS`.

    `summary_…` is the same of the provider's summary: 0 where it leaves a slots game out, NA where it has
    none (other types) or its answer failed (`None`). The last row, without a `game_id`, is the sum of all
    games other than slots, to which the provider's summary of these belongs.
    """
    summaries = _sums((row.game_id, row.bet_count, row.bet_amount, row.gain_amount) for row in slots or ())
    columns = (rounds[name].tolist() for name in ("game_id", "bet_amount_li", "gain_li"))
    played = _sums((game_id, 1, bet_li, gain_li) for game_id, bet_li, gain_li in zip(*columns, strict=True))
    kinds = game_types({*played, *summaries}, games)
    names = game_names(games)
    rows: list[tuple[Any, ...]] = []
    for game_id, kind in kinds.items():
        name = names.get(game_id, str(game_id))
        absent = (0, 0, 0) if kind == SLOTS and slots is not None else _UNKNOWN
        own = played.get(game_id, (0, 0, 0))
        rows.append((game_id, name, kind, *own, *summaries.get(game_id, absent)))
    rows.sort(key=lambda row: (-row[4], row[0]))
    their = [sums for game_id, sums in played.items() if kinds[game_id] != SLOTS]
    summary = _UNKNOWN if others is None else (None, others.bet_amount, others.gain_amount)
    if their or summary[1]:
        in_sum = [sum(each) for each in zip((0, 0, 0), *their, strict=True)]
        rows.append((None, str(OTHERS), "", *in_sum, *summary))
    fields = ("game_id", "game", "type", *SUMS, *_SUMMARY)
    return pd.DataFrame(
        {
            name: pd.array(
                [row[place] for row in rows], dtype="string" if name in ("game", "type") else "Int64"
            )
            for place, name in enumerate(fields)
        }
    )


def differences(games: pd.DataFrame) -> list[str]:
    """Say of each row by how much the summary has more or less than the rounds, "" where it agrees.

    What the provider does not sum up is not compared.
    """
    found = []
    for row in games.to_dict("records"):
        parts = []
        for name, sentence in _DIFFERENCES.items():
            summary = row[f"summary_{name}"]
            more = 0 if pd.isna(summary) else summary - row[name]
            if more:
                difference = with_plus(count(more) if name == "bet_count" else money(more))
                parts.append(text(sentence.key, difference=difference))
        found.append(listed(parts))
    return found


def in_words(games: pd.DataFrame) -> str:
    """Which games' summary and rounds differ, and by how much; empty where all agree."""
    found = [
        text("{game}: {differences}", game=game, differences=words)
        for game, words in zip(games["game"].tolist(), differences(games), strict=True)
        if words
    ]
    return "; ".join(found)


def lacking(games: pd.DataFrame) -> list[SummaryExcess]:
    """What the summaries have beyond the rounds, by their net results."""
    return [
        SummaryExcess(str(row["game"]), int(row["summary_gain_li"] - row["gain_li"]))
        for row in games.to_dict("records")
        if not pd.isna(row["summary_gain_li"]) and row["summary_gain_li"] != row["gain_li"]
    ]


def _sums(rows: Iterable[tuple[int, int, int, int]]) -> dict[int, tuple[int, int, int]]:
    """Add up count, bet and gain by game id."""
    found: dict[int, tuple[int, int, int]] = {}
    for game_id, bet_count, bet_li, gain_li in rows:
        counts, bets_li, gains_li = found.get(game_id, (0, 0, 0))
        found[game_id] = (counts + bet_count, bets_li + bet_li, gains_li + gain_li)
    return found
