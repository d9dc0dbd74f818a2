"""What the provider itself shows of a round."""

from dashboard.provider.merchant import Merchant


def round_url(merchant: Merchant, game_id: int, draw_id: str) -> str:
    """Address of the provider's own page about a slots round. Raises TwoJError."""
    return merchant.twoj.slots.detail_url(game_id=game_id, draw_id=draw_id).data.url
