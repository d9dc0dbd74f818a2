"""Which of a player's rounds are asked for, read from the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import ge, le
from typing import Any, Final

import pandas as pd

from dashboard.core.codes import FEATURES
from dashboard.core.formats import money
from dashboard.core.query import (
    BUY,
    FEATURE,
    GAME_IDS,
    MAX_BET,
    MIN_BET,
    MIN_WIN,
    RESULT,
    ROUND_TYPES,
    Parameter,
    Query,
)
from dashboard.core.text import later, text

FILTERS: Final[tuple[Parameter[Any], ...]] = (
    *(ROUND_TYPES, GAME_IDS, FEATURE, BUY, RESULT, MIN_BET, MAX_BET, MIN_WIN),
)
"""What of the address narrows down the rounds, in the order of `RoundQuery`."""


@dataclass(frozen=True, slots=True)
class RoundQuery:
    """What is empty or None is not narrowed down; amounts in li, both bounds included.

    `buy` and `result` are values of `query.BUY` and `query.RESULT`.
    """

    types: tuple[str, ...] = ()
    game_ids: tuple[int, ...] = ()
    features: tuple[int, ...] = ()
    buy: str | None = None
    result: str | None = None
    min_bet_li: int | None = None
    max_bet_li: int | None = None
    min_win_li: int | None = None

    def of(self, rounds: pd.DataFrame) -> pd.DataFrame:
        """Leave the rounds (`rounds.with_games`) that are asked for, in their order."""
        keep = pd.Series(data=True, index=rounds.index)
        for name, wanted in (("type", self.types), ("game_id", self.game_ids), ("feature", self.features)):
            if wanted:
                keep &= rounds[name].isin(wanted)
        if self.buy is not None:
            keep &= rounds["is_buy"].eq(self.buy == "yes").fillna(value=False)
        if self.result is not None:
            gain = rounds["gain_li"]
            keep &= {"won": gain > 0, "lost": gain < 0, "even": gain == 0}[self.result]
        for name, holds, bound_li in (
            ("bet_amount_li", ge, self.min_bet_li),
            ("bet_amount_li", le, self.max_bet_li),
            ("win_li", ge, self.min_win_li),
        ):
            if bound_li is not None:
                keep &= holds(rounds[name], bound_li)
        return rounds[keep.astype(bool)]

    def words(self, names: Mapping[int, str], currency: str | None = None) -> str:
        """What is left, in words for page and file; empty where nothing is narrowed down."""
        amounts = (
            (self.min_bet_li, later("Bet from {amount}")),
            (self.max_bet_li, later("Bet up to {amount}")),
            (self.min_win_li, later("Win from {amount}")),
        )
        parts = [
            ", ".join(str(ROUND_TYPES.choices[name]) for name in self.types),
            ", ".join(names.get(game_id, str(game_id)) for game_id in self.game_ids),
            ", ".join(str(FEATURES[feature]) for feature in self.features),
            "" if self.buy is None else str(BUY.choices[self.buy]),
            "" if self.result is None else str(RESULT.choices[self.result]),
            *(text(key.key, amount=money(li, currency)) for li, key in amounts if li is not None),
        ]
        return "; ".join(filter(None, parts))


def read_bet_query(query: Query) -> RoundQuery:
    """Read from an address which bets it asks for: of all bets only types and games can be told apart."""
    return RoundQuery(query.value(ROUND_TYPES), query.value(GAME_IDS))


def read_round_query(query: Query) -> RoundQuery:
    """Read from an address which rounds it asks for."""
    return RoundQuery(*(query.value(parameter) for parameter in FILTERS))
