"""How the provider is asked, and what is said where it does not answer, or said otherwise before."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from dashboard.core import formats
from dashboard.core.text import Deferred, Words, listed, text
from dashboard.provider.changes import changed
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, covered, is_settled, stale_reason_of
from twoj_client import Reply, TwoJError
from twoj_client.cache_only import cache_only
from twoj_client.errors import TimedOut

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")

PATIENCE_S: Final = 8
"""So long people wait at most for the provider, however often it is asked meanwhile."""


def late() -> TimedOut:
    """What is said of an answer for which nobody waits any longer."""
    return TimedOut("The provider has not answered yet.")


def gather(
    merchant: Merchant,
    calls: Mapping[K, Callable[[], Reply[V]]],
) -> tuple[dict[K, Reply[V]], dict[K, TwoJError]]:
    """Ask all at once; answers and errors by key. Raises an error only where there is no answer at all.

    What has not been answered in time is an error too. What was asked goes on: its answer is for next time.
    """
    # Most often all is at hand: then threads would wait for each other longer than for the answers.
    found = {key: cache_only(call) for key, call in calls.items()}
    load = Job(
        {key: call for key, call in calls.items() if found[key] is None}, merchant.pool, merchant.clock
    )
    load.look(PATIENCE_S)
    load.give_up()
    replies = {key: reply for key, reply in found.items() if reply is not None} | load.replies()
    errors = load.errors()
    errors |= {key: late() for key in calls if key not in replies and key not in errors}
    if errors and not replies:
        raise next(iter(errors.values()))
    return replies, errors


def warnings_of(merchant: Merchant, parts: Iterable[Reply[Any] | Reading[Any]]) -> tuple[Words, ...]:
    """What a reader must know of what is made of the parts, each sentence once.

    What the provider changed of them is added up: parts must lie beside each other.
    """
    parts = list(parts)
    changes = [change for part in parts if isinstance(part, Reply) for change in part.changes]
    known = [warning for part in parts for warning in _warnings(part)]
    return (*dict.fromkeys(known), *changed(changes, merchant.zone, merchant.currency))


def _warnings(part: Reply[Any] | Reading[Any]) -> Iterable[Words]:
    if isinstance(part, Reading):
        return part.warnings
    return [Deferred(_unknown_text, tuple(part.unknown.items()))] if part.unknown else []


def _unknown_text(*times: tuple[str, int]) -> str:
    fields = [text("{name} {n} times", name=name, n=formats.count(n)) if n > 1 else name for name, n in times]
    return text(
        "The provider's answer leaves out, or tells in no known form: {fields}.", fields=listed(fields)
    )


def reading_of(
    merchant: Merchant,
    value: R,
    replies: Iterable[Reply[Any]],
    window: tuple[datetime, datetime],
    failures: tuple[Words, ...] = (),
    as_of: datetime | None = None,
) -> Reading[R]:
    """What was made of replies about a window, as old as the oldest of them unless `as_of` says otherwise."""
    parts = list(replies)
    as_of = as_of or min(part.as_of for part in parts)
    return Reading(
        value,
        as_of,
        stale_reason_of(parts),
        failures,
        warnings_of(merchant, parts),
        covered(*window, as_of),
        settled=is_settled(parts),
    )
