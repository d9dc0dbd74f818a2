"""The type of games on view: its picker, and what the address asks for."""

from dataclasses import dataclass

from dashboard.core.query import GAME_ID, GAME_TYPE
from dashboard.core.text import text
from dashboard.kit import query_params


@dataclass(frozen=True, slots=True)
class GameFilter:
    """One game by its id, or the games of one type; None where all are wanted."""

    game_id: int | None = None
    type: str | None = None


def wanted() -> GameFilter:
    """What the address asks for."""
    return GameFilter(query_params.value(GAME_ID), query_params.value(GAME_TYPE))


def render_type_filter() -> None:
    """The picker of types."""
    query_params.pills(text("Type"), "game-", GAME_TYPE, labelled=False)
