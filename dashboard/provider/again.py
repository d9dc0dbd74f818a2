"""Having a period asked again: for everybody, past whatever is kept."""

from dashboard.access.audit import audit
from dashboard.core.view import View
from dashboard.provider.source import source


def ask_again(view: View, page: str, who: str) -> None:
    """Have whatever is said of the period, and of what it is compared with, asked again when next wanted.

    That goes for all who share the cache, and is written into the audit log.
    """
    twoj = source().twoj
    for shown in (view, view.comparison):
        if shown and shown.start < shown.end:
            twoj.ask_again(start=shown.start, end=shown.end)
    days = {"first_day": view.period.first_day.isoformat(), "last_day": view.period.last_day.isoformat()}
    audit(who, "asked again", {"page": page, **days})
