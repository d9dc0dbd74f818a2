"""Who is shown: found by either id; and the players whom this person has looked at lately."""

import secrets
from contextlib import suppress
from typing import Any, Final

import streamlit as st

from dashboard.core.markdown import escaped, short
from dashboard.core.query import CURRENCY, FIND, OP_ID, ROUND, USER_ID, Parameter
from dashboard.core.roles import LOCAL
from dashboard.core.text import Message, later, text
from dashboard.kit import current, guard, query_params
from dashboard.players import data_search
from dashboard.players.player import Player, read_player
from dashboard.players.recent import Recent
from dashboard.provider.archived import NotArchived
from dashboard.provider.merchant import LedgerFailed

_FIELDS: Final[dict[Parameter[Any], Message]] = {
    FIND: later("A part of either id"),
    OP_ID: later("Your own id of the player"),
    USER_ID: later("The provider's id of the player"),
}
_OF_A_PLAYER: Final = (*_FIELDS, ROUND, CURRENCY)
"""What of the address belongs to one player, or looks for one."""
_FIND_KEY: Final = "player-find"


def shown_name() -> str:
    """How the page is called that shows the player of the address, as Markdown; "" where it names nobody."""
    player = read_player(query_params.query())
    return escaped(short(player.op_id or str(player.user_id))) if player else ""


def render_picker() -> None:
    """Draw a field to search by, one for each id, and the recent players. A choice goes into the address."""
    with st.container(key="player-picker"):
        for place, (parameter, what) in zip(st.columns([3, 2, 2]), _FIELDS.items(), strict=True):
            bound = query_params.bound("player-", parameter, drops=_OF_A_PLAYER)
            if parameter is FIND:
                bound |= {"on_change": _search, "args": ()}
            place.text_input(
                text("Find a player") if parameter is FIND else parameter.name,
                placeholder=str(what),
                icon=":material/search:",
                **bound,
            )
    _recent()


def _search() -> None:
    """Look for what was typed: who alone is found is opened, else the page shows who was."""
    typed = st.session_state[_FIND_KEY].strip()
    query_params.write(dict.fromkeys(_OF_A_PLAYER) | {FIND: typed})
    part = query_params.value(FIND)
    if part is None:
        return
    with suppress(NotArchived, LedgerFailed):  # the page says so in the place of what was found
        found = data_search.found_players(current.merchant(), part).value
        if len(found) == 1:
            _go(Player(user_id=found["user_id"].tolist()[0]))


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
