"""A player's page from the archive: brute force over the world's rounds, and in few calls."""

import shutil
from contextlib import nullcontext
from urllib.parse import parse_qsl, urlsplit

import pytest

from archive.collector import Collector
from archive.erasure import forget
from tests import archived
from tests.merchants import merchant
from tests.pages.game_truth import leads_to
from tests.pages.player_truth import (
    CLOCK,
    GAMES,
    ROUNDS,
    cards,
    head,
    midnight,
    plain,
    read,
    rounds_of,
    said,
    sums,
    table,
)
from twoj_sandbox import GRINDER, QUIET, UNICODE, WHALE

SLOTS, OTHERS = "/api/slots/user/history", "/api/games/user/history"
SUMS = "/api/slots/user/stage/summary"
BALANCE = "/open2j/w/transfer/balance"


@pytest.fixture
def players(open_page):
    return lambda query, **settings: read(open_page(query, "players", **settings))


def called(sandbox) -> list[str]:
    return sorted(call["path"] for call in sandbox.calls())


@pytest.mark.parametrize(
    ("query", "zone", "start", "end"),
    [
        ({"op_id": "grinder", "period": "60d"}, "UTC", "2026-01-15", CLOCK),
        ({"user_id": str(GRINDER.user_id), "period": "30d"}, "Asia/Kolkata", "2026-02-14", CLOCK),
        ({"op_id": "grinder", "period": "today"}, "Asia/Kathmandu", "2026-03-15", CLOCK),
        (
            {"op_id": "grinder", "period": "2026-03-07..2026-03-08"},
            *("America/New_York", "2026-03-07", "2026-03-09"),
        ),
    ],
)
def test_of_any_days_and_zone_every_round_is_there_and_nobody_is_asked_for_them(
    players, sandbox, truth, query, zone, start, end
):
    bets = rounds_of(truth, GRINDER, start, end, zone)
    app = players(query, timezone=zone)
    assert sums(app) == head(bets)
    shown = table(app, ROUNDS)
    for field, name in (("gain_li", "gain_amount"), ("credit_li", "credit")):
        assert [round(value * 1000) for value in shown[field]] == bets[name].tolist()[::-1]
    assert set(table(app, GAMES)["difference"]) <= {"agrees", ""}
    # The wallet tells a hundred transfers a page.
    of_reports = [path for path in called(sandbox) if not path.startswith("/open2j")]
    assert of_reports == ["/api/all/list", "/api/games/user/stage/summary", SUMS]
    assert plain(app)[0] == f"op_id grinder · user_id {GRINDER.user_id} · plays in $"
    assert said(app) == ""


def test_days_before_what_is_held_are_the_providers_and_so_is_all_without_an_archive(players, sandbox, truth):
    query = {"op_id": "whale", "period": "2026-01-14..2026-01-15"}
    app = players(query)
    assert sums(app) == head(rounds_of(truth, WHALE, "2026-01-14", "2026-01-16"))
    assert SLOTS in called(sandbox)
    assert "feature_name" in table(app, ROUNDS)


@pytest.mark.parametrize("query", [{"feature": "1"}, {"buy": "no"}, {"fields": "all"}])
def test_what_only_the_history_says_is_read_from_it_where_it_is_asked_for(players, sandbox, query):
    app = players({"op_id": "grinder", "period": "2026-03-10..2026-03-10", **query})
    shown = table(app, ROUNDS)
    assert shown["feature_name"].notna().any()
    if "feature" in query:
        assert set(shown["feature_name"]) == {"Free games"}
    assert {SLOTS, OTHERS} <= set(called(sandbox))


def opened(app, number: int):
    query = dict(parse_qsl(urlsplit(leads_to(table(app, ROUNDS)["start"].iat[number])).query))
    app.query_params["round"] = query["round"]
    return app.run()


def fields(app) -> dict[str, str]:
    tables = [each.value for each in app.dataframe if " " in each.value]
    return {name: value for frame in tables for name, value in frame.itertuples(index=False)}


@pytest.mark.parametrize(("kind", "path"), [("Slots", SLOTS), ("Multiplayer", OTHERS)])
def test_of_one_round_that_is_opened_its_second_is_asked(players, sandbox, truth, kind, path):
    app = players({"op_id": UNICODE.op_id, "type": kind})
    sandbox.clear_calls()
    told = fields(opened(app, 3))
    (call,) = [call for call in sandbox.calls() if call["path"] in (SLOTS, OTHERS)]
    asked = call["data"]
    assert (call["path"], asked["time_end"] - asked["time_start"]) == (path, 1)
    if kind == "Slots":
        assert told["Feature"] == "Base game"
        assert told["Free games bought"] in ("yes", "no")
        return
    bets = rounds_of(truth, UNICODE, "2026-03-09", CLOCK)[::-1]
    is_kind = (bets["game_id"] >= 2000) & (bets["game_id"] < 3000)
    assert told["Bet areas"] == str(bets[is_kind][3]["choice"])


def test_a_round_whose_second_fails_or_has_it_not_keeps_the_rest_of_it(players, sandbox):
    app = players({"op_id": "grinder", "type": "Slots"})
    sandbox.fault(SLOTS, "answer", result=[], times=1)
    assert "The provider's history of that second does not have this round." in said(opened(app, 0))
    assert fields(app)["Balance after"]
    sandbox.fault(SLOTS, "code_500")
    assert "Slots: not known now. The provider failed inside" in said(opened(app, 1))
    assert fields(app)["Balance after"]


def test_a_provider_that_answers_nothing_takes_nothing_from_the_archive(players, sandbox, truth):
    sandbox.fault("*", "code_500")
    app = players({"op_id": "whale"})
    assert sums(app) == head(rounds_of(truth, WHALE, "2026-03-09", CLOCK))
    assert said(app).count("Whether all rounds are of one currency is not known") == 1
    assert "Not included: The names of the games: The provider failed inside" in said(app)


def test_the_end_that_was_not_read_is_asked_of_the_provider(players, sandbox, truth, clock):
    clock[0] = CLOCK + 3600
    sandbox.set_clock(clock[0])
    bets = truth.bets_of_player(GRINDER.index, midnight("2026-03-15"), clock[0], clock[0])
    assert sums(players({"op_id": "grinder", "period": "today"})) == head(bets)
    assert SLOTS in called(sandbox)


def test_ids_are_told_apart_without_a_call(players, sandbox):
    app = players({"op_id": "whale", "user_id": str(GRINDER.user_id)})
    assert said(app) == f"The op\\_id “whale” and user\\_id {GRINDER.user_id} name two different players."
    assert called(sandbox) == []


def test_a_player_without_bets_is_asked_for(players, sandbox):
    app = players({"op_id": QUIET.op_id, "period": "30d"})
    assert said(app) == "This player has no bets in 14 Feb – 15 Mar 2026. A longer period may have some."
    assert SLOTS in called(sandbox)


@pytest.fixture(scope="module")
def since_8_march(tmp_path_factory, truth):
    place = tmp_path_factory.mktemp("half")
    archived.make(place / "ledger", place / "half", truth, first_s=midnight("2026-03-08"))
    return place


@pytest.fixture
def half_filled(tmp_path, since_8_march, monkeypatch):
    """An archive that has been read back as far as 8 March, and is not read on."""
    monkeypatch.setattr(Collector, "running", lambda _: nullcontext())
    shutil.copy(since_8_march / "ledger", tmp_path / "ledger")
    return str(archived.copy(since_8_march / "half", tmp_path / "half"))


@pytest.mark.parametrize(
    ("query", "by"),
    [
        ({"op_id": "whale"}, "op_id"),
        ({"user_id": str(WHALE.user_id)}, "user_id"),
        ({"op_id": "whale", "fields": "all"}, "op_id"),
        # By an id that the archive was not told: the provider's answer says whose it is, and is not shown.
        ({"user_id": str(WHALE.user_id)}, "op_id"),
        ({"op_id": "whale"}, "user_id"),
    ],
)
def test_a_player_who_was_taken_out_is_not_brought_back(players, sandbox, truth, half_filled, query, by):
    players({"op_id": "grinder", "period": "today"}, archive_url=half_filled)
    ids = {"op_id": "whale", "user_id": WHALE.user_id}
    assert forget(merchant().archive, "a test", **{by: ids[by]}) > 100
    sandbox.clear_calls()
    app = players(query, archive_url=half_filled)
    assert (
        "was taken out of the archive (python -m archive forget), and the provider is not asked again."
        in (said(app))
    )
    assert not app.metric
    assert (SLOTS in called(sandbox)) == (by not in query)
    app.query_params.clear()
    app.query_params["op_id"] = "grinder"
    assert sums(read(app.run())) == head(rounds_of(truth, GRINDER, "2026-03-09", CLOCK))


@pytest.mark.parametrize(
    ("period", "start", "is_asked"), [("7d", "2026-03-09", False), ("30d", "2026-02-14", True)]
)
def test_while_it_fills_what_it_holds_is_its_own_and_the_rest_the_providers(
    players, sandbox, truth, half_filled, period, start, is_asked
):
    app = players({"op_id": "grinder", "period": period}, archive_url=half_filled)
    assert sums(app) == head(rounds_of(truth, GRINDER, start, CLOCK))
    assert (SLOTS in called(sandbox)) == is_asked


def test_while_it_fills_and_the_provider_is_away_the_page_says_from_when_on_it_knows(
    players, sandbox, truth, half_filled
):
    sandbox.fault("*", "code_500")
    app = players({"op_id": "grinder", "period": "30d"}, archive_url=half_filled)
    assert sums(app) == head(rounds_of(truth, GRINDER, "2026-03-08", CLOCK))
    assert app.caption[0].value.startswith("Bets are not complete: 14 Feb")
    assert cards(app)["Balance now"] == "Not known"


def test_rounds_and_the_providers_sums_of_them_end_where_the_archive_was_read_last(
    players, sandbox, truth, clock
):
    """A minute later a round may have come that the archive does not have yet: nobody is told of it."""
    clock[0] = CLOCK + 60
    sandbox.set_clock(clock[0])
    bets = rounds_of(truth, GRINDER, "2026-03-15", CLOCK)
    app = players({"op_id": "grinder", "period": "today"})
    assert sums(app) == head(bets)
    (call,) = sandbox.calls(SUMS)
    assert call["data"]["time_end"] == CLOCK
    assert said(app) == ""
