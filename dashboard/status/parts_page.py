"""The Status page: lines with a word for how each thing is doing, the refused payouts, the audit log."""

from collections.abc import Callable
from typing import Final, Literal

import streamlit as st

from dashboard.access import audit as access_audit
from dashboard.core import formats, roles, tables
from dashboard.core.files import About
from dashboard.core.markdown import escaped
from dashboard.core.text import Message, later, listed, text
from dashboard.kit import current, downloads, guard, navigation, states, table
from dashboard.provider.merchant import Merchant
from dashboard.status import data as status_data
from dashboard.status.rows import HealthState, Row

_LOOKS: Final[dict[HealthState, tuple[Message, Literal["green", "orange", "red", "gray"], str]]] = {
    HealthState.WELL: (later("Works"), "green", ":material/check:"),
    HealthState.WATCH: (later("Needs a look"), "orange", ":material/warning:"),
    HealthState.FAILING: (later("Failing"), "red", ":material/error:"),
    HealthState.UNKNOWN: (later("Not known"), "gray", ":material/help:"),
}
_WORST: Final = (HealthState.UNKNOWN, HealthState.WELL, HealthState.WATCH, HealthState.FAILING)
_MOST_REFUSED: Final = 20
_MOST_AUDITED: Final = 1000
_SEEN: Final = "refused-payouts-seen"


def render_summary() -> None:
    """Say in one line whether all is well, or what is not."""
    wanted = [
        (text("{what} ({group})", what=row.what, group=group), row.state)
        for group, row in status_data.all_rows(current.merchant())
    ]
    failing = listed(what for what, state in wanted if state is HealthState.FAILING)
    watched = listed(what for what, state in wanted if state is HealthState.WATCH)
    if failing:
        st.error(escaped(text("Failing: {lines}.", lines=failing)), icon=_LOOKS[HealthState.FAILING][2])
    if watched:
        st.warning(escaped(text("To look at: {lines}.", lines=watched)), icon=_LOOKS[HealthState.WATCH][2])
    if not failing and not watched:
        st.success(text("Everything works, as far as is known."), icon=_LOOKS[HealthState.WELL][2])


def render_group(key: str, title: str, rows: Callable[[Merchant], list[Row]]) -> None:
    """Draw one group as a line, behind which its own lines are: unfolded where one of them needs a look."""
    found = rows(current.merchant())
    worst = max((row.state for row in found), key=_WORST.index)
    said, color, _ = _LOOKS[worst]
    names = escaped(listed([row.what for row in found]))
    label = f"**{title}** :{color}-badge[{said}] :gray[{names}]"
    with st.expander(label, expanded=worst in _WORST[2:], key=f"box-{key}"):
        for number, row in enumerate(found):
            with st.container(key=f"line-{key}-{number}", horizontal=True, vertical_alignment="top"):
                _line(row)
        navigation.tell_me({str(row.what): {"watch": "line", "line": row.id} for row in found})


def _line(row: Row) -> None:
    said, color, icon = _LOOKS[row.state]
    st.markdown(f"**{escaped(str(row.what))}**", width=200)
    with st.container(width=140):
        st.badge(str(said), icon=icon, color=color)
    to_do = f"  \n:material/arrow_forward: **{escaped(row.to_do)}**" if row.to_do else ""
    st.markdown(escaped(row.said) + to_do, width="stretch")


def render_calls() -> None:
    """Draw what was asked of each endpoint of the provider."""
    with states.box("calls", text("Calls to the provider")):
        found = status_data.calls(current.merchant())
        if found.empty:
            st.caption(text("The provider has not been asked since this server was started."))
            return
        st.caption(text("Of this server, since it was started. p50 and p95 are over the last 1000 calls."))
        table.render_table(found, tables.CALLS, "calls", None, kept=False)


def render_versions() -> None:
    """Say what runs here."""
    said = [
        f"{name} **{escaped(value)}**" for name, value in status_data.versions(current.merchant()).items()
    ]
    with states.box("versions", text("This server")):
        st.markdown(" · ".join(said))


def render_refused() -> None:
    """Draw the payout calls that were not credited, for people who may see them. Raises LedgerAway."""
    merchant = current.merchant()
    if _SEEN in st.session_state:
        status_data.acknowledge_refused(
            merchant, st.session_state.pop(_SEEN), guard.who(roles.REFUSED_PAYOUTS)
        )
        st.rerun()
    found = status_data.refused(merchant)
    if not found or not guard.may(roles.REFUSED_PAYOUTS):
        return
    title = text("Refused payouts, {zone}", zone=formats.zone_name(merchant.zone))
    with states.box("refused-payouts", title):
        st.caption(
            text(
                "The last calls to `/order/jackpot` that were not credited, at most {count}.",
                count=formats.count(_MOST_REFUSED),
            )
        )
        rows = status_data.refused_calls(merchant, _MOST_REFUSED)
        table.render_table(rows, tables.REFUSED_PAYOUTS, "refused-payouts", None)
        unseen = {each.kind: each.total for each in found if each.unseen}
        if unseen:
            st.button(
                text("I have seen this"),
                key="refused-payouts-button",
                type="primary",
                help=text("The audit log keeps who it was, and when."),
                on_click=st.session_state.__setitem__,
                args=(_SEEN, unseen),
            )


def render_audit_log() -> None:
    """Draw the latest rows for people who may see them. Raises LedgerAway."""
    if not guard.may(roles.AUDIT_LOG):
        return
    merchant = current.merchant()
    rows, now = access_audit.audit_rows(merchant, _MOST_AUDITED), merchant.now()
    with states.box("audit-log", text("Audit log, {zone}", zone=formats.zone_name(merchant.zone))):
        if rows.empty:
            st.info(text("Nothing has been written yet."))
            return
        st.caption(
            text(
                "The latest rows, at most {count}. Each carries the hash of the row before it: `python -m"
                " ledger check` finds a row that was changed or is missing.",
                count=formats.count(_MOST_AUDITED),
            )
        )
        seen = table.render_table(rows, tables.AUDIT_LOG, "audit-log", None)
        about = About(
            title=text("Audit log"),
            period=text("The latest {count} rows", count=formats.count(len(rows))),
            zone=formats.zone_name(merchant.zone),
            currency="",
            as_of=formats.moment(now, merchant.zone),
            rows=str(len(rows)),
        )
        stem = f"audit-log-{now.astimezone(merchant.zone):%Y-%m-%d}"
        downloads.offer(about, tables.AUDIT_LOG, rows, stem, seen)
