"""Runs of what is due again and again: each is done once, by whichever server claims it.

A claim ends by itself some time later, by the database's clock, so that another server takes over what one
did not finish. What comes of a run is written in the same transaction as that it is done (`finish`): a
server that was killed, or was asleep too long, writes none of it.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, insert, or_, select, update

from ledger.database import Books, Ledger, clock_ms
from ledger.schema import runs

_PAUSES_S: Final = (60, 300, 1800, 7200)
"""So long after a failure it is tried again; after the last of them no more."""


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run of a job that this server has claimed; `due_at` is aware and in UTC."""

    job: str
    due_at: datetime
    holder: str
    attempts: int


def claim(ledger: Ledger, job: str, due_at: datetime, lasts_s: float = 600) -> ClaimedRun | None:
    """Claim the run of a job that was due at a time; None where it is done, given up, or another's.

    None, too, where it is due only by this server's clock, not yet by the database's. The claim `lasts_s`.
    Raises LedgerAway.
    """
    holder, due_at_ms = secrets.token_hex(16), _ms(due_at)
    mine = runs.c.job == job, runs.c.due_at_ms == due_at_ms
    with ledger.writing() as books:
        now_ms = clock_ms(books.connection)
        if due_at_ms > now_ms:
            return None
        taken = {"state": "running", "holder": holder, "until_ms": now_ms + int(lasts_s * 1000)}
        again = update(runs).where(*mine, runs.c.state == "running", runs.c.until_ms <= now_ms)
        attempts = books.scalar(
            again.values(**taken, attempts=runs.c.attempts + 1).returning(runs.c.attempts)
        )
        if attempts is None:
            if books.scalar(select(runs.c.job).where(*mine)):
                return None
            new = {"job": job, "due_at_ms": due_at_ms, "attempts": 1, "reason": "", **taken}
            if books.add(insert(runs).values(**new)) is None:
                return None
            attempts = 1
    return ClaimedRun(job, due_at.astimezone(UTC), holder, attempts)


def finish(books: Books, run: ClaimedRun) -> bool:
    """Write that a run is done, in the transaction that writes what came of it.

    False: another server has taken it over, and nothing may be written.
    """
    done = {"state": "done", "done_at_ms": clock_ms(books.connection), "reason": ""}
    return bool(books.execute(update(runs).where(*_held(run)).values(**done)).rowcount)


def fail(ledger: Ledger, run: ClaimedRun, reason: str) -> None:
    """Write why a run has not succeeded; it is tried again later, a few times. Raises LedgerAway."""
    with ledger.writing() as books:
        tried = {"reason": reason}
        if run.attempts > len(_PAUSES_S):
            tried["state"] = "failed"
        until_ms = clock_ms(books.connection) + 1000 * _PAUSES_S[min(run.attempts, len(_PAUSES_S)) - 1]
        books.execute(update(runs).where(*_held(run)).values(**tried, until_ms=until_ms))


def last_done(books: Books, job: str) -> datetime | None:
    """Return the due time of the last run of a job that is not open; None where there was none."""
    settled = or_(runs.c.state == "done", runs.c.state == "failed")
    newest = select(runs.c.due_at_ms).where(runs.c.job == job, settled).order_by(runs.c.due_at_ms.desc())
    due_at_ms = books.scalar(newest.limit(1))
    return None if due_at_ms is None else datetime.fromtimestamp(due_at_ms / 1000, UTC)


def _held(run: ClaimedRun) -> tuple[ColumnElement[bool], ...]:
    named = runs.c.job == run.job, runs.c.due_at_ms == _ms(run.due_at)
    return (*named, runs.c.holder == run.holder, runs.c.state == "running")


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
