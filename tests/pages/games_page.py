"""How tests look at the Games page."""

from dashboard.core.query import read_view
from tests.asked import asked
from tests.merchants import merchant
from tests.pages.game_truth import texts


def view(query=None):
    return read_view(asked(query or {}, merchant().now(), merchant().zone))


def rows(page):
    """What the table of games shows, by name."""
    table = next(table for table in page.dataframe if "players" in table.value)
    return {row["name"]: row for row in texts(table)}


def said(page) -> str:
    assert not page.exception
    return "\n".join(each.value for each in (*page.error, *page.warning, *page.info, *page.caption))
