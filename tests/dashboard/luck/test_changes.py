"""What changed: silent in honest weeks, and what is planted is named."""

import pytest

from dashboard.luck.changes import Candidate, Finding, What, findings, odd_hours
from dashboard.luck.student import two_sided
from dashboard.luck.words import finding_text
from tests.changed import HOURS, PLANTED, candidates, hours_world, more, world


@pytest.mark.parametrize(
    ("t", "freedom", "p"),
    # Tables of Student's t.
    [
        (12.706, 1, 0.05),
        (4.303, 2, 0.05),
        (3.182, 3, 0.05),
        (2.571, 5, 0.05),
        (2.447, 6, 0.05),
        (3.499, 7, 0.01),
        (-2.0, 60, 0.05),
        (0, 4, 1.0),
    ],
)
def test_students_t(t, freedom, p):
    assert two_sided(t, freedom) == pytest.approx(p, rel=2e-3)


def test_a_written_change():
    amounts = (100.0, 110.0, 90.0, 100.0, 105.0, 95.0)
    (found,) = findings([Candidate(What.BET_AMOUNT, "", 200.0, amounts)])
    assert (found.ratio, found.money_li) == (2.0, 100)
    assert found.p < 0.001
    assert findings([Candidate(What.BET_AMOUNT, "", 105.0, amounts)]) == []
    # Weeks that are alike by chance make no noise of nothing; a type that began in between says nothing yet.
    assert findings([Candidate(What.BET_AMOUNT, "", 103.0, (100.0,) * 6)]) == []
    assert findings([Candidate(What.BET_AMOUNT, "", 300.0, (*amounts[:4],))]) == []
    assert findings([Candidate(What.BET_AMOUNT, "", 300.0, (*amounts, 0.0))]) == []
    assert findings([Candidate(What.BET_AMOUNT, "", 0.0, amounts)]) == []


def test_at_most_five_and_the_largest_money_first():
    steady = (100.0, 101.0, 99.0, 100.0, 102.0, 98.0)
    found = findings([Candidate(What.BET_AMOUNT, str(n), 200.0 + n, steady) for n in range(7)])
    assert [each.of for each in found] == ["6", "5", "4", "3", "2"]


def test_luck_is_measured_by_its_own_past_where_that_was_wilder_than_it_should_be():
    calm, wild = (0.1, -0.5, 1.0, 0.3, -1.2, 0.0, 0.8), (3.0, -4.0, 2.5, 3.5, -2.0, 4.0, -3.0)
    assert findings([Candidate(What.LUCK, "", -8.0, calm, -10)])
    assert findings([Candidate(What.LUCK, "", -6.0, wild, -10)]) == []


@pytest.mark.slow
def test_honest_weeks_are_silent():
    told = [bool(findings(candidates(*world(seed)))) for seed in range(100)]
    assert sum(told) <= 5


@pytest.mark.slow
def test_what_is_planted_is_named_in_all_of_twenty_seeds():
    for seed in range(20):
        bets, amount, of_type, luck = world(seed)
        # A game that paid a fifth too much of half of the bets: some ten standard errors.
        broken = luck.copy()
        broken[0, 0] -= 10
        assert (What.LUCK, "") in {
            (each.what, each.of) for each in findings(candidates(bets, amount, of_type, broken))
        }
        found = findings(candidates(*more((bets, amount, of_type, luck))))
        assert (What.BET_AMOUNT, "") in {(each.what, each.of) for each in found}
        single = amount.copy()
        single[0, 7] = single[0].sum()
        found = findings(candidates(bets, single, of_type, luck))
        assert (What.PLAYER, "7") in {(each.what, each.of) for each in found}


def test_an_hour_that_stands_out_is_named_and_one_of_few_bets_or_weeks_is_not():
    even = [[100 + (day + hour + week) % 7 for day in range(7) for hour in range(24)] for week in range(8)]
    assert odd_hours(HOURS, even, even) == []
    even[0][3 * 24 + 15] = 0
    (found,) = odd_hours(HOURS, even, even)
    assert (found.what, found.of, found.now, found.ratio) == (What.HOUR, PLANTED, 0.0, 0.0)
    assert -107 <= found.money_li <= -100
    assert odd_hours(HOURS, even[:5], even[:5]) == []
    few = [[each // 3 for each in week] for week in even]
    assert odd_hours(HOURS, few, few) == []
    # A day of which all hours are so is no hour that stands out.
    half = [[each // 2 if place // 24 == 3 else each for place, each in enumerate(even[1])], *even[1:]]
    assert odd_hours(HOURS, half, half) == []


@pytest.mark.slow
def test_honest_hours_are_silent_and_an_outage_is_named_in_all_of_twenty_seeds():
    assert sum(bool(odd_hours(*hours_world(seed))) for seed in range(100)) <= 3
    for seed in range(20):
        assert [each.of for each in odd_hours(*hours_world(seed, 0.0))] == [PLANTED]


def test_each_finding_is_a_sentence():
    names = {7: "Lucky *Koi*"}
    told = {
        (What.RTP, "7", 1.0, None, 0): "**Lucky \\*Koi\\* pays too much**, says the RTP monitor.",
        (What.RTP, "8", -1.0, None, 0): "**8 pays too little**, says the RTP monitor.",
        (What.LUCK, "", -4.25, None, -2_000_000): (
            "**Players won 2.00K\u00a0PHP more than was to be expected**, 4.3 standard errors."
        ),
        (What.LUCK, "Slots", 4.0, None, 2_000_000): (
            "**Slots: players lost 2.00K\u00a0PHP more than was to be expected**, 4.0 standard errors."
        ),
        (What.PLAYER, "12", 0.5, 20.0, 5): (
            "**One player made 50.0\u00a0% of the bet amount**, 20.0 times as much as one usually does."
        ),
        (What.HOUR, "2026-03-05T15:00:00", 10.0, 0.25, -5): (
            "**Bets \u221275\u00a0%** on Thu 5 Mar from 15:00, against the usual of that hour."
        ),
        (What.BETS, "", 130.0, 1.3, 0): "**Bets +30\u00a0%** against the usual of the weeks before.",
        (What.BET_AMOUNT, "", 70.0, 0.7, -30_000): (
            "**Bet amount \u221230\u00a0%** against the usual of the weeks before: \u221230.00\u00a0PHP."
        ),
        (What.BET_AMOUNT, "Slots", 70.0, 1.5, 30_000): (
            "**Bet amount of Slots +50\u00a0%** against the usual of the weeks before: +30.00\u00a0PHP."
        ),
    }
    for found, sentence in told.items():
        assert finding_text(Finding(*found, 0.001), names, "PHP") == sentence
