"""What changed: silent in honest weeks, and what is planted is named."""

import numpy as np
import pytest

from dashboard.luck.changes import Candidate, Finding, What, findings
from dashboard.luck.student import two_sided
from dashboard.luck.words import finding_text

TYPES = ("Slots", "Multiplayer", "Table", "Fish", "Crypto")
SHARES = (0.5, 0.2, 0.15, 0.1, 0.05)


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


def world(seed):
    """Seven weeks and the one after: players come in clusters, stakes have long tails."""
    rng = np.random.default_rng(seed)
    weeks, players = 8, 3000
    # Each player of a week makes a number of bets that scatters as a negative binomial does.
    bets = rng.negative_binomial(0.7, 0.7 / (0.7 + 250), (weeks, players))
    stake = rng.lognormal(2.0, 0.8, (weeks, players))
    amount = bets * stake * rng.lognormal(0, 0.02, (weeks, 1))
    parts = rng.dirichlet(np.array(SHARES) * 20, (weeks, players))
    of_type = (amount[..., None] * parts).sum(axis=1)
    luck = rng.standard_t(5, (weeks, 6)) / np.sqrt(5 / 3)
    return bets, amount, of_type, luck


def candidates(bets, amount, of_type, luck):
    found = [
        Candidate(What.BET_AMOUNT, "", float(amount[0].sum()), tuple(amount[1:].sum(axis=1).tolist())),
        Candidate(What.BETS, "", float(bets[0].sum()), tuple(bets[1:].sum(axis=1).tolist()), 0),
        Candidate(What.LUCK, "", float(luck[0, 0]), tuple(luck[1:, 0].tolist()), 1),
    ]
    for place, name in enumerate(TYPES):
        column = of_type[:, place].tolist()
        found.append(Candidate(What.BET_AMOUNT, name, column[0], tuple(column[1:])))
        scores = luck[:, place + 1].tolist()
        found.append(Candidate(What.LUCK, name, scores[0], tuple(scores[1:]), 1))
    tops = (amount.max(axis=1) / amount.sum(axis=1)).tolist()
    found.append(Candidate(What.PLAYER, "7", tops[0], tuple(tops[1:]), 1))
    return found


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
        more = [bets * 1.0, amount.copy(), of_type.copy()]
        for column in more:
            column[0] *= 1.3
        found = findings(candidates(*more, luck))
        assert (What.BET_AMOUNT, "") in {(each.what, each.of) for each in found}
        single = amount.copy()
        single[0, 7] = single[0].sum()
        found = findings(candidates(bets, single, of_type, luck))
        assert (What.PLAYER, "7") in {(each.what, each.of) for each in found}


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
