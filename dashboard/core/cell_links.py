"""Links in the cells of tables: a name, a number or a time that opens what it names.

Streamlit's link column has one text a cell, which is address and contents in one: it is what the browser
sorts by and searches in. So the contents come first, and the address behind them is spelled in letters that
nobody searches for: Unicode's private ones, each ASCII letter as far from the first of them as from 0.
`kit/links/links.js` reads such a cell; it also adds what goes on from the page that it stands on, the period
above all, so that this is not in each row.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import numpy as np
import pandas as pd

from dashboard.core.formats import clock

_PRIVATE: Final = 0xE000
MARK: Final = chr(_PRIVATE)
"""Around what a cell shows."""
DISPLAY_TEXT: Final = rf"^{MARK}(.*?){MARK}"
"""What of a cell Streamlit's `LinkColumn` shows; it undoes the percent-encoding."""

# Of the contents, what Streamlit would decode, and the mark, which nobody can read anyway.
_ENCODED: Final = str.maketrans({char: quote(char, safe="") for char in ("%", "+", "\n", "\r", MARK)})
_HIDDEN: Final = {code: chr(_PRIVATE + code) for code in range(128)}


@dataclass(frozen=True, slots=True)
class CellLink:
    """Where the cells of a column lead.

    `field` is the column, `page` the page by its path, with what its address says for every row; `ids` are
    the address parameters that name a row, each with the field it is read from.
    """

    field: str
    page: str
    ids: tuple[tuple[str, str], ...]

    def addresses(self, frame: pd.DataFrame) -> "pd.Series[str]":
        """Return the cells of the column: the text of each row with its address.

        A row without one of its ids shows its text and leads nowhere; one without a text is None.
        """
        names = [name for name, _ in self.ids]
        ids = (frame[field].tolist() for _, field in self.ids)
        texts = _texts(frame[self.field])
        cells = [_cell(self.page, names, *values) for values in zip(texts, *ids, strict=True)]
        return pd.Series(cells, index=frame.index, dtype="object")


def link(field: str, page: str, **ids: str) -> CellLink:
    """Return the link of a column `field`; `ids` are address parameters with the field of each."""
    return CellLink(field, page, tuple(ids.items()))


def _texts(values: "pd.Series[Any]") -> list[Any]:
    """The contents as they are; times as tables write them (`formats.clock`)."""
    if not isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.tolist()
    local = values.dt.tz_localize(None)
    # A hundred thousand one by one take a second: only those that clocks show twice.
    twice = local.dt.tz_localize(values.dt.tz, ambiguous="NaT").isna()
    texts = np.datetime_as_string(local.to_numpy(), unit="s").tolist()
    return [
        None if pd.isna(value) else clock(value) if is_twice else text.replace("T", " ")
        for text, value, is_twice in zip(texts, values, twice, strict=True)
    ]


def _cell(page: str, names: list[str], text: Any, *values: Any) -> str | None:
    if pd.isna(text):
        return None
    shown = f"{MARK}{str(text).translate(_ENCODED)}{MARK}"
    if any(pd.isna(value) for value in values):
        return shown
    ids = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in zip(names, values, strict=True))
    return shown + f"{page}{'&' if '?' in page else '?'}{ids}".translate(_HIDDEN)
