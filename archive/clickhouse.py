"""The same questions in ClickHouse's SQL, for archives past one machine (docs/scale.md). Pure."""

import re
from collections.abc import Mapping, Sequence
from operator import index
from typing import Final

from archive.engine import MADE, RollUp
from archive.questions import QUESTIONS, with_days

_TYPES: Final = {
    "HUGEINT": "Int256",
    "DECIMAL(38, 0)": "Int256",
    "BIGINT": "Int64",
    "VARCHAR": "String",
}
SETTINGS: Final = "SETTINGS cast_keep_nullable = 1"


def clickhouse_sql(
    name: str,
    bets: str,
    days: Sequence[tuple[int, int]],
    values: Mapping[str, int | str],
    games: Sequence[int] = (),
) -> str:
    """Return a question as ClickHouse has it, over a SELECT of all bets; places are `{name:Type}`.

    `values` say of which type each place is; `start_s` and `end_s` are among them. Without `games` all count.
    """
    question = QUESTIONS[name]
    of_games = f" AND game_id IN ({', '.join(str(index(game_id)) for game_id in games)})" if games else ""
    window = f"start_at >= $start_s AND start_at < $end_s{of_games}"
    tables = {"bets": f"SELECT * FROM ({bets}) WHERE {window}"}
    if question.of:
        tables[str(question.of)] = MADE[RollUp(question.of)]
    asked = "WITH " + ", ".join(f"{table} AS ({of})" for table, of in tables.items())
    asked += f" {with_days(question.sql, days)}"
    for ours, theirs in _TYPES.items():
        asked = asked.replace(f"AS {ours})", f"AS {theirs})")
    types = {key: "String" if isinstance(value, str) else "Int64" for key, value in values.items()}
    return re.sub(r"\$(\w+)", lambda place: f"{{{place[1]}:{types[place[1]]}}}", asked) + f" {SETTINGS}"
