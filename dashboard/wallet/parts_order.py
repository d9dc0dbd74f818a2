"""Orders that were sent from here: what became of each in plain words, and the button that looks it up."""

from typing import Final

import streamlit as st

from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.roles import TRANSFERS
from dashboard.kit import current, guard, states
from dashboard.wallet import data_cashier
from dashboard.wallet.orders import DONE, NOT_KNOWN, REFUSED, SENDING, Attempt, told

_BOXES: Final = {
    DONE: (st.success, ":material/check_circle:"),
    REFUSED: (st.error, ":material/block:"),
    SENDING: (st.info, ":material/schedule_send:"),
    NOT_KNOWN: (st.warning, ":material/help:"),
}


def outcome(attempt: Attempt) -> None:
    """Say what became of an attempt."""
    box, icon = _BOXES[attempt.state]
    box(escaped(told(attempt, current.merchant().currency)), icon=icon)


def looked_up(attempt: Attempt, place: str) -> Attempt | None:
    """Draw the button that looks an open attempt up; once it is pressed, return what is known then.

    `place` tells the button from others for the same attempt.
    """
    number, found = attempt.order.trans_no, None
    if st.button("Look it up", key=f"look-up-{place}-{number}", icon=":material/search:", help=number):
        with states.part("The look-up"):
            found = data_cashier.look_up(current.merchant(), attempt.order, guard.who(TRANSFERS))
    return found


def when(attempt: Attempt) -> str:
    """When it was sent, in the business zone."""
    merchant = current.merchant()
    return formats.moment(attempt.sent_at, merchant.zone, merchant.now())
