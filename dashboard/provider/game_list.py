"""The provider's list of games."""

from dashboard.core import frames
from dashboard.provider.merchant import Merchant
from twoj_client.models import Game


def game_names(merchant: Merchant) -> dict[int, str]:
    """Names of all listed games by id (`frames.game_names`). Raises TwoJError."""
    return frames.game_names(merchant.twoj.all.list().data)


def game(merchant: Merchant, game_id: int) -> Game | None:
    """What the list says of a game, None where it lacks it. Raises TwoJError."""
    return next((game for game in merchant.twoj.all.list().data if game.game_id == game_id), None)
