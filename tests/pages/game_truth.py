"""The games of the made-up world summed up by brute force, bet by bet."""

import re
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pyarrow as pa

from dashboard.core.cell_links import DISPLAY_TEXT
from dashboard.core.metrics import Totals
from tests.provider import CLOCK
from twoj_sandbox.world import World
from twoj_sandbox.world.games import GAMES, INDEX_OF

GAME = {game.game_id: game for game in GAMES}


UNWRITTEN = ("icon", "by_day")
"""Columns that are pictures."""


def midnight(day: str, zone: str = "UTC") -> int:
    """Epoch second at which a business day begins."""
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone)).timestamp())


def rounds_of(truth: World, game_id: int, start: int, end: int) -> Any:
    """Every bet of one game in a window."""
    bets = truth.bets(start, end, CLOCK)
    return bets[bets["game"] == INDEX_OF[game_id]]


def totals_of(truth: World, game_id: int, start: int, end: int) -> Totals:
    """Sums of one game."""
    return totals(rounds_of(truth, game_id, start, end))


def totals_by_game(truth: World, start: int, end: int) -> dict[int, Totals]:
    """Sums of all games that had bets."""
    bets = truth.bets(start, end, CLOCK)
    return {
        GAMES[place].game_id: totals(bets[bets["game"] == place])
        for place in range(len(GAMES))
        if (bets["game"] == place).any()
    }


def totals(bets: Any) -> Totals:
    """Sums of some bets."""
    gain_li = sum(bets["gain_amount"].tolist())
    return Totals(len(bets), sum(bets["bet_amount"].tolist()), gain_li, -gain_li)


def players_of(bets: Any) -> tuple[int, int, int]:
    """Players, winners and losers among some bets."""
    net: dict[int, int] = {}
    for player, gain in zip(bets["player"].tolist(), bets["gain_amount"].tolist(), strict=True):
        net[player] = net.get(player, 0) + gain
    return len(net), sum(gain > 0 for gain in net.values()), sum(gain < 0 for gain in net.values())


def shown_text(value: Any) -> Any:
    """What people see of a cell: of a link the text, which it begins with."""
    found = re.match(DISPLAY_TEXT, value) if isinstance(value, str) else None
    return unquote(found[1]) if found else value


def leads_to(cell: str) -> str:
    """Where a link in a cell leads, as the script in the page reads it: page and parameters."""
    return "".join(chr(ord(letter) - 0xE000) for letter in cell.split("\ue000", 2)[2])


def texts(table: Any) -> list[dict[str, Any]]:
    """What a table (`kit/table.py`) shows, row by row: numbers as the text beside them, of links the text."""
    shown = table.value.copy()
    written = pa.ipc.open_stream(table.proto.arrow_data.styler.display_values).read_pandas()
    for name in shown:
        if name not in UNWRITTEN:
            shown[name] = [shown_text(value) for value in written[name].to_numpy()]
    rows: list[dict[str, Any]] = shown.to_dict("records")
    return rows
