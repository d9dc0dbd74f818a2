"""Bins of sizes: even steps of the logarithm, and DuckDB finds the one that an amount lies in."""

from itertools import pairwise

import duckdb
import pytest

from archive.sizes import EDGES_LI, bin_sql

BIG = 2**53 + 1


def test_bins_are_even_steps_of_the_logarithm():
    assert EDGES_LI[::5] == [10**power for power in range(19)]
    for power, edge in enumerate(EDGES_LI):
        assert (edge - 1) ** 5 < 10**power <= edge**5
    assert all(low < high for low, high in pairwise(EDGES_LI))


@pytest.mark.parametrize(
    ("amount", "from_li"),
    [
        (1, 1),
        (999, 631),
        (1000, 1000),
        (1584, 1000),
        (1585, 1585),
        (BIG, 6309573444801933),
        (2**63 - 1, 6309573444801932495),
    ],
)
def test_a_size_lies_in_the_bin_that_begins_at_or_below_it(amount, from_li):
    assert duckdb.sql(f"SELECT {bin_sql('li')} FROM (SELECT {amount} AS li)").fetchall() == [(from_li,)]


def test_each_edge_begins_its_bin_to_the_li():
    around = [
        (edge + step, edge if step >= 0 else low) for low, edge in pairwise(EDGES_LI) for step in (-1, 0, 1)
    ]
    values = ", ".join(f"({amount})" for amount, _ in around)
    found = duckdb.sql(f"SELECT {bin_sql('li')} FROM (VALUES {values}) AS of(li)").fetchall()
    expected = [from_li if amount not in EDGES_LI else amount for amount, from_li in around]
    assert [from_li for (from_li,) in found] == expected
