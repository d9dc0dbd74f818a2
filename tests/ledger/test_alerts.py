"""Rules, states and events of alerts, on both databases."""

from contextlib import closing
from dataclasses import replace

import pytest

from dashboard.alerts import data_store
from dashboard.alerts.data_values import Measured
from dashboard.alerts.machine import NEVER, AlertVerdict, step
from dashboard.alerts.rules import READY, AlertRule, AlertSide, RuleError
from ledger import outbox
from ledger.check import check
from ledger.database import Database, Ledger
from ledger.outbox import OutboxMessage
from tests.ledger.payouts.provider import MCH_ID

NOW_S = 1_773_567_000
RULE = AlertRule("bets", AlertSide.ABOVE, 10, window_min=60)
MESSAGE = OutboxMessage("alert-1:ops", "ops", "alert 1", "Alert", "text")


@pytest.fixture
def book(url):
    with closing(Database(url)) as database:
        yield Ledger(database, MCH_ID)


def keep(book, key, before, standing, *messages):
    with book.writing() as books:
        measured = Measured(11, NOW_S, {"from_s": 1})
        return data_store.keep(books, key, before, standing, measured, messages, NOW_S * 1000)


def test_a_state_its_event_and_its_message_are_written_once(book, url):
    data_store.make_ready(book)
    data_store.make_ready(book)
    rule_id = data_store.save(book, None, "Many", RULE, "ann")
    with book.reading() as books:
        found = data_store.rules(books)
    assert {each.ready for each in found} == {*READY, None}
    assert (found[-1].id, found[-1].rule) == (rule_id, RULE)

    key = (rule_id, "")
    fires, _ = step(NEVER, AlertVerdict.BAD, NOW_S, RULE.timing)
    assert keep(book, key, None, fires, MESSAGE)
    assert not keep(book, key, None, fires, MESSAGE)
    with book.reading() as books:
        known = data_store.states(books)[key]
    assert (known.standing, known.value, known.evidence) == (fires, 11, {"from_s": 1})
    assert data_store.acknowledge(book, key, "bob")
    assert keep(book, key, known, fires)  # it was read before somebody had seen it
    with book.reading() as books:
        known = data_store.states(books)[key]
        assert known.acknowledged_by == "bob"
    over, _ = step(known.standing, AlertVerdict.GOOD, NOW_S, replace(RULE, recover_min=0).timing)
    assert keep(book, key, known, over, replace(MESSAGE, key="alert-2:ops"))
    assert not keep(book, key, known, over, replace(MESSAGE, key="alert-3:ops"))
    with book.reading() as books:
        assert data_store.states(books)[key].acknowledged_by is None
        assert [each.messages for each in data_store.events(books, 9)] == [1, 1]
        assert sorted(each.key for each in outbox.newest(books, 9)) == ["alert-1:ops", "alert-2:ops"]
    assert not data_store.acknowledge(book, key, "bob")
    data_store.remove(book, rule_id, "ann", NOW_S * 1000)
    with book.reading() as books:
        assert data_store.states(books) == {}
        assert len(data_store.rules(books)) == len(READY)
    assert check(url)[0] == []


@pytest.mark.parametrize("name", ["", " ", "n" * 121])
def test_a_rule_needs_a_name(book, name):
    with pytest.raises(RuleError, match="Give it a name"):
        data_store.save(book, None, name, RULE, "ann")
