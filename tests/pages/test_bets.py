"""The Bets page: its numbers against the bets of the world, its filters, and what it says of failures."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from archive.archive import Archive
from archive.bets import sums
from archive.collector import Collector
from archive.proof import HourRead
from archive.store import Folder
from dashboard.bets import data
from dashboard.bets.sums import minutes_a_step
from dashboard.core import formats
from dashboard.core.metrics import METRICS, Totals
from tests.archived import table_of
from tests.merchants import merchant
from tests.pages.game_truth import leads_to, shown_text
from tests.parts import new_ledger
from tests.provider import CLOCK
from twoj_client.errors import TimedOut
from twoj_sandbox import BURST, MCH_ID
from twoj_sandbox.rows import event_ids
from twoj_sandbox.world.games import GAMES


def midnight(day: str, zone: str = "UTC") -> int:
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone)).timestamp())


YESTERDAY = (midnight("2026-03-14"), midnight("2026-03-15"))


def kept(truth, start, end, keep=lambda _: True):
    """The bets of a window that `keep` keeps, one by one."""
    return [bet for bet in truth.bets(start, end, CLOCK) if keep(bet)]


def exact(bets) -> dict[str, str]:
    gain = sum(int(bet["gain_amount"]) for bet in bets)
    totals = Totals(len(bets), sum(int(bet["bet_amount"]) for bet in bets), gain, -gain)
    return {metric.label: formats.exact(metric, metric.of(totals)) for metric in METRICS}


def shown(page) -> dict[str, str]:
    return {card.label: card.help.split("\n")[0].strip("*") for card in page.metric}


def said(page) -> str:
    assert not page.exception
    return "\n".join(each.value for each in (*page.error, *page.warning, *page.info))


def figure(page, number: int) -> dict:
    return json.loads(page.get("plotly_chart")[number].proto.spec)


def opened(open_page, query, **settings):
    return open_page(query, "bets", **settings)


def table(page, field: str):
    """The table that has this column."""
    return next(table.value for table in page.dataframe if field in table.value)


def lists(page):
    """The tables of single bets: the last minutes, and, in the other tab, the newest of the period."""
    found = []
    for tab in ("live", "period"):
        page.query_params["tab"] = tab
        page.run()
        found += [table.value for table in page.dataframe if "credit_li" in table.value]
    return found


def leads(cell: str) -> dict[str, str]:
    """The address parameters that a link in a table adds to those of its page."""
    return dict(parse_qsl(urlsplit(leads_to(cell)).query))


def ids(truth, start, end) -> list[str]:
    """The event ids of the bets of a window, oldest first."""
    return event_ids(truth.bets(start, end, CLOCK))


def game_type(bet) -> str:
    return GAMES[bet["game"]].game_type


@pytest.mark.parametrize(
    ("query", "zone", "start", "end", "keep"),
    [
        ({"period": "yesterday"}, "UTC", *YESTERDAY, lambda _: True),
        ({"period": "today"}, "Asia/Kolkata", midnight("2026-03-15", "Asia/Kolkata"), CLOCK, lambda _: True),
        (
            {"period": "yesterday", "type": "Fish,Table"},
            "UTC",
            *YESTERDAY,
            lambda bet: game_type(bet) in ("Fish", "Table"),
        ),
        (
            {"period": "yesterday", "game_id": "1041,2011"},
            "UTC",
            *YESTERDAY,
            lambda bet: bet["game_id"] in (1041, 2011),
        ),
        (
            {"period": "yesterday", "game_id": "1999"},
            "UTC",
            *YESTERDAY,
            lambda _: False,
        ),
        (
            {"period": "2026-03-09..2026-03-10", "type": "Slots"},
            "Asia/Kathmandu",
            midnight("2026-03-09", "Asia/Kathmandu"),
            midnight("2026-03-11", "Asia/Kathmandu"),
            lambda bet: game_type(bet) == "Slots",
        ),
        (
            {"period": "2026-03-05..2026-03-11"},
            "Asia/Kathmandu",
            midnight("2026-03-05", "Asia/Kathmandu"),
            midnight("2026-03-12", "Asia/Kathmandu"),
            lambda _: True,
        ),
        (
            {"period": "2026-02-20..2026-03-11"},
            "America/New_York",
            midnight("2026-02-20", "America/New_York"),
            midnight("2026-03-12", "America/New_York"),
            lambda _: True,
        ),
    ],
    ids=[
        "yesterday",
        "today in Kolkata",
        "two types",
        "two games",
        "no bets",
        "two days, off the quarters of UTC's hours",
        "a week of ten minutes, off those of UTC",
        "weeks over a change of clocks, by the half hour",
    ],
)
def test_figures_steps_and_sizes_are_those_of_the_bets(open_page, truth, query, zone, start, end, keep):
    bets = kept(truth, start, end, keep)
    page = opened(open_page, query, timezone=zone)
    assert shown(page) == exact(bets)
    if not bets:
        assert said(page).startswith("No bets on 14 March 2026.")
        return
    assert said(page) == ""
    steps, step_s = figure(page, 0)["data"][0]["y"], minutes_a_step(start, end) * 60
    counts = Counter((int(bet["start_at"]) - start) // step_s for bet in bets)
    assert {n: count for n, count in enumerate(steps) if count} == dict(counts)
    assert len(steps) == -(-(end - start) // step_s)
    players = len({int(bet["user_id"]) for bet in bets})
    assert any(each.value.startswith(f"{players:,} different players. ") for each in page.caption)
    assert sum(figure(page, 1)["data"][0]["y"]) == sum(bool(bet["bet_amount"]) for bet in bets)
    assert sum(figure(page, 2)["data"][0]["y"]) == sum(
        bet["bet_amount"] + bet["gain_amount"] > 0 for bet in bets
    )


def test_the_busy_minute_of_the_burst_is_named(open_page, truth):
    page = opened(open_page, {"period": "2026-02-20..2026-02-20"})
    start = midnight("2026-02-20")
    bets = kept(truth, start, start + 86_400)
    minutes = Counter(int(bet["start_at"]) // 60 for bet in bets)
    minute, count = minutes.most_common(1)[0]
    second = Counter(int(bet["start_at"]) for bet in bets if bet["user_id"] == BURST.user_id)
    assert second.most_common(1)[0][1] >= 640
    words = f"The busiest minute: {count:,} bets, 20 February 2026, 12:01."
    assert minute == (start + 12 * 3600 + 60) // 60
    assert any(words in each.value for each in page.caption)


def test_players_and_wins_are_those_of_the_bets(open_page, truth):
    page = opened(open_page, {"period": "yesterday"})
    bets = kept(truth, *YESTERDAY)
    stakes = Counter()
    for bet in bets:
        stakes[int(bet["user_id"])] += int(bet["bet_amount"])
    top = sorted(stakes, key=lambda user: (-stakes[user], user))[:15]
    players = table(page, "biggest_win_li")
    assert [leads(cell)["user_id"] for cell in players["player"]] == [str(user) for user in top]
    wins = sorted((int(bet["bet_amount"] + bet["gain_amount"]) for bet in bets), reverse=True)[:15]
    shown = table(page, "times")
    assert [int(win * 1000) for win in shown["win_li"]] == wins
    by_id = dict(zip(ids(truth, *YESTERDAY), bets, strict=True))
    for row in shown.to_dict("records"):
        bet = by_id[leads(row["start"])["round"]]
        assert leads(row["player"]) == {"user_id": str(bet["user_id"])}
        assert leads(row["game"]) == {"game_id": str(bet["game_id"])}


def test_the_last_minutes_and_the_newest_bets_come_newest_first(open_page, truth):
    page = opened(open_page, {"period": "yesterday"})
    tail, newest = lists(page)
    expected = ids(truth, CLOCK - 600, CLOCK)[::-1]
    assert [leads(cell)["round"] for cell in tail["start"]] == expected
    rows = kept(truth, *YESTERDAY)[:-1001:-1]
    assert [leads(cell)["round"] for cell in newest["start"]] == ids(truth, *YESTERDAY)[:-1001:-1]
    assert [shown_text(cell) for cell in newest["start"]] == [
        f"{datetime.fromtimestamp(int(bet['start_at']), ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}" for bet in rows
    ]
    assert any("the newest 1,000 of 13,489 bets" in each.value for each in page.subheader)
    page.query_params["tab"] = "live"
    page.run()
    assert any(each.value == f"The last 10 minutes: {len(expected)} bets" for each in page.subheader)


def test_every_table_of_bets_leads_on_by_links_alone(open_page):
    page = opened(open_page, {"period": "yesterday", "type": "Fish"})
    bets = [table.proto for table in page.dataframe]
    assert len(bets) == 3
    assert [list(each.selection_mode) for each in bets] == [[], [], []]
    (row, *_) = lists(page)[1].to_dict("records")
    assert leads(row["start"]).keys() == {"round"}
    assert leads(row["user_id"]).keys() == {"user_id"}
    assert leads(row["game"]).keys() == {"game_id"}


@pytest.mark.parametrize("place", [-40, 3], ids=["among the newest", "in no table"])
def test_the_bet_of_the_address_is_shown_beside_the_tables_with_its_ways_on(open_page, truth, place):
    bet, event_id = kept(truth, *YESTERDAY)[place], ids(truth, *YESTERDAY)[place]
    page = opened(open_page, {"period": "yesterday", "round": event_id})
    (facts,) = [table.value for table in page.dataframe if "The bet" in table.value]
    assert dict(facts.itertuples(index=False))["Event id"] == event_id
    assert dict(facts.itertuples(index=False))["Bet"] == formats.money(int(bet["bet_amount"]))
    links = [each.proto.query_string for each in page.get("page_link")]
    own_day = f"user_id={bet['user_id']}&period=2026-03-14..2026-03-14&round={event_id}"
    assert any(dict(parse_qsl(link)) == dict(parse_qsl(own_day)) for link in links)
    assert any(f"game_id={bet['game_id']}" in link for link in links)


def test_a_bet_that_is_not_of_the_period_is_one_sentence(open_page):
    page = opened(open_page, {"period": "yesterday", "round": "*nobody*"})
    assert r"There is no bet “\*nobody\*” on 14 March 2026. Another period may have it." in said(page)


@pytest.fixture
def without_an_hour(tmp_path, truth) -> int:
    """Have the pages find an archive of yesterday and today that lacks an hour; it is returned."""
    gap_s = YESTERDAY[0] + 5 * 3600
    with new_ledger(tmp_path / "ledger", MCH_ID) as ledger:
        archive = Archive(ledger, Folder(tmp_path / "filled"), lambda: CLOCK)
        for hour_s in range(YESTERDAY[0], CLOCK, 3600):
            if hour_s != gap_s:
                table = table_of(truth, hour_s, min(hour_s + 3600, CLOCK))
                archive.keep([HourRead(hour_s, table, sums(table), True, CLOCK, True)])
    return gap_s


def test_an_hour_that_the_archive_lacks_is_a_gap_with_a_name(without_an_hour, open_page, truth):
    start = without_an_hour
    page = opened(open_page, {"period": "yesterday"})
    others = kept(truth, *YESTERDAY, lambda bet: not start <= bet["start_at"] < start + 3600)
    assert shown(page) == exact(others)
    assert page.caption[0].value.startswith("Bets are not complete: 14 Mar, 05:00–06:00 not read.")
    steps = figure(page, 0)["data"][0]["y"]
    assert [n for n, count in enumerate(steps) if count is None] == list(range(300, 360))


def test_no_bets_in_what_is_there_of_a_period_are_not_known(without_an_hour, open_page):
    page = opened(open_page, {"period": "yesterday", "game_id": "1999"})
    assert {card.value for card in page.metric} == {formats.UNKNOWN}
    assert "No bets" not in said(page)


def test_the_last_good_numbers_stay_with_their_age(open_page, clock, truth):
    page = opened(open_page, {"period": "today"})
    good = shown(page)
    collector = merchant().running(Collector)
    collector.state = replace(collector.state, stopped_by=TimedOut("The provider took too long."))
    clock[0] += 1200
    page.run()
    assert [each.value for each in page.warning] == [
        "The provider took too long. Bets are not complete: 15 Mar, 09:30–09:50 not read. As of 09:30 UTC."
    ]
    assert not any("ago" in each.value for each in page.caption)
    assert shown(page) == good
    last = len(kept(truth, CLOCK - 600, CLOCK))
    assert f"The 10 minutes before 09:30 UTC: {last} bets" in [each.value for each in page.subheader]


def test_the_page_asks_the_provider_for_the_list_of_games_alone(open_page, sandbox, clock):
    page = opened(open_page, {"period": "7d"})
    clock[0] += 60
    page.run()
    assert {call["path"] for call in sandbox.calls()} == {"/api/all/list"}


def test_a_provider_that_fails_takes_no_number_away(open_page, sandbox, truth):
    sandbox.fault("*", "http_500")
    page = opened(open_page, {"period": "yesterday"})
    assert shown(page) == exact(kept(truth, *YESTERDAY))
    assert len(page.get("plotly_chart")) == 3
    for name in ("The last minutes", "Biggest wins"):
        assert f"{name}: not known now. The provider" in said(page)  # names of games
    page.query_params["tab"] = "period"
    assert "Bets of the period: not known now. The provider" in said(page.run())


def test_without_an_archive_the_page_says_so_once(open_page):
    page = opened(open_page, {"period": "yesterday"}, archive_url="off")
    assert {card.value for card in page.metric} == {formats.UNKNOWN}
    assert said(page).count("The archive is switched off") == 2  # of the period, and of the last minutes
    assert not page.get("plotly_chart")


def test_days_before_the_archive_begins_are_not_zeros(open_page):
    page = opened(open_page, {"period": "2024-01-01..2024-01-01"})
    assert {card.value for card in page.metric} == {formats.UNKNOWN}
    assert said(page).count("Nothing of these days is in the archive yet.") == 1


def test_the_biggest_wins_of_weeks_are_found_over_all_days(open_page, truth):
    page = opened(open_page, {"period": "2026-02-20..2026-03-11"}, timezone="Asia/Kolkata")
    start, end = midnight("2026-02-20", "Asia/Kolkata"), midnight("2026-03-12", "Asia/Kolkata")
    bets = zip(ids(truth, start, end), kept(truth, start, end), strict=True)
    won = [(-int(bet["bet_amount"] + bet["gain_amount"]), -int(bet["start_at"]), each) for each, bet in bets]
    shown = table(page, "times")
    assert [leads(cell)["round"] for cell in shown["start"]] == [each for *_, each in sorted(won)[:15]]


@pytest.mark.parametrize(("label", "sign"), [("Won most", -1), ("Lost most", 1)])
def test_players_are_ranked_by_what_they_won_or_lost(open_page, truth, label, sign):
    page = opened(open_page, {"period": "yesterday"})
    page.get("button_group")[-1].set_value(label.split()[0].lower()).run()
    gains = Counter()
    for bet in kept(truth, *YESTERDAY):
        gains[int(bet["user_id"])] += int(bet["gain_amount"])
    top = sorted(
        (user for user in gains if gains[user] * sign < 0), key=lambda user: (gains[user] * sign, user)
    )
    players = table(page, "biggest_win_li")
    assert [leads(cell)["user_id"] for cell in players["player"]] == [str(user) for user in top[:15]]


def test_the_files_of_the_period_are_links_to_these_days_and_filters(open_page, truth):
    page = opened(open_page, {"period": "yesterday", "type": "Fish", "game_id": "4001,4002"})
    links = [each.proto.url for each in page.get("link_button")]
    of = "period=2026-03-14..2026-03-14&type=Fish&game_id=4001,4002"
    names = ("bets.parquet", "bets.csv", "bets-about.txt")
    assert links == [f"exports/{MCH_ID}/{name}?{of}" for name in names]
    bets = kept(truth, *YESTERDAY, lambda bet: bet["game_id"] in (4001, 4002))
    assert any(f"All {len(bets):,} bets of **14 March 2026**" in each.value for each in page.markdown)


@pytest.mark.parametrize("tab", ["live", "period"])
def test_what_the_page_and_its_files_lack_is_said_once_above_them(without_an_hour, open_page, tab):
    page = opened(open_page, {"period": "yesterday", "tab": tab})
    assert ["05:00–06:00" in each.value for each in page.warning] == [True]
    assert ["05:00–06:00" in each.value for each in page.caption].count(True) == 1
    assert "05:00–06:00" in page.get_by_key("part-proof").caption[0].value
    assert len(page.get_by_key("part-bet-exports").get("link_button")) == 3


def test_a_wrong_filter_is_one_sentence_and_all_bets(open_page, truth):
    page = opened(open_page, {"period": "yesterday", "type": "Bingo"})
    assert "The type must be among" in said(page)
    assert shown(page) == exact(kept(truth, *YESTERDAY))


def test_what_is_made_of_the_same_answers_is_made_once(open_page, monkeypatch):
    made = []

    def counted(name):
        make = getattr(data, name)

        def counting(*of):
            made.append(name)
            return make(*of)

        return counting

    for name in ("bets_frame", "wins_frame", "players_frame", "by_step", "sizes_frame"):
        monkeypatch.setattr(data, name, counted(name))
    page = open_page(page="bets")
    first = sorted(made)
    assert set(first) == {"bets_frame", "wins_frame", "players_frame", "by_step", "sizes_frame"}
    assert not page.run().exception
    assert sorted(made) == first
