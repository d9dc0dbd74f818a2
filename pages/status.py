"""Is everything well, and what to do about what is not: provider, cache, ledger, screens, this server."""

import streamlit as st

from dashboard.core import tables
from dashboard.kit import charts, current, guard, parts, states, table
from dashboard.status import data as status_data
from dashboard.status import parts_audit, parts_refusals, parts_rows

QUICK_S = 10


@parts.part("The summary", "status", every_s=QUICK_S)
def summary() -> None:
    parts_rows.summary()


@parts.part("The provider", "status-provider", every_s=QUICK_S)
def provider() -> None:
    parts_rows.group("provider", "Provider", status_data.provider_rows(current.merchant()))


@parts.part("The cache", "status-cache", every_s=QUICK_S)
def cache() -> None:
    parts_rows.group("cache", "Cache", status_data.cache_rows(current.merchant()))


@parts.part("The ledger", "status-ledger", every_s=QUICK_S)
def ledger() -> None:
    parts_rows.group("ledger", "Ledger", status_data.ledger_rows(current.merchant()))


@parts.part("The refused payouts", "refused", every_s=QUICK_S)
def refused() -> None:
    parts_refusals.draw()


@parts.part("The background work", "status-background", every_s=QUICK_S)
def background() -> None:
    parts_rows.group("background", "Background", status_data.background_rows(current.merchant()))


@parts.part("The calls to the provider", "status-calls", every_s=QUICK_S)
def calls() -> None:
    with states.box("calls", "Calls to the provider"):
        found = status_data.calls(current.merchant())
        if found.empty:
            st.caption("The provider has not been asked since this server was started.")
            return
        st.caption("Of this server, since it was started. p50 and p95 are over the last 1000 calls.")
        table.draw(found, tables.CALLS, "calls", charts.look(), None, kept=False)


@parts.part("This server", "status-versions")
def versions() -> None:
    parts_rows.versions()


@parts.part("The audit log", "status-audit", every_s=None)
def audit() -> None:
    parts_audit.draw()


guard.page("status")
st.title("Status", anchor=False)
summary()
provider()
cache()
ledger()
refused()
background()
calls()
versions()
audit()
