"""Having a period asked again: who may, what it does to the page, and that it is written down."""

import json

import pytest
from sqlalchemy import select

from dashboard.core.roles import Role
from ledger import schema
from tests.merchants import merchant
from tests.pages.test_overview import DAY_S, midnight, said, shown

MARCH = midnight("2026-03-01")
QUERY = {"period": "2026-03-01..2026-03-02", "compare": "none"}


def audit_log() -> list[tuple[str, str, dict[str, str]]]:
    with merchant().ledger.reading() as connection:
        rows = connection.execute(select(schema.audit).order_by(schema.audit.c.id)).all()
    return [(row.who, row.what, json.loads(row.about)) for row in rows]


def ask_again(page):
    (button,) = [button for button in page.button if button.label == "Ask again"]
    button.click().run()
    return page


def test_the_period_is_asked_again_and_what_changed_is_said(open_page, sandbox):
    page = open_page(QUERY)
    before, count = shown(page), int(shown(page)["Bets"].replace(",", ""))
    assert "The provider changed" not in said(page)
    sandbox.correct(MARCH, MARCH + DAY_S, bet_li=1000)
    assert shown(page.run()) == before
    sandbox.clear_calls()
    ask_again(page)
    days = [call["data"] for call in sandbox.calls("/api/all/stage/summary")]
    assert {"time_start": MARCH, "time_end": MARCH + 2 * DAY_S} in days
    assert {call["path"] for call in sandbox.calls()} >= {"/api/all/bonus/summary"}
    assert shown(page)["Bets"] == f"{count:,}"
    assert shown(page) != before
    assert "The provider changed 1 day since it was first read: 1 March 2026: bet amount +" in said(page)
    assert "company gain" not in said(page)
    assert audit_log() == [
        ("local", "asked again", {"page": "Overview", "first_day": "2026-03-01", "last_day": "2026-03-02"})
    ]
    sandbox.clear_calls()
    page.run()
    assert not [call for call in sandbox.calls() if call["data"].get("time_end") == MARCH + 2 * DAY_S]


def test_the_hours_of_the_archive_are_read_again_as_well(open_page):
    """In a zone whose days begin within an hour of UTC."""
    page = open_page({"period": "2026-03-14..2026-03-14", "compare": "none"}, "bets", timezone="Asia/Kolkata")
    ask_again(page)
    due = [piece.hour_s for piece in merchant().archive.pieces() if not piece.last_read_ms]
    start = midnight("2026-03-13") + 18 * 3600
    assert due == list(range(start, start + 25 * 3600, 3600))
    assert not page.exception


@pytest.mark.parametrize("page", ["games", "bonus", "players", "bets"])
def test_each_page_of_a_period_has_it(open_page, page):
    labels = [button.label for button in open_page(QUERY, page).button]
    assert labels.count("Ask again") == 1


@pytest.mark.parametrize(("role", "may"), [(Role.OWNER, False), (Role.ANALYST, True), (Role.ADMIN, True)])
def test_who_may(open_page, role, may):
    claims = {"sub": "1", "email": "bo@casino.example", "exp": 2e9, "is_logged_in": True}
    page = open_page(QUERY, user=claims, roles={role.value: ["bo@casino.example"]})
    assert ("Ask again" in [button.label for button in page.button]) == may
