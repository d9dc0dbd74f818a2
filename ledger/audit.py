"""The audit log of each merchant: who did what, each row bound to the one before it by a hash.

A row that is changed, missing or added behind the log's back breaks the chain, which `broken` finds. Nothing
in a database can withstand somebody who may rewrite all of it: whoever wants to exclude that too keeps the
hash of the last row, which ``python -m ledger check`` prints, in another place.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from ledger.database import Books, LedgerAway
from ledger.schema import NO_ROW_HASH, audit, audit_end
from twoj_client.errors import gettext_noop

SCREEN_MADE, SCREEN_REVOKED = gettext_noop("screen made"), gettext_noop("screen revoked")
PACK_MADE = gettext_noop("pack made")
"""What a row is about that names the SHA-256 of a monthly pack."""
PAYOUTS = "payouts"
"""What a row is about that binds in what payouts write."""
UPGRADE = "upgrade"
"""Who binds in what was written before payouts were."""
DONE = gettext_noop("done")
"""The outcome of most deeds."""
_AT_ONCE = 10_000
_HASHED = "id at_ms who what about outcome previous_hash".split()


class AuditEntry(NamedTuple):
    """Something that somebody did. `what`, `outcome`: up to 40 characters; `details` end up as JSON."""

    who: str
    what: str
    details: Mapping[str, Any]
    outcome: str


def write(books: Books, entry: AuditEntry, at_ms: int) -> None:
    """Write a row inside the caller's transaction, as the last thing in it: until the commit others wait.

    Raises LedgerAway where the log has lost its end.
    """
    end = books.execute(select(audit_end).with_for_update()).one_or_none()
    if end is None:
        raise LedgerAway("The audit log was damaged. Run: python -m ledger check")
    row: dict[str, Any] = {
        "id": end.row_count + 1,
        "at_ms": at_ms,
        "who": entry.who,
        "what": entry.what,
        "about": as_text(entry.details),
        "outcome": entry.outcome,
        "previous_hash": end.hash,
    }
    row["hash"] = row_hash(row)
    books.execute(insert(audit), row)
    books.execute(update(audit_end).values(row_count=row["id"], hash=row["hash"]))


def as_text(about: Mapping[str, Any]) -> str:
    """Return the JSON text under which a row keeps what it is about."""
    return json.dumps(about, sort_keys=True)


def as_object(text: str) -> dict[str, Any]:
    """Return what a row is about; nothing where somebody wrote what is no JSON object."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def row_hash(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of a row, over all columns but the hash itself, and whose it is.

    That was not said when the first rows were hashed.
    """
    hashed = [row[name] for name in _HASHED]
    return hashlib.sha256(json.dumps(hashed, default=repr).encode()).hexdigest()


def broken(books: Books) -> Iterator[str]:
    """Return a sentence for each place where the chain is broken."""
    last, last_hash = 0, NO_ROW_HASH
    for row in rows(books):
        if row.id != last + 1:
            yield _missing(last + 1, row.id - 1)
        elif row.previous_hash != last_hash:
            yield f"Audit log: row {row.id} does not follow row {last}; one of them was exchanged."
        if row.hash != row_hash(row._asdict()):
            yield f"Audit log: row {row.id} was changed."
        last, last_hash = row.id, row.hash
    end = books.execute(select(audit_end)).one_or_none()
    if end is None or (end.row_count, end.hash) != (last, last_hash):
        yield _end(end, last)


def rows(books: Books, what: str | None = None) -> Iterator[Row[Any]]:
    """Return the rows of the log, oldest first: all, or those of one kind of entry."""
    read = select(audit).order_by(audit.c.id).execution_options(yield_per=_AT_ONCE)
    yield from books.execute(read if what is None else read.where(audit.c.what == what))


def has(connection: Connection, head: str) -> bool:
    """Say whether a hash that was noted earlier is still in a merchant's chain."""
    return connection.scalar(select(audit.c.id).where(audit.c.hash == head)) is not None


def extent(books: Books) -> list[str]:
    """Return a sentence about the end of a log that is not empty, with the hash to keep elsewhere."""
    end = books.execute(select(audit_end)).one_or_none()
    if end is None or not end.row_count:
        return []
    found = [f"The audit log ends with row {end.row_count}, whose hash is {end.hash}."]
    bound = select(func.min(audit.c.at_ms)).where(audit.c.who == UPGRADE, audit.c.what == PAYOUTS)
    if at_ms := books.scalar(bound):
        day = datetime.fromtimestamp(at_ms / 1000, UTC).date()
        bound_in = (
            f"Payouts from before {day} (UTC) were bound into the audit log on that day, as they stood."
        )
        return [bound_in, *found]
    return found


def _missing(first: int, last: int) -> str:
    missing = f"row {first} is" if first == last else f"rows {first} to {last} are"
    return f"Audit log: {missing} missing."


def _end(end: Row[Any] | None, last: int) -> str:
    if end is None:
        return "Audit log: its end is not written down; rows may be missing."
    if end.row_count > last:
        return _missing(last + 1, end.row_count)
    return f"Audit log: it should end with row {end.row_count}, and ends with another row {last}."
