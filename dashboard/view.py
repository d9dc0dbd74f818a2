"""What a page is asked to show, read from its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.periods import Comparison, Mode, Period, PeriodError, business_day, compare, parse_period

DEFAULT_PERIOD: Final = "7d"
DEFAULT_MODE: Final = Mode.PREVIOUS


@dataclass(frozen=True, slots=True)
class View:
    """A period and what it is measured against, as of `now` (aware, cut to the minute).

    Windows end at the full minute so that the period and its comparison have the same elapsed time, and so
    that everyone who looks within a minute asks the same question. `problems` holds a sentence for each value
    of the address that could not be used; the default stands in for it.
    """

    period: Period
    mode: Mode
    comparison: Comparison | None
    now: datetime
    zone: ZoneInfo
    problems: tuple[str, ...] = ()

    @property
    def start(self) -> datetime:
        """Start of the period's window."""
        return self.period.window(self.zone)[0]

    @property
    def end(self) -> datetime:
        """End of the period's window, now where it is still running."""
        return min(self.period.window(self.zone)[1], self.now)

    @property
    def is_running(self) -> bool:
        """Whether the period's last day is not finished."""
        return self.period.is_running(self.now, self.zone)


def read_view(query: Mapping[str, str], now: datetime, zone: ZoneInfo) -> View:
    """Read `period` and `compare` from a query string; what is not there or wrong gets its default."""
    now = now.replace(second=0, microsecond=0)
    today = business_day(now, zone)
    problems = []
    try:
        period = parse_period(query.get("period", DEFAULT_PERIOD), today)
    except PeriodError as error:
        period = parse_period(DEFAULT_PERIOD, today)
        problems.append(f"{error} Showing the {period.label.lower()} instead.")
    try:
        mode = Mode(query.get("compare", DEFAULT_MODE))
    except ValueError:
        mode = DEFAULT_MODE
        problems.append("The comparison must be previous, week or none. Showing the days before instead.")
    return View(period, mode, compare(period, mode, now, zone), now, zone, tuple(problems))
