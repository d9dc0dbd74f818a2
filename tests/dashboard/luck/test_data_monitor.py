"""The watch over the made-up world: what it finds, what it keeps, what it makes anew."""

import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import func, select

from archive.archive import Archive
from archive.bets import in_window, sums
from archive.engine import Engine
from archive.proof import HourRead
from archive.questions import question
from archive.store import Folder
from dashboard.luck import data_investigations as investigations
from dashboard.luck.course import Alarm, Course, Watched
from dashboard.luck.data_monitor import RtpMonitor
from dashboard.luck.hours import OBSERVED, packed, unpacked
from ledger.audit import rows as audit_rows
from ledger.database import Ledger
from ledger.schema import rtp_hours
from tests import archived
from tests.parts import ledger_at, new_ledger
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, hour_of
from twoj_sandbox import MCH_ID

BROKEN = 1041
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Path:
    """A ledger and an archive of sixty days, every hour of which was observed."""
    folder = tmp_path_factory.mktemp("watched")
    shutil.copy(filled / "ledger", folder / "ledger")
    archived.copy(filled / "archive", folder / "archive")
    with ledger_at(f"sqlite:///{folder / 'ledger'}", MCH_ID) as ledger:
        archive = Archive(ledger, Folder(folder / "archive"), lambda: CLOCK)
        with closing(Engine(archive)) as engine:
            monitor = RtpMonitor(archive, engine, {})
            hours = (CLOCK - archived.FIRST_S) // HOUR_S
            assert monitor.update() > hours  # those after the alarm twice
            assert monitor.update() == 0
    return folder


Opened = Callable[..., tuple[RtpMonitor, Archive]]


@pytest.fixture
def opened(watched: Path, tmp_path: Path) -> Iterator[Opened]:
    """Open a monitor over a copy of it, as another server would."""
    shutil.copy(watched / "ledger", tmp_path / "ledger")
    archived.copy(watched / "archive", tmp_path / "archive")
    engines = []
    with ledger_at(f"sqlite:///{tmp_path / 'ledger'}", MCH_ID) as ledger:

        def open_() -> tuple[RtpMonitor, Archive]:
            archive = Archive(ledger, Folder(tmp_path / "archive"), lambda: CLOCK)
            engines.append(Engine(archive))
            return RtpMonitor(archive, engines[-1], {}), archive

        yield open_
        for engine in engines:
            engine.close()


def merchant_of(ledger: Ledger, now_s: float = CLOCK) -> SimpleNamespace:
    return SimpleNamespace(ledger=ledger, clock=lambda: now_s)


def test_the_broken_game_is_found_and_no_honest_one(opened):
    monitor, archive = opened()
    course = monitor.course()
    assert {alarm.of.game_id for alarm in course.alarms} == {BROKEN}
    assert course.alarms[0].of == Watched(BROKEN, 1)
    assert len({key.game_id for key in course.now()}) > 50  # that so many are watched says something
    with archive.ledger.reading() as books:
        (found,) = investigations.all_of(books)
    assert (found.of, found.looked_by, found.found, found.closed_at_ms) == (
        Watched(BROKEN, 1),
        None,
        "",
        None,
    )
    assert found.since_s <= found.alarmed_s
    assert found.log_m >= math.log(87_600)


def test_what_was_found_is_no_past_to_judge_by(opened):
    monitor, archive = opened()
    monitor.course()
    measures = monitor.yardsticks(archived.TODAY_S)
    assert 0.90 < measures[BROKEN].rtp < 0.99  # with the days on which it paid too much it is 1.01
    with archive.ledger.reading() as books:
        (found,) = investigations.all_of(books)
    assert investigations.suspect([found]) == [(BROKEN, found.since_s, 2**40)]


def test_a_restart_goes_on_where_it_was(opened):
    monitor, _ = opened()
    again, _ = opened()
    assert again.update() == 0
    assert again.course().now() == monitor.course().now()


def restated(archive, truth, hour_s, change=lambda table: table.slice(1)):
    """Have the provider say something else of an hour."""
    table = in_window(archived.table_of(truth, hour_s, hour_s + HOUR_S), hour_s, hour_s + HOUR_S)
    changed = change(table)
    archive.keep([HourRead(hour_s, changed, sums(changed), True, CLOCK + 99_999, True)])
    return changed


@pytest.mark.parametrize("hours_ago", [5, 10, 30 * 24])
def test_a_restated_hour_is_observed_anew_with_its_neighbours_and_nothing_else(
    opened, truth, hours_ago, monkeypatch
):
    monitor, archive = opened()
    before = monitor.course().now()
    restated(archive, truth, hour_of(CLOCK) - hours_ago * HOUR_S)
    added, add = [], Course.add
    monkeypatch.setattr(Course, "add", lambda *which: (added.append(which[1]), add(*which)))
    assert monitor.update() == 3
    assert monitor.course().now() != before
    # Of yesterday and today the evidence goes on from three hours before, not from sixty days.
    assert len(added) <= hours_ago + 1 + 3 or hours_ago > 48
    again, _ = opened()
    assert again.course().now() == monitor.course().now()
    assert again.yardsticks(archived.TODAY_S) == monitor.yardsticks(archived.TODAY_S)


def test_a_round_whose_draw_the_provider_does_not_name_is_a_draw_by_itself(opened, truth):
    monitor, archive = opened()
    hour_s = hour_of(CLOCK) - 5 * HOUR_S
    changed = restated(
        archive,
        truth,
        hour_s,
        lambda table: table.set_column(
            table.column_names.index("draw_id"), "draw_id", pa.array([""] * len(table))
        ),
    )
    paid = sum(bet > 0 for bet in changed["bet_amount"].to_pylist())
    assert paid > 50
    monitor.update()
    with archive.ledger.reading() as books:
        body = books.scalar(select(rtp_hours.c.body).where(rtp_hours.c.hour_s == hour_s))
    assert unpacked(body)["draws"].sum() == paid
    with closing(Engine(archive)) as engine:
        about = {"first_s": hour_s, "stride": 1, "all_s": HOUR_S, "some_s": HOUR_S}
        sample = engine.table(question("luck_sample", hour_s, hour_s + HOUR_S, **about))
    assert len(set(sample["draw_id"].to_pylist())) == len(changed)


def test_how_much_a_game_is_played_counts_the_hours_in_which_it_was(opened):
    monitor, archive = opened()
    monitor.course()
    last_s = hour_of(CLOCK) - HOUR_S
    with archive.ledger.reading() as books:
        rows = books.execute(select(rtp_hours.c.hour_s, rtp_hours.c.body)).all()
    month = [unpacked(row.body) for row in rows if row.hour_s > last_s - 720 * HOUR_S]
    for game_id, (draws, hours) in monitor.volumes().items():
        of_game = [each["draws"][each["game_id"] == game_id].sum() for each in month]
        assert hours == sum(count > 0 for count in of_game) <= 720
        assert draws * hours == pytest.approx(sum(of_game))


def test_hours_that_come_before_make_later_ones_anew_once_the_past_has_doubled(tmp_path, truth):
    with new_ledger(tmp_path / "ledger", MCH_ID) as ledger:
        archive = Archive(ledger, Folder(tmp_path / "archive"), lambda: CLOCK)
        first_s = archived.TODAY_S - 4 * DAY_S
        archived.fill(archive, truth, first_s)
        with closing(Engine(archive)) as engine:
            monitor = RtpMonitor(archive, engine, {})
            hours = monitor.update()
            assert hours == (CLOCK - first_s) // HOUR_S
            assert all(key.game_id for key in monitor.course().now())
            watched_before = len(monitor.course().now())
            archived.fill(archive, truth, first_s - 6 * DAY_S, first_s)
            assert monitor.update() == hours + 6 * 24
            assert len(monitor.course().now()) > watched_before
            assert monitor.update() == 0


def test_what_is_older_than_twice_sixty_days_is_let_go(opened):
    monitor, archive = opened()
    with archive.ledger.writing() as books:
        nothing = packed(np.zeros(0, OBSERVED))
        old = {"hour_s": 0, "made_of": "x", "made_at_ms": 0, "body": nothing}
        books.execute(rtp_hours.insert(), [old])
    hour_s = hour_of(CLOCK) - 5 * HOUR_S
    with archive.ledger.writing() as books:
        books.execute(rtp_hours.delete().where(rtp_hours.c.hour_s == hour_s))
    again, _ = opened()
    assert again.update() == 1
    with archive.ledger.reading() as books:
        assert books.scalar(select(func.min(rtp_hours.c.hour_s))) == archived.FIRST_S
    assert monitor.course().now() == again.course().now()


def test_an_investigation_is_opened_once_looked_into_and_closed_by_somebody(opened):
    monitor, archive = opened()
    merchant = merchant_of(archive.ledger)
    monitor.update()
    (found,) = investigations.of_merchant(merchant)
    assert investigations.look_into(merchant, found.id, "ann@casino.example")
    assert not investigations.look_into(merchant, found.id, "bob@casino.example")  # she already does
    assert investigations.close(merchant, found.id, "bob@casino.example", "Wrong paytable since Wednesday.")
    assert not investigations.close(merchant, found.id, "ann@casino.example", "Nothing.")
    (closed,) = investigations.of_merchant(merchant)
    assert (closed.looked_by, closed.closed_by) == ("ann@casino.example", "bob@casino.example")
    assert (closed.found, closed.closed_at_ms) == ("Wrong paytable since Wednesday.", CLOCK * 1000)
    with archive.ledger.reading() as books:
        said = [(row.who, row.what, row.about) for row in audit_rows(books)]
    assert said == [
        ("ann@casino.example", "RTP alarm looked into", f'{{"investigation": {found.id}}}'),
        (
            "bob@casino.example",
            "RTP alarm closed",
            f'{{"found": "Wrong paytable since Wednesday.", "investigation": {found.id}}}',
        ),
    ]
    # The evidence begins anew, of its stake bands too: what has been looked into raises no second alarm.
    assert monitor.update() == 0
    assert monitor.course().alarms == []
    assert len(investigations.of_merchant(merchant)) == 1


def test_a_stake_band_has_no_investigation_of_its_own_beside_that_of_its_game(opened):
    _, archive = opened()
    with archive.ledger.writing() as books:
        investigations.open_for(
            books,
            [
                Alarm(Watched(9, 1, 4), 0, HOUR_S, 14.0),
                Alarm(Watched(9, 1), 0, HOUR_S, 12.0),
                Alarm(Watched(9, -1, 3), 0, 2 * HOUR_S, 14.0),
            ],
            1000,
        )
        of_game = {each.of for each in investigations.all_of(books) if each.of.game_id == 9}
    assert of_game == {Watched(9, 1), Watched(9, -1, 3)}
