"""What the collector costs the provider: a day at 20,000 bets an hour, every call counted."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive import collector, fetch
from archive.collector import TAIL_EVERY_S
from ledger import background
from ledger.schema import leases
from tests.archive.conftest import ledger_copy
from tests.archive.told import PAGE_ROWS, Told, ToldProvider, bet, told_at
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of

pytestmark = pytest.mark.slow
TODAY = utc_day_of(CLOCK)
BETS_AN_HOUR = 20_000


class BusyProvider(ToldProvider):
    """Tells few bets, and counts the pages that 20,000 an hour would take."""

    def pages(self, start: int, end: int) -> int:
        told_s = max(0, min(end, int(self.clock())) - start)
        return max(1, -(-told_s * BETS_AN_HOUR // HOUR_S // PAGE_ROWS))


@pytest.fixture(params=[2])
def told(
    request: pytest.FixtureRequest, tmp_path: Path, empty_ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Told]:
    """An archive of so many days, a minute after midnight; nothing is due but what comes with time."""
    with (
        ledger_copy(empty_ledger, tmp_path) as ledger,
        told_at(
            ledger, tmp_path / "archive", days=request.param, now_s=TODAY + 60, provider=BusyProvider
        ) as told,
    ):
        monkeypatch.setattr(background, "clock_ms", lambda _connection: told.now_s * 1000)
        told.add(*(bet(n, TODAY + n * 2 * HOUR_S) for n in range(-8 * 24, 24)))
        told.fill()
        with ledger.writing() as books:  # the next hour's turn is the night's
            books.execute(leases.delete().where(leases.c.name == "comparison"))
        told.collector._calls_per_s = 2
        told.provider.calls.clear()
        yield told


def collect(told: Told, for_s: int) -> tuple[Counter[int], list[tuple[str, int, int]]]:
    """Let time go by; return the calls for the running hour by the minute, and those beside it."""
    tail: Counter[int] = Counter()
    beside: list[tuple[str, int, int]] = []
    ends_s = told.now_s + for_s
    while told.now_s < ends_s:
        waits_s = told.collector.turn()
        for what, start, end in told.provider.calls:
            if what == "sums" or (end - start == HOUR_S and end <= told.now_s - 600):
                beside.append((what, start, end))
            else:
                tail[told.now_s // 60] += 1
        told.provider.calls.clear()
        told.wait(waits_s or 0.5)
        if waits_s >= 5:  # nothing is due before the running hour's turn
            told.wait(max(0, told.collector._tail_at - told.timer_s))
    assert told.collector.state.stopped_by is None
    return tail, beside


def test_the_running_hour_takes_three_calls_a_minute_at_most(told: Told):
    tail, _ = collect(told, 4000)
    assert max(tail.values()) <= 3
    # The end of the hour before is one more, and it takes a while to look at the clock.
    assert 120 <= sum(tail.values()) <= 4000 / TAIL_EVERY_S * 1.05 + 2


def test_where_there_are_very_many_bets_it_is_read_more_rarely(told: Told, monkeypatch: pytest.MonkeyPatch):
    """A tail of seven pages waits 140 s."""
    monkeypatch.setattr(fetch, "_calls", lambda _read: 7)
    monkeypatch.setattr(BusyProvider, "pages", lambda *_: 7)
    tail, _ = collect(told, 1800)
    assert sum(tail.values()) <= 30 * 3 + 7


@pytest.mark.parametrize("told", [16], indirect=True)
def test_a_day_beside_the_running_hour_takes_less_than_a_call_a_minute(
    told: Told, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(collector, "TAIL_EVERY_S", 500)  # its calls are counted above
    _, beside = collect(told, DAY_S)
    nightly = [(start, end) for what, start, end in beside if end - start > HOUR_S]
    assert nightly == [(TODAY - 15 * DAY_S, TODAY - DAY_S)]  # the last day is over for an hour
    # Twice until it is proven, and after one, three and fourteen days: ten pages and the sums each.
    calls = Counter(end - start for _, start, end in beside)[HOUR_S]
    assert 115 * 11 <= calls <= 24 * 5 * 11  # not all readings of its first and last hours are in this day
    assert len(beside) < 24 * 60


def test_while_it_is_asked_again_the_provider_is_still_said_to_fail(
    told: Told, monkeypatch: pytest.MonkeyPatch
):
    told.provider.is_away = True
    told.wait(TAIL_EVERY_S)
    told.collector.turn()
    failure = told.collector.state.stopped_by
    assert str(failure).startswith("No connection to the provider.")
    rest, said = fetch.rest, []

    def noted(*args: Any) -> fetch.Fetched:
        said.append(told.collector.state.stopped_by)
        return rest(*args)

    monkeypatch.setattr(fetch, "rest", noted)
    told.wait(TAIL_EVERY_S)
    told.collector.turn()
    assert said == [failure]
    told.provider.is_away = False
    told.later(TAIL_EVERY_S)
    assert told.collector.state.stopped_by is None
