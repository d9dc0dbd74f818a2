"""What breaks on the way loses nothing and doubles nothing: processes, answers, disks, leases."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE

import pyarrow as pa
import pytest

from archive import pieces
from archive.archive import Archive
from archive.bets import EMPTY, STORED, HourSums, digest, ordered
from archive.engine import Asked, Engine
from archive.proof import HourRead, PieceState
from archive.questions import question
from archive.store import Folder
from archive.verify import verify
from ledger.background import Lease
from tests.archive.conftest import Filled
from tests.parts import ledger_at
from tests.provider import CLOCK, ROOT, Sandbox, process_settings
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of
from twoj_sandbox.world import World

pytestmark = pytest.mark.slow
TODAY = utc_day_of(CLOCK)
HOUR = TODAY - 5 * DAY_S
FULL = "The archive's disk is nearly full. Make room there: reading then goes on by itself."


def bet(
    number: int, at: int = HOUR, user_id: int = 7, bet_li: int = 1000, gain_li: int = -1000
) -> dict[str, object]:
    row = {
        "event_id": f"e{number}",
        "draw_id": "",
        "game_id": 1001,
        "user_id": user_id,
        "op_id": f"p{user_id}",
    }
    row |= {"bet_amount": bet_li, "gain_amount": gain_li, "credit_before_bet": 5000, "credit": 4000}
    return row | {"start_at": at, "end_at": at + 1}


def read(*rows: dict[str, object], hour_s: int = HOUR, **how: object) -> HourRead:
    table = pa.Table.from_pylist(list(rows), schema=STORED)
    theirs = HourSums(
        len(rows), sum(row["bet_amount"] for row in rows), sum(row["gain_amount"] for row in rows)
    )
    given = {"theirs": theirs, "complete": True, "as_of_s": CLOCK, "by_provider_clock": True} | how
    return HourRead(hour_s, table, **given)


@pytest.fixture
def archive(make: Callable[..., Filled]) -> Archive:
    return make().archive


def state_of(archive: Archive, hour_s: int = HOUR) -> tuple[str, int, int]:
    (piece,) = archive.pieces(hour_s, hour_s + HOUR_S)
    return str(piece.state), piece.version, piece.ours.count


class TestNothingIsProvenThatIsNot:
    def test_a_cut_reading_differs(self, archive: Archive):
        archive.keep([read(bet(1), complete=False)])
        assert state_of(archive) == ("differs", 1, 1)

    def test_other_sums_differ_and_say_by_how_much(self, archive: Archive):
        archive.keep([read(bet(1), theirs=HourSums(2, 3000, -1500))])
        (piece,) = archive.pieces(HOUR, HOUR + HOUR_S)
        assert piece.state is PieceState.DIFFERS
        assert piece.why
        assert piece.why.fields == {"count": -1, "bet_li": -2000, "gain_li": 500}
        assert str(piece.why).startswith("Its bets differ from the provider's sums: number of bets -1, bet")

    def test_sums_that_are_not_to_be_had_prove_nothing(self, archive: Archive):
        archive.keep([read(bet(1), theirs=None)])
        assert state_of(archive) == ("differs", 1, 1)

    def test_a_bet_of_the_hour_before_differs(self, archive: Archive):
        archive.keep([read(bet(1))])
        archive.keep([read(bet(1, HOUR + HOUR_S), hour_s=HOUR + HOUR_S)])
        assert state_of(archive, HOUR + HOUR_S) == ("differs", 1, 1)

    def test_a_bet_of_another_hour_differs_and_is_not_kept(self, archive: Archive):
        archive.keep([read(bet(1, HOUR - 1), bet(2))])
        assert state_of(archive) == ("differs", 1, 1)
        (piece,) = archive.pieces(HOUR, HOUR + HOUR_S)
        assert archive.rows(piece)["event_id"].to_pylist() == ["e2"]

    def test_a_bet_twice_in_one_of_several_hours_has_that_one_differ(self, archive: Archive):
        hours = [HOUR, HOUR + HOUR_S, HOUR + 2 * HOUR_S]
        first, twice, last = ([bet(number, at)] for number, at in enumerate(hours))
        archive.keep(
            [read(*rows, hour_s=at) for rows, at in zip([first, twice * 2, last], hours, strict=True)]
        )
        assert [state_of(archive, at)[0] for at in hours] == ["proven", "differs", "proven"]

    def test_the_same_id_two_hours_apart_is_another_bet(self, archive: Archive):
        archive.keep([read(bet(1, HOUR + step), hour_s=HOUR + step) for step in (0, 2 * HOUR_S)])
        assert [state_of(archive, HOUR + step)[0] for step in (0, 2 * HOUR_S)] == ["proven", "proven"]

    def test_nothing_is_final_without_the_providers_clock_or_within_two_hours(self, archive: Archive):
        archive.keep([read(bet(1), by_provider_clock=False)])
        assert state_of(archive) == ("open", 1, 1)
        archive.keep([read(bet(1), as_of_s=HOUR + 3 * HOUR_S - 1)])
        assert state_of(archive) == ("open", 1, 1)
        archive.keep([read(bet(1), as_of_s=HOUR + 3 * HOUR_S)])
        assert state_of(archive) == ("proven", 1, 1)


class TestAnHourIsReplaced:
    def test_the_same_again_is_a_reading_more(self, archive: Archive):
        for _ in range(3):
            archive.keep([read(bet(1), bet(2))])
        with archive.ledger.reading() as books:
            (row,) = books.execute(pieces.pieces.select()).all()
        assert (row.version, row.reads) == (1, 3)

    def test_other_bets_are_a_version_more_and_are_named(self, archive: Archive):
        archive.keep([read(bet(1), bet(2), bet(3))])
        archive.keep([read(bet(1), bet(2, gain_li=500), bet(4))])
        assert state_of(archive) == ("proven", 2, 3)
        with archive.ledger.reading() as books:
            rows = pieces.restated(books)
        assert {(row.event_id, row.change, row.bet_li, row.gain_li) for row in rows} == {
            ("e2", "changed", 0, 1500),
            ("e3", "gone", -1000, 1000),
            ("e4", "added", 1000, -1000),
        }

    def test_a_round_that_moves_to_another_player_is_found_though_the_sums_stay(self, archive: Archive):
        archive.keep([read(bet(1))])
        (kept,) = archive.keep([read(bet(1, user_id=8))])
        assert (kept.restated, kept.piece.version) == (1, 2)

    @pytest.mark.parametrize("rows", [[bet(1)], []])
    def test_a_cut_or_empty_reading_takes_nothing_away_that_the_sums_still_say(
        self, archive: Archive, rows: list[dict[str, object]]
    ):
        archive.keep([read(bet(1), bet(2))])
        archive.keep([read(*rows, theirs=HourSums(2, 2000, -2000), complete=not rows)])
        assert state_of(archive) == ("proven", 1, 2)

    def test_an_hour_of_a_days_file_is_replaced_in_it(self, make: Callable[..., Filled]):
        filled = make()
        day = [read(bet(n, HOUR + n * HOUR_S), hour_s=HOUR + n * HOUR_S) for n in range(24)]
        filled.archive.keep(day)
        filled.archive.keep([read(bet(3, HOUR + 3 * HOUR_S, gain_li=9), hour_s=HOUR + 3 * HOUR_S)])
        assert filled.engine.rows(question("sums", HOUR, HOUR + DAY_S)) == ((24, 24_000, -23_000 + 9),)
        assert list(verify(filled.archive)) == []


def test_nothing_is_written_while_the_disk_is_nearly_full_and_the_ledger_lives(make: Callable[..., Filled]):
    filled = make(least_free_bytes=2**62)
    assert filled.collector.turn() > 0
    assert str(filled.collector.state.stopped_by) == FULL
    assert filled.archive.pieces(0, CLOCK) == []


def test_a_disk_that_is_full_stops_it_and_leaves_nothing_half(
    make: Callable[..., Filled], monkeypatch: pytest.MonkeyPatch
):
    filled = make(days=1)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        while not filled.collector.turn():
            pass
    assert str(filled.collector.state.stopped_by) == FULL
    assert list(filled.archive.folder.paths("")) == []
    filled.fill()
    assert Counter(str(piece.state) for piece in filled.archive.pieces(0, CLOCK)) == {"proven": 7, "open": 3}


def test_one_of_two_servers_collects_and_the_other_takes_over(make: Callable[..., Filled]):
    first, second = make(days=1), make(days=1)
    first.fill()
    second.fill()
    assert (first.collector.state.collects, second.collector.state.collects) == (True, False)
    assert (
        first.engine.rows(question("games", TODAY, CLOCK))
        == second.engine.rows(question("games", TODAY, CLOCK))
        != []
    )
    first.collector._lease.give_back()
    second.fill()
    assert second.collector.state.collects


def test_a_server_whose_folder_is_another_writes_nothing_and_says_so(make: Callable[..., Filled]):
    filled = make(days=1)
    filled.fill()
    moved = filled.archive.folder.root.rename(filled.archive.folder.root.with_name("moved"))
    other = make(days=1)
    filled.collector._lease.give_back()
    assert other.collector.turn() > 0
    assert str(other.collector.state.stopped_by).startswith("The files of the archive are not in ")
    assert list(other.archive.folder.paths("")) == []
    moved.rename(other.archive.folder.root)
    other.fill()
    assert other.collector.state.stopped_by is None


def test_a_lease_is_one_servers_until_it_ends(tmp_path: Path):
    with ledger_at(f"sqlite:///{tmp_path / 'ledger'}", 1) as ledger:
        ledger.prepare()
        mine, other, ended = Lease(ledger, "a", 60), Lease(ledger, "a", 60), Lease(ledger, "b", 0)
        assert [mine.take(), mine.take(), other.take()] == [True, True, False]
        assert [mine.take(again=False), ended.take(), Lease(ledger, "b", 60).take()] == [False, True, True]
        mine.give_back()
        assert other.take()


_MORTAL = """
import os, signal, sys
from ledger.background import Lease
from ledger.database import Books
from archive.__main__ import main  # once for all of them

def mortal(steps, does):
    def done(*given, **named):
        steps[0] -= 1
        if steps[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return does(*given, **named)
    return done

for line in sys.stdin:
    child = os.fork()
    if not child:
        steps = [int(line)]
        for of, name in (Books, "execute"), (os, "fsync"), (os, "replace"), (os, "unlink"):
            setattr(of, name, mortal(steps, getattr(of, name)))
        os._exit(main())
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Does a command each time it is told, and dies by `kill -9` at the step it is told, of those that write."""
_DAYS = 20


@pytest.mark.servers
def test_kill_9_at_50_points_loses_nothing_and_doubles_nothing(
    tmp_path: Path, sandbox: Sandbox, truth: World
):
    environment = process_settings(sandbox, tmp_path)
    sandbox.set_clock(None)
    start_s = TODAY - (_DAYS + 2) * DAY_S
    first, last = (datetime.fromtimestamp(start_s + n * DAY_S, UTC).date() for n in (0, _DAYS - 1))
    command = ["-c", _MORTAL, "fill", "--from", str(first), "--to", str(last), "--calls-per-s", "10000"]
    rng = random.Random(12)
    steps = [rng.randrange(3, 60) for _ in range(50)]
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, text=True, stdin=PIPE, stdout=PIPE
    ) as mortals:
        assert mortals.stdin
        assert mortals.stdout
        ended = []
        for lives in [*steps, 10**9]:
            print(lives, file=mortals.stdin, flush=True)
            ended.append(int(mortals.stdout.readline()))
        mortals.stdin.close()
    assert ended == [-signal.SIGKILL] * 50 + [0], steps
    with ledger_at(f"sqlite:///{tmp_path / 'ledger'}", sandbox.mch_id) as ledger:
        archive = Archive(ledger, Folder(tmp_path / "archive"), lambda: CLOCK)
        found = archive.pieces(0, CLOCK)
        assert [piece.hour_s for piece in found] == list(range(start_s, start_s + _DAYS * DAY_S, HOUR_S))
        assert {str(piece.state) for piece in found} == {"proven"}
        rows = truth.bets(start_s, start_s + _DAYS * DAY_S, sandbox.now())
        assert sum(piece.ours.count for piece in found) == len(rows)
        assert sum(piece.ours.bet_li for piece in found) == int(rows["bet_amount"].sum())
        assert list(verify(archive)) == []
        engine = Engine(archive)
        (told,) = engine.rows(
            Asked("SELECT count(*), count(DISTINCT event_id), sum(gain_amount) FROM bets", 0, CLOCK)
        )
        engine.close()
        assert told == (len(rows), len(rows), int(rows["gain_amount"].sum()))


def test_a_digest_is_over_what_the_bets_hold_and_nothing_else():
    """As it was written down for hours that are long proven: another would have them all restated."""
    table = pa.Table.from_pylist([bet(1), bet(2) | {"op_id": "玩家"}, bet(3)], schema=STORED)
    some = table.set_column(0, STORED.field(0), pa.array(["e1", None, "e3"]))
    found = [digest(each) for each in (table, table.slice(1), some, table[:0])]
    assert [each[:16] for each in found] == [
        "71864572848169e7",
        "28b35da4a7b56f13",
        "6b2f833f4393b172",
        "ea8fe03658db190b",
    ]
    assert digest(pa.concat_tables([table[:1], table[1:]])) == found[0]


def test_an_ordered_table_is_the_same_however_it_was_held():
    rows = [bet(n, HOUR + 50 - n, user_id=n % 3) for n in range(9)]
    whole = ordered(pa.Table.from_pylist(rows, schema=STORED))
    parts = pa.concat_tables(
        [pa.Table.from_pylist(rows[at : at + 2], schema=STORED) for at in (4, 0, 6, 2, 8)]
    )
    assert ordered(parts.slice(0)).equals(whole)
    assert len(ordered(EMPTY)) == 0
