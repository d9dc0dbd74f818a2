"""Whatever happens in whatever order: the archive's bets are the provider's, each once."""

import random
import shutil
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import archive.store
from archive import pieces
from archive.archive import Archive
from archive.collector import Collector
from archive.engine import Asked, Engine, RollUp
from archive.erasure import forget
from archive.forgotten import forgotten
from archive.pieces import FINISHED
from archive.store import Folder
from archive.verify import give_up, verify
from ledger import background
from ledger.database import Books
from ledger.schema import leases
from tests.archive.told import ToldProvider, bet, sums_of
from tests.parts import ledger_at
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, hour_of, utc_day_of
from twoj_sandbox import MCH_ID

TODAY = utc_day_of(CLOCK)
FIRST = TODAY - DAY_S
BEGINS = TODAY + 6 * HOUR_S + 1800
_ = st.integers


class _Killed(BaseException):
    """The process ended here."""


class ArchiveMachine(RuleBasedStateMachine):
    """A provider whose past changes, an archive that is killed, damaged and asked to forget."""

    ledger_file: Path

    @initialize(seed=_(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        self.stack = ExitStack()
        self.place = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        patch = self.stack.enter_context(pytest.MonkeyPatch.context())
        shutil.copy(self.ledger_file, self.place / "ledger")
        self.ledger = self.stack.enter_context(ledger_at(f"sqlite:///{self.place / 'ledger'}", MCH_ID))
        self.now_s, self.timer_s = BEGINS, 0.0
        self.provider = ToldProvider(lambda: self.now_s)
        self.provider.also = [bet(0, FIRST - 3 * DAY_S)]  # it remembers what was before
        self.truths: dict[int, list[tuple[int, Counter[Any]]]] = {}
        self.forgotten: set[int] = set()
        self.steps_to_live = -1
        self.numbers = iter(range(1, 10**6))
        self.workers = self.stack.enter_context(ThreadPoolExecutor(1))
        patch.setattr(archive.store.os, "fsync", lambda _handle: self.step())
        execute = Books.execute
        patch.setattr(Books, "execute", lambda *given: (self.step(), execute(*given))[1])
        patch.setattr(background, "clock_ms", lambda _connection: self.now_s * 1000)
        rng = random.Random(seed)
        for hour_s in range(FIRST, BEGINS, 3 * HOUR_S):
            self.provider.bets |= {
                row["event_id"]: row
                for row in (
                    bet(next(self.numbers), hour_s + rng.randrange(HOUR_S), rng.randrange(3))
                    for _ in range(rng.randrange(3))
                )
            }
        self.note()
        self.open()

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            try:
                self.settle()
            finally:
                self.engine.close()
                self.stack.close()

    def open(self) -> None:
        """Begin as a process does; the one before, if any, is gone."""
        with self.ledger.writing() as books:
            books.execute(leases.delete())
        self.archive = Archive(self.ledger, Folder(self.place / "archive"), lambda: self.now_s)
        self.engine = Engine(self.archive)
        self.collector = Collector(
            self.archive,
            self.engine,
            self.provider,  # type: ignore[arg-type]
            self.workers,
            days=2,
            calls_per_s=1000,
            least_free_bytes=0,
            timer=lambda: self.timer_s,
        )

    def step(self) -> None:
        self.steps_to_live -= 1
        if self.steps_to_live == 0:
            raise _Killed

    def note(self) -> None:
        """Write down what the provider's truth is from now on."""
        self.now_s += 1
        by_hour: dict[int, list[Any]] = {}
        for row in self.provider.truth(0, 2**40):
            by_hour.setdefault(row["start_at"] // HOUR_S * HOUR_S, []).append(tuple(row.values()))
        for hour_s in by_hour.keys() | self.truths.keys():
            told, now = self.truths.setdefault(hour_s, [(0, Counter())]), Counter(by_hour.get(hour_s, []))
            if told[-1][1] != now:
                told.append((self.now_s, now))
        self.now_s += 1

    def told(self, hour_s: int, as_of_s: float) -> Counter[Any]:
        """Return the truth of an hour at a time, without the ids of who is forgotten."""
        found: Counter[Any] = Counter()
        for at_s, rows in self.truths.get(hour_s, []):
            if at_s <= as_of_s:
                found = rows
        return Counter(self.known(dict(zip(bet(0, 0), row, strict=True))) for row in found.elements())

    def known(self, row: dict[str, Any]) -> tuple[Any, ...]:
        if row["user_id"] in self.forgotten:
            row |= dict.fromkeys(("event_id", "draw_id", "user_id", "op_id"))
        return tuple(row.values())

    # What the provider does.

    @rule(hours_ago=_(0, 31), second=_(0, 3599), user_id=_(0, 3))
    def add(self, hours_ago: int, second: int, user_id: int) -> None:
        at = min(hour_of(self.now_s) - hours_ago * HOUR_S + second, int(self.now_s))
        row = bet(next(self.numbers), at, user_id)
        self.provider.bets[row["event_id"]] = row
        self.note()

    @rule(which=_(0), what=st.sampled_from(["amount", "player", "hour", "next hour", "gone"]))
    def change(self, which: int, what: str) -> None:
        if not self.provider.bets:
            return
        event_id = sorted(self.provider.bets)[which % len(self.provider.bets)]
        row = self.provider.bets.pop(event_id)
        moved = {"hour": 5 * HOUR_S, "next hour": HOUR_S}.get(what, 0)
        row |= {"start_at": row["start_at"] - moved}
        row |= {"user_id": row["user_id"] + 1, "op_id": "other"} if what == "player" else {}
        row |= {"gain_amount": row["gain_amount"] + 250} if what == "amount" else {}
        if what != "gone" and row["start_at"] >= FIRST:
            self.provider.bets[event_id] = row
        self.note()

    @rule(hours_ago=_(0, 31), what=st.sampled_from(["cut", "unreadable", "away", "no sums", "no clock"]))
    def fail(self, hours_ago: int, what: str) -> None:
        hour_s = hour_of(self.now_s) - hours_ago * HOUR_S
        if what in ("cut", "unreadable"):
            getattr(self.provider, what).add(hour_s)
        self.provider.is_away = what == "away"
        self.provider.without_sums = what == "no sums"
        self.provider.by_provider_clock = what != "no clock"

    @rule()
    def heal(self) -> None:
        self.provider.cut.clear()
        self.provider.unreadable.clear()
        self.provider.is_away = self.provider.without_sums = False
        self.provider.by_provider_clock = True

    # What the archive does.

    @rule(minutes=st.sampled_from([1, 11, 60, 130, 600, 26 * 60]))
    def wait(self, minutes: int) -> None:
        self.now_s += minutes * 60
        self.timer_s += minutes * 60

    @rule(turns=_(1, 40))
    def collect(self, turns: int) -> None:
        for _turn in range(turns):
            self.timer_s += 1
            if self.collector.turn():
                break

    @rule()
    def tidy(self) -> None:
        self.timer_s += HOUR_S
        self.collect(40)

    @rule(steps=_(1, 60), what=st.sampled_from(["collect", "tidy", "forget"]))
    def die(self, steps: int, what: str) -> None:
        self.steps_to_live = steps
        try:
            self.forget(3) if what == "forget" else getattr(self, what)(*([40] if what == "collect" else []))
        except _Killed:
            self.engine.close()
            self.steps_to_live = -1
            self.open()
            if what == "forget":  # whoever asked for it does so again
                self.forget(3)
        self.steps_to_live = -1

    @rule(again=st.booleans())
    def compare(self, again: bool) -> None:
        if again:
            with self.ledger.writing() as books:
                pieces.due_again(books, 0, 2**40)
        elif not (self.provider.is_away or self.provider.without_sums or self.provider.unreadable):
            self.collector.compare(60)

    @rule(user_id=_(0, 2))
    def forget(self, user_id: int) -> None:
        self.forgotten.add(user_id)
        forget(self.archive, "test", user_id=user_id)

    @rule(which=_(0), how=st.sampled_from(["cut", "gone", "swapped"]))
    def damage(self, which: int, how: str) -> None:
        with self.ledger.reading() as books:
            files = [self.place / "archive" / each.file.path for each in pieces.all_files(books)]
        files = [path for path in files if path.exists()]
        if len(files) < 5:  # most are gone: that is another folder
            return
        path, other = files[which % len(files)], files[(which + 1) % len(files)]
        if how == "gone":
            path.unlink()
        elif how == "cut":
            path.write_bytes(path.read_bytes()[:-30])
        else:
            content = path.read_bytes()
            path.write_bytes(other.read_bytes())
            other.write_bytes(content)
        give_up(self.archive, list(verify(self.archive)))

    def settle(self) -> None:
        """Do all that is due, by a provider that is well: then the archive is the provider's truth."""
        self.heal()
        for _again in range(2):  # a bet that moved between hours is proven in one before the other
            self.wait(150)
            with self.ledger.writing() as books:
                pieces.due_again(books, 0, 2**40)
            for _turns in range(4):
                self.timer_s += 60
                self.collect(200)
            self.tidy()
        self.wait(60)
        self.collect(200)
        now = {piece.hour_s: piece for piece in self.archive.pieces()}
        wanted = range(utc_day_of(self.now_s) - DAY_S, hour_of(self.now_s), HOUR_S)
        over_s = self.now_s - 4 * HOUR_S
        assert {now[hour_s].state for hour_s in {*now, *wanted} if hour_s < over_s} <= set(FINISHED)
        for piece in now.values():
            assert piece.as_of_ms / 1000 >= self.truths.get(piece.hour_s, [(0,)])[-1][0], piece
        assert list(verify(self.archive)) == []
        self.holds()

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "archive"):
            return
        known = self.archive.pieces()
        with self.ledger.reading() as books:
            files = {each.file.path for each in pieces.all_files(books)}
            assert forgotten(books).digests or not self.forgotten
        assert all((self.archive.folder.root / path).is_file() for path in files)
        before: set[Any] = set()
        tables = self.archive.rows_of(known)  # which looks at their sums too
        for piece, table in zip(known, tables, strict=True):
            rows = Counter(tuple(row.values()) for row in table.to_pylist())
            assert piece.path is None or piece.path in files
            if piece.state in FINISHED:
                told = self.told(piece.hour_s, piece.as_of_ms / 1000)
                assert rows == told, (piece, rows - told, told - rows)
            else:
                before = set()
            events = [row[0] for row in rows.elements() if row[0]]
            assert len(events) == len(set(events))
            if piece.state in FINISHED:
                assert not before & set(events)
                before = set(events)
            assert not {f"p{user_id}" for user_id in self.forgotten} & {row[4] for row in rows}
        told = self.engine.rows(
            Asked("SELECT count(*), sum(bet_amount), sum(gain_amount) FROM bets", 0, 2**40)
        )
        rolled = self.engine.rows(
            Asked("SELECT sum(bets), sum(bet_li), sum(gain_li) FROM games", 0, 2**40, RollUp.GAMES)
        )
        ours = sum((piece.ours for piece in known), sums_of([]))
        assert tuple(value or 0 for value in told[0]) == (ours.count, ours.bet_li, ours.gain_li)
        assert [value or 0 for value in rolled[0]] == [value or 0 for value in told[0]]


@pytest.fixture(autouse=True)
def _ledger(empty_ledger: Path) -> None:
    ArchiveMachine.ledger_file = empty_ledger


ArchiveMachine.TestCase.settings = settings(
    max_examples=6,
    phases=[Phase.reuse, Phase.generate],  # to make a failure shorter takes minutes
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestArchive = pytest.mark.slow(ArchiveMachine.TestCase)
