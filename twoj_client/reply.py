"""What a method returns: the data, and how far it can be trusted."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

import msgspec

from twoj_client.changes import Restatement
from twoj_client.errors import TwoJError
from twoj_client.windows import Window

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Answer(NamedTuple, Generic[T_co]):
    """One of the provider's answers, as a part of a reply."""

    value: T_co
    as_of: float
    """Epoch seconds: the value holds everything that the provider knew then."""
    ended: bool
    """True where the answer's window was over when it was given: it does not make a reply older."""
    stale: bool = False
    """Served although it is too old, because the provider failed."""
    stale_reason: TwoJError | None = None
    """How it failed."""
    covers_to: int = 0
    """Epoch seconds: nothing in the value happened at or after this."""
    settled: bool = False
    """True where the answer was given so long after its window's end that it is kept."""
    by_provider_clock: bool = False
    """True where the provider's clock was asked for `as_of`, besides ours."""
    asked_again: int = 0
    """The number of the last request to ask for the window again that this answer follows."""
    changes: tuple[Restatement, ...] = ()
    """How it differs from what was said first of its window."""
    refresh_at: float = 0.0
    """Epoch seconds: until then, nothing needs to be asked again."""
    unknown: Mapping[str, int] = MappingProxyType({})
    """How often which field of the value was not known."""


class Reply(msgspec.Struct, Generic[T], frozen=True):
    """What a method returns."""

    data: T
    as_of: dt.datetime
    """When the provider said it, in UTC.

    Where the data is made of several answers: the oldest among those whose window was still running when they
    were given (or over for less than five minutes, which the last rounds may take), else the oldest of all.
    """
    complete: bool = True
    """False where rows are known to be missing."""
    missing: tuple[Window, ...] = ()
    """The windows in which rows are missing."""
    stale: bool = False
    """True where an old answer was served because the provider failed."""
    stale_reason: TwoJError | None = None
    """How it failed; None where it did not."""
    by_provider_clock: bool = False
    """True where `as_of` is by the provider's clock too: without that no answer is final."""
    settled: bool = False
    """True where each of its answers was given so long after its window's end that it is kept."""
    changes: tuple[Restatement, ...] = ()
    """What the provider changed of finished windows since they were first read."""
    unknown: Mapping[str, int] = MappingProxyType({})
    """How often which field of the data was left out or told in no known form."""


def reply_of(data: T, answers: Iterable[Answer[object]], missing: Sequence[Window] = ()) -> Reply[T]:
    """Put `data` into a reply that is as old, and as stale, as the `answers` it is made of."""
    parts = list(answers)
    changing = [part.as_of for part in parts if not part.ended]
    as_of = min(changing or [part.as_of for part in parts])
    return Reply(
        data=data,
        as_of=dt.datetime.fromtimestamp(as_of, dt.UTC),
        complete=not missing,
        missing=tuple(missing),
        stale=any(part.stale for part in parts),
        stale_reason=next((part.stale_reason for part in parts if part.stale_reason), None),
        by_provider_clock=all(part.by_provider_clock for part in parts),
        settled=all(part.settled for part in parts),
        changes=tuple(change for part in parts for change in part.changes),
        unknown=sum((Counter(part.unknown) for part in parts), Counter()),
    )
