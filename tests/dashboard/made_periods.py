"""Periods for tests."""

from datetime import date

from dashboard.core.periods import Period, parse_period


def custom_period(first_day: date, last_day: date, today: date) -> Period:
    """The period of two days, both included, as the address writes it."""
    return parse_period(f"{first_day.isoformat()}..{last_day.isoformat()}", today)
