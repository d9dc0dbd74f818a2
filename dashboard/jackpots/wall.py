"""What the jackpot wall is told, and how honest it is about the age of that. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from dashboard.jackpots.pots import Hit, HitVerdict, Match, PotNow, Pots, Win
from twoj_client.windows import HOUR_S

LATE_MS: Final = 10_000
LAST_KNOWN_MS: Final = 60_000
BRAND_MS: Final = HOUR_S * 1000


class WallState(StrEnum):
    """What the wall makes of an answer's age."""

    LIVE = "live"
    LATE = "late"
    LAST_KNOWN = "last_known"
    BRAND = "brand"
    """Nothing is known that is worth showing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From which age of the answer each state holds."""

    late_ms: int
    last_known_ms: int
    brand_ms: int

    def state(self, age_ms: int | None) -> WallState:
        """Return the state for an answer of this age, None where there is no answer."""
        if age_ms is None or age_ms >= self.brand_ms:
            return WallState.BRAND
        if age_ms >= self.last_known_ms:
            return WallState.LAST_KNOWN
        return WallState.LATE if age_ms >= self.late_ms else WallState.LIVE


def limits(poll_s: float) -> Limits:
    """Return the limits for pots that are asked for every `poll_s`: three missed answers are late."""
    return Limits(max(LATE_MS, int(poll_s * 3000)), LAST_KNOWN_MS, BRAND_MS)


def masked(op_id: str) -> str:
    """Return a player's id as the hall may read it: "player42" is "pl…42". Short ids show less."""
    shown = 2 if len(op_id) >= 8 else 1 if len(op_id) >= 4 else 0
    return f"{op_id[:shown]}…{op_id[len(op_id) - shown :]}"


def told_pot(pot: PotNow, at_ms: int) -> dict[str, Any]:
    """Return a pot as told at `at_ms` for the wall, exact to the li: amounts are decimal strings of units.

    `next_hour` is 0 where there is no draw to count down to.
    """
    return {
        "pot": format(pot.amount, "f"),
        "next_pot": format(pot.next_pot, "f"),
        "next_hour": pot.draw_ms(at_ms) or 0,
    }


def told_hits(hits: Iterable[Hit], matches: Sequence[Match]) -> list[dict[str, Any]]:
    """Return hits for the wall: who won as far as is known, what was paid or else last seen in the pot."""
    told = []
    for hit in hits:
        paid = [each.win for each in matches if each.verdict is HitVerdict.PAID and each.hit == hit]
        wins = [win for win in paid if win]
        paid_li = sum(win.part_li(hit.pot) or win.amount_li for win in wins)
        told.append(
            {
                "id": f"{hit.pot}-{hit.seen_at_ms}",
                "pot": hit.pot,
                "at": hit.seen_at_ms,
                "amount": _units(paid_li or hit.before_li),
                "winners": [masked(win.op_id) for win in wins],
            }
        )
    return told


def told_wins(wins: Iterable[Win]) -> list[dict[str, Any]]:
    """Return the last payouts for the wall; `pots` is empty where the provider did not say which."""
    return [
        {
            "pots": [pot for pot in win.pots if win.part_li(pot)],
            "at": win.ordered_at_ms,
            "amount": _units(win.amount_li),
            "winner": masked(win.op_id),
        }
        for win in wins
    ]


def told(pots: Pots | None, as_of: datetime | None, age_ms: int | None, state: WallState) -> dict[str, Any]:
    """Return what the wall is told of the pots. The provider's clock is at `provider_ms` + `age_ms` now."""
    return {
        "state": state.value,
        "as_of": as_of.isoformat(timespec="milliseconds") if as_of else None,
        "age_ms": age_ms,
        "provider_ms": pots.at_ms if pots else None,
        "hourly": told_pot(pots.hourly, pots.at_ms) if pots and pots.hourly else None,
        "super": told_pot(pots.super, pots.at_ms) if pots and pots.super else None,
    }


def _units(li: int) -> str:
    return format(Decimal(li).scaleb(-3), "f")
