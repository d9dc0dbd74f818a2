"""Period and comparison: their pickers, and the address that keeps them."""

from typing import Final

import streamlit as st

from dashboard import data
from dashboard.periods import NAMES, Mode, business_day, parse_period
from dashboard.view import DEFAULT_MODE, DEFAULT_PERIOD, View, read_view

CUSTOM: Final = "custom"
_MODES: Final = {Mode.PREVIOUS: "The days before", Mode.WEEK: "The same weekdays", Mode.NONE: "Nothing"}


def view() -> View:
    """What the address asks to show, as of now."""
    here = data.source()
    return read_view(st.query_params, here.now(), here.zone)


def draw(title: str, *, compared: bool = True) -> None:
    """The page's title with the pickers beside it; a choice goes into the address, where `view` reads it.

    The address is the only state: a copied link, a reload and the browser's way back all show what it says.
    `compared` is False for a page that compares nothing.
    """
    shown = view()
    custom = shown.period.text not in NAMES or st.session_state.get("period") == CUSTOM
    count = 1 + custom + compared
    heading, pickers = st.columns([3, max(count, 1.2)], vertical_alignment="bottom")
    heading.title(title, anchor=False)
    with pickers.container(key="filters"):
        columns = st.columns(count)
        _period_picker(columns[0], shown, custom=custom)
        if custom:
            _days_picker(columns[1], shown)
        if compared:
            _compare_picker(columns[-1], shown)
    for problem in shown.problems:
        st.warning(problem, icon=":material/link_off:")


def _period_picker(place: st.delta_generator.DeltaGenerator, shown: View, *, custom: bool) -> None:
    today = business_day(shown.now, shown.zone)
    labels = {name: parse_period(name, today).label for name in NAMES} | {CUSTOM: "Choose days…"}
    st.session_state["period"] = CUSTOM if custom else shown.period.text
    place.selectbox(
        "Period", list(labels), key="period", format_func=labels.__getitem__, on_change=_take_period
    )


def _days_picker(place: st.delta_generator.DeltaGenerator, shown: View) -> None:
    today = business_day(shown.now, shown.zone)
    place.date_input(
        "Days",
        (shown.period.first_day, shown.period.last_day),
        max_value=today,
        key="days",
        on_change=_take_days,
        format="YYYY-MM-DD",
    )


def _compare_picker(place: st.delta_generator.DeltaGenerator, shown: View) -> None:
    st.session_state["compare"] = shown.mode
    place.selectbox(
        "Compared with", list(_MODES), key="compare", format_func=_MODES.__getitem__, on_change=_take_compare
    )


def _take_period() -> None:
    if st.session_state["period"] != CUSTOM:
        _write("period", st.session_state["period"], DEFAULT_PERIOD)


def _take_days() -> None:
    picked = st.session_state["days"]
    if len(picked) == 2:
        first_day, last_day = picked
        _write("period", f"{first_day.isoformat()}..{last_day.isoformat()}", DEFAULT_PERIOD)


def _take_compare() -> None:
    _write("compare", st.session_state["compare"], DEFAULT_MODE)


def _write(name: str, value: str, default: str) -> None:
    if value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value
