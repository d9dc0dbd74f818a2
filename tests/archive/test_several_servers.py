"""Several servers over one ledger and one place: one collects, all say the same, another takes over."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from archive import pieces
from archive.bucket import Bucket, Copies
from archive.questions import QUESTIONS, question
from archive.store import Folder
from archive.verify import verify
from ledger.schema import leases
from tests.archive.conftest import Filled, archives_at
from tests.archive.test_breaking import HOUR, bet, read
from tests.archive.test_questions import BRUTE_FORCE, asked_of, by_duckdb
from tests.parts import ledger_at, postgresql_server, s3_server
from tests.provider import CLOCK, Sandbox
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of
from twoj_sandbox.world import World

pytestmark = [pytest.mark.slow, pytest.mark.servers]
Start = Callable[[str], Filled]


@pytest.fixture(params=["folder", "s3"])
def start(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    sandbox: Sandbox,
    clock: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Start]:
    """Start another server by its name: with connections, copies and caches of its own."""
    with ExitStack() as running:
        url = running.enter_context(postgresql_server()) + "/postgres"
        if request.param == "s3":
            (tmp_path / "s3").mkdir()
            server = running.enter_context(s3_server(tmp_path / "s3"))
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)

        def start(name: str) -> Filled:
            mine = tmp_path / name
            mine.mkdir()
            place = (
                Folder(tmp_path / "shared")
                if request.param == "folder"
                else Bucket("s3://bets/all", Copies(mine / "copies"))
            )
            ledger = running.enter_context(ledger_at(url, sandbox.mch_id))
            ledger.prepare()
            make = running.enter_context(archives_at(mine, sandbox, clock, ledger))
            return make(days=4, place=place)

        yield start


def let_pass(server: Filled, seconds: float) -> None:
    """Let time go by for the leases: by the database's clock, which is nobody else's here."""
    with server.archive.ledger.writing() as books:
        books.execute(update(leases).values(until_ms=leases.c.until_ms - int(seconds * 1000)))


def test_one_collects_both_say_the_same_and_another_takes_over_what_was_broken_off(
    start: Start, truth: World, monkeypatch: pytest.MonkeyPatch
):
    first, second = start("first"), start("second")
    first.collector.turn()
    assert second.collector.turn() > 0
    assert (first.collector.state.collects, second.collector.state.collects) == (True, False)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for _ in range(2):
        first.collector.turn()
    known = len(second.archive.pieces())
    with monkeypatch.context() as patch:
        patch.setattr(pieces, "add_file", killed)  # its file is written, its rows are not
        with pytest.raises(KeyboardInterrupt):
            first.fill()
    assert 0 < len(second.archive.pieces()) == known

    let_pass(second, 25)
    second.collector.turn()
    assert not second.collector.state.collects
    let_pass(second, 5)
    second.fill()
    assert second.collector.state.collects
    first.fill()  # it was only asleep
    assert not first.collector.state.collects

    hours = [piece.hour_s for piece in second.archive.pieces()]
    assert hours == list(range(utc_day_of(CLOCK) - 3 * DAY_S, CLOCK, HOUR_S))
    asked = asked_of(truth, "UTC", date(2026, 3, 12))
    for name in QUESTIONS:
        truly = BRUTE_FORCE[name](asked, **asked.values_of(name))
        assert by_duckdb(first, name, asked) == by_duckdb(second, name, asked) == truly, name
    assert list(verify(first.archive)) == []


def test_one_that_slept_through_its_lease_writes_nothing_twice(start: Start, monkeypatch: pytest.MonkeyPatch):
    sleeper, other = start("sleeper"), start("other")
    base_of = sleeper.archive._base
    bases = iter([base_of(HOUR, HOUR + HOUR_S)])  # it looked before the other wrote
    with monkeypatch.context() as patch:
        patch.setattr(sleeper.archive, "_base", lambda *window: next(bases, None) or base_of(*window))
        other.archive.keep([read(bet(1), bet(2))])
        (kept,) = sleeper.archive.keep([read(bet(1), bet(2))])
    assert (next(bases, None), kept.restated) == (None, 0)
    for server in (sleeper, other):
        assert server.engine.rows(question("sums", HOUR, HOUR + HOUR_S)) == ((2, 2000, -2000),)
        assert [piece.version for piece in server.archive.pieces()] == [1]
