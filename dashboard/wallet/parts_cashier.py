"""Deposit and withdraw: a form, a dialog that repeats what would happen, and one sending per number."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.core.amounts import AmountError, amount_li
from dashboard.core.formats import money
from dashboard.core.markdown import escaped
from dashboard.core.roles import TRANSFERS
from dashboard.core.text import later, text
from dashboard.kit import current, guard, states
from dashboard.provider.merchant import LedgerFailed, ProviderFailed
from dashboard.provider.reading import Reading
from dashboard.wallet import data as wallet_data
from dashboard.wallet import data_cashier, parts_orders
from dashboard.wallet.orders import VERBS, concerns, objection
from ledger.transfers import CashierTransfer, TransferKind, TransferOrder

_DRAFT: Final = "cash-draft"
_ACCOUNTS: Final = "cash-accounts"
_SENT: Final = "cash-sent"
"""How many orders this person sent: the field for the amount is a new one after each."""
_LONGEST_AMOUNT: Final = 40
_TITLES: Final = {
    TransferKind.DEPOSIT: (later("Confirm the deposit"), later("Deposit {amount}")),
    TransferKind.WITHDRAWAL: (later("Confirm the withdrawal"), later("Withdraw {amount}")),
}
"""What stands over the dialog, and on the button that sends it."""


def has_account(op_id: str) -> bool:
    """Whether the player has an account to move money in, for all that is known now.

    Once the provider knew one, it is not asked again for as long as the tab is open.
    """
    found: set[str] = st.session_state.setdefault(_ACCOUNTS, set())
    if op_id not in found:
        try:
            wallet_data.fresh_balance(current.merchant(), op_id)
        except wallet_data.NoSuchPlayer:
            return False
        except ProviderFailed:
            return True
        found.add(op_id)
    return True


@guard.fragment()
def render_form(op_id: str) -> None:
    """Draw the form; what it asks for is confirmed in a dialog before anything is sent.

    A fragment: the dialog does not wait until a slow provider has answered for the rest of the page.
    """
    currency = current.merchant().currency
    with states.box("cash-desk", text("Deposit or withdraw")), st.form("cash", border=False):
        kind = st.segmented_control(
            text("What"), list(VERBS), format_func=VERBS.__getitem__, default=next(iter(VERBS)), required=True
        )
        typed = st.text_input(
            text("Amount, {currency}", currency=currency) if currency else text("Amount"),
            placeholder="1,250.50",
            max_chars=_LONGEST_AMOUNT,
            autocomplete="off",
            key=f"cash-amount-{st.session_state.setdefault(_SENT, 0)}",
        )
        if st.form_submit_button(text("Review…")):
            _review(op_id, TransferKind(kind), typed)
    order, balance = st.session_state.get(_DRAFT, (None, None))
    if order and order.op_id != op_id:
        _forget()
    elif order:
        guard.dialog(str(_TITLES[order.kind][0]), _forget, "center")(_confirm)(order, balance)


def _review(op_id: str, kind: TransferKind, typed: str) -> None:
    with states.part(text("The balance")):
        try:
            order = data_cashier.new_order(
                current.merchant(), op_id, kind, amount_li(typed, current.merchant().currency)
            )
        except AmountError as error:
            st.error(str(error), icon=":material/edit:")
            return
        balance = wallet_data.fresh_balance(current.merchant(), op_id)
        against = objection(order, balance.value, current.merchant().currency)
        if against:
            st.error(against, icon=":material/block:")
        else:
            st.session_state[_DRAFT] = (order, balance)


def _confirm(order: TransferOrder, balance: Reading[int]) -> None:
    """The dialog. The ledger decides what it shows: an order that was sent is not offered again."""
    _repeat(order, balance.value)
    place = st.empty()
    try:
        sent = data_cashier.journal(current.merchant()).find(order.trans_no)
        if sent is None:
            with place.container():
                sent = _sent(order)
    except LedgerFailed as error:
        place.empty()
        sentence = text(
            "Nothing was sent, because it could not be written down before. {reason}",
            reason=text(error.key, **error.fields),
        )
        st.error(escaped(sentence), icon=":material/cloud_off:")
        return
    if sent:
        place.empty()
        _result(sent)


def _repeat(order: TransferOrder, balance_li: int) -> None:
    currency = current.merchant().currency
    facts = {
        text("Player"): escaped(order.op_id),
        VERBS[order.kind]: f"**{money(order.amount_li, currency)}**",
        text("Balance now"): money(balance_li, currency),
        text("Balance after it"): f"**{money(order.after_li(balance_li), currency)}**",
        text("Number"): order.trans_no,
    }
    st.table(pd.DataFrame(facts.items()), border="horizontal", hide_index=True, hide_header=True)


def _sent(order: TransferOrder) -> CashierTransfer | None:
    """Offer to send it; once that is pressed, send it and return what became of it."""
    merchant = current.merchant()
    earlier = data_cashier.journal(merchant).latest(order.op_id, data_cashier.LATEST)
    worries = concerns(order, earlier, merchant.now(), merchant.currency)
    for worry in worries:
        st.warning(escaped(worry), icon=":material/warning:")
    agreed = not worries or st.checkbox(
        text("Make this transfer all the same"), key=f"agreed-{order.trans_no}"
    )
    label = text(_TITLES[order.kind][1].key, amount=money(order.amount_li, merchant.currency))
    with st.container(horizontal=True):
        pressed = st.button(escaped(label), type="primary", key=f"send-{order.trans_no}", disabled=not agreed)
        if st.button(text("Cancel"), key=f"cancel-{order.trans_no}"):
            _forget()
            st.rerun()
    if not pressed:
        return None
    st.session_state[_SENT] += 1
    with st.spinner(text("Sending…")):
        return data_cashier.send(merchant, order, guard.who(TRANSFERS))


def _result(sent: CashierTransfer) -> None:
    place = st.empty()
    if sent.outcome.state.is_open:
        sent = parts_orders.render_look_up(sent, "dialog") or sent
    with place.container():
        parts_orders.render_outcome(sent)
    if st.button(text("Close"), key=f"close-{sent.order.trans_no}"):
        _forget()
        st.rerun()


def _forget() -> None:
    st.session_state.pop(_DRAFT, None)
