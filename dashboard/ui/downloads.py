"""Buttons that hand out what a box shows as a file."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data, formats
from dashboard.access import Person
from dashboard.data import Known
from dashboard.export import SHEET_ROOM, About, Column, csv_bytes, parquet_bytes, xlsx_bytes
from dashboard.ui import guard
from dashboard.view import View

_FORMATS = (
    ("CSV", "text/csv", csv_bytes),
    ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_bytes),
    ("Parquet", "application/vnd.apache.parquet", parquet_bytes),
)


def draw(
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    view: View,
    known: Known[Any],
    only: str = "",
) -> None:
    """Offer `frame` as CSV, XLSX and Parquet; the file says what the page says of it.

    `only` is what the page's own filters leave, in words.
    """
    stale = "The provider did not answer; these are the last numbers it gave." if known.stale else ""
    about = About(
        title=title,
        period=f"{view.period.first_day.isoformat()} to {view.period.last_day.isoformat()}",
        zone=view.zone.key,
        currency=data.source().currency or "",
        as_of=formats.moment(known.as_of, view.zone),
        comparison=view.comparison.label if view.comparison else "",
        completeness=" ".join((stale, *known.failed, *known.warnings)).strip(),
        only=only,
        rows=str(len(frame)),
    )
    stem = f"{title.lower().replace(' ', '-')}-{view.period.first_day}-{view.period.last_day}"
    offer(about, columns, frame, stem)


def offer(about: About, columns: Sequence[Column], frame: pd.DataFrame, stem: str) -> None:
    """Offer `frame` as a file of each kind, named `stem`."""
    title, person = about.title, guard.person()
    with st.container(horizontal=True, horizontal_alignment="right"):
        for name, mime, write in _FORMATS:
            too_long = write is xlsx_bytes and len(frame) > SHEET_ROOM
            st.download_button(
                name,
                partial(hand_out, person, name, write, about, columns, frame),
                file_name=f"{stem}.{name.lower()}",
                mime=mime,
                key=f"{name}-{title}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                disabled=too_long,
                help="More rows than a sheet holds; take CSV."
                if too_long
                else f"Download “{title}” as {name}",
            )


def hand_out(
    person: Person | None,
    name: str,
    write: Callable[[About, Sequence[Column], pd.DataFrame], bytes],
    about: About,
    columns: Sequence[Column],
    frame: pd.DataFrame,
) -> bytes:
    """The file for somebody who asks for it, with a row in the audit log.

    This runs when the button is pressed, maybe long after it was drawn, and then without the page.
    """
    if person is None or not person.is_signed_in(data.source().clock()):
        raise PermissionError("The sign-in has ended.")
    content = write(about, columns, frame)
    told = {"title": about.title, "period": about.period, "only": about.only, "format": name}
    data.audit(person.name, "export", {**told, "rows": len(frame)})
    return content
