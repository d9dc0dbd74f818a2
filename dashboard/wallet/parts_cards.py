"""The cards of a wallet."""

from typing import Final

import streamlit as st

from dashboard.core import formats
from dashboard.kit import current
from dashboard.provider.merchant import LedgerFailed
from dashboard.wallet import data_cashier, parts_order

_WIDTH_PX: Final = 720


def draw(balance_li: int | None, op_id: str) -> None:
    """Balance and frozen part; a dash with the reason for what is not known."""
    currency = current.merchant().currency
    frozen, why = _frozen(op_id)
    with st.container(key="cards-wallet", width=_WIDTH_PX):
        left, right = st.columns(2)
        left.metric(
            "Balance",
            formats.money(balance_li, currency),
            help="What the provider says the player has, money in a running game included.",
            border=True,
        )
        right.metric("Frozen", formats.money(frozen, currency), help=why, border=True)


def _frozen(op_id: str) -> tuple[int | None, str]:
    """The frozen part in li, None where it is not known, and what there is to know of it."""
    nobody_said = "Not known: the provider tells it only in its answer to a withdrawal"
    if not data_cashier.is_on(current.merchant()):
        return None, f"{nobody_said}, and here none are made."
    try:
        withdrawal = data_cashier.last_freeze(current.merchant(), op_id)
    except LedgerFailed:
        return None, "Not known: the ledger that keeps it cannot be used."
    if withdrawal is None:
        return None, f"{nobody_said}, and none was made from here yet."
    return withdrawal.outcome.freeze_li, (
        "The part of the balance that a running game locked when the last withdrawal from here was made:"
        f" {parts_order.when(withdrawal)}. It may be another one now."
    )
