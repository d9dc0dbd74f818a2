"""One player's wallet: what is in it, what moved in and out, and for cashiers the way to move it."""

import streamlit as st

from dashboard.core import formats
from dashboard.core.currencies import is_code
from dashboard.core.markdown import escaped
from dashboard.core.query import USER_ID
from dashboard.core.roles import TRANSFERS
from dashboard.core.text import listed, text
from dashboard.kit import current, guard, navigation, parts, query_params, states
from dashboard.wallet import data as wallet_data
from dashboard.wallet import data_cashier, parts_cashier, parts_orders, parts_transfers
from dashboard.wallet import parts_cards as wallet_cards
from dashboard.wallet import parts_filter as wallet_filter


def nobody() -> None:
    if query_params.has(USER_ID):
        st.warning(
            text("The wallet knows players by the op_id only. The page Players finds it by the user_id.")
        )
        return
    sentences = text("Enter the op_id of a player: the wallet knows players by your own id only.")
    if current.merchant().demo:
        sentences += " " + text("The demo world has whale, grinder and quiet.")
    st.info(sentences)


@parts.part(text("The balance"), "wallet")
def balance() -> None:
    op_id = wallet_filter.wanted().op_id or ""
    try:
        known = wallet_data.balance(current.merchant(), op_id)
    except wallet_data.NoSuchPlayer:
        st.info(text("The provider knows no account of this player. Check the op_id: capital letters count."))
        return
    states.as_of(known)
    wallet_cards.render_cards(known.value, op_id)
    navigation.lead("players.py", text("The player's rounds"), op_id=op_id)


@parts.part(text("Transfers sent from here"), "orders")
def sent_from_here() -> None:
    with states.box("order-list", text("Sent from here")):
        parts_orders.render_orders(wallet_filter.wanted().op_id or "")


@parts.part(text("The transfers"), "transfers")
def transfers() -> None:
    wanted = wallet_filter.wanted()
    with states.box(
        "transfer-list", text("Transfers, {zone}", zone=formats.zone_name(current.merchant().zone))
    ):
        try:
            found = wallet_data.transfers(current.merchant(), wanted)
        except wallet_data.NoSuchPlayer:
            st.caption(text("Without an account there are none."))
            return
        states.as_of(found)
        parts_transfers.render_transfers(wanted, found)


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


guard.page("wallet")
wallet_filter.render_player()
query_params.render_problems("wallet")
player = wallet_filter.wanted().op_id
if player is None:
    nobody()
else:
    navigation.name_tab(player, text("Wallet"))
    guard.note_player(op_id=player)
    render_currency(player)
    balance()
    wallet_filter.render_filters()
    transfers()
    # Last: it waits until the provider says that there is an account.
    if data_cashier.is_on(current.merchant()) and guard.may(TRANSFERS) and parts_cashier.has_account(player):
        left, right = st.columns([2, 3])
        with left:
            parts_cashier.render_form(player)
        with right:
            sent_from_here()
