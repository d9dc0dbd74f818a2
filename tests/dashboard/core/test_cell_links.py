"""Links in the cells of tables: any name is shown as it is and leads to its own page."""

import re
import string
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.cell_links import DISPLAY_TEXT, link
from dashboard.core.files import Column, Kind
from dashboard.core.frames import local_times
from dashboard.kit.table_cells import on_screen
from tests.pages.game_truth import leads_to

ODD = [
    *("Ocean King", "..", ".", "a/../b", "100%", "%41", "C# & D+E", "what?", "a\\b", "麻将", "~x/../y?"),
    *("tab\there", "Ωmega:1;2", " leading", "<b>bold</b>", "😀", "javascript:alert(1)", "//evil.example/x"),
]


def cells(names, **columns):
    frame = pd.DataFrame({"name": names, "id": range(1, len(names) + 1)} | columns)
    return link("name", "games", game_id="id").addresses(frame).tolist()


def shown(cell: str) -> str:
    """What Streamlit shows of a cell: the group of the pattern, by JavaScript's decodeURIComponent."""
    found = re.match(DISPLAY_TEXT, cell)
    assert found
    return unquote(found[1].replace("+", "%20"), errors="strict")


@pytest.mark.parametrize("name", ODD)
def test_any_name_is_shown_as_it_is_and_leads_to_its_own_page(name):
    (cell,) = cells([name])
    assert shown(cell) == name
    assert leads_to(cell) == "games?game_id=1"


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(min_size=1).filter(str.isprintable)
)
def test_every_text_and_every_id_comes_through(name, op_id):
    frame = pd.DataFrame({"name": [name], "id": pd.Series([op_id], dtype="object")})
    (cell,) = link("name", "players", op_id="id").addresses(frame)
    assert shown(cell) == name
    page, query = leads_to(cell).split("?", 1)
    assert page == "players"
    assert parse_qsl(query, strict_parsing=True, keep_blank_values=True) == [("op_id", op_id)]


@given(st.text(string.printable, min_size=1), st.text(string.printable, min_size=1))
def test_the_search_finds_what_is_shown_and_nothing_of_the_address(name, op_id):
    frame = pd.DataFrame({"name": [name], "id": pd.Series([op_id], dtype="object")})
    (cell,) = link("name", "players", op_id="id").addresses(frame)
    # A table's search looks for a text anywhere in the cell.
    assert "".join(letter for letter in cell if letter in string.printable) == (
        name.replace("%", "%25").replace("+", "%2B").replace("\n", "%0A").replace("\r", "%0D")
    )


def test_cells_sort_as_their_names_do():
    names = ["Ocean King", "Blackjack", "Mermaid Bay", "100 Fish", "Crash", "麻将"]
    assert [shown(cell) for cell in sorted(cells(names))] == sorted(names)


def test_what_has_no_id_is_shown_and_leads_nowhere():
    frame = pd.DataFrame({"name": ["one", None, "three"], "id": pd.array([1, 2, None], dtype="Int64")})
    found = link("name", "games", game_id="id").addresses(frame).tolist()
    assert [cell and (shown(cell), leads_to(cell)) for cell in found] == [
        ("one", "games?game_id=1"),
        None,
        ("three", ""),
    ]


def test_a_time_that_clocks_show_twice_says_which():
    starts = local_times(
        pd.Series([1_793_508_300, 1_793_511_900, 1_793_515_500]), ZoneInfo("America/New_York")
    )
    frame = pd.DataFrame({"start": starts, "event_id": ["a", "b", "c"]})
    found = link("start", "players", round="event_id").addresses(frame).tolist()
    assert [shown(cell) for cell in found] == [
        "2026-11-01 00:45:00",
        "2026-11-01 01:45:00 (−04:00)",
        "2026-11-01 01:45:00 (−05:00)",
    ]


def test_times_are_shown_on_the_local_clock():
    starts = local_times(pd.Series([1_773_567_000, 1_773_567_001]), ZoneInfo("Asia/Manila"))
    table = pd.DataFrame({"start": starts, "event_id": ["a/b", "c"]})
    drawn = on_screen(
        table, [Column("start", "Start", Kind.TIME)], [link("start", "players", round="event_id")]
    )
    assert [(shown(cell), leads_to(cell)) for cell in drawn["start"].tolist()] == [
        ("2026-03-15 17:30:00", "players?round=a%2Fb"),
        ("2026-03-15 17:30:01", "players?round=c"),
    ]
