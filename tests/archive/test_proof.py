"""An hour is never said to be proven while its bets are not the provider's; what was proven is not lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.bets import HourSums
from archive.pieces import due_again
from tests.archive.conftest import ledger_copy
from tests.archive.told import Told, bet, sums_of, told_at
from tests.provider import CLOCK
from twoj_client.windows import DAY_S, HOUR_S, utc_day_of

pytestmark = pytest.mark.slow
TODAY = utc_day_of(CLOCK)
HOUR = TODAY + 2 * HOUR_S
NEXT = HOUR + HOUR_S
BEFORE = bet(0, TODAY - 9 * DAY_S)
"""The provider remembers more than is asked for here."""


@pytest.fixture
def told(tmp_path: Path, empty_ledger: Path) -> Iterator[Told]:
    """At 06:30, with two bets at 02:00."""
    with (
        ledger_copy(empty_ledger, tmp_path) as ledger,
        told_at(ledger, tmp_path / "archive", days=1, now_s=TODAY + 23_400) as told,
    ):
        told.add(BEFORE, bet(1, HOUR), bet(2, HOUR + 60))
        yield told


class TestNeverProvenWhileTheTruthDiffers:
    def test_a_late_page(self, told: Told):
        told.provider.cut = {HOUR}
        told.fill()
        assert told.said(HOUR) == ("differs", 1, ["e1"])
        assert str(told.piece(HOUR).why) == (
            "Its pages do not hold as many different bets as they say there are."
        )
        told.provider.cut.clear()
        told.later(HOUR_S)
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])
        assert told.restated() == []  # it was only told in full

    def test_a_bet_twice_in_an_hour_though_pages_and_sums_agree(self, told: Told):
        told.provider.also = [bet(1, HOUR + 90)]
        told.fill()
        assert told.said(HOUR)[0] == "differs"
        told.provider.also = []
        told.later(HOUR_S)
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])

    @pytest.mark.parametrize("together", [True, False])
    def test_a_bet_in_two_hours_side_by_side(self, told: Told, together: bool):
        told.provider.also = [bet(2, NEXT)]
        if not together:
            told.collector._calls_per_s = 1  # hour by hour, the newest first
            told.timer_s = 0
            for _ in range(60):
                told.timer_s += 10
                told.collector.turn()
            told.collector._calls_per_s = 1000
        told.fill()
        assert (told.said(HOUR)[0], told.said(NEXT)[0]) == ("differs", "differs")
        assert str(told.piece(NEXT).why) == "Some of its bets stand in the hour before or after too: 1."
        told.provider.also = []
        told.later(HOUR_S)
        told.later(2 * HOUR_S)
        assert (told.said(HOUR)[0], told.said(NEXT)[0]) == ("proven", "proven")
        assert (told.said(HOUR)[2], told.said(NEXT)[2]) == (["e1", "e2"], [])

    def test_a_bet_over_the_edge_of_a_day(self, tmp_path: Path, empty_ledger: Path):
        with (
            ledger_copy(empty_ledger, tmp_path) as ledger,
            told_at(ledger, tmp_path / "archive", days=2, now_s=TODAY + 23_400) as told,
        ):
            told.add(BEFORE, bet(1, TODAY - 1))
            told.provider.also = [bet(1, TODAY)]
            told.fill()
            assert (told.said(TODAY - HOUR_S)[0], told.said(TODAY)[0]) == ("differs", "differs")

    def test_sums_that_lag_behind_the_bets(self, told: Told):
        told.provider.lagging = {HOUR: sums_of([bet(2, HOUR)])}
        told.fill()
        assert told.said(HOUR)[0] == "differs"
        told.provider.lagging = {}
        told.later(HOUR_S)
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])

    def test_sums_that_are_not_to_be_had(self, told: Told):
        told.provider.without_sums = True
        told.fill()
        assert told.said(HOUR)[0] == "differs"

    def test_bets_that_come_three_hours_late_are_found_at_night(self, told: Told):
        told.fill()
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])
        as_of_ms = told.piece(HOUR).as_of_ms
        told.add(bet(3, HOUR + 90))
        told.later(DAY_S - 260 * 60)  # at 02:10
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])
        assert told.piece(HOUR).as_of_ms == as_of_ms  # so it was then
        assert told.collector.compare(60) == (8, 1)
        assert told.said(HOUR) == ("proven", 2, ["e1", "e2", "e3"])
        assert told.restated() == [("e3", "added")]

    def test_a_round_that_moved_to_another_player_is_found_a_day_later_though_all_sums_stay(self, told: Told):
        told.fill()
        told.add(bet(2, HOUR + 60, user_id=8))
        told.later(DAY_S - 260 * 60)  # at 02:10
        assert told.collector.compare(60) == (1, 0)
        told.later(HOUR_S)
        assert told.said(HOUR)[1] == 2
        assert told.restated() == [("e2", "changed")]


class TestClocks:
    def test_ours_ahead_proves_nothing_early_and_all_in_the_end(self, told: Told):
        told.provider.ahead_s = -5 * HOUR_S
        told.fill()
        assert told.said(HOUR)[0] == "open"  # it is 01:30 there
        for _ in range(8):
            told.later(HOUR_S)
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])

    def test_ours_behind_proves_later(self, told: Told):
        told.provider.ahead_s = 3 * HOUR_S
        told.fill()
        assert (told.said(HOUR)[0], told.said(TODAY + 5 * HOUR_S)[0]) == ("proven", "open")

    def test_without_the_providers_clock_nothing_is_proven_until_it_is_told(self, told: Told):
        told.provider.by_provider_clock = False
        told.fill()
        assert told.said(HOUR)[0] == "open"
        told.provider.by_provider_clock = True
        told.later(2 * HOUR_S)
        assert told.said(HOUR)[0] == "proven"

    def test_one_that_is_set_back_reads_on(self, told: Told):
        told.fill()
        told.now_s -= 2 * HOUR_S
        told.timer_s += 60
        told.fill()
        assert told.collector.state.stopped_by is None
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])


class TestProvenBetsGiveWayToProvenBetsAlone:
    @pytest.mark.parametrize("how", ["cut", "no sums", "no clock"])
    def test_a_reading_that_proves_nothing_is_tried_again(self, told: Told, how: str):
        """The reading after a day is cut; it is no reading, and the moved round is found by the next."""
        told.fill()
        told.add(bet(2, HOUR + 60, user_id=8))
        told.provider.cut = {HOUR} if how == "cut" else set()
        told.provider.without_sums = how == "no sums"
        told.provider.by_provider_clock = how != "no clock"
        told.later(DAY_S)
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])
        told.provider.cut = set()
        told.provider.without_sums = False
        told.provider.by_provider_clock = True
        told.later(8 * HOUR_S)
        assert (told.said(HOUR)[1], told.restated()) == (2, [("e2", "changed")])

    def test_other_sums_than_it_was_proven_by_are_said_beside_the_bets_as_they_were(self, told: Told):
        told.fill()
        told.add(bet(3, HOUR + 90))
        told.provider.cut = {HOUR}
        told.later(DAY_S)
        assert told.said(HOUR) == ("differs", 2, ["e1", "e2"])
        assert str(told.piece(HOUR).why) == "The provider's sums are others than when it was proven."
        assert told.piece(HOUR).theirs == HourSums(3, 3000, -3000)
        assert told.restated() == []
        told.provider.cut = set()
        told.later(DAY_S)
        assert told.said(HOUR) == ("proven", 2, ["e1", "e2", "e3"])
        assert told.restated() == [("e3", "added")]

    def test_a_proven_hour_that_is_empty_now_is_read_as_such(self, told: Told):
        told.fill()
        told.provider.bets = {"e0": BEFORE}
        told.later(DAY_S)
        assert told.said(HOUR) == ("proven", 2, [])
        assert told.restated() == [("e1", "gone"), ("e2", "gone")]

    def test_what_the_provider_forgets_stays(self, told: Told):
        told.add(bet(3, NEXT), bet(4, NEXT + 1800))
        told.fill()
        told.later(DAY_S - 250 * 60)  # at 02:20
        told.provider.memory_from_s = NEXT + 900
        told.provider.calls.clear()
        assert told.collector.compare(60) == (8, 0)
        assert len(told.provider.calls) == 9  # one more for the hour of which a part is left
        told.later(5 * HOUR_S)
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])
        assert told.said(NEXT) == ("proven", 1, ["e3", "e4"])
        assert told.restated() == []

    def test_whole_days_that_the_provider_forgets_take_a_call_more(self, told: Told):
        told.fill()
        told.later(DAY_S - 250 * 60)
        told.provider.memory_from_s = TODAY + DAY_S
        assert told.collector.compare(60) == (2, 0)

    def test_a_loss_in_the_oldest_hour_is_found_where_others_before_it_are_left(self, told: Told):
        told.provider.bets.pop("e0")
        told.add(bet(3, HOUR + 90))
        told.fill()
        told.provider.bets.pop("e2")
        told.later(DAY_S)
        assert told.said(HOUR) == ("proven", 2, ["e1", "e3"])


class TestOneHourDoesNotHoldUpTheOthers:
    def test_an_answer_that_cannot_be_read_is_missing(self, told: Told):
        told.provider.unreadable = {NEXT}
        told.fill()
        assert told.said(NEXT) == ("missing", 1, [])
        assert str(told.piece(NEXT).why) == "It was not read: A bet has no amount."
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])
        told.provider.unreadable = set()
        told.later(HOUR_S)
        assert told.said(NEXT)[0] == "proven"

    def test_what_was_proven_stays_where_it_cannot_be_read_again(self, told: Told):
        told.fill()
        told.provider.unreadable = {HOUR}
        told.later(DAY_S)
        assert told.said(HOUR) == ("proven", 1, ["e1", "e2"])

    def test_a_running_hour_that_cannot_be_read_holds_up_nothing(self, told: Told):
        told.provider.unreadable = {TODAY + 6 * HOUR_S}
        told.fill()
        assert told.said(HOUR)[0] == "proven"
        assert told.collector.state.stopped_by is None

    def test_while_the_provider_is_away_it_is_asked_three_times_a_minute(self, told: Told):
        told.provider.is_away = True
        waited = 0.0
        while waited < 600:
            waited += (wait := told.collector.turn())
            told.wait(wait)
        assert len(told.provider.calls) == 30
        told.provider.is_away = False
        told.fill()
        assert told.said(HOUR)[0] == "proven"
        assert not [piece for piece in told.archive.pieces() if str(piece.state) == "missing"]


def test_a_cut_answer_does_not_make_the_running_hour_newer(told: Told):
    running = TODAY + 6 * HOUR_S
    told.add(bet(3, running + 100))
    told.fill()
    as_of_ms = told.piece(running).as_of_ms
    told.add(bet(4, running + 1800), bet(5, running + 1810))
    told.provider.cut = {running}
    told.later(60)
    assert told.piece(running).as_of_ms == as_of_ms
    told.provider.cut = set()
    told.later(600)
    assert told.said(running) == ("open", 1, ["e3", "e4", "e5"])


def test_hours_that_somebody_asks_for_are_read_within_a_minute_however_old(told: Told):
    told.fill()
    told.wait(40 * DAY_S)
    told.fill()
    told.add(bet(2, HOUR + 60, user_id=8))
    told.later(60)
    assert told.restated() == []
    with told.archive.ledger.writing() as books:
        assert due_again(books, HOUR, HOUR + HOUR_S) == 1
    told.later(60)
    assert told.restated() == [("e2", "changed")]
