"""The head of the page: whose wallet it is, and what is in it."""

from typing import Final

import streamlit as st

from dashboard.core import formats
from dashboard.core.currencies import is_code
from dashboard.core.markdown import escaped
from dashboard.core.query import USER_ID
from dashboard.core.text import listed, text
from dashboard.kit import current, navigation, parts, query_params, states
from dashboard.provider.merchant import LedgerFailed
from dashboard.wallet import data, data_cashier, parts_filter, parts_orders

_WIDTH_PX: Final = 720


def render_nobody() -> None:
    """Say what is wanted where the address names no player that the wallet knows."""
    if query_params.has(USER_ID):
        st.warning(
            text("The wallet knows players by the op_id only. The page Players finds it by the user_id.")
        )
        return
    sentences = text("Enter the op_id of a player: the wallet knows players by your own id only.")
    if current.merchant().demo:
        sentences += " " + text("The demo world has whale, grinder and quiet.")
    st.info(sentences)


def render_currency(op_id: str) -> None:
    """Say where the player's rounds, as far as any were read, are of another currency than the setting."""
    names, setting = current.merchant().player_currencies.get(op_id) or (), current.merchant().currency
    if setting and (len(names) > 1 or any(is_code(name) and name != setting for name in names)):
        st.warning(
            text(
                "This player's rounds are in {currencies}; amounts here are called by the dashboard's"
                " setting, {setting}, as the wallet names no currency.",
                currencies=escaped(listed(names)),
                setting=setting,
            ),
            icon=":material/currency_exchange:",
        )


@parts.part(text("The balance"), "wallet")
def balance() -> None:
    """Balance and frozen part; a dash with the reason for what is not known."""
    op_id, merchant = parts_filter.wanted().op_id or "", current.merchant()
    try:
        known = data.balance(merchant, op_id)
    except data.NoSuchPlayer:
        st.info(text("The provider knows no account of this player. Check the op_id: capital letters count."))
        return
    states.as_of(known, alone=True)
    frozen, why = _frozen(op_id)
    with st.container(key="cards-wallet", width=_WIDTH_PX):
        left, right = st.columns(2)
        left.metric(
            text("Balance"),
            formats.money(known.value, merchant.currency),
            help=text("What the provider says the player has, money in a running game included."),
            border=True,
        )
        right.metric(text("Frozen"), formats.money(frozen, merchant.currency), help=why, border=True)
    navigation.lead("players.py", text("The player's rounds"), op_id=op_id)


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
