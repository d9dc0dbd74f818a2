"""One game in full: its numbers against the world's own bets, and its faces when there are none."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dashboard.core import formats
from dashboard.core.metrics import METRICS
from dashboard.games import data_game
from dashboard.kit import downloads
from tests.merchants import merchant
from tests.pages.game_truth import GAME, midnight, players_of, rounds_of, texts, totals
from tests.pages.games_page import said, view
from tests.provider import CLOCK

START = midnight("2026-03-09")


@pytest.fixture(scope="module")
def cache_folder(tmp_path_factory):
    """One cache for the tests of this module; those with faults ask of days that no other asks of."""
    return tmp_path_factory.mktemp("one-game") / "cache"


def opened(open_page, game_id, query=None, **settings):
    """The page of a game."""
    return open_page({**(query or {}), "game_id": str(game_id)}, page="games", **settings)


def cards(page):
    """The exact value of each card, from the first line of its tooltip."""
    assert not page.exception
    return {card.label: card.help.split("\n")[0].strip("*") for card in page.metric}


def table(open_page, game_id, tab):
    """The rows of the table of a tab, and the page."""
    page = opened(open_page, game_id, {"game_tab": tab})
    (shown,) = page.dataframe
    return texts(shown), page


def local(epoch_s):
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize("game_id", [1041, 2011, 1099])
def test_figures_and_players_are_those_of_the_bets(open_page, truth, game_id):
    page = opened(open_page, game_id)
    bets = rounds_of(truth, game_id, START, CLOCK)
    expected = {metric.label: formats.exact(metric, metric.of(totals(bets))) for metric in METRICS}
    names = ("Players", "Winners", "Losers")
    expected |= {name: str(count) for name, count in zip(names, players_of(bets), strict=True)}
    assert cards(page) == expected
    before = rounds_of(truth, game_id, midnight("2026-03-02"), midnight("2026-03-08") + 34_200)
    bet_amount = next(card for card in page.metric if card.label == "Bet amount")
    assert f"against {formats.money(totals(before).bet_amount_li)} (2–8 March 2026" in bet_amount.help
    assert [title.value for title in page.title] == [GAME[game_id].name if game_id != 1099 else "1099"]
    assert f"{GAME[game_id].game_type} · game {game_id}" in said(page)


@pytest.mark.parametrize("game_id", [1041, 3009])
def test_rounds_are_the_latest_and_the_biggest_with_a_way_to_each_player(open_page, truth, game_id):
    shown, page = table(open_page, game_id, "rounds")
    bets = rounds_of(truth, game_id, START, CLOCK)
    assert f"{len(bets):,} rounds since 9 Mar 2026, 00:00 UTC" in said(page)
    latest = sorted(bets.tolist(), key=lambda bet: bet[0])[-15:]
    assert sorted(row["time"] for row in shown) == sorted(local(bet[0]) for bet in latest)
    assert shown[0]["time"] == max(row["time"] for row in shown)
    wins = (bets["bet_amount"] + bets["gain_amount"]).tolist()
    biggest, _ = table(open_page, game_id, "wins")
    assert [row["win_li"] for row in biggest] == [
        formats.money(win, places=_places(wins, 15)) for win in sorted(wins, reverse=True)[:15]
    ]
    players = set(bets["user_id"].tolist())
    for row in (*shown, *biggest):
        user_id = int(row["user_id"])
        assert user_id in players
        assert row["op_id"] == truth.players.op_ids[truth.players.by_user_id[user_id]]


@pytest.mark.parametrize("game_id", [1041, 3009])
def test_the_players_who_bet_the_most_on_it_are_those_of_its_bets(open_page, truth, game_id):
    shown, _ = table(open_page, game_id, "players")
    bets = rounds_of(truth, game_id, START, CLOCK)
    amounts = Counter()
    for user_id, amount in zip(bets["user_id"].tolist(), bets["bet_amount"].tolist(), strict=True):
        amounts[user_id] += amount
    first = sorted(amounts.items(), key=lambda each: (-each[1], each[0]))[:25]
    assert [int(row["user_id"]) for row in shown] == [user_id for user_id, _ in first]
    assert Decimal(shown[0]["bet_amount_li"].replace(",", "")) * 1000 == first[0][1]


@pytest.mark.parametrize(("role", "sees"), [("owner", False), ("analyst", True)])
@pytest.mark.parametrize("game_id", [1041, 3009])
def test_whose_rounds_those_are_is_sent_only_to_people_who_may_see_players(
    open_page, monkeypatch, role, sees, game_id
):
    """A hidden column is in the browser all the same; so it is not there, nor in the files."""
    offered = {}
    monkeypatch.setattr(downloads, "offer", lambda about, *_: offered.update({about.title: _[0]}))
    ann = {"sub": "ann", "email": "ann@casino.example", "exp": CLOCK + 60, "is_logged_in": True}
    named, who = (
        {"user_id", "op_id"} if sees else set(),
        {"user": ann, "roles": {role: ["ann@casino.example"]}},
    )
    for tab in ("rounds", "wins", "players"):
        page = opened(open_page, game_id, {"game_tab": tab}, **who)
        tabs = next(each for each in page.get("button_group") if "Hours" in each.options)
        assert ("Players" in tabs.options) == sees
        assert tabs.value == (tab if sees or tab != "players" else "rounds")
        if tabs.value != "players":
            (sent,) = page.dataframe
            assert {"user_id", "op_id", "player", "event_id"} & set(sent.value) == named
    (columns,) = [columns for title, columns in offered.items() if title == f"Rounds of game {game_id}"]
    assert {"user_id", "op_id"} & {column.field for column in columns} == named


def _places(wins, count):
    return 2 if any(win % 1000 for win in sorted(wins, reverse=True)[:count]) else 0


def test_a_game_without_bets_says_so(open_page):
    query = {"period": "2024-01-01..2024-01-02", "compare": "none"}
    page = opened(open_page, 2011, query)
    page.run()
    assert cards(page)["Bet amount"] == "0"
    assert cards(page)["RTP"] == "–"
    assert cards(page)["Players"] == "0"
    assert "No bets in 1–2 January 2024." in said(page)
    assert not page.dataframe


@pytest.mark.parametrize(
    ("game_id", "charts", "said"), [(1041, 1, "Luck leaves"), (1006, 0, "Not enough play")]
)
def test_an_rtp_that_cannot_be_judged_is_a_sentence_and_no_lone_dot(open_page, game_id, charts, said):
    luck = opened(open_page, game_id, {"period": "7d", "compare": "none"}).get_by_key("part-game-luck")
    assert len(luck.get("plotly_chart")) == charts
    assert said in luck.markdown[0].value


def test_players_of_more_than_sixty_days_are_not_known(open_page):
    page = open_page({"game_id": "2011", "period": "90d"}, page="games")
    assert "Players" not in cards(page)


@pytest.mark.parametrize("tab", ["rounds", "luck"])
def test_that_the_archive_is_off_is_said_once_and_the_rest_is_there(open_page, sandbox, tab):
    page = opened(open_page, 2011, {"game_tab": tab}, archive_url="off")
    off = "RTP and luck: not known now. The archive is switched off (TWOJ_ARCHIVE_URL is off)"
    assert [each.value.partition(", and")[0].replace("\\", "") for each in page.info] == [off]
    assert cards(page)["Players"] != "–"
    assert not page.get("plotly_chart")
    assert not page.get("button_group")
    assert "Players" not in cards(opened(open_page, 1041, archive_url="off"))
    assert not sandbox.calls("/api/all/history")


def test_a_game_that_the_provider_does_not_know_is_one_sentence(open_page):
    page = open_page({"game_id": "4999", "period": "yesterday"}, page="games")
    assert [title.value for title in page.title] == ["4999"]
    assert "There is no game 4999: the provider does not list it" in said(page)


def test_a_name_with_markup_is_shown_as_it_is(open_page, sandbox, clock):
    clock[0] += 7200  # the list of games is too old now
    sandbox.set_clock(clock[0])
    name = "**b** <i>x</i> :red[y] $1$ [a](b)"
    games = [{"game_id": 1006, "game_name": name, "game_type": "Slots"}]
    sandbox.fault("/api/all/list", "answer", result=games)
    page = open_page({"game_id": "1006", "period": "yesterday"}, page="games")
    assert page.title[0].value == r"\*\*b\*\* \<i\>x\</i\> \:red\[y\] \$1\$ \[a\](b)"


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("UTC", "2026-01-20", "2026-03-14"),
        ("Asia/Kathmandu", "2026-03-01", "2026-03-14"),
        ("America/New_York", "2026-03-06", "2026-03-10"),
    ],
)
def test_hours_of_play_are_those_of_the_rounds_of_any_period(open_page, truth, zone, first, last):
    opened(open_page, 2011, {"period": f"{first}..{last}"}, timezone=zone)
    shown = view({"period": f"{first}..{last}"})
    found = data_game.game_hours(merchant(), 2011, shown.start, shown.end).value
    bets = rounds_of(truth, 2011, int(shown.start.timestamp()), int(shown.end.timestamp()))
    expected = Counter()
    for start_s, bet_li in zip(bets["start_at"].tolist(), bets["bet_amount"].tolist(), strict=True):
        local = datetime.fromtimestamp(start_s, ZoneInfo(zone))
        expected[local.weekday(), local.hour] += bet_li
    rows = found.hours[["weekday", "hour", "bet_amount_li"]].itertuples(index=False)
    assert {(day, hour): bet_li for day, hour, bet_li in rows if bet_li} == expected
    assert found.count == len(bets) == found.hours["bet_count"].sum()
    assert found.hours["gain_li"].sum() == sum(bets["gain_amount"].tolist())
    latest = data_game.latest_rounds(merchant(), 2011, shown.start, shown.end).value
    assert latest["start_at"].tolist() == sorted(bets["start_at"].tolist(), reverse=True)[:10_000]


@pytest.mark.parametrize("game_id", [999999, 1998, 2778, 2**63 - 1])
def test_a_game_that_nobody_knows_is_one_sentence(open_page, game_id):
    page = open_page({"game_id": str(game_id), "period": "yesterday", "compare": "none"}, page="games")
    there_is_none = (
        f"There is no game {game_id}: the provider does not list it, and has no bets on it on 14 March 2026."
    )
    proven = "Bets are complete and proven, as of 09:30 UTC."
    assert said(page).split("\n") == [there_is_none, proven]
    assert not page.metric
    assert "All games" in [button.label for button in page.button]


@pytest.mark.parametrize("game_id", [1041, 2011])
def test_a_game_with_bets_is_shown_though_the_list_lacks_it(open_page, sandbox, tmp_path, game_id):
    listed = sandbox.summary("/api/all/list")["data"]
    fewer = [game for game in listed if game["game_id"] != game_id]
    sandbox.fault("/api/all/list", "answer", result=fewer)
    page = opened(open_page, game_id, {"period": "yesterday"}, cache_url=str(tmp_path / "other"))
    assert "There is no game" not in said(page)
    assert cards(page)["Bets"] != "0"
