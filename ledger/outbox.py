"""Messages to people: each is written in the transaction of its cause, and sent until its channel has it.

Any number of servers send. One claims a message for a while, by the database's clock, sends it and writes
that it was taken; if it ends in between, another sends it after that while. A channel that took a message
whose sender was killed before it could write that down gets it again: with the same key, by which it, or who
reads it, can tell.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from ledger.database import Books, Ledger, clock_ms
from ledger.schema import outbox, outbox_files

_PAUSES_S: Final = (15, 60, 300, 900, 3600, 3600, 3600, 3600, 3600, 3600)
"""So long after a failure a message is tried again; after the last of them, half a day later, no more."""
LASTS_S: Final = 60
"""So long a message is one server's to send: longer than any channel takes to answer."""
PENDING, SENDING, SENT, FAILED = "pending", "sending", "sent", "failed"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """What a channel, by its name, is to be told; `about` is its cause in a few words. `html` says the same.

    `key` is the same however often a message is written or sent: up to 120 characters, of its cause and its
    channel.
    """

    key: str
    channel: str
    about: str
    subject: str
    body: str
    html: str | None = None
    files: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message that is this server's to send, for the `attempts`-th time."""

    id: int
    message: OutboxMessage
    made_at: datetime
    attempts: int
    holder: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message so far; times in epoch ms. `reason` says why it was not taken at last."""

    key: str
    channel: str
    about: str
    subject: str
    made_at_ms: int
    state: str
    attempts: int
    acknowledged_at_ms: int | None
    reason: str


def put(books: Books, message: OutboxMessage) -> bool:
    """Write a message into the transaction of its cause; False where one with its key is there already."""
    now_ms = clock_ms(books.connection)
    row = {
        "key": message.key,
        "channel": message.channel,
        "about": message.about,
        "subject": message.subject,
        "body": message.body,
        "html": message.html,
        "made_at_ms": now_ms,
        "state": PENDING,
        "attempts": 0,
        "due_at_ms": now_ms,
        "reason": "",
    }
    made = books.add(insert(outbox).values(**row).returning(outbox.c.id))
    if made is None:
        return False
    ((message_id,),) = made
    for number, file in enumerate(message.files):
        attached = {"name": file.name, "media_type": file.media_type, "content": file.content}
        books.execute(insert(outbox_files), {"message_id": message_id, "number": number, **attached})
    return True


def claim(ledger: Ledger, channels: Iterable[str], lasts_s: float = LASTS_S) -> ClaimedMessage | None:
    """Claim the message that has waited longest, of these channels; None where none is due.

    Raises LedgerAway.
    """
    holder, wanted = secrets.token_hex(16), outbox.c.channel.in_([*channels])
    with ledger.reading() as books:  # most times there is none: that holds up no writer
        due = _is_open(), outbox.c.due_at_ms <= clock_ms(books.connection), wanted
        if books.scalar(select(outbox.c.id).where(*due).limit(1)) is None:
            return None
    with ledger.writing() as books:
        now_ms = clock_ms(books.connection)
        due = _is_open(), outbox.c.due_at_ms <= now_ms, wanted
        oldest = select(outbox.c.id).where(*due).order_by(outbox.c.due_at_ms, outbox.c.id).limit(1)
        message_id = books.scalar(oldest.with_for_update(skip_locked=True))
        if message_id is None:
            return None
        taken = {
            "state": SENDING,
            "holder": holder,
            "due_at_ms": now_ms + int(lasts_s * 1000),
            "attempts": outbox.c.attempts + 1,
        }
        # Whoever was quicker has changed what it is due by.
        mine = update(outbox).where(outbox.c.id == message_id, *due).values(**taken)
        row = books.execute(mine.returning(*outbox.c)).one_or_none()
        return None if row is None else _claimed(books, row)


def keep(ledger: Ledger, claimed: ClaimedMessage, lasts_s: float = LASTS_S) -> None:
    """Stay the one who sends a message that takes long. Raises LedgerAway."""
    with ledger.writing() as books:
        until_ms = clock_ms(books.connection) + int(lasts_s * 1000)
        books.execute(update(outbox).where(*_held(claimed)).values(due_at_ms=until_ms))


def acknowledge(ledger: Ledger, claimed: ClaimedMessage, remark: str = "") -> bool:
    """Write that a channel has taken a message; False where another server has it by now.

    `remark` is what is to be known of it all the same. Raises LedgerAway.
    """
    with ledger.writing() as books:
        taken = {"state": SENT, "acknowledged_at_ms": clock_ms(books.connection), "reason": remark}
        return bool(books.execute(update(outbox).where(*_held(claimed)).values(**taken)).rowcount)


def fail(ledger: Ledger, claimed: ClaimedMessage, reason: str) -> None:
    """Write why a message was not taken; it is tried again later, less and less often. Raises LedgerAway."""
    with ledger.writing() as books:
        tried: dict[str, object] = {"state": FAILED, "reason": reason}
        if claimed.attempts <= len(_PAUSES_S):
            pause_ms = 1000 * _PAUSES_S[claimed.attempts - 1]
            tried |= {"state": PENDING, "due_at_ms": clock_ms(books.connection) + pause_ms}
        books.execute(update(outbox).where(*_held(claimed)).values(**tried))


def newest(books: Books, count: int, about: str | None = None) -> list[Sent]:
    """Return the newest messages, newest first; with `about` those with this cause."""
    columns = [outbox.c[name] for name in Sent.__dataclass_fields__]
    wanted = select(*columns).order_by(outbox.c.id.desc()).limit(count)
    if about is not None:
        wanted = wanted.where(outbox.c.about == about)
    return [Sent(*row) for row in books.execute(wanted)]


def latest(books: Books) -> dict[str, Sent]:
    """Return, by channel, the newest message that it was given, taken or not."""
    tried = or_(outbox.c.state.in_((SENT, FAILED)), and_(outbox.c.state == PENDING, outbox.c.reason != ""))
    last = select(func.max(outbox.c.id)).where(books.mine(outbox), tried).group_by(outbox.c.channel)
    columns = [outbox.c[name] for name in Sent.__dataclass_fields__]
    rows = books.execute(select(*columns).where(outbox.c.id.in_(last)))
    return {row.channel: Sent(*row) for row in rows}


def waiting(books: Books) -> dict[str, int]:
    """Return, by channel, how many messages are not sent yet."""
    counted = select(outbox.c.channel, func.count()).where(outbox.c.state.in_((PENDING, SENDING)))
    return {row[0]: row[1] for row in books.execute(counted.group_by(outbox.c.channel))}


def drop_old(books: Books, files_ms: int, kept_ms: int) -> None:
    """Drop what was attached to messages that are so old and settled, and messages older than that."""
    now_ms = clock_ms(books.connection)
    settled = select(outbox.c.id).where(books.mine(outbox), outbox.c.state.in_((SENT, FAILED)))
    without = settled.where(outbox.c.made_at_ms < now_ms - files_ms)
    books.execute(delete(outbox_files).where(outbox_files.c.message_id.in_(without)))
    gone = settled.where(outbox.c.made_at_ms < now_ms - kept_ms)
    books.execute(delete(outbox).where(outbox.c.id.in_(gone)))


def _is_open() -> ColumnElement[bool]:
    """Pending, or being sent by somebody whose time is over."""
    return outbox.c.state.in_((PENDING, SENDING))


def _held(claimed: ClaimedMessage) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.id == claimed.id, outbox.c.holder == claimed.holder, outbox.c.state == SENDING


def _claimed(books: Books, row: Any) -> ClaimedMessage:
    attached = select(outbox_files).where(outbox_files.c.message_id == row.id)
    files = [
        Attachment(file.name, file.media_type, file.content)
        for file in books.execute(attached.order_by(outbox_files.c.number))
    ]
    message = OutboxMessage(row.key, row.channel, row.about, row.subject, row.body, row.html, tuple(files))
    return ClaimedMessage(
        row.id, message, datetime.fromtimestamp(row.made_at_ms / 1000, UTC), row.attempts, row.holder
    )
