"""What the provider said, with its age and what it lacks. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from dashboard.core.text import Words
from twoj_client import Reply, TwoJError
from twoj_client.errors import NoAnswer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A value with its age: `as_of` is when the provider said the oldest part of it that may still change.

    `stale_reason`: how the provider failed, where this is what it said last. `failures`: a sentence for each
    part that the value lacks because its answer failed. `warnings`: what else a reader must know of it, a
    sentence each. `window` is what the value covers (half open), `compared` with what it is compared, in
    words: an answer may be older than the question of the moment, and whoever shows it takes these words, not
    those of the question.
    """

    value: T
    as_of: datetime
    stale_reason: TwoJError | None = None
    failures: tuple[Words, ...] = ()
    warnings: tuple[Words, ...] = ()
    window: tuple[datetime, datetime] | None = None
    compared: Words = ""
    currency: str = ""
    """Of its amounts, where that is not the setting's."""
    settled: bool = False
    """Whether by the provider's clock all of it is final: its age says nothing then."""

    @property
    def stale(self) -> bool:
        """Whether the provider failed, and this is what it said last."""
        return self.stale_reason is not None


@dataclass(frozen=True, slots=True)
class Progressive(Generic[T]):
    """What is known of something that takes many answers; `known` is None until there is anything to show.

    `answered` of `asked` calls are over.
    """

    known: Reading[T] | None
    answered: int
    asked: int

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        return self.answered == self.asked


def stale_reason_of(parts: Iterable[Reply[Any] | Reading[Any]]) -> TwoJError | None:
    """How the provider failed, where a part is what it said last; None where none is."""
    reasons = (part.stale_reason or NoAnswer("The provider does not answer.") for part in parts if part.stale)
    return next(reasons, None)


def is_settled(parts: Iterable[Reply[Any]]) -> bool:
    """Whether what is made of all these parts is final."""
    return all(part.settled and part.complete for part in parts)


def covered(start: datetime, end: datetime, as_of: datetime) -> tuple[datetime, datetime]:
    """What an answer about a window covers: up to `end`, or to the full minute of `as_of` before it."""
    return start, max(start, min(end, as_of.replace(second=0, microsecond=0)))


def may_differ(replies: Iterable[Reply[Any]], start: datetime, end: datetime) -> bool:
    """Whether a total and its parts may be held against each other: all whole, and said up to the same time.

    What is in one and not in the other is no game that the list lacks where one was said earlier.
    """
    parts = list(replies)
    return all(part.complete and not part.stale for part in parts) and (
        len({covered(start, end, part.as_of) for part in parts}) == 1
    )
