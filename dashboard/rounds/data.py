"""What the provider itself says and shows of a round."""

from collections.abc import Mapping
from typing import Any

from dashboard.provider.merchant import Merchant
from dashboard.rounds.frame import rounds_frame
from dashboard.rounds.tables import ONLY_IN_HISTORY, rounds_table
from twoj_client import Reply
from twoj_client.models import SLOTS


def round_url(merchant: Merchant, game_id: int, draw_id: str) -> str:
    """Address of the provider's own page about a slots round. Raises TwoJError."""
    return merchant.twoj.slots.detail_url(game_id=game_id, draw_id=draw_id).data.url


def every_field(merchant: Merchant, row: Mapping[Any, Any]) -> Mapping[Any, Any] | None:
    """Return a round of the archive with what the provider's own history of its second says beside.

    `row` is one of `tables.rounds_table` with the `user_id` of its player. None where the history of that
    second has no such round. Raises TwoJError.
    """
    twoj, start_s = merchant.twoj, int(row["start_at"])
    asked: dict[str, Any] = {"start": start_s, "end": start_s + 1, "user_id": int(row["user_id"])}
    reply: Reply[Any] = (
        twoj.slots.user_history(**asked) if row["type"] == SLOTS else twoj.games.user_history(**asked)
    )
    found = [each for each in reply.data if each.event_id == row["event_id"]]
    if not found:
        return None
    told = rounds_table(rounds_frame(found[:1]), merchant.zone).iloc[0]
    return dict(row) | {name: told[name] for name in ONLY_IN_HISTORY}
