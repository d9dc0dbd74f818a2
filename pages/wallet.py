"""One player's wallet: what is in it, what moved in and out, and for cashiers the way to move it."""

import streamlit as st

from dashboard.core.roles import TRANSFERS
from dashboard.core.text import text
from dashboard.kit import current, guard, navigation, query_params
from dashboard.wallet import (
    data_cashier,
    parts_cards,
    parts_cashier,
    parts_filter,
    parts_orders,
    parts_transfers,
)

guard.page("wallet")
parts_filter.render_player()
query_params.render_problems("wallet")
player = parts_filter.wanted().op_id
if player is None:
    parts_cards.render_nobody()
else:
    navigation.name_tab(player, text("Wallet"))
    guard.note_player(op_id=player)
    parts_cards.render_currency(player)
    parts_cards.balance()
    parts_filter.render_filters()
    parts_transfers.transfers()
    # Last: it waits until the provider says that there is an account.
    if data_cashier.is_on(current.merchant()) and guard.may(TRANSFERS) and parts_cashier.has_account(player):
        left, right = st.columns([2, 3])
        with left:
            parts_cashier.render_form(player)
        with right:
            parts_orders.sent_from_here()
