"""The dashboard with pages that show literals: `python -m tests.benchmarks.literal run app.py …`.

A page is drawn as ever, and what it says to Streamlit is written down: each widget, chart and part with its
arguments. Asked with `?literal=1` the page says the same again and does nothing else. Figures are not kept as
such: `graph_objects` builds each anew, from plain lists and texts.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page
from streamlit.web import cli

ASKED = "literal"


class Call(NamedTuple):
    """One call of Streamlit's: in which container of an earlier call (and which of its parts), and what."""

    place: tuple[int, int] | None
    name: str
    args: list[Any]
    options: dict[str, Any]


class Part(NamedTuple):
    """A part that is drawn by itself: what `st.fragment` was told, and what is said in it."""

    options: dict[str, Any]
    script: "Script"


class Chart(NamedTuple):
    """What a figure is built from."""

    data: list[Any]
    layout: dict[str, Any]


@dataclass
class Script:
    """What is said to Streamlit, in order."""

    said: list[Call | Part] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)
    """The answer to each, while it is written down: containers and values."""

    def forget(self) -> None:
        self.said.clear()
        self.made.clear()

    def note(self, what: Call | Part, made: Any) -> None:
        self.said.append(what)
        self.made.append(made)

    def place_of(self, container: DeltaGenerator) -> tuple[int, int] | None:
        for row, made in enumerate(self.made):
            for column, each in enumerate(made if isinstance(made, list) else [made]):
                if each is container:
                    return row, column
        return None

    def say(self) -> None:
        """Say it all again."""
        made: list[Any] = []
        for each in self.said:
            if isinstance(each, Part):
                made.append(st.fragment(**each.options)(each.script.say)())
                continue
            where: Any = st
            if each.place:
                where = made[each.place[0]]
                where = where[each.place[1]] if isinstance(where, list) else where
            if each.name in ("selectbox", "button_group", "pills") and ASKED in each.options:
                st.session_state[each.options["key"]] = each.options[ASKED]
            args = [go.Figure(arg.data, arg.layout) if isinstance(arg, Chart) else arg for arg in each.args]
            options = {name: value for name, value in each.options.items() if name != ASKED}
            made.append(getattr(where, each.name)(*args, **options))


_now = threading.local()
_pages: dict[str, Script] = {}


def _noted(name: str, call: Callable[..., Any], bound_to: DeltaGenerator | None) -> Callable[..., Any]:
    """`call` as ever, written down where a page makes it, but not where Streamlit does."""

    @wraps(call)
    def noted(*args: Any, **options: Any) -> Any:
        script: Script | None = getattr(_now, "script", None)
        if script is None:
            return call(*args, **options)
        container = bound_to or args[0]
        _now.script = None
        try:
            state = {ASKED: st.session_state[options["key"]]} if name in ("selectbox", "pills") else {}
            made = call(*args, **options)
        finally:
            _now.script = script
        plain = [
            Chart(**arg.to_plotly_json()) if isinstance(arg, go.Figure) else arg
            for arg in (args if bound_to else args[1:])
        ]
        script.note(Call(script.place_of(container._active_dg), name, plain, options | state), made)
        return made

    return noted


def _fragment(fragment: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(fragment)
    def noted(func: Any = None, **options: Any) -> Any:
        def wrap(draw: Callable[..., None]) -> Callable[..., None]:
            written = Script()

            def drawn(*args: Any, **kwargs: Any) -> None:
                outer = getattr(_now, "script", None)
                written.forget()  # a part outlives the run of its page
                _now.script = written
                try:
                    draw(*args, **kwargs)
                finally:
                    _now.script = outer

            made = fragment(**options)(wraps(draw)(drawn))

            @wraps(draw)
            def called(*args: Any, **kwargs: Any) -> None:
                script: Script | None = getattr(_now, "script", None)
                if script is not None:
                    script.note(Part(options, written), None)
                _now.script = None
                try:
                    made(*args, **kwargs)
                finally:
                    _now.script = script

            return called

        return wrap(func) if func else wrap

    return noted


def _run(run: Callable[[Page], None]) -> Callable[[Page], None]:
    @wraps(run)
    def run_or_say(page: Page) -> None:
        if ASKED in st.query_params:
            _pages[page.title].say()
            return
        _now.script = script = Script()
        try:
            run(page)
        finally:
            _now.script = None
            _pages[page.title] = script

    return run_or_say


def install() -> None:
    """Have Streamlit's calls written down from now on."""
    for name in dir(st):
        call = getattr(st, name)
        if isinstance(getattr(call, "__self__", None), DeltaGenerator):
            setattr(st, name, _noted(name, call, call.__self__))
    for name in dir(DeltaGenerator):
        call = getattr(DeltaGenerator, name)
        if not name.startswith("_") and callable(call):
            setattr(DeltaGenerator, name, _noted(name, call, None))
    st.fragment = _fragment(st.fragment)
    Page.run = _run(Page.run)  # type: ignore[method-assign]


if __name__ == "__main__":
    install()
    cli.main(prog_name="streamlit")
