"""The page of the screens: links that are shown once, a tile for each screen, the end of a link."""

import re

import pytest
from sqlalchemy import update

from dashboard.jackpots.data_watch import Watch
from ledger import schema
from ledger.database import Ledger, LedgerAway
from tests.merchants import merchant
from tests.pages.clicks import press
from tests.provider import CLOCK

NOW_MS = CLOCK * 1000


def said(page):
    """Every sentence on the page."""
    return "\n".join(
        each.value for kind in (page.caption, page.info, page.warning, page.error) for each in kind
    )


@pytest.fixture
def opened(open_page):
    return lambda: open_page({}, "screens")


def test_a_link_is_shown_once_and_opens_the_wall_alone(opened):
    page = opened()
    page.text_input[0].set_value("Lobby")
    press(page, "Make a link")
    (link,) = [each.value for each in page.code]
    token = link.partition("?screen=")[2]
    assert merchant().running(Watch).screens.all()[0].name == "Lobby"
    merchant().running(Watch).screens.renew()
    assert merchant().running(Watch).screens.look_of(token) == (1, "dark")
    press(page, "I have it")
    assert not page.code
    assert token not in str(page.main)


def test_a_screen_needs_a_name(opened):
    page = opened()
    press(page, "Make a link")
    assert "Give the screen a name" in said(page)
    assert merchant().running(Watch).screens.all() == []


def test_screens_are_listed_with_their_heartbeat_and_can_be_revoked(opened, tmp_path):
    page = opened()
    screens = merchant().running(Watch).screens
    for name in ("Bar", "Lobby"):
        screens.make(name, "dark", "ada")
    screens.note(1, 16, 1900, merchant().running(Watch).build)
    screens.note(2, 16, 1900, "old")
    screens._heard_at[2] -= 45
    with merchant().running(Watch).ledger.writing() as books:
        screens.write_beats(books)
    page.run()
    badges = [each.value for each in page.markdown if "-badge[" in each.value]
    assert badges[-2:] == [":green-badge[On]", ":red-badge[Off]"]
    assert "last paint 16 ms ago · numbers 1 s old" in said(page)
    # By the database's clock, which no test stops.
    assert re.search(r"last heard of 09:29 UTC \((4[5-9]|5\d) sec ago\)", said(page))
    next(each for each in page.button if each.key == "revoke-1").click().run()
    assert "since 09:30 UTC (just now)" in said(page)
    assert [screen.revoked_at_ms for screen in screens.all()] == [None, NOW_MS]


def test_a_screen_whose_heartbeat_is_of_a_wrong_clock_is_off_and_the_list_stands(opened):
    page = opened()
    merchant().running(Watch).screens.make("Bar", "dark", "ada")
    with merchant().running(Watch).ledger.writing() as books:
        books.execute(update(schema.screens).values(seen_at_ms=NOW_MS * 1_000_000))
    page.run()
    assert [each.value for each in page.markdown if "-badge[" in each.value][-1] == ":red-badge[Off]"
    assert "last heard of at a time that cannot be true" in said(page)


def test_a_name_that_looks_like_markup_is_shown_as_it_is(opened):
    page = opened()
    page.text_input[0].set_value("<b>Bar</b> *x*")
    press(page, "Make a link")
    assert r"**\<b\>Bar\</b\> \*x\***" in [each.value for each in page.markdown]


def test_a_ledger_that_is_away_is_said_in_their_place(opened, monkeypatch):
    def away(_self):
        raise LedgerAway("secret place")

    monkeypatch.setattr(Ledger, "reading", away)
    page = opened()
    assert "Screens: not known now. The ledger's database does not answer" in said(page)
    assert "secret" not in said(page)
