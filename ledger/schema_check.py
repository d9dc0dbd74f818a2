"""Whether the tables are those that this version makes: all of them, with their columns, keys and checks.

What else is in the database is its owner's own, but for what acts by itself on a table of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, inspect, text

from ledger.schema import metadata

_TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2",
    "postgresql": """
        SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE (NOT tgisinternal OR tgenabled <> 'O') AND relnamespace = current_schema()::regnamespace
        UNION SELECT tablename, rulename FROM pg_rules WHERE schemaname = current_schema() ORDER BY 1, 2""",
}


def lacks(connection: Connection) -> Iterator[str]:
    """Return a sentence for each table or column without which nothing else can be proved."""
    there = _by_table(inspect(connection).get_multi_columns())
    for table in metadata.sorted_tables:
        if table.name not in there:
            yield f"Table {table.name}: it is missing."
            continue
        columns = {column["name"] for column in there[table.name]}
        for column in table.columns:
            if column.name not in columns:
                yield f"Table {table.name}: the column {column.name} is missing."


def differences(connection: Connection) -> Iterator[str]:
    """Return a sentence for each key, index, check or column that is not as it was made, and each trigger."""
    ours = set(metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={"include_name": lambda name, kind, _parents: kind != "table" or name in ours},
    )
    said = {
        f"Table {_table(change)}: {_said(change)}."
        for found in compare_metadata(context, metadata)
        for change in (found if isinstance(found, list) else [found])
        if not change[0].endswith("_comment")
    }
    yield from sorted(said)
    yield from _constraints(connection)
    for name, trigger in connection.execute(text(_TRIGGERS[connection.dialect.name])):
        if name in ours:
            yield f"Table {name}: {trigger} acts on it, and is not ours."


def _constraints(connection: Connection) -> Iterator[str]:
    found = inspect(connection)
    keys, checks = _by_table(found.get_multi_pk_constraint()), _by_table(found.get_multi_check_constraints())
    for table in metadata.sorted_tables:
        if sorted(keys[table.name]["constrained_columns"]) != sorted(c.name for c in table.primary_key):
            yield f"Table {table.name}: its primary key is not as it was made."
        names = {check["name"] for check in checks[table.name]}
        for column in table.columns:
            for constraint in column.constraints:
                if isinstance(constraint, CheckConstraint) and constraint.name not in names:
                    yield f"Table {table.name}: the check {constraint.name} is missing."


def _by_table(found: Mapping[Any, Any]) -> dict[str, Any]:
    """What was looked up for all tables at once, by their names: each look-up by itself is a question."""
    return {name: about for (_schema, name), about in found.items()}


def _table(change: tuple[Any, ...]) -> str:
    if change[0].startswith("modify_") or change[0].endswith("_column"):
        return str(change[2])
    return str(getattr(change[1], "table", change[1]))


def _said(change: tuple[Any, ...]) -> str:
    deed, _, kind = change[0].partition("_")
    if deed == "modify":
        return f"the column {change[3]} is not as it was made ({kind})"
    named = change[3] if kind == "column" else change[1]
    return f"the {kind} {named.name} is {'missing' if deed == 'add' else 'not ours'}"
