"""Is everything well, and what to do about what is not: provider, cache, ledger, screens, this server."""

import streamlit as st

from dashboard import tables
from dashboard.data import status
from dashboard.ui import audit_log, charts, grid, guard, live, refused_payouts, states, status_rows

QUICK_S = 10


@live.part("The summary", "status", every_s=QUICK_S)
def summary() -> None:
    status_rows.summary()


@live.part("The provider", "status-provider", every_s=QUICK_S)
def provider() -> None:
    status_rows.group("provider", "Provider", status.provider_rows())


@live.part("The cache", "status-cache", every_s=QUICK_S)
def cache() -> None:
    status_rows.group("cache", "Cache", status.cache_rows())


@live.part("The ledger", "status-ledger", every_s=QUICK_S)
def ledger() -> None:
    status_rows.group("ledger", "Ledger", status.ledger_rows())


@live.part("The refused payouts", "refused", every_s=QUICK_S)
def refused() -> None:
    refused_payouts.draw()


@live.part("The background work", "status-background", every_s=QUICK_S)
def background() -> None:
    status_rows.group("background", "Background", status.background_rows())


@live.part("The calls to the provider", "status-calls", every_s=QUICK_S)
def calls() -> None:
    with states.box("calls", "Calls to the provider"):
        found = status.calls()
        if found.empty:
            st.caption("The provider has not been asked since this server was started.")
            return
        st.caption("Of this server, since it was started. p50 and p95 are over the last 1000 calls.")
        grid.draw(found, tables.CALLS, "calls", charts.look(), None, kept=False)


@live.part("This server", "status-versions")
def versions() -> None:
    status_rows.versions()


@live.part("The audit log", "status-audit", every_s=None)
def audit() -> None:
    audit_log.draw()


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
