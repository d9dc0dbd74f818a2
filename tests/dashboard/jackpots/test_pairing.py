"""A television becomes a screen by its code: for ten minutes, once, and never by guessing."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from dashboard.jackpots import data_pairing
from dashboard.jackpots.data_pairing import (
    MOST_WAITING,
    TRIES_IN_ALL,
    TRIES_OF_ONE,
    CodeRefused,
    TooManyWait,
    begin,
    enter,
)
from dashboard.jackpots.data_screens import Screens
from ledger import schema
from ledger.database import Ledger
from tests.ledger.conftest import engine, postgresql, url  # noqa: F401 - fixtures
from tests.parts import ledger_at

UNKNOWN = "No television shows this code now. A code ends after ten minutes."
OFTEN = "Too many wrong codes. Try again in a minute."


@pytest.fixture
def ledger(url):  # noqa: F811
    with ledger_at(url, 1) as ledger:
        yield ledger


def refused(ledger, code, who="ada"):
    with pytest.raises(CodeRefused) as found:
        enter(ledger, code, "Lobby", "dark", who)
    return str(found.value.sentence)


def known(ledger, token):
    screens = Screens(ledger)
    screens.load()
    return screens.orders_of(token)


def count(ledger, table):
    with ledger.reading() as books:
        return books.scalar(select(func.count()).select_from(table))


def turn_back(ledger, column, ms):
    with ledger.writing() as books:
        books.execute(update(column.table).values({column.name: column - ms}))


def test_a_code_makes_its_television_a_screen_once(ledger):
    code, token = begin([ledger])
    assert re.fullmatch(r"[A-HJKMNP-Z2-9]{6}", code)
    assert len(token) == 32
    assert known(ledger, token) is None  # before somebody entered it, it opens nothing
    assert enter(ledger, code, "Lobby", "light", "ada") == 1
    assert (known(ledger, token).screen_id, known(ledger, token).setup.look) == (1, "light")
    assert refused(ledger, code) == UNKNOWN
    assert count(ledger, schema.screens) == 1


@pytest.mark.parametrize("typed", ["{0}{1}", "{0} {1}", " {0}-{1} "])
@pytest.mark.parametrize("letters", [str.upper, str.lower])
def test_a_code_is_read_as_people_type_it(typed, letters):
    assert data_pairing.read_code(letters(typed.format("AB2", "K9Z"))) == "AB2K9Z"


def test_a_code_ends_after_ten_minutes(ledger):
    (code, token), (later, _) = begin([ledger]), begin([ledger])
    turn_back(ledger, schema.pairings.c.ends_at_ms, 599_000)
    assert enter(ledger, later, "Bar", "dark", "ada") == 1
    turn_back(ledger, schema.pairings.c.ends_at_ms, 1001)
    assert refused(ledger, code) == UNKNOWN
    assert known(ledger, token) is None
    begin([ledger])
    assert count(ledger, schema.pairings) == 1  # what has ended is swept


def test_one_person_guesses_at_most_a_few_times_a_minute(ledger):
    code, _ = begin([ledger])
    said = [refused(ledger, "AAAAAA") for _ in range(TRIES_OF_ONE + 2)]
    assert said == [UNKNOWN] * TRIES_OF_ONE + [OFTEN] * 2
    assert refused(ledger, code) == OFTEN  # the right one, too: or it would say which is right
    assert enter(ledger, code, "Lobby", "dark", "bob") == 1
    turn_back(ledger, schema.pairing_tries.c.at_ms, 60_000)
    assert refused(ledger, "AAAAAA") == UNKNOWN


def test_all_together_guess_at_most_a_few_times_a_minute(ledger):
    code, _ = begin([ledger])
    said = [refused(ledger, "AAAAAA", f"person {number // 4}") for number in range(TRIES_IN_ALL + 2)]
    assert said.count(UNKNOWN) == TRIES_IN_ALL
    assert "by several people" in said[-1]
    assert "by several people" in refused(ledger, code, "somebody else")


@pytest.mark.slow
def test_who_guesses_at_once_from_several_servers_has_no_more_tries(ledger):
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: refused(ledger, "AAAAAA"), range(12)))
    assert said.count(UNKNOWN) == TRIES_OF_ONE


def test_each_guess_and_each_screen_stands_in_the_audit_log(ledger):
    code, token = begin([ledger])
    refused(ledger, "AAAAAA")
    enter(ledger, code, "Lobby", "dark", "ada")
    with ledger.reading() as books:
        rows = books.execute(select(schema.audit).order_by(schema.audit.c.id)).all()
    assert [(row.who, row.what, row.outcome) for row in rows] == [
        ("ada", "screen code tried", "unknown"),
        ("ada", "screen made", "done"),
    ]
    assert token not in str(rows)
    assert code not in str(rows)


def test_whoever_enters_a_code_decides_whose_screen_it_is(url):  # noqa: F811
    with ledger_at(url, 1) as ours:
        theirs = Ledger(ours.database, 2)
        theirs.prepare()
        code, token = begin([ours, theirs])
        assert enter(theirs, code, "Lobby", "dark", "ada") == 1
        assert known(ours, token) is None
        assert known(theirs, token) is not None


def test_only_so_many_televisions_wait(ledger, monkeypatch):
    monkeypatch.setattr(data_pairing, "MOST_WAITING", 3)
    assert MOST_WAITING == 500
    for _ in range(3):
        begin([ledger])
    with pytest.raises(TooManyWait):
        begin([ledger])


def test_two_televisions_never_show_the_same_code(ledger, monkeypatch):
    signs = iter("AAAAAAAAAAAABBBBBB")
    monkeypatch.setattr(data_pairing.secrets, "choice", lambda _signs: next(signs))
    assert [begin([ledger])[0], begin([ledger])[0]] == ["AAAAAA", "BBBBBB"]
