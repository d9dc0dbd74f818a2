"""Who is shown: found by either id; and the players whom this person has looked at lately."""

import secrets
from typing import Any, Final

import streamlit as st

from dashboard.core.markdown import escaped, short
from dashboard.core.query import CURRENCY, OP_ID, ROUND, USER_ID, Parameter
from dashboard.core.roles import LOCAL
from dashboard.core.text import Message, later, text
from dashboard.kit import current, guard, query_params
from dashboard.players.player import Player, read_player
from dashboard.players.recent import Recent

_FIELDS: Final[dict[Parameter[Any], Message]] = {
    OP_ID: later("Your own id of the player"),
    USER_ID: later("The provider's id of the player"),
}
_OF_A_PLAYER: Final = (*_FIELDS, ROUND, CURRENCY)
"""What of the address belongs to one player."""


def render_picker() -> None:
    """Draw a field for each id, and the recent players. A choice goes into the address."""
    with st.container(key="player-picker"):
        for place, (parameter, what) in zip(st.columns([2, 2, 3]), _FIELDS.items(), strict=False):
            place.text_input(
                parameter.name,
                placeholder=str(what),
                icon=":material/search:",
                **query_params.bound("player-", parameter, drops=_OF_A_PLAYER),
            )
    _recent()


def remember(player: Player) -> None:
    """Put a player among the recent ones of this person, and into the audit log.

    A signed-in person finds them again until the server restarts, anybody else for as long as the tab is
    open: nothing is left in the browser.
    """
    current.merchant().running(Recent).add(_person(), player)
    guard.note_player(op_id=player.op_id, user_id=player.user_id)


def _recent() -> None:
    shown = read_player(query_params.query()) or Player()
    players = [each for each in current.merchant().running(Recent).of(_person()) if not each.is_same(shown)]
    if not players:
        return
    with st.container(key="recent-players", horizontal=True, vertical_alignment="center"):
        st.caption(text("Recent"), width="content")
        for number, player in enumerate(players):
            st.button(
                escaped(short(player.op_id or f"user_id {player.user_id}")),
                key=f"recent-{number}",
                type="tertiary",
                icon=":material/person:",
                on_click=_go,
                args=(player,),
            )


def _go(player: Player) -> None:
    ids: dict[Parameter[Any], Any] = (
        {OP_ID: player.op_id} if player.op_id is not None else {USER_ID: player.user_id}
    )
    # What else was of the player before goes; at once, so that the browser's way back is one step.
    query_params.write(dict.fromkeys(_OF_A_PLAYER) | ids)


def _person() -> str:
    person = guard.person()
    if person and person != LOCAL:
        return f"user {person.name}"
    if "person" not in st.session_state:
        st.session_state["person"] = f"session {secrets.token_hex()}"
    return str(st.session_state["person"])
