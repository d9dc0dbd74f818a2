"""What is made of bets, and kept in the place of bets that are too many to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from pyarrow import Table

T = TypeVar("T")


@dataclass(frozen=True)
class Sums(Generic[T]):
    """How something is made of a table of bets, and how it is kept."""

    name: str
    """Tells it, and its version, from whatever else is made of bets."""
    make: Callable[[Table], T]
    pack: Callable[[T], bytes]
    unpack: Callable[[bytes], T]
    """Raises ValueError where the bytes are damaged."""
