"""Buttons that hand out what a box shows as a file."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard import data, formats
from dashboard.data import Known
from dashboard.export import About, Column, csv_bytes, xlsx_bytes
from dashboard.view import View

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    view: View,
    known: Known[pd.DataFrame],
    only: str = "",
) -> None:
    """Offer `frame` as CSV and XLSX; the file says period, zone, currency and age, as the page does.

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
        completeness=" ".join((stale, *known.failed)).strip(),
        only=only,
    )
    stem = f"{title.lower().replace(' ', '-')}-{view.period.first_day}-{view.period.last_day}"
    with st.container(horizontal=True, horizontal_alignment="right"):
        for name, mime, write in (("CSV", "text/csv", csv_bytes), ("XLSX", _XLSX, xlsx_bytes)):
            st.download_button(
                name,
                partial(write, about, columns, frame),
                file_name=f"{stem}.{name.lower()}",
                mime=mime,
                key=f"{name}-{title}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
                help=f"Download “{title}” as {name}",
            )
