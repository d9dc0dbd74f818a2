"""What a figure says to who does not see it: a sentence and a table of what a pointer reads, and no more."""

from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.words import figure_sentence, figure_table, sort_values

SAID = "%{customdata}<extra></extra>"


def drawn(*traces: dict[str, Any], **layout: Any) -> go.Figure:
    return go.Figure(data=[{"hovertemplate": SAID, **each} for each in traces], layout=layout)


DAYS = drawn(
    {
        "type": "bar",
        "x": ["Mon 2", "Tue 3", "Wed 4"],
        "y": [1.0, -2.0, None],
        "customdata": [
            "Company gain 1.00<br>Hold 2 %",
            "Company gain −2.00<br>Hold –",
            "Company gain not known",
        ],
    },
    {
        "type": "scatter",
        "mode": "lines",
        "name": "Compared",
        "x": ["Mon 2", "Tue 3", "Wed 4"],
        "y": [3, 4, 5],
        "customdata": ["Mon 23: 3.00", "Tue 24: 4.00", "Wed 25: 5.00"],
    },
    {
        "type": "scatter",
        "mode": "text",
        "x": ["Tue 3"],
        "y": [-2],
        "hovertemplate": None,
        "hoverinfo": "skip",
    },
    hovermode="x unified",
    xaxis={
        "title": {"text": "Day, UTC"},
        "tickvals": ["Mon 2", "Tue 3"],
        "ticktext": ["Mon", "Tue<br>so far"],
    },
)
GAMES = drawn(
    {
        "type": "bar",
        "orientation": "h",
        "x": [5, -7],
        "y": ["1041", "2011"],
        "customdata": ["<b>Fish &lt;b&gt; &amp; co</b><br>Bets 12", "<b>Ox</b><br>Bets 3"],
    }
)


def test_what_is_read_together_is_one_row() -> None:
    assert figure_table(DAYS) == (
        ["Day, UTC", "Company gain", "Hold", "Compared"],
        [
            ["Mon 2", "1.00", "2 %", "Mon 23: 3.00"],
            ["Tue 3, so far", "−2.00", "–", "Tue 24: 4.00"],
            ["Wed 4", "not known", "", "Wed 25: 5.00"],
        ],
    )


def test_the_least_and_the_most_are_those_of_the_first_and_gaps_are_none() -> None:
    assert figure_sentence(DAYS) == (
        "2 points. Least: Tue 3, so far, Company gain −2.00, Hold –."
        " Most: Mon 2, Company gain 1.00, Hold 2 %."
    )


def test_names_are_shown_and_not_obeyed() -> None:
    assert figure_table(GAMES) == (["Point", "Bets"], [["Fish <b> & co", "12"], ["Ox", "3"]])
    assert figure_sentence(GAMES) == "2 points. Least: Ox, Bets 3. Most: Fish <b> & co, Bets 12."


def test_a_table_is_sorted_by_numbers_and_by_places() -> None:
    places, gains, shares, before = sort_values(DAYS, figure_table(DAYS)[1])
    assert places == ["1 Mon 2", "2 Tue 3, so far", "3 Wed 4"]
    assert (gains, shares, before) == ([1.0, -2.0, None], [2.0, None, None], [3.0, 4.0, 5.0])
    assert sort_values(GAMES, figure_table(GAMES)[1]) == [["Fish <b> & co", "Ox"], [12.0, 3.0]]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["10,043.50", "−9", "+1,200 PHP", "–"], [10043.5, -9.0, 1200.0, None]),
        (["< 0.01\u00a0%", "2.49\u00a0%", "−70.55\u00a0%"], [0.01, 2.49, -70.55]),
        (["8 rounds in 2 games", "70 rounds in 1 game"], [8.0, 70.0]),
        (["493, 3.7\u00a0%", "35, 0.7\u00a0%"], [493.0, 35.0]),
        (["Mon 2 Mar 2026: 6,104", "Tue 3 Mar 2026: −5"], [6104.0, -5.0]),
        (["2026-03-09 00:25:48", "2026-03-08 00:25:48"], None),
        (["777 Fruit", "Ox"], None),
    ],
)
def test_cells_are_numbers_where_each_has_one(cells: list[str], values: list[float | None] | None) -> None:
    assert sort_values(GAMES, [["game", cell] for cell in cells])[1] == (values or cells)


def test_cells_are_read_row_by_row() -> None:
    cells = drawn(
        {
            "type": "heatmap",
            "x": ["a", "b"],
            "y": ["1", "2"],
            "z": [[1, 2], [None, 4]],
            "customdata": [["1a<br>n 1", "1b<br>n 2"], ["2a<br>n –", "2b<br>n 4"]],
        },
        xaxis={"tickvals": ["a"]},
    )
    assert [row[0] for row in figure_table(cells)[1]] == ["1a", "1b", "2a", "2b"]
    assert figure_sentence(cells) == "3 points. Least: 1a, n 1. Most: 2b, n 4."


def test_points_that_stand_alone_have_a_first_and_a_last() -> None:
    marks = {"type": "scatter", "mode": "markers", "y": [0]}
    band = drawn(
        {**marks, "x": [0.96], "hovertemplate": "Expected 96 %<extra></extra>"},
        {**marks, "x": [0.95], "hovertemplate": "RTP %{x:.1%}<extra></extra>"},
    )
    assert figure_sentence(band) == "2 points. First: Expected 96 %. Last: RTP 95.0%."
    assert figure_sentence(drawn({**marks, "x": [0.96], "customdata": ["RTP 96 %"]})) == "1 point: RTP 96 %."


@pytest.mark.parametrize("nothing", [go.Figure(), drawn({"type": "bar", "x": ["a"], "y": [None]})])
def test_where_nothing_is_drawn_nothing_is_said(nothing: go.Figure) -> None:
    assert figure_sentence(nothing) == ""


LINES = st.lists(
    st.lists(
        st.sampled_from(["Bets 1", "Bets 23", "12 rounds", "Open", "Bets", "", "Hold −2 %"]),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=4,
)


@given(points=LINES)
def test_no_word_is_lost_between_titles_and_cells(points: list[list[str]]) -> None:
    said = [["name", *lines] for lines in points]
    bars = {"type": "bar", "y": [1] * len(said), "customdata": ["<br>".join(lines) for lines in said]}
    titles, rows = figure_table(drawn(bars))
    shown = [
        [
            row[0],
            *(
                cell if title == "Detail" else f"{title} {cell}"
                for title, cell in zip(titles[1:], row[1:], strict=True)
                if cell
            ),
        ]
        for row in rows
    ]
    assert shown == [[word for word in lines if word] for lines in said]
