"""Random numbers that are the same on every machine.

Only the generator's raw 64-bit words and whole-number arithmetic are used: the ready-made distributions go
through `log` and `exp`, whose last bit differs between processors.
"""

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

_MASK = 2**64 - 1


class Draws:
    """A stream of random numbers that its key of whole numbers alone decides."""

    def __init__(self, *key: int) -> None:
        self._bits = np.random.Philox(np.random.SeedSequence(key))

    def words(self, count: int) -> Words:
        """Return `count` random 64-bit words."""
        words: Words = self._bits.random_raw(count)
        return words

    def below(self, count: int, bound: int | Whole) -> Whole:
        """Return `count` numbers, each from 0 up to its bound, bound excluded (at most 2**31)."""
        halves = (self.words(count) >> np.uint64(32)).astype(np.int64)
        return halves * bound >> 32

    def pick(self, count: int, running: Whole) -> Whole:
        """Return `count` indices, drawn by weight: `running` holds the running sum of the weights."""
        if not count:
            return np.zeros(0, np.int64)
        return np.searchsorted(running, self.below(count, int(running[-1])), side="right").astype(np.int64)


def mix(*numbers: int) -> int:
    """Return a 64-bit word: a fixed scramble of these whole numbers (splitmix64, Steele et al. 2014)."""
    state = 0
    for number in numbers:
        state = (state ^ number) + 0x9E3779B97F4A7C15 & _MASK
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ state >> 27) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state


def mix_array(seed: int, *columns: Whole) -> Words:
    """Return one scrambled 64-bit word a row, as `mix(seed, *row)` does."""
    state: Words = np.full(columns[0].shape, mix(seed), np.uint64)
    for column in columns:
        state = (state ^ column.astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ state >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ state >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return state
