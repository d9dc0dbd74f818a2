"""The Players page: its numbers against the world's own rounds, one by one."""

from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.core.markdown import escaped
from dashboard.kit import table as kit_table
from tests.pages.conftest import MAIN
from tests.pages.game_truth import leads_to, shown_text
from tests.pages.player_truth import (
    CLOCK,
    GAMES,
    ROUNDS,
    SESSIONS,
    cards,
    head,
    plain,
    read,
    rounds_of,
    said,
    sums,
    table,
)
from twoj_sandbox import BURST, GRINDER, NAMELESS, PRANKSTER, UNICODE, WHALE


@pytest.fixture
def players(open_page):
    """Open the Players page at a query, and wait for the rounds."""
    return lambda query, **settings: read(open_page(query, "players", **settings))


@pytest.mark.parametrize(
    ("query", "character", "zone", "start", "end"),
    [
        ({"op_id": "whale"}, WHALE, "UTC", "2026-03-09", CLOCK),
        ({"op_id": "whale", "period": "60d"}, WHALE, "UTC", "2026-01-15", CLOCK),
        (
            {"user_id": str(WHALE.user_id), "period": "2026-02-17..2026-02-17"},
            *(WHALE, "UTC", "2026-02-17", "2026-02-18"),
        ),
        ({"op_id": UNICODE.op_id, "period": "30d"}, UNICODE, "Asia/Manila", "2026-02-14", CLOCK),
        ({"op_id": UNICODE.op_id, "user_id": str(UNICODE.user_id)}, UNICODE, "UTC", "2026-03-09", CLOCK),
        ({"op_id": "grinder", "period": "60d"}, GRINDER, "UTC", "2026-01-15", CLOCK),
        # Clocks went forward in New York on 8 March 2026: a day of 23 hours.
        (
            {"op_id": "grinder", "period": "2026-03-07..2026-03-08"},
            *(GRINDER, "America/New_York", "2026-03-07", "2026-03-09"),
        ),
        ({"op_id": "grinder", "period": "today"}, GRINDER, "Asia/Kolkata", "2026-03-15", CLOCK),
        ({"op_id": PRANKSTER.op_id, "period": "90d"}, PRANKSTER, "UTC", "2025-12-16", CLOCK),
        ({"op_id": "burst"}, BURST, "UTC", "2026-03-09", CLOCK),
    ],
)
def test_the_head_is_the_sum_of_the_rounds(players, truth, query, character, zone, start, end):
    app = players(query, timezone=zone)
    assert sums(app) == head(rounds_of(truth, character, start, end, zone))
    assert said(app) == ""


def test_a_written_week(players):
    """Written once, so that page and world cannot drift together."""
    app = players({"op_id": UNICODE.op_id, "period": "2026-03-02..2026-03-08"}, currency="PHP")
    assert cards(app) == {
        "Bets": "480",
        "Bet amount": "14,000\u00a0PHP",
        "Net result": "−2,655\u00a0PHP",
        "RTP": "81.04\u00a0%",
        "Biggest win": "500\u00a0PHP",
        "Balance now": "0\u00a0PHP",
        "First round": "2 Mar 2026, 05:28:29 UTC",
        "Last round": "8 Mar 2026, 23:25:25 UTC",
    }
    assert plain(app)[0] == f"op_id {UNICODE.op_id} · user_id {UNICODE.user_id} · plays in $"


def test_a_player_without_an_op_id_is_found_and_has_no_wallet(players, truth):
    app = players({"user_id": str(NAMELESS.user_id), "period": "60d"})
    assert sums(app) == head(rounds_of(truth, NAMELESS, "2026-01-15", CLOCK))
    assert cards(app)["Balance now"] == "Not known"
    reason = "the wallet knows players by the op\\_id only, and this player's is not known."
    assert said(app) == f"Not known: Transfers: {reason}"
    assert plain(app)[0] == f"user_id {NAMELESS.user_id} · plays in $"


def test_first_and_last_round_are_local_times(players, truth):
    bets = rounds_of(truth, WHALE, "2026-03-09", CLOCK, "Asia/Manila")
    app = players({"op_id": "whale"}, timezone="Asia/Manila")
    for label, start_at in (("First round", bets["start_at"].min()), ("Last round", bets["start_at"].max())):
        local = datetime.fromtimestamp(int(start_at), ZoneInfo("Asia/Manila"))
        assert cards(app)[label] == f"{local.day} {local:%b %Y, %H:%M:%S} Asia/Manila"


def test_the_balance_is_the_wallets(players, sandbox):
    sandbox.open("/open2j/w/transfer/deposit", op_id="quiet", amount=2**49 + 1, trans_no="balance-1")
    app = players({"op_id": "quiet"})
    assert cards(app)["Balance now"] == "562,949,953,421.313"


def test_a_player_without_bets(players):
    app = players({"op_id": "quiet", "period": "30d"})
    assert said(app) == "This player has no bets in 14 Feb – 15 Mar 2026. A longer period may have some."
    assert sums(app) == {"Bets": "0", "Bet amount": "0", "Net result": "0", "RTP": "–", "Biggest win": "–"}
    assert (cards(app)["First round"], cards(app)["Balance now"]) == ("Not known", "0")
    assert not app.get("plotly_chart")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"user_id": "whale"}, "a whole number above 0 such as 101100000000; it is left out."),
        ({"op_id": "nobody"}, "The provider knows no player with op\\_id “nobody”."),
        ({"user_id": "5"}, "The provider knows no player with user\\_id 5."),
        (
            {"op_id": "nobody", "user_id": str(WHALE.user_id)},
            "The provider knows no player with op\\_id “nobody”.",
        ),
        (
            {"op_id": "whale", "user_id": str(GRINDER.user_id)},
            f"The op\\_id “whale” and user\\_id {GRINDER.user_id} name two different players.",
        ),
        ({"op_id": "**<b>:red[x]"}, "no player with op\\_id “\\*\\*\\<b\\>\\:red\\[x\\]”."),
    ],
)
def test_who_is_not_found_is_said_in_one_sentence(players, query, sentence):
    app = players(query)
    assert said(app).endswith(sentence)
    assert "\n" not in said(app)
    assert not app.metric


@pytest.mark.parametrize("fields", [{}, {"fields": "all"}])
def test_every_round_is_in_the_table_newest_first(players, truth, fields):
    bets = rounds_of(truth, UNICODE, "2026-03-09", CLOCK)[::-1]
    shown = table(players({"op_id": UNICODE.op_id, **fields}), ROUNDS)
    assert len(shown) == len(bets) > 400
    for field, name in (
        ("bet_amount_li", "bet_amount"),
        ("gain_li", "gain_amount"),
        ("credit_before_li", "credit_before_bet"),
        ("credit_li", "credit"),
    ):
        assert [round(value * 1000) for value in shown[field]] == bets[name].tolist()
    assert shown["game_id"].tolist() == bets["game_id"].tolist()
    starts = pd.to_datetime([shown_text(cell) for cell in shown["start"]])
    assert starts.astype("datetime64[s]").astype("int64").tolist() == bets["start_at"].tolist()
    is_slots = shown["type"] == "Slots"
    assert shown.loc[is_slots, "user_id"].unique().tolist() == [UNICODE.user_id]
    assert shown.loc[is_slots, "op_id"].unique().tolist() == [UNICODE.op_id]
    of_others = shown.loc[~is_slots, ["user_id", "op_id"]].dropna()
    if not fields:
        assert of_others.drop_duplicates().values.tolist() == [[UNICODE.user_id, UNICODE.op_id]]
        assert {"feature_name", "bet_areas"}.isdisjoint(shown)
        return
    assert of_others.empty
    assert shown.loc[is_slots, "feature_name"].notna().all()
    assert shown.loc[~is_slots, "feature_name"].isna().all()


def test_of_very_many_rounds_the_newest_are_drawn_as_all_others_are(players, truth, monkeypatch):
    """A longer table would be written by the browser, with another minus, and could not be searched."""
    monkeypatch.setattr(kit_table, "MOST_ON_SCREEN", 50)
    bets = rounds_of(truth, UNICODE, "2026-03-09", CLOCK)[::-1]
    app = players({"op_id": UNICODE.op_id})
    shown = table(app, ROUNDS)
    assert [round(value * 1000) for value in shown["gain_li"]] == bets["gain_amount"].tolist()[:50]
    assert "The table has the first 50 of them, the files have all." in [each.value for each in app.caption]
    assert f"**{len(bets)}** of {len(bets)} rounds, newest first" in [each.value for each in app.markdown]


def test_a_zone_is_called_the_same_in_every_part(players):
    app = players({"op_id": "grinder", "tab": "sessions"}, timezone="Asia/Manila")
    titles = [each.value for each in app.subheader]
    assert "Sessions by day, Asia/Manila" in titles
    assert "Manila time" not in "".join([*titles, *(each.value for each in app.caption), said(app)])


def test_filters_leave_what_they_say(players, truth):
    bets = rounds_of(truth, GRINDER, "2026-03-09", CLOCK)
    is_kept = (bets["game_id"] < 2000) & (bets["gain_amount"] > 0) & (bets["bet_amount"] >= 5000)
    query = {"op_id": "grinder", "type": "Slots", "result": "won", "min_bet": "5"}
    app = players(query)
    assert len(table(app, ROUNDS)) == is_kept.sum() > 10
    assert f"**{is_kept.sum()}** of {len(bets):,} rounds, newest first" in [
        each.value for each in app.markdown
    ]
    assert "Slots; The player won; Bet from 5" in plain(app)
    # The head is of all rounds, whatever the table leaves out.
    assert sums(app) == head(bets)


def test_a_filter_that_cannot_be_used_is_one_sentence(players, truth):
    query = {"op_id": "grinder", "feature": "9"}
    app = players(query)
    assert "(Jackpot); rounds are shown without this filter." in said(app)
    assert len(table(app, ROUNDS)) == len(rounds_of(truth, GRINDER, "2026-03-09", CLOCK))


def test_sessions_are_all_the_rounds(players, truth):
    bets = rounds_of(truth, GRINDER, "2026-03-09", CLOCK)
    app = players({"op_id": "grinder"})
    half_hours, hours = (
        table(app, SESSIONS),
        table(players({"op_id": "grinder", "pause": "120"}), SESSIONS),
    )
    assert sum(map(int, half_hours["bet_count"])) == len(bets)
    ends = bets["end_at"][:-1]
    assert len(half_hours) == 1 + int((bets["start_at"][1:] - ends > 1800).sum())
    assert len(hours) == 1 + int((bets["start_at"][1:] - ends > 7200).sum()) < len(half_hours)


def test_the_summary_agrees_with_the_rounds_game_by_game(players, truth):
    bets = rounds_of(truth, GRINDER, "2026-03-09", CLOCK)
    games = table(players({"op_id": "grinder"}), GAMES)
    assert set(games["difference"]) == {"agrees", ""}
    assert len(games) == len(set(bets["game_id"].tolist())) + 1
    slots = bets[bets["game_id"] < 2000]
    is_slots = games["type"] == "Slots"
    assert sum(map(int, games.loc[is_slots, "summary_bet_count"])) == len(slots)
    assert sum(games.loc[is_slots, "summary_gain_li"]) * 1000 == sum(slots["gain_amount"].tolist())
    assert shown_text(games["game"].iat[-1]) == "All games that are not slots"


def test_a_game_in_the_tables_of_a_player_leads_to_the_game(players, truth):
    bets = rounds_of(truth, GRINDER, "2026-03-09", CLOCK)
    app = players({"op_id": "grinder"})
    named = [table(app, column)["game"].dropna().tolist() for column in (ROUNDS, GAMES)]
    played = {f"games?game_id={game_id}" for game_id in bets["game_id"].tolist()}
    assert [{leads_to(cell) for cell in cells} - {""} for cells in named] == [played, played]


def test_recent_players_are_one_click_away(players):
    app = players({"op_id": "whale"})
    assert [each.label for each in app.button if each.label == "whale"] == []
    app.text_input(key="player-op_id").set_value("grinder").run()
    assert app.query_params["op_id"] == "grinder"
    read(app)
    next(each for each in app.button if each.label == "whale").click().run()
    assert app.query_params["op_id"] == "whale"
    assert [each.label for each in read(app).button if each.label in ("whale", "grinder")] == ["grinder"]


def test_recent_players_are_a_persons_own(players):
    def claims(person: str) -> dict[str, object]:
        return {"is_logged_in": True, "sub": person, "email": f"{person}@example.com", "exp": CLOCK + 60}

    def recent_of(person: str) -> list[str]:
        tab = AppTest.from_file(str(MAIN), default_timeout=30)
        tab.user = claims(person)
        tab.switch_page("../../pages/players.py").run()
        return [each.label for each in tab.button if each.key and each.key.startswith("recent-")]

    players({"op_id": PRANKSTER.op_id}, user=claims("ann"), roles={"analyst": ["@example.com"]})
    assert recent_of("ann") == [escaped(PRANKSTER.op_id)]
    assert recent_of("bob") == []


def test_an_id_typed_takes_the_place_of_the_other(players):
    app = players({"op_id": "whale", "user_id": str(WHALE.user_id), "period": "30d", "round": "x"})
    app.text_input(key="player-user_id").set_value(str(GRINDER.user_id)).run()
    assert app.query_params == {"period": "30d", "user_id": str(GRINDER.user_id)}


def test_an_op_id_that_looks_like_markup_is_shown_as_it_is(players):
    app = players({"op_id": PRANKSTER.op_id})
    assert plain(app)[0].startswith(f"op_id {PRANKSTER.op_id} · user_id")
    assert not [each for each in app.markdown if "<b>x</b>" in each.value]


@pytest.mark.parametrize("query", [{"op_id": UNICODE.op_id}, {"user_id": str(UNICODE.user_id)}])
def test_a_player_found_by_either_id_has_a_way_to_the_wallet(players, query):
    (way,) = [each for each in players(query).get("page_link") if each.proto.label == "Wallet"]
    assert "wallet" in way.proto.page
    assert dict(parse_qsl(way.proto.query_string)) == {"op_id": UNICODE.op_id}
