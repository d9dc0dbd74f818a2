"""Each field of each endpoint: missing, null, of another type or spelling; what is not known is said once."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from tests.twoj_client.conftest import sample
from twoj_client import columns, models
from twoj_client.decode import opened, typed
from twoj_client.endpoints import ALL_HISTORY, ENDPOINTS
from twoj_client.errors import WrongShape
from twoj_client.reply import Answer, reply_of

BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}
# A sum, a key or a time is made of these. All others are "not known" for their value.
REQUIRED = {
    "all.list": {""},
    "all.stage_summary": {"date", "bet_count", "bet_amount", "gain_amount", "company_gain_amount", "summary"},
    "all.history": {
        *("total", "page", "page_size", "event_id", "game_id", "user_id"),
        *("bet_amount", "gain_amount", "start_at"),
    },
    "all.bonus_summary": {
        *("release_count", "used_count", "release_bonus", "converted_cash", "bet_amount", "win_amount"),
    },
    "games.user_history": {"event_id", "game_id", "bet_amount", "gain_amount", "start_at"},
    "games.game_history": {"event_id", "game_id", "bet_amount", "gain_amount", "start_at"},
    "games.user_stage_summary": {"bet_amount", "gain_amount"},
    "games.game_stage_summary": {"bet_amount", "gain_amount", "bet_count"},
    "slots.user_history": {"event_id", "game_id", "bet_amount", "gain_amount", "start_at"},
    "slots.user_stage_summary": {"game_id", "bet_count", "bet_amount", "gain_amount"},
    "slots.game_stage_summary": {"game_id", "bet_count", "bet_amount", "gain_amount", "company_gain_amount"},
    "slots.detail_url": {"url"},
    "jackpot.pool": set(),
    "transfer.deposit": {"balance"},
    "transfer.withdraw": {"balance"},
    "transfer.balance": {"balance"},
    "transfer.records": {"next_id", "type", "amount", "after_balance", "created_at"},
}
# These may be anything, or may be missing without being missed.
FREE = {"extra_business", "bet_areas", "win_areas", "game_result", "award_odds", "code", "msg", "header"}
ODD = {
    "null": None,
    "a list": [1],
    "an object": {"a": 1},
    "half": 0.5,
    "text": "x y",
    "nan": "NaN",
    "long": "9" * 30,
}


def payload(name):
    """The sample's payload, as JSON."""
    response = sample(name)["response"]
    if name == "all.history":
        response["data"] |= {"total": 2, "page": 1, "page_size": 2000}
    return json.loads(bytes(opened(BY_NAME[name], json.dumps(response).encode()).payload))


def read(name, value):
    return typed(BY_NAME[name], json.dumps(value).encode())


def leaves(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(inner, dict | list) and key not in FREE and inner:
            yield from leaves(inner, (*path, key))
        elif not FREE & {key, *path}:
            yield (*path, key)


def fields():
    for name in BY_NAME:
        for path in leaves(payload(name)):
            if (
                path
                and isinstance(path[-1], str)
                and all(part in (0,) or isinstance(part, str) for part in path)
            ):
                yield name, path


def changed(value, path, new):
    copied = dict(value) if isinstance(value, dict) else list(value)
    if len(path) > 1:
        copied[path[0]] = changed(value[path[0]], path[1:], new)
    elif new is ...:
        del copied[path[0]]
    else:
        copied[path[0]] = new
    return copied


def is_known(name, path):
    """Whether the models hold this field."""
    before = read(name, payload(name)).value
    try:
        return read(name, changed(payload(name), path, [])).value != before
    except WrongShape:
        return True


FIELDS = [(name, path) for name, path in fields() if is_known(name, path)]
TEXTS = {"event_id", "draw_id", "op_id", "currency", "game_name", "game_type", "ref_id", "trans_no", "url"}
DECIMALS = {"pot", "next_pot", "release_bonus", "converted_cash"}
TEXTS |= {"resource_url", "resource_with_name_url"}


@pytest.mark.parametrize(("name", "path"), FIELDS, ids=[f"{n}-{'.'.join(map(str, p))}" for n, p in FIELDS])
class TestEachField:
    @pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
    def test_something_else_is_an_error_where_a_sum_is_made_of_it_else_not_known(self, name, path, odd):
        field = path[-1]
        if (field in TEXTS and isinstance(odd, str)) or (field in DECIMALS and odd == 0.5):
            return
        answer = changed(payload(name), path, odd)
        if field in REQUIRED[name]:
            with pytest.raises(WrongShape, match=field):
                read(name, answer)
        else:
            found = read(name, answer)
            assert sum(found.unknown.values()) <= 1
            if odd is not None:
                assert found.unknown

    def test_missing(self, name, path):
        answer = changed(payload(name), path, ...)
        if path[-1] in REQUIRED[name]:
            with pytest.raises(WrongShape, match=path[-1]):
                read(name, answer)
        else:
            read(name, answer)

    def test_other_spellings_are_the_same_value(self, name, path):
        value = payload(name)
        for key in path:
            value = value[key]
        wanted = read(name, payload(name)).value
        if isinstance(value, bool):
            others = [int(value), str(value).lower(), str(int(value))]
        elif isinstance(value, int):
            others = [str(value), f"{value}.0", f" {value} ", float(value)]
        elif isinstance(value, float):
            others = [str(value)]
        else:
            others = [value]
        for other in others:
            found = read(name, changed(payload(name), path, other))
            assert found.value == wanted
            assert not found.unknown


def test_every_endpoint_is_walked():
    assert {name for name, _path in FIELDS} == set(BY_NAME) == set(REQUIRED)


@pytest.mark.parametrize(
    ("spelling", "value"),
    [
        ("38388400.0", 38388400),
        ("3.83884e7", 38388400),
        ('"38388400"', 38388400),
        ("9007199254740993.0", 9007199254740993),
        ("9.007199254740993e15", 9007199254740993),
        ("-9223372036854775808.0", -(2**63)),
        ("-0.0", 0),
        ('"+5"', 5),
        ("5E0", 5),
        ("0.5", None),
        ("9223372036854775808.0", None),
        ("1e400", None),
        ("true", None),
        ('""', None),
        ('"1_000"', None),
        ('"１２"', None),
        ('"0x10"', None),
        ("[]", None),
    ],
)
def test_an_integer_is_read_exactly_from_its_text(spelling, value):
    body = f'{{"balance": {spelling}}}'.encode()
    if value is None:
        with pytest.raises(WrongShape):
            typed(BY_NAME["transfer.balance"], body)
    else:
        assert typed(BY_NAME["transfer.balance"], body) == (models.Balance(value), {})


NOTHING = ["null", "[]", "{}"]
ZERO = '{"bet_count": 0, "bet_amount": 0, "gain_amount": 0, "company_gain_amount": 0}'
ONE = ZERO.replace('"bet_count": 0', '"bet_count": 1')


@pytest.mark.parametrize("nothing", NOTHING)
def test_null_and_the_like_are_an_empty_list_where_the_totals_say_so(nothing):
    for name in ("all.list", "games.user_history", "slots.user_history", "slots.game_stage_summary"):
        assert typed(BY_NAME[name], nothing.encode()) == ([], {})
    days = typed(BY_NAME["all.stage_summary"], f'{{"day_list": {nothing}, "summary": {ZERO}}}'.encode())
    assert days.value.day_list == []
    page = f'{{"items": {nothing}, "total": 0, "page": 1, "page_size": 2000}}'.encode()
    assert typed(ALL_HISTORY, page).value.items == []
    assert typed(columns.ALL_HISTORY_COLUMNS, page).value.table.num_rows == 0
    records = typed(BY_NAME["transfer.records"], f'{{"next_id": 0, "records": {nothing}}}'.encode())
    assert records.value.records == []


@pytest.mark.parametrize("nothing", ["null", "{}"])
def test_null_is_an_error_where_the_totals_say_that_there_is_more(nothing):
    page = f'{{"items": {nothing}, "total": 1, "page": 1, "page_size": 2000}}'.encode()
    cases = [
        (BY_NAME["all.stage_summary"], f'{{"day_list": {nothing}, "summary": {ONE}}}'.encode()),
        (ALL_HISTORY, page),
        (columns.ALL_HISTORY_COLUMNS, page),
        (BY_NAME["transfer.records"], f'{{"next_id": 7, "records": {nothing}}}'.encode()),
    ]
    for endpoint, body in cases:
        with pytest.raises(WrongShape, match="empty, though there is more"):
            typed(endpoint, body)


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("op_id", None),
        ("draw_id", 5),
        ("end_at", None),
        ("credit", "x"),
        ("bet_amount", "100000.0"),
        ("game_id", 1062.0),
    ],
)
def test_the_columns_say_the_same_as_the_rows(field, odd):
    page = payload("all.history")
    page["items"][0][field] = odd
    body = json.dumps(page).encode()
    rows, unknown = typed(ALL_HISTORY, body)
    table, also_unknown = typed(columns.ALL_HISTORY_COLUMNS, body)
    assert unknown == also_unknown
    assert table.table.to_pylist() == [models.msgspec.structs.asdict(bet) for bet in rows.items]
    assert table.table.schema == columns.SCHEMA


def test_a_game_without_name_or_type_is_named_by_its_id():
    rows = [
        {"game_id": 1041, "game_name": None, "game_type": None, "resource_url": None},
        {"game_id": "2777", "game_name": "Wheel", "game_type": "Arcade"},
        {"game_id": None, "game_name": "Nobody", "game_type": "Slots"},
    ]
    found = read("all.list", rows)
    assert found.value == [models.Game(1041, "1041", "Slots"), models.Game(2777, "Wheel", "Arcade")]
    assert found.unknown == {"game_name": 1, "game_type": 1, "Game without an id": 1}


@pytest.mark.parametrize("odd", [None, {"was": 1041}, "x y"])
def test_games_of_which_none_has_an_id_are_no_empty_list(odd):
    rows = [{"game_id": odd, "game_name": name, "game_type": "Slots"} for name in ("Koi", "Wheel")]
    with pytest.raises(WrongShape, match="Game without an id in every row"):
        read("all.list", rows)


@pytest.mark.parametrize("gone", ["hourly_group", "super_group"])
@pytest.mark.parametrize(
    "odd", [..., None, [], {}, {"pot": None}, {"pot": "much", "next_pot": 0, "next_hour": 0}]
)
def test_a_pot_that_cannot_be_read_takes_the_other_not_away(gone, odd):
    other = ({"hourly_group", "super_group"} - {gone}).pop()
    answer = changed(payload("jackpot.pool"), ("result", gone), odd)
    found = read("jackpot.pool", answer)
    name = {"hourly_group": "hourly", "super_group": "super"}
    assert getattr(found.value.result, name[gone]) is None
    assert getattr(found.value.result, name[other]).pot > 0
    assert found.unknown == {gone: 1}


def test_without_both_pots_there_is_no_answer():
    with pytest.raises(WrongShape):
        read("jackpot.pool", {"header": {"code": 0}, "result": {}})


def test_what_is_not_known_is_counted_and_said_once(provider, twoj):
    bets = payload("slots.user_history")
    rows = [bets[0] | {"event_id": str(i), "op_id": None, "currency": i} for i in range(3)]
    provider.says("/api/slots/user/history", rows)
    reply = twoj.slots.user_history(op_id="a", start=1741588087, end=1741600000)
    assert [row.op_id for row in reply.data] == [None] * 3
    assert [row.currency for row in reply.data] == ["0", "1", "2"]
    assert reply.unknown == {"op_id": 3}
    again = twoj.slots.user_history(op_id="a", start=1741588087, end=1741600000)
    assert again.unknown == {"op_id": 3}


def test_counts_of_several_answers_are_added_up():
    parts = [
        Answer(None, 1.0, ended=True, unknown={"op_id": 2}),
        Answer(None, 1.0, ended=True, unknown={"op_id": 1, "end_at": 1}),
    ]
    assert reply_of(None, parts).unknown == {"op_id": 3, "end_at": 1}


def test_a_lone_surrogate_takes_no_row_away():
    bets = json.dumps({"code": 200, "msg": "", "data": payload("slots.user_history")})
    body = bets.replace('"currency": "$"', r'"currency": "\\ud800 \ud83c\udfb0 \ud800"').encode()
    found = typed(BY_NAME["slots.user_history"], opened(BY_NAME["slots.user_history"], body).payload)
    assert found.value[0].currency == "\\ud800 🎰 �"


def test_decimals_of_bonuses_are_exact():
    body = payload("all.bonus_summary") | {"release_bonus": "9007199254740993.125"}
    assert read("all.bonus_summary", body).value.release_bonus == Decimal("9007199254740993.125")
    assert isinstance(read("all.stage_summary", payload("all.stage_summary")).value.day_list[0].date, dt.date)
