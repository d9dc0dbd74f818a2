"""The ledger's database, as the dashboard uses it beside the receiver of payouts."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from payouts.database import LedgerAway, Tables, away, ledger_url, open_engine, place, snapshot

LedgerFailed = LedgerAway
"""What pages catch: the ledger's database cannot be used."""


class Ledger:
    """Transactions over the ledger's database; it connects when first used. For all threads.

    Both kinds of transaction raise LedgerFailed where the database is locked or away.
    """

    def __init__(self, setting: str | None) -> None:
        url = ledger_url(setting)
        self.place = place(url)
        self._engine = open_engine(url)
        self._snapshot = snapshot(self._engine)
        self._tables = Tables(self._engine)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read as of one moment; holds up no writer."""
        self._tables.ready()
        try:
            with self._snapshot.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise away(error) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write; what was written is on disk at the end."""
        self._tables.ready()
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise away(error) from error
