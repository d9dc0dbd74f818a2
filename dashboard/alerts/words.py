"""What is said of rules, values and alerts: on the page and in messages."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboard.alerts.machine import AlertMessage, AlertState
from dashboard.alerts.rules import METRICS, AlertRule, AlertScope, AlertSide, MetricUnit
from dashboard.core import formats
from dashboard.core.query import WATCHED
from dashboard.core.text import WordTable, later, text

STATES: Final = WordTable(
    {
        AlertState.NORMAL: later("Normal"),
        AlertState.PENDING: later("Pending"),
        AlertState.FIRING: later("Firing"),
        AlertState.RECOVERING: later("Recovering"),
        AlertState.NO_DATA: later("No data"),
        AlertState.ERROR: later("Error"),
    }
)
SCOPES: Final = WordTable(
    {
        AlertScope.WHOLE: later("Everything"),
        AlertScope.TYPE: later("A type of games"),
        AlertScope.GAME: later("A game"),
        AlertScope.PLAYER: later("A player"),
        AlertScope.POT: later("A jackpot pot"),
        AlertScope.SCREEN: later("A screen"),
        AlertScope.LINE: later("A line of Status"),
    }
)
SIDES: Final = WordTable({AlertSide.ABOVE: later("above"), AlertSide.BELOW: later("below")})
_SHARES: Final = {
    "silence": later("{limit} of the longest that is usual at this time of day"),
    "top_player": later("{limit} of the day's bet amount"),
}
"""Of what a limit is a part, where the metric's name does not say."""
_TOLD: Final = {
    AlertMessage.FIRING: later("Alert: {name}"),
    AlertMessage.REMINDER: later("Still: {name}"),
    AlertMessage.RECOVERED: later("Over: {name}"),
}


def value_text(metric: str, value: int | None, currency: str | None) -> str:
    """A value in its unit: "1 234.50 PHP", "41.20 %", "12 min"."""
    return formats.UNKNOWN if value is None else _WRITTEN[METRICS[metric].unit](value, currency)


def _places(hundredths: int) -> int:
    return 2 if hundredths % 100 else 0


_WRITTEN: Final[Mapping[MetricUnit, Callable[[int, str | None], str]]] = {
    MetricUnit.MONEY: formats.money,
    MetricUnit.COUNT: lambda value, _: formats.count(value),
    MetricUnit.SHARE: lambda value, _: formats.percent(Fraction(value, 10_000), _places(value)),
    MetricUnit.NOISE: lambda value, _: text(
        "{number} standard errors", number=formats.decimal(Fraction(value, 100), _places(value))
    ),
    MetricUnit.MINUTES: lambda value, _: text("{number} min", number=formats.count(value)),
    MetricUnit.MEGABYTES: lambda value, _: formats.size(value * 10**6),
}


def rule_text(rule: AlertRule, of_what: str, currency: str | None) -> str:
    """A rule in one line: "Lucky Koi: Company gain below −1 000 PHP, over 24 h"."""
    metric, limit = WATCHED[rule.metric], value_text(rule.metric, rule.limit, currency)
    if share := _SHARES.get(rule.metric):
        limit = text(share.key, limit=limit)
    said = text("{metric} {side} {limit}", metric=metric, side=SIDES[rule.side], limit=limit)
    if METRICS[rule.metric].unit is MetricUnit.COUNT and (rule.side, rule.limit) == (AlertSide.ABOVE, 0):
        said = text("{metric}: one or more", metric=metric)
    if rule.metric == "line":
        said = text("needs a look, or fails")
    if rule.window_min:
        said = text("{said}, over {window}", said=said, window=formats.about_duration(rule.window_min * 60))
    if rule.scope is not AlertScope.WHOLE:
        said = text("{what}: {said}", what=of_what, said=said)
    return said


def evidence_text(evidence: Mapping[str, Any], zone: ZoneInfo, currency: str | None) -> list[str]:
    """What a value was made of, a sentence each."""

    def at(name: str) -> str:
        return formats.moment(datetime.fromtimestamp(evidence[name], UTC), zone)

    found = []
    if "from_s" in evidence:
        found.append(text("Window: {start} to {end}.", start=at("from_s"), end=at("to_s")))
    if "last_bet_s" in evidence:
        found.append(text("Last bet: {when}.", when=at("last_bet_s")))
        found.append(
            text(
                "Usual at this time: {count} bets an hour; {lacking} are lacking.",
                count=formats.count(evidence["usual_an_hour"]),
                lacking=formats.count(evidence["lacking"]),
            )
        )
    if "found_after_min" in evidence:
        found.append(found_after_text(evidence["found_after_min"]))
    if "user_id" in evidence:
        amount = value_text("bet", evidence["bet_li"], currency)
        found.append(
            text(
                "Player {op_id} ({user_id}) bet {amount} that day.",
                op_id=evidence["op_id"],
                user_id=evidence["user_id"],
                amount=amount,
            )
        )
    if "sign" in evidence:
        found.append(
            text("It pays too much, by the alarm of {when}.", when=at("alarmed_s"))
            if evidence["sign"] > 0
            else text("It pays too little, by the alarm of {when}.", when=at("alarmed_s"))
        )
    if "as_of_s" in evidence:
        found.append(text("The archive is as of {when}.", when=at("as_of_s")))
    return found


def found_after_text(minutes: int) -> str:
    """From how long a silence on this alert fires: shorter ones come by themselves."""
    return text(
        "At this time of day it fires after {minutes} min; shorter silences are usual.", minutes=minutes
    )


def told_text(kind: AlertMessage, name: str, lines: list[str]) -> tuple[str, str]:
    """Subject and text of a message."""
    return text(_TOLD[kind].key, name=name), "\n".join(lines)
