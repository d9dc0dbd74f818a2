"""How tests look at the Games page."""

import time

from dashboard.core.query import read_view
from dashboard.games import data_table as games_data_table
from tests.asked import asked
from tests.merchants import merchant
from tests.pages.game_truth import texts


def view(query=None):
    return read_view(asked(query or {}, merchant().now(), merchant().zone))


def whole(look, seconds=60):
    """Wait until nothing more of a load will come."""
    until = time.monotonic() + seconds
    while not look().finished:
        assert time.monotonic() < until
    return look()


def all_here(page, query=None):
    """The page once the games of the table have all answered."""
    whole(lambda: games_data_table.arriving_games(merchant(), view(query)))
    return page.run()


def rows(page):
    """What the table of games shows, by name."""
    table = next(table for table in page.dataframe if "players" in table.value)
    return {row["name"]: row for row in texts(table)}


def said(page) -> str:
    assert not page.exception
    return "\n".join(each.value for each in (*page.error, *page.warning, *page.info, *page.caption))
