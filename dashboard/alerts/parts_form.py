"""Tell me when…: the form that makes an alert, or changes one, and tries it on the past."""

from datetime import UTC, datetime, time
from typing import Final

import streamlit as st

from dashboard.alerts import data_page, data_store, words
from dashboard.alerts.data_evaluator import Preview, preview
from dashboard.alerts.data_store import StoredRule
from dashboard.alerts.data_values import HISTORY_DAYS
from dashboard.alerts.limits import limit_of, limit_text
from dashboard.alerts.rules import (
    LONGEST_NAME,
    METRICS,
    AlertMetric,
    AlertRule,
    AlertScope,
    AlertSide,
    MetricUnit,
    RuleError,
)
from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.query import ALERT, GAME_ID, GAME_TYPE, LINE, POT, SCREEN_ID, USER_ID, WATCH, WATCHED
from dashboard.core.roles import CHANGE_ALERTS
from dashboard.core.text import WordTable, later, plural, text
from dashboard.kit import current, guard, query_params, states

_PLAYER: Final = (AlertScope.PLAYER, "")
_UNITS: Final = WordTable(
    {
        MetricUnit.MONEY: later("Limit, money"),
        MetricUnit.COUNT: later("Limit"),
        MetricUnit.SHARE: later("Limit, %"),
        MetricUnit.NOISE: later("Limit, standard errors"),
        MetricUnit.MINUTES: later("Limit, minutes"),
        MetricUnit.MEGABYTES: later("Limit, GB"),
    }
)
_NIGHT: Final = time(22), time(7)
_MOST_SHOWN: Final = 10
_SEEN: Final = "alert-form-seen"
"""The alert whose form was drawn last, as it was then."""


def render_form() -> None:
    """Draw the form, for people who may make alerts. Raises LedgerAway."""
    if not guard.may(CHANGE_ALERTS):
        return
    stored = _stored()
    with states.box(
        "alert-form", text("Change “{name}”", name=stored.label) if stored else text("Tell me when…")
    ):
        if stored:
            st.button(
                text("A new one instead"), type="tertiary", on_click=query_params.clear, args=([ALERT],)
            )
            metric = stored.rule.metric
        else:
            st.selectbox(
                text("What"),
                list(WATCH.choices),
                format_func=WATCH.choices.__getitem__,
                **query_params.bound("alert-", WATCH),
            )
            metric = query_params.value(WATCH)
        _form(metric, stored)


def _stored() -> StoredRule | None:
    wanted = query_params.value(ALERT)
    if wanted is None:
        return None
    with current.merchant().ledger.reading() as books:
        found = [each for each in data_store.rules(books) if each.id == wanted]
    if not found:
        st.caption(text("There is no such alert any more."))
    return found[0] if found else None


def _form(metric: str, stored: StoredRule | None) -> None:
    known, rule = METRICS[metric], stored.rule if stored else None
    of = _of(metric, rule)
    key = f"alert-form-{stored.id if stored else ''}-{metric}-{of[0]}-{of[1]}-"
    is_others = _is_changed_by_others(stored)
    if is_others:  # what was typed was of what it was before
        for each in [name for name in st.session_state if str(name).startswith(key)]:
            del st.session_state[each]
    with st.form(f"{key}form", border=False):
        name = st.text_input(
            text("Name"),
            value=stored.label if stored else WATCHED[metric],
            max_chars=LONGEST_NAME,
            key=f"{key}name",
            placeholder=text("Gain of the night"),
        )
        left, middle, right = st.columns(3)
        chosen = _choose_of(left, key, metric, of)
        player = ""
        if AlertScope.PLAYER in known.scopes:
            player = middle.text_input(
                text("Player (the provider's id)"),
                value=of[1] if of[0] is AlertScope.PLAYER else "",
                key=f"{key}player",
                placeholder=text("any"),
            )
        window_min = 0
        if known.windows_min:
            at = (
                known.windows_min.index(rule.window_min if rule else 1440)
                if (rule or 1440 in known.windows_min)
                else 0
            )
            window_min = right.selectbox(
                text("Over"),
                known.windows_min,
                index=at,
                format_func=lambda window_min: formats.about_duration(window_min * 60),
                key=f"{key}window",
            )
        left, middle, right = st.columns(3)
        side = left.selectbox(
            text("Fires"),
            list(AlertSide),
            index=list(AlertSide).index(rule.side) if rule else 0,
            format_func=words.SIDES.__getitem__,
            key=f"{key}side",
        )
        limit = middle.text_input(
            _UNITS[known.unit],
            value=limit_text(rule.limit, known.unit) if rule else _usual_limit(known),
            key=f"{key}limit",
        )
        channels = right.multiselect(
            text("Told to"),
            _channels(rule),
            default=rule.channels if rule else (),
            placeholder=text("Every channel"),
            key=f"{key}channels",
        )
        left, middle, right = st.columns(3)
        hold = left.number_input(
            text("Only after it has lasted, min"), 0, 10_000, rule.hold_min if rule else 0, key=f"{key}hold"
        )
        recover = middle.number_input(
            text("Over after it has been normal, min"),
            0,
            10_000,
            rule.recover_min if rule else 15,
            key=f"{key}recover",
        )
        remind = right.number_input(
            text("Remind every, min (0: never)"),
            0,
            100_000,
            rule.remind_min if rule else 0,
            key=f"{key}remind",
        )
        left, middle, right = st.columns(3, vertical_alignment="bottom")
        quiet = left.toggle(text("Quiet hours"), value=bool(rule and rule.quiet_from), key=f"{key}quiet")
        begins = middle.time_input(
            text("From"), value=(rule.quiet_from if rule else None) or _NIGHT[0], key=f"{key}from"
        )
        ends = right.time_input(
            text("To"), value=(rule.quiet_to if rule else None) or _NIGHT[1], key=f"{key}to"
        )
        with st.container(horizontal=True):
            saves = st.form_submit_button(text("Save"), type="primary")
            tries = st.form_submit_button(text("Try on the last {days} days", days=HISTORY_DAYS))
    if is_others and stored:
        st.warning(
            text("{person} has changed it meanwhile. This is how it is now.", person=escaped(stored.who))
        )
        return
    if not saves and not tries:
        return
    scope = (AlertScope.PLAYER, player.strip()) if player.strip() else chosen
    try:
        wanted = AlertRule(
            metric,
            side or AlertSide.ABOVE,
            limit_of(limit, known.unit),
            scope[0],
            scope[1],
            window_min or 0,
            int(hold),
            int(recover),
            int(remind),
            begins if quiet else None,
            ends if quiet else None,
            tuple(channels),
        )
        if saves:
            _save(stored, name, wanted)
        else:
            _render_preview(wanted)
    except RuleError as error:
        st.warning(str(error.why))


def _is_changed_by_others(stored: StoredRule | None) -> bool:
    """Whether an alert is another than when its form was drawn last."""
    now = (stored.id, stored.name, stored.rule) if stored else None
    before = st.session_state.get(_SEEN)
    st.session_state[_SEEN] = now
    return bool(now and before and before[0] == now[0] and before != now)


def _of(metric: str, rule: AlertRule | None) -> tuple[AlertScope, str]:
    """What is watched, as the rule or the address has it."""
    if rule:
        return rule.scope, rule.scope_id
    said = {
        AlertScope.GAME: query_params.value(GAME_ID),
        AlertScope.TYPE: query_params.value(GAME_TYPE),
        AlertScope.PLAYER: query_params.value(USER_ID),
        AlertScope.POT: query_params.value(POT),
        AlertScope.SCREEN: query_params.value(SCREEN_ID),
        AlertScope.LINE: query_params.value(LINE),
    }
    known = METRICS[metric].scopes
    found = [(scope, str(said[scope])) for scope in known if said.get(scope)]
    return found[0] if found else (AlertScope.WHOLE, "")


def _usual_limit(known: AlertMetric) -> str:
    """What is counted as of now should not be there at all."""
    return "0" if known.unit is MetricUnit.COUNT and not known.windows_min else ""


def _choose_of(
    place: "st.delta_generator.DeltaGenerator", key: str, metric: str, of: tuple[AlertScope, str]
) -> tuple[AlertScope, str]:
    choices = data_page.scopes(current.merchant(), METRICS[metric].scopes)
    if of[0] is not AlertScope.PLAYER and of[1]:
        choices.setdefault(of, of[1])
    if not choices:
        return AlertScope.WHOLE, ""
    options = list(choices)
    at = options.index(of) if of in choices else 0
    found: tuple[AlertScope, str] = place.selectbox(
        text("Of"), options, index=at, format_func=choices.__getitem__, key=f"{key}of"
    )
    return found


def _channels(rule: AlertRule | None) -> list[str]:
    """Those of the settings, and those of the rule that are not there any more."""
    return list(dict.fromkeys([*data_page.channels(current.merchant()), *(rule.channels if rule else ())]))


def _save(stored: StoredRule | None, name: str, wanted: AlertRule) -> None:
    who, ledger = guard.who(CHANGE_ALERTS), current.merchant().ledger
    ready = stored.ready if stored else None
    if stored and ready and name == stored.label:
        name = stored.name
    made = data_store.save(ledger, stored.id if stored else None, name, wanted, who)
    st.session_state[_SEEN] = made, " ".join(name.split()), wanted
    st.success(text("Saved. It is looked at within half a minute."), icon=":material/check:")


def _render_preview(wanted: AlertRule) -> None:
    if not METRICS[wanted.metric].has_past:
        st.info(text("What this was in the past is not kept, so it cannot be tried."))
        return
    with st.spinner(text("Trying it on the past…")):
        found = preview(current.merchant(), wanted)
    st.info(escaped(preview_text(found)), icon=":material/history:")
    for firing in found.firings[-_MOST_SHOWN:][::-1]:
        until = _moment(firing.until_s) if firing.until_s else text("now")
        value = words.value_text(wanted.metric, firing.value, current.merchant().currency)
        said = text("{start} to {end}: {value}", start=_moment(firing.from_s), end=until, value=value)
        st.markdown(f"- {escaped(said)}")
    if len(found.firings) > _MOST_SHOWN:
        st.caption(text("The last {count} of them are shown.", count=_MOST_SHOWN))


def preview_text(found: Preview) -> str:
    """How often a rule would have fired, and since when that is known."""
    if found.known_from_s is None:
        return text(
            "Nothing of the last {days} days is known that this could be tried on.", days=HISTORY_DAYS
        )
    return plural(
        "It would have fired {n} time in the last {days} days; they are known from {when} on.",
        "It would have fired {n} times in the last {days} days; they are known from {when} on.",
        len(found.firings),
        days=HISTORY_DAYS,
        when=_moment(found.known_from_s),
    )


def _moment(at_s: float) -> str:
    merchant = current.merchant()
    return formats.moment(datetime.fromtimestamp(at_s, UTC), merchant.zone, merchant.now())
