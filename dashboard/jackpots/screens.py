"""The televisions as the office sees them. Pure; times in epoch ms, ages in ms."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboard.jackpots.wall import Limits

OFF_AFTER_MS: Final = 30_000
"""A screen asks every 2 s and its heartbeat is written every 10 s: after this it is not there any more."""
STILL_AFTER_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a screen said of itself when it last asked, `age_ms` ago; None where it did not say.

    The age is also None where the time that is written cannot be one: a wrong clock wrote it.
    """

    age_ms: int | None
    paint_age_ms: int | None
    data_age_ms: int | None
    build: str | None


@dataclass(frozen=True, slots=True)
class Screen:
    """A television that was given a link."""

    id: int
    name: str
    look: str
    made_at_ms: int
    revoked_at_ms: int | None
    beat: Heartbeat | None


class Condition(StrEnum):
    """How a screen is doing."""

    ON = "on"
    OLD_NUMBERS = "old numbers"
    OLD_BUILD = "old build"
    STILL = "still"
    OFF = "off"
    NEW = "new"
    REVOKED = "revoked"


def condition(screen: Screen, limits: Limits, build: str) -> Condition:
    """Return how a screen is doing; the worst of what can be said."""
    beat = screen.beat
    if screen.revoked_at_ms is not None:
        return Condition.REVOKED
    if beat is None:
        return Condition.NEW
    if beat.age_ms is None or beat.age_ms > OFF_AFTER_MS:
        return Condition.OFF
    if beat.paint_age_ms is not None and beat.paint_age_ms > STILL_AFTER_MS:
        return Condition.STILL
    if beat.data_age_ms is None or beat.data_age_ms >= limits.last_known_ms:
        return Condition.OLD_NUMBERS
    return Condition.ON if beat.build in (None, build) else Condition.OLD_BUILD
