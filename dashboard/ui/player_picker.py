"""Who is shown: found by either id; and the players whom this person has looked at lately."""

import secrets
from typing import Final

import streamlit as st

from dashboard.access import LOCAL
from dashboard.markdown import escaped, short
from dashboard.players import Player
from dashboard.recent import Recent
from dashboard.ui import guard

_RECENT: Final = Recent()
_FIELDS: Final = {
    "op_id": ("op_id", "Your own id of the player"),
    "user_id": ("user_id", "The provider's id of the player"),
}
_OF_A_PLAYER: Final = (*_FIELDS, "round")
"""What of the address belongs to one player."""


def draw() -> None:
    """Draw a field for each id, and the recent players. A choice goes into the address."""
    with st.container(key="player-picker"):
        for place, (name, (label, what)) in zip(st.columns([2, 2, 3]), _FIELDS.items(), strict=False):
            st.session_state[f"player-{name}"] = st.query_params.get(name, "")
            place.text_input(
                label,
                key=f"player-{name}",
                placeholder=what,
                icon=":material/search:",
                on_change=_take,
                args=(name,),
            )
    _recent()


def remember(player: Player) -> None:
    """Put a player among the recent ones of this person, and into the audit log.

    A signed-in person finds them again until the server restarts, anybody else for as long as the tab is
    open: nothing is left in the browser.
    """
    _RECENT.add(_person(), player)
    guard.note_player(op_id=player.op_id, user_id=player.user_id)


def _recent() -> None:
    players = [each for each in _RECENT.of(_person()) if not _is_shown(each)]
    if not players:
        return
    with st.container(key="recent-players", horizontal=True, vertical_alignment="center"):
        st.caption("Recent", width="content")
        for number, player in enumerate(players):
            st.button(
                escaped(short(player.op_id or f"user_id {player.user_id}")),
                key=f"recent-{number}",
                type="tertiary",
                icon=":material/person:",
                on_click=_go,
                args=(player,),
            )


def _is_shown(player: Player) -> bool:
    return st.query_params.get("op_id") == player.op_id or st.query_params.get("user_id") == str(
        player.user_id
    )


def _take(name: str) -> None:
    typed = st.session_state[f"player-{name}"].strip()
    _write({name: typed} if typed else {})


def _go(player: Player) -> None:
    _write({"op_id": player.op_id} if player.op_id is not None else {"user_id": str(player.user_id)})


def _write(ids: dict[str, str]) -> None:
    # The other id was of the player before; at once, so that the browser's way back is one step.
    kept = {name: value for name, value in st.query_params.items() if name not in _OF_A_PLAYER}
    st.query_params.from_dict(kept | ids)


def _person() -> str:
    person = guard.person()
    if person and person != LOCAL:
        return f"user {person.name}"
    if "person" not in st.session_state:
        st.session_state["person"] = f"session {secrets.token_hex()}"
    return str(st.session_state["person"])
