"""The cells of long tables, made all at once: one by one they cost more than all else that a page draws."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.core import formats
from dashboard.core.cell_links import CellLink
from dashboard.core.codes import TYPES
from dashboard.core.files import Column, Kind
from dashboard.core.text import text

_EXACT_LI: Final = 8 * 10**15
"""Below this, a browser's number shows an amount with three decimals exactly."""
_EXACT_WHOLE: Final = 2**53
_REPEATED: Final = ("game", "type", "feature_name", "award_name", "currency", "op_id")


def on_screen(table: pd.DataFrame, columns: Sequence[Column], links: Sequence[CellLink] = ()) -> pd.DataFrame:
    """Turn `table` into what the browser draws: times of the local clock, amounts in units of money.

    Amounts are numbers, which sort and are exact below 8 · 10^12 units; a column that holds a larger one is
    text, and so are ids that a browser would round. The cells of `links` are addresses.
    """
    shown = {}
    for column in columns:
        values = table[column.field]
        if column.kind is Kind.TIME:
            values = values.dt.tz_localize(None)
        elif column.kind is Kind.MONEY:
            values = _amounts(values)
        elif column.field == "type":
            values = types_said(values)
        elif column.kind is Kind.FLAG:
            values = values.map({True: text("yes"), False: text("no")}).astype("category")
        elif column.kind in (Kind.NUMBER, Kind.COUNT) and not _is_below(values, _EXACT_WHOLE):
            values = values.astype("string")
        # Said once instead of in each row: that halves what the browser has to be sent.
        shown[column.field] = values.astype("category") if column.field in _REPEATED else values
    return pd.DataFrame(shown | {link.field: link.addresses(table) for link in links})


def types_said(types: "pd.Series[str]") -> "pd.Series[str]":
    """Types of games as people read them; whatever else a table calls a type is in words already."""
    return types.map({name: TYPES.get(name, name) for name in types.dropna().unique()}).astype(types.dtype)


def texts(table: pd.DataFrame, columns: Sequence[Column], currency: str | None) -> pd.DataFrame:
    """Return what is read in the cells of `on_screen`: amounts as everywhere, elsewhere None."""
    places = decimals(table, columns, currency)
    written: dict[str, Any] = dict.fromkeys(column.field for column in columns)
    for column in columns:
        if column.kind is Kind.MONEY:
            values = table[column.field]
            known = values.notna().to_numpy()
            cells = np.full(len(values), None, dtype="object")
            cells[known] = formats.money_texts(values[known].tolist(), places)
            written[column.field] = cells
    return pd.DataFrame(written, index=table.index)


def decimals(table: pd.DataFrame, columns: Sequence[Column], currency: str | None = None) -> int:
    """How many decimals the amounts of a table need (`formats.money_places`)."""
    amounts = [table[column.field].dropna() for column in columns if column.kind is Kind.MONEY]
    return max((formats.money_places(values.tolist(), currency) for values in amounts), default=0)


def _amounts(values: "pd.Series[int]") -> "pd.Series[float] | pd.Series[str]":
    if _is_below(values, _EXACT_LI):
        return values.astype("Float64") / formats.LI_PER_UNIT
    words = [None if pd.isna(li) else formats.money(li) for li in values.tolist()]
    return pd.Series(words, index=values.index, dtype="string")


def _is_below(values: "pd.Series[int]", limit: int) -> bool:
    known = values.dropna()
    return known.empty or (int(known.max()) < limit and int(known.min()) > -limit)
