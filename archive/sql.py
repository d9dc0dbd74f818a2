"""SQL for people: one SELECT over a few views, with no way to anything else and limits on all it may use."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from archive.archive import Archive
from archive.engine import Engine, RollUp, quoted
from archive.pieces import ALWAYS_S

VIEWS: Final = {"bets": None, "games_15min": RollUp.GAMES, "players_daily": RollUp.PLAYERS}
MOST_ROWS: Final = 100_000
LONGEST_S: Final = 30


class SqlRefused(Exception):
    """The text is not what may be asked. Its text is one line that says why."""


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """Rows as the engine gives them, the names of their columns, and whether there were more."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    has_more: bool


def select(engine: Engine, archive: Archive, text: str) -> SqlAnswer:
    """Answer one SELECT over `bets`, `games_15min` and `players_daily` of all that is archived.

    Raises SqlRefused for anything else, what takes longer than 30 s or more than 1 GB; LedgerAway.
    """
    with _closed_connection(engine, archive) as connection:
        _refuse_but_select(connection, text)
        ends = threading.Timer(LONGEST_S, connection.interrupt)
        ends.start()
        try:
            answer = connection.execute(text)
            rows = answer.fetchmany(MOST_ROWS + 1)
            columns = [column[0] for column in answer.description or []]
        except duckdb.InterruptException:
            raise SqlRefused(f"It took longer than {LONGEST_S} s.") from None
        except duckdb.Error as error:
            raise SqlRefused(str(error).partition("\n")[0]) from None
        finally:
            ends.cancel()
    return SqlAnswer(columns, rows[:MOST_ROWS], len(rows) > MOST_ROWS)


def _refuse_but_select(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    try:
        statements = connection.extract_statements(text)
    except duckdb.Error as error:
        raise SqlRefused(str(error).partition("\n")[0]) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise SqlRefused("Only one SELECT is answered.")


@contextmanager
def _closed_connection(engine: Engine, archive: Archive) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of its own, that reads the archive's files as they are now and reaches nothing else."""
    with duckdb.connect(":memory:", config={"memory_limit": "1GB", "threads": 2}) as connection:
        files = set()
        for name, rolled in VIEWS.items():
            view, used = engine.view(rolled, 0, ALWAYS_S)
            files |= used
            merchant = f"SELECT *, {archive.mch_id} AS merchant FROM ({view})"
            connection.execute(f"CREATE VIEW {name} AS {merchant}")
        connection.execute(f"SET allowed_paths = {quoted(sorted(files))}")
        for setting in ("enable_external_access = false", "lock_configuration = true"):
            connection.execute(f"SET {setting}")
        yield connection
