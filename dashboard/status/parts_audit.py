"""The audit log for people: its latest rows, as a table and as files."""

from typing import Final

import streamlit as st

from dashboard.access import audit as access_audit
from dashboard.core import formats, tables
from dashboard.core.files import About
from dashboard.core.roles import AUDIT_LOG
from dashboard.kit import charts, current, downloads, guard, states, table

_MOST: Final = 1000


def draw() -> None:
    """Draw the latest rows for people who may see them. Raises LedgerFailed."""
    if not guard.may(AUDIT_LOG):
        return
    merchant = current.merchant()
    rows = access_audit.audit_rows(merchant, _MOST)
    with states.box("audit-log", f"Audit log, {formats.zone_name(merchant.zone)}"):
        if rows.empty:
            st.info("Nothing has been written yet.")
            return
        st.caption(
            f"The latest rows, at most {formats.count(_MOST)}. Each carries the hash of the row before it:"
            " `python -m ledger check` finds a row that was changed or is missing."
        )
        table.draw(rows, tables.AUDIT_LOG, "audit-log", charts.look(), None)
        now = merchant.now()
        about = About(
            title="Audit log",
            period=f"The latest {formats.count(len(rows))} rows",
            zone=formats.zone_name(merchant.zone),
            currency="",
            as_of=formats.moment(now, merchant.zone),
            rows=str(len(rows)),
        )
        downloads.offer(about, tables.AUDIT_LOG, rows, f"audit-log-{now.astimezone(merchant.zone):%Y-%m-%d}")
