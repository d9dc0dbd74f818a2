"""A screen's token is known to whoever has the link, and to nobody else."""

from hashlib import sha256

import pytest
from sqlalchemy import select

from dashboard.jackpots.data_screens import Screens
from ledger import schema
from tests.ledger.conftest import engine, postgresql, url  # noqa: F401 - fixtures
from tests.parts import ledger_at


@pytest.mark.slow
def test_a_token_is_kept_nowhere_and_its_hash_lets_the_screen_look(url, engine, tmp_path):  # noqa: F811
    with ledger_at(url, 1) as ledger:
        screens = Screens(ledger)
        token = screens.make("Lobby", "dark", "ann")
        screens.load()
        assert screens.look_of(token) == (1, "dark")
        with engine.connect() as connection:
            kept = repr([connection.execute(select(each)).all() for each in schema.metadata.sorted_tables])
            hashes = connection.scalars(select(schema.screens.c.token_hash)).all()
        assert hashes == [sha256(token.encode()).hexdigest()]
        assert token not in kept
        for path in tmp_path.iterdir():  # SQLite keeps what was written once in more than its tables
            assert token.encode() not in path.read_bytes()
