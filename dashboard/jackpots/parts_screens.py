"""The screens: how each is doing, links for new ones, and the end of old ones."""

from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import urljoin

import streamlit as st

from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.roles import SCREENS
from dashboard.core.text import Message, later, text
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.wall import Condition, Screen, condition
from dashboard.kit import current, guard

_NEW_LINK: Final = "screen-link"
_REVOKED: Final = "screen-to-revoke"
_LOOKS: Final = {
    "dark": later("Dark, for a hall"),
    "light": later("Light, for a bright room"),
    "auto": later("As its browser asks"),
}
_CONDITIONS: Final[dict[Condition, tuple[Message, Literal["green", "orange", "red", "gray"]]]] = {
    Condition.ON: (later("On"), "green"),
    Condition.OLD_BUILD: (later("Older build"), "orange"),
    Condition.OLD_NUMBERS: (later("Old numbers"), "orange"),
    Condition.STILL: (later("Frozen"), "red"),
    Condition.OFF: (later("Off"), "red"),
    Condition.NEW: (later("Not switched on yet"), "gray"),
    Condition.REVOKED: (later("Revoked"), "gray"),
}


def render_new() -> None:
    """Draw the form that makes a link, and the new link until it was taken: it is nowhere else."""
    with st.form("new-screen", clear_on_submit=True):
        name_place, look_place, button_place = st.columns([4, 3, 2], vertical_alignment="bottom")
        name = name_place.text_input(
            text("Name of a new screen"), max_chars=80, placeholder=text("Lobby, left of the bar")
        )
        look = look_place.selectbox(text("Look"), list(_LOOKS), format_func=lambda look: str(_LOOKS[look]))
        if button_place.form_submit_button(text("Make a link"), width="stretch"):
            if name.strip():
                token = current.merchant().running(Watch).screens.make(name.strip(), look, guard.who(SCREENS))
                st.session_state[_NEW_LINK] = (name.strip(), f"{_wall_url()}?screen={token}")
            else:
                st.warning(text("Give the screen a name, so that you know which one it is."))
    if _NEW_LINK in st.session_state:
        made, link = st.session_state[_NEW_LINK]
        st.success(
            text(
                "Open this link on the screen “{name}”. It is shown only now, and whoever has it sees the"
                " wall.",
                name=escaped(made),
            )
        )
        st.code(link, language=None, wrap_lines=True)
        st.button(text("I have it"), on_click=st.session_state.pop, args=(_NEW_LINK,))


def render_screens() -> None:
    """Draw a tile for each screen, with its last heartbeat."""
    watch = current.merchant().running(Watch)
    if _REVOKED in st.session_state:
        watch.screens.revoke(st.session_state.pop(_REVOKED), guard.who(SCREENS))
    found = watch.screens.all()
    if not found:
        st.caption(text("No screen has a link yet."))
    with st.container(key="screens"):
        for screen in found:
            _tile(screen, condition(screen, watch.limits, watch.build))


def _tile(screen: Screen, state: Condition) -> None:
    with st.container(key=f"screen-{screen.id}", border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(screen.name)}**", width="stretch")
            label, color = _CONDITIONS[state]
            st.badge(str(label), color=color)
        st.caption(_said(screen, state))
        if screen.revoked_at_ms is None:
            _revoke(screen)


def _revoke(screen: Screen) -> None:
    with st.popover(text("Revoke"), type="tertiary"):
        st.write(text("Within seconds the screen shows only your brand. Its link never works again."))
        st.button(
            text("Revoke this link"),
            key=f"revoke-{screen.id}",
            type="primary",
            on_click=st.session_state.__setitem__,
            args=(_REVOKED, screen.id),
        )


def _said(screen: Screen, state: Condition) -> str:
    if state is Condition.REVOKED:
        return text("since {time}", time=_moment(screen.revoked_at_ms))
    beat = screen.beat
    if beat is None:
        return text("link made {time}", time=_moment(screen.made_at_ms))
    if state is Condition.OFF:
        if beat.age_ms is None:
            return text("last heard of at a time that cannot be true: a server's clock was wrong")
        at_ms = int(current.merchant().clock() * 1000) - beat.age_ms
        return text("last heard of {time}", time=_moment(at_ms))
    return text(
        "last paint {painted} ago · numbers {age} old · build {build}",
        painted=_span(beat.paint_age_ms),
        age=_span(beat.data_age_ms),
        build=beat.build or formats.UNKNOWN,
    )


def _moment(at_ms: int | None) -> str:
    merchant = current.merchant()
    at = datetime.fromtimestamp((at_ms or 0) / 1000, UTC)
    return f"{formats.moment(at, merchant.zone, merchant.now())} ({formats.age(at, merchant.now())})"


def _span(ms: int | None) -> str:
    if ms is None:
        return formats.UNKNOWN
    return text("{number} ms", number=ms) if ms < 1000 else formats.about_duration(ms // 1000)


def _wall_url() -> str:
    """The address of the page that is the wall, beside this one."""
    return urljoin(st.context.url or "", "jackpots")
