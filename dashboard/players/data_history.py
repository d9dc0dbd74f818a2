"""What both ways to a player's rounds make of them: the games by name, and the currencies that were seen."""

from datetime import datetime
from typing import Final

import pandas as pd

from dashboard.core.text import Words, later
from dashboard.players.history import PlayerHistory
from dashboard.players.player import Player
from dashboard.provider.failures import sentence
from dashboard.provider.merchant import Merchant
from dashboard.rounds.frame import with_games
from twoj_client import TwoJError
from twoj_client.models import Game

_MOST_CURRENCIES: Final = 20


def history_of(
    merchant: Merchant,
    player: Player,
    rounds: pd.DataFrame,
    window: tuple[datetime, datetime],
    missing: tuple[tuple[int, int], ...],
    currencies: tuple[str, ...],
    *,
    every_field: bool,
) -> tuple[PlayerHistory, tuple[Words, ...]]:
    """Return a history of rounds (`rounds.together`), and a sentence where the list of games failed."""
    games, unnamed = _games(merchant)
    if player.op_id and currencies:
        merchant.player_currencies.put(player.op_id, currencies)
    seen = merchant.currencies
    seen.update(currencies[: max(0, _MOST_CURRENCIES - len(seen))])
    history = PlayerHistory(
        player,
        with_games(rounds, games),
        *window,
        missing,
        tuple(games),
        currencies,
        setting=merchant.currency,
        every_field=every_field,
    )
    return history, unnamed


def _games(merchant: Merchant) -> tuple[list[Game], tuple[Words, ...]]:
    try:
        return merchant.twoj.all.list().data, ()
    except TwoJError as error:
        return [], (later("The names of the games: {sentence}", sentence=sentence(error)),)
