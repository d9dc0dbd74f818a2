"""The merchant whose pages a session shows."""

from typing import Final

import streamlit as st

from dashboard.provider.merchant import Merchant, Merchants

merchants: Final = Merchants()
"""The merchants that the server runs.

This is the one door to them, for pages and parts alone. Streamlit runs a page as a script of its own, starts
it by its path and hands it nothing but its session; a fragment, a callback and a dialog begin without the
page. So what the server has made lies here, where each of them finds it. All else is handed a merchant.
"""
_KEY: Final = "mch_id"


def merchant() -> Merchant:
    """The merchant of this session, the same for as long as it lasts."""
    return merchants[st.session_state.setdefault(_KEY, merchants.first.mch_id)]
