"""What the collector costs the provider: a day at 20,000 bets an hour, every call counted."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import pieces as tables
from archive.bets import DAY_S, HOUR_S
from archive.collector import TAIL_EVERY_S
from tests.archive.conftest import ledger_copy
from tests.archive.told import PAGE_ROWS, Told, ToldProvider, bet, told_at
from tests.provider import CLOCK

pytestmark = pytest.mark.slow
TODAY = CLOCK // DAY_S * DAY_S
BETS_AN_HOUR = 20_000


class BusyProvider(ToldProvider):
    """Tells few bets, and counts the pages that 20,000 an hour would take."""

    def pages(self, start: int, end: int) -> int:
        told_s = max(0, min(end, int(self.clock())) - start)
        return max(1, -(-told_s * BETS_AN_HOUR // HOUR_S // PAGE_ROWS))


@pytest.fixture
def told(tmp_path: Path, empty_ledger: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with (
        ledger_copy(empty_ledger, tmp_path) as ledger,
        told_at(ledger, tmp_path / "archive", days=20, now_s=TODAY + 60, provider=BusyProvider) as told,
    ):
        monkeypatch.setattr(tables, "clock_ms", lambda _connection: told.now_s * 1000)
        told.add(*(bet(n, TODAY + n * 2 * HOUR_S) for n in range(-8 * 24, 24)))
        told.fill()
        told.collector._calls_per_s = 2
        told.provider.calls.clear()
        yield told


def test_a_day_in_steady_state(told: Told):
    """3 calls a minute and less for the running hour, 1 and less beside it, and one more at night."""
    by_minute: Counter[int] = Counter()
    beside: list[tuple[str, int, int]] = []
    ends_s = told.now_s + DAY_S
    while told.now_s < ends_s:
        waits_s = told.collector.turn()
        for call in told.provider.calls:
            _, start, end = call
            is_whole = (end - start == HOUR_S and end <= told.now_s - 600) or call[0] == "sums"
            beside += [call] if is_whole else []
            by_minute[told.now_s // 60] += not is_whole
        told.provider.calls.clear()
        told.wait(waits_s or 0.5)
        if waits_s >= 5:  # nothing is due before the running hour's turn
            told.wait(max(0, told.collector._tail_at - told.timer_s))
    assert told.collector.state.stopped_by is None
    assert max(by_minute.values()) <= 3
    assert sum(by_minute.values()) <= DAY_S / TAIL_EVERY_S * 1.02
    nightly = [(start, end) for what, start, end in beside if end - start > HOUR_S]
    assert nightly == [(TODAY - 19 * DAY_S, TODAY)]
    hours = Counter(start for _, start, end in beside if end - start == HOUR_S)
    assert sum(hours.values()) == len(beside) - 1
    # Twice until it is proven, and after one, three and fourteen days: eleven calls each.
    assert 24 * 5 * 10 <= len(beside) <= 24 * 5 * 11 + 20 < 24 * 60
