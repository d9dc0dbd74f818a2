"""Parts of a page that refresh themselves while the rest of it stays as it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import streamlit as st
from streamlit.errors import StreamlitDuplicateElementKey

from dashboard.core.text import Words
from dashboard.kit import guard, states

EVERY_S: Final = 60
_MARK: Final = "<i class='part'></i>"
_SHAPES: Final = "<div class='card-shapes'>{}</div>"
_DRAWN: Final = "<i class='drawn'></i>"
# A container without contents is not drawn at all; with the first mark the style sheet can say "Loading…" in
# it, until the second one says that there is no more to come: a part that drew nothing takes no room.


def part(
    name: Words,
    key: str,
    unknown: Callable[[], object] | None = None,
    *,
    every_s: int | None = EVERY_S,
    first: bool = False,
    shapes: int = 0,
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Turn a function into a part that is drawn beside the others and again each minute.

    `name` is what a failure calls it; `key` names its place (style.css), which it keeps when it fails.
    `unknown` then draws what stands above the sentence, so that nothing below moves. With None for `every_s`
    it is drawn again only when somebody uses it: a table that people scroll and select in stays as it is.
    What is `first` is drawn before the parts after it begin: heavy ones would keep people from seeing it.
    While nothing is there, its place shows the `shapes` of so many cards. A part that has nothing to show
    draws nothing, where the page has said so, or one sentence: it keeps no place then.
    """
    mark = _MARK + (_SHAPES.format("<i></i>" * shapes) if shapes else "")

    @contextmanager
    def failed() -> Iterator[None]:
        if unknown:
            with suppress(StreamlitDuplicateElementKey):  # it was drawn before what failed
                unknown()
        yield

    def wrap(draw: Callable[[], None]) -> Callable[[], None]:
        @guard.fragment(parallel=not first, run_every=every_s, key=key)
        def drawn() -> None:
            with st.container(key=f"part-{key}"), states.part(name, failed):
                st.html(mark)
                draw()
                st.html(_DRAWN)

        return drawn

    return wrap
