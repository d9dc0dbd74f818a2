"""The planted stories. Each comes back every month, so that the last 31 days always hold it."""

from datetime import date, timedelta

GENEROUS_GAME_ID = 1041
GENEROUS_DAYS_OF_MONTH = (11, 12)
"""On these days this game pays out 130 % of its bets, and draws a crowd."""

WHALE_DAY_OF_MONTH = 17
"""On this day the whale makes half of the bet amount."""

BURST_DAY_OF_MONTH = 20
BURST_SECOND_OF_DAY = 12 * 3600
"""On this day at this second the burst player's rounds fall."""

DARK_DAY_OF_MONTH = 23
DARK_FROM_S = 3600
DARK_TO_S = 5 * 3600
"""On this day no round starts between these two seconds of the day (01:00 to 05:00 UTC)."""

UNLISTED_GAME_ID = 1099
"""A game with bets that `/api/all/list` leaves out."""


def date_of(day: int) -> date:
    """Return the UTC date of a day number (days since 1970-01-01)."""
    return date(1970, 1, 1) + timedelta(days=day)
