"""Which games a page is asked to show, read from its address."""

from dataclasses import dataclass

from dashboard.core.query import GAME_ID, GAME_TYPE, Query


@dataclass(frozen=True, slots=True)
class GameFilter:
    """One game by its id, or the games of one type; None where all are wanted."""

    game_id: int | None = None
    type: str | None = None


def read_game_filter(query: Query) -> GameFilter:
    """Read from an address which games it asks for."""
    return GameFilter(query.value(GAME_ID), query.value(GAME_TYPE))
