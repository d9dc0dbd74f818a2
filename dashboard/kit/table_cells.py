"""Tables as they are written cell by cell, which costs more than all else that a page draws."""

from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from dashboard.core import formats
from dashboard.core.cell_links import CellLink
from dashboard.core.files import Column, Kind
from dashboard.kit.compat import write_cells_once

NUMBERS: Final = (Kind.COUNT, Kind.MONEY, Kind.RATIO)


def written(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    others: Sequence[str],
    key: str,
    changes: Sequence[str],
    neutral: Sequence[str],
    links: Sequence[CellLink],
    loss: str,
    currency: str | None = None,
) -> Styler:
    """Write `columns` and the `others` of `frame`; numbers are decimals with their text beside them.

    `key` is its name. `changes` carry their sign, negative numbers are in the colour `loss` but for
    those in `neutral`; the cells of `links` are addresses.
    """
    shown = frame[list(dict.fromkeys([*(column.field for column in columns), *others]))].copy()
    texts: dict[str, str | Callable[[object], str] | None] = {}
    for column in columns:
        if column.kind in NUMBERS:
            values = [_decimal(column.kind, value) for value in frame[column.field].tolist()]
            shown[column.field] = pd.Series(values, index=shown.index, dtype="object")
            places = 0
            if column.kind is Kind.MONEY:
                places = formats.money_places(frame[column.field].dropna().tolist(), currency)
            texts[column.field] = _text(column.kind, places, signed=column.field in changes)
        elif column.kind is Kind.TIME:
            texts[column.field] = _time_text
    for link in links:
        shown[link.field] = link.addresses(frame)
        texts.pop(link.field, None)
    # Its own name, which is random, would make each drawing of the same rows another table.
    table = Styler(shown, uuid=key)
    table.format(texts)
    losses: list[Hashable] = [field for field in texts if field not in neutral]
    table.map(lambda value: f"color: {loss}" if _is_loss(value) else "", subset=losses)
    write_cells_once(table)
    return table


def _decimal(kind: Kind, value: Any) -> Decimal | None:
    if pd.isna(value):
        return None
    return Decimal(str(value)).scaleb(-3) if kind is Kind.MONEY else Decimal(str(value))


def _text(kind: Kind, places: int, *, signed: bool) -> Callable[[object], str]:
    def text(value: object) -> str:
        if not isinstance(value, Decimal):
            return formats.UNKNOWN
        if kind is Kind.MONEY:
            amount = formats.money(Fraction(value) * formats.LI_PER_UNIT, places=places)
            return formats.with_plus(amount) if signed else amount
        if kind is Kind.RATIO:
            return formats.percent_change(Fraction(value)) if signed else formats.percent(Fraction(value))
        return formats.count(Fraction(value))

    return text


def _time_text(value: object) -> str:
    return formats.clock(value) if isinstance(value, pd.Timestamp) else formats.UNKNOWN


def _is_loss(value: Any) -> bool:
    return isinstance(value, Decimal) and value < 0
