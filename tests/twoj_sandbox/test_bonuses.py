"""The bonus summary is the sum over the world's grants, whatever the filters."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.provider import CLOCK
from tests.twoj_sandbox.windows import windows
from twoj_sandbox import GRINDER, MCH_ID, SUB_MCH_ID
from twoj_sandbox.world.day import DAY_S

PATH = "/api/all/bonus/summary"


def grants_of(truth, start, end):
    """The grants of a window, found without the world's own search for it."""
    grants = truth.bonuses.grants(range(CLOCK // DAY_S - 160, CLOCK // DAY_S + 1), 0, 2**40, 2**40)
    created = grants["created_at"]
    return grants[(created >= start) & (created < end) & (created <= CLOCK)]


def summed(grants):
    used = grants[grants["used"]]
    return {
        "release_count": len(grants),
        "used_count": len(used),
        "release_bonus": float(used["bonus"].sum()),
        "converted_cash": float(grants["converted_cash"].sum()),
        "bet_amount": int(grants["bet_amount"].sum()),
        "win_amount": int(grants["win_amount"].sum()),
    }


def test_a_day_of_grants_is_the_same_on_every_machine(truth):
    day = CLOCK // DAY_S - 5
    grants = grants_of(truth, day * DAY_S, (day + 1) * DAY_S)
    assert (len(grants), int(grants["bonus"].sum())) == (67, 4_626_000)
    assert grants[0].tolist() == (1773101396, 4, 1021, False, 2, 5, True, 10000, 0, 40000, -13600)


def test_bonus_and_cash_are_floats_as_in_the_document(sandbox):
    text = sandbox.http.post(PATH, content=sandbox.summary_body({"mch_id": MCH_ID})).text
    assert '.0,"converted_cash":' in text
    assert '.0,"bet_amount":' in text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    window=windows,
    mch_id=st.sampled_from([MCH_ID, SUB_MCH_ID]),
    game_ids=st.lists(st.sampled_from([1006, 1021, 1041, 1062, 999]), max_size=3),
    create_types=st.lists(st.integers(1, 3), max_size=3),
    states=st.lists(st.integers(1, 5), max_size=5),
    by_player=st.booleans(),
)
@pytest.mark.slow
def test_every_filter(sandbox, truth, window, mch_id, game_ids, create_types, states, by_player):
    asked = {"game_ids": game_ids, "create_type_list": create_types, "state_list": states}
    if by_player:
        asked["op_id"] = GRINDER.op_id
    start, end = window[0], sum(window)
    answer = sandbox.summary(PATH, mch_id=mch_id, time_start=start, time_end=end, **asked)
    grants = grants_of(truth, start, end)
    keep = grants["of_subordinate"] == (mch_id == SUB_MCH_ID)
    for name, wanted in (("game_id", game_ids), ("create_type", create_types), ("state", states)):
        keep &= np.isin(grants[name], wanted) | (not wanted)
    if by_player:
        keep &= grants["player"] == GRINDER.index
    assert answer["data"] == summed(grants[keep])


def test_a_window_is_half_open(sandbox, truth):
    first, last = grants_of(truth, CLOCK - DAY_S, CLOCK)["created_at"][[0, -1]].tolist()
    for end, whole in ((last, False), (last + 1, True)):
        answer = sandbox.summary(PATH, mch_id=MCH_ID, time_start=first, time_end=end)["data"]
        own = grants_of(truth, first, end)
        assert answer == summed(own[~own["of_subordinate"]])
        assert (last in own["created_at"]) == whole


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        ({}, CLOCK - 60 * DAY_S + 1, CLOCK + 1),
        ({"time_start": CLOCK - DAY_S}, CLOCK - DAY_S, CLOCK + 1),
        ({"time_end": CLOCK - DAY_S}, CLOCK - 61 * DAY_S, CLOCK - DAY_S),
    ],
)
def test_a_window_left_out(sandbox, truth, window, start, end):
    grants = grants_of(truth, start, end)
    expected = summed(grants[~grants["of_subordinate"]])
    assert sandbox.summary(PATH, mch_id=MCH_ID, **window)["data"] == expected


def test_all_states_and_types_are_there(truth):
    grants = grants_of(truth, CLOCK - 30 * DAY_S, CLOCK)
    assert {(state, kind) for state, kind in zip(grants["state"], grants["create_type"], strict=True)} == {
        (state, kind) for state in range(1, 6) for kind in range(1, 4)
    }
    assert set(grants["used"][grants["state"] == 1]) == {False}
    assert set(grants["used"][grants["state"] == 3]) == {True}
    assert not grants["converted_cash"][grants["state"] != 3].any()
    assert not grants["bet_amount"][~grants["used"]].any()
