"""The orders for a player that were sent from here."""

import streamlit as st

from dashboard.core import tables
from dashboard.kit import charts, current, table
from dashboard.wallet import data_cashier, parts_order
from dashboard.wallet.orders import order_table


def draw(op_id: str) -> None:
    """Say of each open order what is known, with a button to look it up; below, the latest in a table."""
    merchant = current.merchant()
    found = data_cashier.attempts(merchant, op_id)
    if not found:
        st.caption("None yet for this player.")
        return
    for attempt in (one for one in found if one.outcome.state.is_open):
        parts_order.outcome(attempt)
        if parts_order.looked_up(attempt, "list"):
            st.rerun()
    table.draw(
        order_table(found, merchant.zone),
        tables.ORDERS,
        "orders",
        charts.look(),
        merchant.currency,
        height_rows=5,
    )
