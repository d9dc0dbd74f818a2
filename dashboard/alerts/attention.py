"""Where an alert leads: to the page that says more of it. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from dashboard.alerts.rules import AlertRule, AlertScope
from dashboard.core.metrics import BONUS_METRIC

_WAYS: Final[Mapping[str, tuple[str, dict[str, str]]]] = {
    "restated": ("data", {}),
    "late": ("data", {}),
    "refused": ("status", {}),
    "waiting": ("status", {}),
    "disk": ("status", {}),
    "line": ("status", {}),
    **dict.fromkeys(BONUS_METRIC, ("bonus", {})),
    "screen_off": ("screens", {}),
    "pot": ("jackpots", {}),
    "unmatched": ("jackpots", {"hit": "unpaid,unseen", "period": "7d"}),
}


def way_on(rule: AlertRule, subject: str, evidence: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The page by its name, and what its address says beside the period, of an alert on `subject`."""
    if "user_id" in evidence:
        return "players", {"user_id": str(evidence["user_id"])}
    if rule.metric in _WAYS:
        return _WAYS[rule.metric]
    found = subject or rule.scope_id
    if found and (rule.metric == "broken" or rule.scope is AlertScope.GAME):
        return "games", {"game_id": found} | ({"game_tab": "luck"} if rule.metric == "broken" else {})
    if found and rule.scope is AlertScope.PLAYER:
        return "players", {"user_id": found}
    if found and rule.scope is AlertScope.TYPE:
        return "games", {"type": found}
    return "alerts", {}
