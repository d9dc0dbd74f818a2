"""Tell me when…: each card of each page and each line of Status can be told about, or it is said why not."""

from urllib.parse import parse_qsl

import pytest

from dashboard.alerts.rules import METRICS
from dashboard.core.query import WATCHED
from dashboard.status import data as status_data
from tests.merchants import merchant

pytestmark = pytest.mark.usefixtures("patient")
NEVER = {
    "Biggest win": "one round of a past that the next hour may go on with: the archive is asked for sums",
    "Balance now": "asked for only while somebody looks, by the op_id; alerts know the user_id",
    "First round": "a moment of the past, which moves no more",
    "Last round": "a moment; Bets of the player says whether there is a new one",
    "Balance": "as Balance now",
    "Frozen": "told only in the answer to a withdrawal",
}
"""Cards that cannot be told about, and why."""
SAME = {
    "Company gain today": "Company gain",
    "Bet amount today": "Bet amount",
    "Company gain in Mar": "Company gain",
    "Bet amount in Mar": "Bet amount",
    "Proven until": "Age of the newest bets",
    "Hours proven": "Age of the newest bets",
    "Size": "Free disk space",
    "data: Bets": "Age of the newest bets",
}
"""Cards of the same numbers as others, or whose alert is called by what goes wrong."""
PAGES = [
    ("overview", {"period": "7d"}),
    ("games", {"game_id": "1041"}),
    ("bonus", {}),
    ("players", {"op_id": "whale"}),
    ("bets", {"period": "today"}),
    ("wallet", {"op_id": "whale"}),
    ("jackpots", {}),
    ("data", {}),
]


def ways(app):
    """The alerts that a page leads to, by what they are called, and what their addresses say."""
    links = [each.proto for each in app.get("page_link") if each.proto.page == "alerts"]
    return {link.label: dict(parse_qsl(link.query_string)) for link in links}


@pytest.mark.parametrize(("page", "query"), PAGES, ids=str)
def test_each_card_can_be_told_about(open_page, page, query):
    app = open_page(query, page=page)
    labels = {each.label.removeprefix("[").partition("](")[0] for each in app.metric}
    assert labels
    found = ways(app)
    told = {SAME.get(f"{page}: {label}", SAME.get(label, label)) for label in labels}
    lacking = told - found.keys() - NEVER.keys()
    assert not lacking
    for label, address in found.items():
        assert address["watch"] in METRICS, label


def test_all_that_may_be_watched_has_a_name():
    assert METRICS.keys() == {*WATCHED}


def test_each_line_of_status_can_be_told_about(open_page):
    app = open_page(page="status")
    rows = [row for _, row in status_data.all_rows(merchant())]
    found = ways(app)
    assert {str(row.what) for row in rows} == found.keys()
    form = open_page(found["Store"], page="alerts")
    (of,) = [each for each in form.selectbox if each.label == "Of"]
    assert of.value == ("line", "Store")
