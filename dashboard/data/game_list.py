"""The provider's list of games."""

from dashboard.data.source import source


def game_names() -> dict[int, str]:
    """Names of all listed games by id. Raises TwoJError."""
    return {game.game_id: game.game_name for game in source().twoj.all.list().data}
