"""Who is at the page, and whether they may see it: each page asks first, whichever page is opened first."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, Literal, ParamSpec
from urllib.parse import urlsplit

import streamlit as st

from dashboard.access import audit as access_audit
from dashboard.core.markdown import escaped, short
from dashboard.core.request_ids import HEADER
from dashboard.core.roles import ONE_OF_ROLE, ROLES, Person, Role
from dashboard.core.text import Words, listed, text, use_language
from dashboard.kit import current, runs

P = ParamSpec("P")
_NOTED: Final = "players-noted"


def person() -> Person | None:
    """Who is at the page; None where nobody is signed in, or not any more."""
    merchant = current.merchant()
    # Streamlit reads the settings of the sign-in each time that it is asked.
    return merchant.person({} if merchant.roles is None else st.user.to_dict())


def page(name: str) -> None:
    """Go on only for people who may see the page `name`; all others read why they do not see it."""
    who_is_it = person()
    if who_is_it and who_is_it.may(name):
        return
    with st.container(key="door", horizontal_alignment="center"):
        if who_is_it is None:
            _sign_in()
        else:
            _refuse(who_is_it, name)
    st.stop()


def may(what: str) -> bool:
    """Whether the person may see or do something of `access.LEAST`."""
    who_is_it = person()
    return who_is_it is not None and who_is_it.may(what)


def fragment(**options: Any) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Turn a function into a part that is drawn by itself, as `st.fragment` with these options does.

    Once the sign-in has ended the whole page is drawn instead, which says so.
    """

    def wrap(draw: Callable[P, None]) -> Callable[P, None]:
        @wraps(draw)
        def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
            use_language(st.context.locale)
            who_is_it = person()
            if who_is_it is None:
                st.rerun()
            with runs.part(options.get("key", draw.__name__), visit(_page_name(), who_is_it)):
                draw(*args, **kwargs)

        made: Callable[P, None] = st.fragment(**options)(drawn)
        return made

    return wrap


def dialog(
    title: Words, on_dismiss: Callable[[], None], position: Literal["center", "right"] = "right"
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Turn a function into a sheet beside the page, as `st.dialog` does; `on_dismiss` is called as it closes.

    Once the sign-in has ended the page is drawn instead, which says so.
    """

    def wrap(draw: Callable[P, None]) -> Callable[P, None]:
        @wraps(draw)
        def drawn(*args: P.args, **kwargs: P.kwargs) -> None:
            use_language(st.context.locale)
            if person() is None:
                st.rerun()
            draw(*args, **kwargs)

        @wraps(draw)
        def opened(*args: P.args, **kwargs: P.kwargs) -> None:
            st.dialog(str(title), position=position, on_dismiss=on_dismiss)(drawn)(*args, **kwargs)

        return opened

    return wrap


def visit(page_name: str, who_is_it: Person | None) -> runs.Visit:
    """Return what the log is told of a visit: the role, and no name."""
    return runs.Visit(
        page_name,
        str(who_is_it.role) if who_is_it and who_is_it.role else None,
        st.context.headers.get(HEADER),
    )


def _page_name() -> str:
    """The name of the page by its address, which a part that is drawn alone is not told otherwise."""
    return urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2] or "overview"


def who(what: str) -> str:
    """The name, for the audit log, of the person who does `what`; whoever may not is shown the door."""
    who_is_it = person()
    if who_is_it is None or not who_is_it.may(what):
        st.rerun()
    return who_is_it.name


def note_player(**ids: str | int | None) -> None:
    """Write into the audit log which player is looked at, once for as long as the tab is open."""
    noted: set[str] = st.session_state.setdefault(_NOTED, set())
    who_is_it = person()
    if who_is_it and str(ids) not in noted:
        noted.add(str(ids))
        access_audit.audit(current.merchant(), who_is_it.name, "player looked at", ids)


def _sign_in() -> None:
    was_signed_in = st.user.get("is_logged_in")
    title = text("Your sign-in has ended") if was_signed_in else text("2J dashboard")
    st.title(title, anchor=False, width="content")
    st.markdown(text("Sign in to see this page."), width="content")
    st.button(text("Sign in"), type="primary", on_click=st.login)


def _refuse(who_is_it: Person, name: str) -> None:
    st.title(text("This page is not open to you"), anchor=False, width="content")
    said = text("You are signed in as {name}.", name=short(who_is_it.name))
    if who_is_it.role is None:
        reason = text("You have no role here yet; ask whoever runs this dashboard for one.")
    else:
        roles = listed((ROLES[role] for role in Role if role.may(name)), "standard")
        reason = text("It is for {roles}; you are {role}.", roles=roles, role=ONE_OF_ROLE[who_is_it.role])
    st.markdown(escaped(f"{said} {reason}"), width="content")
    if who_is_it.role is None:  # the bar, with the way out, is for people with a role
        sign_out()


def sign_out() -> None:
    """Draw the button that ends the sign-in."""
    st.button(text("Sign out"), type="tertiary", icon=":material/logout:", on_click=st.logout, key="sign-out")
