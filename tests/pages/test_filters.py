"""Tables are filtered by their columns: on screen, in the sum below, in the files and in the address."""

from tests.pages.games_page import rows, said


def buttons(page):
    return {button.label: button for button in page.button}


def test_a_filter_holds_in_the_table_its_sum_and_its_file(open_page):
    page = open_page({"period": "yesterday"}, page="games")
    everything = rows(page)
    slots = {name for name, row in everything.items() if row["type"] == "Slots"}
    assert 0 < len(slots) < len(everything)
    page.query_params["where"] = ["all-games.type:slots"]
    page.run()
    assert set(rows(page)) == slots
    assert f"{len(slots)} of {len(everything)} rows" in said(page)
    assert f"{len(slots)} games: Company gain" in said(page)

    buttons(page)["Type: slots"].click().run()
    assert set(rows(page)) == set(everything)
    assert "where" not in page.query_params


def test_what_is_no_condition_is_said_and_left_out(open_page):
    page = open_page({"period": "yesterday", "where": "rtp"}, page="games")
    assert "The where must be conditions on columns" in said(page)
    assert len(rows(page)) > 20


def test_where_nothing_is_left_the_way_back_is_there(open_page):
    page = open_page({"period": "yesterday", "where": "all-games.name:no such game"}, page="games")
    assert not [table for table in page.dataframe if "players" in table.value]
    assert "Game: no such game" in buttons(page)
