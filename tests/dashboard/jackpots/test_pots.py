"""Hits found in the pots, matched with payouts; growth with its interval."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.jackpots.pots import (
    GAP_MS,
    SLACK_MS,
    Growth,
    Hit,
    HitFinder,
    HitVerdict,
    PotNow,
    Pots,
    PotSample,
    Win,
    growth,
    match,
    with_hits,
)

NOON_MS = 1_773_576_000_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000


def pots(at_ms, hourly="100", high="200"):
    return Pots(PotNow(Decimal(hourly), Decimal(0), 0), PotNow(Decimal(high), Decimal(0), 0), at_ms)


def hit(pot="hourly", seen_at_ms=NOON_MS):
    return Hit(pot, seen_at_ms - 2000, seen_at_ms, 2_356_410, 2_000_100)


def win(at_ms=NOON_MS, hourly_li=2_356_500, super_li=0, trans_no="t1"):
    return Win(trans_no, "player42", 1041, (hourly_li or 0) + (super_li or 0), hourly_li, super_li, at_ms)


WATCHED = {name: range(NOON_MS - HOUR_MS, NOON_MS + HOUR_MS, MINUTE_MS) for name in ("hourly", "super")}
LATER_MS = NOON_MS + HOUR_MS


@pytest.mark.parametrize(("text", "li"), [("8580.123", 8_580_123), ("31500", 31_500_000), ("0.0019", 1)])
def test_a_pot_holds_whole_li_and_never_more_than_was_told(text, li):
    assert PotNow(Decimal(text), Decimal(0), 0).li == li


def test_a_pot_of_more_than_53_bits_stays_exact():
    assert PotNow(Decimal("9007199254740.993"), Decimal(0), 0).li == 2**53 + 1


def found_in(*amounts, wins=(), every_ms=2000):
    """The hits in these answers about the hourly pot, `every_ms` apart, in units of money."""
    finder, answers = HitFinder(), [pots(NOON_MS + n * every_ms, each) for n, each in enumerate(amounts)]
    return [hit for before, after in pairwise(answers) for hit in finder.hear(before, after, wins)]


def test_a_pot_that_falls_and_stays_is_a_hit_after_ten_seconds():
    answers = ("2356.410", *["2000.4"] * 5)
    assert found_in(*answers) == []
    assert found_in(*answers, "2000.9") == [Hit("hourly", NOON_MS, NOON_MS + 2000, 2_356_410, 2_000_400)]
    assert len(found_in(*answers, *["2000.9"] * 200)) == 1


def test_a_payout_that_names_the_pot_makes_a_fall_a_hit_at_once():
    assert found_in("2050", "2049", wins=[win()]) == []  # less than a thousandth: rounding
    named = [Hit("hourly", NOON_MS, NOON_MS + 2000, 2_050_000, 2_040_000)]
    assert found_in("2050", "2040", wins=[win()]) == named
    assert found_in("2050", "2040", wins=[win(hourly_li=0, super_li=5)]) == []
    assert found_in("2050", "2040", wins=[win(NOON_MS - SLACK_MS - 1)]) == []


def test_one_payout_names_one_fall():
    assert len(found_in("51000", "2000", "51000", "2000", "51000", wins=[win()])) == 1


@pytest.mark.parametrize(
    "answers",
    [
        ["50000.01", *["50000.00"] * 60],
        [*["51000", "50990"] * 60],
        ["51000", *["50990"] * 60],
        ["51000", *["50990", "50989", "50988", "50987"] * 15],
        [*["51000", "2000"] * 60],
        [*["51000", "2000", "2000", "2000"] * 30],
        ["0", "0.000", "0"],
    ],
)
def test_rounding_and_replicas_that_lag_are_no_hits(answers):
    assert found_in(*answers) == []


def test_replicas_that_tell_a_reset_one_after_the_other_show_it_once():
    (hit,) = found_in("51000", "2000", "51000", "2000", "51001", *["2000"] * 20)
    assert (hit.before_li, hit.after_li, hit.seen_at_ms) == (51_001_000, 2_000_000, NOON_MS + 10_000)


def test_a_reset_in_two_steps_is_one_hit():
    (hit,) = found_in("51000", "50990", "2000", *["2000"] * 20)
    assert (hit.before_li, hit.after_li) == (51_000_000, 2_000_000)


def test_pots_that_are_asked_for_rarely_show_their_hits_too():
    assert len(found_in("2356", "2000", "2001", every_ms=10_000)) == 1
    assert found_in("2356", "2000", "2357", every_ms=10_000) == []


def test_a_fall_before_a_long_rest_is_a_hit_though_the_pot_has_grown_since():
    finder = HitFinder()
    before, fallen = pots(NOON_MS, "2356"), pots(NOON_MS + 2000, "2000")
    assert finder.hear(before, fallen, ()) == []
    (hit,) = finder.hear(fallen, pots(NOON_MS + 10 * HOUR_MS, "2300"), ())
    assert hit.before_li == 2_356_000


def test_both_pots_may_fall_at_once():
    finder, answers = HitFinder(), [pots(NOON_MS, "5", "6")]
    answers += [pots(NOON_MS + 2000 * n, "4", "5") for n in range(1, 8)]
    found = [hit.pot for before, after in pairwise(answers) for hit in finder.hear(before, after, ())]
    assert found == ["hourly", "super"]


def test_a_pot_that_grows_or_stands_is_no_hit():
    assert found_in("100", "100", "100.001", "100.001") == []


def test_answers_of_a_clock_that_was_set_back_show_no_hit():
    finder = HitFinder()
    assert finder.hear(pots(NOON_MS), pots(NOON_MS - 1, "1", "1"), [win(super_li=5)]) == []


@given(st.lists(st.integers(-500, 500), min_size=2, max_size=60))
def test_a_pot_that_only_trembles_is_never_won(trembling_li):
    answers = [format(Decimal(100_000_000 + each).scaleb(-3), "f") for each in trembling_li]
    assert found_in(*answers) == []


@pytest.mark.parametrize(
    ("next_hour_ms", "draw_ms"),
    [
        (0, None),
        (NOON_MS + HOUR_MS, NOON_MS + HOUR_MS),
        (NOON_MS + 72 * HOUR_MS, NOON_MS + 72 * HOUR_MS),
        (NOON_MS - 599_999, NOON_MS - 599_999),
        (NOON_MS - 600_000, None),
        ((NOON_MS + HOUR_MS) // 1000, None),
        ((NOON_MS + HOUR_MS) * 1000, None),
        (-1, None),
        (2**63 - 1, None),
    ],
)
def test_a_draw_is_counted_down_to_only_where_it_can_be_one(next_hour_ms, draw_ms):
    assert PotNow(Decimal(1), Decimal(0), next_hour_ms).draw_ms(NOON_MS) == draw_ms


def test_a_line_through_a_hit_has_both_its_ends():
    samples = [PotSample(NOON_MS - MINUTE_MS, 2_300_000), PotSample(NOON_MS + MINUTE_MS, 2_010_000)]
    assert [sample.li for sample in with_hits(samples, [hit(), hit("super")], "hourly")] == [
        2_300_000,
        2_356_410,
        2_000_100,
        2_010_000,
    ]


@pytest.mark.parametrize("away_ms", [0, SLACK_MS, -2000 - SLACK_MS])
def test_a_payout_belongs_to_the_hit_of_its_pot_and_time(away_ms):
    (found,) = match([hit()], [win(NOON_MS + away_ms)], WATCHED, LATER_MS)
    assert (found.verdict, found.hit, found.win) == (HitVerdict.PAID, hit(), win(NOON_MS + away_ms))


@pytest.mark.parametrize("away_ms", [SLACK_MS + 1, -2001 - SLACK_MS])
def test_further_away_the_two_are_strangers(away_ms):
    found = match([hit()], [win(NOON_MS + away_ms)], WATCHED, LATER_MS)
    assert {each.verdict for each in found} == {HitVerdict.UNPAID, HitVerdict.UNSEEN}


def test_a_payout_of_the_other_pot_is_another_matter():
    found = match([hit("super")], [win()], WATCHED, LATER_MS)
    assert [each.verdict for each in found] == [HitVerdict.UNSEEN, HitVerdict.UNPAID]


def test_a_payout_of_both_pots_settles_both_hits():
    found = match([hit(), hit("super")], [win(super_li=5_000_000)], WATCHED, LATER_MS)
    assert [(each.verdict, each.pot) for each in found] == [
        (HitVerdict.PAID, "hourly"),
        (HitVerdict.PAID, "super"),
    ]


def test_a_part_whose_pot_was_not_seen_to_fall_has_its_own_row():
    # Paid 81,350.906: 68.712 from the hourly pot, the rest from the super pot.
    paid = win(hourly_li=68_712, super_li=81_282_194)
    found = match([hit()], [paid], WATCHED, LATER_MS)
    rows = [(each.verdict, each.pot, each.win.part_li(each.pot)) for each in found]
    assert rows == [(HitVerdict.PAID, "hourly", 68_712), (HitVerdict.UNSEEN, "super", 81_282_194)]
    assert sum(li for _, _, li in rows) == paid.amount_li


def test_parts_of_which_neither_pot_was_seen_to_fall_have_a_row_each():
    unseen = {"hourly": WATCHED["hourly"], "super": ()}
    found = match([], [win(super_li=5)], unseen, LATER_MS)
    assert [(each.verdict, each.pot) for each in found] == [
        (HitVerdict.UNSEEN, "hourly"),
        (HitVerdict.UNWATCHED, "super"),
    ]


def test_a_payout_without_parts_may_belong_to_either_pot():
    (found,) = match([hit("super")], [win(hourly_li=None, super_li=None)], WATCHED, LATER_MS)
    assert (found.verdict, found.pot) == (HitVerdict.PAID, "super")


def test_several_may_share_a_pot():
    found = match([hit()], [win(trans_no="a"), win(trans_no="b")], WATCHED, LATER_MS)
    assert [each.verdict for each in found] == [HitVerdict.PAID, HitVerdict.PAID]


def test_a_payout_belongs_to_the_nearest_hit():
    near, far = hit(seen_at_ms=NOON_MS), hit(seen_at_ms=NOON_MS + SLACK_MS)
    found = match([far, near], [win(NOON_MS + 1000)], WATCHED, LATER_MS)
    assert [each.hit for each in found if each.verdict is HitVerdict.PAID] == [near]


def test_the_other_half_is_awaited_for_a_while():
    assert match([hit()], [], WATCHED, NOON_MS + SLACK_MS)[0].verdict is HitVerdict.AWAITED
    assert match([hit()], [], WATCHED, NOON_MS + SLACK_MS + 1)[0].verdict is HitVerdict.UNPAID
    assert match([], [win()], WATCHED, NOON_MS + SLACK_MS)[0].verdict is HitVerdict.AWAITED
    assert match([], [win()], WATCHED, NOON_MS + SLACK_MS + 1)[0].verdict is HitVerdict.UNSEEN


@pytest.mark.parametrize(
    "times",
    [[], [NOON_MS - MINUTE_MS], [NOON_MS + MINUTE_MS], [NOON_MS - GAP_MS, NOON_MS + 1]],
)
def test_nothing_is_missing_from_pots_that_nobody_watched(times):
    (found,) = match([], [win()], {"hourly": times}, LATER_MS)
    assert found.verdict is HitVerdict.UNWATCHED


def test_the_newest_comes_first():
    found = match([hit(seen_at_ms=NOON_MS - HOUR_MS)], [win()], WATCHED, LATER_MS)
    assert [each.at_ms for each in found] == [NOON_MS, NOON_MS - HOUR_MS]


@given(
    hit_times=st.lists(st.integers(0, 50), unique=True, max_size=6),
    win_times=st.lists(st.integers(0, 50), max_size=6),
)
def test_nothing_is_lost_and_nothing_is_both_paid_and_alone(hit_times, win_times):
    hits = [hit(seen_at_ms=NOON_MS + each * MINUTE_MS) for each in hit_times]
    wins = [win(NOON_MS + each * MINUTE_MS, trans_no=str(n)) for n, each in enumerate(win_times)]
    found = match(hits, wins, WATCHED, LATER_MS)
    assert sorted(each.win.trans_no for each in found if each.win) == [each.trans_no for each in wins]
    paid = {each.hit for each in found if each.win and each.hit}
    alone = [each.hit for each in found if not each.win]
    assert paid | set(alone) == set(hits)
    assert not paid & set(alone)


def test_growth_of_a_steady_pot_is_exact():
    samples = [PotSample(NOON_MS + n * MINUTE_MS, 1_000_000 + n * 12_000) for n in range(121)]
    assert growth(samples) == Growth(720_000, 720_000, 720_000, 7200)


def test_growth_leaves_out_falls_and_gaps():
    samples = [
        PotSample(0, 1_000_000),
        PotSample(MINUTE_MS, 1_001_000),
        PotSample(2 * MINUTE_MS, 500_000),
        PotSample(3 * MINUTE_MS, 503_000),
        PotSample(3 * MINUTE_MS + GAP_MS + 1, 900_000),
    ]
    assert growth(samples) == Growth(120_000, None, None, 120)


@pytest.mark.parametrize("samples", [[], [PotSample(0, 1)], [PotSample(0, 5), PotSample(1, 4)]])
def test_without_a_step_there_is_no_growth(samples):
    assert growth(samples) is None


def test_the_interval_of_written_blocks():
    # Five blocks of 15 minutes with 100, 110, 90, 120 and 80 li: 400 li an hour; s = sqrt(250), and by
    # Student's t with 4 degrees of freedom 2.776 * s / sqrt(5) = 19.63 a block, times 4 blocks an hour.
    block_ms, li, samples = 15 * MINUTE_MS, 0, [PotSample(1, 0)]
    for n, rise_li in enumerate((100, 110, 90, 120, 80), start=1):
        li += rise_li
        samples.append(PotSample(n * block_ms - 1, li))
    found = growth(samples)
    assert found is not None
    assert abs(found.li_an_hour - 400) <= 1
    assert (found.low, found.high) == pytest.approx((400 - 78.5, 400 + 78.5), abs=2)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    random, inside, worlds = Random(7), 0, 400
    for _ in range(worlds):
        li, samples = 0, [PotSample(1, 0)]
        for n in range(1, 13):
            li += round(random.gauss(10_000, 3000))
            samples.append(PotSample(n * 15 * MINUTE_MS - 1, li))
        found = growth(samples)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= Fraction(40_000) <= found.high
    assert 0.92 <= inside / worlds <= 0.98
