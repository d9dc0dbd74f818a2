"""Which of a player's rounds are asked for, read from the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from dashboard.core.codes import FEATURES
from dashboard.core.formats import money
from dashboard.core.query import BUY, FEATURE, GAME_IDS, MAX_BET, MIN_BET, MIN_WIN, RESULT, ROUND_TYPES, Query

FILTERS: Final = (ROUND_TYPES, GAME_IDS, FEATURE, BUY, RESULT, MIN_BET, MAX_BET, MIN_WIN)
"""What of the address narrows down the rounds."""


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """What is empty or None is not narrowed down; amounts in li, both bounds included."""

    types: tuple[str, ...] = ()
    game_ids: tuple[int, ...] = ()
    features: tuple[int, ...] = ()
    buy: bool | None = None
    result: str | None = None
    min_bet_li: int | None = None
    max_bet_li: int | None = None
    min_win_li: int | None = None

    def of(self, rounds: pd.DataFrame) -> pd.DataFrame:
        """Leave the rounds (`rounds.with_games`) that are asked for, in their order."""
        keep = pd.Series(data=True, index=rounds.index)
        if self.types:
            keep &= rounds["type"].isin(self.types)
        if self.game_ids:
            keep &= rounds["game_id"].isin(self.game_ids)
        if self.features:
            keep &= rounds["feature"].isin(self.features)
        if self.buy is not None:
            keep &= rounds["is_buy"].eq(self.buy).fillna(value=False)
        if self.result is not None:
            gain = rounds["gain_li"]
            keep &= {"won": gain > 0, "lost": gain < 0, "even": gain == 0}[self.result]
        for name, low, high in (
            ("bet_amount_li", self.min_bet_li, self.max_bet_li),
            ("win_li", self.min_win_li, None),
        ):
            if low is not None:
                keep &= rounds[name] >= low
            if high is not None:
                keep &= rounds[name] <= high
        return rounds[keep.astype(bool)]

    def words(self, names: Mapping[int, str], currency: str | None = None) -> str:
        """What is left, in words for page and file; empty where nothing is narrowed down."""
        parts = [
            ", ".join(self.types),
            ", ".join(names.get(game_id, str(game_id)) for game_id in self.game_ids),
            ", ".join(FEATURES[feature] for feature in self.features),
            "" if self.buy is None else BUY.choices["yes" if self.buy else "no"],
            "" if self.result is None else RESULT.choices[self.result],
            "" if self.min_bet_li is None else f"Bet from {money(self.min_bet_li, currency)}",
            "" if self.max_bet_li is None else f"Bet up to {money(self.max_bet_li, currency)}",
            "" if self.min_win_li is None else f"Win from {money(self.min_win_li, currency)}",
        ]
        return "; ".join(part for part in parts if part)


def read_bet_filter(query: Query) -> RoundFilter:
    """Read from an address which bets it asks for: of all bets only types and games can be told apart."""
    return RoundFilter(query.value(ROUND_TYPES), query.value(GAME_IDS))


def read_round_filter(query: Query) -> RoundFilter:
    """Read from an address which rounds it asks for."""
    buy = query.value(BUY)
    return replace(
        read_bet_filter(query),
        features=query.value(FEATURE),
        buy=None if buy is None else buy == "yes",
        result=query.value(RESULT),
        min_bet_li=query.value(MIN_BET),
        max_bet_li=query.value(MAX_BET),
        min_win_li=query.value(MIN_WIN),
    )
