"""The provider's endpoints, in one table that the client, the sandbox's tests and the docs read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from twoj_client import models
from twoj_client.joins import added_up, added_up_by
from twoj_client.tolerant import Unknown, read
from twoj_client.windows import DAY_S, HOUR_S

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Family(Enum):
    """Which of the two signatures and envelopes an endpoint has."""

    SUMMARY = "Summary API"
    OPEN = "Open API"


@dataclass(frozen=True)
class CachePolicy:
    """How long an answer stays true.

    ``ttl_s``: an answer whose window still touches now (or that has no window) is asked again after this.
    ``final_after_s``: so long after the end of its window, by the provider's clock, its answer is final and
    kept; it is asked again a day and a week after the end, and when somebody wants it..
    ``stale_for_s``: so old an answer that is not final may be when it is served because the provider fails.
    """

    ttl_s: float
    final_after_s: float = math.inf
    stale_for_s: float = DAY_S


WINDOWED = CachePolicy(ttl_s=30, final_after_s=2 * HOUR_S)
# Always asked anew; an older answer only stands in where the provider fails.
NEVER_FRESH = CachePolicy(ttl_s=0)
# A bonus is counted where it was created, but goes on changing while it is wagered: weeks, at times.
BONUS = CachePolicy(ttl_s=30, final_after_s=60 * DAY_S)


@dataclass(frozen=True, eq=False)
class Endpoint(Generic[T_co]):
    """One endpoint: how to ask it, what it answers, what it permits."""

    name: str
    """The client's method."""
    path: str
    family: Family
    shape: type[T_co]
    """The type of the answer's payload."""
    policy: CachePolicy | None = None
    """None: never cached."""
    longest_s: int | None = None
    """The longest window of one request."""
    join: Callable[[Sequence[Any]], Any] | None = None
    """Makes one answer of those about the parts of a longer window."""
    row_limit: int | None = None
    """The most rows of one answer, with no way to page on."""
    page_size: int | None = None
    """The largest page, where there are pages."""
    money: bool = False
    """Moves money: never repeated by itself, never cached."""
    limited: bool = False
    """Counts towards the provider's limit of 5000 requests in 10 seconds."""
    with_header: bool = False
    """The payload is the whole answer of the Open API: its header tells the provider's time."""

    @cached_property
    def decoder(self) -> msgspec.json.Decoder[T_co]:
        """Decodes the payload, strictly typed."""
        return msgspec.json.Decoder(self.shape)

    def read_tolerantly(self, payload: bytes | memoryview) -> tuple[T_co, Unknown]:
        """Read what the decoder refuses: see :mod:`twoj_client.tolerant`."""
        return read(payload, self.shape)


def _sums_or_rounds(
    name: str, path: str, shape: type[T], policy: CachePolicy = WINDOWED, **more: Any
) -> Endpoint[T]:
    """Return the row of an endpoint of the Summary API about a window of 60 days at most."""
    return Endpoint(name, path, Family.SUMMARY, shape, policy, longest_s=60 * DAY_S, **more)


ALL_LIST = Endpoint(
    "all.list", "/api/all/list", Family.SUMMARY, list[models.Game], policy=CachePolicy(HOUR_S)
)
ALL_STAGE_SUMMARY = _sums_or_rounds("all.stage_summary", "/api/all/stage/summary", models.StageAnswer)
ALL_HISTORY = Endpoint(
    "all.history",
    "/api/all/history",
    Family.SUMMARY,
    models.BetPage,
    policy=WINDOWED,
    longest_s=HOUR_S,
    page_size=2000,
)
ALL_BONUS_SUMMARY = _sums_or_rounds(
    "all.bonus_summary", "/api/all/bonus/summary", models.BonusSummary, policy=BONUS, join=added_up()
)
GAMES_USER_HISTORY = _sums_or_rounds(
    "games.user_history", "/api/games/user/history", list[models.GamesRound], row_limit=500
)
GAMES_GAME_HISTORY = _sums_or_rounds(
    "games.game_history", "/api/games/game/history", list[models.GamesRound], row_limit=500
)
GAMES_USER_STAGE_SUMMARY = _sums_or_rounds(
    "games.user_stage_summary",
    "/api/games/user/stage/summary",
    models.GamesUserSummary,
    join=added_up(first=["credit_before_game"], last=["credit"]),
)
GAMES_GAME_STAGE_SUMMARY = _sums_or_rounds(
    "games.game_stage_summary",
    "/api/games/game/stage/summary",
    models.GameSummary,
    join=added_up(alone=["user_count", "win_user_count", "lose_user_count"]),
)
SLOTS_USER_HISTORY = _sums_or_rounds(
    "slots.user_history", "/api/slots/user/history", list[models.SlotsRound], row_limit=500
)
SLOTS_USER_STAGE_SUMMARY = _sums_or_rounds(
    "slots.user_stage_summary",
    "/api/slots/user/stage/summary",
    list[models.SlotsUserRow],
    join=added_up_by("user_id", "op_id", "game_id", "currency"),
)
SLOTS_GAME_STAGE_SUMMARY = _sums_or_rounds(
    "slots.game_stage_summary",
    "/api/slots/game/stage/summary",
    list[models.SlotsGameRow],
    join=added_up_by("game_id"),
)
SLOTS_DETAIL_URL = Endpoint(
    "slots.detail_url", "/api/slots/detail/url", Family.SUMMARY, models.DetailUrl, policy=CachePolicy(DAY_S)
)
# Fresh for less than the 2 s after which the pots are asked for again, so that each time is a new answer.
JACKPOT_POOL = Endpoint(
    "jackpot.pool",
    "/open2j/g/gjp/pool",
    Family.OPEN,
    models.PoolAnswer,
    policy=CachePolicy(1.5),
    with_header=True,
)
TRANSFER_DEPOSIT = Endpoint(
    "transfer.deposit",
    "/open2j/w/transfer/deposit",
    Family.OPEN,
    models.DepositAnswer,
    money=True,
    limited=True,
)
TRANSFER_WITHDRAW = Endpoint(
    "transfer.withdraw",
    "/open2j/w/transfer/withdraw",
    Family.OPEN,
    models.WithdrawAnswer,
    money=True,
    limited=True,
)
TRANSFER_BALANCE = Endpoint(
    "transfer.balance",
    "/open2j/w/transfer/balance",
    Family.OPEN,
    models.Balance,
    policy=NEVER_FRESH,
    limited=True,
)
TRANSFER_RECORDS = Endpoint(
    "transfer.records",
    "/open2j/w/transfer/records",
    Family.OPEN,
    models.TransferRecords,
    policy=NEVER_FRESH,
    page_size=100,
    limited=True,
)

ENDPOINTS: tuple[Endpoint[object], ...] = tuple(
    row for row in list(globals().values()) if isinstance(row, Endpoint)
)
"""All endpoints, in the order of the documents."""
