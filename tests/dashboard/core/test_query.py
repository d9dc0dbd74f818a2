"""The table of address parameters: each row there and back, each wrong value one sentence, once."""

import ast
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core import query
from dashboard.core.periods import NAMES, Mode
from dashboard.core.query import PARAMETERS, Parameter, Widget, on_page, text_of
from dashboard.core.roles import LEAST
from dashboard.core.table_view import ChosenColumns, ColumnFilter, RowOrder
from tests.asked import NOW, asked

ROOT = Path(__file__).parents[3]
UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NUMBERS = st.integers(1, 2**63 - 1)
IDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=200).filter(str.strip)
NAMED = IDS.map(str.strip).filter(bool)
DAYS = st.dates(date(2004, 1, 1), NOW.date())


def written(days: tuple[date, int]) -> str:
    """Days as an address has them, from the last one and how many there are before it."""
    last, before = days
    return f"{max(last - timedelta(days=before), date(2000, 1, 1))}..{last}"


def moments(zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    first, last = datetime(2004, 1, 2, tzinfo=UTC), datetime(2199, 12, 30, tzinfo=UTC)
    seconds = st.integers(int(first.timestamp()), int(last.timestamp()))
    return seconds.map(lambda second: datetime.fromtimestamp(second, zone))


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, unique=True, max_size=6).map(tuple)


def values(parameter: Parameter[Any], zone: ZoneInfo) -> st.SearchStrategy[Any]:
    """Whatever a page may write for the parameter."""
    if parameter is query.PERIOD:
        texts = st.sampled_from(NAMES) | st.tuples(DAYS, st.integers(0, 399)).map(written)
        return texts.map(lambda text: asked({"period": text}, zone=zone).value(query.PERIOD))
    if parameter.choices:
        choices = st.sampled_from(list(parameter.choices))
        if parameter.widget is Widget.SOME:
            return some(choices)
        return choices if parameter.default else choices | st.none()
    special: dict[Parameter[Any], st.SearchStrategy[Any]] = {
        query.GAME_IDS: some(NUMBERS),
        query.FIND: st.none() | IDS.map(str.strip),
        query.NEXT_ID: st.just(0) | NUMBERS,
        query.BEFORE: st.none() | moments(zone),
        query.WHERE: some(st.builds(ColumnFilter, st.just("all-games"), st.just("name"), NAMED)),
        query.SORT: some(st.builds(RowOrder, NAMED, NAMED, st.booleans())),
        query.COLUMNS: some(st.builds(ChosenColumns, NAMED, st.lists(NAMED, min_size=1).map(tuple))),
        query.AS_TABLE: some(st.from_regex(r"[a-z]+(-[a-z]+)*", fullmatch=True)),
        query.TRANS_NO: st.none() | IDS.map(str.strip).filter(lambda text: 6 <= len(text) <= 64),
    }
    if parameter in special:
        return special[parameter]
    if parameter in (query.MIN_BET, query.MAX_BET, query.MIN_WIN):
        return st.none() | st.integers(0, 10**18 - 1)
    numbers = (query.GAME_ID, query.USER_ID, query.MCH_ID, query.ALERT, query.SCREEN_ID)
    return st.none() | (NUMBERS if parameter in numbers else IDS)


def names(parameter: Parameter[Any]) -> str:
    return f"{parameter.name}-{parameter.pages[0]}"


@pytest.mark.parametrize("parameter", PARAMETERS, ids=names)
@given(draw=st.data(), zone=st.sampled_from([UTC, BERLIN, ZoneInfo("Australia/Lord_Howe")]))
@pytest.mark.slow
def test_what_is_written_is_read_again(
    parameter: Parameter[Any], draw: st.DataObject, zone: ZoneInfo
) -> None:
    value = draw.draw(values(parameter, zone))
    text = text_of(parameter, value)
    said = asked({parameter.name: text} if text else {}, zone=zone)
    assert said.value(parameter) == value
    for page in parameter.pages:
        assert said.problems(page) == []


@pytest.mark.parametrize("parameter", PARAMETERS, ids=names)
@given(text=st.text(max_size=300) | st.text("0123456789.,-+:TZ ", max_size=30))
@pytest.mark.slow
def test_any_text_is_a_value_or_one_sentence_and_the_default(parameter: Parameter[Any], text: str) -> None:
    said = asked({parameter.name: text}, zone=BERLIN)
    value = said.value(parameter)
    for page in parameter.pages:
        problems = said.problems(page)
        assert len(problems) <= 1
        if problems:
            assert value == asked(zone=BERLIN).value(parameter)
            assert problems[0].endswith(".")
            assert ". " not in problems[0]
            assert parameter.name in problems[0]


def test_a_name_is_one_row_of_a_page_and_every_page_is_one() -> None:
    for page in LEAST:
        rows = [parameter.name for parameter in on_page(page)]
        assert len(rows) == len(set(rows))
    assert {page for parameter in PARAMETERS for page in parameter.pages} <= set(LEAST)


WRONG = [
    ("bets", "game_id", "0"),
    ("games", "game_id", "0"),
    ("games", "game_id", "١٢٣٤"),
    ("players", "game_id", "１０４１"),
    ("bonus", "game_id", str(2**63)),
    ("bets", "game_id", "-1041"),
    ("games", "game_id", "9" * 100_000),
    ("players", "user_id", "abc"),
    ("players", "user_id", "²"),
    ("players", "user_id", "1_000"),
    ("bonus", "mch_id", "1e3"),
    ("players", "op_id", "x" * 201),
    ("wallet", "op_id", "wha\0le"),
    ("players", "round", "x" * 100_000),
    ("players", "min_bet", "2,5"),
    ("players", "min_bet", "٢"),
    ("players", "max_bet", "NaN"),
    ("players", "min_win", "1e9"),
    ("players", "pause", "31"),
    ("overview", "period", "8d"),
    ("overview", "period", "2026-03-10..2026-03-01"),
    ("overview", "period", "2026-02-29..2026-03-01"),
    ("overview", "period", "0001-01-01..0001-01-02"),
    ("overview", "period", "9999-12-30..9999-12-31"),
    ("overview", "period", "２０２６-03-01..2026-03-02"),
    ("overview", "period", "2024-01-01..2026-03-01"),
    ("overview", "compare", "PREVIOUS"),
    ("wallet", "type", "5"),
    ("wallet", "before", "2026-02-29T09:30"),
    ("wallet", "before", "0001-01-01T00:00+14:00"),
    ("wallet", "before", "9999-12-31T23:59-12:00"),
    ("wallet", "before", "2026-03-15T09:30+99:00"),
    ("wallet", "before", "٢٠٢٦-03-15T09:30"),
    ("wallet", "before", "now"),
    ("wallet", "next_id", "x"),
]


@pytest.mark.parametrize(("page", "name", "text"), WRONG, ids=[f"{w[0]}-{w[1]}-{w[2][:24]}" for w in WRONG])
def test_a_wrong_value_is_said_once(page: str, name: str, text: str) -> None:
    (problem,) = asked({name: text}).problems(page)
    (row,) = (each for each in on_page(page) if each.name == name)
    assert asked({name: text}).value(row) == asked().value(row)
    assert len(problem) < 250
    assert problem.count(". ") == 0


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-15T09:30", "2026-03-15T08:30"),
        ("2026-03-15 09:30", "2026-03-15T08:30"),
        ("2026-03-15T09:30+02:00", "2026-03-15T07:30"),
        ("2026-03-15T09:30 02:00", "2026-03-15T07:30"),  # an unescaped + of an address
        ("2026-03-15 09:30 02:00", "2026-03-15T07:30"),
        ("2026-03-15T09:30:15 0530", "2026-03-15T04:00:15"),
        ("2026-03-15T09:30-05:00", "2026-03-15T14:30"),
        ("2026-03-15T09:30Z", "2026-03-15T09:30"),
        ("2026-03-15", "2026-03-14T23:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # the first of two
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30"),
        ("2026-03-29T02:30", "2026-03-29T01:30"),  # skipped: the moment that it would have been
    ],
)
def test_a_moment_keeps_its_offset(text: str, utc: str) -> None:
    found = asked({"before": text}, zone=BERLIN).value(query.BEFORE)
    assert found is not None
    assert found.astimezone(UTC).replace(tzinfo=None) == datetime.fromisoformat(utc)
    assert asked({"before": text_of(query.BEFORE, found)}, zone=BERLIN).value(query.BEFORE) == found


def test_an_offset_is_written_where_the_local_time_comes_twice() -> None:
    second = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    assert text_of(query.BEFORE, second) == "2026-10-25T02:30+01:00"
    assert text_of(query.BEFORE, second + timedelta(hours=1)) == "2026-10-25T03:30"


@pytest.mark.parametrize(
    "text", ["a+b", "a&b=c", "a#b", "100%", "a b", " a", "007", "玩家-Žofie-🎲", "<b>", "'\";--", "\u202e"]
)
def test_an_op_id_is_that_player_whatever_it_is_made_of(text: str) -> None:
    said = asked({"op_id": text})
    assert said.value(query.OP_ID) == text
    assert said.problems("players") == said.problems("wallet") == said.problems("bonus") == []


def test_nothing_said_is_the_default() -> None:
    for parameter in PARAMETERS:
        for text in ("", " ", ["", " "]):
            said = asked({parameter.name: text})
            assert said.value(parameter) == asked().value(parameter)
            assert [said.problems(page) for page in parameter.pages] == [[]] * len(parameter.pages)


def test_numbers_and_spaces() -> None:
    assert asked({"game_id": "0001041"}).value(query.GAME_ID) == 1041
    assert asked({"user_id": f" {2**63 - 1} "}).value(query.USER_ID) == 2**63 - 1
    assert asked({"game_id": " 1041 , ,1042,1041"}).value(query.GAME_IDS) == (1041, 1042)


def test_of_a_repeated_value_the_last_counts_and_a_repeated_list_is_one() -> None:
    said = asked({"period": ["7d", "30d"], "compare": ["week", "week", ""], "game_id": ["1041", "1042,1043"]})
    assert said.value(query.PERIOD).text == "30d"
    assert said.value(query.COMPARE) is Mode.WEEK
    assert said.value(query.GAME_IDS) == (1041, 1042, 1043)
    assert said.problems("overview") == ["The address says period more than once; the last one counts."]
    assert said.problems("bets") == ["The address says period more than once; the last one counts."]


def test_what_a_page_does_not_know_is_nobodys_problem() -> None:
    for page in LEAST:
        assert asked({"utm_source": "mail", "Period": "x", "": "", "embed": "true"}).problems(page) == []
    assert asked({"min_bet": "x", "before": "x"}).problems("games") == []


def test_an_address_says_what_differs_from_the_default() -> None:
    period = asked({"period": "7d"}).value(query.PERIOD)
    assert text_of(query.PERIOD, period) == ""
    assert text_of(query.OP_ID, "a+b &#%玩") == "a+b &#%玩"
    assert text_of(query.GAME_ID, None) == ""


def test_a_wrong_part_of_a_list_is_told_what_it_may_be() -> None:
    assert asked({"type": "Chess"}).problems("bets")[0].startswith("The type must be among Slots, ")
    assert "(" not in asked({"type": "Chess"}).problems("bets")[0]
    (said,) = asked({"state": "9"}).problems("bonus")
    assert re.fullmatch(r"The state must be among (\d+ \([^)]+\)(, )?)+; all are shown\.", said)


@pytest.mark.slow
def test_one_file_touches_the_address() -> None:
    files = [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")]
    touching = {
        file.relative_to(ROOT).as_posix()
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr == "query_params")
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "streamlit"
            and any(name.name == "query_params" for name in node.names)
        )
    }
    assert touching == {"dashboard/kit/query_params.py"}


def expected(parameter: Parameter[Any]) -> str:
    """What a value must be, of the sentence about a wrong one."""
    return parameter.must_be().partition(f"The {parameter.name} must be ")[2].rpartition("; ")[0]


def test_the_readme_has_the_table() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = [line for line in readme.split("## Pages")[1].split("## ")[0].splitlines() if line[:3] == "| `"]
    assert [row for row in rows if row[:4] != "| `/"] == [
        f"| `{each.name}` | {', '.join(f'`/{page}`'.replace('overview', '') for page in each.pages)} |"
        f" {expected(each)} | {each.default and f'`{each.default}`'} |"
        for each in PARAMETERS
    ]
