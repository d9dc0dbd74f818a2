"""The archive in ClickHouse, past one machine: its tables, how a day gets there, the same questions. Pure.

docs/scale.md says when, and what of it was tried.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import index
from typing import Final

from archive.bets import STORED
from archive.engine import MADE, RollUp, kept_of
from archive.questions import QUESTIONS, with_days
from twoj_client.windows import DAY_S, utc_day_of

_TYPES: Final = {
    "HUGEINT": "Int256",
    "DECIMAL(38, 0)": "Int256",
    "BIGINT": "Int64",
    "VARCHAR": "String",
}
_SETTINGS: Final = "SETTINGS cast_keep_nullable = 1"
_IN_A_DAY: Final = "ENGINE = MergeTree PARTITION BY (merchant, day)"
_BETS: Final = f"""CREATE TABLE archived_bets (
    merchant UInt64, day Date,
    event_id Nullable(String) CODEC(ZSTD(3)), draw_id Nullable(String) CODEC(ZSTD(3)),
    game_id Int64 CODEC(ZSTD(3)),
    user_id Nullable(Int64) CODEC(Delta, ZSTD(3)), op_id Nullable(String) CODEC(ZSTD(3)),
    bet_amount Int64 CODEC(ZSTD(3)), gain_amount Int64 CODEC(ZSTD(3)),
    credit_before_bet Int64 CODEC(Delta, ZSTD(3)), credit Int64 CODEC(Delta, ZSTD(3)),
    start_at Int64 CODEC(Delta, ZSTD(3)), end_at Int64 CODEC(Delta, ZSTD(3))
) {_IN_A_DAY} ORDER BY (user_id, start_at) SETTINGS allow_nullable_key = 1"""
"""Whose a bet was may be taken out of it: what it is sorted by may be null then."""
_ROLLED: Final[Mapping[RollUp, Mapping[str, str]]] = {
    RollUp.GAMES: {
        **dict.fromkeys(("game_id", "quarter_s", "bets", "bet_li", "gain_li"), "Int64"),
        **dict.fromkeys(("bet_bet", "bet_won", "won_won"), "Int256"),
    },
    RollUp.PLAYERS: {
        "user_id": "Nullable(Int64)",
        "op_id": "Nullable(String)",
        **dict.fromkeys(("game_id", "day_s", "bets", "bet_li", "gain_li"), "Int64"),
        **dict.fromkeys(("first_s", "last_s", "sessions", "most_won_li"), "Int64"),
    },
    RollUp.VISITS: {"user_id": "Nullable(Int64)", **dict.fromkeys(("day_s", "first_s", "last_s"), "Int64")},
    RollUp.SIZES: {
        "game_id": "Int64",
        "what": "String",
        **dict.fromkeys(("from_li", "bets", "amount_li"), "Int64"),
    },
}
_COLUMNS: Final = ", ".join(STORED.names)


def tables() -> list[str]:
    """Return what makes the tables. Each has a second one beside it, `…_new`, where a day is made ready."""
    made = [_BETS]
    for kind, columns in _ROLLED.items():
        first, second, *_ = columns
        of = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        made.append(
            f"CREATE TABLE archived_{kind} (\n    merchant UInt64, day Date, {of}\n) {_IN_A_DAY}"
            f" ORDER BY ({first}, {second}) SETTINGS allow_nullable_key = 1"
        )
    names = ("bets", *_ROLLED)
    return [*made, *(f"CREATE TABLE archived_{name}_new AS archived_{name}" for name in names)]


def load_day(mch_id: int, day_s: int, source: str) -> list[str]:
    """Return what puts a UTC day of a merchant in the place of what is there of it, with its roll-ups.

    `source` is a table function over the day's files, `file(…)` or `s3(…)`. Nobody sees half a day, and a day
    that is loaded again counts once: views that are triggered by inserts would count it twice.
    """
    day = f"{index(mch_id)} AS merchant, toDate('{_day(day_s)}') AS day"
    said = _swapped("archived_bets", mch_id, day_s, f"SELECT {day}, {_COLUMNS} FROM {source}")
    for kind, columns in _ROLLED.items():
        of_day = f"SELECT {_COLUMNS} FROM archived_bets WHERE {_of_day(mch_id, day_s)}"
        made = f"WITH bets AS ({of_day}) {_translated(MADE[kind])}"
        said += _swapped(
            f"archived_{kind}", mch_id, day_s, f"SELECT {day}, {', '.join(columns)} FROM ({made})"
        )
    return said


def _swapped(table: str, mch_id: int, day_s: int, select: str) -> list[str]:
    partition = f"PARTITION ({index(mch_id)}, '{_day(day_s)}')"
    return [
        f"ALTER TABLE {table}_new DROP {partition}",  # what somebody broke off
        f"INSERT INTO {table}_new {select}",
        f"ALTER TABLE {table} REPLACE {partition} FROM {table}_new",
        f"ALTER TABLE {table}_new DROP {partition}",
    ]


def clickhouse_sql(
    name: str,
    bets: str,
    days: Sequence[tuple[int, int]],
    values: Mapping[str, int | str],
    games: Sequence[int] = (),
    rolled: str = "",
) -> str:
    """Return a question as ClickHouse has it, over a SELECT of all bets; places are `{name:Type}`.

    `values` say of which type each place is; `start_s` and `end_s` are among them. Without `games` all count.
    `rolled` is a SELECT of the rows of the question's roll-up, of the days that `bets` leaves out.
    """
    question = QUESTIONS[name]
    of_games = f"game_id IN ({_list(index(game_id) for game_id in games)})" if games else "true"
    window = f"start_at >= $start_s AND start_at < $end_s AND {of_games}"
    of_tables = {"bets": f"SELECT * FROM ({bets}) WHERE {window}"}
    if question.of:
        of_days = f" UNION ALL SELECT * FROM ({rolled}) WHERE {of_games}" if rolled else ""
        of_tables[str(question.of)] = MADE[RollUp(question.of)] + of_days
    asked = "WITH " + ", ".join(f"{table} AS ({of})" for table, of in of_tables.items())
    asked = _translated(f"{asked} {with_days(question.sql, days)}")
    types = {key: "String" if isinstance(value, str) else "Int64" for key, value in values.items()}
    return re.sub(r"\$(\w+)", lambda place: f"{{{place[1]}:{types[place[1]]}}}", asked) + f" {_SETTINGS}"


def of_tables(
    mch_id: int, start_s: int, end_s: int, of: RollUp | None, games: Sequence[int] = ()
) -> tuple[str, str]:
    """Return a merchant's bets of a window, and the roll-up's rows of its whole UTC days, from the tables."""
    rolled = kept_of(of, games)
    first_s, last_s = -(-start_s // DAY_S) * DAY_S, utc_day_of(end_s)
    mine = f"merchant = {index(mch_id)}"
    whole = f"day >= '{_day(first_s)}' AND day < '{_day(last_s)}'"
    touched = f"day >= '{_day(start_s)}' AND day <= '{_day(end_s)}'"
    bets = f"SELECT {_COLUMNS} FROM archived_bets WHERE {mine} AND {touched}"
    if rolled is None:
        return bets, ""
    of_days = f"SELECT {', '.join(_ROLLED[rolled])} FROM archived_{rolled} WHERE {mine} AND {whole}"
    return f"{bets} AND NOT ({whole})", of_days


def _translated(sql: str) -> str:
    for ours, theirs in _TYPES.items():
        sql = sql.replace(f"AS {ours})", f"AS {theirs})")
    return sql.replace("lower(", "lowerUTF8(")  # its lower knows ASCII alone


def _of_day(mch_id: int, day_s: int) -> str:
    return f"merchant = {index(mch_id)} AND day = '{_day(day_s)}'"


def _day(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d")


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
