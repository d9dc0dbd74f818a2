"""The page of the screens: links that are shown once, a tile for each screen, the end of a link."""

import re

import pytest
from sqlalchemy import update

from dashboard.jackpots import data_pairing
from dashboard.jackpots.data_screens import Orders
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.screens import ScreenSetup
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
    assert merchant().running(Watch).screens.orders_of(token) == Orders(1, ScreenSetup("dark"), None)
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


def fill(page, label, value):
    next(each for each in page.text_input if each.label == label).set_value(value)


def test_a_television_is_paired_by_the_code_that_it_shows(opened):
    page = opened()
    here = merchant()
    code, token = data_pairing.begin([here.ledger])
    fill(page, "Name of a new screen", "Lobby")
    fill(page, "Code that it shows", code.lower())
    press(page, "Pair")
    assert "The screen “Lobby” is paired" in "\n".join(each.value for each in page.success)
    here.running(Watch).screens.renew()
    assert here.running(Watch).screens.orders_of(token).screen_id == 1
    assert next(each for each in page.text_input if each.label == "Name of a new screen").value == ""


def test_a_wrong_code_makes_no_screen_and_says_so(opened):
    page = opened()
    fill(page, "Name of a new screen", "Lobby")
    fill(page, "Code that it shows", "AAAAAA")
    press(page, "Pair")
    assert "No television shows this code now" in said(page)
    assert merchant().running(Watch).screens.all() == []


def test_the_code_of_an_address_stands_in_the_form(open_page):
    page = open_page({"code": "AB2K9Z"}, "screens")
    assert next(each for each in page.text_input if each.label == "Code that it shows").value == "AB2K9Z"


def test_what_a_screen_is_to_show_is_chosen_on_its_tile(opened):
    page = opened()
    screens = merchant().running(Watch).screens
    screens.make("Bar", "dark", "ada")
    page.session_state["settings-1"] = True
    page.run()
    page.toggle(key="has-1").set_value(True)
    page.multiselect(key="layouts-1").set_value(["super", "winners"])
    page.select_slider(key="brightness-1").set_value(40)
    press(page, "Save")
    setup = screens.all()[0].setup
    assert (setup.brightness, setup.layouts) == (40, ("super", "winners"))
    assert (str(setup.hours.opens), str(setup.hours.closes)) == ("10:00:00", "02:00:00")
    assert "Super pot and Last winners, 20 s each · open 10:00 to 02:00 · brightness 40 %" in said(page)


def test_a_folded_tile_draws_no_settings(opened):
    page = opened()
    merchant().running(Watch).screens.make("Bar", "dark", "ada")
    page.run()
    assert [each.label for each in page.toggle] == []
