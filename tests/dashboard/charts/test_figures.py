from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.charts.base import amount_axis, plain
from dashboard.charts.theme import DARK, LIGHT
from dashboard.core.frames import (
    by_type,
    days_frame,
    endpoint_sums,
    extremes,
    games_frame,
    hours_frame,
    with_comparison,
)
from dashboard.core.metrics import METRIC
from dashboard.core.periods import Period, hour_windows
from dashboard.games.figures_bars import games_chart, types_chart
from dashboard.overview.figures import days_chart, hours_chart
from tests.dashboard.made_periods import custom_period
from twoj_client.models import Game, SlotsGameRow, StageDay, StageTotal

MANILA = ZoneInfo("Asia/Manila")
TODAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 15, 6, 5, tzinfo=UTC)
S = "\u00a0"


def _row(day: date, bet_li: int = 1_000_000, gain_li: int = 40_000) -> StageDay:
    return StageDay(day, 10, bet_li, -gain_li, gain_li)


def _week(*rows: StageDay) -> go.Figure:
    period = custom_period(TODAY - timedelta(days=6), TODAY, TODAY)
    given = {row.date: row for row in rows}
    days = days_frame([given.get(day, _row(day)) for day in period.days()], period, NOW, MANILA)
    return days_chart(days, LIGHT, "PHP", MANILA)


def _words(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_losses_are_marked_by_colour_place_and_sign() -> None:
    figure = _week(_row(date(2026, 3, 11), gain_li=-70_000))
    gain = figure.data[1]
    assert gain.y[2] == -70.0
    assert gain.marker.color[2] == LIGHT.loss
    signs = figure.data[2]
    assert (signs.text[2], signs.textposition) == ("<b>−</b>", "bottom center")
    assert set(gain.marker.color[:2]) == {LIGHT.gain}
    assert list(signs.y)[:2] == [None, None]
    assert signs.y[2] == gain.y[2] < 0
    assert figure.layout.yaxis2.range[0] < -70


def test_long_periods_carry_no_signs() -> None:
    period = custom_period(TODAY - timedelta(days=31), TODAY, TODAY)
    rows = [_row(day, gain_li=-1000) for day in period.days()]
    figure = days_chart(days_frame(rows, period, NOW, MANILA), LIGHT, "PHP", MANILA)
    assert len(figure.data) == 2


def test_hover_is_exact_beyond_what_a_float_holds() -> None:
    figure = _week(_row(date(2026, 3, 11), bet_li=2**53 + 1, gain_li=-(2**53 + 1)))
    assert figure.data[0].customdata[2] == f"Bet amount 9,007,199,254,740.993{S}PHP<br>Bets 10"
    assert figure.data[1].customdata[2] == f"Company gain −9,007,199,254,740.993{S}PHP<br>Hold −100.00{S}%"
    assert figure.data[0].x[2] == "Wed 11 Mar 2026"


def test_the_unfinished_day_is_hatched_and_named() -> None:
    figure = _week()
    for bars in figure.data:
        assert list(bars.marker.pattern.shape) == [""] * 6 + ["/"]
    assert figure.layout.xaxis.ticktext[-1] == "Sun<br>15<br>so far"
    assert [text for text in figure.layout.xaxis.ticktext if "so far" in text] == ["Sun<br>15<br>so far"]


def test_unknown_days_are_gaps_with_a_name() -> None:
    period = custom_period(date(2026, 3, 1), date(2026, 3, 10), TODAY)
    rows = [_row(day) for day in period.days() if day.day not in {4, 5, 9}]
    figure = days_chart(days_frame(rows, period, NOW, MANILA), LIGHT, "PHP", MANILA)
    assert [index for index, value in enumerate(figure.data[0].y) if value is None] == [3, 4, 8]
    assert [(band.x0, band.x1) for band in figure.layout.shapes] == [(2.5, 4.5), (7.5, 8.5)]
    assert _words(figure).count("no data") == 2
    assert figure.data[0].customdata[3] == "Bet amount not known"


def test_a_day_without_bets_is_not_a_gap() -> None:
    figure = _week(_row(date(2026, 3, 11), 0, 0))
    assert figure.data[0].y[2] == 0
    assert not figure.layout.shapes
    assert "Hold –" in figure.data[1].customdata[2]


def test_the_comparison_is_grey_dashed_and_named_with_its_own_days() -> None:
    period = custom_period(TODAY - timedelta(days=6), TODAY, TODAY)
    earlier = Period("", date(2026, 3, 2), date(2026, 3, 8))
    days = days_frame([_row(day) for day in period.days()], period, NOW, MANILA)
    before = days_frame([_row(day, 2_000_000) for day in earlier.days()[1:]], earlier, NOW, MANILA)
    figure = days_chart(with_comparison(days, before), LIGHT, "PHP", MANILA, "2–8 March 2026")
    line = figure.data[1]
    assert (line.type, line.mode, line.line.color) == ("scatter", "lines", LIGHT.quiet)
    assert line.line.dash != "solid"
    assert list(line.y) == [None, *[2000.0] * 6]
    assert line.customdata[1] == f"Tue 3 Mar 2026: 2,000{S}PHP"
    assert figure.layout.yaxis.range[1] > 2000
    assert "╌╌ 2–8 March 2026" in _words(figure)


def test_one_day_shows_its_comparison_as_a_mark() -> None:
    period, earlier = Period("", TODAY, TODAY), Period("", date(2026, 3, 8), date(2026, 3, 8))
    days = with_comparison(
        days_frame([_row(TODAY)], period, NOW, MANILA),
        days_frame([_row(date(2026, 3, 8))], earlier, NOW, MANILA),
    )
    assert days_chart(days, LIGHT, None, MANILA, "8 March 2026").data[1].mode == "markers"


def test_a_bar_leads_to_its_day() -> None:
    bets, gains = _week().data
    assert bets.meta == gains.meta
    assert bets.meta[2] == "period=2026-03-11..2026-03-11"


def test_one_panel_draws_one_metric_with_its_unit() -> None:
    days = days_frame([_row(TODAY, gain_li=-70_000)], Period("", TODAY, TODAY), NOW, MANILA)
    figure = days_chart(days, LIGHT, "PHP", MANILA, metrics=(METRIC["hold"],))
    bars, signs = figure.data
    assert (list(bars.y), bars.marker.color) == ([-7.0], (LIGHT.loss,))
    assert bars.customdata[0] == f"Hold −7.00{S}%<br>Company gain −70{S}PHP"
    assert signs.text[0] == "<b>−</b>"
    assert _words(figure)[0] == "Hold"
    assert figure.layout.yaxis.ticktext[0] == f"−6{S}%"
    assert figure.layout.height == 320


def test_axes_say_unit_and_zone() -> None:
    figure = _week()
    assert _words(figure)[:2] == ["Bet amount, PHP", "Company gain, PHP"]
    assert figure.layout.xaxis.title.text == "Day, Asia/Manila"
    assert figure.layout.xaxis.type == "category"


@settings(max_examples=40)
@given(st.integers(1, 400), st.dates(date(2024, 1, 1), date(2027, 1, 1)))
@pytest.mark.slow
def test_ticks_fit_a_narrow_screen(count: int, last_day: date) -> None:
    period = custom_period(last_day - timedelta(days=count - 1), last_day, last_day)
    noon = datetime.combine(last_day, datetime.min.time(), MANILA) + timedelta(hours=12)
    figure = days_chart(days_frame([_row(last_day)], period, noon, MANILA), LIGHT, "PHP", MANILA)
    names, ticks = list(figure.data[0].x), list(figure.layout.xaxis.tickvals)
    assert len(set(names)) == count
    assert 1 <= len(ticks) <= 9
    assert ticks[-1] == names[-1]
    assert len(ticks) == len(figure.layout.xaxis.ticktext)
    places = [names.index(tick) for tick in sorted(ticks, key=names.index)]
    assert all(later - earlier >= min(1, count / 12) for earlier, later in pairwise(places))


def test_hours_still_to_come_are_empty_and_not_missing() -> None:
    before = date(2026, 3, 8)
    rows = {start: StageTotal(1, 1000, -10, 10) for start, _ in hour_windows(TODAY, MANILA) if start < NOW}
    gone = hour_windows(TODAY, MANILA)[3][0]
    del rows[gone]
    earlier = {start: StageTotal(1, 2000, 10, -10) for start, _ in hour_windows(before, MANILA)}
    figure = hours_chart(
        hours_frame(TODAY, rows, before, earlier, NOW, MANILA), DARK, "PHP", MANILA, "8 March 2026"
    )
    assert [(band.x0, band.x1) for band in figure.layout.shapes] == [(2.5, 3.5)]
    assert list(figure.data[0].y) == [1.0, 1.0, 1.0, None, *[1.0] * 11, *[None] * 9]
    assert "14:00<br>so far" in figure.layout.xaxis.ticktext
    assert figure.data[1].customdata[20] == f"8 March 2026: 2{S}PHP"
    assert figure.layout.xaxis.title.text == "Hour, Asia/Manila"


def test_the_legend_of_the_hours_names_the_day_alone() -> None:
    """What is said of the running hour stands above; on a phone it would lie over the chart's title."""
    rows = {start: StageTotal(1, 1000, -10, 10) for start, _ in hour_windows(TODAY, MANILA) if start < NOW}
    frame = hours_frame(TODAY, rows, date(2026, 3, 8), rows, NOW, MANILA)
    words = "8 March 2026, the hour of 14:00 until 14:05"
    figure = hours_chart(frame, DARK, "PHP", MANILA, words)
    assert [each.text for each in figure.layout.annotations][-1] == "╌╌ 8 March 2026"


def _games() -> Any:
    listed = [
        Game(1001, "<b>Bold</b> & Co", "Slots"),
        Game(1002, "Same", "Slots"),
        Game(1003, "Same", "Slots"),
    ]
    gains = [(1001, 500_000), (1002, -20_000), (1003, -40_000), (1999, 10_000)]
    return games_frame(
        listed, endpoint_sums(listed, [SlotsGameRow(i, 5, 2_000_000, -gain, gain) for i, gain in gains], {})
    )


def test_games_from_gain_to_loss_with_their_amounts() -> None:
    figure = games_chart(extremes(_games()), LIGHT, "PHP")
    bars = figure.data[0]
    assert list(bars.x) == [500.0, 10.0, -20.0, -40.0]
    amounts = figure.data[1]
    assert list(amounts.textposition) == ["middle right", "middle right", "middle left", "middle left"]
    assert [said.strip() for said in amounts.text] == ["500.00", "10.00", "−20.00", "−40.00"]
    assert list(bars.marker.color) == [LIGHT.gain, LIGHT.gain, LIGHT.loss, LIGHT.loss]
    assert len(set(bars.y)) == 4, "games of one name stay apart"
    assert list(bars.meta) == [f"game_id={game_id}" for game_id in bars.y]
    assert list(figure.layout.yaxis.ticktext) == [
        "&lt;b&gt;Bold&lt;/b&gt; &amp; Co",
        "1999",
        "Same (1002)",
        "Same (1003)",
    ]
    assert bars.customdata[0] == (
        "<b>&lt;b&gt;Bold&lt;/b&gt; &amp; Co</b>"
        f"<br>Company gain 500{S}PHP<br>Bet amount 2,000{S}PHP<br>Hold 25.00{S}%<br>Bets 5"
    )
    low, high = figure.layout.xaxis.range
    assert low < -40
    assert high > 500


def test_types_keep_their_colours_and_say_their_share() -> None:
    games = games_frame(
        [Game(1001, "a", "Slots"), Game(4001, "b", "Fish"), Game(9001, "c", "Arcade")],
        endpoint_sums(
            [Game(1001, "a", "Slots"), Game(4001, "b", "Fish"), Game(9001, "c", "Arcade")],
            [SlotsGameRow(i, 1, amount, 0, 0) for i, amount in ((1001, 600), (4001, 300), (9001, 100))],
            {},
        ),
    )
    bars, amounts = types_chart(by_type(games), DARK, "PHP").data
    assert list(bars.y) == ["Slots", "Fish", "Other"]
    assert list(bars.meta) == ["type=Slots", "type=Fish", ""]
    assert list(bars.marker.color) == [DARK.categorical[0], DARK.categorical[3], DARK.categorical[5]]
    assert [text.strip().split(" · ")[0] for text in amounts.text] == [f"60.0{S}%", f"30.0{S}%", f"10.0{S}%"]


def test_nothing_to_draw_draws_nothing() -> None:
    nothing = games_frame([], endpoint_sums([], [], {}))
    assert list(games_chart(extremes(nothing), LIGHT, None).data[0].y) == []
    assert list(types_chart(by_type(nothing), LIGHT, None).data[0].y) == []


def test_long_names_are_shortened_before_their_markup_is_shown() -> None:
    assert plain("Lucky Dragon Deluxe Megaways") == "Lucky Dragon Delu…"
    assert plain("麻将胡了") == "麻将胡了"
    assert plain("<" * 30) == "&lt;" * 17 + "…"


@given(st.lists(st.floats(-1e15, 1e15).filter(lambda value: value == 0 or abs(value) > 1e-3), max_size=5))
def test_axes_start_at_zero_and_have_a_few_round_ticks(values: list[float]) -> None:
    axis = amount_axis(LIGHT, values)
    low, high = axis["range"]
    assert low <= 0 < high
    assert all(low <= value <= high for value in values)
    assert 0.0 in axis["tickvals"]
    assert len(axis["tickvals"]) <= 5
    assert len(set(axis["ticktext"])) == len(axis["ticktext"])


def test_ticks_of_an_axis_with_losses() -> None:
    axis = amount_axis(LIGHT, [-700_000.0, None, 1_300_000.0])
    assert axis["ticktext"] == ["−500K", "0", "500K", "1M"]


def test_a_loss_of_less_than_a_pixel_has_its_minus_below_zero() -> None:
    figure = _week(_row(date(2026, 3, 10), gain_li=10**12), _row(date(2026, 3, 11), gain_li=-1))
    signs = figure.data[2]
    assert signs.y[2] == -0.001
    assert signs.textposition == "bottom center"
    games = games_frame(
        [Game(1001, "a", "Slots"), Game(1002, "b", "Slots")],
        endpoint_sums(
            [Game(1001, "a", "Slots"), Game(1002, "b", "Slots")],
            [SlotsGameRow(1001, 1, 10**12, 0, 10**12), SlotsGameRow(1002, 1, 1, 1, -1)],
            {},
        ),
    )
    amounts = games_chart(games, LIGHT, None).data[1]
    assert list(amounts.x) == [10**9, -0.001]
    assert [said.strip() for said in amounts.text] == ["1.00B", "−0.001"]
    assert list(amounts.textposition) == ["middle right", "middle left"]
