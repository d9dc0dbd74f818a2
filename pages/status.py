"""Is everything well, and what to do about what is not: provider, cache, ledger, screens, this server."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.core.text import text
from dashboard.kit import guard, parts
from dashboard.provider.merchant import Merchant
from dashboard.status import data as status_data
from dashboard.status import parts_page
from dashboard.status.rows import Row

QUICK_S = 10


def lines(key: str, name: str, title: str, rows: Callable[[Merchant], list[Row]]) -> None:
    draw = partial(parts_page.render_group, key, title, rows)
    parts.part(name, f"status-{key}", every_s=QUICK_S)(draw)()


guard.page("status")
st.title(text("Status"), anchor=False)
parts.part(text("The summary"), "status", every_s=QUICK_S)(parts_page.render_summary)()
lines("provider", text("The provider"), text("Provider"), status_data.provider_rows)
lines("cache", text("The cache"), text("Cache"), status_data.cache_rows)
lines("ledger", text("The ledger"), text("Ledger"), status_data.ledger_rows)
parts.part(text("The refused payouts"), "refused", every_s=QUICK_S)(parts_page.render_refused)()
others = status_data.background_rows
lines("background", text("The background work"), text("Background"), others)
parts.part(text("The calls to the provider"), "status-calls", every_s=QUICK_S)(parts_page.render_calls)()
parts.part(text("This server"), "status-versions")(parts_page.render_versions)()
parts.part(text("The audit log"), "status-audit", every_s=None)(parts_page.render_audit_log)()
