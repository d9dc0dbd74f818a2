"""How the answers about the parts of a window become one about the whole of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def added_up(
    *, first: Iterable[str] = (), last: Iterable[str] = (), alone: Iterable[str] = ()
) -> Callable[[Sequence[S]], S]:
    """Return what adds up summaries, the oldest first, field by field.

    But of the fields `first` and `last` it takes the first part's and the last part's value, and what stands
    `alone` (numbers of distinct players) is None where there are several parts.
    """

    def join(parts: Sequence[S]) -> S:
        chosen: dict[str, Any] = {name: getattr(parts[0], name) for name in first}
        chosen |= {name: getattr(parts[-1], name) for name in last}
        chosen |= dict.fromkeys(alone)
        summed = [name for name in parts[0].__struct_fields__ if name not in chosen]
        sums = {name: sum(getattr(part, name) for part in parts) for name in summed}
        return msgspec.structs.replace(parts[0], **sums, **chosen) if len(parts) > 1 else parts[0]

    return join


def added_up_by(*keys: str) -> Callable[[Sequence[list[S]]], list[S]]:
    """Return what adds up lists of rows: those with the same values of `keys` become one."""
    add_up: Callable[[Sequence[S]], S] = added_up(first=keys)

    def join(parts: Sequence[list[S]]) -> list[S]:
        rows: dict[tuple[Any, ...], list[S]] = {}
        for row in chain.from_iterable(parts):
            rows.setdefault(tuple(getattr(row, key) for key in keys), []).append(row)
        return [add_up(same) for same in rows.values()]

    return join
