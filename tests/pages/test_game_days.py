"""Sums by game and day: true, and how far luck carries the RTPs that come of them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dashboard.core.metrics import Totals
from dashboard.games import data_days as games_data_days
from dashboard.games import data_luck
from dashboard.games.luck import UNJUDGED, Origin
from tests import archived
from tests.merchants import merchant
from tests.pages.game_truth import midnight, texts, totals_by_game, totals_of
from tests.pages.games_page import said, view
from tests.provider import CLOCK

DAY_S = 86_400


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_every_cell_is_that_of_the_bets(open_page, truth, zone):
    """In New York clocks change on 8 March."""
    open_page(page="games", timezone=zone)
    days = [date(2026, 3, 7) + timedelta(days=number) for number in range(9)]
    found = games_data_days.game_days(merchant(), days, view().now)
    assert list(found.value.finished) == [True] * 8 + [False]
    for place, day in enumerate(days):
        start, end = (midnight(each.isoformat(), zone) for each in (day, day + timedelta(days=1)))
        expected = totals_by_game(truth, start, min(end, CLOCK))
        shown = {game_id: row[place] for game_id, row in found.value.rows.items() if row[place] != Totals()}
        assert shown == expected
    assert not found.failures
    assert not found.value.lacks_games


def test_days_that_end_early_are_not_taken_for_whole_ones(open_page, truth):
    open_page(page="games")
    days, start = [date(2026, 3, 8)], midnight("2026-03-08")
    for end in (start + 34_200, start + DAY_S):
        now = datetime.fromtimestamp(end, UTC)
        found = games_data_days.game_days(merchant(), days, now, 2011).value
        assert found.rows[2011] == [totals_of(truth, 2011, start, end)]
        assert list(found.finished) == [True], "whatever of it is on view, the day is over"


@pytest.mark.parametrize("game_id", [1998, 2778])
def test_a_game_that_is_neither_listed_nor_played_is_0_on_each_day(open_page, game_id):
    open_page(page="games")
    days = [date(2026, 3, 1), date(2026, 3, 2)]
    found = games_data_days.game_days(merchant(), days, view().now, game_id).value
    assert found.rows[game_id] == [Totals(), Totals()]
    assert found.frame(game_id)["bet_amount_li"].tolist() == [0, 0]


def test_a_day_of_which_an_hour_lacks_is_not_known(open_page, tmp_path, truth):
    """Part of a day is not the day; and what came after the last reading is no gap of the running one."""
    first, lacks = date(2026, 3, 12), midnight("2026-03-13") + 5 * 3600
    options = {"first_s": midnight("2026-03-12"), "lacking": [lacks], "now_s": CLOCK - 1800}
    archived.make(tmp_path / "ledger", tmp_path / "filled", truth, **options)
    open_page(page="games")
    days = [first + timedelta(days=number) for number in range(-1, 4)]
    found = games_data_days.game_days(merchant(), days, view().now)
    today = totals_by_game(truth, midnight("2026-03-15"), CLOCK - 1800)
    known = [row is not None for row in found.value.unlisted]
    assert known == [False, True, False, True, True]
    assert all([each is not None for each in row] == known for row in found.value.rows.values())
    assert found.value.rows[1041][4] == today[1041]
    assert found.window[1] == datetime.fromtimestamp(CLOCK - 1800, UTC)
    assert [str(each) for each in found.failures] == [
        "11 March 2026; 13 Mar, 05:00–06:00; 15 Mar, 09:00–09:30 (not in the archive)."
    ]
    yesterday = games_data_days.game_days(merchant(), days[3:4], view().now)
    assert not yesterday.failures


def test_the_page_finds_the_planted_game(open_page):
    """Lucky Koi paid 130 % on two of the seven days; no honest game of this world is named."""
    page = open_page({"tab": "luck"}, page="games")
    judged = data_luck.lucks(merchant(), view()).value.games
    page.run()
    (words,) = [each.value for each in page.markdown if "enough play to tell" in each.value]
    assert "Outside the 99.8 % band: **Lucky Koi 锦鲤** with 118.22\u00a0%" in words
    assert words.startswith("4 games have enough play to tell, 57 not. By luck alone 0.2 would fall outside")
    assert "0.01 outside the 99.8 % band" in words
    verdicts = [found.verdict for found in judged.values()]
    assert sum(verdict in UNJUDGED for verdict in verdicts) == 57
    assert "of 61 games), else that of its type. No theoretical RTP is configured." in said(page)
    assert "rounds of 23 Feb – 8 Mar 2026." in said(page)
    assert not any("verdict" in table.value for table in page.dataframe)
    page.session_state["luck-numbers"] = True
    page.run()
    table = next(table for table in page.dataframe if "verdict" in table.value)
    first = texts(table)[0]
    assert (first["name"], first["verdict"]) == ("Lucky Koi 锦鲤", "outside the 99.8 % band")
    assert first["rtp"] == "118.22\u00a0%"


def test_a_theoretical_rtp_comes_before_what_was_seen(open_page):
    page = open_page({"tab": "luck"}, page="games", rtp={1041: Decimal("96.5")})
    judged = data_luck.lucks(merchant(), view()).value.games
    page.run()
    assert judged[1041].expected == 0.965
    assert [game_id for game_id, found in judged.items() if found.origin is Origin.CONFIGURED] == [1041]
    assert "The RTP to expect is the theoretical one where it is configured (so for 1)" in said(page)


def test_the_sample_is_two_whole_weeks_of_single_rounds(open_page, truth):
    open_page(page="games")
    sample = data_luck.lucks(merchant(), view()).value.sample
    start, end = midnight("2026-02-23"), midnight("2026-03-09")
    assert sample.bets == len(truth.bets(start, end, CLOCK))
    rounds = truth.bets(start, end, CLOCK)
    of_one = rounds[rounds["game_id"] == 1041]
    bet, back = of_one["bet_amount"] / 1000, (of_one["bet_amount"] + of_one["gain_amount"]) / 1000
    spread, rtp = sample.own[1041], back.sum() / bet.sum()
    assert spread.rtp == pytest.approx(rtp)
    assert spread.effective == pytest.approx(bet.sum() ** 2 / (bet**2).sum())
    seen = (((back - rtp * bet) ** 2).sum() / (bet**2).sum()) ** 0.5
    assert seen < spread.sigma < 1.25 * seen, "and its part of 3 rounds at the largest multiple of the type"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_a_sample_that_is_cut_short_is_spread_over_all_days(open_page, truth, monkeypatch, zone):
    """Whole hours of UTC, each 137th after the other, until there are bets enough."""
    monkeypatch.setattr(data_luck, "_SAMPLE_BETS", 50_000)
    open_page({"compare": "none"}, page="games", timezone=zone)
    sample = data_luck.sample(merchant(), view().now).value
    start, end = midnight("2026-02-23", zone), midnight("2026-03-09", zone)
    by_hour = Counter(at // 3600 for at in truth.bets(start, end, CLOCK)["start_at"].tolist())
    hours, bets, taken = range(start // 3600, -(-end // 3600)), 0, 0
    for place in sorted(range(len(hours)), key=lambda place: place * 137 % len(hours)):
        if bets < 50_000:
            bets, taken = bets + by_hour[hours[place]], taken + 1
    assert sample.bets == bets
    assert taken < len(hours) / 2
    assert (sample.first_day, sample.last_day) == (date(2026, 2, 23), date(2026, 3, 8))
