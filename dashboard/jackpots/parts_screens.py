"""The screens: how each is doing, links for new ones, and the end of old ones."""

from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import urlsplit

import streamlit as st

from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.roles import SCREENS
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.screens import Condition, Screen, condition
from dashboard.kit import current, guard

_NEW_LINK: Final = "screen-link"
_REVOKED: Final = "screen-to-revoke"
_LOOKS: Final = {
    "dark": "Dark, for a hall",
    "light": "Light, for a bright room",
    "auto": "As its browser asks",
}
_COLORS: Final[dict[Condition, Literal["green", "orange", "red", "gray"]]] = {
    Condition.ON: "green",
    Condition.OLD_BUILD: "orange",
    Condition.OLD_NUMBERS: "orange",
    Condition.STILL: "red",
    Condition.OFF: "red",
    Condition.NEW: "gray",
    Condition.REVOKED: "gray",
}


def draw_new() -> None:
    """Draw the form that makes a link, and the new link until it was taken: it is nowhere else."""
    with st.form("new-screen", clear_on_submit=True, border=False):
        name_place, look_place, button_place = st.columns([4, 3, 2], vertical_alignment="bottom")
        name = name_place.text_input(
            "Name of a new screen", max_chars=80, placeholder="Lobby, left of the bar"
        )
        look = look_place.selectbox("Look", list(_LOOKS), format_func=_LOOKS.__getitem__)
        if button_place.form_submit_button("Make a link", width="stretch"):
            if name.strip():
                token = current.merchant().running(Watch).screens.make(name.strip(), look, guard.who(SCREENS))
                st.session_state[_NEW_LINK] = (name.strip(), f"{_page_url()}?screen={token}")
            else:
                st.warning("Give the screen a name, so that you know which one it is.")
    if _NEW_LINK in st.session_state:
        made, link = st.session_state[_NEW_LINK]
        st.success(
            f"Open this link on the screen “{escaped(made)}”. It is shown only now, and whoever has it sees"
            " the wall."
        )
        st.code(link, language=None, wrap_lines=True)
        st.button("I have it", on_click=st.session_state.pop, args=(_NEW_LINK,))


def draw() -> None:
    """Draw a row for each screen, with its last heartbeat."""
    watch = current.merchant().running(Watch)
    if _REVOKED in st.session_state:
        watch.screens.revoke(st.session_state.pop(_REVOKED), guard.who(SCREENS))
    found = watch.screens.all()
    if not found:
        st.caption("No screen has a link yet.")
    for screen in found:
        state = condition(screen, watch.limits, watch.build)
        with st.container(key=f"screen-{screen.id}", horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(screen.name)}**", width=240)
            st.badge(state.value, color=_COLORS[state])
            st.caption(_said(screen, state), width="stretch")
            if screen.revoked_at_ms is None:
                _revoke(screen)


def _revoke(screen: Screen) -> None:
    with st.popover("Revoke", type="tertiary"):
        st.write("Within seconds the screen shows only your brand. Its link never works again.")
        st.button(
            "Revoke this link",
            key=f"revoke-{screen.id}",
            type="primary",
            on_click=st.session_state.__setitem__,
            args=(_REVOKED, screen.id),
        )


def _said(screen: Screen, state: Condition) -> str:
    if state is Condition.REVOKED:
        return f"since {_moment(screen.revoked_at_ms)}"
    beat = screen.beat
    if beat is None:
        return f"link made {_moment(screen.made_at_ms)}"
    if state is Condition.OFF:
        return f"last heard of {_ago(beat.age_ms)}"
    painted = formats.UNKNOWN if beat.paint_age_ms is None else _span(beat.paint_age_ms)
    numbers = formats.UNKNOWN if beat.data_age_ms is None else _span(beat.data_age_ms)
    return f"last paint {painted} ago · numbers {numbers} old · build {beat.build or formats.UNKNOWN}"


def _ago(age_ms: int | None) -> str:
    if age_ms is None:
        return "at a time that cannot be true: a server's clock was wrong"
    return _moment(int(current.merchant().clock() * 1000) - age_ms)


def _moment(at_ms: int | None) -> str:
    merchant = current.merchant()
    at = datetime.fromtimestamp((at_ms or 0) / 1000, UTC)
    return f"{formats.moment(at, merchant.zone, merchant.now())} ({formats.age(at, merchant.now())})"


def _span(ms: int) -> str:
    return f"{ms} ms" if ms < 1000 else f"{ms // 1000} s" if ms < 120_000 else f"{ms // 60_000} min"


def _page_url() -> str:
    parts = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
