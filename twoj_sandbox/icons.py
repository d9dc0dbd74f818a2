"""Icons of the made-up games, drawn here: the demo works on a machine that reaches no other."""

import base64
import html

from twoj_sandbox.world.games import WorldGame

_COLORS = {
    "Slots": "#2F5BC2",
    "Multiplayer": "#A56D05",
    "Table": "#0B75AE",
    "Fish": "#641E6B",
    "Crypto": "#C22B68",
}


def icon(game: WorldGame) -> str:
    """Return the icon as a data URL (RFC 2397): the name's initials on a tile coloured by type."""
    words = [word for word in game.name.split() if word[0].isalnum()] or [game.name]
    initials = html.escape("".join(word[0] for word in words[:2]).upper())
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="80" height="80">'
        f'<rect width="40" height="40" rx="9" fill="{_COLORS[game.game_type]}"/>'
        '<text x="20" y="26" font-family="sans-serif" font-size="16" font-weight="600" fill="#fff"'
        f' text-anchor="middle">{initials}</text></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
