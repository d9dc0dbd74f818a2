"""Every summary is the sum of the same rounds that the histories return, to the li."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.provider import CLOCK
from tests.twoj_sandbox.windows import windows
from twoj_sandbox import GRINDER, UNICODE, WHALE
from twoj_sandbox.world.day import DAY_S
from twoj_sandbox.world.games import GAMES

IS_SLOTS = np.array([game.is_slots for game in GAMES])

AMOUNTS = ("bet_amount", "gain_amount")

over_http = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def ended(truth):
    """Every ended round of the days that the windows touch, found without the world's own searches."""
    days = range(CLOCK // DAY_S - 71, CLOCK // DAY_S + 1)
    rounds = np.concatenate([truth.day(day).rounds for day in days])
    return rounds[rounds["end_at"] <= CLOCK]


def within(rounds, start, end, **wanted):
    keep = (rounds["start_at"] >= start) & (rounds["start_at"] < end)
    for name, value in wanted.items():
        keep &= rounds[name] == value
    return rounds[keep]


def summed(rounds):
    bet, gain = (int(rounds[name].sum()) for name in AMOUNTS)
    return {"bet_count": len(rounds), "bet_amount": bet, "gain_amount": gain, "company_gain_amount": -gain}


@over_http
@given(windows)
@pytest.mark.slow
def test_stage_summary_of_all_games(sandbox, ended, window):
    start, end = window[0], sum(window)
    answer = sandbox.summary("/api/all/stage/summary", time_start=start, time_end=end)["data"]
    rounds = within(ended, start, end)
    assert answer["summary"] == summed(rounds)
    days = rounds["start_at"] // DAY_S
    assert answer["day_list"] == [
        {"date": datetime.fromtimestamp(day * DAY_S, UTC).date().isoformat()} | summed(rounds[days == day])
        for day in np.unique(days)[::-1].tolist()
    ]


@over_http
@given(windows)
@pytest.mark.slow
def test_stage_summary_of_slots_games(sandbox, ended, window):
    start, end = window[0], sum(window)
    answer = sandbox.summary("/api/slots/game/stage/summary", time_start=start, time_end=end)["data"]
    rounds = within(ended, start, end)
    rounds = rounds[IS_SLOTS[rounds["game"]]]
    assert answer == [
        {"game_id": game_id} | summed(rounds[rounds["game_id"] == game_id])
        for game_id in np.unique(rounds["game_id"]).tolist()
    ]


@over_http
@given(windows, st.sampled_from([game.game_id for game in GAMES if not game.is_slots]))
@pytest.mark.slow
def test_stage_summary_of_a_games_game(sandbox, ended, window, game_id):
    start, end = window[0], sum(window)
    answer = sandbox.summary(
        "/api/games/game/stage/summary", game_id=game_id, time_start=start, time_end=end
    )["data"]
    rounds = within(ended, start, end, game_id=game_id)
    gains = Counter()
    for user_id, gain in zip(rounds["user_id"].tolist(), rounds["gain_amount"].tolist(), strict=True):
        gains[user_id] += gain
    expected = summed(rounds)
    del expected["company_gain_amount"]
    assert answer == expected | {
        "user_count": len(gains),
        "win_user_count": sum(gain > 0 for gain in gains.values()),
        "lose_user_count": sum(gain < 0 for gain in gains.values()),
    }


@over_http
@given(windows, st.sampled_from([GRINDER, UNICODE, WHALE]))
@pytest.mark.slow
def test_stage_summaries_of_a_player(sandbox, ended, window, character):
    start, end = window[0], sum(window)
    asked = {"user_id": character.user_id, "time_start": start, "time_end": end}
    rounds = within(ended, start, end, user_id=character.user_id)
    slots = rounds[IS_SLOTS[rounds["game"]]]
    assert sandbox.summary("/api/slots/user/stage/summary", **asked)["data"] == [
        {
            "user_id": character.user_id,
            "op_id": character.op_id,
            "game_id": game_id,
            "bet_count": int((slots["game_id"] == game_id).sum()),
            "bet_amount": int(slots["bet_amount"][slots["game_id"] == game_id].sum()),
            "gain_amount": int(slots["gain_amount"][slots["game_id"] == game_id].sum()),
            "currency": "$",
        }
        for game_id in np.unique(slots["game_id"]).tolist()
    ]
    other = rounds[~IS_SLOTS[rounds["game"]]]
    assert sandbox.summary("/api/games/user/stage/summary", **asked)["data"] == {
        "bet_amount": int(other["bet_amount"].sum()),
        "gain_amount": int(other["gain_amount"].sum()),
        "credit_before_game": int(other["credit_before_bet"][0]) if len(other) else 0,
        "credit": int(other["credit"][-1]) if len(other) else 0,
    }


@pytest.mark.slow
def test_the_histories_of_a_day_add_up_to_its_summary(sandbox):
    """All 24 hours page by page, over HTTP alone: no sum here comes from the world itself."""
    start = CLOCK // DAY_S * DAY_S - DAY_S
    bets = []
    for hour in range(start, start + DAY_S, 3600):
        page = 1
        while True:
            asked = {"time_start": hour, "time_end": hour + 3600, "page": page, "page_size": 700}
            answer = sandbox.summary("/api/all/history", **asked)["data"]
            bets += answer["items"]
            page += 1
            if len(answer["items"]) < 700:
                break
        assert answer["total"] == sum(hour <= bet["start_at"] < hour + 3600 for bet in bets)
    whole_day = {"time_start": start, "time_end": start + DAY_S}
    summary = sandbox.summary("/api/all/stage/summary", **whole_day)["data"]["summary"]
    assert summary == {
        "bet_count": len(bets),
        "bet_amount": sum(bet["bet_amount"] for bet in bets),
        "gain_amount": sum(bet["gain_amount"] for bet in bets),
        "company_gain_amount": -sum(bet["gain_amount"] for bet in bets),
    }
    assert len({bet["event_id"] for bet in bets}) == len(bets)
    own = {bet["event_id"]: bet for bet in bets if bet["user_id"] == GRINDER.user_id}
    history = [
        row
        for family in ("slots", "games")
        for row in sandbox.summary(
            f"/api/{family}/user/history", user_id=GRINDER.user_id, limit=500, **whole_day
        )["data"]
    ]
    assert len(own) == len(history) > 100
    for row in history:
        bet = own[row["event_id"]]
        assert {name: row[name] for name in bet.keys() & row.keys()} == {
            name: bet[name] for name in bet.keys() & row.keys()
        }
