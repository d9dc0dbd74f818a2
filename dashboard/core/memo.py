"""What pure functions make of the same, made once: pages are drawn more often than answers change."""

import pickle
from collections.abc import Callable, Hashable
from hashlib import blake2b
from threading import Condition
from typing import Any, TypeVar, cast
from weakref import ref

import pandas as pd
from cachetools import LRUCache, cached

from dashboard.core.text import language

R = TypeVar("R")


def memo(make: Callable[..., R], *of: Any) -> R:
    """Return `make(*of)`, kept for whoever asks for the same of equal arguments; nobody may change it.

    `make` must depend on nothing else but the language: no clock, no settings, no person. What has no hash,
    as frames and dicts, counts as equal where its contents are, and nobody may change that either.
    """
    keys = [each if isinstance(each, Hashable) else _Contents(each) for each in of]
    result = _memo(language(), make, *keys)
    for key in keys:
        if isinstance(key, _Contents):
            key.forget()
    return cast("R", result)


class _Contents:
    """Something without a hash, told from others by what it holds."""

    def __init__(self, it: Any) -> None:
        self.it = it
        self._digest = _frame_digest(it) if isinstance(it, pd.DataFrame) else _digest(it)

    def forget(self) -> None:
        """Let it go: what is kept under this key needs it no more."""
        self.it = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Contents) and other._digest == self._digest

    def __hash__(self) -> int:
        return hash(self._digest)


def _digest(it: Any) -> bytes:
    return blake2b(pickle.dumps(it, protocol=5)).digest()


_known: dict[int, tuple["ref[pd.DataFrame]", bytes]] = {}
"""The digests of frames that are alive, by their identity: a large frame is read once."""


def _frame_digest(frame: pd.DataFrame) -> bytes:
    identity = id(frame)
    found = _known.get(identity)
    if found and found[0]() is frame:
        return found[1]
    digest = _digest(frame)
    _known[identity] = ref(frame, lambda gone: _drop(identity, gone)), digest
    return digest


def _drop(identity: int, gone: "ref[pd.DataFrame]") -> None:
    found = _known.get(identity)
    if found and found[0] is gone:
        _known.pop(identity, None)


# The parts of a page are drawn at the same time and want the same: one makes it, the others wait for it.
@cached(LRUCache(1024), condition=Condition())
def _memo(_language: str, make: Callable[..., object], *of: Hashable) -> object:
    return make(*(each.it if isinstance(each, _Contents) else each for each in of))
