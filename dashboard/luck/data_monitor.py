"""Watches the RTP of all games, hour by hour, from the archive; what it finds is kept in the ledger."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import structlog
from sqlalchemy import delete, insert, select

from archive import pieces
from archive.archive import Archive
from archive.bets import digest_of
from archive.engine import Engine, Sources
from archive.proof import PieceState
from archive.questions import question
from archive.store import FileDamaged
from dashboard.core.frames import game_type
from dashboard.core.memo import memo
from dashboard.core.periods import business_day, day_start
from dashboard.luck import data_investigations as investigations
from dashboard.luck.course import ALL, Course, Watched
from dashboard.luck.hours import (
    OBSERVED,
    Records,
    Yardstick,
    by_game,
    draws_of,
    observed,
    packed,
    unpacked,
    yardsticks,
)
from dashboard.luck.monitor import OVERPAYING, UNDERPAYING, Detector, discoveries, visible_times
from dashboard.luck.watch import GameWatch, Investigation, Lines, RtpWatch, Visible
from dashboard.provider.archived import archive_of, from_archive
from dashboard.provider.merchant import Merchant
from ledger.background import Background, Lease
from ledger.database import clock_ms
from ledger.schema import rtp_hours
from ledger.schema import rtp_investigations as table
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of

log = structlog.get_logger(__name__)

WATCHED_DAYS: Final = 60
"""So long evidence is gathered; as many days before a day tell what is to be expected of it."""
_AROUND_S: Final = 900
"""Rounds of one draw, and free spins after a bet, are looked for so long before and after an hour."""
_EVERY_S: Final = 60
_FIRST_AFTER_S: Final = 20
_LEASE_S: Final = 600
_PART_S: Final = 3 * HOUR_S
"""So much of a day is added up anew, at most, beside what is after an hour that was restated."""
_TOLD_S: Final = 30
_LINES: Final = 6
_SEEN_IN_H: Final = 30 * 24
_SAMPLE_DAYS: Final = 14
_SAMPLE_BETS: Final = 300_000
_STRIDE: Final = 137
_LEAST_SAMPLE: Final = 500
UTC_ZONE: Final = ZoneInfo("UTC")
_LAYOUT: Final = str(OBSERVED)


@dataclass(frozen=True, slots=True)
class _Due:
    """An hour that is to be observed: the digest of what it is made of, and of the hour itself."""

    hour_s: int
    made_of: str


class RtpMonitor(Background):
    """The watch over one merchant's games: a thread of one server observes, pages of all read.

    `rtps` are the theoretical RTPs by game.
    """

    def __init__(self, archive: Archive, engine: Engine, rtps: Mapping[int, float]) -> None:
        self._archive = archive
        self._engine = engine
        self._rtps = rtps
        lease = Lease(archive.ledger, "rtp-monitor", _LEASE_S)
        super().__init__("rtp-monitor", _EVERY_S, first_after_s=_FIRST_AFTER_S, lease=lease)
        self._lock = Lock()
        self.version = 0
        """Another one once an hour or an investigation is another."""
        self.investigations: tuple[Investigation, ...] = ()
        self.told: tuple[int, float, RtpWatch] | None = None
        """What pages were told, of which version, and when."""
        self._hours: dict[int, tuple[str, Records]] = {}
        self._read_ms = -1
        self._as_of: tuple[float, ...] = ()
        self._course: Course | None = None
        self._courses: dict[int, Course] = {}
        """The evidence before the first hour of a part of a day, of the last two days."""
        self._course_first_s = self._course_until_s = -1
        self._suspect: list[tuple[int, int, int]] = []
        self._restarts: dict[Watched, int] = {}
        self._days: dict[int, dict[int, tuple[float, ...]]] = {}
        self._yardsticks: dict[int, dict[int, Yardstick]] = {}

    def work(self) -> float:
        """Observe what is due. Raises LedgerAway."""
        try:
            self.update()
        except (FileDamaged, OSError) as error:
            log.warning("RTPs not watched", error=str(error))
        return _EVERY_S

    def update(self) -> int:
        """Observe what is due, and open an investigation for each new alarm; return of how many hours.

        Raises LedgerAway, FileDamaged.
        """
        self._refresh()
        days: dict[int, list[_Due]] = {}
        for due in self._due():
            days.setdefault(utc_day_of(due.hour_s), []).append(due)
        done = 0
        for day_s, hours in sorted(days.items()):
            if self._ended:
                return done
            self._observe(day_s, hours)
            done += len(hours)
        if done:
            self._refresh()
            self.told = None
        alarms = self.course().alarms
        with self._archive.ledger.writing() as books:
            opened = investigations.open_for(books, alarms, self._archive.now_ms())
        # What was found belongs to nothing's past: later hours are observed anew without it.
        return done + self.update() if opened else done

    def _due(self) -> list[_Due]:
        """What is not observed as it is in the archive now; nothing of hours that are not over."""
        now_s = int(self._archive.clock())
        first_s = utc_day_of(now_s) - (2 * WATCHED_DAYS - 1) * DAY_S
        known = {each.hour_s: each for each in self._archive.recent(pieces.latest) if each.hour_s >= first_s}
        held = sorted(
            hour_s
            for hour_s, each in known.items()
            if each.state is not PieceState.MISSING and each.as_of_ms >= (hour_s + HOUR_S) * 1000
        )
        digests = {hour_s: each.digest for hour_s, each in known.items()}
        found, day_s, by_past = [], -1, tuple[str, ...]()
        for hour_s in held:
            if utc_day_of(hour_s) != day_s:
                day_s = utc_day_of(hour_s)
                by_past = self._past_of(day_s, held)
            around = (digests.get(hour_s + step, "") for step in (-HOUR_S, 0, HOUR_S))
            made_of = digest_of((*around, *by_past))
            if self._hours.get(hour_s, ("",))[0] != made_of:
                found.append(_Due(hour_s, made_of))
        return found

    def _past_of(self, day_s: int, held: Sequence[int]) -> tuple[str, ...]:
        """What of its past the hours of a day are made of; anew each time that this has doubled."""
        before = bisect_left(held, day_s) - bisect_left(held, day_s - WATCHED_DAYS * DAY_S)
        told = [
            (game, begin_s, min(end_s, day_s)) for game, begin_s, end_s in self._suspect if begin_s < day_s
        ]
        return str((before // 24).bit_length()), _LAYOUT, str(told) if told else ""

    def _observe(self, day_s: int, hours: Sequence[_Due]) -> None:
        start_s, end_s = hours[0].hour_s - _AROUND_S, hours[-1].hour_s + HOUR_S + _AROUND_S
        rounds = self._engine.table(question("returns", start_s, end_s))
        draws = draws_of(_columns(rounds))
        found = observed(draws, [due.hour_s for due in hours], self.yardsticks(day_s))
        rows = [
            {"hour_s": due.hour_s, "made_of": due.made_of, "body": packed(found[due.hour_s])} for due in hours
        ]
        with self._archive.ledger.writing() as books:
            made_at_ms = clock_ms(books.connection)
            of_hours = rtp_hours.c.hour_s.in_([due.hour_s for due in hours])
            books.execute(delete(rtp_hours).where(of_hours))
            books.execute(insert(rtp_hours), [{**row, "made_at_ms": made_at_ms} for row in rows])
            books.execute(delete(rtp_hours).where(rtp_hours.c.hour_s < day_s - 2 * WATCHED_DAYS * DAY_S))
        with self._lock:
            for due in hours:
                self._put(due.hour_s, due.made_of, found[due.hour_s])
            for hour_s in [at for at in self._hours if at < day_s - 2 * WATCHED_DAYS * DAY_S]:
                del self._hours[hour_s]

    def yardsticks(self, day_s: int) -> dict[int, Yardstick]:
        """By what games are watched on a UTC day: from what is known of the 60 days before."""
        with self._lock:
            if day_s not in self._yardsticks:
                days = [self._day(day_s - back * DAY_S) for back in range(WATCHED_DAYS, 0, -1)]
                types = {game: game_type(game, None) for game in {game for day in days for game in day}}
                self._yardsticks[day_s] = yardsticks(days, types, self._rtps)
            return self._yardsticks[day_s]

    def volumes(self) -> dict[int, tuple[float, float]]:
        """How many draws each game had in an hour in which it was played, and how many such 30 days have."""
        with self._lock:
            last_s = max(self._hours, default=0)
            of_month = [
                records for at, (_, records) in self._hours.items() if at > last_s - _SEEN_IN_H * HOUR_S
            ]
        played = Counter(game_id for records in of_month for game_id in set(records["game_id"].tolist()))
        month = _SEEN_IN_H / max(len(of_month), 1)
        return {
            game_id: (sums[0] / played[game_id], played[game_id] * month)
            for game_id, sums in by_game(of_month).items()
        }

    def _day(self, day_s: int) -> dict[int, tuple[float, ...]]:
        if day_s not in self._days:
            hours = (self._hours.get(day_s + at) for at in range(0, DAY_S, HOUR_S))
            self._days[day_s] = by_game(self._trusted(hour[1]) for hour in hours if hour)
        return self._days[day_s]

    def _trusted(self, records: Records) -> Records:
        """Leave out what was played while an alarm was on: it says nothing of how a game should be."""
        for game_id, begin_s, end_s in self._suspect:
            at = records["hour_s"]
            records = records[(records["game_id"] != game_id) | (at < begin_s) | (at >= end_s)]
        return records

    def _put(self, hour_s: int, made_of: str, records: Records) -> None:
        self._hours[hour_s] = made_of, records
        self.version += 1
        self._days.pop(utc_day_of(hour_s), None)
        since_s = hour_s - WATCHED_DAYS * DAY_S
        self._yardsticks = {at: each for at, each in self._yardsticks.items() if since_s < at <= hour_s}
        if hour_s <= self._course_until_s:
            self._course = None
            self._courses = {at: each for at, each in self._courses.items() if at <= hour_s}

    def _refresh(self) -> None:
        """Read what was written since: by this server at once, by another some seconds later."""
        as_of = self._archive.ledger.as_of((rtp_hours, table), self._archive.clock())
        if as_of == self._as_of:
            return
        with self._archive.ledger.reading() as books:
            rows = books.execute(
                select(rtp_hours).where(rtp_hours.c.made_at_ms >= self._read_ms).order_by(rtp_hours.c.hour_s)
            ).all()
            found = investigations.all_of(books)
        restarts, suspect = investigations.restarts(found), investigations.suspect(found)
        with self._lock:
            for row in rows:
                self._read_ms = max(self._read_ms, row.made_at_ms)
                if self._hours.get(row.hour_s, ("",))[0] != row.made_of:
                    self._put(row.hour_s, row.made_of, unpacked(row.body))
            if restarts != self._restarts:
                self._restarts, self._course, self._courses = restarts, None, {}
            if suspect != self._suspect:
                self._suspect = suspect
                self._days.clear()
                self._yardsticks.clear()
            if tuple(found) != self.investigations:
                self.investigations = tuple(found)
                self.version += 1
            self._as_of = as_of

    def course(self) -> Course:
        """Return the evidence of the last 60 days as far as hours were observed. Raises LedgerAway."""
        self._refresh()
        with self._lock:
            last_s = max(self._hours, default=0)
            first_s = utc_day_of(last_s) - (WATCHED_DAYS - 1) * DAY_S
            if first_s != self._course_first_s:
                self._course, self._courses, self._course_first_s = None, {}, first_s
            if self._course is None:
                part_s = max(self._courses, default=first_s)
                before = self._courses.get(part_s)
                self._course, self._course_until_s = (
                    before.copy() if before else Course(self._restarts),
                    part_s - 1,
                )
            for hour_s in sorted(at for at in self._hours if at > self._course_until_s):
                part_s = hour_s - hour_s % _PART_S
                if part_s not in self._courses:
                    kept = sorted(self._courses.items())[1 - 2 * DAY_S // _PART_S :]
                    self._courses = dict(kept) | {part_s: self._course.copy()}
                self._course.add(hour_s, self._hours[hour_s][1])
                self._course_until_s = hour_s
            now_s = int(self._archive.clock())
            if not self._course.has_restarts(now_s):
                return self._course
            told = self._course.copy()  # hours of before may still come
            told.come_to(now_s)
            return told

    def watch(self) -> RtpWatch:
        """Return how the watch stands: hours within half a minute, for while the archive fills many come.

        Raises LedgerAway.
        """
        self._refresh()
        told, now_s = self.told, self._archive.clock()
        is_new = told and (told[0] == self.version or now_s < told[1] + _TOLD_S)
        if told and is_new and told[2].investigations == self.investigations:
            return told[2]
        version = self.version
        found = _watch(self, self.course())
        self.told = version, now_s, found
        return found

    @property
    def hours(self) -> tuple[int, int] | None:
        """The first and the last hour that is watched, in epoch s; None before the first."""
        if not self._hours:
            return None
        last_s = max(self._hours)
        first_s = utc_day_of(last_s) - (WATCHED_DAYS - 1) * DAY_S
        return min(at for at in self._hours if at >= first_s), last_s


def watch_of(merchant: Merchant) -> RtpWatch:
    """Return how the watch over a merchant's games stands. Raises NotArchived, LedgerAway."""
    archive_of(merchant)
    return merchant.running(RtpMonitor).watch()


def _watch(monitor: RtpMonitor, course: Course) -> RtpWatch:
    opened = monitor.investigations
    if monitor.hours is None:
        return RtpWatch(None, (), (), (), opened)
    first_s, last_s = monitor.hours
    now, measures = course.now(), monitor.yardsticks(utc_day_of(last_s))
    volumes = monitor.volumes()
    games = tuple(
        GameWatch(
            game_id,
            now.get(Watched(game_id, 1), (None, 0))[0],
            now.get(Watched(game_id, -1), (None, 0))[0],
            max(now.get(Watched(game_id, sign), (None, 0))[1] for sign in (1, -1)),
            measures.get(game_id),
            *volumes[game_id],
        )
        for game_id in sorted(volumes)
    )
    found = tuple(discoveries(course.log_es()))
    whole = sorted((key for key in now if key.decade == ALL), key=lambda key: -now[key][0])
    return RtpWatch((first_s, last_s + HOUR_S), games, found, _lines(course, whole[:_LINES]), opened)


def game_lines(merchant: Merchant, game_id: int) -> Lines:
    """Return the evidence about one game over time, the whole game first. Raises NotArchived, LedgerAway."""
    archive_of(merchant)
    course = merchant.running(RtpMonitor).course()
    of_game = sorted((key for key in course.now() if key.game_id == game_id), key=lambda key: key.decade)
    return _lines(course, of_game)


def _lines(course: Course, wanted: Sequence[Watched]) -> Lines:
    return tuple((key, tuple(line)) for key, line in course.lines(wanted).items())


def visible(merchant: Merchant, games: Sequence[GameWatch]) -> dict[int, Visible]:
    """Return what could have been seen of games in 30 days of such play, as far as a sample tells it.

    Raises NotArchived, LedgerAway.
    """
    asked = tuple(
        (each.game_id, each.yardstick, each.draws_an_hour, each.month_h)
        for each in games
        if each.yardstick and each.draws_an_hour
    )
    end = business_day(merchant.now(), UTC_ZONE)
    start, end_at = (day_start(day, UTC_ZONE) for day in (end - timedelta(days=_SAMPLE_DAYS), end))

    def ask(engine: Engine, start_s: int, end_s: int) -> dict[int, Visible]:
        # Files never change: of the same ones it is measured once.
        return memo(_visible, engine, engine.sources(start_s, end_s), start_s, end_s, asked)

    return from_archive(merchant, start, end_at, ask).value


def _visible(
    engine: Engine,
    _files: Sources,
    start_s: int,
    end_s: int,
    asked: Sequence[tuple[int, Yardstick, float, float]],
) -> dict[int, Visible]:
    ids = [game_id for game_id, *_ in asked]
    ((bets, *_),) = engine.numbers(question("sums", start_s, end_s, games=ids))
    hours = (end_s - start_s) // HOUR_S
    some = max(min(hours, hours * _SAMPLE_BETS // max(bets, 1)), 1)
    rounds = engine.table(
        question(
            "luck_sample",
            start_s,
            end_s,
            games=ids,
            first_s=start_s,
            stride=_STRIDE,
            all_s=hours * HOUR_S,
            some_s=some * HOUR_S,
        )
    )
    sums = rounds.group_by(["game_id", "draw_id"]).aggregate([("bet_amount", "sum"), ("gain_amount", "sum")])
    game_id, bet, gain = (sums[name].to_numpy() for name in ("game_id", "bet_amount_sum", "gain_amount_sum"))
    paid = bet > 0
    game_id, x = game_id[paid], (bet[paid] + gain[paid]) / bet[paid]
    found = {}
    for each, yardstick, *volume in asked:
        sample = x[game_id == each]
        if len(sample) >= _LEAST_SAMPLE:
            found[each] = Visible(
                _times(OVERPAYING, sample, yardstick.over, *volume),
                _times(UNDERPAYING, sample, yardstick.under, *volume),
            )
    return found


def _times(watch: Detector, sample: np.ndarray, rtp: float, draws: float, hours: float) -> float | None:
    return visible_times(watch, sample, rtp, draws, hours) if np.isfinite(rtp) else None


def _columns(rounds: pa.Table) -> dict[str, np.ndarray]:
    """The columns as numbers, equal texts as equal ones; −1 where an id is not known."""
    found = {}
    for name in rounds.column_names:
        column = rounds[name].combine_chunks()
        numbers = column.dictionary_encode().indices if pa.types.is_string(column.type) else column
        found[name] = numbers.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    return found
