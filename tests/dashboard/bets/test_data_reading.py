"""Reading bets in the background: what is asked when, what is shown meanwhile, what is said of failures."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from dashboard.bets.data_reading import BetReading, piece_s
from dashboard.bets.sums import BetSums, bet_sums
from dashboard.core.metrics import Totals
from twoj_client import Reply, Window
from twoj_client.changes import Restatement
from twoj_client.columns import SCHEMA
from twoj_client.errors import TimedOut

H = 3600
START = 1_773_532_800  # 2026-03-15T00:00:00Z
LATER = START + 40 * H


class Provider:
    """Gives one bet of 1 li for each minute of a window, and remembers what it was asked."""

    def __init__(self) -> None:
        self.now = LATER
        self.asked: list[Window] = []
        self.failing: set[int] = set()
        self.lacking: set[int] = set()
        self.tells_time = True
        self.changes: dict[int, tuple[Restatement, ...]] = {}

    def ask(self, window: Window) -> Reply[BetSums]:
        self.asked.append(window)
        if window.start in self.failing:
            raise TimedOut("The provider took too long.")
        minutes = range(-(-window.start // 60), -(-window.end // 60))
        bets = [
            {
                name: "x" if kind == pa.string() else 1
                for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True)
            }
            | {"event_id": str(minute), "start_at": minute * 60, "gain_amount": -1}
            for minute in minutes
        ]
        return Reply(
            bet_sums(pa.Table.from_pylist(bets, schema=SCHEMA), lambda _: "Slots"),
            datetime.fromtimestamp(self.now, UTC),
            complete=window.start not in self.lacking,
            by_provider_clock=self.tells_time,
            changes=self.changes.get(window.start, ()),
        )

    def starts(self) -> list[int]:
        """The hours that were asked for since the last time, in order."""
        starts = [(window.start - START) // H for window in self.asked]
        self.asked.clear()
        return starts


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def reading(provider: Provider) -> Iterator[BetReading]:
    with ThreadPoolExecutor(1) as pool:
        yield BetReading(provider.ask, ZoneInfo("Asia/Manila"), None, START, H, pool, lambda: provider.now)


def bets(read) -> int:
    assert read.known is not None
    return read.known.value.totals.bet_count


def test_nothing_is_asked_before_it_is_begun(reading, provider):
    read = reading.look(START + 3 * H, 5)
    assert (read.known, read.answered, read.asked, read.going_on) == (None, 0, 3, False)
    assert provider.asked == []
    assert not reading.begun


def test_the_newest_hours_come_first_and_settled_ones_are_asked_once(reading, provider):
    reading.begin()
    read = reading.look(START + 3 * H, 5)
    assert provider.starts() == [2, 1, 0]
    assert (bets(read), read.finished, read.unread, read.end_s) == (180, True, (), START + 3 * H)
    assert read.known.value.totals == Totals(180, 180, -180, 180)
    provider.now += 30 * H
    assert bets(reading.look(START + 3 * H, 5)) == 180
    assert provider.asked == []


def test_without_the_providers_clock_no_hour_is_settled(reading, provider):
    provider.tells_time = False
    reading.begin()
    reading.look(START + 3 * H, 5)
    provider.starts()
    provider.now += 600
    reading.look(START + 3 * H, 5)
    assert provider.starts() == [2, 1, 0]


def test_what_the_provider_changed_is_said_once_over_all_hours(reading, provider):
    for start in (START, START + H):
        by = {"bet_count": Decimal(1), "bet_amount": Decimal(1000)}
        provider.changes[start] = (Restatement(Window(start, start + H), by),)
    reading.begin()
    (said,) = map(str, reading.look(START + 3 * H, 5).known.warnings)
    assert said.endswith("since it was first read: 15 March 2026: bets +2, bet amount +2.00.")


def test_many_hours_are_folded_without_a_loss(reading, provider):
    reading.begin()
    read = reading.look(START + 38 * H, 5)
    assert bets(read) == 38 * 60
    assert len(reading._folded) <= 25  # the memory they take does not grow with the period


def test_what_may_still_change_is_asked_again_after_a_while(reading, provider):
    provider.now = START + 3 * H + 1800
    reading.begin()
    read = reading.look(START + 3 * H + 1800, 5)
    assert provider.starts() == [3, 2, 1, 0]
    assert bets(read) == 210
    provider.now += 59
    reading.look(START + 3 * H + 1800, 5)
    assert provider.asked == []
    provider.now += 1
    read = reading.look(START + 3 * H + 1860, 5)
    assert provider.starts() == [3]
    assert (bets(read), read.end_s) == (211, START + 3 * H + 1860)
    assert read.known.as_of == datetime.fromtimestamp(provider.now, UTC)
    provider.now += 540
    reading.look(START + 3 * H + 2400, 5)
    assert provider.starts() == [3, 2, 1]  # the first hour was over for two hours when it was read


def test_between_two_readings_the_running_hour_ends_where_it_was_read(reading, provider):
    provider.now = START + H + 600
    reading.begin()
    reading.look(START + H + 600, 5)
    provider.now += 30
    read = reading.look(START + H + 630, 5)
    assert (read.end_s, read.unread, bets(read)) == (START + H + 600, (), 70)


def test_an_hour_that_ended_since_is_a_gap_until_it_is_read(reading, provider):
    provider.now = START + H + 600
    reading.begin()
    reading.look(START + H + 600, 5)
    provider.failing = {START + H, START + 2 * H}
    provider.now = START + 2 * H + 300
    read = reading.look(START + 2 * H + 300, 5)
    gap = Window(START + H + 600, START + 2 * H)
    assert read.unread == (gap, Window(START + 2 * H, START + 2 * H + 300))
    assert read.known.stale
    assert tuple(map(str, read.known.failures)) == ("15 Mar, 10:00–10:05: The provider took too long.",)


def test_an_hour_that_fails_in_the_middle_is_named_and_asked_again(reading, provider):
    provider.failing = {START + H, START + 2 * H, START + 4 * H}
    reading.begin()
    read = reading.look(START + 6 * H, 5)
    assert (bets(read), read.finished, read.known.stale) == (180, True, False)
    assert read.unread == tuple(Window(START + hour * H, START + (hour + 1) * H) for hour in (1, 2, 4))
    assert tuple(map(str, read.known.failures)) == (
        "15 Mar, 09:00–11:00; 15 Mar, 12:00–13:00: The provider took too long.",
    )
    provider.starts()
    provider.now += 59
    reading.look(START + 6 * H, 5)
    assert provider.asked == []
    provider.failing, provider.now = set(), provider.now + 1
    read = reading.look(START + 6 * H, 5)
    assert provider.starts() == [4, 2, 1]
    assert (bets(read), read.unread, tuple(map(str, read.known.failures))) == (360, (), ())


def test_what_was_read_stays_when_the_provider_fails_and_says_its_age(reading, provider):
    provider.now = START + H + 600
    reading.begin()
    first = reading.look(START + H + 600, 5)
    provider.failing, provider.now = {START, START + H}, provider.now + 600
    read = reading.look(START + H + 1200, 5)
    assert bets(read) == bets(first)
    assert (read.known.stale, read.known.as_of) == (True, first.known.as_of)


def test_an_hour_with_fewer_bets_than_counted_is_named_and_never_settled(reading, provider):
    provider.lacking = {START + H}
    reading.begin()
    read = reading.look(START + 2 * H, 5)
    assert tuple(map(str, read.known.failures)) == (
        "15 Mar, 09:00–10:00: the provider counts more bets than its pages hold.",
    )
    provider.starts()
    provider.lacking, provider.now = set(), provider.now + 600
    read = reading.look(START + 2 * H, 5)
    assert provider.starts() == [1]
    assert (bets(read), tuple(map(str, read.known.failures))) == (120, ())


def test_where_everything_fails_it_is_raised(reading, provider):
    provider.failing = {START, START + H}
    reading.begin()
    for _ in range(2):
        with pytest.raises(TimedOut):
            reading.look(START + 2 * H, 5)
    provider.failing, provider.now = {START}, provider.now + 60
    assert bets(reading.look(START + 2 * H, 5)) == 60


def test_a_reading_is_stopped_and_gone_on_with(reading, provider):
    def ask(window: Window) -> Reply[BetSums]:
        if window.start == START + 3 * H:
            reading.stop()
        return provider.ask(window)

    reading._ask = ask
    reading.begin()
    read = reading.look(START + 6 * H, 5)
    assert provider.starts() == [5, 4, 3]
    assert (bets(read), read.finished, read.going_on) == (180, False, False)
    assert read.unread[-1] == Window(START + 2 * H, START + 3 * H)
    assert not reading.look(START + 6 * H, 5).finished
    assert provider.asked == []
    reading.begin()
    assert bets(reading.look(START + 6 * H, 5)) == 360
    assert provider.starts() == [2, 1, 0]


def test_a_mistake_of_ours_is_not_taken_for_a_failure_of_the_provider(provider):
    def wrong(_: Window) -> Reply[BetSums]:
        raise KeyError("no such game")

    with ThreadPoolExecutor(1) as pool:
        reading = BetReading(wrong, ZoneInfo("UTC"), None, START, H, pool, lambda: provider.now)
        reading.begin()
        with pytest.raises(KeyError):
            reading.look(START + H, 5)


@pytest.mark.parametrize(
    ("count", "piece"), [(0, H), (500_000, H), (10_000_000, 300), (2_000_000, 900), (10**9, 300), (None, 300)]
)
def test_pieces_of_a_busy_day_fit_the_memory(count, piece):
    assert piece_s(count, 86_400) == piece
    assert not count or count > 9_000_000 or 3 * count / 86_400 * piece <= 100_000
