"""How an alert changes its state, and when somebody is told. Pure; all times are in epoch s.

Whatever the values do, messages alternate: one that it fires, reminders, one that it is over. While nobody
may be told (it is muted, or quiet hours) the state goes on; what is still so when they end is told then.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class AlertState(StrEnum):
    """How a rule stands for one thing that it watches."""

    NORMAL = "normal"
    PENDING = "pending"
    """It is so, and not yet for long enough."""
    FIRING = "firing"
    RECOVERING = "recovering"
    """It is not so any more, and not yet for long enough."""
    NO_DATA = "no data"
    ERROR = "error"


class AlertVerdict(StrEnum):
    """What a value is by its rule, or why there is none."""

    BAD = "bad"
    GOOD = "good"
    NO_DATA = "no data"
    ERROR = "error"


class AlertMessage(StrEnum):
    """What a message says."""

    FIRING = "firing"
    REMINDER = "reminder"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long it must be so before it fires, and not so before it is over; when somebody is reminded.

    0 for `remind_s`: never.
    """

    hold_s: int = 0
    recover_s: int = 900
    remind_s: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an alert: its state since when, and since when it fires that is not over.

    `told_s` is when the last message was written since people were told that it fires; None where the last
    one said that it is over, or there was none.
    """

    state: AlertState = AlertState.NORMAL
    since_s: float = 0
    firing_since_s: float | None = None
    told_s: float | None = None
    is_acknowledged: bool = False


NEVER: Final = Standing()


def step(
    standing: Standing, verdict: AlertVerdict, now_s: float, timing: Timing, *, may_tell: bool = True
) -> tuple[Standing, AlertMessage | None]:
    """Return how an alert stands after a value, and what is to be told."""
    after = _moved(standing, verdict, now_s, timing)
    told = _due(after, now_s, timing) if may_tell else None
    if told is AlertMessage.RECOVERED:
        return replace(after, told_s=None), told
    return (replace(after, told_s=now_s) if told else after), told


def _moved(standing: Standing, verdict: AlertVerdict, now_s: float, timing: Timing) -> Standing:
    is_alert = standing.firing_since_s is not None
    if verdict in (AlertVerdict.NO_DATA, AlertVerdict.ERROR):
        return _to(standing, AlertState(verdict.value), now_s)
    if (verdict is AlertVerdict.BAD) is is_alert:
        return _to(standing, AlertState.FIRING if is_alert else AlertState.NORMAL, now_s)
    # On the way from one to the other.
    way = AlertState.RECOVERING if is_alert else AlertState.PENDING
    since_s = standing.since_s if standing.state is way else now_s
    if now_s - since_s < (timing.recover_s if is_alert else timing.hold_s):
        return _to(standing, way, now_s)
    if is_alert:
        over = replace(standing, firing_since_s=None, is_acknowledged=False)
        return _to(over, AlertState.NORMAL, now_s)
    return _to(replace(standing, firing_since_s=now_s), AlertState.FIRING, now_s)


def _to(standing: Standing, state: AlertState, now_s: float) -> Standing:
    return standing if standing.state is state else replace(standing, state=state, since_s=now_s)


def _due(standing: Standing, now_s: float, timing: Timing) -> AlertMessage | None:
    if standing.firing_since_s is None:
        return None if standing.told_s is None else AlertMessage.RECOVERED
    if standing.state is not AlertState.FIRING:
        return None
    if standing.told_s is None:
        return AlertMessage.FIRING
    is_due = timing.remind_s and now_s - standing.told_s >= timing.remind_s
    return AlertMessage.REMINDER if is_due and not standing.is_acknowledged else None


def is_quiet(now: datetime, zone: ZoneInfo, quiet_from: time | None, quiet_to: time | None) -> bool:
    """Whether a moment is in the quiet hours of the local clock, which may go over midnight."""
    if quiet_from is None or quiet_to is None:
        return False
    local = now.astimezone(zone).time()
    if quiet_from <= quiet_to:
        return quiet_from <= local < quiet_to
    return local >= quiet_from or local < quiet_to
