"""The provider's endpoints, in one table that the client, the sandbox's tests and the docs read."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import chain
from typing import Any, Generic, TypeVar

import msgspec

from twoj_client import models
from twoj_client.tolerant import Unknown, read
from twoj_client.windows import DAY_S, HOUR_S

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
S = TypeVar("S", bound=msgspec.Struct)


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
    """

    ttl_s: float
    final_after_s: float = math.inf


def added_up(
    *, first: Iterable[str] = (), last: Iterable[str] = (), alone: Iterable[str] = ()
) -> Callable[[Sequence[S]], S]:
    """Return what adds up summaries, the oldest first, field by field.

    But of the fields `first` and `last` it takes the first part's and the last part's value, and what stands
    `alone` (numbers of distinct players) is None where there are several parts.
    """

    def join(parts: Sequence[S]) -> S:
        chosen: dict[str, Any] = {name: getattr(parts[0], name) for name in first}
        chosen |= {name: getattr(parts[-1], name) for name in last}
        chosen |= dict.fromkeys(alone)
        summed = [name for name in parts[0].__struct_fields__ if name not in chosen]
        sums = {name: sum(getattr(part, name) for part in parts) for name in summed}
        return msgspec.structs.replace(parts[0], **sums, **chosen) if len(parts) > 1 else parts[0]

    return join


def added_up_by(*keys: str) -> Callable[[Sequence[list[S]]], list[S]]:
    """Return what adds up lists of rows: those with the same values of `keys` become one."""
    add_up: Callable[[Sequence[S]], S] = added_up(first=keys)

    def join(parts: Sequence[list[S]]) -> list[S]:
        rows: dict[tuple[Any, ...], list[S]] = {}
        for row in chain.from_iterable(parts):
            rows.setdefault(tuple(getattr(row, key) for key in keys), []).append(row)
        return [add_up(same) for same in rows.values()]

    return join


WINDOWED = CachePolicy(ttl_s=30, final_after_s=2 * HOUR_S)
# Always asked anew; an older answer only stands in where the provider fails.
NEVER_FRESH = CachePolicy(ttl_s=0)
# A bonus is counted where it was created, but goes on changing while it is wagered: weeks, at times. A page
# asks by state and by type, a dozen times for each window: half as often as for sums of bets, and no less,
# as the company gain stands beside them.
BONUS = CachePolicy(ttl_s=60, final_after_s=60 * DAY_S)


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

    def lacks_something(self, value: Any, payload: bytes | memoryview) -> bool:  # noqa: ARG002
        """Whether something that was decoded may be null: then it is read tolerantly, and counted."""
        return b"null" in bytes(payload)

    def read_tolerantly(self, payload: bytes | memoryview) -> tuple[T_co, Unknown]:
        """Read what the decoder refuses: see :mod:`twoj_client.tolerant`."""
        return read(payload, self.shape)


def _summary(
    name: str, shape: type[T], policy: CachePolicy = WINDOWED, longest_s: int | None = 60 * DAY_S, **more: Any
) -> Endpoint[T]:
    """Return the row of an endpoint of the Summary API, whose path is its name."""
    path = "/api/" + name.replace(".", "/").replace("_", "/")
    return Endpoint(name, path, Family.SUMMARY, shape, policy, longest_s, **more)


def _rounds(name: str, shape: type[T]) -> Endpoint[T]:
    return _summary(name, shape, row_limit=500)


def _wallet(name: str, shape: type[T], **more: Any) -> Endpoint[T]:
    path = "/open2j/w/" + name.replace(".", "/")
    return Endpoint(name, path, Family.OPEN, shape, limited=True, **more)


ALL_LIST = _summary("all.list", list[models.Game], CachePolicy(HOUR_S), None)
ALL_STAGE_SUMMARY = _summary("all.stage_summary", models.StageAnswer)
ALL_HISTORY = _summary("all.history", models.BetPage, longest_s=HOUR_S, page_size=2000)
ALL_BONUS_SUMMARY = _summary("all.bonus_summary", models.BonusSummary, BONUS, join=added_up())
GAMES_USER_HISTORY = _rounds("games.user_history", list[models.GamesRound])
GAMES_GAME_HISTORY = _rounds("games.game_history", list[models.GamesRound])
GAMES_USER_STAGE_SUMMARY = _summary(
    "games.user_stage_summary",
    models.GamesUserSummary,
    join=added_up(first=["credit_before_game"], last=["credit"]),
)
GAMES_GAME_STAGE_SUMMARY = _summary(
    "games.game_stage_summary",
    models.GameSummary,
    join=added_up(alone=["user_count", "win_user_count", "lose_user_count"]),
)
SLOTS_USER_HISTORY = _rounds("slots.user_history", list[models.SlotsRound])
SLOTS_USER_STAGE_SUMMARY = _summary(
    "slots.user_stage_summary",
    list[models.SlotsUserRow],
    join=added_up_by("user_id", "op_id", "game_id", "currency"),
)
SLOTS_GAME_STAGE_SUMMARY = _summary(
    "slots.game_stage_summary", list[models.SlotsGameRow], join=added_up_by("game_id")
)
SLOTS_DETAIL_URL = _summary("slots.detail_url", models.DetailUrl, CachePolicy(DAY_S), None)
# Fresh for less than the 2 s after which the pots are asked for again, so that each time is a new answer.
JACKPOT_POOL = Endpoint(
    "jackpot.pool",
    "/open2j/g/gjp/pool",
    Family.OPEN,
    models.PoolAnswer,
    policy=CachePolicy(1.5),
    with_header=True,
)
TRANSFER_DEPOSIT = _wallet("transfer.deposit", models.TransferAnswer, money=True)
TRANSFER_WITHDRAW = _wallet("transfer.withdraw", models.TransferAnswer, money=True)
TRANSFER_BALANCE = _wallet("transfer.balance", models.Balance, policy=NEVER_FRESH)
TRANSFER_RECORDS = _wallet("transfer.records", models.TransferRecords, policy=NEVER_FRESH, page_size=100)

ENDPOINTS: tuple[Endpoint[object], ...] = tuple(
    row for row in list(globals().values()) if isinstance(row, Endpoint)
)
"""All endpoints, in the order of the documents."""
