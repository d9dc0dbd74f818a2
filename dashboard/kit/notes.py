"""Notes on what is shown: those of the period below its chart, and a form that writes one."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard.core import formats
from dashboard.core.markdown import escaped, short
from dashboard.core.periods import business_day
from dashboard.core.query import View
from dashboard.core.roles import NOTES
from dashboard.core.text import later, plural, text
from dashboard.kit import current, guard
from dashboard.provider import notes
from dashboard.provider.merchant import LedgerFailed
from dashboard.provider.notes import LONGEST, Note, Subject

_REMOVED: Final = "note-to-remove"
_COMMON: Final = (later("Promotion"), later("Game updated"), later("Under review"))


def notes_of(view: View, subject: Subject, about: str = "") -> tuple[Note, ...]:
    """Return the notes that marks stand for; none where the ledger is away: the fold below says so.

    One that somebody has just removed goes first.
    """
    with suppress(LedgerFailed):
        if (gone := st.session_state.pop(_REMOVED, None)) is not None:
            notes.remove_note(current.merchant(), gone, guard.who(NOTES))
        return notes.notes_of(current.merchant(), view.period.first_day, view.period.last_day, subject, about)
    return ()


def render_notes(view: View, subject: Subject, about: str = "") -> None:
    """Draw a fold with the notes of the period; it is drawn once it is open. Raises LedgerAway."""
    merchant = current.merchant()
    fold = st.popover(
        text("Notes"), key=f"notes-{subject}", icon=":material/edit_note:", type="tertiary", on_change="rerun"
    )
    if not fold.open:
        return
    with fold:
        if guard.may(NOTES):
            _form(view, subject, about)
        _list(notes.notes_of(merchant, view.period.first_day, view.period.last_day, subject, about))


def _form(view: View, subject: Subject, about: str) -> None:
    merchant = current.merchant()
    today = business_day(merchant.now(), merchant.zone)
    with st.form(f"note-{subject}", clear_on_submit=True, border=False):
        day_place, said_place, button_place = st.columns([1, 3, 1], vertical_alignment="bottom")
        day = day_place.date_input(text("Day"), min(view.period.last_day, today), format="YYYY-MM-DD")
        said = said_place.selectbox(
            text("Note"),
            [str(each) for each in _COMMON],
            index=None,
            accept_new_options=True,
            placeholder=text("Choose one or write your own"),
        )
        if button_place.form_submit_button(text("Write"), width="stretch"):
            if said and said.strip():
                notes.add_note(merchant, subject, about, day, said.strip()[:LONGEST], guard.who(NOTES))
                st.rerun()  # the chart above is drawn without it
            else:
                st.warning(text("Say something first."))


def _list(found: Sequence[Note]) -> None:
    merchant = current.merchant()
    if not found:
        st.caption(text("No note in this period."))
        return
    st.caption(plural("{n} note, marked in the chart", "{n} notes, marked in the chart", len(found)))
    for note in reversed(found):
        at = datetime.fromtimestamp(note.at_ms / 1000, UTC)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{formats.day_text(note.day)}** {escaped(note.said)}", width="stretch")
            when = formats.moment(at, merchant.zone, merchant.now())
            st.caption(f"{escaped(short(note.who))}, {when}", width="content")
            if guard.may(NOTES):
                st.button(
                    text("Remove"),
                    key=f"remove-note-{note.id}",
                    type="tertiary",
                    on_click=st.session_state.__setitem__,
                    args=(_REMOVED, note.id),
                )
