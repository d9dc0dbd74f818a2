"""All about one round, field by field, in words."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dashboard.core.formats import UNKNOWN, clock, money
from dashboard.rounds.frame import AWARD_TYPES, EXTRA_AMOUNTS

Fields = list[tuple[str, str]]
"""Names and values of fields, in the order in which they are shown."""

_EXTRA: Final = {
    "award_type": "Award",
    "base_amount": "Base game win",
    "free_amount": "Free games win",
    "bonus_amount": "Bonus win",
    "jackpot_amount": "Jackpot win",
    "extra_spins": "Extra spins",
}
_GAMES: Final = {
    "bet_areas": "Bet areas",
    "win_areas": "Win areas",
    "game_result": "Result",
    "award_odds": "Odds",
}


def facts(row: Mapping[str, Any], currency: str | None) -> Fields:
    """What every round has; `row` is one of `round_table.rounds_table`."""

    def amount(field: str) -> str:
        return money(None if pd.isna(row[field]) else int(row[field]), currency)

    return [
        ("Game", f"{row['game']} ({row['game_id']})"),
        ("Start", clock(row["start"])),
        ("End", clock(row["end"])),
        ("Bet", amount("bet_amount_li")),
        ("Win", amount("win_li")),
        ("Net result", amount("gain_li")),
        ("Balance before", amount("credit_before_li")),
        ("Balance after", amount("credit_li")),
        ("Round id", str(row["draw_id"])),
        ("Event id", str(row["event_id"])),
    ]


def slots_fields(row: Mapping[str, Any], currency: str | None) -> Fields:
    """What a slots round has: its feature, and all of `extra_business`, unknown fields by their own names."""
    bought = row["is_buy"]
    found = [
        ("Feature", UNKNOWN if pd.isna(row["feature_name"]) else str(row["feature_name"])),
        ("Free games bought", UNKNOWN if pd.isna(bought) else "yes" if bought else "no"),
    ]
    extra = None if pd.isna(row["extra_business"]) else json.loads(row["extra_business"])
    if not isinstance(extra, dict):
        return found
    known = [(_EXTRA[name], _extra(name, extra[name], currency)) for name in _EXTRA if name in extra]
    unknown = [(name, _plain(value)) for name, value in extra.items() if name not in _EXTRA]
    return [*found, *known, *unknown]


def games_fields(row: Mapping[str, Any]) -> Fields:
    """What a round of a game other than slots has: what was bet on, what won, result and odds."""
    return [
        (label, UNKNOWN if pd.isna(row[name]) else _listed(str(row[name]))) for name, label in _GAMES.items()
    ]


def _extra(name: str, value: Any, currency: str | None) -> str:
    if type(value) is not int:
        return _plain(value)
    if name in EXTRA_AMOUNTS:
        return money(value, currency)
    return AWARD_TYPES.get(value, str(value)) if name == "award_type" else str(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _listed(text: str) -> str:
    """Write the provider's JSON for people: "[78,144]" is "78, 144"."""
    value = json.loads(text)
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "none"
    return value if isinstance(value, str) else text
