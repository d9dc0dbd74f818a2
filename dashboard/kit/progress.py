"""A line that says how far a load is, and draws the page again when there is more to show."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar

import streamlit as st

from dashboard.core.formats import count
from dashboard.core.text import text
from dashboard.kit import guard
from dashboard.provider.merchant import ProviderFailed
from dashboard.provider.reading import Progressive

P = TypeVar("P", bound=Progressive[Any])

LOOK_EVERY_S: Final = 1
_REDRAWN: Final = 4


def follow(name: str, arriving: Progressive[Any], look: Callable[[], Progressive[Any]], key: str) -> None:
    """Draw a line about `name` while something of it is on its way, as `follow_with` does."""
    follow_with(partial(_bar, name), arriving, look, key)


def follow_with(bar: Callable[[P], None], arriving: P, look: Callable[[], P], key: str) -> None:
    """Draw the line, by `bar`, while something is on its way; nothing once all is there.

    The line looks each second with `look`. The page is drawn again when all has arrived, and up to then, if
    there is something to show, each time that another quarter has. Whoever leaves the page leaves the line,
    and soon after that the load.
    """
    if arriving.finished:
        return
    drawn, is_drawing = arriving.answered, True

    @guard.fragment(run_every=LOOK_EVERY_S, key=f"progress-{key}")
    def line() -> None:
        now = arriving
        if not is_drawing:
            with suppress(ProviderFailed):  # the part itself says so
                now = look()
            if now is arriving or worth_drawing(now, drawn):
                st.rerun()
        bar(now)

    line()
    is_drawing = False


def worth_drawing(now: Progressive[Any], drawn: int) -> bool:
    """Whether a page that was drawn with `drawn` answers should be drawn again."""
    if not now.is_coming:
        return True
    return now.known is not None and now.answered - drawn >= max(now.asked // _REDRAWN, 1)


def _bar(name: str, arriving: Progressive[Any]) -> None:
    what = text("{name}, {step}", name=name, step=arriving.step) if arriving.step else name
    said = text(
        "{what}: {answered} of {asked} answers have arrived.",
        what=what,
        answered=count(arriving.answered),
        asked=count(arriving.asked),
    )
    st.progress(arriving.answered / arriving.asked, said)
