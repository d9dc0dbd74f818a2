"""Rules in words that need no riddling."""

import pytest

from dashboard.alerts.rules import READY
from dashboard.alerts.words import rule_text

SAID = {
    "broken-game": "Open alarms about games' RTP: one or more",
    "gain-low": (
        "Distance of company gain from what was expected below \N{MINUS SIGN}7 standard errors, over 24 h"
    ),
    "silence": (
        "Time without a bet above 100\N{NO-BREAK SPACE}% of the longest that is usual at this time of day"
    ),
    "top-player": "Share of one player above 40\N{NO-BREAK SPACE}% of the day's bet amount",
    "payout-refused": "Refused payouts: one or more",
    "payout-waiting": "Wait of the oldest payout above 10 min",
    "unmatched-jackpot": ("Jackpot hits without a payout, or payouts without a hit: one or more, over 24 h"),
    "restatement": "Past bets changed by the provider: one or more, over 24 h",
    "archive-late": "Age of the newest bets above 10 min",
    "screen-off": "Time that a screen is off above 15 min",
    "disk": "Free disk space below 5.0 GB",
}


@pytest.mark.parametrize("ready", READY)
def test_a_rule_says_what_it_measures_and_against_what(ready: str):
    assert rule_text(READY[ready].rule, "", None) == SAID[ready]
