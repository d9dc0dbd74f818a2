"""Addresses as tests write them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dashboard.core.query import Query

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 3, 15, 9, 30, 42, 5, tzinfo=UTC)


def asked(query: Mapping[str, str | list[str]] = {}, now: datetime = NOW, zone: ZoneInfo = UTC_ZONE) -> Query:
    """What an address says; a list is a parameter that is repeated."""
    said = {name: [text] if isinstance(text, str) else text for name, text in query.items()}
    return Query(said, now, zone)
