"""What the wall is told, and what it makes of the age of it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.jackpots.pots import Hit, HitVerdict, Match, PotNow, Pots, Win
from dashboard.jackpots.wall import WallState, limits, masked, told, told_hits, told_wins


@pytest.mark.parametrize(
    ("age_ms", "state"),
    [
        (None, WallState.BRAND),
        (0, WallState.LIVE),
        (9_999, WallState.LIVE),
        (10_000, WallState.LATE),
        (59_999, WallState.LATE),
        (60_000, WallState.LAST_KNOWN),
        (3_599_999, WallState.LAST_KNOWN),
        (3_600_000, WallState.BRAND),
    ],
)
def test_the_state_is_honest_about_the_age(age_ms, state):
    assert limits(2).state(age_ms) is state


def test_pots_that_are_asked_for_rarely_are_late_later():
    assert limits(10).state(29_999) is WallState.LIVE
    assert limits(10).state(30_000) is WallState.LATE


@pytest.mark.parametrize(
    ("op_id", "shown"),
    [
        ("player42", "pl…42"),
        ("pl101152", "pl…52"),
        ("whale", "w…e"),
        ("anna", "a…a"),
        ("abc", "…"),
        ("", "…"),
        ("玩家-Žofie-🎲", "玩家…-🎲"),
    ],
)
def test_the_hall_reads_no_whole_id(op_id, shown):
    assert masked(op_id) == shown


@given(st.text())
def test_at_least_half_of_an_id_is_hidden(op_id):
    assert len(masked(op_id).replace("…", "", 1)) <= len(op_id) / 2


def test_amounts_are_exact_decimal_strings():
    at_ms = 1_773_567_000_123
    pots = Pots(
        PotNow(Decimal("8580.123"), Decimal(0), 1_773_568_800_000),
        PotNow(Decimal("1E+4"), Decimal("0.5"), 0),
        at_ms,
    )
    as_of = datetime(2026, 3, 15, 9, 30, 0, 123_456, UTC)
    assert told(pots, as_of, 812, WallState.LIVE) == {
        "state": "live",
        "as_of": "2026-03-15T09:30:00.123+00:00",
        "age_ms": 812,
        "provider_ms": at_ms,
        "hourly": {"pot": "8580.123", "next_pot": "0", "next_hour": 1_773_568_800_000},
        "super": {"pot": "10000", "next_pot": "0.5", "next_hour": 0},
    }


HIT = Hit("hourly", 1000, 3000, 2_356_410, 2_000_000)
WIN = Win("t1", "player42", 1041, 7_356_500, 2_356_500, 5_000_000, 2000)


def test_a_hit_tells_what_was_seen_until_its_payout_says_more():
    assert told_hits([HIT], []) == [
        {"id": "hourly-3000", "pot": "hourly", "at": 3000, "amount": "2356.410", "winners": []}
    ]
    (told_hit,) = told_hits([HIT], [Match(HitVerdict.PAID, "hourly", HIT, WIN)])
    assert (told_hit["amount"], told_hit["winners"]) == ("2356.500", ["pl…42"])


def test_payouts_name_their_pots_where_the_provider_did():
    unnamed = Win("t2", "whale", 1041, 5_000_000, None, None, 2000)
    assert told_wins([WIN, unnamed]) == [
        {"pots": ["hourly", "super"], "at": 2000, "amount": "7356.500", "winner": "pl…42"},
        {"pots": [], "at": 2000, "amount": "5000.000", "winner": "w…e"},
    ]
