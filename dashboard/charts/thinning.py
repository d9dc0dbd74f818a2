"""Leaves out of a long line what no screen could show."""

import numpy as np
import numpy.typing as npt

BUCKETS = 500

Places = npt.NDArray[np.intp]


def line_places(x: npt.NDArray[np.int64], y: npt.NDArray[np.int64], buckets: int = BUCKETS) -> Places:
    """Return the places of the points to draw: first, lowest, highest and last of each bucket of `x`.

    The line through them covers the same pixels as the whole line (M4; Jugel et al., "M4: A
    Visualization-Oriented Time Series Data Aggregation", VLDB 2014). `x` must not fall.
    """
    if len(x) <= 4 * buckets:
        return np.arange(len(x))
    bucket = _buckets(x, buckets)
    first = np.flatnonzero(np.diff(bucket, prepend=-1))
    last = np.append(first[1:], len(x)) - 1
    by_value = np.lexsort((y, bucket))
    return np.unique(np.concatenate((first, last, by_value[first], by_value[last])))


def mark_places(
    x: npt.NDArray[np.int64], size: npt.NDArray[np.int64], buckets: int = BUCKETS
) -> tuple[Places, npt.NDArray[np.int64]]:
    """Return the largest mark of each bucket of `x`, and for how many marks it stands. `x` must not fall."""
    if not len(x):
        return np.zeros(0, np.intp), np.zeros(0, np.int64)
    bucket = _buckets(x, buckets)
    first = np.flatnonzero(np.diff(bucket, prepend=-1))
    last = np.append(first[1:], len(x)) - 1
    return np.lexsort((size, bucket))[last], np.diff(np.append(first, len(x)))


def _buckets(x: npt.NDArray[np.int64], buckets: int) -> npt.NDArray[np.int64]:
    span = max(int(x[-1] - x[0]), 1)
    numbers: npt.NDArray[np.int64] = np.minimum((x - x[0]) * buckets // span, buckets - 1)
    return numbers
