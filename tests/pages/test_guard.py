"""Each page and each part asks who is there: what people without the role see, and what they cannot do."""

import json
from gettext import NullTranslations
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest
from structlog.testing import capture_logs

from dashboard.access import audit as access_audit
from dashboard.core import text
from dashboard.core.cell_links import MARK
from dashboard.core.files import About, Column, Kind, csv_bytes
from dashboard.core.roles import LEAST, Person, Role
from dashboard.kit.downloads import hand_out
from ledger import schema
from ledger.check import check
from ledger.database import ledger_url
from tests.merchants import merchant
from tests.pages.game_truth import leads_to
from tests.parts import ledger_at
from tests.provider import CLOCK
from twoj_sandbox import GRINDER, MCH_ID, QUIET

PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py"))
ROLES = {role.value: [f"{role}@casino.example"] for role in Role}
NOT_OPEN, ENDED, SIGN_IN = "This page is not open to you", "Your sign-in has ended", "2J dashboard"
GROUPS = [
    ("Business", ["overview", "games", "bonus", "jackpots"]),
    ("Analysis", ["players", "bets", "wallet"]),
    ("Operation", ["alerts", "reports", "screens", "data", "status"]),
]
FOUR = [".", "games", "players", "bets"]
FIRST = dict.fromkeys(Role, FOUR) | {Role.OWNER: [".", "games", "bonus", "jackpots"]}
MOVES = "/open2j/w/transfer/deposit"


def claims(name):
    """What signs somebody in for a minute."""
    return {"sub": name, "email": f"{name}@casino.example", "exp": CLOCK + 60, "is_logged_in": True}


@pytest.fixture
def open_as(open_page):
    """Open a page as somebody with this role, None is nobody."""

    def open_as(role, page="overview", query=None, **settings):
        return open_page(query or {}, page, user=claims(role) if role else {}, roles=ROLES, **settings)

    return open_as


@pytest.fixture
def log(tmp_path):
    """Read the audit log: who, what, about what, with which outcome."""

    def log():
        with ledger_at(f"sqlite:///{tmp_path / 'ledger'}", MCH_ID) as ledger, ledger.reading() as books:
            rows = books.execute(select(schema.audit).order_by(schema.audit.c.id)).all()
        assert check(ledger_url(f"sqlite:///{tmp_path / 'ledger'}"))[0] == []
        return [(row.who, row.what, json.loads(row.about), row.outcome) for row in rows]

    return log


def titles(page):
    assert not page.exception
    return [title.value for title in page.title]


def labels(page):
    return [button.label for button in page.button]


def bars(page):
    return [part for part in page.get("bidi_component") if part.key == "page-links"]


def press(page, label):
    (button,) = [button for button in page.button if button.label == label]
    button.click()
    page.run()


def shows_nothing(page, sandbox):
    """Whether the page holds nothing but the door, and asked the provider for nothing."""
    kinds = ("metric", "dataframe", "plotly_chart", "download_button", "selectbox", "text_input", "error")
    return not any(page.get(kind) for kind in kinds) and sandbox.calls() == []


def lesser(page):
    """The highest role for which a page is not open; none where it is open for all."""
    roles = list(Role)
    below = roles[: roles.index(LEAST[page])]
    return below[-1] if below else "nobody"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opened_first_shows_nothing_to_people_without_the_role(open_as, sandbox, page):
    shown = open_as(lesser(page), page, {"op_id": QUIET.op_id, "game_id": "1001"})
    assert titles(shown) == [NOT_OPEN]
    assert shows_nothing(shown, sandbox)
    assert f"You are signed in as {lesser(page)}@" in "".join(each.value for each in shown.markdown)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opened_first_shows_nothing_before_the_sign_in(open_as, sandbox, page):
    shown = open_as(None, page, {"op_id": QUIET.op_id, "game_id": "1001"})
    assert titles(shown) == [SIGN_IN]
    assert labels(shown) == ["Sign in"]
    assert shows_nothing(shown, sandbox)


def test_without_a_role_the_reason_and_the_way_out(open_as, sandbox):
    shown = open_as("nobody")
    (said,) = [each.value for each in shown.markdown if "signed in" in each.value]
    assert said.startswith("You are signed in as nobody@\u2060casino.example. You have no role here yet;")
    assert labels(shown) == ["Sign out"]
    assert shows_nothing(shown, sandbox)


def test_the_door_says_for_whom_a_page_is(open_as):
    said = [each.value for each in open_as("owner", "players").markdown]
    assert any("It is for analysts, cashiers and admins; you are an owner." in each for each in said)


def test_an_identity_that_was_not_signed_in_counts_for_nothing(open_page, sandbox):
    shown = open_page(user={"email": "admin@casino.example"}, roles=ROLES)
    assert titles(shown) == [SIGN_IN]
    assert shows_nothing(shown, sandbox)


def test_an_identity_that_expires_takes_the_numbers_with_it(open_as, clock):
    shown = open_as("analyst", "wallet", {"op_id": QUIET.op_id})
    assert titles(shown) == ["quiet"]
    clock[0] += 59
    assert titles(shown.run()) == ["quiet"]
    clock[0] += 1
    assert titles(shown.run()) == [ENDED]
    assert labels(shown) == ["Sign in"]
    assert not shown.metric


def test_a_screens_link_needs_no_sign_in_and_leads_nowhere_else(open_as, sandbox):
    shown = open_as(None, "jackpots", {"screen": "any"})
    assert titles(shown) == []
    assert shows_nothing(shown, sandbox)
    assert not bars(shown)
    assert [part.key for part in shown.get("bidi_component")] == ["table-links-script", "wall"]
    for query, page in (({"screen": "any"}, "players"), ({"screen": "any"}, "overview")):
        assert titles(open_as(None, page, query)) == [SIGN_IN]


@pytest.mark.parametrize("role", Role)
def test_the_bar_leads_to_the_pages_of_the_role_and_says_who_is_there(open_as, role):
    shown = open_as(role, "jackpots")
    groups = [(name, [page for page in pages if role.may(page)]) for name, pages in GROUPS]
    bar = json.loads(bars(shown)[0].proto.json)
    assert [(each["name"], [page["path"] for page in each["pages"]]) for each in bar["groups"]] == [
        (name, ["." if page == "overview" else page for page in pages]) for name, pages in groups if pages
    ]
    assert bar["first"] == FIRST[role]
    assert bar["current"] == "jackpots"
    assert f"{role}@\u2060casino.example" in [caption.value for caption in shown.caption]
    assert "Sign out" in labels(shown)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.CASHIER])
def test_money_is_moved_by_cashiers_only(open_as, role):
    shown = open_as(role, "wallet", {"op_id": QUIET.op_id}, cashier=True)
    assert titles(shown) == ["quiet"]
    assert ("Review…" in labels(shown)) == (role is Role.CASHIER)
    assert ("Sent from here" in [each.value for each in shown.subheader]) == (role is Role.CASHIER)


def deed():
    """What a part does that is drawn by itself, without the page's guard before it."""
    import streamlit as st

    from dashboard.kit import guard

    if "again" in st.session_state:
        st.title("The page again")
        st.stop()
    st.session_state["again"] = True
    st.title(guard.who("transfers"))


@pytest.mark.parametrize(
    ("role", "exp", "title"),
    [
        ("cashier", CLOCK + 1, "cashier@casino.example"),
        ("cashier", CLOCK, "The page again"),
        ("analyst", CLOCK + 1, "The page again"),
    ],
)
def test_a_deed_asks_again_who_is_there(open_as, role, exp, title):
    open_as("nobody")
    script = AppTest.from_function(deed)
    script.user = claims(role) | {"exp": exp}
    assert titles(script.run()) == [title]


def test_nothing_is_sent_for_somebody_whose_sign_in_has_ended(open_as, sandbox, clock, log):
    shown = open_as("cashier", "wallet", {"op_id": QUIET.op_id}, cashier=True)
    shown.text_input(key="cash-amount-0").set_value("5")
    press(shown, "Review…")
    assert "Deposit 5" in labels(shown)
    clock[0] += 60
    press(shown, "Deposit 5")
    assert titles(shown) == [ENDED]
    assert not sandbox.calls(MOVES)
    assert [what for _, what, _, _ in log()] == ["player looked at"]


def test_screens_are_made_and_revoked_by_admins_and_written_down(open_as, clock, log):
    shown = open_as("admin", "screens")
    shown.text_input[0].set_value("Lobby")
    press(shown, "Make a link")
    press(shown, "Revoke this link")
    rows = [
        ("admin@casino.example", "screen made", {"name": "Lobby", "screen": 1}, "done"),
        ("admin@casino.example", "screen revoked", {"screen": 1}, "done"),
    ]
    assert log() == rows
    shown.text_input[0].set_value("Bar")
    clock[0] += 60
    press(shown, "Make a link")
    assert titles(shown) == [ENDED]
    assert log() == rows


def test_a_player_who_is_looked_at_is_written_down_once_a_tab(open_as, log):
    looked = [("analyst@casino.example", "player looked at", {"op_id": QUIET.op_id}, "done")]
    shown = open_as("analyst", "wallet", {"op_id": QUIET.op_id})
    assert log() == looked
    shown.run()
    assert log() == looked
    open_as("analyst", "players", {"user_id": str(GRINDER.user_id), "period": "2026-03-14..2026-03-14"})
    ids = {"op_id": GRINDER.op_id, "user_id": GRINDER.user_id}
    assert log() == [*looked, ("analyst@casino.example", "player looked at", ids, "done")]


def test_a_ledger_that_is_away_stops_nobody_from_looking_and_the_servers_log_says_who_did(open_as):
    with capture_logs() as logs:
        shown = open_as("analyst", "wallet", {"op_id": QUIET.op_id}, ledger_url="sqlite:////nowhere/ledger")
    assert titles(shown) == ["quiet"]
    (entry,) = [entry for entry in logs if entry["event"] == "audit row not written"]
    assert (entry["who"], entry["what"]) == ("analyst@casino.example", "player looked at")
    assert entry["about"] == {"op_id": QUIET.op_id}
    assert entry["log_level"] == "error"


FRAME = pd.DataFrame({"game": ["=cmd()", "b"]})
COLUMNS = [Column("game", "Game", Kind.TEXT)]


def write(_about, columns, frame):
    return csv_bytes(columns, frame)


ABOUT = About("Games", "today", "UTC", "", "now", only="Slots")


def test_a_file_is_written_down_with_its_rows(open_as, log):
    open_as("nobody")
    ann = Person("ann", Role.OWNER, CLOCK + 60)
    assert (
        hand_out(ann, "CSV", write, ABOUT, COLUMNS, lambda: FRAME) == b"\xef\xbb\xbfGame\r\n'=cmd()\r\nb\r\n"
    )
    about = {"title": "Games", "period": "today", "only": "Slots", "format": "CSV", "rows": 2}
    assert log() == [("ann", "export", about, "done")]


class German(NullTranslations):
    def gettext(self, message: str) -> str:
        return {"Game": "Spiel"}.get(message, message)


def test_a_file_speaks_the_language_in_which_its_button_was_drawn(open_as, monkeypatch):
    open_as("nobody")
    monkeypatch.setattr(text, "_available", lambda: ["en", "de"])
    monkeypatch.setattr(text, "_catalog", lambda code: German() if code == "de" else NullTranslations())
    ann = Person("ann", Role.OWNER, CLOCK + 60)
    try:
        content = hand_out(ann, "CSV", write, ABOUT, COLUMNS, lambda: FRAME, "de")
    finally:
        text.use_language("en")
    assert content == b"\xef\xbb\xbfSpiel\r\n'=cmd()\r\nb\r\n"


@pytest.mark.parametrize("person", [None, Person("ann", Role.OWNER, CLOCK)])
def test_no_file_leaves_after_the_sign_in_has_ended(open_as, log, person):
    open_as("nobody")
    with pytest.raises(PermissionError, match="The sign-in has ended"):
        hand_out(person, "CSV", write, ABOUT, COLUMNS, lambda: FRAME)
    assert log() == []


def test_the_audit_log_is_shown_newest_first_in_the_business_zone(open_as):
    open_as("nobody", timezone="Asia/Manila")
    access_audit.audit(merchant(), "ann", "sign-in", {"subject": "1"}, "owner")
    access_audit.audit(merchant(), "=cmd()", "export", {"rows": 2**53 + 1})
    rows = access_audit.audit_rows(merchant(), 5)
    assert rows["id"].tolist() == [2, 1]
    assert [str(at) for at in rows["at"]] == ["2026-03-15 17:30:00+08:00"] * 2
    assert rows["who"].tolist() == ["=cmd()", "ann"]
    assert rows["about"].tolist() == ["rows 9007199254740993", "subject 1"]
    assert rows["outcome"].tolist() == ["done", "owner"]
    assert access_audit.audit_rows(merchant(), 1)["id"].tolist() == [2]


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ('{"op_id": "whale", "user_id": 101}', "op_id whale · user_id 101"),
        ('{"amount_li": -5000, "freeze_li": null}', "amount −5 · freeze_li –"),
        ('{"alert": 3, "until_ms": 1773567000000}', "alert 3 · until 15 Mar 2026, 09:30 UTC"),
        ('{"rule": {"channels": ["ops", "ann"], "hold_min": 5}}', "rule (channels ops, ann, hold_min 5)"),
        ('{"is_on": false, "found": []}', "is_on no · found –"),
        ('{"at_ms": 1000000000000000000000}', "at_ms 1000000000000000000000"),
        ("{}", ""),
        ("no JSON", "no JSON"),
        ("[1]", "[1]"),
    ],
)
def test_what_a_row_of_the_audit_log_is_about_is_no_json(open_as, about, said):
    open_as("nobody")
    assert access_audit.about_text(merchant(), about).replace(" PHP", "") == said


def test_the_audit_log_is_read_in_the_readers_language(open_as, monkeypatch):
    open_as("nobody")
    access_audit.audit(merchant(), "export", "export", {"rows": 1})
    catalog = NullTranslations()
    monkeypatch.setattr(catalog, "gettext", {"export": "Ausfuhr", "done": "fertig"}.__getitem__)
    monkeypatch.setattr(text, "_catalog", lambda _code: catalog)
    (row,) = access_audit.audit_rows(merchant(), 1).to_dict("records")
    assert (row["who"], row["what"], row["outcome"]) == ("export", "Ausfuhr", "fertig")


def audit_log_alone():
    """The part of the Status page that shows the audit log."""
    from dashboard.status import parts_page

    parts_page.render_audit_log()


@pytest.mark.parametrize("role", [Role.CASHIER, Role.ADMIN])
def test_the_audit_log_is_shown_to_admins_only(open_as, role):
    open_as("nobody")
    access_audit.audit(merchant(), "ann", "export", {"rows": 7})
    part = AppTest.from_function(audit_log_alone)
    part.user = claims(role)
    part.run()
    assert not part.exception
    tables = [table.value[["who", "what", "about"]].to_numpy().tolist() for table in part.dataframe]
    assert tables == ([[["ann", "export", "rows 7"]]] if role is Role.ADMIN else [])
    assert len(part.get("download_button")) == (4 if role is Role.ADMIN else 0)


@pytest.mark.parametrize(("role", "leads_on"), [("owner", False), ("analyst", True)])
def test_a_game_leads_on_to_its_players_for_those_who_may_go_there(open_as, role, leads_on):
    query = {"game_id": "3009", "period": "2026-03-14..2026-03-14", "compare": "none"}
    page = open_as(role, "games", query)
    for _ in range(100):
        if any("draw_id" in table.value for table in page.dataframe):
            break
        page.run()
    latest = page.dataframe[-1].value
    assert not latest.empty
    assert ("user_id" in page.dataframe[-1].proto.column_order) == leads_on
    addresses = {cell.count(MARK) == 2 and leads_to(cell) for cell in latest["time"].astype(str)}
    assert all(str(address).startswith("players?user_id=") for address in addresses) == leads_on
    assert ("op_id" in latest) == ("user_id" in latest) == leads_on
