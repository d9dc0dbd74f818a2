"""SQL for people: one SELECT over a few views, with no way to anything else and limits on all it may use."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archive.engine import Engine, RollUp
from archive.pieces import ALWAYS_S
from ledger import audit
from ledger.audit import DONE, AuditEntry

VIEWS: Final = {"bets": None, "games_15min": RollUp.GAMES, "players_daily": RollUp.PLAYERS}
MOST_ROWS: Final = 100_000
LONGEST_S: Final = 30
_MOST_BYTES: Final = 2**25
_MOST_MEMORY_BYTES: Final = 3 * 2**30
"""Of the process, with its libraries: DuckDB counts no long texts and lists against its own limit."""
_TOO_MUCH: Final = {
    "memory": "It took more memory than there is for it.",
    "bytes": f"The answer is longer than {_MOST_BYTES // 2**20} MB.",
}
_CHILD: Final = str(Path(__file__).with_name("sql_child.py"))


class SqlRefused(Exception):
    """The text is not what may be asked. Its text is one line that says why."""


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """Rows as JSON has them, the names of their columns, and whether there were more."""

    columns: list[str]
    rows: list[list[Any]]
    has_more: bool


def select(engine: Engine, who: str, text: str) -> SqlAnswer:
    """Answer one SELECT over `bets`, `games_15min` and `players_daily` of all that is archived.

    What `who` asked is in the audit log before it is answered, what was refused as well. Raises SqlRefused
    for anything else, and for what takes longer than 30 s or too much memory; LedgerAway, FileDamaged.
    """
    try:
        answer = _answered(engine, text)
    except SqlRefused as refused:
        _write_down(engine, who, text, "refused", {"why": str(refused)})
        raise
    _write_down(engine, who, text, DONE, {"rows": len(answer.rows)})
    return answer


def _write_down(engine: Engine, who: str, text: str, outcome: str, details: dict[str, Any]) -> None:
    archive = engine.archive
    with archive.ledger.writing() as books:
        entry = AuditEntry(who, "archive searched", {"sql": text[:10_000], **details}, outcome)
        audit.write(books, entry, archive.now_ms())


def _answered(engine: Engine, text: str) -> SqlAnswer:
    views, files = {}, set()
    for name, rolled in VIEWS.items():
        view, used = engine.view(rolled, 0, ALWAYS_S)
        views[name] = f"SELECT *, {engine.archive.mch_id} AS merchant FROM ({view})"
        files |= used
    order = {"views": views, "files": sorted(files), "text": text, "most_rows": MOST_ROWS}
    order |= {"most_bytes": _MOST_BYTES, "most_memory_bytes": _MOST_MEMORY_BYTES}
    try:
        ended = subprocess.run(  # noqa: S603 - our own file; the text is input
            [sys.executable, "-I", "-X", "utf8", _CHILD],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
            cwd="/",
            env={},
        )
    except subprocess.TimeoutExpired:
        raise SqlRefused(f"It took longer than {LONGEST_S} s.") from None
    if ended.returncode:  # whoever gets no memory may end as it likes
        raise SqlRefused(_TOO_MUCH["memory"])
    *told, last = map(json.loads, ended.stdout.splitlines())
    if "error" in last:
        raise SqlRefused(_TOO_MUCH.get(last["error"], last["error"]))
    return SqlAnswer(told[0], told[1:], last["has_more"])
