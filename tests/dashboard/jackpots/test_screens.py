"""The screens: who has a link, when each shows the wall, and when somebody should go and look."""

from dataclasses import replace
from datetime import datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dashboard.jackpots.data_screens import Orders, Screens
from dashboard.jackpots.screens import (
    Condition,
    Heartbeat,
    OpeningHours,
    Screen,
    ScreenSetup,
    condition,
    screen_is_off,
)
from dashboard.jackpots.wall import limits
from ledger import schema
from tests.ledger.conftest import engine, postgresql, url  # noqa: F401 - fixtures
from tests.parts import ledger_at

MANILA = ZoneInfo("Asia/Manila")
NIGHT = OpeningHours(time(18), time(4))
BEAT = Heartbeat(1000, 16, 1900, "b1")
SILENT = replace(BEAT, age_ms=30_001)
SCREEN = Screen(1, "Lobby", ScreenSetup("dark", hours=NIGHT), 0, None, BEAT)


def at(hour, minute=0):
    return datetime(2026, 3, 15, hour, minute, tzinfo=MANILA)


@pytest.mark.slow
def test_a_token_is_kept_nowhere_and_its_hash_lets_the_screen_look(url, engine, tmp_path):  # noqa: F811
    with ledger_at(url, 1) as ledger:
        screens = Screens(ledger)
        token = screens.make("Lobby", "dark", "ann")
        screens.load()
        assert screens.orders_of(token) == Orders(1, ScreenSetup("dark"), None)
        with engine.connect() as connection:
            kept = repr([connection.execute(select(each)).all() for each in schema.metadata.sorted_tables])
            hashes = connection.scalars(select(schema.screens.c.token_hash)).all()
        assert hashes == [sha256(token.encode()).hexdigest()]
        assert token not in kept
        for path in tmp_path.iterdir():  # SQLite keeps what was written once in more than its tables
            assert token.encode() not in path.read_bytes()


def test_what_a_screen_is_to_show_is_kept_and_told_to_it(url):  # noqa: F811
    setup = ScreenSetup(
        "light", is_on=False, hours=NIGHT, brightness=55, layouts=("super", "winners"), turn_s=45
    )
    with ledger_at(url, 1) as ledger:
        screens = Screens(ledger)
        tokens = [screens.make(name, "dark", "ann") for name in ("Bar", "Lobby")]
        screens.set_up(2, setup, "ann")
        screens.renew()
        assert [screens.orders_of(token).setup for token in tokens] == [ScreenSetup("dark"), setup]
        assert [screen.setup for screen in screens.all()] == [ScreenSetup("dark"), setup]


def test_a_picture_is_taken_once_for_each_time_that_one_was_asked_for(url):  # noqa: F811
    with ledger_at(url, 1) as ledger:
        screens = Screens(ledger)
        token = screens.make("Bar", "dark", "ann")
        screens.take_picture(1, b"unasked")
        screens.renew()
        assert screens.picture(screens.all()[0]) is None
        assert screens.orders_of(token).picture_asked_at_ms is None
        screens.ask_for_picture(1)
        screens.renew()
        assert screens.orders_of(token).picture_asked_at_ms == screens.all()[0].picture_asked_at_ms > 0
        assert screens.all()[0].owes_picture
        for sent in (b"asked", b"again"):
            screens.take_picture(1, sent)
        screens.renew()
        assert screens.picture(screens.all()[0]) == b"asked"
        assert screens.orders_of(token).picture_asked_at_ms is None
        assert not screens.all()[0].owes_picture


@pytest.mark.parametrize(
    ("opens", "closes", "hour", "shown"),
    [
        (10, 22, at(9, 59), False),
        (10, 22, at(10), True),
        (10, 22, at(21, 59), True),
        (10, 22, at(22), False),
        (18, 4, at(17, 59), False),
        (18, 4, at(18), True),
        (18, 4, at(0), True),
        (18, 4, at(3, 59), True),
        (18, 4, at(4), False),
        (9, 9, at(9), True),
        (9, 9, at(8, 59), True),
    ],
)
def test_a_screen_is_open_by_the_clock_of_the_business(opens, closes, hour, shown):
    assert OpeningHours(time(opens), time(closes)).hold(hour) is shown


@given(st.times(), st.times(), st.times())
def test_a_day_is_either_open_or_closed_and_the_other_way_round(opens, closes, now):
    moment = datetime.combine(at(0).date(), now, MANILA)
    if opens != closes:
        ways = [OpeningHours(opens, closes), OpeningHours(closes, opens)]
        assert sum(way.hold(moment) for way in ways) == 1


@pytest.mark.parametrize(
    ("screen", "hour", "is_off"),
    [
        (SCREEN, at(20), False),
        (replace(SCREEN, beat=SILENT), at(20), True),
        (replace(SCREEN, beat=replace(BEAT, age_ms=None)), at(20), True),
        (replace(SCREEN, beat=SILENT), at(12), False),
        (replace(SCREEN, beat=SILENT), at(18, 4), False),  # it has just opened
        (replace(SCREEN, beat=SILENT), at(18, 5), True),
        (replace(SCREEN, beat=SILENT), at(4), False),
        (replace(SCREEN, beat=None), at(20), False),
        (replace(SCREEN, beat=SILENT, revoked_at_ms=1), at(20), False),
        (replace(SCREEN, beat=SILENT, setup=ScreenSetup("dark", is_on=False)), at(20), False),
        (replace(SCREEN, beat=SILENT, setup=ScreenSetup("dark")), at(12), True),
    ],
)
def test_a_screen_that_is_silent_while_it_should_show_the_wall_is_off(screen, hour, is_off):
    assert screen_is_off(screen, hour) is is_off


@pytest.mark.parametrize(
    ("screen", "hour", "expected"),
    [
        (SCREEN, at(20), Condition.ON),
        (replace(SCREEN, beat=SILENT), at(20), Condition.OFF),
        (replace(SCREEN, beat=SILENT), at(12), Condition.CLOSED),
        (SCREEN, at(12), Condition.CLOSED),
        (replace(SCREEN, setup=ScreenSetup("dark", is_on=False)), at(20), Condition.DARK),
        (replace(SCREEN, beat=replace(BEAT, paint_age_ms=10_001)), at(20), Condition.STILL),
        (replace(SCREEN, beat=replace(BEAT, data_age_ms=60_000)), at(20), Condition.OLD_NUMBERS),
        (replace(SCREEN, beat=replace(BEAT, build="b0")), at(20), Condition.OLD_BUILD),
        (replace(SCREEN, beat=None), at(12), Condition.NEW),
    ],
)
def test_the_worst_that_can_be_said_of_a_screen_is_said(screen, hour, expected):
    assert condition(screen, limits(2), "b1", hour) is expected
