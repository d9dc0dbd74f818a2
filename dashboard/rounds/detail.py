"""All about one round, field by field, in words."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dashboard.core.files import Kind
from dashboard.core.formats import UNKNOWN, clock, money
from dashboard.core.text import text
from dashboard.rounds.frame import AWARD_TYPES, EXTRA_AMOUNTS
from dashboard.rounds.tables import ROUND

Fields = list[tuple[str, str]]
"""Names and values of fields, in the order in which they are shown."""

_FACTS: Final = (
    *("start", "end", "bet_amount_li", "win_li", "gain_li", "credit_before_li", "credit_li"),
    *("draw_id", "event_id"),
)
_EXTRA: Final = {
    "award_type": ROUND["award_name"],
    **{name: ROUND[f"{name}_li"] for name in EXTRA_AMOUNTS},
    "extra_spins": ROUND["extra_spins"],
}
_GAMES: Final = [ROUND[name] for name in ("bet_areas", "win_areas", "game_result", "award_odds")]


def facts(row: Mapping[str, Any], currency: str | None) -> Fields:
    """What every round has; `row` is one of `tables.rounds_table`."""
    return [
        (ROUND["game"].title, f"{row['game']} ({row['game_id']})"),
        *((ROUND[name].title, _fact(ROUND[name].kind, row[name], currency)) for name in _FACTS),
    ]


def slots_fields(row: Mapping[str, Any], currency: str | None) -> Fields:
    """What a slots round has: its feature, and all of `extra_business`, unknown fields by their own names."""
    bought = row["is_buy"]
    found = [
        (ROUND["feature_name"].title, UNKNOWN if pd.isna(row["feature_name"]) else str(row["feature_name"])),
        (text("Free games bought"), UNKNOWN if pd.isna(bought) else text("yes") if bought else text("no")),
    ]
    extra = None if pd.isna(row["extra_business"]) else json.loads(row["extra_business"])
    if not isinstance(extra, dict):
        return found
    known = [(_EXTRA[name].title, _extra(name, extra[name], currency)) for name in _EXTRA if name in extra]
    unknown = [(name, _plain(value)) for name, value in extra.items() if name not in _EXTRA]
    return [*found, *known, *unknown]


def games_fields(row: Mapping[str, Any]) -> Fields:
    """What a round of a game other than slots has: what was bet on, what won, result and odds."""
    return [
        (column.title, UNKNOWN if pd.isna(row[column.field]) else _listed(row[column.field]))
        for column in _GAMES
    ]


def _fact(kind: Kind, value: Any, currency: str | None) -> str:
    if kind is Kind.MONEY:
        return money(None if pd.isna(value) else int(value), currency)
    return clock(value) if kind is Kind.TIME else str(value)


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
