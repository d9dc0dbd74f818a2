"""Players found by a part of an id, and the ranking of a period's players: against the world's own rounds."""

from contextlib import nullcontext
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pyarrow as pa
import pytest

from archive import bets as bets_of
from archive.archive import Archive
from archive.bets import STORED
from archive.collector import Collector
from archive.erasure import forget
from archive.proof import HourRead
from archive.store import Folder
from dashboard.core.cell_links import MARK
from dashboard.core.query import LONGEST_ID
from tests import archived
from tests.merchants import merchant
from tests.pages.game_truth import leads_to, shown_text
from tests.pages.player_truth import CLOCK, by_player, cards, midnight, plain, read, said
from tests.parts import new_ledger
from twoj_client.windows import hour_of
from twoj_sandbox import GRINDER, MCH_ID, NAMELESS, PRANKSTER, UNICODE, WHALE

HISTORY_START = midnight("2026-01-15")
FOUND, RANKED = False, True
"""Whether a table of players has the sums of a period."""


@pytest.fixture
def players(open_page):
    return lambda query={}, **settings: open_page(query, "players", **settings)


def tables(app, has_sums: bool) -> list[pd.DataFrame]:
    of_players = [each.value for each in app.dataframe if "player" in each.value]
    return [each for each in of_players if ("rtp" in each) == has_sums]


def rows(app, has_sums: bool) -> pd.DataFrame:
    (found,) = tables(app, has_sums)
    return found


def user_ids(frame: pd.DataFrame) -> list[int]:
    return [int(each) for each in frame["user_id"]]


def found(app) -> list[str]:
    return [shown_text(cell) for cell in rows(app, FOUND)["player"]]


def search(app, typed: str):
    app.text_input(key="player-find").set_value(typed).run()
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def known(truth):
    """All players whom the archive holds, most bets first, with the op_id of each."""
    op_ids = dict(zip(truth.players.user_ids, truth.players.op_ids, strict=True))
    bets = by_player(truth, HISTORY_START, CLOCK)
    ordered = sorted(bets, key=lambda user_id: (-bets[user_id][0], user_id))
    return {user_id: (op_ids[user_id], bets[user_id]) for user_id in ordered}


@pytest.mark.parametrize("part", ["PL10", "rind", "1011", "žof", "🎲", "<b>", "=1+1", "0000"])
def test_a_part_of_either_id_finds_whoever_has_it(players, sandbox, known, part):
    expected = [
        user_id
        for user_id, (op_id, _) in known.items()
        if part.lower() in op_id.lower() or part in str(user_id)
    ]
    app = players({"find": part})
    assert user_ids(rows(app, FOUND)) == expected[:20]
    assert (len(expected) > 20) == any("a longer part finds fewer" in each.value for each in app.caption)
    shown = rows(app, FOUND)
    assert [int(each) for each in shown["bet_count"]] == [known[each][1][0] for each in user_ids(shown)]
    last = [known[each][1][4] for each in user_ids(shown)]
    assert [each.timestamp() for each in shown["last"]] == last
    assert sandbox.calls() == []


@pytest.fixture
def alike(tmp_path, truth, monkeypatch):
    """An archive of an hour with “ann”, who bet once, and thirty players more whose ids hold hers."""
    monkeypatch.setattr(Collector, "running", lambda _: nullcontext())
    hour_s = hour_of(CLOCK)
    bets = archived.table_of(truth, hour_s - 7200, CLOCK)[:91]
    names = ["ann", *(f"x-Ann%_{n // 3}" for n in range(90))]
    for place, column in enumerate((names, [1, *(1000 + n // 3 for n in range(90))])):
        name = ("op_id", "user_id")[place]
        bets = bets.set_column(bets.column_names.index(name), STORED.field(name), [column])
    times = pa.array([hour_s + n for n in range(91)])
    bets = bets.set_column(bets.column_names.index("start_at"), STORED.field("start_at"), times)
    with new_ledger(tmp_path / "ledger", MCH_ID) as ledger:
        archive = Archive(ledger, Folder(tmp_path / "alike"), lambda: CLOCK)
        archive.keep([HourRead(hour_s, bets, bets_of.sums(bets), True, CLOCK, True)])
    return str(tmp_path / "alike")


def test_who_has_the_text_as_a_whole_id_stands_before_the_many_who_hold_it(players, alike):
    for part in ("ann", "ANN", "1"):
        shown = found(players({"find": part}, archive_url=alike))
        assert (len(shown), shown[0]) == (20, "ann")
    # What means any letters elsewhere means itself.
    assert found(players({"find": "n%_7"}, archive_url=alike)) == ["x-Ann%_7"]
    assert len(found(players({"find": "n%_"}, archive_url=alike))) == 20


@pytest.mark.parametrize(
    "typed",
    [
        "%", "_", "%%", "\\", "'", '"', "' OR 1=1 --", "'; DROP TABLE players; --", "$part", "*", "[a-z]",
        "nobody at all", "٣", "x" * LONGEST_ID,
    ],
)  # fmt: skip
def test_what_no_id_holds_finds_nobody_whatever_it_means_elsewhere(players, typed):
    app = search(players(), typed)
    assert app.query_params["find"] == typed
    assert "No player in the archive has an id with this part." in [each.value for each in app.markdown]
    assert not tables(app, FOUND)


@pytest.mark.parametrize("typed", ["", "   ", "\t"])
def test_nothing_typed_asks_nothing(players, typed, monkeypatch):
    app = search(players({"find": "whale"}), typed)
    assert "find" not in app.query_params
    assert not tables(app, FOUND)


@pytest.mark.parametrize("typed", ["x" * (LONGEST_ID + 1), "wha\0le"])
def test_what_cannot_be_an_id_is_one_sentence(players, typed):
    app = search(players(), typed)
    assert said(app).startswith("The find must be a part of a player's id, at most 200 characters")
    assert "\n" not in said(app)


@pytest.mark.parametrize(
    ("typed", "player"),
    [
        ("whal", WHALE),
        (" GRIND ", GRINDER),
        (str(UNICODE.user_id), UNICODE),
        (str(NAMELESS.user_id), NAMELESS),
    ],
)
def test_who_alone_is_found_is_opened(players, typed, player):
    app = search(players({"period": "today", "round": "x"}), typed)
    assert app.query_params == {"period": "today", "user_id": str(player.user_id)}
    assert f"user_id {player.user_id}" in plain(read(app))[0]
    assert not tables(app, RANKED)


def test_a_link_with_a_search_shows_who_is_found_and_opens_nobody(players):
    app = players({"find": "whale"})
    assert found(app) == ["whale"]
    link = urlsplit(leads_to(rows(app, FOUND)["player"].iat[0]))
    assert (link.path, dict(parse_qsl(link.query))) == ("players", {"user_id": str(WHALE.user_id)})
    assert not app.metric


def test_players_without_an_op_id_have_the_other_for_a_name(players):
    assert found(players({"find": str(NAMELESS.user_id)})) == [str(NAMELESS.user_id)]


def ranking(bets: dict[int, list[int]], rank: str) -> list[int]:
    """Brute force: who is shown, in which order."""
    keys = {"bet": (1, -1), "won": (2, -1), "lost": (2, 1), "unseen": (4, 1), "new": (1, -1)}
    place, sign = keys[rank]
    who = [
        user_id
        for user_id, of in bets.items()
        if (rank != "won" or of[2] > 0) and (rank != "lost" or of[2] < 0)
    ]
    return sorted(who, key=lambda user_id: (sign * bets[user_id][place], user_id))


@pytest.mark.parametrize(
    ("period", "zone", "start", "end"),
    [
        ("7d", "UTC", "2026-03-09", CLOCK),
        ("2026-03-07..2026-03-08", "America/New_York", "2026-03-07", "2026-03-09"),
        ("yesterday", "Asia/Kathmandu", "2026-03-14", "2026-03-15"),
    ],
)
@pytest.mark.parametrize("rank", ["bet", "won", "lost", "unseen"])
def test_a_ranking_is_the_players_of_the_period(players, sandbox, truth, period, zone, start, end, rank):
    bets = by_player(truth, start, end, zone)
    expected = ranking(bets, rank)
    app = players({"period": period, "rank": rank}, timezone=zone)
    shown = rows(app, RANKED)
    assert user_ids(shown) == expected[:25]
    for at, user_id in enumerate(user_ids(shown)):
        count, bet_li, gain_li, first_s, last_s = bets[user_id]
        row = shown.iloc[at]
        assert (int(row["bet_count"]), row["bet_amount_li"] * 1000, row["gain_li"] * 1000) == (
            count,
            bet_li,
            gain_li,
        )
        assert (row["first"].timestamp(), row["last"].timestamp()) == (first_s, last_s)
        assert round(float(row["rtp"]), 9) == round((bet_li + gain_li) / bet_li, 9)
    assert any(f"25 of {len(expected):,} players" in each.value for each in app.caption)
    assert sandbox.calls() == []


def test_new_players_are_those_whose_first_bet_lies_in_the_period(players, truth):
    everybody = by_player(truth, HISTORY_START, CLOCK)
    start = midnight("2026-03-09")
    new = {user_id: of for user_id, of in everybody.items() if of[3] >= start}
    assert len(new) > 3
    app = players({"rank": "new"})
    assert user_ids(rows(app, RANKED)) == ranking(new, "new")[:25]


def test_who_is_new_is_not_known_where_the_archive_begins_too_late(players):
    app = players({"rank": "new", "period": "60d"})
    assert said(app) == (
        "Players of the period: not known now. Who is new can be told once the archive holds as many days"
        " before the period."
    )
    app = players({"rank": "new", "period": "30d"})  # 15 Jan to 15 Mar are sixty days
    assert len(rows(app, RANKED))


def test_a_choice_of_a_ranking_goes_into_the_address(players, truth):
    app = players()
    (choice,) = [each for each in app.button_group if each.key == "player-rank"]
    assert choice.options == [
        "Most bet",
        "Won most",
        "Lost most",
        "New",
        "Returning",
        "Longest unseen",
        "Unusual luck",
    ]
    choice.set_value("lost").run()
    assert app.query_params == {"rank": "lost"}
    assert user_ids(rows(app, RANKED)) == ranking(by_player(truth, "2026-03-09", CLOCK), "lost")[:25]


def test_days_that_are_not_held_are_named(players, truth):
    app = players({"period": "2026-01-14..2026-01-15"})
    assert "Not included: 14 Jan" in said(app)
    bets = by_player(truth, "2026-01-15", "2026-01-16")
    assert user_ids(rows(app, RANKED)) == ranking(bets, "bet")[:25]


def test_without_an_archive_the_ids_still_open_a_player(players):
    app = players({"find": "whale"}, archive_url="off")
    off = "The archive is switched off (TWOJ\\_ARCHIVE\\_URL is off), and this is read from nowhere else."
    assert said(app) == f"Players found: not known now. {off}\nPlayers of the period: not known now. {off}"
    app = search(app, "grinder")
    assert app.query_params["find"] == "grinder"
    app.text_input(key="player-op_id").set_value("grinder").run()
    assert app.query_params == {"op_id": "grinder"}
    assert cards(read(app))["Bets"] != "–"


def test_a_player_who_was_taken_out_is_in_no_list(players):
    first, second, *_ = user_ids(rows(players(), RANKED))
    app = players({"find": str(first)})
    assert user_ids(rows(app, FOUND)) == [first]
    assert forget(merchant().archive, "a test", user_id=first)
    app.run()
    assert "No player in the archive has an id with this part." in [each.value for each in app.markdown]
    assert user_ids(rows(app, RANKED))[0] == second


def test_owners_see_no_player(players):
    claims = {"is_logged_in": True, "sub": "o", "email": "o@example.com", "exp": CLOCK + 60}
    app = players({"find": "whale"}, user=claims, roles={"owner": ["@example.com"]})
    assert not app.dataframe
    assert not app.text_input
    assert "This page is not open to you" in [each.value for each in app.title]


def test_ids_of_markup_are_shown_as_they_are(players):
    app = players({"find": "<b>"})
    assert found(app) == [PRANKSTER.op_id]
    assert rows(app, FOUND)["player"].iat[0].startswith(MARK)


def test_who_is_back_bet_before_but_not_right_before_the_period(players, truth):
    of_period = by_player(truth, "2026-03-14", "2026-03-15")
    before = by_player(truth, "2026-03-13", "2026-03-14")
    older = by_player(truth, HISTORY_START, midnight("2026-03-13"))
    back = {user_id: of for user_id, of in of_period.items() if user_id in older and user_id not in before}
    assert 3 < len(back) < len(of_period)
    app = players({"rank": "back", "period": "yesterday"})
    assert user_ids(rows(app, RANKED)) == ranking(back, "bet")[:25]
    assert any(f"of {len(back):,} players" in each.value for each in app.caption)


def test_who_is_back_is_not_known_where_the_archive_begins_too_late(players):
    assert "Who is back can be told once" in said(players({"rank": "back", "period": "60d"}))


def test_unusual_luck_is_of_those_with_enough_bets_the_farthest_first(players, truth):
    app = players({"rank": "luck"})
    shown = rows(app, RANKED)
    lucks = [abs(float(each.replace("\u2212", "-"))) for each in shown["luck"]]
    assert lucks == sorted(lucks, reverse=True)
    assert min(int(each) for each in shown["bet_count"]) >= 100
    of_period = by_player(truth, "2026-03-09", CLOCK)
    enough = sum(of[0] >= 100 for of in of_period.values())
    assert any(f"of {enough:,} players" in each.value for each in app.caption)


def test_cohorts_are_asked_once_they_are_unfolded(players, truth):
    app = players()
    assert not [each for each in app.dataframe if "week_1" in each.value]
    app.session_state["cohorts-open"] = True
    app.run()
    (shown,) = [each.value for each in app.dataframe if "week_1" in each.value]
    monday, week = midnight("2026-03-09"), 7 * 86_400
    everybody = by_player(truth, HISTORY_START, CLOCK)
    for row, start in enumerate((monday, monday - week, monday - 2 * week)):
        new = {user_id for user_id, of in everybody.items() if start <= of[3] < start + week}
        assert int(shown["players"].iat[row]) == len(new)
        for n in range(1, row + 1):
            end = min(start + (n + 1) * week, CLOCK)
            again = new & set(by_player(truth, start + n * week, end))
            assert round(float(shown[f"week_{n}"].iat[row]) * len(new)) == len(again)
