from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.metrics import METRIC, METRICS, Change, Metric, Totals, Unit, change

# The example in the provider's document of /api/all/stage/summary, 20 and 19 March 2025, and its summary.
FIRST = Totals(102, 38_388_400, -19_038_400, 19_038_400)
SECOND = Totals(278, 255_164_400, -36_218_400, 36_218_400)
LI = st.integers(-(2**63), 2**63 - 1)
TOTALS = st.builds(Totals, st.integers(0, 10**9), st.integers(0, 2**63 - 1), LI, LI)


def test_the_documents_example_adds_up() -> None:
    total = FIRST + SECOND
    assert total == Totals(380, 293_552_800, -55_256_800, 55_256_800)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bet_amount", 293_552_800),
        ("company_gain", 55_256_800),
        ("hold", Fraction(552_568, 2_935_528)),
        ("rtp", Fraction(2_382_960, 2_935_528)),
        ("bets", 380),
        ("average_bet", Fraction(293_552_800, 380)),
    ],
)
def test_metrics_of_the_documents_example(key: str, value: int | Fraction) -> None:
    assert METRIC[key].of(FIRST + SECOND) == value


def test_the_cards_labels_in_their_order() -> None:
    labels = [metric.label for metric in METRICS]
    assert labels == ["Bet amount", "Company gain", "Hold", "RTP", "Bets", "Average bet"]


@pytest.mark.parametrize("key", ["hold", "rtp", "average_bet"])
def test_no_denominator_no_value(key: str) -> None:
    assert METRIC[key].of(Totals()) is None


def test_the_providers_own_company_gain_counts_where_it_differs_from_the_players_result() -> None:
    odd = Totals(1, 1000, -100, 90)
    assert METRIC["company_gain"].of(odd) == 90
    assert METRIC["hold"].of(odd) == Fraction(9, 100)
    assert METRIC["rtp"].of(odd) == Fraction(9, 10)


@given(TOTALS)
def test_rtp_is_one_minus_hold_where_the_company_gains_what_players_lose(some: Totals) -> None:
    totals = Totals(some.bet_count, some.bet_amount_li, some.gain_li, -some.gain_li)
    hold, rtp = METRIC["hold"].of(totals), METRIC["rtp"].of(totals)
    assert (hold is None) == (rtp is None) == (totals.bet_amount_li == 0)
    if hold is not None and rtp is not None:
        assert rtp == 1 - hold


def _bets(amount_li: int) -> Totals:
    return Totals(1, amount_li, 0, 0)


def _gain(gain_li: int) -> Totals:
    return Totals(1, 100_000, -gain_li, gain_li)


@pytest.mark.parametrize(
    ("metric", "now", "before", "expected"),
    [
        ("bet_amount", _bets(1042), _bets(1000), Change(Fraction(42, 1000), 42, "good")),
        ("bet_amount", _bets(900), _bets(1000), Change(Fraction(-1, 10), -100, "bad")),
        # From a loss to a gain, relative to the absolute of the earlier amount.
        ("company_gain", _gain(50), _gain(-100), Change(Fraction(3, 2), 150, "good")),
        ("company_gain", _gain(-200), _gain(-100), Change(Fraction(-1), -100, "bad")),
        # Points: hold from 4.2 % to 3.9 %.
        ("hold", _gain(3900), _gain(4200), Change(Fraction(-3, 1000), Fraction(-3, 1000), "bad")),
        ("rtp", _gain(3900), _gain(4200), Change(Fraction(3, 1000), Fraction(3, 1000), "neutral")),
        ("average_bet", _bets(2000), _bets(1000), Change(Fraction(1), 1000, "neutral")),
    ],
)
def test_changes(metric: str, now: Totals, before: Totals, expected: Change) -> None:
    assert change(METRIC[metric], now, before) == expected


@pytest.mark.parametrize(
    ("metric", "now", "before", "verdict"),
    [
        ("bet_amount", _bets(10_049), _bets(10_000), "neutral"),
        ("bet_amount", _bets(10_050), _bets(10_000), "good"),
        ("bet_amount", _bets(9_951), _bets(10_000), "neutral"),
        ("bet_amount", _bets(9_950), _bets(10_000), "bad"),
        ("hold", _gain(4_049), _gain(4_000), "neutral"),
        ("hold", _gain(4_050), _gain(4_000), "good"),
    ],
)
def test_a_change_too_small_to_matter_is_not_coloured(
    metric: str, now: Totals, before: Totals, verdict: str
) -> None:
    assert change(METRIC[metric], now, before).verdict == verdict


def test_down_can_be_good() -> None:
    cost: Metric[Totals] = Metric("cost", "Cost", Unit.MONEY, "down", "", lambda totals: totals.bet_amount_li)
    assert change(cost, _bets(900), _bets(1000)).verdict == "good"
    assert change(cost, _bets(1100), _bets(1000)).verdict == "bad"


@pytest.mark.parametrize(
    ("metric", "now", "before", "reason"),
    [
        ("bet_amount", _bets(5), _bets(0), "earlier value is 0"),
        ("bet_amount", None, _bets(5), "no value for this period"),
        ("bet_amount", _bets(5), None, "no earlier value"),
        ("hold", _gain(5), Totals(), "no earlier value"),
        ("hold", Totals(), _gain(5), "no value for this period"),
    ],
)
def test_no_change_says_why(metric: str, now: Totals | None, before: Totals | None, reason: str) -> None:
    found = change(METRIC[metric], now, before)
    assert (found.value, found.verdict) == (None, "neutral")
    assert reason in found.reason


@given(st.sampled_from(METRICS), TOTALS, TOTALS)
def test_going_up_and_coming_back_have_opposite_signs(
    metric: Metric[Totals], one: Totals, other: Totals
) -> None:
    there, back = change(metric, one, other), change(metric, other, one)
    if there.difference is not None and back.difference is not None:
        assert there.difference == -back.difference
    if there.value is not None and back.value is not None:
        assert (there.value > 0) == (back.value < 0)
