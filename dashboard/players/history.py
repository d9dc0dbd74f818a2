"""All rounds of a player in a period: what every part of the player's page is made of. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from dashboard.core.currencies import NOT_KNOWN, currency_name, unit
from dashboard.players.player import Player
from dashboard.provider.reading import Progressive, Reading
from twoj_client.models import Game


@dataclass(frozen=True, slots=True)
class PlayerHistory:
    """A player's rounds (`rounds.with_games`, oldest first) of a window, and the player with both ids.

    `missing` are windows in epoch seconds in which rounds are known to be missing. `currencies` are all of
    the player's (`currencies.currency_names`): where there are several, `in_currency` leaves the rounds of
    `currency` alone, as amounts of two are never added.
    """

    player: Player
    rounds: pd.DataFrame
    start: datetime
    end: datetime
    missing: tuple[tuple[int, int], ...]
    games: tuple[Game, ...]
    currencies: tuple[str, ...] = ()
    currency: str = ""
    setting: str | None = None
    """How amounts of no other currency are called."""
    every_field: bool = True
    """Whether the rounds have what the provider's own history says of them beside what all bets have."""

    @property
    def unit(self) -> str | None:
        """How its amounts are called."""
        return unit(self.currency, self.setting, alone=len(self.currencies) < 2)

    def holds(self, currency: str | None) -> bool:
        """Whether amounts of this currency, as the provider gives it, are of this history."""
        if len(self.currencies) < 2:
            return currency_name(currency) in (None, self.currency) or not self.currency
        return (currency_name(currency) or NOT_KNOWN) == self.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryProgress(Progressive[PlayerHistory]):
    """How far the reading of a history is: `rows` rounds so far. `known` is there once all parts are."""

    rows: int


def in_currency(known: Reading[PlayerHistory], wanted: str | None) -> Reading[PlayerHistory]:
    """Only the rounds of one currency, where a player has several: that which is `wanted`, else the first."""
    history = known.value
    names = history.currencies
    history = replace(history, currency=wanted if wanted in names else names[0] if names else "")
    if len(names) > 1:
        kept = [
            history.holds(None if pd.isna(text) else text) for text in history.rounds["currency"].tolist()
        ]
        history = replace(history, rounds=history.rounds[kept].reset_index(drop=True))
    return replace(known, value=history, currency=history.unit or history.currency)
