"""A game with bets that the provider's list lacks: named wherever the games are beside the total of all."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.kit import downloads
from dashboard.provider.reading import may_differ
from tests.pages.game_truth import midnight
from tests.pages.games_page import rows, said
from tests.provider import CLOCK
from twoj_client import Reply

STAGE, ONE_GAME = "/api/all/stage/summary", "/api/games/game/stage/summary"
START, END = midnight("2026-03-14"), midnight("2026-03-15")
QUERY = {"period": "yesterday", "compare": "none"}
EARLIER = midnight("2026-02-14"), midnight("2026-02-15")
"""On the Overview: what it says of this month tells the days of it, too."""
OF_EARLIER = {"period": "2026-02-14..2026-02-14", "compare": "none"}
OWN = {"bet_count": 321, "bet_amount": 7_654_000, "gain_amount": -1_234_000}
WORDS = (
    "The provider's total of all games has more (+) or less (−) than the games of its list: bets {},"
    " bet amount {}, company gain {}."
)
MORE = WORDS.format("+321", "+7,654", "+1,234")
LESS = WORDS.format("−321", "−7,654", "−1,234")
OF_ALL = "That is of all types, not of Multiplayer alone."


@pytest.fixture
def unlisted(sandbox):
    """Have the provider count bets on Multiplayer game 2777 yesterday; `sign` −1 leaves as many out."""

    def plant(sign=1, start=START, end=END):
        told = sandbox.summary(STAGE, time_start=start, time_end=end)["data"]
        more = {name: sign * amount for name, amount in OWN.items()}
        more["company_gain_amount"] = -more["gain_amount"]
        changed = {name: amount + more[name] for name, amount in told["summary"].items()}
        (day,) = told["day_list"]
        sandbox.fault(
            STAGE,
            "answer",
            where={"time_start": start, "time_end": end},
            result={"day_list": [day | changed], "summary": changed},
        )
        players = {"user_count": 5, "win_user_count": 2, "lose_user_count": 3}
        sandbox.fault(ONE_GAME, "answer", where={"game_id": 2777}, result=OWN | players)

    return plant


@pytest.fixture
def files(monkeypatch):
    """What the files on offer say of their completeness, and their rows, by title."""
    offered = {}

    def offer(about, _columns, frame, stem, *_seen):
        offered[about.title] = (about.completeness, frame)

    monkeypatch.setattr(downloads, "offer", offer)
    return offered


def chart(page, key):
    (found,) = [each.proto for each in page.get("plotly_chart") if each.proto.id.endswith(f"-{key}")]
    return json.loads(found.spec)


def games_page(open_page, query=QUERY):
    return open_page(query, page="games", archive_url="off")


def test_the_table_of_games_names_it_without_a_game_to_go_to(open_page, unlisted, files):
    unlisted()
    page = games_page(open_page)
    row = rows(page)["Not in the list"]
    assert (row["type"], row["bet_count"], row["bet_amount_li"], row["company_gain_li"]) == (
        *("Not listed", "321"),
        *("7,654.00", "1,234.00"),
    )
    table = next(table for table in page.dataframe if "players" in table.value)
    (cell,) = [cell for cell in table.value["name"] if "Not in the list" in cell]
    assert "game_id" not in "".join(chr(ord(char) - 0xE000) for char in cell if ord(char) > 0xE000)
    assert MORE in said(page)
    told, frame = files["All games"]
    assert told == MORE
    assert frame["game_id"].isna().sum() == 1


def test_the_treemap_has_it(open_page, unlisted):
    unlisted()
    page = games_page(open_page, QUERY | {"tab": "map"})
    assert "Not in the list" in chart(page, "treemap")["data"][0]["labels"]


def test_less_than_nothing_has_no_area_and_is_said(open_page, unlisted):
    unlisted(-1)
    page = games_page(open_page)
    assert rows(page)["Not in the list"]["company_gain_li"] == "−1,234.00"
    page = games_page(open_page, QUERY | {"tab": "map"})
    assert "Not in the list" not in chart(page, "treemap")["data"][0]["labels"]
    assert f"No area is less than nothing. {LESS}" in said(page)


def test_of_one_type_it_is_said_to_be_of_all(open_page, unlisted, files):
    unlisted()
    query = QUERY | {"type": "Multiplayer"}
    page = games_page(open_page, query)
    assert "Not in the list" not in rows(page)
    assert f"{MORE} {OF_ALL}" in said(page)
    assert files["All games"][0] == f"{MORE} {OF_ALL}"


def test_the_overview_has_it_in_both_charts_and_in_its_file(open_page, unlisted, files):
    unlisted(1, *EARLIER)
    page = open_page(OF_EARLIER, archive_url="off")
    assert MORE in said(page)
    assert "Not in the list" in chart(page, "games")["layout"]["yaxis"]["ticktext"]
    types = chart(page, "types")
    assert types["layout"]["yaxis"]["ticktext"][-1] == "Not listed"
    assert types["data"][0]["x"][-1] == 7654.0
    told, frame = files["Games"]
    assert told == MORE
    assert frame["game_id"].isna().tolist()[-1]


def test_a_difference_of_gain_alone_is_a_type_too(open_page, unlisted, monkeypatch):
    monkeypatch.setitem(OWN, "bet_amount", 0)
    unlisted(1, *EARLIER)
    types = chart(open_page(OF_EARLIER, archive_url="off"), "types")
    assert (types["layout"]["yaxis"]["ticktext"][-1], types["data"][0]["x"][-1]) == ("Not listed", 0.0)


def test_while_the_period_runs_it_is_so_far(open_page, unlisted):
    unlisted(start=END, end=CLOCK)
    query = {"period": "today", "compare": "none"}
    page = games_page(open_page, query)
    assert rows(page)["Not in list so far"]["bet_count"] == "321"
    assert f"{MORE} While a period runs, a round may be in one of them and not yet in the other." in said(
        page
    )


def test_what_one_answer_says_of_a_minute_longer_is_no_game():
    """A total and its parts are held against each other where all are whole, and said up to one time."""
    start, end = (datetime.fromtimestamp(edge, UTC) for edge in (END, CLOCK))
    late = [Reply((), end + timedelta(seconds=seconds)) for seconds in (0, 7, 70)]
    assert may_differ(late, start, end)
    assert not may_differ([*late, Reply((), end - timedelta(seconds=1))], start, end)
    assert not may_differ([*late, Reply((), end, stale=True)], start, end)
    assert not may_differ([*late, Reply((), end, complete=False)], start, end)


def test_a_period_that_is_over_and_not_final_is_so_far_too(open_page, unlisted, sandbox, clock):
    """A late bet may be in one of the answers alone for two hours."""
    unlisted()
    clock[0] = END + 3600
    sandbox.set_clock(clock[0])
    assert rows(games_page(open_page))["Not in list so far"]["bet_count"] == "321"


def test_what_the_provider_changed_is_not_counted_twice(open_page, sandbox, clock):
    """The total of all games is that of the games once more."""
    games_page(open_page)
    clock[0] += 7 * 86_400
    sandbox.correct(START, END, bet_li=1000, gain_li=0)
    sandbox.set_clock(clock[0])
    query = {"period": "2026-03-14..2026-03-14", "compare": "none"}
    page = games_page(open_page, query)
    assert "bet amount +13,489" in said(page), "one more for each of the day's bets"
    assert "bet amount +26,978" not in said(page)


def test_nothing_is_named_where_all_adds_up(open_page, files):
    page = games_page(open_page)
    assert "Not in the list" not in rows(page)
    assert "more (+) or less" not in said(page)
    assert files["All games"][0] == ""
