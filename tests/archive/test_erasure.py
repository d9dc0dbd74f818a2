"""The ids of a player who was forgotten come back by no way; the amounts stay."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import pieces
from archive.engine import Asked
from archive.erasure import forget, is_forgotten
from archive.pieces import due_again
from archive.verify import give_up, verify
from ledger import schema
from tests.archive.conftest import ledger_copy
from tests.archive.told import Told, bet, told_at
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of

pytestmark = pytest.mark.slow
TODAY = utc_day_of(CLOCK)
HOUR = TODAY - DAY_S + 2 * HOUR_S
RUNNING = TODAY + 6 * HOUR_S


@pytest.fixture
def told(tmp_path: Path, empty_ledger: Path) -> Iterator[Told]:
    """Yesterday, today and the running hour; two bets of player 7 and one of 8 in each of three hours."""
    with (
        ledger_copy(empty_ledger, tmp_path) as ledger,
        told_at(ledger, tmp_path / "archive", days=2, now_s=TODAY + 23_400) as told,
    ):
        told.add(bet(0, TODAY - 9 * DAY_S))
        for n, hour_s in enumerate((HOUR, TODAY, RUNNING)):
            told.add(*(bet(10 * n + k, hour_s + k, user_id=7 + k // 3) for k in (1, 2, 3)))
        told.fill()
        yield told


def ids_of(told: Told) -> list[object]:
    rows = told.engine.rows(Asked("SELECT * FROM bets", 0, 2**40))
    assert (len(rows), sum(row[5] for row in rows)) == (len(told.provider.bets) - 1, 1000 * len(rows))
    return sorted({(row[0] is None, row[1] is None, row[3], row[4]) for row in rows}, key=str)


KNOWN = [(False, False, 7, "p7"), (False, False, 8, "p8")]
FORGOTTEN = [(False, False, 8, "p8"), (True, True, None, None)]


def states_of(told: Told) -> list[str]:
    return [told.said(hour_s)[0] for hour_s in (HOUR, TODAY, RUNNING)]


@pytest.mark.parametrize("whom", [{"user_id": 7}, {"op_id": "p7"}, {"user_id": 7, "op_id": "p7"}])
def test_the_ids_go_and_come_back_by_no_way(told: Told, whom: dict[str, int | str]):
    assert ids_of(told) == KNOWN
    assert forget(told.archive, "test", **whom) == 6
    assert (ids_of(told), states_of(told)) == (FORGOTTEN, ["erased", "erased", "open"])
    assert list(verify(told.archive)) == []

    told.later(60)  # the running hour goes on
    told.add(bet(91, RUNNING + 1700), bet(92, RUNNING + 1900, user_id=8))
    told.later(600)
    assert ids_of(told) == FORGOTTEN
    told.later(4 * HOUR_S)  # it is over, and proven
    assert (ids_of(told), states_of(told)) == (FORGOTTEN, ["erased", "erased", "erased"])

    with told.archive.ledger.writing() as books:  # read again by hand
        due_again(books, 0, 2**40)
    told.later(60)
    told.later(15 * DAY_S)  # and by schedule
    assert told.collector.compare(60)[1] == 0
    assert (ids_of(told), states_of(told)) == (FORGOTTEN, ["erased", "erased", "erased"])
    assert [told.said(hour_s)[1] for hour_s in (HOUR, TODAY, RUNNING)] == [1, 1, 1]
    assert told.restated() == []

    for path in told.archive.folder.root.rglob("*.parquet"):  # after damage
        if "2026-03-14" in path.name:
            path.write_bytes(b"PAR1")
    give_up(told.archive, list(verify(told.archive)))
    assert states_of(told)[0] == "missing"
    told.later(60)
    assert (ids_of(told), states_of(told)) == (FORGOTTEN, ["erased", "erased", "erased"])
    assert list(verify(told.archive)) == []


def test_hours_that_were_not_read_before_are_read_without_the_ids(told: Told):
    early = TODAY - 5 * DAY_S
    forget(told.archive, "test", user_id=7)
    told.add(bet(50, early), bet(51, early + 1, user_id=8))
    list(told.collector.fill(early, early + DAY_S))
    assert ids_of(told) == FORGOTTEN
    assert told.said(early)[0] == "erased"


def test_what_the_provider_changes_later_is_found_and_named_without_ids(told: Told):
    forget(told.archive, "test", user_id=7)
    told.add(bet(1, HOUR + 1, gain_li=500))
    told.later(HOUR_S)
    assert told.collector.compare(60)[1] == 2
    with told.archive.ledger.reading() as books:
        rows = pieces.restated(books)
    assert sorted((row.event_id, row.change, row.gain_li) for row in rows) == [
        ("", "added", 500),
        ("", "gone", 1000),
    ]
    assert "p7" not in json.dumps([[row.before, row.after] for row in rows])
    assert told.said(HOUR)[:2] == ("erased", 2)
    assert told.collector.compare(60) == (1, 0)


def test_restatements_of_before_lose_the_ids(told: Told):
    told.add(bet(1, HOUR + 1, gain_li=500), bet(3, HOUR + 3, user_id=8, gain_li=700))
    told.later(HOUR_S)
    told.collector.compare(60)
    forget(told.archive, "test", op_id="p7")
    with told.archive.ledger.reading() as books:
        rows = pieces.restated(books)
    assert sorted((row.event_id, row.before is None, row.gain_li) for row in rows) == [
        ("", True, 1500),
        ("e3", False, 1700),
    ]


def test_no_table_of_the_ledger_has_the_ids(told: Told):
    forget(told.archive, "test", user_id=7, op_id="p7")
    with told.archive.ledger.reading() as books:
        told_of = [row.about for row in books.execute(select(schema.audit))]
        kept = books.execute(select(schema.forgotten_players)).all()
    assert [json.loads(about)["bets"] for about in told_of] == [6]
    assert len(kept) == 2
    assert not any('"p7"' in about or " 7" in about for about in told_of)
    ledger = told.archive.ledger
    assert [is_forgotten(ledger, 7, None), is_forgotten(ledger, None, "p7")] == [True, True]
    assert [is_forgotten(ledger, 8, "p8"), is_forgotten(ledger, None, "7")] == [False, False]


def test_two_who_play_in_the_same_second_leave_an_hour_that_is_the_same_again(told: Told):
    """Without ids bets are put in order by what is left of them: however they came, the digest is one."""
    rows = [bet(60 + n, TODAY + 3 * HOUR_S + 5, user_id=7 + n % 2, bet_li=100 * (9 - n)) for n in range(8)]
    told.add(*rows)
    with told.archive.ledger.writing() as books:
        due_again(books, TODAY, TODAY + DAY_S)
    told.later(60)
    forget(told.archive, "test", user_id=8)
    forget(told.archive, "test", user_id=7)
    digest = told.piece(TODAY + 3 * HOUR_S).digest
    with told.archive.ledger.writing() as books:
        due_again(books, TODAY, TODAY + DAY_S)
    told.later(60)
    piece = told.piece(TODAY + 3 * HOUR_S)
    assert (piece.digest, piece.version, str(piece.state)) == (digest, 2, "erased")
