"""Where each alert leads."""

import pytest

from dashboard.alerts.attention import way_on
from dashboard.alerts.rules import READY, AlertRule, AlertScope, AlertSide


def rule(scope: AlertScope, scope_id: str, metric: str = "bet") -> AlertRule:
    window_min = 60 if metric == "bet" else 0
    return AlertRule(metric, AlertSide.ABOVE, 1, window_min=window_min, scope=scope, scope_id=scope_id)


@pytest.mark.parametrize(
    ("watched", "subject", "evidence", "way"),
    [
        (READY["broken-game"].rule, "1041", {}, ("games", {"game_id": "1041", "game_tab": "luck"})),
        (READY["gain-low"].rule, "", {}, ("alerts", {})),
        (READY["top-player"].rule, "", {"user_id": 7, "op_id": "x"}, ("players", {"user_id": "7"})),
        (READY["payout-refused"].rule, "", {}, ("status", {})),
        (READY["payout-waiting"].rule, "", {}, ("status", {})),
        (READY["unmatched-jackpot"].rule, "", {}, ("jackpots", {"hit": "unpaid,unseen", "period": "7d"})),
        (READY["restatement"].rule, "", {}, ("data", {})),
        (READY["archive-late"].rule, "", {}, ("data", {})),
        (READY["screen-off"].rule, "3", {"screen": "Hall"}, ("screens", {})),
        (READY["disk"].rule, "", {}, ("status", {})),
        (rule(AlertScope.TYPE, "Fish"), "", {}, ("games", {"type": "Fish"})),
        (rule(AlertScope.GAME, "11"), "", {}, ("games", {"game_id": "11"})),
        (rule(AlertScope.PLAYER, "7"), "", {}, ("players", {"user_id": "7"})),
        (rule(AlertScope.POT, "super", "pot"), "", {}, ("jackpots", {})),
    ],
)
def test_an_alert_leads_to_what_it_is_of(watched, subject, evidence, way):
    assert way_on(watched, subject, evidence) == way
