"""Orders that were sent from here: what became of each in plain words, and the button that looks it up."""

from typing import Final

import streamlit as st

from dashboard.core import formats, tables
from dashboard.core.markdown import escaped
from dashboard.core.roles import TRANSFERS
from dashboard.core.text import text
from dashboard.kit import current, guard, parts, states, table
from dashboard.wallet import data_cashier, parts_filter
from dashboard.wallet.orders import order_table, told
from ledger.transfers import CashierTransfer, TransferState

_BOXES: Final = {
    TransferState.DONE: (st.success, ":material/check_circle:"),
    TransferState.REFUSED: (st.error, ":material/block:"),
    TransferState.SENDING: (st.info, ":material/schedule_send:"),
    TransferState.UNKNOWN: (st.warning, ":material/help:"),
}


@parts.part(text("Transfers sent from here"), "orders")
def sent_from_here() -> None:
    """Say of each open order what is known, with a button to look it up; below, the latest in a table."""
    merchant = current.merchant()
    with states.box("order-list", text("Sent from here")):
        found = data_cashier.journal(merchant).latest(parts_filter.wanted().op_id or "", data_cashier.LATEST)
        if not found:
            st.caption(text("None yet for this player."))
            return
        for attempt in (one for one in found if one.outcome.state.is_open):
            render_outcome(attempt)
            if render_look_up(attempt, "list"):
                st.rerun()
        rows = order_table(found, merchant.zone)
        table.render_table(rows, tables.ORDERS, "orders", merchant.currency, height_rows=5)


def render_outcome(attempt: CashierTransfer) -> None:
    """Say what became of an attempt."""
    box, icon = _BOXES[attempt.outcome.state]
    box(escaped(told(attempt, current.merchant().currency)), icon=icon)


def render_look_up(attempt: CashierTransfer, place: str) -> CashierTransfer | None:
    """Draw the button that looks an open attempt up; once it is pressed, return what is known then.

    `place` tells the button from others for the same attempt.
    """
    number, found = attempt.order.trans_no, None
    label = text("Look it up")
    if st.button(label, key=f"look-up-{place}-{number}", icon=":material/search:", help=number):
        with states.part(text("The look-up")):
            found = data_cashier.look_up(current.merchant(), attempt.order, guard.who(TRANSFERS))
    return found


def when(attempt: CashierTransfer) -> str:
    """When it was sent, in the business zone."""
    merchant = current.merchant()
    return formats.moment(attempt.sent_at, merchant.zone, merchant.now())
