"""What the provider's answers hold, under the documents' own field names.

Amounts are whole li (1000 li are one unit of money), times are epoch seconds in UTC. Fields that the provider
adds are ignored, except in ``extra_business``, which keeps whatever it holds.
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr

_LARGEST = 2**63

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]

# What a sum, a key or a time is made of is required. The rest is not known where an answer lacks it or tells
# something else: then these stand for it, and it is counted. What documents leave out at times has a default.
Text = Annotated[str, Meta(extra={"unknown": ""})]
TextOrNone = Annotated[str | None, Meta(extra={"unknown": None})]
BoolOrNone = Annotated[bool | None, Meta(extra={"unknown": None})]
NumberOrNone = Annotated[Int64 | None, Meta(extra={"unknown": None})]


SLOTS = "Slots"
"""The type of game that has endpoints of its own."""
TYPE_BY_THOUSAND = {1: SLOTS, 2: "Multiplayer", 3: "Table", 4: "Fish", 6: "Crypto"}
"""The types of games, by how their ids begin: 1041 is a slots game."""
DEPOSIT, WITHDRAWAL = 4, 3
"""The types of transfers."""


class Game(Struct, frozen=True):
    """A game of the provider (Summary API, 1.1)."""

    dispensable: ClassVar[bool] = True
    """Without an id it is left out of the list, and counted: no money is in it."""

    game_id: Int64
    game_name: Text
    game_type: Text
    resource_url: str = ""
    resource_with_name_url: str = ""

    def __post_init__(self) -> None:
        if not self.game_name.strip():
            force_setattr(self, "game_name", str(self.game_id))
        if not self.game_type.strip():
            force_setattr(self, "game_type", TYPE_BY_THOUSAND.get(self.game_id // 1000, ""))


class StageTotal(Struct, frozen=True):
    """Totals of all games over a window, in li (1.2)."""

    bet_count: Int64
    bet_amount: Int64
    gain_amount: Int64
    company_gain_amount: Int64


class StageDay(Struct, frozen=True):
    """Totals of all games on one business day, in li (1.2)."""

    date: dt.date
    bet_count: Int64
    bet_amount: Int64
    gain_amount: Int64
    company_gain_amount: Int64


class StageSummary(Struct, frozen=True):
    """Business days, oldest first and without gaps, and their total."""

    days: list[StageDay]
    summary: StageTotal


class StageAnswer(Struct, frozen=True):
    """The provider's own form: UTC dates, newest first, days without bets left out (1.2)."""

    day_list: list[StageDay]
    summary: StageTotal

    @property
    def says_more(self) -> bool:
        """Whether there must be days."""
        return any(msgspec.structs.astuple(self.summary))


class Bet(Struct, frozen=True, gc=False):
    """One round of one player in any game, amounts in li (1.3)."""

    event_id: str
    draw_id: Text
    game_id: Int64
    user_id: Int64
    op_id: Text
    bet_amount: Int64
    gain_amount: Int64
    credit_before_bet: NumberOrNone
    credit: NumberOrNone
    start_at: Int64
    end_at: NumberOrNone


class BetPage(Struct, frozen=True):
    """One page of the betting history (1.3)."""

    items: list[Bet]
    total: Int64
    page: Int64
    page_size: Int64

    def __len__(self) -> int:
        return len(self.items)

    @property
    def says_more(self) -> bool:
        """Whether there must be bets on this page."""
        return self.total > max(self.page - 1, 0) * self.page_size


class BonusSummary(Struct, frozen=True):
    """Bonuses issued and what became of them (1.4).

    ``release_bonus`` and ``converted_cash`` are li too; the documents give them as decimal numbers, so they
    are exact Decimals.
    """

    release_count: Int64
    used_count: Int64
    release_bonus: Decimal
    converted_cash: Decimal
    bet_amount: Int64
    win_amount: Int64

    def __post_init__(self) -> None:
        _finite(self.release_bonus, self.converted_cash)


class GamesRound(Struct, frozen=True):
    """One round of a game other than slots, amounts in li (2.1, 2.2).

    The player's history leaves out the player, the game's history the balances: those fields are then None.
    """

    event_id: str
    draw_id: Text
    game_id: Int64
    bet_amount: Int64
    gain_amount: Int64
    start_at: Int64
    end_at: NumberOrNone
    user_id: Int64 | None = None
    op_id: str | None = None
    credit_before_bet: Int64 | None = None
    credit: Int64 | None = None
    bet_areas: Any = None
    win_areas: Any = None
    game_result: Any = None
    award_odds: Decimal | None = None


class GamesUserSummary(Struct, frozen=True):
    """One player's totals over a window in games other than slots, in li (2.3)."""

    bet_amount: Int64
    gain_amount: Int64
    credit_before_game: NumberOrNone
    credit: NumberOrNone


class GameSummary(Struct, frozen=True):
    """One game's totals over a window, in li (2.4).

    The counts of players are distinct players of exactly this window. They cannot be added up, so a window
    over 60 days has None.
    """

    bet_amount: Int64
    gain_amount: Int64
    bet_count: Int64
    user_count: NumberOrNone
    win_user_count: NumberOrNone
    lose_user_count: NumberOrNone


class SlotsRound(Struct, frozen=True):
    """One round of a slots game, amounts in li (3.1). ``feature``: 0 base, 1 free, 2 bonus, 3 jackpot."""

    event_id: str
    draw_id: Text
    user_id: NumberOrNone
    op_id: TextOrNone
    currency: Text
    game_id: Int64
    bet_amount: Int64
    gain_amount: Int64
    credit_before_bet: NumberOrNone
    credit: NumberOrNone
    start_at: Int64
    end_at: NumberOrNone
    feature: NumberOrNone = 0
    is_buy: BoolOrNone = False
    extra_business: dict[str, Any] | None = None


class SlotsUserRow(Struct, frozen=True):
    """One player's totals in one slots game, in li (3.2)."""

    user_id: NumberOrNone
    op_id: TextOrNone
    game_id: Int64
    bet_count: Int64
    bet_amount: Int64
    gain_amount: Int64
    currency: Text


class SlotsGameRow(Struct, frozen=True):
    """One slots game's totals, in li (3.3)."""

    game_id: Int64
    bet_count: Int64
    bet_amount: Int64
    gain_amount: Int64
    company_gain_amount: Int64


class DetailUrl(Struct, frozen=True):
    """Where a slots round can be looked at (3.4)."""

    url: str


class Pot(Struct, frozen=True):
    """A jackpot pot. ``pot`` and ``next_pot`` are whole units of money with three decimals, not li.

    ``next_hour`` is the time of the next draw in epoch milliseconds, 0 where there is none.
    """

    pot: Decimal
    next_pot: Annotated[Decimal, Meta(extra={"unknown": Decimal(0)})]
    next_hour: Annotated[Int64, Meta(extra={"unknown": 0})]

    def __post_init__(self) -> None:
        _finite(self.pot, self.next_pot)


PotOrNone = Annotated[Pot | None, Meta(extra={"unknown": None})]


class Pool(Struct, frozen=True):
    """The two pots of LinkJP; one that cannot be read is None.

    ``timestamp`` is the provider's clock in epoch milliseconds when it told them, None if it did not say.
    """

    hourly: Pot | None
    super: Pot | None
    timestamp: int | None


class PoolHeader(Struct, frozen=True):
    """The header of the provider's own answer: its clock in epoch milliseconds."""

    timestamp: Int64 | None = None


class PoolResult(Struct, frozen=True):
    """The pots as the provider calls them."""

    hourly: PotOrNone = field(name="hourly_group")
    super: PotOrNone = field(name="super_group")

    def __post_init__(self) -> None:
        if self.hourly is None and self.super is None:
            raise ValueError("hourly_group, super_group: neither can be read")


class PoolAnswer(Struct, frozen=True):
    """The provider's own answer about the pots, with its header."""

    header: PoolHeader
    result: PoolResult


class TransferAnswer(Struct, frozen=True):
    """The provider's own answer to a deposit or a withdrawal."""

    balance: Int64
    freeze_amount: NumberOrNone = None


class TransferResult(Struct, frozen=True):
    """A transfer that happened, amounts in li.

    ``balance`` is the player's balance after it; ``freeze_amount`` the part of it that a running game locks,
    None where the answer does not say. ``trans_no`` is the operator's number.
    """

    trans_no: str
    balance: int
    freeze_amount: int | None = None


class Balance(Struct, frozen=True):
    """A player's balance in li."""

    balance: Int64


class TransferRecord(Struct, frozen=True):
    """One past transfer, amounts in li. ``type``: 3 withdrawal, 4 deposit.

    ``trans_no`` is assembled by the provider from the operator's number and differs from it.
    """

    id: NumberOrNone
    type: Int64
    amount: Int64
    after_balance: Int64
    ref_id: Text
    trans_no: Text
    created_at: Int64


class TransferRecords(Struct, frozen=True):
    """A page of transfers, newest first. ``next_id`` asks for the next page; 0 means that there is none."""

    next_id: Int64
    records: list[TransferRecord]

    @property
    def says_more(self) -> bool:
        """Whether there must be records."""
        return self.next_id != 0


def _finite(*numbers: Decimal) -> None:
    if not all(number.is_finite() for number in numbers):
        raise ValueError("an amount is not a number")
    # 1e999999999 is one, but no amount: whoever wrote it out would need a gigabyte.
    if not all(-_LARGEST < number < _LARGEST for number in numbers):
        raise ValueError("an amount is out of range")
