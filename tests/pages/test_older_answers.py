"""Words beside numbers: until when, which days, compared with what. They are those of the answer on show."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.core import formats
from dashboard.kit import downloads
from dashboard.overview import data as overview_data
from tests.merchants import merchant
from tests.pages.games_page import said as told
from tests.pages.player_truth import CLOCK, midnight, read, rounds_of, sums
from twoj_sandbox import GRINDER

ONE_GAME, STAGE = "/api/games/game/stage/summary", "/api/all/stage/summary"
TODAY = "2026-03-15 to 2026-03-15, until 09:30 (+00:00)"
RUNNING = "the hour of 09:00 until 09:30"
WEEK = "2026-03-09 to 2026-03-15, until 09:30 (+00:00)"


@pytest.fixture
def files(monkeypatch):
    """What the files on offer say: period, comparison and name, by title."""
    offered = {}

    def offer(about, _columns, frame, stem, *_seen):
        assert about.rows == str(len(frame))
        offered[about.title] = (about.period, about.comparison, stem)

    monkeypatch.setattr(downloads, "offer", offer)
    return offered


@pytest.fixture
def later(sandbox, clock):
    """Move both clocks."""

    def move(epoch_s):
        clock[0] = epoch_s
        sandbox.set_clock(epoch_s)

    return move


def test_files_of_the_overview_say_what_is_in_them(open_page, files):
    page = open_page()
    assert files == {
        "Days": (WEEK, "2–8 March 2026, until 09:30, as today", "days-2026-03-09-2026-03-15"),
        "Games": (WEEK, "", "games-2026-03-09-2026-03-15"),
    }
    files.clear()
    page.query_params["period"] = "today"
    page.run()
    assert files == {
        "Hours": (TODAY, f"8 March 2026, {RUNNING}", "hours-2026-03-15-2026-03-15"),
        "Games": (TODAY, "", "games-2026-03-15-2026-03-15"),
    }


def test_files_without_a_comparison_name_none(open_page, files):
    compared = {"compare": "week"}
    for tab in ("sessions", "rounds", "games"):
        read(open_page({"op_id": "grinder", "period": "today", "tab": tab, **compared}, "players"))
    open_page({"period": "today", "tab": "period", **compared}, "bets")
    open_page({"period": "7d", **compared}, "bonus")
    titles = {
        "All rounds",
        "Sessions",
        "Rounds",
        "Games of a player",
        "Newest bets",
        "Biggest wins",
        "Bonuses by day",
    }
    assert titles <= set(files)
    assert {comparison for _, comparison, _ in files.values()} == {""}
    assert {files[title][0] for title in titles - {"Bonuses by day"}} == {TODAY}
    assert files["Rounds"][2] == "rounds-grinder-2026-03-15-2026-03-15"


def test_the_table_of_games_says_how_far_the_archive_has_been_read(open_page, later, files):
    later(CLOCK + 3 * 3600)
    page = open_page({"period": "today", "compare": "previous"}, page="games")
    assert "Compared with 14 March 2026, until 09:30, as today" in told(page)
    assert "Bets are not complete: 15 Mar, 09:30–12:30 not read." in told(page)
    assert files["All games"] == (
        *(TODAY, "14 March 2026, until 09:30, as today"),
        "all-games-incomplete-2026-03-15-2026-03-15",
    )


def test_where_the_provider_is_away_the_comparison_ends_where_the_last_numbers_do(
    open_page, sandbox, later, files
):
    query = {"period": "2026-03-14..2026-03-15", "compare": "previous"}
    open_page(query)
    later(CLOCK + 3 * 3600)
    sandbox.fault(STAGE, "http_500")
    page = open_page(query)
    assert "They are compared with 12–13 March 2026, until 09:30, as today." in told(page)
    assert files["Days"][:2] == (
        TODAY.replace("2026-03-15", "2026-03-14", 1),
        "12–13 March 2026, until 09:30, as today",
    )


def test_a_day_that_is_over_has_its_last_minutes(open_page, later, truth):
    """What was read of it while it ran is not the day."""
    start = midnight("2026-03-15", "Pacific/Pitcairn")
    later(start - 600)
    page = read(open_page({"op_id": "grinder", "period": "today"}, "players", timezone="Pacific/Pitcairn"))
    later(start + 120)
    page.query_params["period"] = "yesterday"
    bets = rounds_of(truth, GRINDER, "2026-03-14", "2026-03-15", "Pacific/Pitcairn")
    assert sum(bets["start_at"] >= start - 600) > 0
    found = sums(read(page.run()))
    assert found["Bets"] == formats.count(len(bets))


def test_a_day_that_is_over_is_not_called_today_by_numbers_from_before_its_end(
    open_page, sandbox, later, files
):
    midnight_s = midnight("2026-03-16")
    later(midnight_s - 600)
    query = {"period": "2026-03-14..2026-03-15", "compare": "previous"}
    open_page(query)
    later(midnight_s + 1200)
    sandbox.fault(STAGE, "http_500")
    page = open_page(query)
    assert "They are compared with 12–13 March 2026, until 23:50, as these numbers." in told(page)
    assert files["Days"][1] == "12–13 March 2026, until 23:50, as these numbers"


def test_the_running_hour_stands_beside_as_many_minutes(open_page, sandbox, files):
    """At 09:30 half an hour has run: beside it stands half an hour of last week, and the words say so."""
    open_page({"period": "today"})
    now = datetime.fromtimestamp(CLOCK, UTC)
    before_day = now.date() - timedelta(days=7)
    known = overview_data.hours(merchant(), now.date(), now, before_day)
    start = (now - timedelta(days=7)).replace(minute=0, second=0, microsecond=0)
    half = merchant().twoj.all.stage_summary(start=start, end=now - timedelta(days=7)).data.summary
    whole = merchant().twoj.all.stage_summary(start=start, end=start + timedelta(hours=1)).data.summary
    place = known.value["hour"].tolist().index(f"{now:%H}:00")
    assert half.bet_count < whole.bet_count
    assert known.value["before_bet_count"].iloc[place] == half.bet_count
    assert known.compared == f"8 March 2026, {RUNNING}"
    assert files["Hours"][1] == known.compared


def test_where_the_archive_stopped_the_running_hour_stands_beside_as_many_minutes_as_it_has(
    open_page, later, files
):
    """At 09:50 nothing is read since 09:30: half an hour stands beside half an hour."""
    later(CLOCK + 1200)
    open_page({"period": "today"})
    now = datetime.fromtimestamp(CLOCK + 1200, UTC)
    start, half = now - timedelta(days=7, minutes=50), now - timedelta(days=7, minutes=20)
    known = overview_data.hours(merchant(), now.date(), now, (now - timedelta(days=7)).date())
    assert known.window[1] == datetime.fromtimestamp(CLOCK, UTC)
    asked = merchant().twoj.all.stage_summary
    place = known.value["hour"].tolist().index("09:00")
    expected = asked(start=start, end=half).data.summary.bet_count
    assert expected < asked(start=start, end=half + timedelta(minutes=20)).data.summary.bet_count
    assert known.value["before_bet_count"].iloc[place] == expected
    assert known.compared == f"8 March 2026, {RUNNING}"
    assert files["Hours"][:2] == (TODAY, known.compared)


def test_where_the_archive_stopped_an_hour_ago_the_running_hour_and_the_one_before_are_not_known(
    open_page, later
):
    later(CLOCK + 2700)
    open_page()
    now = datetime.fromtimestamp(CLOCK + 2700, UTC)
    known = overview_data.hours(merchant(), now.date(), now, (now - timedelta(days=7)).date())
    assert known.value["bet_count"].isna().tolist()[8:11] == [False, True, True]
    assert known.compared == "8 March 2026"
    assert [str(each) for each in known.failures] == ["15 Mar, 09:30–10:15 (not in the archive)."]
