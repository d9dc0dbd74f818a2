"""The Overview: its numbers against the world's own bets, and what it says when there are none."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1.element_tree import Metric

from archive.bets import HourSums
from archive.collector import Collector
from archive.proof import HourRead
from dashboard.core import formats
from dashboard.core.metrics import METRIC, METRICS, Totals, change
from dashboard.luck import changes
from dashboard.overview import data as overview_data
from tests.merchants import merchant
from tests.pages.clicks import card_label
from tests.provider import CLOCK
from twoj_client.errors import HttpStatus, TimedOut
from twoj_sandbox.world.games import GAMES

DAY_S = 86_400
STAGE = "/api/all/stage/summary"
NOT_ALL = (
    "Why did it move: not known now. Not all of these days is in the archive yet. It is filled from today"
    " backwards."
)
"""The archive holds 60 days here."""


def midnight(day: str, zone: str = "UTC") -> int:
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone)).timestamp())


def totals(truth, start: int, end: int) -> Totals:
    """Sum up every bet of the world in a window, one by one."""
    bets = truth.bets(start, end, CLOCK)
    gain_li = sum(bets["gain_amount"].tolist())
    return Totals(len(bets), sum(bets["bet_amount"].tolist()), gain_li, -gain_li)


def exact(totals: Totals, currency: str | None = None) -> dict[str, str]:
    return {metric.label: formats.exact(metric, metric.of(totals), currency) for metric in METRICS}


def cards(page) -> list[Metric]:
    """The six cards of the bets, without those of the bonuses."""
    labels = {metric.label for metric in METRICS}
    return [card for card in page.metric if card.label in labels]


def shown(page) -> dict[str, str]:
    """The exact value of each card, from the first line of its tooltip."""
    return {card.label: card.help.split("\n")[0].strip("*") for card in cards(page)}


def said(page) -> str:
    """Every sentence of warnings, errors and notes on the page."""
    assert not page.exception
    return "\n".join(each.value for each in (*page.error, *page.warning, *page.info))


def moved(page):
    """The page once somebody has opened why the gain moved."""
    page.session_state["why-open"] = True
    return page.run()


@pytest.mark.parametrize(
    ("query", "zone", "start", "end"),
    [
        ({}, "UTC", "2026-03-09", CLOCK),
        ({"period": "today"}, "UTC", "2026-03-15", CLOCK),
        ({"period": "yesterday"}, "UTC", "2026-03-14", "2026-03-15"),
        ({"period": "30d", "compare": "none"}, "UTC", "2026-02-14", CLOCK),
        ({"period": "90d"}, "UTC", "2025-12-16", CLOCK),
        ({"period": "2026-02-01..2026-02-10"}, "UTC", "2026-02-01", "2026-02-11"),
        ({"period": "last-month"}, "Asia/Manila", "2026-02-01", "2026-03-01"),
        # Clocks went forward in New York on 8 March 2026: a day of 23 hours.
        ({"period": "2026-03-07..2026-03-09"}, "America/New_York", "2026-03-07", "2026-03-10"),
        ({"period": "today"}, "Asia/Kolkata", "2026-03-15", CLOCK),
    ],
)
def test_the_six_cards_are_the_sums_of_the_bets(open_page, truth, query, zone, start, end):
    window = (midnight(start, zone), end if isinstance(end, int) else midnight(end, zone))
    page = open_page(query, timezone=zone)
    assert shown(page) == exact(totals(truth, *window))
    assert said(page) == ""
    if query.get("period") == "90d":
        assert said(moved(page)) == NOT_ALL


def test_a_written_day(open_page):
    """Written once, so that page and world cannot drift together."""
    page = open_page({"period": "2026-03-14..2026-03-14", "compare": "none"}, currency="PHP")
    assert shown(page) == {
        "Bet amount": "118,481.50\u00a0PHP",
        "Company gain": "241.25\u00a0PHP",
        "Hold": "0.20\u00a0%",
        "RTP": "99.80\u00a0%",
        "Bets": "13,489",
        "Average bet": "8.784\u00a0PHP",
    }
    assert [card.value for card in cards(page)][:2] == ["118K\u00a0PHP", "241.25\u00a0PHP"]


@pytest.mark.parametrize(
    ("mode", "start", "end"),
    [
        ("previous", "2026-03-02", midnight("2026-03-08") + 34_200),
        ("week", "2026-03-02", midnight("2026-03-08") + 34_200),
    ],
)
def test_an_unfinished_period_is_compared_with_the_same_elapsed_time(open_page, truth, mode, start, end):
    page = open_page({"period": "7d", "compare": mode})
    before = totals(truth, midnight(start), end)
    for card in cards(page):
        assert f"against {exact(before)[card.label]} (2–8 March 2026, until 09:30, as today)" in card.help


@pytest.mark.parametrize(
    ("query", "picked", "days", "end"),
    [
        ({"period": "today"}, "week", "8 March 2026, until 09:30, as today", midnight("2026-03-08") + 34_200),
        ({"period": "2026-03-10..2026-03-11"}, "week", "3–4 March 2026", midnight("2026-03-05")),
        ({"period": "2026-03-01..2026-03-08"}, "previous", "21–28 February 2026", midnight("2026-03-01")),
    ],
)
def test_up_to_a_week_is_compared_with_the_same_weekdays(open_page, truth, query, picked, days, end):
    page = open_page(query)
    start = {"week": midnight("2026-03-03"), "previous": midnight("2026-02-21")}[picked]
    before = totals(truth, midnight("2026-03-08") if query["period"] == "today" else start, end)
    for card in cards(page):
        assert f"against {exact(before)[card.label]} ({days})" in card.help
    assert page.selectbox(key="compare").value == picked
    assert "compare" not in page.query_params
    page.selectbox(key="compare").set_value("none").run()
    assert page.query_params["compare"] == "none"


def test_the_arrows_lead_to_the_days_before_and_back_and_not_into_the_future(open_page):
    page = open_page({"compare": "none"})
    assert page.button(key="later").disabled
    page.button(key="earlier").click().run()
    assert page.query_params == {"compare": "none", "period": "2026-03-02..2026-03-08"}
    assert page.date_input(key="days").value == (date(2026, 3, 2), date(2026, 3, 8))
    page.button(key="earlier").click().run()
    assert page.query_params["period"] == "2026-02-23..2026-03-01"
    assert page.date_input(key="days").value == (date(2026, 2, 23), date(2026, 3, 1))
    page.button(key="later").click().run()
    page.button(key="later").click().run()
    assert page.query_params == {"compare": "none"}
    assert page.selectbox(key="period").value == "7d"
    assert [each.key for each in page.date_input] == []


def test_nothing_is_compared_where_nothing_is_asked_for(open_page):
    page = open_page({"compare": "none"})
    assert {card.delta for card in page.metric if " in " not in card.label and "today" not in card.label} == {
        ""
    }


def test_a_period_without_bets_has_no_ratios(open_page):
    page = open_page({"period": "2024-01-01..2024-01-07"})
    assert [card.value for card in cards(page)] == ["0", "0", "–", "–", "0", "–"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"period": "fortnight"}, "The period must be one of"),
        (
            {"period": "2026-03-10..2026-03-01"},
            "The period ends before it starts; showing the last 7 days instead.",
        ),
        ({"period": "2026-03-10..2026-03-16"}, "The period has a day in the future; showing the last 7 days"),
        ({"compare": "lastyear"}, "The compare must be previous, week, month, year or none;"),
    ],
)
def test_a_wrong_address_is_one_sentence_and_the_default_view(open_page, truth, query, sentence):
    page = open_page(query)
    (warning,) = page.warning
    assert warning.value.startswith(sentence)
    assert shown(page) == exact(totals(truth, midnight("2026-03-09"), CLOCK))


def test_a_failing_summary_leaves_the_games_alive(open_page, sandbox):
    sandbox.fault(STAGE, "code_500")
    page = open_page()
    assert {card.value for card in page.metric} == {formats.UNKNOWN}
    assert said(page).count("not known now. The provider failed inside") == 2, "today, and the period"
    assert len(page.get("plotly_chart")) == 2


def test_why_the_gain_moved_leads_from_the_worlds_one_gain_to_the_other(open_page, truth):
    page = moved(open_page(currency="PHP"))
    (drawn,) = [each.proto for each in page.get("plotly_chart") if each.proto.id.endswith("-why")]
    (bars,) = json.loads(drawn.spec)["data"]
    before = totals(truth, midnight("2026-03-02"), midnight("2026-03-08") + 34_200)
    now = totals(truth, midnight("2026-03-09"), CLOCK)
    gains = [each.company_gain_li for each in (before, now)]
    assert [bars["customdata"][place] for place in (0, -1)] == [formats.money(li, "PHP") for li in gains]
    assert sum(bars["y"][:-1]) == pytest.approx(bars["y"][-1])
    by = formats.with_plus(formats.money_short(gains[1] - gains[0], "PHP"))
    assert any(f"Company gain moved by **{by}**" in each.value for each in page.markdown)
    assert any("Luck-adjusted gain is" in each.value for each in page.markdown)
    assert any("Without the player who moved it most" in each.value for each in page.markdown)


def test_why_the_gain_of_a_type_moved_is_of_its_games_and_its_players_alone(open_page, truth):
    query = {"period": "2026-03-12..2026-03-12", "compare": "previous", "type": "Fish", "tab": "luck"}
    page = open_page(query, page="games")
    gains, players = [], []
    for day in ("2026-03-11", "2026-03-12"):
        bets = truth.bets(midnight(day), midnight(day) + DAY_S, CLOCK)
        bets = bets[bets["game_id"] // 1000 == 4]
        gains.append(-sum(bets["gain_amount"].tolist()))
        players.append(len(set(bets["player"].tolist())))
    (drawn,) = [each.proto for each in page.get("plotly_chart") if each.proto.id.endswith("-why")]
    (bars,) = json.loads(drawn.spec)["data"]
    assert [bars["customdata"][place] for place in (0, -1)] == [formats.money(li) for li in gains]
    assert any(each.value.startswith(f"Of {players[1]} players the top") for each in page.markdown)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"compare": "year"}, "Why it moved is not known: Nothing of these days is in the archive yet."),
        (
            {"period": "2026-01-16..2026-01-20", "compare": "previous"},
            "Why it moved is not known: Not all of these days",
        ),
        ({"period": "2026-01-15..2026-01-15", "compare": "none"}, "What is luck is not known: the archive"),
    ],
)
def test_why_the_gain_moved_says_what_it_does_not_know(open_page, query, sentence):
    page = moved(open_page(query))
    assert not [each for each in page.get("plotly_chart") if each.proto.id.endswith("-why")]
    assert any(each.value.startswith(sentence) for each in page.caption)
    assert any(each.value.startswith("Of ") for each in page.markdown)
    assert said(page) == ""


def test_a_failing_comparison_leaves_the_cards_alive(open_page, sandbox, truth):
    sandbox.fault(STAGE, "http_500", where={"time_start": midnight("2026-02-03")})
    page = open_page({"period": "2026-02-10..2026-02-12"})
    assert shown(page) == exact(totals(truth, midnight("2026-02-10"), midnight("2026-02-13")))
    assert "The comparison: not known now." in said(page)


def test_the_last_good_numbers_stay_with_their_age(open_page, sandbox, clock):
    good = shown(open_page())
    sandbox.fault("*", "http_500")
    clock[0] += 1800
    sandbox.set_clock(clock[0])
    page = open_page()
    assert shown(page) == good
    assert (
        "The provider answered with HTTP status 500."
        " These are the last numbers it gave, as of 09:30 UTC (30 min ago)." in said(page)
    )


def test_a_part_that_fails_is_a_sentence_and_no_box_around_it(open_page, sandbox):
    sandbox.fault("*", "http_500")
    page = open_page(archive_url="off")
    for key in ("today", "period", "net", "games"):
        place = page.get_by_key(f"part-{key}")
        assert "error" in {each.type for each in place.children.values()}, key


def test_why_nothing_new_comes_is_said_once(open_page, sandbox, clock):
    page = open_page()
    good = shown(page)
    sandbox.fault("*", "http_500")
    clock[0] += 1800
    sandbox.set_clock(clock[0])
    collector = merchant().running(Collector)
    failure = HttpStatus(500, endpoint="/api/all/history")
    collector.state = replace(collector.state, stopped_by=failure)
    assert shown(page.run()) == good
    (line,) = [each.value for each in page.warning]
    assert line == (
        "The provider answered with HTTP status 500."
        " Bets are not complete: 15 Mar, 09:30–10:00 not read. As of 09:30 UTC."
    )
    assert page.caption[0].value.startswith("Compared with ")
    collector.state = replace(collector.state, stopped_by=TimedOut("The provider took too long."))
    assert len(page.run().warning) > 1, "parts that fail otherwise say how"
    page.query_params["period"] = "2024-01-01..2024-01-02"
    nothing = "Bets are not proven: nothing of these days is in the archive yet."
    assert page.run().warning[0].value == f"The provider took too long. {nothing}"


def test_a_game_that_fails_is_named_and_the_others_are_shown(open_page, sandbox):
    game = next(game for game in GAMES if game.game_type == "Table")
    sandbox.fault("/api/games/game/stage/summary", "code_500", where={"game_id": game.game_id})
    page = open_page(archive_url="off")
    assert f"Not included: {game.name}: The provider failed inside" in said(page)
    assert len(page.get("plotly_chart")) == 3


def test_without_an_archive_a_day_has_its_cards_and_no_hours(open_page, truth):
    page = open_page({"period": "yesterday"}, archive_url="off")
    assert shown(page) == exact(totals(truth, midnight("2026-03-14"), midnight("2026-03-15")))
    assert "Chart of the period: not known now. The archive is switched off" in said(page)


def test_a_day_that_has_just_begun_says_so(open_page, sandbox, clock):
    clock[0] = midnight("2026-03-16") + 20
    sandbox.set_clock(clock[0])
    page = open_page({"period": "today"})
    assert "Today has just begun; the first numbers come within a minute." in said(page)


def test_every_page_says_demo_data_and_as_of_with_the_zone(open_page):
    page = open_page(timezone="Asia/Manila")
    assert any("Demo data" in each.value for each in page.markdown)
    assert page.caption[0].value.endswith("as of 17:30 Asia/Manila.")
    assert page.caption[1].value.startswith("Compared with ")


@pytest.mark.parametrize("name", ["overview", "games", "bonus", "players", "bets"])
def test_what_is_as_new_as_the_line_says_no_part_says_again(open_page, name):
    line, *others = [each.value for each in open_page(page=name).caption]
    assert "as of 09:30 UTC" in line
    assert [each for each in others if "as of" in each.lower()] == []


def test_jackpots_say_how_old_the_pots_are_and_nothing_of_bets(open_page):
    captions = [each.value for each in open_page(page="jackpots").caption]
    assert captions[0] == "As of 09:30 UTC · just now"
    assert [each for each in captions if "Bets are" in each] == []


def test_what_is_final_says_so_in_the_place_of_its_age(open_page, sandbox, clock):
    """Two hours after its end by the provider's clock; part of it alone is not all of it."""
    query = {"period": "2026-03-10..2026-03-14", "compare": "none"}
    assert open_page(query, archive_url="off").caption[1].value == "As of 09:30 UTC · final"
    clock[0] += 21 * DAY_S
    sandbox.set_clock(clock[0])
    assert open_page(query, archive_url="off").caption[1].value == "As of 09:30 UTC · final", "asked again"
    assert open_page({"compare": "none"}, archive_url="off").caption[1].value == "As of 09:30 UTC · just now"
    clock[0] += 14 * 3600 + 31 * 60
    sandbox.set_clock(clock[0])
    page = open_page({"period": "yesterday", "compare": "none"}, archive_url="off")
    assert page.caption[1].value == "As of 00:01 UTC · just now"
    sandbox.fault("*", "http_500")
    clock[0] += 7 * DAY_S
    assert open_page(query, archive_url="off").caption[1].value == "As of 5 Apr 2026, 09:30 UTC · final"


def chart(page, key: str) -> list[dict]:
    """The traces of a chart on the page."""
    (found,) = [each.proto for each in page.get("plotly_chart") if each.proto.id.endswith(f"-{key}")]
    return json.loads(found.spec)["data"]


def hover(metric: str, total: Totals) -> str:
    """What a bar says of itself."""
    beside = {"bet_amount": "bets", "company_gain": "hold", "hold": "company_gain"}[metric]
    return "<br>".join(
        f"{METRIC[key].label} {formats.exact(METRIC[key], METRIC[key].of(total))}" for key in (metric, beside)
    )


@pytest.mark.parametrize(
    ("query", "metric"),
    [({}, "company_gain"), ({"chart": "bet"}, "bet_amount"), ({"chart": "hold"}, "hold")],
)
def test_each_day_of_the_chart_is_the_sum_of_its_bets(open_page, truth, query, metric):
    page = open_page({"period": "7d", **query}, timezone="Asia/Manila")
    starts = [midnight(f"2026-03-{day:02}", "Asia/Manila") for day in range(9, 17)]
    days = [totals(truth, start, min(end, CLOCK)) for start, end in pairwise(starts)]
    bars, before, *_ = chart(page, "daily")
    assert bars["customdata"] == [hover(metric, day) for day in days]
    assert bars["marker"]["pattern"]["shape"] == [""] * 6 + ["/"]
    assert len(before["y"]) == 7
    scale = {"company_gain": 1000, "bet_amount": 1000, "hold": 0.01}[metric]
    assert bars["y"] == pytest.approx([float(METRIC[metric].of(day) / scale) for day in days])


def test_a_choice_of_the_chart_is_in_the_address(open_page):
    page = open_page({"compare": "none"})
    page.get("button_group")[0].set_value("hold").run()
    assert page.query_params == {"compare": "none", "chart": "hold"}
    assert "Hold" in chart(page, "daily")[0]["customdata"][0]
    page.get("button_group")[0].set_value("gain").run()
    assert page.query_params == {"compare": "none"}


@pytest.mark.parametrize(
    ("zone", "day", "minute"),
    [("Asia/Kathmandu", "2026-03-15", 23), ("America/New_York", "2026-03-08", 0), ("UTC", "2026-03-15", 7)],
)
def test_hours_are_the_sums_of_the_bets_in_any_zone(open_page, truth, clock, zone, day, minute):
    """At :45, on the day on which clocks go forward, and in a running hour that is cut within a quarter."""
    clock[0] = CLOCK - 1800 + minute * 60
    open_page(timezone=zone)
    shown = date.fromisoformat(day)
    found = overview_data.hours(merchant(), shown, merchant().now(), shown - timedelta(days=7))
    assert not found.failures
    for row in found.value.to_dict("records"):
        runs = not row["finished"] and not pd.isna(row["bet_amount_li"])
        length_s = clock[0] - int(row["start"].timestamp()) if runs else 3600
        for prefix in ("", "before_"):
            amount, start = row[f"{prefix}bet_amount_li"], row[f"{prefix}start"]
            if pd.isna(start) or start.timestamp() >= clock[0]:  # skipped, or to come
                assert pd.isna(amount)
            else:
                start_s = int(start.timestamp())
                assert amount == totals(truth, start_s, start_s + length_s).bet_amount_li
    assert ("until" in str(found.compared)) == (minute > 0)


def test_each_hour_of_today_stands_beside_the_same_hour_of_last_week(open_page, truth):
    start, hour_s = midnight("2026-03-15"), 3600
    hours = [totals(truth, start + n * hour_s, min(start + (n + 1) * hour_s, CLOCK)) for n in range(10)]
    week_s = 7 * DAY_S
    last_week = totals(truth, start - week_s + 13 * hour_s, start - week_s + 14 * hour_s)
    page = open_page({"period": "today", "chart": "bet"})
    bets, before, *_ = chart(page, "daily")
    assert bets["customdata"][:10] == [hover("bet_amount", hour) for hour in hours]
    assert bets["customdata"][10] == "Bet amount not known"
    half = totals(truth, start - week_s + 9 * hour_s, start - week_s + 9 * hour_s + 1800)
    assert before["customdata"][9] == (
        f"8 March 2026, the hour of 09:00 until 09:30: {formats.money(half.bet_amount_li)}"
    )
    assert before["customdata"][13] == f"8 March 2026: {formats.money(last_week.bet_amount_li)}"
    page.query_params["compare"] = "none"
    assert len(chart(page.run(), "daily")) == 1
    page.query_params["compare"] = "previous"
    assert chart(page.run(), "daily")[1]["customdata"][13].startswith("14 March 2026: ")


def test_each_game_of_the_chart_is_the_sum_of_its_bets_so_far(open_page, truth):
    bars, _ = chart(open_page({"period": "today"}), "games")
    bets = truth.bets(midnight("2026-03-15"), CLOCK, CLOCK)
    for game_id, said_of_it in zip(bars["y"], bars["customdata"], strict=True):
        gain_li = -sum(bets["gain_amount"][bets["game_id"] == int(game_id)].tolist())
        assert f"<br>Company gain {formats.money(gain_li)}<br>" in said_of_it


def test_a_change_says_its_direction_and_whether_it_is_good(open_page):
    page = open_page({"period": "today", "compare": "previous"})
    by_label = {card.label: card.proto for card in cards(page)}
    gain, rtp = by_label["Company gain"], by_label["RTP"]
    assert gain.delta == "−86.0\u00a0%"
    assert (gain.direction, gain.color) == (gain.DOWN, gain.RED)
    assert (rtp.direction, rtp.color) == (rtp.UP, rtp.GRAY)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"period": "yesterday"}, "Bets are complete and proven, as of 09:30 UTC."),
        ({"period": "7d"}, "Bets are complete, proven until 07:00 UTC, as of 09:30 UTC."),
        ({"period": "90d"}, "Bets are not complete: 16 Dec 2025 – 14 Jan 2026 not read. As of 09:30 UTC."),
        (
            {"period": "2025-03-01..2025-03-02"},
            "Bets are not proven: nothing of these days is in the archive yet.",
        ),
    ],
)
def test_one_line_says_how_far_the_bets_are_proven(open_page, query, said):
    assert open_page(query).caption[0].value == said


def test_hours_that_contradict_the_providers_sums_are_counted_beside_days_that_lack(open_page):
    page = open_page({"period": "yesterday"})
    kept = merchant().archive
    (hour,) = kept.pieces(CLOCK - 86_400 - CLOCK % 3600, CLOCK - 86_400 + 1)
    told = HourRead(hour.hour_s, kept.rows(hour), hour.ours + HourSums(1, 1000, -500), True, CLOCK, True)
    kept.keep([told])
    assert page.run().caption[0].value == (
        "Bets of 1 hour differ from the provider's own sums: the Data page says why. As of 09:30 UTC."
    )
    page.query_params["period"] = "90d"
    assert page.run().caption[0].value == (
        "Bets of 1 hour differ from the provider's own sums: the Data page says why."
        " Bets are not complete: 16 Dec 2025 – 14 Jan 2026 not read. As of 09:30 UTC."
    )


def test_without_an_archive_nothing_is_said_to_be_proven(open_page):
    assert open_page(archive_url="off").caption[0].value == (
        "Bets are not proven: the archive is switched off."
    )


def so_far(page) -> dict[str, tuple[str, str, str]]:
    """The cards of today and this month: their exact values, changes, and with what they are compared."""
    labels = [card for card in page.metric if "today" in card.label or " in " in card.label]
    return {
        card_label(card): (card.help.split("\n")[0].strip("*"), card.delta, card.proto.delta_description)
        for card in labels
    }


@pytest.mark.parametrize("zone", ["UTC", "Asia/Manila", "Asia/Kathmandu"])
def test_today_and_the_month_so_far_are_the_sums_of_the_bets(open_page, truth, zone):
    """At 09:30 UTC on Sunday 15 March, whatever period is shown."""
    page = open_page({"period": "2026-02-10..2026-02-12", "compare": "none"}, timezone=zone)
    now = [totals(truth, midnight(day, zone), CLOCK) for day in ("2026-03-15", "2026-03-01")]
    before = [
        totals(truth, midnight("2026-03-08", zone), CLOCK - 7 * DAY_S),
        totals(truth, midnight("2026-02-01", zone), CLOCK - 28 * DAY_S),
    ]
    expected = {
        f"{metric.label} {when}": (
            formats.exact(metric, metric.of(sums), None),
            formats.change_short(metric, change(metric, sums, then)),
            against,
        )
        for metric in (METRIC["company_gain"], METRIC["bet_amount"])
        for when, sums, then, against in (
            ("today", now[0], before[0], "against Sun 8 Mar"),
            ("in Mar", now[1], before[1], "against Feb"),
        )
    }
    assert so_far(page) == expected


def test_today_so_far_written(open_page):
    """Written once, so that page and world cannot drift together."""
    assert [*so_far(open_page({"period": "yesterday"}, currency="PHP"))["Company gain today"]] == [
        "113.75\u00a0PHP",
        "−82.2\u00a0%",
        "against Sun 8 Mar",
    ]


def test_without_an_archive_today_is_compared_with_nothing(open_page):
    shown = so_far(open_page({"period": "yesterday"}, archive_url="off"))
    assert [change for _, change, _ in shown.values()] == [""] * 4


def test_what_of_the_gain_is_luck_and_what_changed_stand_in_a_line_each(open_page):
    page = open_page({"period": "7d"})
    said = "\n".join(each.value for each in page.caption)
    assert not page.exception
    assert "Luck-adjusted gain **" in said
    assert "standard errors." in said
    assert "effective players; without the one who moved it most, company gain **" in said
    assert "Company gain of March 2026 should end near **" in said
    assert "in 80 of 100 such months from " in said


def test_what_changed_is_said_in_five_sentences_at_most_each_with_its_way(open_page, monkeypatch):
    assert not changes_of(open_page({"period": "7d"}))  # the world's last week is one like those before
    monkeypatch.setattr(changes, "_ALPHA", 1e9)
    page = open_page({"period": "7d"})
    assert len(changes_of(page)) == 5
    assert len([each for each in page.get("page_link") if each.proto.label.startswith(("The ", "Its "))]) == 5


def changes_of(page):
    return [each.value for each in page.markdown if each.value.startswith("**") and "usual" in each.value]


def test_a_chart_is_shown_as_a_table_and_the_address_keeps_that(open_page):
    page = open_page({"period": "2026-03-08..2026-03-14", "compare": "none"})
    charts = len(page.get("plotly_chart"))
    heard = next(each.proto.body for each in page.get("html") if "heard" in each.proto.body)
    assert heard.startswith("<p class='heard'>7 points. Least: ")
    page.button(key="as-table-daily").click().run()
    assert page.query_params["as_table"] == "daily"
    assert len(page.get("plotly_chart")) == charts - 1
    (table,) = page.dataframe
    assert len(table.value) == 7
    titles = [each["label"] for name, each in json.loads(table.proto.columns).items() if name.isdecimal()]
    assert titles == ["Day, UTC", "Company gain", "Hold"]
    written = pa.ipc.open_stream(table.proto.arrow_data.styler.display_values).read_pandas()
    assert written["0"].tolist()[0] == "Sun 8 Mar 2026"
    sums = [float(each.replace(",", "").replace("−", "-")) for each in written["1"].tolist()]
    assert table.value["1"].tolist() == sums
    page.button(key="as-chart-daily").click().run()
    assert "as_table" not in page.query_params
    assert len(page.get("plotly_chart")) == charts
