"""Markers of care and abuse of one player, for people who may see them; each look is in the audit log."""

from typing import Final

import streamlit as st

from dashboard.access.audit import audit
from dashboard.core import roles, tables
from dashboard.core.memo import memo
from dashboard.core.query import View
from dashboard.core.text import text
from dashboard.kit import current, guard, states, table
from dashboard.luck import data_markers
from dashboard.luck.markers_table import care_text, markers_table

_NOTED: Final = "care-noted"


def render_markers(view: View, user_id: int | None, op_id: str | None) -> None:
    """Draw them once somebody unfolds them; nothing for who may not. Raises NotArchived, LedgerAway."""
    if not guard.may(roles.CARE) or view.start >= view.end:
        return
    fold = st.expander(text("Care and abuse markers"), key="care-open", on_change="rerun")
    if not fold.open:
        return
    _note(user_id, op_id)
    merchant = current.merchant()
    with fold:
        known = data_markers.care(merchant, view, user_id, op_id)
        states.as_of(known)
        if known.value is None:
            st.caption(text("This player has fewer than 50 rounds in the period, too few to say anything."))
            return
        st.markdown(memo(care_text, known.value))
        rows = memo(markers_table, known.value, merchant.currency)
        table.render_table(rows, tables.MARKERS, "markers", merchant.currency)


def _note(user_id: int | None, op_id: str | None) -> None:
    """Write down who looks, once for as long as the tab is open."""
    noted: set[str] = st.session_state.setdefault(_NOTED, set())
    ids = {"user_id": user_id, "op_id": op_id}
    if str(ids) not in noted:
        noted.add(str(ids))
        audit(current.merchant(), guard.who(roles.CARE), "care markers looked at", ids)
