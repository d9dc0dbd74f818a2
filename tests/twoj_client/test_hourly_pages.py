"""The betting history of all games: whole hours, as rows, hour by hour, or as columns."""

import json
import threading

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.twoj_client.conftest import NOW, ok
from twoj_client.columns import ALL_HISTORY_COLUMNS, _Decoder
from twoj_client.errors import HttpStatus, WrongShape
from twoj_client.models import Bet, BetPage
from twoj_client.windows import DAY_S, HOUR_S, Window

PATH = "/api/all/history"
DAY = NOW - NOW % DAY_S - DAY_S


def bet(i: int, at: int, **changes):
    return {
        "event_id": f"e{i}",
        "draw_id": f"d{i}",
        "game_id": 1062,
        "user_id": 7,
        "op_id": "玩家",
        "bet_amount": 1000,
        "gain_amount": -i,
        "credit_before_bet": 2**53 + 1,
        "credit": i,
        "start_at": at,
        "end_at": at,
    } | changes


class Bets:
    """A provider's answers about all bets."""

    def __init__(self, rows, *, newest_first=False, page_size=None):
        self.rows = sorted(rows, key=lambda row: row["start_at"], reverse=newest_first)
        self.page_size = page_size
        self.before = lambda _call: None

    def __call__(self, call):
        self.before(call)
        asked = call.data
        assert 0 < asked["time_end"] - asked["time_start"] <= HOUR_S
        assert asked["time_start"] // DAY_S == (asked["time_end"] - 1) // DAY_S
        found = [row for row in self.rows if asked["time_start"] <= row["start_at"] < asked["time_end"]]
        size = self.page_size or asked["page_size"]
        items = found[(asked["page"] - 1) * size : asked["page"] * size]
        return ok({"items": items, "total": len(found), "page": asked["page"], "page_size": size})


def ids(reply):
    return [row.event_id for row in reply.data]


def read(twoj, how, **window):
    """Return what each way to read the history makes of a window, as event ids."""
    if how == "rows":
        return twoj.all.history(**window), ids(twoj.all.history(**window))
    reply = twoj.all.history_table(**window)
    return reply, reply.data["event_id"].to_pylist()


WAYS = pytest.mark.parametrize("how", ["rows", "table"])


@WAYS
@pytest.mark.parametrize("newest_first", [False, True])
def test_all_pages_of_all_hours(provider, twoj, how, newest_first):
    rows = [bet(i, DAY + i) for i in range(0, 4 * HOUR_S, 1)]
    provider.answers[PATH] = Bets(rows, newest_first=newest_first)
    reply, found = read(twoj, how, start=DAY + 600, end=DAY + 3 * HOUR_S + 600)
    assert found == [f"e{i}" for i in range(600, 3 * HOUR_S + 600)]
    assert reply.complete
    assert {(call.data["page"], call.data["page_size"]) for call in provider.calls} == {(1, 2000), (2, 2000)}


def test_a_day_is_walked_eight_requests_at_a_time(provider, twoj):
    eight = threading.Barrier(8)
    answers = Bets([bet(i, DAY + i * 600) for i in range(144)])
    answers.before = lambda _call: eight.wait(5)
    provider.answers[PATH] = answers
    assert len(twoj.all.history(start=DAY, end=DAY + DAY_S).data) == 144
    assert len(provider.calls) == 24


def test_the_pages_of_one_hour_are_read_at_the_same_time(provider, twoj):
    four = threading.Barrier(4)
    answers = Bets([bet(i, DAY + i * HOUR_S // 10_000) for i in range(10_000)])
    answers.before = lambda call: call.data["page"] == 1 or four.wait(5)
    provider.answers[PATH] = answers
    assert len(twoj.all.history(start=DAY, end=DAY + HOUR_S).data) == 10_000
    assert len(provider.calls) == 5


def test_columns_hold_what_rows_hold(provider, twoj):
    provider.answers[PATH] = Bets([bet(i, DAY + i * 7, op_id=f'"{i},\n') for i in range(3000)])
    window = {"start": DAY, "end": DAY + 6 * HOUR_S}
    table = twoj.all.history_table(**window).data
    assert table.column_names == list(Bet.__struct_fields__)
    assert table.to_pylist() == [msgspec.structs.asdict(row) for row in twoj.all.history(**window).data]


def test_hours_are_told_apart_each_as_its_own_pages_say(provider, twoj):
    """A bet of 01:30 that the pages of 00:00 tell stays with these, and only they are not whole."""
    answers = Bets([bet(i, DAY + i * 600) for i in range(12)])

    def with_a_stranger(call):
        status, headers, body = answers(call)
        payload = json.loads(body)
        if call.data["time_start"] == DAY:
            payload["data"]["items"].append(bet(99, DAY + 5400))
        return status, headers, json.dumps(payload).encode()

    provider.answers[PATH] = with_a_stranger
    hours = twoj.all.history_hours(start=DAY, end=DAY + 3 * HOUR_S)
    assert [hour.data["event_id"].to_pylist() for hour in hours] == [
        ["e0", "e1", "e2", "e3", "e4", "e5", "e99"],
        ["e6", "e7", "e8", "e9", "e10", "e11"],
        [],
    ]
    assert [(hour.complete, hour.missing) for hour in hours] == [
        (False, (Window(DAY, DAY + HOUR_S),)),
        (True, ()),
        (True, ()),
    ]


@WAYS
def test_an_empty_window(provider, twoj, how):
    provider.answers[PATH] = Bets([])
    reply, found = read(twoj, how, start=DAY, end=DAY + 90)
    assert found == []
    assert reply.complete


def test_only_some_games(provider, twoj):
    provider.answers[PATH] = Bets([])
    twoj.all.history(start=DAY, end=DAY + 1, game_ids=[3015, 2000, 2000])
    twoj.all.history(start=DAY, end=DAY + 1, game_ids=[])
    assert [call.data.get("game_ids") for call in provider.calls] == [[2000, 3015], None]


@WAYS
def test_a_provider_with_smaller_pages(provider, twoj, how):
    provider.answers[PATH] = Bets([bet(i, DAY + i) for i in range(2500)], page_size=1000)
    reply, found = read(twoj, how, start=DAY, end=DAY + HOUR_S)
    assert len(found) == 2500
    assert reply.complete


@WAYS
def test_bets_that_come_in_while_paging(provider, twoj, how):
    """Newest first, one more bet pushes each page's last row onto the next: it arrives twice."""
    rows = [bet(i, DAY + i // 2) for i in range(5000)]
    answers = Bets(rows, newest_first=True)

    def grow(call):
        if call.data["page"] == 2 and len(answers.rows) == 5000:
            answers.rows.insert(0, bet(5000, DAY + 2600))

    answers.before = grow
    provider.answers[PATH] = answers
    reply, found = read(twoj, how, start=DAY, end=DAY + HOUR_S)
    assert sorted(found) == sorted(f"e{i}" for i in range(5001))
    assert reply.complete


@WAYS
def test_a_total_that_never_fits_is_reported(provider, twoj, how):
    rows = [bet(i, DAY + HOUR_S + i) for i in range(5)]
    answers = Bets(rows)

    def missing(call):
        status, headers, body = answers(call)
        payload = json.loads(body)
        if payload["data"]["items"]:
            payload["data"]["total"] = 9
        return status, headers, json.dumps(payload).encode()

    provider.answers[PATH] = missing
    reply, found = read(twoj, how, start=DAY, end=DAY + 3 * HOUR_S)
    assert found == [f"e{i}" for i in range(5)]
    assert not reply.complete
    assert reply.missing == (Window(DAY + HOUR_S, DAY + 2 * HOUR_S),)


@WAYS
def test_rows_that_arrive_twice(provider, twoj, how):
    rows = [bet(i, DAY + i) for i in range(5)]
    provider.answers[PATH] = Bets([*rows, *rows])
    reply, found = read(twoj, how, start=DAY, end=DAY + HOUR_S)
    assert found == [f"e{i}" for i in range(5)]
    assert not reply.complete


@WAYS
def test_a_failure_ends_the_walk(provider, twoj, how):
    answers = Bets([])
    provider.answers[PATH] = lambda call: (
        (404, {}, b"") if call.data["time_start"] == DAY + HOUR_S else answers(call)
    )
    with pytest.raises(HttpStatus):
        read(twoj, how, start=DAY, end=DAY + DAY_S)


@WAYS
@pytest.mark.parametrize("row", [None, 5, [], {}, bet(1, DAY, bet_amount=None), bet(1, DAY, gain_amount=0.5)])
def test_wrong_rows_are_refused(provider, twoj, how, row):
    """A null among the rows must not reach Arrow as one: it would end the process."""
    provider.answers[PATH] = lambda _call: ok({"items": [row], "total": 1, "page": 1, "page_size": 1})
    with pytest.raises(WrongShape):
        read(twoj, how, start=DAY, end=DAY + 60)


def test_finished_hours_are_kept_and_tables_are_not(provider, twoj):
    provider.answers[PATH] = Bets([bet(i, DAY + i) for i in range(50)])
    window = {"start": DAY, "end": DAY + 2 * HOUR_S}
    twoj.all.history(**window)
    twoj.all.history(**window)
    assert len(provider.calls) == 2
    twoj.all.history_table(**window)
    twoj.all.history_table(**window)
    assert len(provider.calls) == 6


VALUES = st.sampled_from(
    [
        None,
        True,
        1,
        -5,
        1.5,
        1.0,
        "",
        "x",
        "玩",
        [],
        {},
        [1, None],
        {"a": None},
        2**63,
        2**63 - 1,
        -(2**63),
        "\n",
    ]
)
ROWS = st.lists(
    st.one_of(
        VALUES,
        st.dictionaries(st.sampled_from([*bet(1, 2), "new"]), VALUES, max_size=2).map(
            lambda d: bet(1, 2, **d)
        ),
        st.sampled_from(sorted(bet(1, 2))).map(
            lambda gone: {k: v for k, v in bet(1, 2).items() if k != gone}
        ),
        st.just(bet(1, 2)),
    ),
    max_size=4,
)


@settings(max_examples=100)
@given(
    st.one_of(ROWS, VALUES),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.sampled_from([None, None, "items", "total"]),
)
@example([bet(1, 2, credit_before_bet=None)], None, False, None)
@pytest.mark.slow
def test_columns_take_and_refuse_what_rows_do(items, indent, ascii_only, gone):
    page = {"items": items, "total": 1, "page": 1, "page_size": 1}
    page.pop(gone, None)
    payload = json.dumps(page, indent=indent, ensure_ascii=ascii_only).encode()
    try:
        expected = [msgspec.structs.asdict(row) for row in msgspec.json.decode(payload, type=BetPage).items]
    except msgspec.DecodeError:
        with pytest.raises(msgspec.DecodeError):
            _Decoder().decode(payload)
    else:
        if any(None in row.values() for row in expected):
            # Columns cannot tell null from missing: such a page is read again, row by row.
            with pytest.raises(msgspec.DecodeError):
                _Decoder().decode(payload)
            columns, unknown = ALL_HISTORY_COLUMNS.read_tolerantly(payload)
            assert unknown, "which counts what is not known"
        else:
            columns = _Decoder().decode(payload)
        assert columns.table.to_pylist() == expected


@WAYS
@pytest.mark.slow
def test_an_hour_whose_pages_disagree_is_not_whole(provider, twoj, how):
    """Each total is right about something: neither may pass for the other."""
    answers = Bets([bet(i, DAY + i) for i in range(2500)])

    def disagree(call):
        status, headers, body = answers(call)
        payload = json.loads(body)
        payload["data"]["total"] += call.data["page"] == 2
        return status, headers, json.dumps(payload).encode()

    provider.answers[PATH] = disagree
    reply, found = read(twoj, how, start=DAY, end=DAY + HOUR_S)
    assert len(found) == 2500
    assert reply.missing == (Window(DAY, DAY + HOUR_S),)
