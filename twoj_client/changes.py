"""What the provider changed of the past: sums of what it said first, beside what it says now. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from twoj_client.models import StageAnswer
from twoj_client.windows import Window

Figures = dict[str, Decimal]
"""Sums under the documents' names, amounts in li."""

_SUMMED = (
    "bet_count",
    "bet_amount",
    "gain_amount",
    "win_amount",
    "release_count",
    "used_count",
    "release_bonus",
    "converted_cash",
)


class Restatement(NamedTuple):
    """By how much the sums of a finished window differ from what the provider said first of it."""

    window: Window
    by: Mapping[str, Decimal]
    """Differences under the documents' names, amounts in li; none is 0. `bet_count` counts rounds too."""


def figures(value: Any) -> Figures:
    """Return the sums of an answer's value: one summary, rows of sums, or single rounds."""
    if isinstance(value, StageAnswer):
        value = value.summary
    rows = value if isinstance(value, list) else [value]
    sums = {
        name: Decimal(sum(getattr(row, name) or 0 for row in rows if hasattr(row, name))) for name in _SUMMED
    }
    if any(hasattr(row, "event_id") for row in rows):
        sums["bet_count"] = Decimal(len(rows))
    return {name: number for name, number in sums.items() if number}


def difference(first: Figures, now: Figures) -> Figures:
    """Return by how much `now` differs from `first`; what does not is left out."""
    names = [name for name in _SUMMED if name in first or name in now]
    found = {name: now.get(name, Decimal()) - first.get(name, Decimal()) for name in names}
    return {name: number for name, number in found.items() if number}
