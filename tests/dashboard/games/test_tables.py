"""Tables and figures of games: exact, honest about what is not known, and safe with any name."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard.charts import diverging
from dashboard.charts.theme import DARK, LIGHT
from dashboard.core.frames import endpoint_sums, games_frame
from dashboard.core.markdown import escaped
from dashboard.core.metrics import Totals
from dashboard.games.days import GameDays
from dashboard.games.figures_bars import games_chart
from dashboard.games.figures_heatmap import game_days_chart
from dashboard.games.figures_luck import band_chart, funnel_plot
from dashboard.games.figures_treemap import treemap
from dashboard.games.luck import Luck, Origin, RtpVerdict, Volume
from dashboard.games.luck_table import luck_frame, luck_in_words, luck_text, one_luck_text, sources_text
from dashboard.games.table import (
    game_table,
    of_type,
    round_table,
    safe_icon,
    with_lines,
    with_players,
)
from dashboard.players.figures_habits import hours_of_week_chart
from dashboard.rounds.frame import by_weekday_and_hour, rounds_frame
from twoj_client.models import Bet, Game, GameSummary, SlotsGameRow

UTC = ZoneInfo("UTC")
BIG_LI = 2**53 + 1
S = "\u00a0"
GAMES = [
    Game(1001, "<b>Bold</b> & Co", "Slots"),
    Game(1002, "Quiet", "Slots"),
    Game(2011, "Roulette", "Multiplayer"),
    Game(3011, "麻将", "Table"),
]


def slots(game_id: int, bet_li: int, gain_li: int, bets: int = 10) -> SlotsGameRow:
    return SlotsGameRow(game_id, bets, bet_li, -gain_li, gain_li)


def frame(*rows: SlotsGameRow) -> pd.DataFrame:
    sums = endpoint_sums(GAMES, rows, {2011: GameSummary(500, 20, 3, 7, 2, 4), 3011: None})
    return with_players(games_frame(GAMES, sums), {2011: 7, 3011: None})


def known(column: "pd.Series[Any]") -> list[Any]:
    return [None if pd.isna(value) else value for value in column.tolist()]


def test_what_the_sums_say_and_how_they_moved() -> None:
    now = frame(slots(1001, BIG_LI, -BIG_LI), slots(1099, 3, 1, bets=2))
    before = frame(slots(1001, 2 * BIG_LI, 5))
    table = game_table(now, before, {1001: "https://x.example/1.png"}).set_index("game_id")
    assert known(table["rtp"]) == [2.0, None, float(Fraction(2, 3)), 1.04, None]
    assert known(table["average_bet_li"]) == [900_719_925_474_099, None, 2, 167, None]
    gain = -BIG_LI + 1 - 20
    assert gain < 0
    assert known(table["share"]) == [None] * 5, "of a loss there are no shares: they would turn their sign"
    assert known(table["bet_change"]) == [-0.5, None, None, 0.0, None]
    assert known(table["gain_change_li"]) == [-BIG_LI - 5, 0, None, 0, None]
    assert known(table["players"]) == [None, None, None, 7, None]
    assert table["icon"].tolist() == ["https://x.example/1.png", None, None, None, None]


def test_shares_are_of_the_gain_of_all_losses_included() -> None:
    table = game_table(frame(slots(1001, 10_000, 700), slots(1002, 10_000, -200)), None, {})
    assert known(table["share"])[:3] == [700 / 480, -200 / 480, -20 / 480]


def test_shares_are_not_known_where_nothing_was_gained() -> None:
    table = game_table(games_frame(GAMES[:2], endpoint_sums(GAMES[:2], [], {})), None, {})
    assert known(table["share"]) == [None, None]


def test_games_of_a_type_from_gain_to_loss_with_the_unknown_last() -> None:
    found = of_type(frame(slots(1001, 10, -1), slots(1002, 10, 5)), None)
    assert found["game_id"].tolist() == [1002, 1001, 2011, 3011]
    assert of_type(found, "Slots")["game_id"].tolist() == [1002, 1001]


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://icons.example/1.png", True),
        ("http://icons.example/1.png", False),
        ("javascript:alert(1)", False),
        ("data:image/svg+xml;base64,PHN2Zy8+", True),
        ("data:image/svg+xml,<svg/>", False),
        ("data:image/png;base64,AA==' onerror='x", False),
        ("data:image/png;base64," + "A" * 20_001, False),
        ("data:text/html;base64,PHN2Zy8+", False),
        ("https:///1.png", False),
        ("https://[/1.png", False),
        ("//icons.example/1.png", False),
        ("", False),
    ],
)
def test_icons_are_pictures_or_come_over_https_from_a_named_host(url: str, safe: bool) -> None:
    assert safe_icon(url) == (url if safe else None)


DAYS = [date(2026, 3, 13) + timedelta(days=n) for n in range(3)]


def day(bet_li: int, gain_li: int, bets: int = 10) -> Totals:
    return Totals(bets, bet_li, -gain_li, gain_li)


GAME_DAYS = GameDays(
    DAYS,
    [True, True, False],
    {
        1001: [day(2_500_000, 900_000), day(500, -250_000), day(1000, 4000)],
        1002: [Totals(), Totals(), Totals()],
        2011: [None, day(7000, -5000), None],
    },
)


def test_games_by_day() -> None:
    assert GAME_DAYS.line(1001) == [2500.0, 0.5]
    assert GAME_DAYS.line(2011) == [7.0]
    assert GAME_DAYS.line(9999) is None
    assert GAME_DAYS.frame(2011)["bet_amount_li"].isna().tolist() == [True, False, True]
    assert GAME_DAYS.frame(9999)["bet_amount_li"].isna().all()
    assert GAME_DAYS.volume(2011) == Volume(10, 7.0, 12.0, 1.0)
    assert GAME_DAYS.volume(1002) is None
    assert GAME_DAYS.moved_most([1002, 2011, 1001], 5) == [1001, 2011]
    lines = with_lines(frame(slots(1001, 1, 1)), GAME_DAYS)["by_day"].tolist()
    assert lines == [[2500.0, 0.5], [0.0, 0.0], [7.0], None]


def test_the_heat_map_is_symmetric_about_zero_and_leaves_gaps() -> None:
    chart = game_days_chart(GAME_DAYS, [(1001, "<i>x</i>"), (2011, "Roulette")], LIGHT, "PHP", UTC)
    (cells,) = chart.data
    assert [list(row) for row in cells.z] == [[900.0, -250.0, 4.0], [None, -5.0, None]]
    assert (cells.zmin, cells.zmax) == (-900.0, 900.0)
    assert [color for _, color in cells.colorscale] == [LIGHT.loss, LIGHT.card, LIGHT.gain]
    assert list(chart.layout.yaxis.ticktext) == ["&lt;i&gt;x&lt;/i&gt;", "Roulette"]
    assert cells.customdata[0][0] == (
        f"Fri 13 Mar 2026<br><b>&lt;i&gt;x&lt;/i&gt;</b><br>Company gain 900{S}PHP<br>Bet amount 2,500{S}PHP"
    )
    assert chart.layout.plot_bgcolor == LIGHT.grid
    assert chart.layout.xaxis.ticktext[-1].endswith("so far")


def test_a_row_leads_to_its_game_unless_it_is_of_none_and_a_column_to_its_day() -> None:
    rows = [Totals(), Totals()]
    days = GameDays([date(2026, 3, 14), date(2026, 3, 15)], [True, False], {1001: rows}, rows)
    cells = game_days_chart(days, [(1001, "a"), (None, "Not in the list")], LIGHT, None, UTC).data[0]
    dates = ["period=2026-03-14..2026-03-14", "period=2026-03-15..2026-03-15"]
    assert list(cells.meta) == [["game_id=1001", ""], dates]


def test_a_heat_map_of_nothing_is_drawn() -> None:
    assert list(game_days_chart(GAME_DAYS, [], DARK, None, UTC).data[0].y) == []


def test_one_odd_value_does_not_wash_out_the_others() -> None:
    assert diverging.limit_of([1.0, -2.0, None, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, -9.0, 1000.0]) == 9.0
    assert diverging.limit_of([1.0, 100.0], [99.0, 1.0]) == 1.0
    assert diverging.limit_of([None]) == 0.0


def test_colours_diverge_from_the_card() -> None:
    assert diverging.color(0, 1.0, LIGHT) == LIGHT.card
    assert diverging.color(5, 1.0, LIGHT) == LIGHT.gain
    assert diverging.color(-1, 1.0, DARK) == DARK.loss
    assert diverging.color(0.5, 1.0, LIGHT) == "#87BAB6"
    assert diverging.color(1, 0.0, LIGHT) == LIGHT.card
    assert [diverging.ink(each) for each in (LIGHT.gain, LIGHT.card, LIGHT.loss, DARK.gain)] == [
        "#FFFFFF",
        "#101828",
        "#FFFFFF",
        "#101828",
    ]


def test_the_treemap_has_a_tile_a_game_with_bets_within_its_type() -> None:
    chart = treemap(frame(slots(1001, 3_000_000, 600_000), slots(1099, 1_000_000, -100_000)), LIGHT, "PHP")
    tiles = chart.data[0]
    assert list(tiles.ids) == ["Slots", "Multiplayer", "1001", "1099", "2011"]
    assert list(tiles.parents) == ["", "", "Slots", "Slots", "Multiplayer"]
    assert list(tiles.values) == [4000.0, 0.5, 3000.0, 1000.0, 0.5]
    assert list(tiles.labels)[2:4] == ["&lt;b&gt;Bold&lt;/b&gt; &amp; Co", "1099"]
    # Holds of 20 % and −10 %; nine tenths of the bet amount lie within 20 %.
    assert list(tiles.marker.colors)[2:4] == [LIGHT.gain, diverging.color(-0.1, 0.2, LIGHT)]
    assert tiles.text[2] == f"20.0{S}% · 3.00K"
    assert list(chart.data[1].marker.colorbar.ticktext) == [f"−20.0{S}%", "0 % hold", f"+20.0{S}%"]
    assert "Hold 20.00" in tiles.customdata[2]


def luck(rtp: float, verdict: RtpVerdict, bet: float = 1000.0, origin: Origin = Origin.OWN) -> Luck:
    bands = None if verdict is RtpVerdict.NOT_ENOUGH else (0.9, 1.02)
    wide = None if verdict is RtpVerdict.NOT_ENOUGH else (0.85, 1.07)
    return Luck(Volume(100, bet, bet * rtp, 1.0), rtp, 0.96, origin, 400.4, 250.0, bands, wide, verdict)


LUCKS = {
    1001: luck(0.97, RtpVerdict.INSIDE),
    1002: luck(1.2, RtpVerdict.OUTSIDE_998, bet=500.0),
    2011: luck(0.88, RtpVerdict.OUTSIDE_95, origin=Origin.OF_TYPE),
    3011: luck(4.0, RtpVerdict.NOT_ENOUGH, bet=10.0, origin=Origin.OF_TYPE),
}


def test_judgements_as_a_table_with_the_conspicuous_first() -> None:
    rows = luck_frame(LUCKS, frame(slots(1001, 1, 1), slots(1099, 1, 1)))
    assert rows["game_id"].tolist() == [1002, 2011, 1001, 3011]
    assert luck_in_words(rows)["verdict"].tolist() == [
        "outside the 99.8 % band",
        "outside the 95 % band",
        "inside the bands",
        "not enough play",
    ]
    assert known(rows["low_95"]) == [0.9, 0.9, 0.9, None]
    assert luck_in_words(rows)["source"].tolist() == [
        "its own days before",
        "its type",
        "its own days before",
        "its type",
    ]
    assert rows["effective"].tolist() == [400] * 4
    assert "(so for 2 of 4 games)" in sources_text(rows)
    assert sources_text(rows).endswith("No theoretical RTP is configured.")


def test_a_configured_expectation_is_named() -> None:
    configured = luck(1.2, RtpVerdict.OUTSIDE_998, origin=Origin.CONFIGURED)
    rows = luck_frame(LUCKS | {1002: configured}, frame(slots(1001, 1, 1)))
    assert luck_in_words(rows)["source"].tolist()[0] == "the theoretical RTP"
    assert sources_text(rows) == (
        "The RTP to expect is the theoretical one where it is configured (so for 1), else that of the game's"
        " own days before the period where these hold enough play (so for 1 of 4 games), else that of its"
        " type."
    )


def test_judgements_in_words() -> None:
    rows = luck_frame(LUCKS, frame(slots(1001, 1, 1)))
    assert luck_text(rows) == (
        "3 games have enough play to tell, 1 not. By luck alone 0.2 would fall outside the 95 % band and"
        " 0.01 outside the 99.8 % band.\n\n"
        f"Outside the 99.8 % band: **Quiet** with 120.00{S}% (luck leaves it from 85.00{S}% to 107.00{S}%)."
        "\n\n"
        f"Outside the 95 % band: **Roulette** with 88.00{S}% (luck leaves it from 90.00{S}% to 102.00{S}%)."
    )
    assert luck_text(rows[rows["game_id"] == 1001]).startswith("1 game has enough play to tell, 0 not.")
    assert one_luck_text(LUCKS[3011]) == (
        f"RTP **400.00{S}%**, expected 96.00{S}% (from its type). Not enough play to tell: 400 effective"
        " rounds, a fair band needs 250."
    )
    assert one_luck_text(LUCKS[1002]).endswith("it is **outside the 99.8 % band**.")


def test_the_funnel_names_those_outside_and_colours_none_without_enough_play() -> None:
    rows = luck_frame(LUCKS, frame(slots(1001, 1, 1)))
    chart = funnel_plot(rows, LIGHT, "PHP")
    wide, band, expected, too_few, judged = chart.data
    assert list(wide.x)[:3] == [500.0, 500.0, None]
    assert list(wide.y)[:3] == [0.85, 1.07, None]
    assert list(band.y)[:3] == [0.9, 1.02, None]
    assert list(expected.y) == [0.96] * 3
    assert list(judged.marker.color) == [LIGHT.loss, LIGHT.gain, LIGHT.quiet]
    assert list(judged.text) == ["Quiet", "", ""]
    assert list(judged.meta) == [f"game_id={game_id}&game_tab=luck" for game_id in (1002, 2011, 1001)]
    assert list(too_few.meta) == ["game_id=3011&game_tab=luck"]
    assert list(too_few.marker.color) == [LIGHT.quiet]
    assert list(too_few.marker.symbol) == ["triangle-up-open"], "it lies above the axis, and points there"
    assert too_few.y[0] == chart.layout.yaxis.range[1] < 4
    assert "not enough play: 400 of 250 effective rounds" in too_few.customdata[0]
    assert chart.layout.xaxis.type == "log"


def test_the_funnel_of_no_games_is_drawn() -> None:
    rows = luck_frame({}, frame())
    assert len(funnel_plot(rows, DARK, None).data) == 5
    assert luck_text(rows).startswith("0 games have enough play to tell, 0 not.")


def test_one_games_band() -> None:
    chart = band_chart(LUCKS[1002], LIGHT)
    assert [list(trace.x) for trace in chart.data] == [[0.85, 1.07], [0.9, 1.02], [0.96], [1.2]]
    assert chart.data[3].marker.color == LIGHT.loss
    bare = band_chart(LUCKS[3011], LIGHT)
    assert [list(trace.x) for trace in bare.data] == [[], [], [0.96], [4.0]]
    assert bare.data[3].marker.color == LIGHT.primary


def bet(number: int, bet_li: int, gain_li: int) -> Bet:
    name = f"{number:03}"
    return Bet(
        name, name, 1001, 7, "玩家", bet_li, gain_li, 0, 0, 1_773_567_000 + number, 1_773_567_001 + number
    )


def test_rounds_have_their_time_in_the_business_zone() -> None:
    rounds = rounds_frame([bet(2, BIG_LI, 1), bet(0, 100, 400)])
    shown = round_table(rounds, ZoneInfo("Asia/Manila"))
    assert str(shown["time"].tolist()[0]) == "2026-03-15 17:30:02+08:00"
    assert round_table(rounds_frame([]), UTC).empty


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Rock & Roll <777>", r"Rock \& Roll \<777\>"),
        ("**b** _i_ `c`", r"\*\*b\*\* \_i\_ \`c\`"),
        ("[x](javascript:1) :red[y] :smile:", r"\[x\](javascript:1) \:red\[y\] \:smile:"),
        ("# no\n\nheading", r"\# no heading"),
        ("10:30, 麻将", "10:30, 麻将"),
        ("http://a.example WWW.a.example", "http:\u2060//a.example WWW\u2060.a.example"),
        ("ann@a.example", "ann@\u2060a.example"),
        ("a\u202eb\u2066c\u200f", "a\ufffdb\ufffdc\u200f"),
    ],
)
def test_names_among_our_words_are_shown_as_they_are(text: str, shown: str) -> None:
    assert escaped(text) == shown


TWINS = [
    Game(1001, "Twin", "Slots"),
    Game(1002, "Twin", "Slots"),
    Game(1003, "Fortune Gods of the East", "Slots"),
    Game(1004, "Fortune Gods of the West", "Slots"),
]


def test_games_of_one_name_have_a_mark_each() -> None:
    rows = [slots(game.game_id, 1000, 500 - place) for place, game in enumerate(TWINS)]
    games = games_frame(TWINS, endpoint_sums(TWINS, rows, {}))
    marks = ["Twin (1001)", "Twin (1002)", "Fortune Gods… 1003", "Fortune Gods… 1004"]
    bars = games_chart(games, LIGHT, None)
    assert (list(bars.layout.yaxis.ticktext), list(bars.data[0].y)) == (
        marks,
        ["1001", "1002", "1003", "1004"],
    )
    tiles = treemap(games, LIGHT, None).data[0]
    assert list(tiles.labels) == ["Slots", *marks]
    assert len(set(tiles.ids)) == 5
    assert list(tiles.meta) == ["", *(f"game_id={game_id}" for game_id in (1001, 1002, 1003, 1004))]
    named = list(zip(games["game_id"], games["name"], strict=True))
    days = GameDays([date(2026, 3, 14)], [True], {game_id: [Totals(1, 1000, -5, 5)] for game_id, _ in named})
    heat = game_days_chart(days, named, LIGHT, None, UTC)
    assert list(heat.layout.yaxis.ticktext) == marks
    assert len(set(heat.data[0].y)) == 4


def test_colours_of_zeros_are_those_of_zero() -> None:
    assert diverging.limit_of([0.0, 0.0, None]) == 0
    assert diverging.limit_of([0.0] * 99 + [-5.0]) == 5, "days without play do not count"
    days = GameDays([date(2026, 3, 14)], [True], {1001: [Totals()]})
    heat = game_days_chart(days, [(1001, "a")], LIGHT, None, UTC).data[0]
    assert (heat.zmin, heat.zmax, list(heat.colorbar.ticktext)) == (-1, 1, ["", "0", ""])


@pytest.mark.parametrize(("starts", "most"), [([], 1), ([1_773_567_000], 1), ([1_773_567_000] * 7, 7)])
def test_hours_without_rounds_are_drawn_as_quiet_as_they_were(starts: list[int], most: int) -> None:
    bets = [bet(place, 100, 0) for place, _ in enumerate(starts)]
    cells = by_weekday_and_hour(rounds_frame(bets), UTC)
    heat = hours_of_week_chart(cells, LIGHT, None, UTC).data[0]
    assert (heat.zmin, heat.zmax) == (0, most)
    assert max(map(max, heat.z)) == len(starts)
