"""Sizes of amounts in bins: even steps of the logarithm, five for each power of ten. Pure."""

from decimal import Decimal, localcontext
from math import ceil
from typing import Final

_BINS_A_DECADE: Final = 5
_DECADES: Final = 19


def _edges() -> list[int]:
    """Return the smallest whole li of each bin, n with n⁵ >= 10^k; 40 digits decide it, as 19 are whole."""
    powers = range(_DECADES * _BINS_A_DECADE)
    with localcontext(prec=40):
        return [ceil(Decimal(10) ** (Decimal(power) / _BINS_A_DECADE)) for power in powers]


EDGES_LI: Final = _edges()
"""Where the bins of sizes begin, from 1 li on; each ends where the next one begins."""


def bin_sql(column: str) -> str:
    """Return SQL for the edge at or below an amount of at least 1 li, found by halving."""
    return _halved(column, 0, len(EDGES_LI) - 1)


def _halved(column: str, low: int, high: int) -> str:
    if low == high:
        return str(EDGES_LI[low])
    middle = (low + high + 1) // 2
    below, above = _halved(column, low, middle - 1), _halved(column, middle, high)
    return f"CASE WHEN {column} < {EDGES_LI[middle]} THEN {below} ELSE {above} END"
