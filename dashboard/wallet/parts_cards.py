"""The cards of a wallet."""

from typing import Final

import streamlit as st

from dashboard.core import formats
from dashboard.core.text import text
from dashboard.kit import current
from dashboard.provider.merchant import LedgerFailed
from dashboard.wallet import data_cashier, parts_orders

_WIDTH_PX: Final = 720


def render_cards(balance_li: int | None, op_id: str) -> None:
    """Balance and frozen part; a dash with the reason for what is not known."""
    currency = current.merchant().currency
    frozen, why = _frozen(op_id)
    with st.container(key="cards-wallet", width=_WIDTH_PX):
        left, right = st.columns(2)
        left.metric(
            text("Balance"),
            formats.money(balance_li, currency),
            help=text("What the provider says the player has, money in a running game included."),
            border=True,
        )
        right.metric(text("Frozen"), formats.money(frozen, currency), help=why, border=True)


def _frozen(op_id: str) -> tuple[int | None, str]:
    """The frozen part in li, None where it is not known, and what there is to know of it."""
    if not data_cashier.is_on(current.merchant()):
        return None, text(
            "Not known: the provider tells it only in its answer to a withdrawal, and here none are made."
        )
    try:
        withdrawal = data_cashier.journal(current.merchant()).last_freeze(op_id)
    except LedgerFailed:
        return None, text("Not known: the ledger that keeps it cannot be used.")
    if withdrawal is None:
        return None, text(
            "Not known: the provider tells it only in its answer to a withdrawal, and none was made from here"
            " yet."
        )
    return withdrawal.outcome.freeze_li, text(
        "The part of the balance that a running game locked when the last withdrawal from here was made:"
        " {time}. It may be another one now.",
        time=parts_orders.when(withdrawal),
    )
