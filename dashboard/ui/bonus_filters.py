"""Which bonuses are shown: their filters behind one button, and the address that keeps them."""

from typing import Final

import streamlit as st

from dashboard import data
from dashboard.bonuses import CREATE_TYPES, STATES, Wanted, described, read_wanted
from dashboard.data import ProviderFailed
from dashboard.ui import address

_KEY: Final = "bonus-"
_NAMES: Final = ("type", "state", "game_id", "user_id", "op_id", "mch_id")


def wanted() -> Wanted:
    """Which bonuses the address asks for."""
    return read_wanted(st.query_params)


def draw() -> None:
    """Draw the button with the filters, and beside it in words what they leave.

    As with the period, the address is the only state.
    """
    shown = wanted()
    with st.container(key="bonus-filters", horizontal=True, vertical_alignment="center"):
        with st.popover("Filters", icon=":material/filter_list:"):
            names = _games(shown)
            _lists(shown, names)
            _ids(shown)
        # Plain text: a name or an id may hold markup.
        st.text(described(shown, names) or "All bonuses", width="stretch")
        if any(name in st.query_params for name in _NAMES):
            st.button(
                "Show all", type="tertiary", icon=":material/close:", on_click=address.clear, args=(_NAMES,)
            )
    for problem in shown.problems:
        st.warning(problem, icon=":material/link_off:")


def _games(shown: Wanted) -> dict[int, str]:
    """Names of the games to choose from; those of the address are among them, if only by id."""
    names = {game_id: str(game_id) for game_id in shown.game_ids}
    try:
        names |= data.game_names()
    except ProviderFailed as error:
        st.caption(f"The names of the games are not known now. {error.sentence}")
    return names


def _lists(shown: Wanted, names: dict[int, str]) -> None:
    st.session_state[_KEY + "type"] = list(shown.create_types)
    st.pills(
        "Creation type",
        list(CREATE_TYPES),
        selection_mode="multi",
        format_func=CREATE_TYPES.__getitem__,
        key=_KEY + "type",
        on_change=address.take,
        args=(_KEY, "type"),
    )
    st.session_state[_KEY + "state"] = list(shown.states)
    st.pills(
        "State",
        list(STATES),
        selection_mode="multi",
        format_func=STATES.__getitem__,
        key=_KEY + "state",
        on_change=address.take,
        args=(_KEY, "state"),
    )
    address.game_picker(_KEY, shown.game_ids, names)


def _ids(shown: Wanted) -> None:
    fields = {
        "user_id": ("User id", str(shown.user_id or ""), "The provider's id of a player"),
        "op_id": ("Op id", shown.op_id or "", "Your own id of a player"),
        "mch_id": (
            "Merchant id",
            str(shown.mch_id or ""),
            f"Merchant {data.source().mch_id}, or one below it",
        ),
    }
    for name, (label, value, what) in fields.items():
        st.session_state[_KEY + name] = value
        st.text_input(label, key=_KEY + name, placeholder=what, on_change=address.take, args=(_KEY, name))
