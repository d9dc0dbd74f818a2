"""Which of a player's rounds are asked for, read from the address."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

import pandas as pd

from dashboard.formats import LI_PER_UNIT, money
from dashboard.frames import GAME_TYPES, OTHER_TYPE
from dashboard.rounds import FEATURES

NAMES: Final = ("type", "game_id", "feature", "buy", "result", "min_bet", "max_bet", "min_win")
"""What of the address these filters are."""
TYPES: Final = (*GAME_TYPES, OTHER_TYPE)
BUYS: Final = {"yes": "Bought free games", "no": "Not bought"}
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?", re.ASCII)


class Result(StrEnum):
    """How a round ended for the player; the values of `result` in the query string."""

    WON = "won"
    LOST = "lost"
    EVEN = "even"


RESULTS: Final = {
    Result.WON: "The player won",
    Result.LOST: "The player lost",
    Result.EVEN: "Neither",
}


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """What is empty or None is not narrowed down; amounts in li, both bounds included.

    `problems` holds a sentence for each value of the address that could not be used.
    """

    types: tuple[str, ...] = ()
    game_ids: tuple[int, ...] = ()
    features: tuple[int, ...] = ()
    buy: bool | None = None
    result: Result | None = None
    min_bet_li: int | None = None
    max_bet_li: int | None = None
    min_win_li: int | None = None
    problems: tuple[str, ...] = ()

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
            keep &= {Result.WON: gain > 0, Result.LOST: gain < 0, Result.EVEN: gain == 0}[self.result]
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
            "" if self.buy is None else BUYS["yes" if self.buy else "no"],
            "" if self.result is None else RESULTS[self.result],
            "" if self.min_bet_li is None else f"Bet from {money(self.min_bet_li, currency)}",
            "" if self.max_bet_li is None else f"Bet up to {money(self.max_bet_li, currency)}",
            "" if self.min_win_li is None else f"Win from {money(self.min_win_li, currency)}",
        ]
        return "; ".join(part for part in parts if part)


def read_round_filter(query: Mapping[str, str]) -> RoundFilter:
    """Read the filters of rounds from a query: lists with commas, amounts in units of money ("2.5").

    What is wrong is left out, with a sentence.
    """
    problems: list[str] = []

    def chosen(name: str, what: str, known: Iterable[str] | None) -> tuple[str, ...]:
        found = [part.strip() for part in query.get(name, "").split(",") if part.strip()]
        if all(part in known if known is not None else _is_id(part) for part in found):
            return tuple(dict.fromkeys(found))
        problems.append(f"{what} Showing the rounds without this filter.")
        return ()

    def amount(name: str) -> int | None:
        text = query.get(name, "").strip()
        found = _li(text) if text else None
        if text and found is None:
            problems.append(
                f"{name} must be an amount such as 2.5, with three decimals at most."
                " Showing the rounds without this filter."
            )
        return found

    types = chosen("type", f"The type must be among {', '.join(TYPES)}.", TYPES)
    games = chosen("game_id", "The games must be numbers such as 1033,1062.", None)
    features = chosen("feature", "The feature must be among 0, 1, 2 and 3.", [str(key) for key in FEATURES])
    buy = chosen("buy", "buy must be yes or no.", BUYS)[:1]
    result = chosen("result", "The result must be won, lost or even.", [str(each) for each in Result])[:1]
    min_bet, max_bet, min_win = amount("min_bet"), amount("max_bet"), amount("min_win")
    return RoundFilter(
        types,
        tuple(map(int, games)),
        tuple(map(int, features)),
        buy[0] == "yes" if buy else None,
        Result(result[0]) if result else None,
        min_bet,
        max_bet,
        min_win,
        tuple(problems),
    )


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _li(text: str) -> int | None:
    """Read an amount in units of money as li; None where it is none."""
    return int(Decimal(text) * LI_PER_UNIT) if _AMOUNT.fullmatch(text) else None
