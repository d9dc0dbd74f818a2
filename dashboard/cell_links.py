"""Links in the cells of tables: a name, a number or a time that opens what it names.

Streamlit's link column has one text a cell, which is address and contents in one: it is what the browser
sorts by and searches in. So the address begins with the contents, as a folder that it leaves again at once:
`~Fish King/../games?game_id=4011` leads to `games?game_id=4011`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

import numpy as np
import pandas as pd

from dashboard.formats import clock

DISPLAY_TEXT: Final = r"^~(.*?)/\.\./"
"""What of an address Streamlit's `LinkColumn` shows; it undoes the percent-encoding."""

_MEANT: Final = "%/\\?#+"
# What an address, or Streamlit's reading of it, takes for something else, and what browsers drop from one.
_DROPPED: Final = tuple(map(chr, (*range(32), 127)))
_ENCODED: Final = str.maketrans({char: quote(char, safe="") for char in (*_MEANT, *_DROPPED)})


@dataclass(frozen=True, slots=True)
class CellLink:
    """Where the cells of a column lead.

    `field` is the column, `page` the page by its path, `ids` the address parameters that name a row, each
    with the field it is read from, `carried` those that are the same for all rows.
    """

    field: str
    page: str
    ids: tuple[tuple[str, str], ...]
    carried: tuple[tuple[str, str], ...] = ()

    def addresses(self, frame: pd.DataFrame) -> "pd.Series[str]":
        """Return the cells of the column: the text of each row with its address, relative to any page.

        A row without a text or without one of its ids leads nowhere: None.
        """
        head = f"/../{self.page}?" + "".join(f"{urlencode([pair])}&" for pair in self.carried)
        names = [name for name, _ in self.ids]
        ids = (frame[field].tolist() for _, field in self.ids)
        texts = _texts(frame[self.field])
        cells = [_cell(head, names, *values) for values in zip(texts, *ids, strict=True)]
        return pd.Series(cells, index=frame.index, dtype="object")


def link(field: str, page: str, carried: Mapping[str, str], **ids: str) -> CellLink:
    """Return the link of a column `field`; `ids` are address parameters with the field of each."""
    others = tuple((name, value) for name, value in carried.items() if name not in ids)
    return CellLink(field, page, tuple(ids.items()), others)


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


def _cell(head: str, names: list[str], text: Any, *values: Any) -> str | None:
    if pd.isna(text) or any(pd.isna(value) for value in values):
        return None
    ids = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in zip(names, values, strict=True))
    return f"~{str(text).translate(_ENCODED)}{head}{ids}"
