"""What a pack is made of, as it was known then: plain data, kept in the pack as `facts.json`. Pure.

Amounts are in li, times in epoch seconds or milliseconds. Of the archive only the pieces are here: their bets
are added up each time.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from archive.bets import HourSums
from dashboard.core.periods import Period, of_days
from twoj_client.models import Game

FORMAT: Final = 1
"""The version of the report's definition."""


@dataclass(frozen=True, slots=True)
class PieceFact:
    """An hour of the archive in one version; `theirs` are the provider's own sums of it."""

    hour_s: int
    version: int
    state: str
    digest: str
    ours: HourSums
    theirs: HourSums | None
    as_of_ms: int


@dataclass(frozen=True, slots=True)
class BonusFact:
    """What became of bonuses created in the month, of one state and creation type; of all (0, 0)."""

    state: int
    create_type: int
    release_count: int
    used_count: int
    release_bonus_li: int
    converted_cash_li: int
    bet_amount_li: int
    win_amount_li: int


@dataclass(frozen=True, slots=True)
class PayoutFact:
    """A jackpot payout of the ledger; `credited_li` was booked for it, None: nothing was."""

    trans_no: str
    game_id: int | None
    amount_li: int
    hourly_li: int | None
    super_li: int | None
    won_at_ms: int
    received_at_ms: int
    credited_li: int | None


@dataclass(frozen=True, slots=True)
class HitFact:
    """A fall of a pot that was seen, or a payout without one: `verdict` says what is known of the two."""

    at_ms: int
    pot: str
    verdict: str
    before_li: int | None
    paid_li: int | None
    trans_no: str | None


@dataclass(frozen=True, slots=True)
class RestatementFact:
    """A bet that the provider changed after its hour was proven; amounts are after minus before.

    `game_id` is None where a player's ids were taken out since.
    """

    hour_s: int
    version: int
    seen_at_ms: int
    change: str
    game_id: int | None
    bet_li: int
    gain_li: int


@dataclass(frozen=True, slots=True)
class DayFact:
    """The provider's own sums of a business day."""

    day: str
    bets: int
    bet_li: int
    gain_li: int
    company_gain_li: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it.

    `as_of_ms` says when the provider told "games", "days" and "bonuses"; `lacking` in words why it did not.
    """

    format: int
    software: dict[str, str]
    mch_id: int
    brand: str
    month: str
    zone: str
    currency: str
    language: str
    made_at_ms: int
    rtps: dict[str, str]
    games: tuple[tuple[int, str, str], ...]
    days: tuple[DayFact, ...]
    bonuses: tuple[BonusFact, ...]
    payouts: tuple[PayoutFact, ...]
    hits: tuple[HitFact, ...]
    restatements: tuple[RestatementFact, ...]
    pieces: tuple[PieceFact, ...]
    as_of_ms: dict[str, int] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        """The business days of the month."""
        return month_of(self.month)

    @property
    def clock_zone(self) -> ZoneInfo:
        """The zone of the business days."""
        return ZoneInfo(self.zone)

    @property
    def window_s(self) -> tuple[int, int]:
        """The month in epoch seconds, as far as it had gone when the pack was made."""
        start, end = self.period.window(self.clock_zone)
        start_s = int(start.timestamp())
        return start_s, max(start_s, min(int(end.timestamp()), self.made_at_ms // 1000))

    def listed(self) -> list[Game]:
        """The provider's games."""
        return [Game(*each) for each in self.games]

    def as_bytes(self) -> bytes:
        """Return them as the pack keeps them."""
        return json_bytes(asdict(self))


def month_of(written: str) -> Period:
    """Return the days of a month such as "2026-10". Raises ValueError."""
    first = datetime.strptime(written, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return of_days(first, date.fromordinal(after.toordinal() - 1))


def pack_id(facts: bytes) -> str:
    """Return how a pack is called: how the digest of its facts begins."""
    return sha256(facts).hexdigest()[:16]


def json_bytes(value: Any) -> bytes:
    """Write JSON of which the bytes depend on the contents alone."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def read_facts(content: bytes) -> Facts:
    """Read what `as_bytes` wrote. Raises ValueError for anything else."""
    try:
        found = msgspec.json.decode(content, type=Facts)
        found.window_s, datetime.fromtimestamp(found.made_at_ms / 1000, UTC)
    except (msgspec.MsgspecError, ArithmeticError, LookupError, OSError, RecursionError, ValueError) as error:
        raise ValueError(f"facts.json is not as it was written: {error}") from None
    return found
