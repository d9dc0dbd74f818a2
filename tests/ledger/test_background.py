"""Work in the background: of two servers one does it, it outlives its mistakes, and hands over at its end."""

from threading import Event

import pytest

from ledger.background import Background, Lease
from ledger.database import LedgerAway
from tests.parts import ledger_at


class Work(Background):
    def __init__(self, lease, error=None):
        super().__init__("test", 30, lease=lease)
        self.error = error
        self.is_done = Event()

    def work(self):
        self.is_done.set()
        if self.error:
            raise self.error
        return 5


@pytest.fixture
def ledger(tmp_path):
    with ledger_at(f"sqlite:///{tmp_path / 'ledger'}", 1) as ledger:
        ledger.prepare()
        yield ledger


def test_who_ends_hands_over_at_once(ledger):
    one, other = (Work(Lease(ledger, "test", 600)) for _ in range(2))
    with one.running():
        assert one.is_done.wait(10)
        assert other.turn() == 30
        assert not other.is_done.is_set()
    assert other.turn() == 5
    assert other.is_done.is_set()


@pytest.mark.parametrize("error", [LedgerAway("away"), ValueError("ours")])
def test_a_turn_that_fails_is_logged_and_the_next_comes(caplog, error):
    work = Work(None, error)
    assert work.turn() == 30
    (line,) = caplog.messages
    assert "background work failed" in line
    work.error = None
    assert work.turn() == 5
