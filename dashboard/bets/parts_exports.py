"""Whole days of bets as files: what can be ordered, what is being made, what is there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st

from dashboard.bets import parts_filter
from dashboard.bets.data_exports import ExportProgress, Exports
from dashboard.bets.export import Export, ExportState, Format
from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.periods import business_day, days_label
from dashboard.core.query import View
from dashboard.core.roles import BETS
from dashboard.core.text import text
from dashboard.kit import current, guard
from dashboard.provider.failures import sentence

_LOOK_EVERY_S: Final = 2
_NAMES: Final = {Format.PARQUET: "Parquet", Format.CSV: "CSV"}
_ICONS: Final = {
    ExportState.WAITING: ":material/hourglass_empty:",
    ExportState.DONE: ":material/check_circle:",
    ExportState.INCOMPLETE: ":material/warning:",
    ExportState.FAILED: ":material/error:",
}


def order(view: View) -> None:
    """Offer the period's days that are over, as a file of each kind."""
    merchant = current.merchant()
    yesterday = business_day(merchant.now(), merchant.zone) - timedelta(days=1)
    last_day = min(view.period.last_day, yesterday)
    if last_day < view.period.first_day:
        st.info(text("Whole days can be exported once they are over; choose a period with one."))
        return
    only = parts_filter.words()
    st.markdown(
        text(
            "All bets of **{days}**, {which}, each with all its fields.",
            days=days_label(view.period.first_day, last_day),
            which=escaped(only) if only else text("all games"),
        )
    )
    with st.container(horizontal=True):
        for form, name in _NAMES.items():
            label = text("Export as {format}", format=name)
            if st.button(label, icon=":material/download:", key=f"order-{form}"):
                merchant.running(Exports).order(
                    view.period.first_day, last_day, parts_filter.wanted(), only, form
                )


def render_exports() -> None:
    """Draw all exports; while one is being made, they are looked at every other second."""
    is_busy = any(
        seen.export.state is ExportState.WAITING for seen in current.merchant().running(Exports).seen()
    )

    @guard.fragment(run_every=_LOOK_EVERY_S if is_busy else None, key="export-list")
    def rows() -> None:
        found = current.merchant().running(Exports).seen()
        if not found:
            st.caption(text("No exports yet. Files stay here until somebody deletes them."))
        for seen in found:
            _row(seen)

    rows()


def _row(seen: ExportProgress) -> None:
    export, merchant = seen.export, current.merchant()
    with st.container(key=f"export-{export.id}", border=True):
        words, buttons = st.columns([3, 2], vertical_alignment="center")
        with words:
            st.markdown(f"{_ICONS[export.state]} **{escaped(export.title)}** · {_NAMES[export.format]}")
            ordered = datetime.fromtimestamp(export.ordered_at, UTC)
            when = formats.moment(ordered, merchant.zone, merchant.now())
            st.caption(text("{state} Ordered {when}.", state=_state(seen), when=when))
        with buttons.container(horizontal=True, horizontal_alignment="right"):
            _buttons(seen)
        if export.state is ExportState.WAITING and seen.pieces:
            st.progress(seen.read / seen.pieces)
        if export.lacking:
            lacking = escaped(" ".join(export.lacking))
            st.warning(text("Not included: {what}", what=lacking), icon=":material/cloud_off:")


def _state(seen: ExportProgress) -> str:
    export = seen.export
    made = {"rows": formats.count(seen.rows), "size": formats.size(export.size)}
    if export.state is ExportState.DONE:
        return text("{rows} rows, {size}.", **made)
    if export.state is ExportState.INCOMPLETE:
        return text("Incomplete: {rows} rows, {size}.", **made)
    return text("Failed.") if export.state is ExportState.FAILED else _progress(seen)


def _progress(seen: ExportProgress) -> str:
    rows = formats.count(seen.rows)
    if seen.stale_reason:
        return text(
            "{reason} It is asked again until it answers; what has been read is kept.",
            reason=escaped(str(sentence(seen.stale_reason))),
        )
    if not seen.pieces:
        return text("Waiting for its turn.")
    if seen.read == seen.pieces:
        return text("All {rows} rows are read; putting the file together.", rows=rows)
    return text("{rows} rows so far, {read} of {parts} parts.", rows=rows, read=seen.read, parts=seen.pieces)


def _buttons(seen: ExportProgress) -> None:
    export, exports = seen.export, current.merchant().running(Exports)
    if export.file:
        # Beside the page's own address, wherever a proxy has put it.
        st.link_button(text("Download"), f"exports/{export.id}/{export.file}", icon=":material/download:")
    if export.about_file:
        st.link_button(text("About"), f"exports/{export.id}/{export.about_file}", icon=":material/info:")
    if export.state in (ExportState.INCOMPLETE, ExportState.FAILED):
        st.button(
            text("Ask again"),
            icon=":material/refresh:",
            key=f"again-{export.id}",
            on_click=_do,
            args=(exports.again, export),
        )
    st.button(
        text("Cancel") if export.state is ExportState.WAITING else text("Delete"),
        icon=":material/delete:",
        key=f"delete-{export.id}",
        type="tertiary",
        on_click=_do,
        args=(exports.delete, export),
    )


def _do(deed: Callable[[str], None], export: Export) -> None:
    # A press of a button is heard before the page asks who is there.
    if guard.may(BETS):
        deed(export.id)
