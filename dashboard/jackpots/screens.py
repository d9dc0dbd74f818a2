"""The televisions of the hall: what each is to show and when, and how it is doing. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from dashboard.jackpots.wall import Limits

OFF_AFTER_MS: Final = 30_000
"""A screen asks every 2 s and its heartbeat is written every 10 s: after this it is not there any more."""
STILL_AFTER_MS: Final = 10_000
OPENING: Final = timedelta(minutes=5)
"""So long after it opens a screen may take to be switched on."""
LAYOUTS: Final = ("both", "hourly", "super", "winners")
BRIGHTNESS: Final = range(20, 101, 5)
TURN_S: Final = range(5, 301, 5)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """From when to when a screen shows the wall, each day, by the clock on the wall of the business.

    Where it does not close later than it opens, it closes on the next day; at the same time: it never does.
    """

    opens: time
    closes: time

    def hold(self, now: datetime) -> bool:
        """Whether it is open at a time of the business."""
        local = now.time()
        if self.opens < self.closes:
            return self.opens <= local < self.closes
        return local >= self.opens or local < self.closes


@dataclass(frozen=True, slots=True)
class ScreenSetup:
    """What a screen is to show. `brightness` is in percent; the `layouts` are shown `turn_s` each, in turn.

    Without `hours` it is open all day.
    """

    look: str
    is_on: bool = True
    hours: OpeningHours | None = None
    brightness: int = BRIGHTNESS[-1]
    layouts: tuple[str, ...] = LAYOUTS[:1]
    turn_s: int = 20

    def shows(self, now: datetime) -> bool:
        """Whether it shows the wall at a time of the business; it is dark otherwise."""
        return self.is_on and (self.hours is None or self.hours.hold(now))


def told_setup(setup: ScreenSetup, now: datetime, picture: int | None) -> dict[str, Any]:
    """Return what the wall is told of its screen; `picture` names one that it is to send, once."""
    return {
        "look": setup.look,
        "screen": {
            "shows": setup.shows(now),
            "brightness": setup.brightness,
            "layouts": setup.layouts,
            "turn_ms": setup.turn_s * 1000,
            "picture": picture,
        },
    }


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a screen said of itself when it last asked, `age_ms` ago; None where it did not say.

    The age is also None where the time that is written cannot be one: a wrong clock wrote it.
    """

    age_ms: int | None
    paint_age_ms: int | None
    data_age_ms: int | None
    build: str | None

    @property
    def is_silent(self) -> bool:
        """Whether so long nothing came that the screen is not there any more."""
        return self.age_ms is None or self.age_ms > OFF_AFTER_MS


@dataclass(frozen=True, slots=True)
class Screen:
    """A television that was given a link. Its last picture was asked for, and came, at these times."""

    id: int
    name: str
    setup: ScreenSetup
    made_at_ms: int
    revoked_at_ms: int | None
    beat: Heartbeat | None
    picture_asked_at_ms: int | None = None
    picture_at_ms: int | None = None

    @property
    def owes_picture(self) -> bool:
        """Whether a picture was asked for that has not come."""
        return owes_picture(self.picture_asked_at_ms, self.picture_at_ms)


def owes_picture(asked_at_ms: int | None, sent_at_ms: int | None) -> bool:
    """Whether a picture was asked for after the last one came."""
    return asked_at_ms is not None and (sent_at_ms is None or sent_at_ms < asked_at_ms)


class Condition(StrEnum):
    """How a screen is doing."""

    ON = "on"
    OLD_NUMBERS = "old numbers"
    OLD_BUILD = "old build"
    STILL = "still"
    OFF = "off"
    DARK = "dark"
    CLOSED = "closed"
    NEW = "new"
    REVOKED = "revoked"


def condition(screen: Screen, limits: Limits, build: str, now: datetime) -> Condition:
    """Return how a screen is doing at a time of the business; the worst of what can be said.

    One that is to be dark may be silent, too: nobody misses it.
    """
    beat = screen.beat
    if screen.revoked_at_ms is not None:
        return Condition.REVOKED
    if beat is None:
        return Condition.NEW
    if not screen.setup.shows(now):
        return Condition.CLOSED if screen.setup.is_on else Condition.DARK
    return Condition.OFF if beat.is_silent else _seen_condition(beat, limits, build)


def _seen_condition(beat: Heartbeat, limits: Limits, build: str) -> Condition:
    if beat.paint_age_ms is not None and beat.paint_age_ms > STILL_AFTER_MS:
        return Condition.STILL
    if beat.data_age_ms is None or beat.data_age_ms >= limits.last_known_ms:
        return Condition.OLD_NUMBERS
    return Condition.ON if beat.build in (None, build) else Condition.OLD_BUILD


def screen_is_off(screen: Screen, now: datetime) -> bool:
    """Whether somebody should go and look: a screen is silent in its opening hours.

    `now` is a time of the business. One that was never switched on, was revoked or is to be dark is not
    missed, and one that has just opened has a few minutes.
    """
    if screen.revoked_at_ms is not None or screen.beat is None:
        return False
    is_due = screen.setup.shows(now) and screen.setup.shows(now - OPENING)
    return is_due and screen.beat.is_silent
