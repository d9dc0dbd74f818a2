"""All about one round, field by field, in words."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dashboard.core.formats import UNKNOWN, clock, money
from dashboard.core.text import later, text
from dashboard.rounds.frame import AWARD_TYPES, EXTRA_AMOUNTS

Fields = list[tuple[str, str]]
"""Names and values of fields, in the order in which they are shown."""

_TIMES: Final = {"start": later("Start"), "end": later("End")}
_AMOUNTS: Final = {
    "bet_amount_li": later("Bet"),
    "win_li": later("Win"),
    "gain_li": later("Net result"),
    "credit_before_li": later("Balance before"),
    "credit_li": later("Balance after"),
}
_IDS: Final = {"draw_id": later("Round id"), "event_id": later("Event id")}
_EXTRA: Final = {
    "award_type": later("Award"),
    "base_amount": later("Base game win"),
    "free_amount": later("Free games win"),
    "bonus_amount": later("Bonus win"),
    "jackpot_amount": later("Jackpot win"),
    "extra_spins": later("Extra spins"),
}
_GAMES: Final = {
    "bet_areas": later("Bet areas"),
    "win_areas": later("Win areas"),
    "game_result": later("Result"),
    "award_odds": later("Odds"),
}


def facts(row: Mapping[str, Any], currency: str | None) -> Fields:
    """What every round has; `row` is one of `round_table.rounds_table`."""
    amounts = {name: None if pd.isna(row[name]) else int(row[name]) for name in _AMOUNTS}
    return [
        (text("Game"), f"{row['game']} ({row['game_id']})"),
        *((str(label), clock(row[name])) for name, label in _TIMES.items()),
        *((str(label), money(amounts[name], currency)) for name, label in _AMOUNTS.items()),
        *((str(label), str(row[name])) for name, label in _IDS.items()),
    ]


def slots_fields(row: Mapping[str, Any], currency: str | None) -> Fields:
    """What a slots round has: its feature, and all of `extra_business`, unknown fields by their own names."""
    bought = row["is_buy"]
    found = [
        (text("Feature"), UNKNOWN if pd.isna(row["feature_name"]) else str(row["feature_name"])),
        (text("Free games bought"), UNKNOWN if pd.isna(bought) else text("yes") if bought else text("no")),
    ]
    extra = None if pd.isna(row["extra_business"]) else json.loads(row["extra_business"])
    if not isinstance(extra, dict):
        return found
    known = [(str(_EXTRA[name]), _extra(name, extra[name], currency)) for name in _EXTRA if name in extra]
    unknown = [(name, _plain(value)) for name, value in extra.items() if name not in _EXTRA]
    return [*found, *known, *unknown]


def games_fields(row: Mapping[str, Any]) -> Fields:
    """What a round of a game other than slots has: what was bet on, what won, result and odds."""
    return [
        (str(label), UNKNOWN if pd.isna(row[name]) else _listed(row[name])) for name, label in _GAMES.items()
    ]


def _extra(name: str, value: Any, currency: str | None) -> str:
    if type(value) is not int:
        return _plain(value)
    if name in EXTRA_AMOUNTS:
        return money(value, currency)
    return str(AWARD_TYPES.get(value, value) if name == "award_type" else value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _listed(written: str) -> str:
    """Write the provider's JSON for people: "[78,144]" is "78, 144"."""
    value = json.loads(written)
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or text("none")
    return value if isinstance(value, str) else written
