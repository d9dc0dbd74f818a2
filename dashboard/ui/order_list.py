"""The orders for a player that were sent from here."""

import streamlit as st

from dashboard import tables
from dashboard.data import cashier
from dashboard.data.source import source
from dashboard.orders import order_table
from dashboard.ui import charts, grid, orders


def draw(op_id: str) -> None:
    """Say of each open order what is known, with a button to look it up; below, the latest in a table."""
    found = cashier.attempts(op_id)
    if not found:
        st.caption("None yet for this player.")
        return
    for attempt in (one for one in found if one.is_open):
        orders.outcome(attempt)
        if orders.looked_up(attempt, "list"):
            st.rerun()
    here = source()
    grid.draw(
        order_table(found, here.zone), tables.ORDERS, "orders", charts.look(), here.currency, height_rows=5
    )
