"""Payout calls that were not credited: the last ones, and the button for who has seen them."""

from typing import Final

import streamlit as st

from dashboard.core import formats, tables
from dashboard.core.roles import REFUSED_PAYOUTS
from dashboard.kit import charts, current, guard, states, table
from dashboard.status import data as status_data

_MOST: Final = 20
_SEEN: Final = "refused-payouts-seen"


def draw() -> None:
    """Draw them where there are any, for people who may see them. Raises LedgerAway."""
    if _SEEN in st.session_state:
        status_data.acknowledge_refused(
            current.merchant(), st.session_state.pop(_SEEN), guard.who(REFUSED_PAYOUTS)
        )
        st.rerun()
    found = status_data.refused(current.merchant())
    if not found or not guard.may(REFUSED_PAYOUTS):
        return
    with states.box("refused-payouts", f"Refused payouts, {formats.zone_name(current.merchant().zone)}"):
        st.caption(f"The last calls to `/order/jackpot` that were not credited, at most {_MOST}.")
        table.draw(
            status_data.refused_calls(current.merchant(), _MOST),
            tables.REFUSED_PAYOUTS,
            "refused-payouts",
            charts.look(),
            None,
        )
        unseen = {each.kind: each.total for each in found if each.unseen}
        if unseen:
            st.button(
                "I have seen this",
                key="refused-payouts-button",
                type="primary",
                help="The audit log keeps who it was, and when.",
                on_click=st.session_state.__setitem__,
                args=(_SEEN, unseen),
            )
