"""How a television becomes a screen: it shows a code, and somebody at the office enters that.

The television is given the token that it will ask with, and a code; the ledger keeps the token's hash beside
the code for ten minutes. Whoever enters the code makes the hash a screen's: nothing secret is kept, and
the token goes nowhere but to the television.
"""

import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, func, insert, select

from dashboard.core.text import Message, later
from dashboard.jackpots.data_screens import add_screen
from ledger.audit import AuditEntry
from ledger.audit import write as write_audit
from ledger.database import Books, Ledger, NotHeld, clock_ms
from ledger.schema import audit_end, pairing_tries, pairings

CODE_SIGNS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that look like another: 0 and O, 1, I and L."""
CODE_LENGTH: Final = 6
ENDS_AFTER_S: Final = 600
TRIES_OF_ONE: Final = 5
TRIES_IN_ALL: Final = 15
"""So many wrong codes a minute: of 887 million, however many televisions wait."""
MOST_WAITING: Final = 500
_MINUTE_MS: Final = 60_000
_TOKEN_BYTES: Final = 24


class CodeRefused(Exception):
    """Why a code makes no screen, as a sentence for people."""

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence.key)
        self.sentence = sentence


class TooManyWait(Exception):
    """So many televisions show a code that no other gets one."""


def begin(ledgers: Iterable[Ledger]) -> tuple[str, str]:
    """Return a code, and the token that it stands for, known to each ledger. Raises LedgerAway, TooManyWait.

    Whose screen it becomes is decided by whoever enters the code.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    while True:
        code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
        try:
            for ledger in ledgers:
                _write(ledger, code, token)
        except NotHeld:  # the code is another television's: one time in a million
            continue
        return code, token


def _write(ledger: Ledger, code: str, token: str) -> None:
    with ledger.writing() as books:
        now_ms = clock_ms(books.connection)
        books.execute(delete(pairings).where(pairings.c.ends_at_ms <= now_ms))
        if books.scalar(select(func.count()).select_from(pairings)) >= MOST_WAITING:
            raise TooManyWait
        digest = sha256(token.encode()).hexdigest()
        ends_at_ms = now_ms + ENDS_AFTER_S * 1000
        books.execute(insert(pairings).values(code=code, token_hash=digest, ends_at_ms=ends_at_ms))


def read_code(typed: str) -> str:
    """Return a code as a television shows it: people type small letters, blanks and dashes."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def enter(ledger: Ledger, typed: str, name: str, look: str, who: str) -> int:
    """Make the television that shows this code a screen, and return its id.

    Raises CodeRefused where no television shows it now, or somebody tried too often; LedgerAway.
    """
    with ledger.writing() as books:
        books.execute(select(audit_end).with_for_update())  # one after the other, or more tries pass at once
        now_ms = clock_ms(books.connection)
        refusal = _tried_too_often(books, who, now_ms)
        if refusal is None:
            code = read_code(typed)
            found = books.execute(
                delete(pairings)
                .where(pairings.c.code == code, pairings.c.ends_at_ms > now_ms)
                .returning(pairings.c.token_hash)
            ).scalar_one_or_none()
            if found is not None:
                return add_screen(books, name, look, found, who, now_ms)
            books.execute(insert(pairing_tries).values(who=who, at_ms=now_ms))
            write_audit(books, AuditEntry(who, "screen code tried", {}, "unknown"), now_ms)
            refusal = later("No television shows this code now. A code ends after ten minutes.")
    raise CodeRefused(refusal)


def _tried_too_often(books: Books, who: str, now_ms: int) -> Message | None:
    books.execute(delete(pairing_tries).where(pairing_tries.c.at_ms <= now_ms - _MINUTE_MS))
    tried = books.scalars(select(pairing_tries.c.who)).all()
    if tried.count(who) >= TRIES_OF_ONE:
        return later("Too many wrong codes. Try again in a minute.")
    if len(tried) >= TRIES_IN_ALL:
        return later("Too many wrong codes were entered here by several people. Try again in a minute.")
    return None
