"""Sums by game and day from the archive are those that the provider gives, at no call."""

from datetime import date, timedelta

import pytest

from dashboard.games.data_archive import archived_days
from dashboard.games.data_days import game_days
from dashboard.kit.current import merchants
from tests.pages.games_page import whole
from tests.provider import CLOCK

pytestmark = pytest.mark.slow
DAYS = [date(2026, 3, 13) + timedelta(days=number) for number in range(3)]


@pytest.fixture
def merchant(open_page):
    """A merchant whose archive holds sixty days."""
    open_page({}, "data")
    return merchants.first


def test_they_are_the_endpoints_sums_without_a_call(merchant, sandbox):
    listed, now = merchant.twoj.all.list().data, merchant.now()
    sandbox.clear_calls()
    found = archived_days(merchant, listed, DAYS, now)
    assert sandbox.calls() == []
    asked = whole(lambda: game_days(merchant, DAYS[:2], now)).known
    assert sandbox.calls() == []  # these come from there, too
    assert found
    assert asked
    for game in listed:
        endpoint = merchant.twoj.games.game_stage_summary
        if game.game_type != "Slots":
            told = endpoint(game_id=game.game_id, start=CLOCK - 9 * 3600 - 1800, end=CLOCK).data
            of_today = found.value.rows[game.game_id][2]
            assert (of_today.bet_count, of_today.bet_amount_li) == (told.bet_count, told.bet_amount)
            assert of_today.company_gain_li == -of_today.gain_li
    assert [row[:2] for row in (found.value.rows[1041], asked.value.rows[1041])] == [
        asked.value.rows[1041]
    ] * 2
    assert found.value.finished == [True, True, False]
    assert (found.settled, asked.settled, found.value.lacks_games) == (False, True, False)


def test_what_is_not_held_is_asked_of_the_provider(merchant, clock):
    listed, now = merchant.twoj.all.list().data, merchant.now()
    assert archived_days(merchant, listed, [date(2026, 1, 14), *DAYS], now) is None
    clock[0] += 180
    assert archived_days(merchant, listed, DAYS, merchant.now()) is None
    clock[0] -= 180
    for path in merchant.archive.folder.root.rglob("hours/*.parquet"):
        path.unlink()
    assert archived_days(merchant, listed, DAYS, now) is None
