"""One player's wallet: what is in it, what moved in and out, and for cashiers the way to move it."""

import streamlit as st

from dashboard import formats
from dashboard.access import TRANSFERS
from dashboard.currencies import is_code
from dashboard.data import cashier, wallet
from dashboard.data.source import source
from dashboard.markdown import escaped
from dashboard.query import USER_ID
from dashboard.ui import (
    address,
    cash_desk,
    guard,
    live,
    navigation,
    order_list,
    states,
    tab,
    transfer_list,
    wallet_cards,
    wallet_filters,
)


def nobody() -> None:
    if address.has(USER_ID):
        st.warning("The wallet knows players by the op_id only. The page Players finds it by the user_id.")
        return
    demo = " The demo world has whale, grinder and quiet." if source().demo else ""
    st.info(f"Enter the op_id of a player: the wallet knows players by your own id only.{demo}")


@live.part("The balance", "wallet")
def balance() -> None:
    op_id = wallet_filters.wanted().op_id or ""
    try:
        known = wallet.balance(op_id)
    except wallet.NoSuchPlayer:
        st.info("The provider knows no account of this player. Check the op_id: capital letters count.")
        return
    states.as_of(known)
    wallet_cards.draw(known.value, op_id)
    navigation.lead("players.py", "The player's rounds", op_id=op_id)


@live.part("Transfers sent from here", "orders")
def sent_from_here() -> None:
    with states.box("order-list", "Sent from here"):
        order_list.draw(wallet_filters.wanted().op_id or "")


@live.part("The transfers", "transfers")
def transfers() -> None:
    wanted = wallet_filters.wanted()
    with states.box("transfer-list", f"Transfers, {formats.zone_name(source().zone)}"):
        try:
            found = wallet.transfers(wanted)
        except wallet.NoSuchPlayer:
            st.caption("Without an account there are none.")
            return
        states.as_of(found)
        transfer_list.draw(wanted, found)


def draw_currency(op_id: str) -> None:
    """Say where the player's rounds, as far as any were read, are of another currency than the setting."""
    names, setting = source().player_currencies.get(op_id) or (), source().currency
    if setting and (len(names) > 1 or any(is_code(name) and name != setting for name in names)):
        st.warning(
            f"This player's rounds are in {escaped(', '.join(names))}; amounts here are called by the"
            f" dashboard's setting, {setting}, as the wallet names no currency.",
            icon=":material/currency_exchange:",
        )


guard.page("wallet")
wallet_filters.draw_player()
address.draw_problems("wallet")
player = wallet_filters.wanted().op_id
if player is None:
    nobody()
else:
    tab.name(player, "Wallet")
    guard.note_player(op_id=player)
    draw_currency(player)
    balance()
    desk = st.container()
    wallet_filters.draw_filters()
    transfers()
    # Drawn last, at its place above: it waits until the provider says that there is an account.
    if cashier.is_on() and guard.may(TRANSFERS) and cash_desk.has_account(player):
        with desk:
            left, right = st.columns([2, 3])
            with left:
                cash_desk.draw(player)
            with right:
                sent_from_here()
