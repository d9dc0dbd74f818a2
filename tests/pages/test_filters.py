"""What people choose of a table holds on screen, in the sum below, in the files and in the address."""

import pytest
import streamlit as st

from dashboard.games import data_game
from dashboard.games.parts_game import ROUNDS
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


@pytest.fixture
def files(monkeypatch):
    """What each file has that is offered: its fields, and its rows."""
    found = {}

    def keep(_label, data, *, key, **_options):
        *_, columns, made, _language = data.args
        frame = made()
        found[key] = [column.field for column in columns], frame

    monkeypatch.setattr(st, "download_button", keep)
    return found


def test_sort_and_columns_hold_in_the_table_and_in_its_file(open_page, files):
    page = open_page({"period": "yesterday"}, page="games")
    fields, everything = files["CSV-All games"]
    page.query_params["sort"] = ["all-games.bet_count.desc"]
    page.query_params["columns"] = ["all-games.name.bet_count"]
    page.run()
    most_first = sorted(everything["bet_count"].tolist(), reverse=True)
    shown = next(table for table in page.dataframe if "bet_count" in table.value)
    assert [int(each) for each in shown.value["bet_count"].tolist()] == most_first
    assert {"name", "bet_count"} <= set(shown.value) <= {"name", "bet_count", "icon"}
    kept, sorted_ = files["CSV-All games"]
    assert (kept, sorted_["bet_count"].tolist()) == (["game_id", "name", "bet_count"], most_first)

    buttons(page)["Bets, descending"].click().run()
    assert "sort" not in page.query_params
    next(button for label, button in buttons(page).items() if label.startswith("2 of ")).click().run()
    assert "columns" not in page.query_params
    assert files["CSV-All games"][0] == fields
    assert files["CSV-All games"][1]["name"].tolist() == everything["name"].tolist()


def test_the_fold_writes_order_and_columns_into_the_address(open_page):
    page = open_page({"period": "yesterday"}, page="games")
    page.session_state["fold-all-games"] = True
    page.run()
    page.selectbox(key="sort-all-games").set_value("rtp").run()
    assert page.query_params["sort"] == "all-games.rtp.desc"
    page.button_group(key="way-all-games").set_value(False).run()
    assert page.query_params["sort"] == "all-games.rtp.asc"
    page.button_group(key="columns-all-games").set_value(["name", "rtp"]).run()
    assert page.query_params["columns"] == "all-games.name.rtp"


@pytest.mark.parametrize(
    ("said_in_address", "sentence"),
    [
        ({"sort": "all-games.rtp"}, "The sort must be columns of tables"),
        ({"columns": "all-games"}, "The columns must be tables"),
        ({"sort": "all-games.shoe_size.asc"}, "The address asks for a column that this table does not have"),
        ({"columns": "all-games.shoe_size"}, "The address asks for a column that this table does not have"),
    ],
)
def test_what_a_table_cannot_do_is_said_and_left_out(open_page, said_in_address, sentence):
    page = open_page({"period": "yesterday", **said_in_address}, page="games")
    assert said(page).count(sentence) == 1
    assert len(rows(page)) > 20


def test_the_file_of_the_audit_log_has_what_is_seen_of_it(open_page, files):
    open_page({"op_id": "grinder"}, page="players")
    open_page({"columns": "audit-log.at.what"}, page="status")
    assert files.pop("CSV-Audit log")[0] == ["at", "what"]
    page = open_page({"where": "audit-log.what:no such thing"}, page="status")
    assert not page.exception
    assert "CSV-Audit log" not in files


def test_so_has_that_of_a_players_transfers(open_page, files):
    page = open_page({"op_id": "whale"}, page="wallet")
    buttons(page)["Read all for a file"].click().run()
    of_all = files["CSV-Transfers"][1]
    page.query_params["where"] = ["transfers-table.type:deposit"]
    page.query_params["sort"] = ["transfers-table.amount_li.asc"]
    page.run()
    deposits = of_all[of_all["type"] == "Deposit"]
    assert 0 < len(deposits) < len(of_all)
    assert files["CSV-Transfers"][1]["amount_li"].tolist() == sorted(deposits["amount_li"].tolist())
    assert f"{len(deposits)} of {len(of_all)} transfers as a file" in said(page)


def test_so_has_that_of_a_games_rounds_of_which_the_table_shows_the_first(open_page, files):
    asked = {"game_id": "1041", "period": "7d", "sort": "game-latest.win_li.desc"}
    page = open_page(asked, page="games")
    assert not page.exception
    wins = files["CSV-Rounds of game 1041"][1]["win_li"].tolist()
    assert wins == sorted(wins, reverse=True)
    shown = [table.value for table in page.dataframe if "draw_id" in table.value][-1]
    assert [int(each * 1000) for each in shown["win_li"].tolist()] == wins[: len(shown)]
    assert len(shown) < len(wins)


def test_a_games_rounds_for_the_file_are_made_once_it_is_asked_for(open_page, monkeypatch):
    asked, made = [], {}
    really = data_game.latest_rounds

    def latest(*args):
        found = really(*args)
        asked.append(len(found.value))
        return found

    monkeypatch.setattr(data_game, "latest_rounds", latest)
    monkeypatch.setattr(
        st, "download_button", lambda _label, data, *, key, **_options: made.update({key: data.args[-2]})
    )
    open_page({"game_id": "1041", "period": "7d"}, page="games")
    assert asked == [ROUNDS]
    count = len(made["CSV-Rounds of game 1041"]())
    assert count > ROUNDS
    assert asked == [ROUNDS, count]
