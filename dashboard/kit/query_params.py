"""The one door to the page's address. What a page shows and what its widgets say is in it, and nowhere else.

So a copied link, a reload and the browser's way back all show the same. `dashboard.query` has its parameters.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypedDict, TypeVar

import streamlit as st

from dashboard.core.markdown import escaped
from dashboard.core.query import COMPARE, GAME_IDS, PERIOD, Parameter, Query, Widget, text_of
from dashboard.core.text import text
from dashboard.kit import current

T = TypeVar("T")

_CARRIED: Final = (PERIOD, COMPARE)


class Bound(TypedDict):
    """What a widget is given to be bound to the address."""

    key: str
    on_change: Any
    args: tuple[Any, ...]


def query() -> Query:
    """What the address says, as of now."""
    merchant, params = current.merchant(), st.query_params
    return Query({name: params.get_all(name) for name in params}, merchant.now(), merchant.zone)


def value(parameter: Parameter[T]) -> T:
    """What the address asks for, else the parameter's default."""
    return query().value(parameter)


def has(*parameters: Parameter[Any]) -> bool:
    """Whether the address says anything of one of these, be it wrong."""
    said = st.query_params
    return any(value.strip() for parameter in parameters for value in said.get_all(parameter.name))


def carried() -> dict[str, str]:
    """What goes with a person from page to page."""
    return {each.name: st.query_params[each.name] for each in _CARRIED if has(each)}


def render_problems(page: str) -> None:
    """Say of each value that this page cannot use what it must be. The parts go on without it."""
    for problem in query().problems(page):
        st.warning(escaped(problem), icon=":material/link_off:")


def write(values: Mapping[Parameter[Any], Any]) -> None:
    """Write values into the address: one step of the browser's way back."""
    _write({parameter: text_of(parameter, wanted) for parameter, wanted in values.items()})


def clear(parameters: Iterable[Parameter[Any]]) -> None:
    """Take these parameters out of the address."""
    _write(dict.fromkeys(parameters, ""))


def show_all(filters: Iterable[Parameter[Any]], *pages: Parameter[Any], key: str | None = None) -> None:
    """Draw the button that leaves these out of the address, where it has any; with them, its `pages`."""
    if has(*filters):
        st.button(
            text("Show all"),
            type="tertiary",
            icon=":material/close:",
            key=key,
            on_click=clear,
            args=((*filters, *pages),),
        )


def bound(
    prefix: str, parameter: Parameter[Any], drops: Iterable[Parameter[Any]] = (), unsaid: Any = None
) -> Bound:
    """Let a widget show what the address says, and write what people choose into it.

    Its key is the prefix and the parameter's name. A choice takes what it `drops` out of the address. Where
    the address says nothing, and that stands for nothing, `unsaid` is shown.
    """
    key = prefix + parameter.name
    shown = _shown(parameter)
    st.session_state[key] = unsaid if shown is None else shown
    return {"key": key, "on_change": _take, "args": (key, parameter, tuple(drops))}


def pills(label: str, prefix: str, parameter: Parameter[Any], *, labelled: bool = True) -> None:
    """Draw the choices of a parameter as pills: of a list any number of them, else one at most."""
    st.pills(
        label,
        list(parameter.choices),
        selection_mode="multi" if parameter.widget is Widget.SOME else "single",
        format_func=parameter.choices.__getitem__,
        label_visibility="visible" if labelled else "collapsed",
        **bound(prefix, parameter),
    )


def segments(label: str, prefix: str, parameter: Parameter[T], hidden: Container[T] = ()) -> T:
    """Draw the choices of a parameter that always has one side by side, and return the one that is chosen.

    The label is for who hears it. For what is `hidden` from this person the first choice is shown.
    """
    choices = [choice for choice in parameter.choices if choice not in hidden]
    binding = bound(prefix, parameter)
    if st.session_state[binding["key"]] not in choices:
        st.session_state[binding["key"]] = choices[0]
    st.segmented_control(
        label,
        choices,
        required=True,
        format_func=parameter.choices.__getitem__,
        label_visibility="collapsed",
        **binding,
    )
    chosen: T = st.session_state[binding["key"]]
    return chosen


def game_picker(prefix: str, names: Mapping[int, str]) -> None:
    """Draw the picker of games; `names` are by id, those that the address asks for among them."""
    st.multiselect(
        text("Games"),
        list(names),
        format_func=names.__getitem__,
        placeholder=text("All games"),
        **bound(prefix, GAME_IDS),
    )


def _shown(parameter: Parameter[Any]) -> Any:
    if parameter.widget is Widget.TEXT:
        return query().text(parameter)
    wanted = value(parameter)
    if parameter.widget is Widget.SOME:
        return list(wanted)
    return wanted.replace(tzinfo=None) if isinstance(wanted, datetime) else wanted


def _take(key: str, parameter: Parameter[Any], drops: tuple[Parameter[Any], ...]) -> None:
    said = st.session_state[key]
    # What was typed stays there, wrong or not, with a sentence beside it.
    typed = said.strip() if parameter.widget is Widget.TEXT else text_of(parameter, _chosen(said))
    _write(dict.fromkeys(drops, "") | {parameter: typed})


def _chosen(said: Any) -> Any:
    if isinstance(said, list):
        return tuple(said)
    return said.replace(tzinfo=current.merchant().zone) if isinstance(said, datetime) else said


def _write(texts: Mapping[Parameter[Any], str]) -> None:
    # At once: each write by itself would be a step of the browser's way back.
    said = {name: st.query_params.get_all(name) for name in st.query_params}
    said |= {parameter.name: [typed] for parameter, typed in texts.items()}
    for parameter, typed in texts.items():
        if not typed:
            del said[parameter.name]
    st.query_params.from_dict(said)
