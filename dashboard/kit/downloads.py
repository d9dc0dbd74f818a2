"""Buttons that hand out what a box shows as a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.access import audit as access_audit
from dashboard.core.files import (
    SHEET_ROOM,
    About,
    Column,
    about_bytes,
    csv_bytes,
    parquet_bytes,
    xlsx_bytes,
)
from dashboard.core.roles import Person
from dashboard.core.table_view import TableView
from dashboard.core.text import ENGLISH, language, text, use_language
from dashboard.kit import current, guard
from dashboard.kit.table_view import ALL
from dashboard.provider.about import about_reading, reading_stem
from dashboard.provider.reading import Reading

Write = Callable[[About, Sequence[Column], pd.DataFrame], bytes]

_XLSX: Final = "XLSX"
_ABOUT: Final = "About"
_WRITERS: Final[Mapping[str, tuple[str, str, Write]]] = {
    "CSV": (".csv", "text/csv", lambda _about, columns, frame: csv_bytes(columns, frame)),
    _XLSX: (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_bytes),
    "Parquet": (".parquet", "application/vnd.apache.parquet", parquet_bytes),
    # For CSV, which has no place of its own for it.
    _ABOUT: ("-about.txt", "text/plain", lambda about, _columns, _frame: about_bytes(about)),
}


def render_downloads(
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    known: Reading[Any],
    only: str = "",
    whose: str = "",
    note: str = "",
    seen: TableView = ALL,
    whole: Callable[[], pd.DataFrame] | None = None,
) -> None:
    """Offer `frame` as CSV, XLSX and Parquet; the file says of it what `known` says, whatever is asked now.

    `only` is what the page's own filters leave, in words; `whose` is a player's id, for the file's name;
    `note` is what else a reader must know; the file has what is `seen` of it. Where `frame` has the first
    rows alone, `whole` makes all of them once the file is asked for.
    """
    merchant = current.merchant()
    about = about_reading(merchant, title, len(frame), known, only, note)
    offer(about, columns, frame, reading_stem(merchant, title, known, whose), seen, whole)


def offer(
    about: About,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    stem: str,
    seen: TableView = ALL,
    whole: Callable[[], pd.DataFrame] | None = None,
) -> None:
    """Offer what is `seen` of `frame` as a file of each kind, named `stem`; nothing where that has no row."""
    if seen != ALL:
        frame, columns = seen.rows(frame), seen.columns(columns)
        only = "; ".join(filter(None, (about.only, seen.words)))
        about = replace(about, only=only)
    if frame.empty:
        return
    title, person = about.title, guard.person()
    with st.popover(text("Download"), icon=":material/download:", type="tertiary", key=f"files-{title}"):
        for name, (ending, mime, write) in _WRITERS.items():
            too_long = name == _XLSX and len(frame) > SHEET_ROOM
            st.download_button(
                text("About") if name == _ABOUT else name,
                partial(hand_out, person, name, write, about, columns, whole or (lambda: frame), language()),
                file_name=stem + ending,
                mime=mime,
                key=f"{name}-{title}",
                on_click="ignore",
                type="tertiary",
                disabled=too_long,
                help=text("More rows than a sheet holds; take CSV.") if too_long else _help(name, title),
            )


def _help(name: str, title: str) -> str:
    if name == _ABOUT:
        return text("What “{title}” is: period, zone, currency, as of when, and what it lacks", title=title)
    return text("Download “{title}” as {format}", title=title, format=name)


def hand_out(
    person: Person | None,
    name: str,
    write: Write,
    about: About,
    columns: Sequence[Column],
    rows: Callable[[], pd.DataFrame],
    spoken: str = ENGLISH,
) -> bytes:
    """The file for somebody who asks for it in the language `spoken`, with a row in the audit log.

    This runs when the button is pressed, maybe long after it was drawn, and then without the page.
    """
    use_language(spoken)
    if person is None or not person.is_signed_in(current.merchant().clock()):
        raise PermissionError(text("The sign-in has ended."))
    frame = rows()
    about = replace(about, rows=str(len(frame)))
    content = write(about, columns, frame)
    told = {"title": about.title, "period": about.period, "only": about.only, "format": name}
    access_audit.audit(current.merchant(), person.name, "export", {**told, "rows": len(frame)})
    return content
