"""Each question says the same in ClickHouse's dialect, over the same files, to the li."""

import json
from collections.abc import Callable

import chdb
import pytest

from archive.bets import DAY_S
from archive.clickhouse import clickhouse_sql
from archive.questions import QUESTIONS, ask
from tests.archive.conftest import Filled
from tests.provider import CLOCK

pytestmark = pytest.mark.slow
TODAY = CLOCK // DAY_S * DAY_S
START, END = TODAY - DAY_S + 3 * 3600, TODAY + 8 * 3600
DAYS = [(at, at + DAY_S) for at in range(TODAY - DAY_S - 5 * 3600, END, DAY_S)]


def test_every_question_says_the_same(make: Callable[..., Filled]):
    filled = make(days=2)
    filled.fill()
    (user_id, op_id, *_), *_ = ask(filled.engine, "players", START, END)
    (event_id, *_), *_ = ask(filled.engine, "newest_rounds", START, END, most=1)
    places = {
        "game_id": 2011,
        "user_id": user_id,
        "part": str(op_id)[:4],
        "id": event_id,
        "step_s": 600,
        "most": 9,
    }
    files = filled.engine.sources(START, END).bets
    bets = " UNION ALL ".join(f"SELECT * FROM file('{path}', Parquet)" for path in files)
    for name, question in QUESTIONS.items():
        values = {key: value for key, value in places.items() if f"${key}" in question.sql}
        told = ask(filled.engine, name, START, END, days=DAYS, **values)
        given = {"start_s": START, "end_s": END, **values}
        sql = clickhouse_sql(name, bets, DAYS, given)
        answer = chdb.query(
            sql, "JSONCompactEachRow", params={key: str(value) for key, value in given.items()}
        )
        rows = [json.loads(line) for line in str(answer).splitlines()]
        assert [[str(value) for value in row] for row in rows] == [
            [str(value) for value in row] for row in told
        ], name
        assert told or name == "biggest_wins_of_game"
