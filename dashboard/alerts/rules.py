"""What may be watched, what a rule is, and the rules that come with the dashboard. Pure.

A value is a whole number of its metric's unit, so that it is the same on every machine.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import time
from enum import StrEnum
from typing import Any, Final

from dashboard.alerts.machine import AlertVerdict, Timing
from dashboard.core.metrics import BONUS_METRICS, Unit
from dashboard.core.text import Message, later

LONGEST_NAME: Final = 120
_NUMBER: Final = re.compile(r"[0-9]{1,19}")
MINUTE_S: Final = 60


class MetricUnit(StrEnum):
    """What a value counts."""

    MONEY = "li"
    COUNT = "count"
    SHARE = "hundredths of a percent"
    NOISE = "hundredths of what is usual"
    MINUTES = "minutes"
    MEGABYTES = "megabytes"


class AlertScope(StrEnum):
    """What a rule watches."""

    WHOLE = "whole"
    TYPE = "type"
    GAME = "game"
    PLAYER = "player"
    POT = "pot"
    SCREEN = "screen"
    LINE = "line"


class AlertSide(StrEnum):
    """When a value is bad."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class AlertMetric:
    """A row of the table: in which unit, of what, over which windows (in minutes; none: as of now)."""

    unit: MetricUnit
    scopes: tuple[AlertScope, ...]
    windows_min: tuple[int, ...] = ()
    has_past: bool = True
    """Whether the archive, or the ledger, says what it was: so that a rule can be tried on the past."""
    signed: bool = False
    """Whether it may be below 0."""


_FLOWS: Final = (AlertScope.WHOLE, AlertScope.TYPE, AlertScope.GAME, AlertScope.PLAYER)
_WINDOWS: Final = (15, 30, 60, 180, 360, 720, 1440, 10_080)
_COUNTED: Final = AlertMetric(MetricUnit.COUNT, (AlertScope.GAME,), (1440, 10_080), has_past=False)
_UNITS: Final = {
    Unit.MONEY: MetricUnit.MONEY,
    Unit.COUNT: MetricUnit.COUNT,
    Unit.RATIO: MetricUnit.SHARE,
}
METRICS: Final[Mapping[str, AlertMetric]] = {
    "bet": AlertMetric(MetricUnit.MONEY, _FLOWS, _WINDOWS),
    "gain": AlertMetric(MetricUnit.MONEY, _FLOWS, _WINDOWS, signed=True),
    "bets": AlertMetric(MetricUnit.COUNT, _FLOWS, _WINDOWS),
    "hold": AlertMetric(MetricUnit.SHARE, _FLOWS, _WINDOWS, signed=True),
    "rtp": AlertMetric(MetricUnit.SHARE, _FLOWS, _WINDOWS),
    "average_bet": AlertMetric(MetricUnit.MONEY, _FLOWS, _WINDOWS),
    "net_result": AlertMetric(MetricUnit.MONEY, (AlertScope.PLAYER,), _WINDOWS, signed=True),
    **dict.fromkeys(("players", "winners", "losers"), _COUNTED),
    "gain_noise": AlertMetric(
        MetricUnit.NOISE,
        (AlertScope.WHOLE, AlertScope.TYPE, AlertScope.GAME),
        (1440, 10_080),
        signed=True,
    ),
    "bets_noise": AlertMetric(
        MetricUnit.NOISE,
        (AlertScope.WHOLE, AlertScope.TYPE, AlertScope.GAME),
        (60, 180, 360, 1440),
        signed=True,
    ),
    "silence": AlertMetric(MetricUnit.SHARE, (AlertScope.WHOLE,)),
    "top_player": AlertMetric(MetricUnit.SHARE, (AlertScope.WHOLE,)),
    "broken": AlertMetric(MetricUnit.COUNT, (AlertScope.WHOLE, AlertScope.GAME)),
    "pot": AlertMetric(MetricUnit.MONEY, (AlertScope.POT,), (), False),
    "unmatched": AlertMetric(MetricUnit.COUNT, (AlertScope.WHOLE,), (1440,), False),
    "refused": AlertMetric(MetricUnit.COUNT, (AlertScope.WHOLE,), (), False),
    "waiting": AlertMetric(
        MetricUnit.MINUTES,
        (AlertScope.WHOLE,),
        (),
        False,
    ),
    "restated": AlertMetric(MetricUnit.COUNT, (AlertScope.WHOLE,), (1440,)),
    "late": AlertMetric(MetricUnit.MINUTES, (AlertScope.WHOLE,), (), False),
    "screen_off": AlertMetric(
        MetricUnit.MINUTES,
        (AlertScope.WHOLE, AlertScope.SCREEN),
        (),
        False,
    ),
    "disk": AlertMetric(MetricUnit.MEGABYTES, (AlertScope.WHOLE,), (), False),
    "line": AlertMetric(MetricUnit.COUNT, (AlertScope.LINE,), (), False),
    **{
        metric.key: AlertMetric(
            _UNITS[metric.unit], (AlertScope.WHOLE,), (1440, 10_080), has_past=False, signed=True
        )
        for metric in BONUS_METRICS
    },
}
"""Of `silence` 100 % is a silence that comes once a year by itself; noise is in standard errors; `line` is 1
where a line needs a look, or fails.
"""


class RuleError(ValueError):
    """What somebody wants to be told of is no rule; `why` is a sentence for people."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class AlertRule:
    """What is watched, and when somebody is told. `scope_id`: a type, or an id; "" for the whole.

    `limit` is in the metric's unit; `channels` are names, none: all of them. Raises RuleError for what does
    not fit together.
    """

    metric: str
    side: AlertSide
    limit: int
    scope: AlertScope = AlertScope.WHOLE
    scope_id: str = ""
    window_min: int = 0
    hold_min: int = 0
    recover_min: int = 15
    remind_min: int = 0
    quiet_from: time | None = None
    quiet_to: time | None = None
    channels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        metric = METRICS.get(self.metric)
        if metric is None or self.scope not in metric.scopes:
            raise RuleError(later("That cannot be watched for this."))
        if bool(self.scope_id) == (self.scope is AlertScope.WHOLE) or len(self.scope_id) > 200:
            raise RuleError(later("Say for which game, player, pot, screen or line."))
        is_number = bool(_NUMBER.fullmatch(self.scope_id)) and int(self.scope_id) < 2**63
        if self.scope in (AlertScope.GAME, AlertScope.PLAYER, AlertScope.SCREEN) and not is_number:
            raise RuleError(later("The id must be a whole number."))
        if (self.window_min or None) not in (metric.windows_min or (None,)):
            raise RuleError(later("There is no such window for it."))
        if (not metric.signed and self.limit < 0) or abs(self.limit) >= 2**62:
            raise RuleError(later("The limit must be a number of 0 or more, and not endless."))
        if min(self.hold_min, self.recover_min, self.remind_min) < 0:
            raise RuleError(later("Times must be 0 minutes or more."))
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise RuleError(later("Quiet hours need a beginning and an end."))
        if self.quiet_from is not None and self.quiet_from == self.quiet_to:
            raise RuleError(later("Quiet hours must end at another time than they begin."))

    @property
    def timing(self) -> Timing:
        """The times of the state machine."""
        return Timing(*(each * MINUTE_S for each in (self.hold_min, self.recover_min, self.remind_min)))

    def verdict(self, value: int | None) -> AlertVerdict:
        """Say what a value is; None is one that is not known."""
        if value is None:
            return AlertVerdict.NO_DATA
        bad = value > self.limit if self.side is AlertSide.ABOVE else value < self.limit
        return AlertVerdict.BAD if bad else AlertVerdict.GOOD


def as_json(rule: AlertRule) -> str:
    """Return a rule as the ledger keeps it."""
    written = {name: str(value) if isinstance(value, time) else value for name, value in asdict(rule).items()}
    return json.dumps(written, sort_keys=True)


def from_json(written: str) -> AlertRule:
    """Return the rule that the ledger keeps. Raises ValueError for what is none, as of a newer server."""
    try:
        said: dict[str, Any] = json.loads(written)
        for name in ("quiet_from", "quiet_to"):
            said[name] = time.fromisoformat(said[name]) if said[name] else None
        return AlertRule(
            **said
            | {
                "side": AlertSide(said["side"]),
                "scope": AlertScope(said["scope"]),
                "channels": tuple(said["channels"]),
            }
        )
    except (KeyError, TypeError) as error:
        raise ValueError(str(error)) from None


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule that comes with the dashboard."""

    name: Message
    rule: AlertRule


READY: Final[Mapping[str, ReadyRule]] = {
    "broken-game": ReadyRule(later("Broken game"), AlertRule("broken", AlertSide.ABOVE, 0, recover_min=0)),
    "gain-low": ReadyRule(
        later("Company gain far below"),
        AlertRule("gain_noise", AlertSide.BELOW, -700, window_min=1440, recover_min=120),
    ),
    "silence": ReadyRule(
        later("Bets fall silent"), AlertRule("silence", AlertSide.ABOVE, 10_000, recover_min=5)
    ),
    "top-player": ReadyRule(
        later("One player above a share of the day"),
        AlertRule("top_player", AlertSide.ABOVE, 4000, recover_min=60),
    ),
    "payout-refused": ReadyRule(
        later("Payout refused"), AlertRule("refused", AlertSide.ABOVE, 0, recover_min=0)
    ),
    "payout-waiting": ReadyRule(
        later("Payout waits"), AlertRule("waiting", AlertSide.ABOVE, 10, recover_min=5)
    ),
    "unmatched-jackpot": ReadyRule(
        later("Unmatched jackpot"), AlertRule("unmatched", AlertSide.ABOVE, 0, window_min=1440)
    ),
    "restatement": ReadyRule(
        later("The provider changed the past"), AlertRule("restated", AlertSide.ABOVE, 0, window_min=1440)
    ),
    "archive-late": ReadyRule(
        later("Provider or archive late"), AlertRule("late", AlertSide.ABOVE, 10, recover_min=5)
    ),
    "screen-off": ReadyRule(later("Screen off"), AlertRule("screen_off", AlertSide.ABOVE, 15, recover_min=2)),
    "disk": ReadyRule(later("Disk nearly full"), AlertRule("disk", AlertSide.BELOW, 5000, recover_min=30)),
}
"""All of them are told to every channel."""
