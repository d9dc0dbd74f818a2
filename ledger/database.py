"""Where the ledger lives: SQLite or PostgreSQL, durable at every commit, its tables brought up to date.

A process has one `Database`, and with it one pool of connections, for all that it does with the ledger. It
works with the rows of one merchant at a time: a `Ledger` knows whose, and its transactions are `Books`.
"""

import os
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import platformdirs
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    URL,
    BigInteger,
    ColumnElement,
    Connection,
    CursorResult,
    Delete,
    Engine,
    FromClause,
    Insert,
    Join,
    Row,
    ScalarResult,
    Select,
    Update,
    create_engine,
    event,
    exists,
    func,
    insert,
    literal,
    make_url,
    or_,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from ledger.schema import NO_ROW_HASH, audit, audit_end
from twoj_client.circuit_breaker import CircuitBreaker, CircuitOpen
from twoj_client.errors import gettext_noop

R = TypeVar("R")

_RECENT_S = 5
"""So late what other processes write is seen, at most, by `Ledger.recent`."""
_WAIT_S = 2
"""How long a statement may wait for the database: two in a row leave time for an answer."""
_MIGRATION_WAIT_S = 10
"""How long changing the tables may wait for another process that is at it."""
_NEWER = gettext_noop("The ledger was written by a newer version. Update this server.")
_OLDER = gettext_noop(
    "The ledger is of an older version ({version}). Start this server: it brings it up to date."
)
_REST_S = 5
"""How long a database that was away is left alone by those who have yet to see its tables."""
_POOL = {"pool_size": 10, "max_overflow": 10, "pool_timeout": _WAIT_S}
"""Pages, walls and payouts of a process share the connections: who finds none free waits no longer."""
_MIGRATION_LOCK = 0x2A0FF
"""PostgreSQL's number for "somebody is changing the tables": any number nobody else uses."""
_OWNER_ONLY = 0o600
_POSTGRESQL = {
    "connect_timeout": _WAIT_S,
    "tcp_user_timeout": _WAIT_S * 1000,
    "options": f"-c synchronous_commit=on -c statement_timeout={_WAIT_S}s",
}

_NOW_MS = "SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS bigint)"
_NOW_MS_OF_SQLITE = "SELECT CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


class LedgerUrlRefused(ValueError):
    """The setting is not the URL of a ledger. Its text is one line that names it and what it expects."""


class LedgerAway(Exception):
    """The database cannot be used just now; what was asked for may be repeated.

    `key` is a sentence that says why, with named places that `fields` fill; the error's text is the two.
    """

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key.format_map(fields) if fields else key)
        self.key = key
        self.fields = fields


class NotHeld(LedgerAway):
    """The database works, and will not hold what was to be written: too long, too large, or there already."""


def ledger_url(setting: str | None) -> URL:
    """Return where the ledger is; None: a SQLite file in the user's data directory.

    Raises LedgerUrlRefused where the text is not the URL of a SQLite file or a PostgreSQL database.
    """
    if setting is None:
        folder = platformdirs.user_data_path("twoj", "twoj")
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        return URL.create("sqlite", database=str(folder / "ledger.sqlite3"))
    expects = "TWOJ_LEDGER_URL: expects sqlite:////path/of/a/file or postgresql://user:password@host/database"
    try:
        url = make_url(setting)
    except (ArgumentError, ValueError):
        raise LedgerUrlRefused(expects) from None
    on_disk = url.drivername == "sqlite" and url.database not in {None, "", ":memory:"}
    if not on_disk and url.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise LedgerUrlRefused(expects)
    return url


def place(url: URL) -> tuple[str, dict[str, object]]:
    """Return where the ledger is, for people: words with named places, and what fills them; no password."""
    if url.get_backend_name() == "sqlite":
        return gettext_noop("SQLite file {path}"), {"path": url.database}
    fields: dict[str, object] = {
        "host": url.host,
        "port": url.port or 5432,
        "name": url.database or url.username,
    }
    if url.host:
        return gettext_noop("PostgreSQL at {host}:{port}, {name}"), fields
    return gettext_noop("PostgreSQL at this machine:{port}, {name}"), fields


def open_engine(url: URL) -> Engine:
    """Return an engine whose commits last. It connects only when used."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=_POSTGRESQL, **_POOL)
    return _sqlite(url, _WAIT_S)


def _sqlite(url: URL, wait_s: float) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": wait_s}, **_POOL)
    event.listen(engine, "do_connect", lambda *_: _keep_private(Path(url.database or "")))
    event.listen(engine, "connect", _durable)
    event.listen(engine, "begin", _begin)
    return engine


def _keep_private(path: Path) -> None:
    """Let only the file's owner read it, whatever the umask; what SQLite puts beside it gets the same mode.

    The file is never opened here: closing it would drop the locks of all this process's connections to it,
    and another process would take the log away under them (sqlite.org/howtocorrupt.html, 2.2).
    What cannot be done here, SQLite says at once in its own words.
    """
    with suppress(OSError):
        if not path.exists():
            made, new = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # for its owner only
            os.close(made)
            try:
                os.link(new, path)  # unless somebody else was quicker
            finally:
                Path(new).unlink()
    for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        with suppress(OSError):  # it is not there, or somebody else's
            if each.stat().st_mode & 0o077:
                each.chmod(_OWNER_ONLY)


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY


# Where two processes open a new file at once, SQLite refuses the change to WAL without its usual wait.
@retry(
    retry=retry_if_exception(_is_busy),
    stop=stop_after_delay(_WAIT_S),
    wait=wait_random(0, 0.05),
    reraise=True,
)
def _durable(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("snapshot")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def snapshot(engine: Engine) -> Engine:
    """Return the engine for reading: all reads of one transaction see one moment, and hold up no writer."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ")
    return engine.execution_options(snapshot=True)


def clock_ms(connection: Connection) -> int:
    """Return the time by the database's clock, in epoch ms: one for all servers, whatever their own say."""
    is_postgresql = connection.dialect.name == "postgresql"
    now_ms: int = connection.execute(text(_NOW_MS if is_postgresql else _NOW_MS_OF_SQLITE)).scalar_one()
    return now_ms


def without_hurry(connection: Connection) -> None:
    """Let the statements of this transaction take their time."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


class Books:
    """One merchant's rows of every table, inside one transaction.

    Whatever is executed is about these rows alone, without saying so: an insert gets the `mch_id`, a query or
    a change is narrowed to it, and tables are joined by keys that hold it. Only what stands inside another
    statement has to name it, by `mine`.
    """

    def __init__(self, connection: Connection, mch_id: int) -> None:
        self.connection = connection
        self.mch_id = mch_id
        self.changed: set[FromClause] = set()
        """The tables that were written to."""

    def mine(self, table: FromClause) -> ColumnElement[bool]:
        """Return the condition that a row of a table is the merchant's."""
        return table.c.mch_id == literal(self.mch_id, BigInteger)

    def execute(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | Update | Delete,
        rows: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute a statement on the merchant's rows, once for each of `rows` where it has parameters."""
        return self.connection.execute(self._of_merchant(statement), rows)

    def add(self, row: Insert) -> Sequence[Row[Any]] | None:
        """Insert a row, return what it returns; None where one with its key is there. All else goes on."""
        try:
            with self.connection.begin_nested():
                made = self.execute(row)
                return made.all() if made.returns_rows else ()
        except IntegrityError:
            return None

    def scalar(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete) -> Any:
        """Return the first column of the first row, None where there is no row."""
        return self.execute(statement).scalar()

    def scalars(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete) -> ScalarResult[Any]:
        """Return the first column."""
        return self.execute(statement).scalars()

    def _of_merchant(self, statement: Any) -> Any:
        if isinstance(statement, Insert | Update | Delete):
            self.changed.add(statement.table)
        if isinstance(statement, Insert):
            return statement.values(mch_id=self.mch_id)
        if isinstance(statement, Select):
            return statement.where(*(self.mine(_first(each)) for each in statement.get_final_froms()))
        return statement.where(self.mine(statement.table))


def _first(source: FromClause) -> FromClause:
    return _first(source.left) if isinstance(source, Join) else source


class Database:
    """The database at `url`, which holds the ledgers of all merchants; it connects when first used.

    For all threads of a process. The tables are made, or brought up to date, before a merchant first uses
    them. People wait: so briefly, one for all, and while the database is away it is tried again only now and
    then.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._lock = threading.Lock()
        self._ready: set[int] = set()
        self._breaker = CircuitBreaker(time.monotonic, rest_s=_REST_S)
        self.changes = Counter[FromClause]()
        """How often this process has changed which table: what was read since is still so, but for others."""

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def ready(self, mch_id: int, *, at_once: bool = False) -> None:
        """Return once the tables are, trying again `at_once` or where that is due. Raises LedgerAway."""
        if mch_id in self._ready:
            return
        with self._lock:
            try:
                with nullcontext() if at_once else self._breaker.guard():
                    migrate(self.engine, mch_id, _WAIT_S)
            except CircuitOpen as left_alone:
                raise copy(left_alone.failure) from None
            except LedgerAway as error:
                self._breaker.record(error)
                raise
            self._ready.add(mch_id)


class Ledger:
    """One merchant's part of a database. For all threads of a process.

    Both kinds of transaction raise LedgerAway where the database is locked, away, full or newer than this.
    What stands in tables of before merchants were told apart belongs to the first that uses them.
    """

    def __init__(self, database: Database, mch_id: int) -> None:
        self.database = database
        self.mch_id = mch_id
        self._snapshot = snapshot(database.engine)
        self._reading = threading.Lock()
        self._recent: dict[Callable[[Books], Any], tuple[tuple[float, ...], Any]] = {}

    def prepare(self) -> None:
        """Make the tables, or bring them up to date, now, unless that was done before. Raises LedgerAway."""
        self.database.ready(self.mch_id, at_once=True)

    @contextmanager
    def reading(self) -> Iterator[Books]:
        """Read as of one moment; holds up no writer."""
        with self._transaction(self._snapshot) as books:
            yield books

    def as_of(self, tables: Iterable[FromClause], now_s: float) -> tuple[float, ...]:
        """Return what stays the same while what was read of `tables` may be kept: some seconds at most."""
        return *(self.database.changes[table] for table in tables), now_s // _RECENT_S

    def recent(self, read: Callable[[Books], R], tables: Iterable[FromClause], now_s: float) -> R:
        """Return what is read of `tables`, kept until this process changes one of them; nobody may change it.

        What other processes write is seen some seconds later: pages ask many times at each drawing.
        """
        as_of = self.as_of(tables, now_s)
        kept = self._recent.get(read)
        if kept is None or kept[0] != as_of:
            with self._reading:  # one reads, the others wait for it
                kept = self._recent.get(read)
                if kept is None or kept[0] != as_of:
                    with self.reading() as books:
                        kept = self._recent[read] = as_of, read(books)
        return cast("R", kept[1])

    @contextmanager
    def writing(self) -> Iterator[Books]:
        """Write; what was written is on disk at the end. Raises NotHeld for what the tables will not hold."""
        with self._transaction(self.database.engine) as books:
            yield books
        self.database.changes.update(books.changed)

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Books]:
        self.database.ready(self.mch_id)
        try:
            with engine.begin() as connection:
                yield Books(connection, self.mch_id)
        except DBAPIError as error:
            raise away(error) from error
        except PoolTimeout:
            raise LedgerAway("All connections to the ledger's database are in use.") from None


def migrate(engine: Engine, mch_id: int, wait_s: float = _MIGRATION_WAIT_S) -> None:
    """Make the tables, or bring them up to date, for a merchant, whose is what older tables hold.

    Several processes may do so at once, each waits so long.

    Raises:
        LedgerAway: the database is away, or was written by a newer version.

    """
    config = _alembic()
    patient = engine if engine.dialect.name == "postgresql" else _sqlite(engine.url, wait_s)
    try:
        with patient.begin() as connection:
            without_hurry(connection)
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            config.attributes.update(connection=connection, mch_id=mch_id)
            command.upgrade(config, "head")
            _begin_audit_log(connection, mch_id)
    except CommandError:
        raise LedgerAway(_NEWER) from None
    except DBAPIError as error:
        raise away(error) from error
    finally:
        if patient is not engine:
            patient.dispose()


def _begin_audit_log(connection: Connection, mch_id: int) -> None:
    """Write that a merchant's log is empty, where it is: later that it lost its end is told from that."""
    of_merchant = audit.c.mch_id == mch_id, audit_end.c.mch_id == mch_id
    if connection.scalar(select(or_(*(exists().where(each) for each in of_merchant)))):
        return
    connection.execute(insert(audit_end).values(mch_id=mch_id, row_count=0, hash=NO_ROW_HASH))


def versions(connection: Connection) -> tuple[str | None, str | None]:
    """Return the version of the tables, and the newest that this server knows."""
    return MigrationContext.configure(connection).get_current_revision(), _newest()


def require_newest(connection: Connection) -> None:
    """Raise LedgerAway where the tables are not those that this version reads."""
    current, newest = versions(connection)
    if current is None:
        raise LedgerAway("The ledger does not say its version: alembic_version was emptied or dropped.")
    if current != newest:
        known = {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}
        raise LedgerAway(_OLDER if current in known else _NEWER, version=current)


@cache
def _newest() -> str | None:
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> Config:
    config = Config()
    migrations = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", migrations.replace("%", "%%"))  # Config fills in %(names)s
    return config


def away(error: DBAPIError) -> LedgerAway:
    """Return the error that says in one line what the database said."""
    kind = NotHeld if isinstance(error, DataError | IntegrityError) else LedgerAway
    said = gettext_noop("The ledger's database cannot be used: {reason}")
    return kind(said, reason=str(error.orig).partition("\n")[0])
