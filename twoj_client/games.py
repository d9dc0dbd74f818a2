"""Methods about games one by one: ``twoj.slots``, and ``twoj.games`` of all the others."""

from twoj_client import arguments, endpoints
from twoj_client.arguments import When
from twoj_client.core import Core
from twoj_client.history import whole_history
from twoj_client.models import (
    DetailUrl,
    GamesRound,
    GameSummary,
    GamesUserSummary,
    SlotsGameRow,
    SlotsRound,
    SlotsUserRow,
)
from twoj_client.reply import Reply, reply_of


class Games:
    """What the provider says about multiplayer, table, fish, crypto and casual games."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def user_history(
        self, *, start: When, end: When, user_id: int | None = None, op_id: str | None = None
    ) -> Reply[list[GamesRound]]:
        """Return all rounds of one player, oldest first, amounts in li.

        Raises:
            BadArgument: no player is named, or the window is none.
            TwoJError: the provider failed.

        """
        who = arguments.player(user_id, op_id)
        return whole_history(self._core, endpoints.GAMES_USER_HISTORY, who, start, end)

    def game_history(self, *, start: When, end: When, game_id: int) -> Reply[list[GamesRound]]:
        """Return all rounds of one game, oldest first, amounts in li."""
        what = {"game_id": arguments.positive("game_id", game_id)}
        return whole_history(self._core, endpoints.GAMES_GAME_HISTORY, what, start, end)

    def user_stage_summary(
        self, *, start: When, end: When, user_id: int | None = None, op_id: str | None = None
    ) -> Reply[GamesUserSummary]:
        """Return one player's totals, and the balances before the window's first and after its last round."""
        who = arguments.player(user_id, op_id)
        return self._core.read_joined(endpoints.GAMES_USER_STAGE_SUMMARY, who, start, end)

    def game_stage_summary(self, *, start: When, end: When, game_id: int) -> Reply[GameSummary]:
        """Return one game's totals in li.

        Counts of players are None over 60 days: distinct players cannot be added up.
        """
        what = {"game_id": arguments.positive("game_id", game_id)}
        return self._core.read_joined(endpoints.GAMES_GAME_STAGE_SUMMARY, what, start, end)


class Slots:
    """What the provider says about slots games."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def user_history(
        self, *, start: When, end: When, user_id: int | None = None, op_id: str | None = None
    ) -> Reply[list[SlotsRound]]:
        """Return all slots rounds of one player, oldest first, amounts in li.

        Raises:
            BadArgument: no player is named, or the window is none.
            TwoJError: the provider failed.

        """
        who = arguments.player(user_id, op_id)
        return whole_history(self._core, endpoints.SLOTS_USER_HISTORY, who, start, end)

    def user_stage_summary(
        self, *, start: When, end: When, user_id: int | None = None, op_id: str | None = None
    ) -> Reply[list[SlotsUserRow]]:
        """Return one player's totals per slots game (and currency), in li."""
        who = arguments.player(user_id, op_id)
        return self._core.read_joined(endpoints.SLOTS_USER_STAGE_SUMMARY, who, start, end)

    def game_stage_summary(self, *, start: When, end: When) -> Reply[list[SlotsGameRow]]:
        """Return each slots game's totals, in li."""
        return self._core.read_joined(endpoints.SLOTS_GAME_STAGE_SUMMARY, {}, start, end)

    def detail_url(self, *, game_id: int, draw_id: str) -> Reply[DetailUrl]:
        """Return the address of a page that shows one round."""
        params = {
            "game_id": arguments.positive("game_id", game_id),
            "draw_id": arguments.text("draw_id", draw_id),
        }
        answer = self._core.cache.read(endpoints.SLOTS_DETAIL_URL, params)
        return reply_of(answer.value, [answer])
