"""The screens: how each is doing, what each is to show, new ones, and the end of old ones."""

from base64 import b64encode
from datetime import UTC, datetime, time
from html import escape
from typing import Final, Literal
from urllib.parse import urljoin

import streamlit as st

from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.query import CODE
from dashboard.core.roles import SCREENS
from dashboard.core.text import Message, later, listed, text
from dashboard.jackpots import data_pairing
from dashboard.jackpots.data_pairing import CODE_LENGTH, CodeRefused
from dashboard.jackpots.data_screens import Screens
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.screens import (
    BRIGHTNESS,
    LAYOUTS,
    TURN_S,
    Condition,
    OpeningHours,
    Screen,
    ScreenSetup,
    condition,
)
from dashboard.kit import current, guard, navigation, query_params

_NEW_LINK: Final = "screen-link"
_PAIRED: Final = "screen-paired"
_MADE: Final = "screens-made"
_CODE_TYPED: Final = CODE_LENGTH + 4
"""People type blanks and dashes, too."""
_ORDER: Final = "screen-order"
_HOURS: Final = OpeningHours(time(10), time(2))
_LOOKS: Final = {
    "dark": later("Dark, for a hall"),
    "light": later("Light, for a bright room"),
    "auto": later("As its browser asks"),
}
_LAYOUTS: Final = dict(
    zip(
        LAYOUTS,
        (later("Both pots"), later("Hourly pot"), later("Super pot"), later("Last winners")),
        strict=True,
    )
)
_CONDITIONS: Final[dict[Condition, tuple[Message, Literal["green", "orange", "red", "gray"]]]] = {
    Condition.ON: (later("On"), "green"),
    Condition.OLD_BUILD: (later("Older build"), "orange"),
    Condition.OLD_NUMBERS: (later("Old numbers"), "orange"),
    Condition.STILL: (later("Frozen"), "red"),
    Condition.OFF: (later("Off"), "red"),
    Condition.DARK: (later("Switched off here"), "gray"),
    Condition.CLOSED: (later("Closed"), "gray"),
    Condition.NEW: (later("Not switched on yet"), "gray"),
    Condition.REVOKED: (later("Revoked"), "gray"),
}


def _screens() -> Screens:
    return current.merchant().running(Watch).screens


def render_new() -> None:
    """Draw the form that makes a screen of a television: by the code it shows, or by a link to open on it."""
    with st.form("new-screen", clear_on_submit=False):
        name_place, code_place, look_place = st.columns([4, 2, 3], vertical_alignment="bottom")
        name = name_place.text_input(
            text("Name of a new screen"),
            max_chars=80,
            placeholder=text("Lobby, left of the bar"),
            key=f"new-screen-name-{st.session_state.get(_MADE, 0)}",  # empty again after each
        )
        code = code_place.text_input(
            text("Code that it shows"),
            value=(query_params.value(CODE) or "")[:_CODE_TYPED],
            max_chars=_CODE_TYPED,
            placeholder="ABC 234",
        )
        look = look_place.selectbox(text("Look"), list(_LOOKS), format_func=lambda look: str(_LOOKS[look]))
        with st.container(horizontal=True, vertical_alignment="center"):
            pairs = st.form_submit_button(text("Pair"), type="primary")
            makes_link = st.form_submit_button(text("Make a link"), type="tertiary")
            st.caption(
                text("Open {place} on the television: it shows a code.", place=escaped(_address("tv"))),
                width="stretch",
            )
        if pairs or makes_link:
            st.session_state.pop(_PAIRED, None)
        if (pairs or makes_link) and not name.strip():
            st.warning(text("Give the screen a name, so that you know which one it is."))
        elif pairs:
            _pair(code, name.strip(), look)
        elif makes_link:
            token = _screens().make(name.strip(), look, guard.who(SCREENS))
            st.session_state[_NEW_LINK] = (name.strip(), f"{_address('jackpots')}?screen={token}")
            _begin_again()
    if paired := st.session_state.get(_PAIRED):
        st.success(
            text("The screen “{name}” is paired: it shows the wall within seconds.", name=escaped(paired))
        )
    if _NEW_LINK in st.session_state:
        _render_link()


def _pair(code: str, name: str, look: str) -> None:
    try:
        data_pairing.enter(current.merchant().ledger, code, name, look, guard.who(SCREENS))
    except CodeRefused as refused:
        st.warning(str(refused.sentence))
        return
    _screens().look_again()
    st.session_state[_PAIRED] = name
    query_params.clear([CODE])
    _begin_again()


def _begin_again() -> None:
    st.session_state[_MADE] = st.session_state.get(_MADE, 0) + 1
    st.rerun()


def _render_link() -> None:
    """Draw the new link until it was taken: it is nowhere else."""
    made, link = st.session_state[_NEW_LINK]
    st.success(
        text(
            "Open this link on the screen “{name}”. It is shown only now, and whoever has it sees the wall.",
            name=escaped(made),
        )
    )
    st.code(link, language=None, wrap_lines=True)
    st.button(text("I have it"), on_click=st.session_state.pop, args=(_NEW_LINK,))


def render_screens() -> None:
    """Draw a tile for each screen: what it shows, how it is doing, what it is to do."""
    watch = current.merchant().running(Watch)
    if order := st.session_state.pop(_ORDER, None):
        what, screen_id = order
        _ORDERS[what](screen_id)
    found = watch.screens.all()
    if not found:
        st.caption(text("No screen yet."))
    with st.container(key="screens"):
        for screen in found:
            _tile(screen, condition(screen, watch.limits, watch.build, _now()))


def _tile(screen: Screen, state: Condition) -> None:
    with st.container(key=f"screen-{screen.id}", border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(screen.name)}**", width="stretch")
            label, color = _CONDITIONS[state]
            st.badge(str(label), color=color)
        if screen.revoked_at_ms is not None:
            st.caption(_said(screen, state))
            return
        taken = _render_picture(screen)
        st.caption("  \n".join(filter(None, (_setup_text(screen.setup), _said(screen, state), taken))))
        with st.container(horizontal=True, vertical_alignment="center"):
            _order(text("Ask for a picture"), "picture", screen)
            navigation.tell_me({screen.name: {"watch": "screen_off", "screen_id": str(screen.id)}})
            with st.popover(text("Revoke"), type="tertiary"):
                st.write(text("Within seconds the screen shows only your brand. Its link never works again."))
                _order(text("Revoke this link"), "revoke", screen)
        settings = st.expander(text("Settings"), key=f"settings-{screen.id}", on_change="rerun")
        if settings.open:
            with settings:
                _render_settings(screen)


def _render_picture(screen: Screen) -> str:
    """Draw what a screen last showed, and return when that was, or why there is none."""
    picture = _screens().picture(screen)
    if picture is None:
        none = text("No picture of it yet.")
        st.html(f"<div class='screen-picture'>{escape(none)}</div>")
        return text("Its picture comes within seconds, if it is on.") if screen.owes_picture else ""
    # What a screen sent is nobody's markup: base64 is letters and digits alone.
    shown = text("What the screen “{name}” showed", name=screen.name)
    st.html(
        f"<img class='screen-picture' alt='{escape(shown, quote=True)}'"
        f" src='data:image/jpeg;base64,{b64encode(picture).decode()}'>"
    )
    taken = text("Picture of {time}", time=_moment(screen.picture_at_ms))
    if screen.owes_picture:
        taken += " · " + text("a new one comes within seconds, if it is on")
    return taken


def _order(label: str, what: str, screen: Screen) -> None:
    """A button whose order is carried out before the screens are drawn again."""
    st.button(
        label,
        key=f"{what}-{screen.id}",
        on_click=st.session_state.__setitem__,
        args=(_ORDER, (what, screen.id)),
    )


def _ask_for_picture(screen_id: int) -> None:
    guard.who(SCREENS)
    _screens().ask_for_picture(screen_id)


def _revoke(screen_id: int) -> None:
    _screens().revoke(screen_id, guard.who(SCREENS))


def _render_settings(screen: Screen) -> None:
    setup, key = screen.setup, f"{screen.id}"
    with st.form(f"setup-{key}", border=False):
        st.toggle(text("On"), value=setup.is_on, key=f"on-{key}")
        st.selectbox(
            text("Look"),
            list(_LOOKS),
            index=list(_LOOKS).index(setup.look),
            format_func=lambda look: str(_LOOKS[look]),
            key=f"look-{key}",
        )
        st.toggle(text("Only in opening hours"), value=setup.hours is not None, key=f"has-{key}")
        hours, (left, right) = setup.hours or _HOURS, st.columns(2)
        left.time_input(text("Opens"), value=hours.opens, key=f"opens-{key}")
        right.time_input(text("Closes"), value=hours.closes, key=f"closes-{key}")
        st.select_slider(
            text("Brightness, %"), list(BRIGHTNESS), value=setup.brightness, key=f"brightness-{key}"
        )
        st.multiselect(
            text("Shows, in turn"),
            LAYOUTS,
            default=setup.layouts,
            format_func=lambda layout: str(_LAYOUTS[layout]),
            key=f"layouts-{key}",
        )
        st.select_slider(text("Seconds each"), list(TURN_S), value=setup.turn_s, key=f"turn-{key}")
        st.form_submit_button(
            text("Save"),
            type="primary",
            on_click=st.session_state.__setitem__,
            args=(_ORDER, ("set up", screen.id)),
        )


def _set_up(screen_id: int) -> None:
    """Have a screen do what its form says."""
    said = st.session_state
    wanted = ScreenSetup(
        said[f"look-{screen_id}"],
        said[f"on-{screen_id}"],
        OpeningHours(said[f"opens-{screen_id}"], said[f"closes-{screen_id}"])
        if said[f"has-{screen_id}"]
        else None,
        said[f"brightness-{screen_id}"],
        tuple(said[f"layouts-{screen_id}"]) or LAYOUTS[:1],
        said[f"turn-{screen_id}"],
    )
    _screens().set_up(screen_id, wanted, guard.who(SCREENS))


_ORDERS: Final = {"picture": _ask_for_picture, "revoke": _revoke, "set up": _set_up}


def _setup_text(setup: ScreenSetup) -> str:
    parts = [listed((_LAYOUTS[layout] for layout in setup.layouts), "standard")]
    if len(setup.layouts) > 1:
        parts[0] = text("{layouts}, {seconds} s each", layouts=parts[0], seconds=setup.turn_s)
    if setup.hours:
        opens, closes = (f"{at:%H:%M}" for at in (setup.hours.opens, setup.hours.closes))
        parts.append(text("open {opens} to {closes}", opens=opens, closes=closes))
    if setup.brightness < BRIGHTNESS[-1]:
        parts.append(text("brightness {percent} %", percent=setup.brightness))
    return " · ".join(parts)


def _said(screen: Screen, state: Condition) -> str:
    if state is Condition.REVOKED:
        return text("since {time}", time=_moment(screen.revoked_at_ms))
    beat = screen.beat
    if beat is None:
        return text("link made {time}", time=_moment(screen.made_at_ms))
    if beat.is_silent:
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


def _now() -> datetime:
    """The time of the business."""
    merchant = current.merchant()
    return merchant.now().astimezone(merchant.zone)


def _moment(at_ms: int | None) -> str:
    merchant = current.merchant()
    at = datetime.fromtimestamp((at_ms or 0) / 1000, UTC)
    return f"{formats.moment(at, merchant.zone, merchant.now())} ({formats.age(at, merchant.now())})"


def _span(ms: int | None) -> str:
    if ms is None:
        return formats.UNKNOWN
    return text("{number} ms", number=ms) if ms < 1000 else formats.about_duration(ms // 1000)


def _address(page: str) -> str:
    """The address of a page of this server, beside this one."""
    return urljoin(st.context.url or "", page)
