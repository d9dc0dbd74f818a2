"""Is everything well, and what to do about what is not: provider, cache, ledger, screens, this server."""

import streamlit as st

from dashboard.core.text import text
from dashboard.kit import current, guard, parts
from dashboard.status import data as status_data
from dashboard.status import parts_page

QUICK_S = 10


@parts.part(text("The provider"), "status-provider", every_s=QUICK_S)
def provider() -> None:
    parts_page.group("provider", text("Provider"), status_data.provider_rows(current.merchant()))


@parts.part(text("The cache"), "status-cache", every_s=QUICK_S)
def cache() -> None:
    parts_page.group("cache", text("Cache"), status_data.cache_rows(current.merchant()))


@parts.part(text("The ledger"), "status-ledger", every_s=QUICK_S)
def ledger() -> None:
    parts_page.group("ledger", text("Ledger"), status_data.ledger_rows(current.merchant()))


@parts.part(text("The background work"), "status-background", every_s=QUICK_S)
def background() -> None:
    parts_page.group("background", text("Background"), status_data.background_rows(current.merchant()))


guard.page("status")
st.title(text("Status"), anchor=False)
parts.part(text("The summary"), "status", every_s=QUICK_S)(parts_page.summary)()
provider()
cache()
ledger()
parts.part(text("The refused payouts"), "refused", every_s=QUICK_S)(parts_page.refused)()
background()
parts.part(text("The calls to the provider"), "status-calls", every_s=QUICK_S)(parts_page.calls)()
parts.part(text("This server"), "status-versions")(parts_page.versions)()
parts.part(text("The audit log"), "status-audit", every_s=None)(parts_page.audit_log)()
