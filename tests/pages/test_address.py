"""Each page under an address that it cannot use: a sentence for each parameter, once, and all its parts."""

import pytest

from dashboard.core.query import on_page
from tests.pages.games_page import said

pytestmark = pytest.mark.usefixtures("patient")

# What each parameter of the page cannot be; of one player's page the ids are right, so that there are parts.
WRONG = {"period": "2026-03-32..x", "op_id": "x" * 201, "screen": ""}
PAGES = {
    "overview": {},
    "games": {},
    "bonus": {},
    "bets": {},
    "jackpots": {},
    "players": {"op_id": "grinder"},
    "wallet": {"op_id": "grinder"},
}


@pytest.mark.parametrize("page", PAGES)
def test_each_wrong_value_is_said_once(open_page, page):
    right = PAGES[page]
    any_text = {"round", "currency", "find"}
    names = [each.name for each in on_page(page) if each.name not in right and each.name not in any_text]
    wrong = {name: WRONG.get(name, "0½") for name in names}
    drawn = open_page(right | wrong, page)
    warnings = [warning.value.replace("\\", "") for warning in drawn.warning]
    told = [warning for warning in warnings if warning.startswith(("The ", "a session"))]
    assert len(told) == len([text for text in wrong.values() if text])
    for name in names:
        assert sum(f"The {name} " in warning for warning in told) == (wrong[name] != "")
    assert not drawn.error
    assert drawn.get("metric") or drawn.get("plotly_chart") or drawn.dataframe


@pytest.mark.parametrize("game_id", ["0", "-1", "1041,x", str(2**63), "١٢٣٤"])
def test_a_game_that_is_none_is_said_once_above_all_bets(open_page, game_id):
    page = open_page({"game_id": game_id, "period": "today"}, "bets")
    assert said(page).replace("\\", "").count("must be") == 1
    assert page.metric[4].value != "0"
    assert not page.error


def test_what_no_page_knows_stays_in_the_address(open_page):
    page = open_page({"utm_source": "mail", "type": "Table", "Period": "x"}, "games")
    page.get("button_group")[1].set_value(None).run()
    assert page.query_params == {"utm_source": "mail", "Period": "x"}
    assert not page.warning


EMPTY = {"period": "2005-01-02..2005-01-03", "compare": "none"}


@pytest.mark.parametrize("page", ["overview", "games", "a game", "bonus", "bets", "players"])
def test_an_empty_period_is_one_sentence_for_the_page(open_page, page):
    about = {"a game": {"game_id": "1041"}, "players": {"op_id": "grinder"}}.get(page, {})
    path = "games" if page == "a game" else page

    drawn = open_page(EMPTY | about, path)
    said = "Nothing of these days is in the archive yet" if page == "bets" else "in 2–3 January 2005"
    told = [each.value for each in drawn.info if said in each.value]
    assert len(told) == 1
    assert not drawn.error
    # What stays has nothing to do with the period: today by the hour, the last minutes.
    boxes = {each.value.split(",")[0].split(":")[0] for each in drawn.subheader}
    assert boxes <= {"Today by the hour", "The last 10 minutes"}
