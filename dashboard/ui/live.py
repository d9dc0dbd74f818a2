"""Parts of a page that refresh themselves while the rest of it stays as it is."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.ui import states

EVERY_S: Final = 60


def part(name: str, key: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Turn a function into a part that is drawn beside the others and again each minute.

    `name` is what a failure calls it; `key` names its box, which keeps its place (style.css).
    """

    def wrap(draw: Callable[[], None]) -> Callable[[], None]:
        @st.fragment(parallel=True, run_every=EVERY_S, key=key)
        def drawn() -> None:
            with st.container(key=f"part-{key}"), states.part(name):
                draw()

        return drawn

    return wrap
