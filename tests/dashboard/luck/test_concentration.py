from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.luck.concentration import Concentration, concentration, lorenz, without_top

AMOUNTS = st.lists(st.integers(0, 10**17), max_size=150)
HALF = Fraction(1, 2)


def test_known_answers():
    assert concentration([5, 5, 5, 5]) == Concentration(
        4, Fraction(0), (Fraction(1, 4), None, None), Fraction(4)
    )
    # One has all but a li each of the others: (2·(1 + 2 + 3·98) − 4·100) / (2·100).
    assert concentration([1, 98, 1]) == Concentration(
        3, Fraction(97, 100), (Fraction(98, 100), None, None), Fraction(10_000, 9_606)
    )
    # Gini of 1 … n is (n − 1) / 3n without the factor, and a third with it.
    told = concentration(range(102))
    assert told == Concentration(
        101,
        Fraction(1, 3),
        (Fraction(101, 5_151), Fraction(965, 5_151), Fraction(5_150, 5_151)),
        Fraction(5_151**2, 101 * 102 * 203 // 6),
    )


def test_one_player_has_all_and_none_has_nothing():
    assert concentration([0, 7, 0]) == Concentration(1, None, (None, None, None), Fraction(1))
    assert concentration([0, 0]) is concentration([]) is None
    assert lorenz([0]) == []


def test_a_lorenz_curve_goes_through_its_players():
    assert lorenz([30, 0, 10]) == [(0, 0), (HALF, Fraction(1, 4)), (1, 1)]


def test_the_gain_without_the_player_who_moved_it_most():
    # Three lost 10, 20 and 30, one won 500: the company lost 440, and gained 60 from all others.
    assert without_top([-10, 500, -20, -30]) == 60
    assert without_top([-900, 500]) == -500
    assert without_top([-500, 500]) == without_top([500, -500]) == -500
    assert without_top([0, 0]) is without_top([]) is None


@given(AMOUNTS, st.integers(1, 1000))
def test_concentration_says_of_any_amounts_what_brute_force_says_and_does_not_depend_on_their_unit(
    amounts, unit
):
    told, known = concentration(amounts), [amount for amount in amounts if amount]
    if told is None:
        assert not known
        return
    n = len(known)
    assert 1 <= told.effective <= n
    differences = sum(abs(one - other) for one in known for other in known)
    assert told.gini == (Fraction(differences, 2 * n * (n - 1)) / Fraction(sum(known), n) if n > 1 else None)
    # Twice the area between the curve and the diagonal is Gini without its factor.
    curve = lorenz(amounts)
    area = sum((x1 - x0) * (y0 + y1) for (x0, y0), (x1, y1) in pairwise(curve))
    assert n == 1 or told.gini == (1 - area) * Fraction(n, n - 1)
    scaled = concentration([amount * unit for amount in reversed(amounts)])
    assert (scaled.gini, scaled.tops, scaled.effective) == (told.gini, told.tops, told.effective)
