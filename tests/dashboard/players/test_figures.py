"""Figures of a player: where the line breaks, what is marked, and that thinning hides nothing."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.charts.theme import DARK, LIGHT
from dashboard.charts.thinning import line_places, mark_places
from dashboard.jackpots.figures import pots_chart
from dashboard.jackpots.pots import POTS, PotSample
from dashboard.players.balance import Cause, Transfer, by_transfers, gaps
from dashboard.players.figures_balance import balance_chart
from dashboard.players.figures_habits import hours_of_week_chart, sessions_chart
from dashboard.players.sessions import sessions_frame
from dashboard.rounds.frame import by_weekday_and_hour
from tests.dashboard.made_rounds import chain, rounds, slots, table

UTC = ZoneInfo("UTC")
MANILA = ZoneInfo("Asia/Manila")
BERLIN = ZoneInfo("Europe/Berlin")
DAY_S = 86_400
POINTS = st.lists(st.tuples(st.integers(0, 50), st.integers(-9, 9)), min_size=1, max_size=200)


def chart(frame, known=(), zone=UTC):
    found = by_transfers(gaps(frame), known)
    return balance_chart(frame, found, known, LIGHT, "PHP", zone)


def test_the_balance_runs_by_the_rounds_own_credits():
    line = chart(chain(100_000, 90_000, 95_000)).data[0]
    assert list(line.x) == ["1970-01-01 00:01:40", "1970-01-01 00:01:40", "1970-01-01 00:01:50"]
    assert list(line.y) == [100, 90, 95]
    assert line.line.shape == "hv"
    assert line.customdata[1] == "Balance 90\u00a0PHP<br>1970-01-01 00:01:40"


def test_the_line_breaks_at_a_gap_and_goes_on_with_the_credit_before():
    line = chart(chain(100_000, (90_000, 140_000), 130_000)).data[0]
    assert list(line.y) == [100, 90, None, 140, 130]
    assert line.connectgaps is False


def test_a_gap_that_transfers_do_not_explain_is_marked_with_its_cause():
    figure = chart(chain(100_000, (90_000, 140_000), 130_000))
    (marked,) = [trace for trace in figure.data if trace.line.dash == "dot" and len(trace.x)]
    assert list(marked.y) == [90, 140, None]
    assert marked.marker.color == LIGHT.loss
    assert marked.customdata[1] == "Unexplained: 50\u00a0PHP<br>1970-01-01 00:01:50"


def test_transfers_are_triangles_and_leave_no_gap_marked():
    figure = chart(
        chain(100_000, (90_000, 140_000), (130_000, 0), 0),
        [Transfer(105, 50_000, 140_000, "a"), Transfer(115, -130_000, 0, "b")],
    )
    deposit, withdrawal = (
        next(trace for trace in figure.data if trace.marker.symbol == symbol)
        for symbol in ("triangle-up", "triangle-down")
    )
    assert list(deposit.y) == [140]
    assert deposit.customdata[0].startswith("Deposit 50\u00a0PHP<br>Balance after it 140\u00a0PHP")
    assert list(withdrawal.y) == [0]
    assert withdrawal.customdata[0].startswith("Withdrawal 130\u00a0PHP")
    assert not any(len(trace.x) for trace in figure.data if trace.line.dash == "dot")


def test_the_net_result_adds_up_below():
    line = chart(chain(100_000, (90_000, 140_000), 150_000)).data[1]
    assert list(line.y) == [0, -10, 0]
    assert line.yaxis == "y2"


def test_a_round_without_credits_is_left_out_of_the_balance():
    frame = rounds(
        slots(1, credit=2000), table(2, credit=None, credit_before_bet=None), slots(3, credit=1000)
    )
    assert list(chart(frame).data[0].y) == [0, 2, 1]


def test_exact_amounts_reach_the_reader_as_text():
    line = chart(chain(2**53 + 1, 0)).data[0]
    assert line.customdata[0].startswith("Balance 9,007,199,254,740.993\u00a0PHP")


def test_times_are_those_of_the_business_zone():
    figure = chart(chain(5, 4), zone=MANILA)
    assert figure.data[0].x[0] == "1970-01-01 08:01:40"
    assert figure.layout.xaxis.title.text == "Time, Asia/Manila"


def test_a_time_that_clocks_show_twice_says_in_each_hover_which_it_is():
    twice = [1_792_888_200, 1_792_891_800]  # 02:30 in Berlin, before and after clocks go back
    frame = rounds(*(slots(at, credit_before_bet=0, credit=0) for at in twice))
    line = chart(frame, zone=BERLIN).data[0]
    said = [words.rpartition("<br>")[2] for words in line.customdata if words]
    assert set(said) == {"2026-10-25 02:30:00 (+02:00)", "2026-10-25 02:30:00 (+01:00)"}
    assert set(line.x) == {"2026-10-25 02:30:00"}
    bars = sessions_chart(sessions_frame(frame, 10), LIGHT, None, BERLIN).data[0].customdata
    assert [words.partition("</b>")[0] for words in bars] == [
        "<b>Sun 25 Oct 2026, 02:30 (+02:00)–02:30 (+02:00)",
        "<b>Sun 25 Oct 2026, 02:30 (+01:00)–02:30 (+01:00)",
    ]
    samples = [PotSample(at * 1000, 5) for at in twice]
    pots = pots_chart(dict.fromkeys(POTS, samples), [], LIGHT, None, BERLIN).data
    assert [words.rpartition("<br>")[2] for words in pots[0].customdata if words] == [
        "2026-10-25 02:30:00 (+02:00)",
        "2026-10-25 02:30:00 (+01:00)",
    ]


def test_every_cause_has_a_mark():
    from dashboard.players.figures_balance import _GAPS

    assert set(_GAPS) == set(Cause) - {Cause.TRANSFER}


@settings(deadline=None)  # a law of numbers, not of a machine's speed
@given(POINTS, st.integers(1, 12))
def test_a_thinned_line_keeps_ends_and_extremes_of_each_bucket(points, buckets):
    points.sort(key=lambda point: point[0])
    x, y = (np.array(column, np.int64) for column in zip(*points, strict=True))
    places = line_places(x, y, buckets)
    assert {0, len(x) - 1} <= set(places.tolist())
    assert (np.diff(places) > 0).all()
    span = max(int(x[-1] - x[0]), 1)
    bucket = np.minimum((x - x[0]) * buckets // span, buckets - 1)
    for number in set(bucket.tolist()):
        whole, kept = y[bucket == number], y[places[bucket[places] == number]]
        assert (kept.min(), kept.max()) == (whole.min(), whole.max())
        assert (kept[0], kept[-1]) == (whole[0], whole[-1])


def test_a_long_line_is_thinned_to_what_a_screen_shows():
    x = np.arange(100_000, dtype=np.int64)
    assert len(line_places(x, x % 977)) <= 2000


@settings(deadline=None)  # a law of numbers, not of a machine's speed
@given(POINTS, st.integers(1, 12))
def test_thinned_marks_stand_for_all(points, buckets):
    points.sort(key=lambda point: point[0])
    x, size = (np.array(column, np.int64) for column in zip(*points, strict=True))
    places, counts = mark_places(x, size, buckets)
    assert counts.sum() == len(points)
    assert size.max() in size[places]
    assert len(places) <= buckets


def test_no_marks():
    places, counts = mark_places(np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert not len(places)
    assert not len(counts)


def test_marks_close_by_say_for_how_many_they_stand():
    known = [
        Transfer(105, 50_000, 140_000, "a"),
        Transfer(106, 9000, 149_000, "b"),
        Transfer(99_999, 1, 1, "c"),
    ]
    marks = next(trace for trace in chart(chain(5, 4), known).data if trace.marker.symbol == "triangle-up")
    assert len(marks.x) == 2
    assert "Deposit 50\u00a0PHP" in marks.customdata[0]
    assert marks.customdata[0].endswith("and 1 more close by")


def test_the_week_shows_a_number_for_each_hour():
    frame = rounds(slots(1773617400, gain_amount=2**53 + 1), slots(1773617401))
    figure = hours_of_week_chart(by_weekday_and_hour(frame, MANILA), LIGHT, "PHP", MANILA)
    (heat,) = figure.data
    assert np.array(heat.z).sum() == 2
    assert heat.z[0][7] == 2
    assert heat.customdata[0][7] == (
        "<b>Mon 07:00–08:00</b><br>2 rounds<br>Bet amount 2\u00a0PHP"
        "<br>Net result 9,007,199,254,739.993\u00a0PHP"
    )
    assert heat.customdata[6][23].startswith("<b>Sun 23:00–00:00</b><br>0 rounds")


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_sessions_are_bars_over_their_hours(look):
    start = 1_773_532_800  # 2026-03-15 00:00 UTC
    frame = rounds(
        slots(start + 3600, end_at=start + 7200, gain_amount=5000),
        slots(start + 36_000, end_at=start + 36_001),
        slots(start - DAY_S, gain_amount=0),
    )
    (bars,) = sessions_chart(sessions_frame(frame), look, None, UTC).data
    assert list(bars.y) == ["Sat 14 Mar 2026", "Sun 15 Mar 2026", "Sun 15 Mar 2026"]
    assert list(bars.base) == [0, 1, 10]
    sunday = "period=2026-03-15..2026-03-15"
    assert list(bars.meta) == ["period=2026-03-14..2026-03-14", sunday, sunday]
    assert bars.x[1] == 1
    assert list(bars.marker.color) == [look.quiet, look.primary, look.quiet]
    assert bars.customdata[1] == (
        "<b>Sun 15 Mar 2026, 01:00–02:00</b> (1 h 00 min)<br>1 round in 1 game"
        "<br>Bet amount 1<br>Net result 5"
    )


@pytest.mark.parametrize(("days", "named"), [(7, 7), (60, 8), (390, 12)])
def test_days_are_named_as_far_as_there_is_room(days, named):
    start = 1_773_532_800
    frame = rounds(slots(start), slots(start - (days - 1) * DAY_S))
    figure = sessions_chart(sessions_frame(frame), LIGHT, None, UTC)
    assert abs(len(figure.layout.yaxis.tickvals) - named) <= 1
    assert figure.layout.height < 900
    assert len(figure.layout.yaxis.categoryarray) == days
