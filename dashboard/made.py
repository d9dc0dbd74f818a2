"""What pure functions make of the same, made once: pages are drawn more often than answers change."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, TypeVar, cast

R = TypeVar("R")


def made(make: Callable[..., R], *of: Any) -> R:
    """Return `make(*of)`, kept for whoever asks for the same of equal arguments; nobody may change it.

    `make` must depend on nothing else: no clock, no settings, no person. Of what has no hash, as frames and
    dicts, only the very same one counts as equal, and nobody may change that either.
    """
    return cast("R", _made(make, *(each if isinstance(each, Hashable) else _This(each) for each in of)))


class _This:
    """Something that is equal to itself alone."""

    def __init__(self, it: Any) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _This) and other.it is self.it

    def __hash__(self) -> int:
        return id(self.it)


@lru_cache(256)
def _made(make: Callable[..., object], *of: Hashable) -> object:
    return make(*(each.it if isinstance(each, _This) else each for each in of))
