"""Answers one SELECT in a process of its own, whose limits the system holds; `archive.sql` starts it.

It is told what to do as JSON on standard input, and answers in lines of JSON: the columns, each row, and
whether there were more rows or why there are none. It imports nothing of ours: it is not to know anything.
"""

import json
import resource
import sys
from typing import Any

import duckdb


def main() -> None:
    """Read an order, and answer it."""
    order = json.load(sys.stdin)
    for limit, most in (
        (resource.RLIMIT_AS, order["most_memory_bytes"]),
        (resource.RLIMIT_FSIZE, 0),  # it writes no file
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    try:
        _answer(order)
    except duckdb.OutOfMemoryException:
        _say({"error": "memory"})
    except (duckdb.Error, RuntimeError) as error:
        _say({"error": str(error).partition("\n")[0]})
    except MemoryError:
        _say({"error": "memory"})


def _answer(order: dict[str, Any]) -> None:
    with duckdb.connect(
        ":memory:",
        config={
            "memory_limit": "1GB",
            "threads": 2,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    ) as connection:
        for name, view in order["views"].items():
            connection.execute(f"CREATE VIEW {name} AS {view}")
        connection.execute("SET allowed_paths = $files", {"files": order["files"]})
        for setting in ("enable_external_access = false", "lock_configuration = true"):
            connection.execute(f"SET {setting}")
        statements = connection.extract_statements(order["text"])
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            _say({"error": "Only one SELECT is answered."})
            return
        answer = connection.execute(statements[0])
        _say([column[0] for column in answer.description or []])
        left_rows, left_bytes = order["most_rows"], order["most_bytes"]
        while rows := answer.fetchmany(min(left_rows, 1000) + 1):
            for row in rows:
                if left_rows == 0:
                    _say({"has_more": True})
                    return
                left_bytes -= _say(row)
                left_rows -= 1
                if left_bytes < 0:
                    _say({"error": "bytes"})
                    return
        _say({"has_more": False})


def _say(value: Any) -> int:
    """Write a line, and return its length."""
    try:
        line = json.dumps(value, default=str)
    except TypeError:  # a map whose keys are no texts
        line = json.dumps([str(each) for each in value])
    return sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
