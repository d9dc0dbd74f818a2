"""What the cache answers at once, without the provider."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_alone: ContextVar[bool] = ContextVar("the cache alone", default=False)


class NotAtHand(Exception):
    """The provider would have to be asked."""


def at_hand(read: Callable[[], T]) -> T | None:
    """Return what `read` finds in the cache, None where it would have to ask the provider or wait for it."""
    before = _alone.set(True)
    try:
        return read()
    except NotAtHand:
        return None
    finally:
        _alone.reset(before)


def may_ask() -> None:
    """Raise NotAtHand where the provider must not be asked."""
    if _alone.get():
        raise NotAtHand
