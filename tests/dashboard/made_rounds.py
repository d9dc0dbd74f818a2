"""Rounds made by hand, for tests."""

from itertools import pairwise
from typing import Any

import pandas as pd

from dashboard.rounds.frame import rounds_frame as frame_of
from dashboard.rounds.frame import together, with_games
from twoj_client.models import Game, GamesRound, SlotsRound

GAMES = [Game(1006, "Elves", "Slots"), Game(2011, "=Sic Bo", "Multiplayer")]


def slots(number: int, **changes: Any) -> SlotsRound:
    """A slots round of 1 unit that loses; `number` is its event id and its start in seconds."""
    values: dict[str, Any] = {
        "event_id": f"e{number}",
        "draw_id": f"d{number}",
        "user_id": 7,
        "op_id": "op",
        "currency": "$",
        "game_id": 1006,
        "bet_amount": 1000,
        "gain_amount": -1000,
        "credit_before_bet": 0,
        "credit": 0,
        "start_at": number,
        "end_at": number,
    }
    return SlotsRound(**values | changes)


def table(number: int, **changes: Any) -> GamesRound:
    """The same in a game that is not slots."""
    values: dict[str, Any] = {
        "event_id": f"e{number}",
        "draw_id": f"d{number}",
        "game_id": 2011,
        "bet_amount": 1000,
        "gain_amount": -1000,
        "credit_before_bet": 0,
        "credit": 0,
        "start_at": number,
        "end_at": number,
    }
    return GamesRound(**values | changes)


def rounds(*rows: SlotsRound | GamesRound) -> pd.DataFrame:
    """The rounds as pages have them."""
    return with_games(together([frame_of(rows)]), GAMES)


def chain(*steps: int | tuple[int, int], **changes: Any) -> pd.DataFrame:
    """Rounds, ten seconds apart from 100 on, whose credits run from one number to the next.

    A pair instead of a number is a jump: the credit after a round, and that before the next one.
    """
    pairs = [credit if isinstance(credit, tuple) else (credit, credit) for credit in steps]
    return rounds(
        *(
            slots(
                100 + 10 * place,
                credit_before_bet=before[1],
                credit=after[0],
                gain_amount=after[0] - before[1],
                **changes,
            )
            for place, (before, after) in enumerate(pairwise(pairs))
        )
    )
