"""What a page is asked to show, read from its address."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.core.periods import Comparison, Mode, Period, compare
from dashboard.core.query import COMPARE, PERIOD, Query


@dataclass(frozen=True, slots=True)
class View:
    """A period and what it is measured against, as of `now` (aware, cut to the minute).

    Windows end at the full minute so that the period and its comparison have the same elapsed time, and so
    that everyone who looks within a minute asks the same question.
    """

    period: Period
    mode: Mode
    comparison: Comparison | None
    now: datetime
    zone: ZoneInfo

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

    def until(self, end: datetime) -> "View":
        """The same, as it was at `end` where that is earlier: of an older answer, with its own comparison."""
        if end >= self.end:
            return self
        comparison = compare(self.period, self.mode, self.now, self.zone, until=end)
        return replace(self, now=end, comparison=comparison)


def read_view(query: Query) -> View:
    """Read what to show from an address, as of its full minute."""
    now, zone = query.now.replace(second=0, microsecond=0), query.zone
    period, mode = query.value(PERIOD), query.value(COMPARE)
    return View(period, mode, compare(period, mode, now, zone), now, zone)
