"""What the cache answers at once, without the provider."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_alone: ContextVar[bool] = ContextVar("the cache alone", default=False)


class CacheMiss(Exception):
    """The provider would have to be asked."""


def cache_only(read: Callable[[], T]) -> T | None:
    """Return what `read` finds in the cache, None where it would have to ask the provider or wait for it."""
    before = _alone.set(True)
    try:
        return read()
    except CacheMiss:
        return None
    finally:
        _alone.reset(before)


def refuse_if_cache_only() -> None:
    """Raise CacheMiss where the provider must not be asked."""
    if _alone.get():
        raise CacheMiss
