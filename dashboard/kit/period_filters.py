"""Period and comparison: their pickers, and the address that keeps them."""

from typing import Final, Literal

import streamlit as st

from dashboard.access import audit as access_audit
from dashboard.core.periods import LABELS, NAMES, business_day, neighbour, of_days, parse_period
from dashboard.core.query import COMPARE, PERIOD, View, read_view
from dashboard.core.roles import ASK_AGAIN
from dashboard.core.text import Message, later, text
from dashboard.kit import current, guard, parts, query_params, states

CUSTOM: Final = "custom"
_STEPS: Final[dict[Literal[-1, 1], tuple[str, str, Message]]] = {
    -1: ("earlier", ":material/chevron_left:", later("Earlier")),
    1: ("later", ":material/chevron_right:", later("Later")),
}


def view() -> View:
    """What the address asks to show, as of now."""
    return read_view(query_params.query())


def render_filters(title: str, *, compared: bool = True, page: str = "", of_bets: bool = True) -> None:
    """The page's title with the pickers beside it; a choice goes into the address, where `view` reads it.

    `compared` is False for a page that compares nothing, `of_bets` for one of which nothing is made of bets:
    how far these are proven is not said there. `page` is its name where the title is another.
    """
    shown = view()
    custom = shown.period.text not in NAMES or st.session_state.get("period") == CUSTOM
    count = 1 + custom + compared
    heading, pickers = st.columns([3, max(count, 1.2)], vertical_alignment="bottom")
    with heading.container(key="heading", horizontal=True, vertical_alignment="bottom"):
        st.title(title, anchor=False, width="content")
        if of_bets and guard.may(ASK_AGAIN):
            st.button(
                text("Ask again"),
                key="ask-again",
                icon=":material/refresh:",
                type="tertiary",
                help=text("Asks the provider again for all numbers of this period, for everybody."),
                on_click=_ask_again,
                args=(page or title,),
            )
    with pickers.container(key="filters"):
        columns = st.columns(count)
        with columns[0].container(key="period-steps", horizontal=True, vertical_alignment="bottom"):
            _step(shown, -1)
            _period_picker(shown, custom=custom)
            _step(shown, 1)
        if custom:
            _days_picker(columns[1], shown)
        if compared:
            columns[-1].selectbox(
                text("Compared with"),
                list(COMPARE.choices),
                format_func=COMPARE.choices.__getitem__,
                **query_params.bound("", COMPARE, unsaid=shown.mode),
            )
    if of_bets:
        parts.part(later("How far it is proven"), "proof")(states.render_proof)()


def _ask_again(page: str) -> None:
    """Have whatever is said of the period, and of what it is compared with, asked again when next wanted.

    That goes for all who share the cache, and is written into the audit log.
    """
    merchant, shown, who = current.merchant(), view(), guard.who(ASK_AGAIN)
    for each in (shown, shown.comparison):
        if each and each.start < each.end:
            merchant.ask_again(each.start, each.end)
    days = {"first_day": shown.period.first_day.isoformat(), "last_day": shown.period.last_day.isoformat()}
    access_audit.audit(merchant, who, "asked again", {"page": page, **days})


def _step(shown: View, by: Literal[-1, 1]) -> None:
    """Draw the button that leads to the span of the same length before or after the one shown."""
    to = neighbour(shown.period, by, business_day(shown.now, shown.zone))
    key, icon, label = _STEPS[by]
    st.button(
        str(label),
        key=key,
        icon=icon,
        type="tertiary",
        disabled=to is None,
        help=to.days_label if to else None,
        on_click=_take,
        args=(to.text,) if to else (),
    )


def _period_picker(shown: View, *, custom: bool) -> None:
    labels = {**LABELS, CUSTOM: text("Choose days…")}
    st.session_state["period"] = CUSTOM if custom else shown.period.text
    st.selectbox(
        text("Period"), list(labels), key="period", format_func=labels.__getitem__, on_change=_take_period
    )


def _days_picker(place: st.delta_generator.DeltaGenerator, shown: View) -> None:
    today = business_day(shown.now, shown.zone)
    place.date_input(
        text("Days"),
        (shown.period.first_day, shown.period.last_day),
        max_value=today,
        key="days",
        on_change=_take_days,
        format="YYYY-MM-DD",
    )


def _take_period() -> None:
    if st.session_state["period"] != CUSTOM:
        _take(st.session_state["period"])


def _take_days() -> None:
    picked = st.session_state["days"]
    if len(picked) == 2:
        _take(of_days(*picked).text)


def _take(period: str) -> None:
    merchant = current.merchant()
    taken = parse_period(period, business_day(merchant.now(), merchant.zone))
    query_params.write({PERIOD: taken})
    # The pickers keep what was chosen in them: now it is this.
    st.session_state["period"] = period if period in NAMES else CUSTOM
    st.session_state["days"] = (taken.first_day, taken.last_day)
