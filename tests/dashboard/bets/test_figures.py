"""Figures of bets: bars stand where their times and sizes are, gaps and unfinished steps are marked."""

from zoneinfo import ZoneInfo

import pandas as pd

from archive.sizes import EDGES_LI
from dashboard.bets.figures import sizes_chart, steps_chart
from dashboard.bets.sums import Size
from dashboard.charts.theme import DARK, LIGHT

UTC = ZoneInfo("UTC")
START = 1_773_532_800  # 2026-03-15T00:00:00Z


def steps(counts, minutes, start=START) -> pd.DataFrame:
    known = pd.array(counts, dtype="Int64")
    return pd.DataFrame(
        {
            "start_at": [start + place * minutes * 60 for place in range(len(counts))],
            "bet_count": known,
            "bet_amount_li": known,
            "gain_li": known,
            "finished": [True] * (len(counts) - 1) + [False],
        }
    )


def test_steps_that_were_not_read_are_a_band_and_the_running_one_is_hatched():
    chart = steps_chart(steps([5, None, None, 0, 7], 1), 1, LIGHT, "PHP", UTC).to_plotly_json()
    (bars,), layout = chart["data"], chart["layout"]
    assert list(bars["y"]) == [5, None, None, 0, 7]
    assert [(band["x0"], band["x1"]) for band in layout["shapes"]] == [(0.5, 2.5)]
    assert [note["text"] for note in layout["annotations"]] == ["Number of bets", "not read"]
    assert list(bars["marker"]["pattern"]["shape"]) == ["", "", "", "", "/"]
    assert bars["customdata"][1].endswith("not read")
    assert "Bets 7<br>Bet amount 0.007\u00a0PHP<br>Company gain −0.007\u00a0PHP" in bars["customdata"][4]
    assert layout["yaxis"]["range"][0] == 0


def test_the_axis_of_a_day_has_its_local_hours_once_where_clocks_change():
    # Clocks went back in New York on 1 November 2026: 25 hours.
    day = steps([1] * 25 * 60, 1, start=1_793_505_600)
    axis = steps_chart(day, 1, DARK, None, ZoneInfo("America/New_York")).layout.xaxis
    assert list(axis.ticktext) == ["00:00", "04:00", "08:00", "12:00", "16:00", "20:00"]
    assert list(axis.tickvals) == [0, 300, 540, 780, 1020, 1260]


def test_a_bar_leads_to_its_local_day():
    # From 23:30 of 11 March in New York, where clocks have gone forward: 03:30 in UTC.
    bars = steps_chart(steps([1] * 4, 10, start=1_773_286_200), 10, LIGHT, None, ZoneInfo("America/New_York"))
    first, second = "period=2026-03-11..2026-03-11", "period=2026-03-12..2026-03-12"
    assert list(bars.data[0].meta) == [first, first, first, second]


def test_the_axis_of_days_has_a_tick_where_each_begins():
    axis = steps_chart(steps([1] * 7 * 144, 10), 10, LIGHT, None, UTC).layout.xaxis
    assert list(axis.tickvals) == [1008 - 144 * back for back in range(1, 8)]


def test_sizes_stand_on_a_logarithmic_axis_and_rare_ones_say_their_number():
    bins = list(range(15, 21))
    frame = pd.DataFrame(
        {
            "from_li": [EDGES_LI[each] for each in bins],
            "to_li": [EDGES_LI[each + 1] for each in bins],
            "bet_count": [1000, 0, 0, 0, 0, 2],
            "amount_li": [10**6, 0, 0, 0, 0, 2 * 10**4],
        },
        index=bins,
    )
    chart = sizes_chart(frame, Size.WIN, LIGHT, "PHP")
    (bars,) = chart.data
    assert list(bars.x) == bins
    assert list(bars.text) == ["", "", "", "", "", "2"]
    assert list(zip(chart.layout.xaxis.tickvals, chart.layout.xaxis.ticktext, strict=True)) == [
        (15, "1"),
        (20, "10"),
    ]
    assert chart.layout.xaxis.title.text == "Win, PHP, logarithmic"
    assert bars.customdata[5] == "10 to below 15.849<br>Bets 2, 0.2\u00a0%<br>Won 20\u00a0PHP, 2.0\u00a0%"
    assert chart.layout.yaxis.range[0] == 0


def test_nothing_is_an_empty_figure():
    empty = pd.DataFrame({name: [] for name in ("from_li", "to_li", "bet_count", "amount_li")})
    assert list(sizes_chart(empty, Size.BET, LIGHT, None).data[0].y) == []
