"""How alerts change their states: laws for all values, and written examples."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.alerts.machine import NEVER, AlertMessage, AlertState, AlertVerdict, Timing, is_quiet, step

B, G, N, E = AlertVerdict.BAD, AlertVerdict.GOOD, AlertVerdict.NO_DATA, AlertVerdict.ERROR
MINUTE = 60


AT_ONCE = Timing()


def run(verdicts, timing=AT_ONCE, quiet=(), standing=NEVER):
    """One verdict a minute; in the `quiet` minutes nobody may be told."""
    states, told = [], []
    for minute, verdict in enumerate(verdicts):
        now_s = 1_773_567_000 + minute * MINUTE
        standing, said = step(standing, verdict, now_s, timing, may_tell=minute not in quiet)
        states.append(standing.state.value)
        if said:
            told.append((minute, said.value))
    return states, told, standing


def test_it_fires_at_once_and_is_over_once_it_has_been_good_for_long_enough():
    states, told, standing = run([G, B, B, G, G, G, G], Timing(0, 2 * MINUTE))
    assert states == ["normal", "firing", "firing", "recovering", "recovering", "normal", "normal"]
    assert told == [(1, "firing"), (5, "recovered")]
    assert standing.firing_since_s is None


def test_it_waits_until_it_has_been_so_without_a_break():
    timing = Timing(2 * MINUTE, 0)
    assert run([B, B, G, B, B, B], timing)[0] == ["pending", "pending", "normal", *["pending"] * 2, "firing"]
    assert run([B, B, G, B, B, B], timing)[1] == [(5, "firing")]
    assert run([B, N, B, B], timing)[0] == ["pending", "no data", "pending", "pending"]


def test_a_flapping_value_is_told_once_and_is_over_once():
    assert run([B, G] * 500 + [G] * 20, Timing(0, 15 * MINUTE))[1] == [(0, "firing"), (1014, "recovered")]


def test_what_is_not_known_neither_fires_nor_ends_anything():
    states, told, _ = run([G, N, E, G, B, N, N, B, E, G, G], Timing(0, MINUTE))
    assert states == [
        *("normal", "no data", "error", "normal", "firing", "no data", "no data"),
        *("firing", "error", "recovering", "normal"),
    ]
    assert told == [(4, "firing"), (10, "recovered")]


def test_reminders_come_until_somebody_has_seen_it():
    timing = Timing(0, 0, 10 * MINUTE)
    _, told, standing = run([B] * 25, timing)
    assert told == [(0, "firing"), (10, "reminder"), (20, "reminder")]
    assert run([B] * 25, timing, standing=replace(standing, is_acknowledged=True))[1] == []
    # Once it is over it begins anew.
    seen = replace(standing, is_acknowledged=True)
    assert run([G, B], timing, standing=seen)[1] == [(0, "recovered"), (1, "firing")]


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ([B] * 10, [(5, "firing")]),
        ([B, B, G, G, G, G, G], []),
        ([B, B, G, B, G, B, B], [(5, "firing")]),
    ],
)
def test_what_fires_in_quiet_hours_is_told_after_them_if_it_is_still_so(verdicts, told):
    assert run(verdicts, Timing(0, MINUTE), quiet=range(5))[1] == told


def test_what_ends_in_quiet_hours_is_told_after_them():
    assert run([B, G, G, G, G, G, G], Timing(0, MINUTE), quiet=range(1, 5))[1] == [
        (0, "firing"),
        (5, "recovered"),
    ]
    assert run([B, G, G, B, B, B, B], Timing(0, MINUTE), quiet=range(1, 5))[1] == [(0, "firing")]


VERDICTS = st.lists(st.sampled_from(AlertVerdict), max_size=80)
TIMINGS = st.builds(Timing, *[st.integers(0, 600)] * 3)


@given(VERDICTS, TIMINGS, st.sets(st.integers(0, 80)))
def test_messages_alternate_and_nobody_is_told_when_they_may_not_be(verdicts, timing, quiet):
    _, told, standing = run(verdicts, timing, quiet)
    kinds = [kind for _, kind in told if kind != "reminder"]
    assert kinds == (["firing", "recovered"] * 80)[: len(kinds)]
    assert not {minute for minute, _ in told} & quiet
    assert (standing.told_s is not None) == (kinds[-1:] == ["firing"])
    for before, after in zip([None, *told], told, strict=False):
        if after[1] == "reminder":
            assert before is not None
            assert before[1] != "recovered"


@given(VERDICTS, TIMINGS)
def test_states_follow_from_verdicts(verdicts, timing):
    standing, bad_for = NEVER, 0
    for minute, verdict in enumerate(verdicts):
        before = standing
        standing, told = step(standing, verdict, minute * MINUTE, timing)
        bad_for = bad_for + 1 if verdict is B else 0
        possible = {
            B: {"pending", "firing"},
            G: {"normal", "recovering"},
            N: {"no data"},
            E: {"error"},
        }[verdict]
        assert standing.state.value in possible
        if told is AlertMessage.FIRING:
            assert (bad_for - 1) * MINUTE >= timing.hold_s
        if before.firing_since_s is None and standing.state is AlertState.FIRING:
            assert told is AlertMessage.FIRING
        assert step(standing, verdict, minute * MINUTE, timing)[1] in (None, AlertMessage.REMINDER)


@pytest.mark.parametrize(
    ("now", "quiet"), [("21:59", False), ("22:00", True), ("03:00", True), ("06:59", True), ("07:00", False)]
)
def test_quiet_hours_go_over_midnight_by_the_local_clock(now, quiet):
    local = datetime.combine(datetime(2026, 3, 15, tzinfo=UTC).date(), time.fromisoformat(now))
    zone = ZoneInfo("Asia/Manila")
    assert is_quiet(local.replace(tzinfo=zone), zone, time(22), time(7)) is quiet
    assert is_quiet(local.replace(tzinfo=zone).astimezone(UTC), zone, time(7), time(22)) is not quiet
    assert not is_quiet(local.replace(tzinfo=zone), zone, None, None)
