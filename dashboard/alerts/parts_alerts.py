"""What fires, all rules with how they stand, the channels, and what became of alerts."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal

import streamlit as st

from dashboard.alerts import data_page, data_store, words
from dashboard.alerts.attention import way_on
from dashboard.alerts.data_page import Alert
from dashboard.alerts.data_store import StoredRule, StoredState
from dashboard.alerts.machine import AlertState
from dashboard.alerts.rules import METRICS, AlertScope, MetricUnit
from dashboard.core import formats, tables
from dashboard.core.markdown import escaped
from dashboard.core.query import ALERT
from dashboard.core.roles import CHANGE_ALERTS, TRY_CHANNELS
from dashboard.core.text import plural, text
from dashboard.kit import current, guard, navigation, query_params, states, table
from twoj_client.windows import HOUR_S

_COLORS: Final[dict[AlertState, Literal["green", "orange", "red", "gray"]]] = {
    AlertState.NORMAL: "green",
    AlertState.PENDING: "orange",
    AlertState.FIRING: "red",
    AlertState.RECOVERING: "orange",
    AlertState.NO_DATA: "gray",
    AlertState.ERROR: "red",
}
_ALERTS: Final = (AlertState.FIRING, AlertState.RECOVERING)
_UNKNOWN: Final = (AlertState.NO_DATA, AlertState.ERROR)
_ORDER: Final = "alerts-order"
_TRIED: Final = "alerts-tried"
_HOUR_MS: Final = HOUR_S * 1000
_MUTE_H: Final = 8
_MOST: Final = 200
_MOST_LINES: Final = 5


def render_alerts() -> None:
    """Draw what fires, and a line for each rule. Raises LedgerAway."""
    merchant = current.merchant()
    if order := st.session_state.pop(_ORDER, None):
        order()
    found = data_page.alerts(merchant)
    firing = [(alert, each) for alert in found for each in alert.states if each[1].standing.state in _ALERTS]
    if firing:
        with states.box("firing", text("Firing")):
            for alert, (subject, state) in firing:
                _firing(alert.stored, subject, state)
    elif any(each.standing.state in _UNKNOWN for alert in found for _, each in alert.states):
        st.info(text("Nothing fires, as far as is known."), icon=":material/info:")
    else:
        st.success(text("Nothing fires."), icon=":material/check:")
    with states.box("rules", text("Alerts")):
        for alert in found:
            _rule(alert)


def _firing(stored: StoredRule, subject: str, state: StoredState) -> None:
    merchant, standing = current.merchant(), state.standing
    evidence = state.evidence if guard.may("players") else data_page.without_players(state.evidence)
    of_what = _of_what(stored, subject, state)
    with st.container(key=f"firing-{stored.id}-{subject}", horizontal=True, vertical_alignment="top"):
        _badge(standing.state)
        with st.container(width="stretch", gap=None):
            title = f"{stored.label}: {of_what}" if of_what else stored.label
            st.markdown(f"**{escaped(title)}**")
            said = [
                *_value(stored.rule.metric, state),
                text("since {when}", when=_moment(standing.firing_since_s or standing.since_s)),
                *words.evidence_text(evidence, merchant.zone, merchant.currency),
            ]
            if state.acknowledged_by:
                said.append(text("Seen by {person}.", person=state.acknowledged_by))
            st.caption(escaped(" · ".join(said)))
        if not state.acknowledged_by and guard.may(CHANGE_ALERTS):
            _button(
                text("I have seen this"),
                f"seen-{stored.id}-{subject}",
                lambda who: data_store.acknowledge(merchant.ledger, (stored.id, subject), who),
            )


def render_attention() -> None:
    """Draw a line for each of the latest that fire, at most five, each with the way to more of it."""
    found = data_page.firing(current.merchant())
    if not found:
        return
    with st.container(key="attention", border=True, gap=None):
        for stored, subject, state in found[:_MOST_LINES]:
            of_what = _of_what(stored, subject, state)
            since = text("since {when}", when=_moment(state.standing.firing_since_s or 0))
            name = f"{stored.label}: {of_what}" if of_what else stored.label
            line = " · ".join([name, *_value(stored.rule.metric, state), since])
            page, query = way_on(stored.rule, subject, state.evidence)
            if guard.may(page):
                navigation.lead(f"{page}.py", line, **query)
            else:
                st.markdown(escaped(line))
        if len(found) > _MOST_LINES:
            more = len(found) - _MOST_LINES
            navigation.lead("alerts.py", plural("{n} more fires", "{n} more fire", more))


def _value(metric: str, state: StoredState) -> list[str]:
    """What was measured; of a number of things, which a reader sees, nothing."""
    if METRICS[metric].unit is MetricUnit.COUNT:
        return []
    return [words.value_text(metric, state.value, current.merchant().currency)]


def _of_what(stored: StoredRule, subject: str, state: StoredState | None) -> str:
    if stored.rule.scope is AlertScope.PLAYER and not guard.may("players"):
        return text("a player")
    evidence = state.evidence if state else {}
    return data_page.named(current.merchant(), stored, subject, evidence)


def _rule(alert: Alert) -> None:
    merchant, stored = current.merchant(), alert.stored
    worst = alert.states[0] if alert.states else None
    with st.container(key=f"rule-{stored.id}", horizontal=True, vertical_alignment="top"):
        with st.container(key=f"badge-{stored.id}", width=100):
            if not stored.is_on:
                st.badge(text("Off"), color="gray")
            elif worst is None:
                st.badge(text("Not looked at"), color="gray")
            else:
                _badge(worst[1].standing.state)
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{escaped(stored.label)}**")
            line = words.rule_text(stored.rule, _of_what(stored, "", None), merchant.currency)
            st.caption(escaped(" · ".join([line, *_standing(alert)])))
        if guard.may(CHANGE_ALERTS):
            _tools(stored)


def _standing(alert: Alert) -> list[str]:
    """How a rule stands, in a few words: its last value, since when, whether somebody is told."""
    merchant, stored = current.merchant(), alert.stored
    found, last = [], []
    if alert.states:
        state = alert.states[0][1]
        value = words.value_text(stored.rule.metric, state.value, merchant.currency)
        found += [
            text("now {value}", value=value),
            text("since {when}", when=_moment(state.standing.since_s)),
        ]
        if "found_after_min" in state.evidence:
            last = [words.found_after_text(state.evidence["found_after_min"])]
    if data_page.channels(merchant):
        names = ", ".join(stored.rule.channels) or text("every channel")
        found.append(text("told to {channels}", channels=names))
    if stored.is_muted(merchant.clock() * 1000) and stored.muted_until_ms:
        found.append(text("muted until {when}", when=_moment(stored.muted_until_ms / 1000)))
    return [*found, *last]


def _tools(stored: StoredRule) -> None:
    ledger, now_ms = current.merchant().ledger, int(current.merchant().clock() * 1000)
    with st.container(horizontal=True, width="content", vertical_alignment="center"):
        if stored.is_muted(now_ms):
            _button(
                text("Unmute"), f"mute-{stored.id}", lambda who: data_store.mute(ledger, stored.id, None, who)
            )
        else:
            until_ms = now_ms + _MUTE_H * _HOUR_MS
            _button(
                text("Mute {hours} h", hours=_MUTE_H),
                f"mute-{stored.id}",
                lambda who: data_store.mute(ledger, stored.id, until_ms, who),
            )
        is_on = stored.is_on
        _button(
            text("Switch off") if is_on else text("Switch on"),
            f"switch-{stored.id}",
            lambda who: data_store.switch(ledger, stored.id, who, is_on=not is_on),
        )
        st.button(
            text("Change"),
            key=f"change-{stored.id}",
            type="tertiary",
            on_click=query_params.write,
            args=({ALERT: stored.id},),
        )
        if stored.ready is None:
            _button(
                text("Remove"),
                f"remove-{stored.id}",
                lambda who: data_store.remove(ledger, stored.id, who, now_ms),
            )


def _button(label: str, key: str, do: Callable[[str], Any]) -> None:
    """A button whose order is carried out, by whoever may, before all is drawn again."""
    st.button(
        label,
        key=f"alerts-{key}",
        type="tertiary",
        on_click=st.session_state.__setitem__,
        args=(_ORDER, lambda: do(guard.who(CHANGE_ALERTS))),
    )


def _badge(state: AlertState) -> None:
    st.badge(words.STATES[state], color=_COLORS[state])


def _moment(at_s: float) -> str:
    merchant = current.merchant()
    return formats.moment(datetime.fromtimestamp(at_s, UTC), merchant.zone, merchant.now())


def render_channels() -> None:
    """Draw the channels, and buttons that try them. Raises LedgerAway."""
    merchant = current.merchant()
    if name := st.session_state.pop(_TRIED, None):
        data_page.try_channel(merchant, name, guard.who(TRY_CHANNELS))
        st.success(text("A test is on its way to {name}.", name=escaped(name)))
    found = data_page.channels(merchant)
    with states.box("channels", text("Channels")):
        if not found:
            st.caption(text("None is set. TWOJ_CHANNELS names them; until then alerts are seen here alone."))
        for name, kind in found.items():
            with st.container(key=f"channel-{name}", horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{escaped(name)}** · {escaped(kind)}", width="stretch")
                if guard.may(TRY_CHANNELS):
                    st.button(
                        text("Send a test"),
                        key=f"try-{name}",
                        type="tertiary",
                        on_click=st.session_state.__setitem__,
                        args=(_TRIED, name),
                    )
        rows = data_page.messages(merchant, _MOST)
        if not rows.empty:
            st.caption(text("The last messages, {zone}", zone=formats.zone_name(merchant.zone)))
            table.render_table(rows, tables.MESSAGES, "messages", None, kept=False)


def render_history() -> None:
    """Draw what became of alerts. Raises LedgerAway."""
    merchant = current.merchant()
    rows = data_page.history(merchant, _MOST, players=guard.may("players"))
    if rows.empty:
        st.caption(text("Nothing has changed yet."))
        return
    with states.box("alert-history", text("Changes, {zone}", zone=formats.zone_name(merchant.zone))):
        table.render_table(rows, tables.ALERT_EVENTS, "alert-events", None, kept=False)
