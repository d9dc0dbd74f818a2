"""Sums by game and day: true, asked once, and how far luck carries the RTPs that come of them."""

import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dashboard.core.metrics import Totals
from dashboard.games import data_days as games_data_days
from dashboard.games import data_game, data_luck
from dashboard.games import data_table as games_data_table
from dashboard.games.luck import UNJUDGED, Origin
from dashboard.kit.current import merchants
from dashboard.server.connect import connected
from ledger.database import Database, ledger_url
from tests.merchants import merchant
from tests.pages.game_truth import midnight, texts, totals_by_game, totals_of
from tests.pages.games_page import said, view, whole
from tests.provider import CLOCK, start_sandbox
from twoj_sandbox.world.games import GAMES

DAY_S = 86_400
OTHERS = sum(not game.is_slots for game in GAMES)
SLOTS = "/api/slots/game/stage/summary"
ONE_GAME = "/api/games/game/stage/summary"


@pytest.fixture(scope="module")
def cache_folder(tmp_path_factory):
    """One cache for the tests of this module: what a day was is asked once for all of them."""
    return tmp_path_factory.mktemp("games") / "cache"


def test_every_cell_is_that_of_the_bets(open_page, truth):
    open_page(page="games")
    days = view().period.days()
    found = whole(lambda: games_data_days.game_days(merchant(), days, view().now)).known.value
    assert list(found.finished) == [True] * 6 + [False]
    for place, day in enumerate(days):
        start = midnight(day.isoformat())
        expected = totals_by_game(truth, start, min(start + DAY_S, CLOCK))
        shown = {game_id: row[place] for game_id, row in found.rows.items() if row[place] != Totals()}
        assert shown == expected


def test_days_that_end_early_are_not_taken_for_whole_ones(open_page, truth):
    open_page(page="games")
    days, start = [date(2026, 3, 8)], midnight("2026-03-08")
    for end in (start + 34_200, start + DAY_S):
        now = datetime.fromtimestamp(end, UTC)
        found = whole(lambda now=now: games_data_days.game_days(merchant(), days, now, 2011)).known.value
        assert found.rows[2011] == [totals_of(truth, 2011, start, end)]
        assert list(found.finished) == [True], "whatever of it is on view, the day is over"


def test_a_finished_day_is_asked_once_and_a_past_hour_again_a_week_after_its_end(open_page, sandbox, clock):
    open_page(page="games")
    whole(lambda: data_luck.lucks(merchant(), view()))  # the period, the sample, and sixty days before
    sandbox.clear_calls()
    clock[0] += 3600
    sandbox.set_clock(clock[0])
    open_page(page="games")
    whole(lambda: data_luck.lucks(merchant(), view()))
    today = midnight("2026-03-15")
    asked = [call["data"] for call in (*sandbox.calls(ONE_GAME), *sandbox.calls(SLOTS))]
    finished = {data["time_start"] for data in asked if data["time_end"] <= today}
    # What is left are the sums of the whole compared period, up to the same time as today's.
    assert finished <= {midnight("2026-03-02")}
    hours = [call["data"]["time_end"] for call in sandbox.calls("/api/all/history")]
    assert hours == [midnight("2026-03-08") + 10 * 3600], "the only hour that turned a week old meanwhile"
    running = [call for call in sandbox.calls(ONE_GAME) if call["data"]["time_start"] == today]
    assert len(running) == OTHERS


@pytest.mark.parametrize("game_id", [1998, 1041])
def test_a_slots_game_that_is_neither_listed_nor_played_is_0_on_each_day(open_page, sandbox, game_id):
    """The one answer about all slots games says so: not "no data". 1041 had no bets on these days of 2024."""
    open_page(page="games")
    days = [date(2024, 1, 1), date(2024, 1, 2)]
    found = whole(lambda: games_data_days.game_days(merchant(), days, view().now, game_id)).known.value
    assert found.rows[game_id] == [Totals(), Totals()]
    assert found.frame(game_id)["bet_amount_li"].tolist() == [0, 0]
    sums = data_game.game_sums(
        merchant(), game_id, datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC)
    )
    assert sums.value.totals == Totals()
    assert game_id not in {call["data"]["game_id"] for call in sandbox.calls(ONE_GAME)}


def test_one_failing_game_names_its_days(open_page, sandbox):
    open_page(page="games")
    sandbox.fault(ONE_GAME, "code_500", where={"game_id": 3001})
    days = view({"period": "2025-11-01..2025-11-03"}).period.days()
    known = whole(lambda: games_data_days.game_days(merchant(), days, view().now)).known
    (sentence,) = map(str, known.failures)
    assert sentence.startswith("Baccarat on 3 days: The provider failed inside")
    assert known.value.rows[3001] == [None, None, None]
    assert sum(None in row for row in known.value.rows.values()) == 1


def test_the_page_finds_the_planted_game(open_page):
    """Lucky Koi paid 130 % on two of the seven days; no honest game of this world is named."""
    page = open_page(page="games")
    judged = whole(lambda: data_luck.lucks(merchant(), view())).known.value.games
    whole(lambda: games_data_table.arriving_games(merchant(), view()))
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
    page = open_page(page="games", rtp={1041: Decimal("96.5")})
    judged = whole(lambda: data_luck.lucks(merchant(), view())).known.value.games
    whole(lambda: games_data_table.arriving_games(merchant(), view()))
    page.run()
    assert judged[1041].expected == 0.965
    assert [game_id for game_id, found in judged.items() if found.origin is Origin.CONFIGURED] == [1041]
    assert "The RTP to expect is the theoretical one where it is configured (so for 1)" in said(page)


def test_the_sample_is_two_whole_weeks_of_single_rounds(open_page, truth):
    open_page(page="games")
    sample = whole(lambda: data_luck.lucks(merchant(), view())).known.value.sample
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


def test_sixty_days_of_slots_are_there_in_three_seconds(tmp_path):
    """From a provider that takes 50 ms for each answer, with nothing in the cache."""
    from pydantic import SecretStr

    from dashboard.server.settings import Settings

    with start_sandbox("--delay-ms", "50", clock=CLOCK) as sandbox:
        settings = Settings(
            summary_url=sandbox.url,
            mch_id=sandbox.mch_id,
            key=SecretStr(sandbox.key),
            cache_url=str(tmp_path),
        )
        sandbox.summary(SLOTS, time_start=midnight("2026-01-15"), time_end=CLOCK)  # its world is made
        with connected(merchants, settings, Database(ledger_url(None)), demo=False, clock=lambda: CLOCK):
            days = view({"period": "60d"}).period.days()
            begun = time.perf_counter()
            while (
                not (known := games_data_days.game_days(merchant(), days, view().now, 1041).known)
                or None in known.value.rows[1041]
            ):
                assert time.perf_counter() - begun < 3
        assert len(sandbox.calls(SLOTS)) == 61
        assert max(call["in_flight"] for call in sandbox.calls()) <= 8
