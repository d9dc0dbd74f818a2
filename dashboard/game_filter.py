"""Which games a page is asked to show, read from its address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.frames import GAME_TYPES, OTHER_TYPE

TYPES: Final = (*GAME_TYPES, OTHER_TYPE)
_GAME_ID: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class GameFilter:
    """One game by its id, or the games of one type; None where all are wanted.

    `problems` holds a sentence for each value of the address that could not be used.
    """

    game_id: int | None = None
    type: str | None = None
    problems: tuple[str, ...] = ()


def read_game_filter(query: Mapping[str, str]) -> GameFilter:
    """Read `game_id` and `type` from a query string; what is wrong is left out and named in `problems`."""
    problems = []
    game_id, wanted = query.get("game_id") or None, query.get("type") or None
    if game_id and not _GAME_ID.fullmatch(game_id):
        problems.append("The game_id must be a whole number such as 1041. Showing all games instead.")
        game_id = None
    if wanted and wanted not in TYPES:
        problems.append(f"The type must be one of {', '.join(TYPES)}. Showing all types instead.")
        wanted = None
    return GameFilter(int(game_id) if game_id else None, wanted, tuple(problems))
