"""Players that the archive is to know nothing of: their ids are taken out of all bets that come in.

The ledger keeps salted hashes of the ids, no ids. Whoever may read the ledger can still try ids one by one,
as there are few; without the ledger nobody can tell whose they were.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import insert, select

from archive import bets
from archive.bets import PERSONAL
from ledger.database import Books
from ledger.schema import forgotten_players

_NAMES: Final = ("user_id", "op_id")


@dataclass(frozen=True, slots=True)
class ForgottenPlayers:
    """Hashes of the ids of some players."""

    salt: str
    digests: frozenset[str]

    def digest(self, name: str, value: int | str | None) -> str | None:
        """Return the salted SHA-256, in hex, of an id; None of none."""
        if value is None:
            return None
        return hashlib.sha256(f"{self.salt}:{name}:{value}".encode()).hexdigest()

    def is_one(self, bet: Mapping[str, Any]) -> bool:
        """Whether a bet is one of theirs."""
        return any(self.digest(name, bet[name]) in self.digests for name in _NAMES)

    def whose(self, table: pa.Table) -> pa.Array:
        """Return which bets are theirs."""
        found = pa.repeat(pa.scalar(False), len(table))
        for name in _NAMES if self.digests else ():
            theirs = [
                value
                for value in pc.unique(table[name]).to_pylist()
                if self.digest(name, value) in self.digests
            ]
            values = pa.array(theirs, table.schema.field(name).type)
            found = pc.or_(found, pc.is_in(table[name], value_set=values).combine_chunks())
        return found

    def taken_out(self, table: pa.Table) -> pa.Table:
        """Return ordered bets without their ids; the amounts stay."""
        theirs = self.whose(table)
        if not pc.any(theirs).as_py():
            return table
        for name in PERSONAL:
            field = table.schema.field(name)
            column = pc.if_else(theirs, pa.scalar(None, field.type), table[name])
            table = table.set_column(table.column_names.index(name), field, column)
        return bets.ordered(table)


def forgotten(books: Books) -> ForgottenPlayers:
    """Return who was forgotten."""
    rows = books.execute(select(forgotten_players.c.salt, forgotten_players.c.digest)).all()
    return ForgottenPlayers(rows[0].salt if rows else "", frozenset(row.digest for row in rows))


def add(books: Books, user_id: int | None, op_id: str | None, now_ms: int) -> ForgottenPlayers:
    """Write down that a player is to be forgotten, by one id or both; return all who are."""
    known = forgotten(books)
    players = ForgottenPlayers(known.salt or secrets.token_hex(16), known.digests)
    digests = (players.digest("user_id", user_id), players.digest("op_id", op_id))
    ids = {digest for digest in digests if digest}
    for digest in ids - players.digests:
        books.execute(insert(forgotten_players), {"digest": digest, "salt": players.salt, "at_ms": now_ms})
    return ForgottenPlayers(players.salt, players.digests | ids)
