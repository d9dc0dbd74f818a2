"""The tables of docs/scale.md, on ClickHouse's engine: a day goes in, goes in again, and counts once."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from chdb import session

from archive.clickhouse import clickhouse_sql, load_day, of_tables, tables
from archive.engine import kept_of
from archive.questions import QUESTIONS
from tests.archive.conftest import FILLED, Filled
from tests.archive.test_questions import AUTUMN, BRUTE_FORCE, SPRING, asked_of
from tests.provider import ROOT
from twoj_client.windows import DAY_S, utc_day_of
from twoj_sandbox.world import World

pytestmark = pytest.mark.slow
DAY = FILLED[1][0] + DAY_S


@pytest.fixture(scope="module")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[session.Session]:
    with session.Session(str(tmp_path_factory.mktemp("clickhouse"))) as opened:
        opened.query("CREATE DATABASE archive ENGINE = Atomic")
        opened.query("USE archive")
        for statement in tables():
            opened.query(statement)
        yield opened


def load(clickhouse: session.Session, mch_id: int, day_s: int, *files: str) -> None:
    folder = Path(files[0]).parent if files else Path("/nowhere")
    names = ",".join(Path(file).name for file in files)
    for statement in load_day(mch_id, day_s, f"file('{folder}/{{{names}}}', Parquet)"):
        clickhouse.query(statement)


def rows(clickhouse: session.Session, sql: str, **values: object) -> list[tuple[object, ...]]:
    params = {key: str(value) for key, value in values.items()}
    answer = clickhouse.query(sql, "JSONCompactEachRowWithNamesAndTypes", params=params)
    _names, types, *found = map(json.loads, str(answer).splitlines())
    is_text = ["String" in of for of in types]
    return [
        tuple(value if text else int(value or 0) for value, text in zip(row, is_text, strict=True))
        for row in found
    ]


def count(clickhouse: session.Session, mch_id: int = 7) -> list[tuple[object, ...]]:
    return rows(
        clickhouse,
        f"SELECT (SELECT count() FROM archived_bets WHERE merchant = {mch_id}),"
        f" (SELECT sum(bets) FROM archived_games WHERE merchant = {mch_id}),"
        f" (SELECT sum(bets) FROM archived_players WHERE merchant = {mch_id}),"
        f" (SELECT sum(gain_amount) FROM archived_bets WHERE merchant = {mch_id}),"
        f" (SELECT sum(gain_li) FROM archived_games WHERE merchant = {mch_id})",
    )


@pytest.mark.parametrize(
    ("zone", "first", "games"),
    [
        ("America/New_York", SPRING, ()),
        ("America/New_York", AUTUMN, ()),
        ("Asia/Kathmandu", SPRING, (2011, 1041)),
    ],
    ids=str,
)
def test_every_question_over_the_tables_says_what_brute_force_says(
    clickhouse: session.Session,
    over_clock_changes: Filled,
    truth: World,
    zone: str,
    first: date,
    games: tuple[int, ...],
):
    archive = over_clock_changes.archive
    asked = asked_of(truth, zone, first, games)
    for day_s in range(utc_day_of(asked.start_s), asked.end_s, DAY_S):
        files = over_clock_changes.engine.sources(day_s, day_s + DAY_S).bets
        load(clickhouse, archive.mch_id, day_s, *over_clock_changes.engine.places(files))
    for name, question in QUESTIONS.items():
        values = {"start_s": asked.start_s, "end_s": asked.end_s, **asked.values_of(name)}
        bets, rolled = of_tables(archive.mch_id, asked.start_s, asked.end_s, question.of, games)
        sql = clickhouse_sql(name, bets, asked.days, values, games, rolled)
        assert bool(rolled) == bool(kept_of(question.of, games))
        assert rows(clickhouse, sql, **values) == BRUTE_FORCE[name](asked, **asked.values_of(name)), name


def test_a_day_that_is_loaded_again_replaces_what_was_there(
    clickhouse: session.Session, over_clock_changes: Filled, tmp_path: Path
):
    (file,) = over_clock_changes.engine.places(over_clock_changes.engine.sources(DAY, DAY + DAY_S).bets)
    table = pq.read_table(file)
    n, gain = len(table), sum(table["gain_amount"].to_pylist())
    for _ in range(2):
        load(clickhouse, 7, DAY, file)
        assert count(clickhouse) == [(n, n, n, gain, gain)]
    changed = table.slice(10).set_column(
        table.column_names.index("gain_amount"), "gain_amount", pa.array([1] * (n - 10))
    )
    pq.write_table(changed, tmp_path / "changed.parquet")
    load(clickhouse, 7, DAY, str(tmp_path / "changed.parquet"))
    assert count(clickhouse) == [(n - 10,) * 5]
    load(clickhouse, 8, DAY, file)
    assert count(clickhouse, 8) == [(n, n, n, gain, gain)]
    pq.write_table(table.slice(0, 0), tmp_path / "empty.parquet")
    with pytest.raises(RuntimeError, match="refusing `REPLACE PARTITION`"):  # a source that is away is no day
        load(clickhouse, 7, DAY, str(tmp_path / "empty.parquet"))
    assert count(clickhouse) == [(n - 10,) * 5]


def test_a_load_that_was_broken_off_leaves_nothing_behind(
    clickhouse: session.Session, over_clock_changes: Filled
):
    (file,) = over_clock_changes.engine.places(over_clock_changes.engine.sources(DAY, DAY + DAY_S).bets)
    n = pq.read_metadata(file).num_rows
    statements = load_day(9, DAY, f"file('{file}', Parquet)")
    for end in range(1, len(statements)):
        for statement in statements[:end]:
            clickhouse.query(statement)
        load(clickhouse, 9, DAY, file)
        assert count(clickhouse, 9)[0][:3] == (n, n, n)


def test_the_statements_of_the_docs_are_those_of_the_code():
    docs = (ROOT / "docs/scale.md").read_text("utf-8")
    for statement in (
        *tables(),
        *load_day(101, DAY, "s3('https://…/days/2026-03-07-….parquet', Parquet)")[:4],
    ):
        assert f"{statement};" in docs
