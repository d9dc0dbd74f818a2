"""Notes on days, games and players: written on a page, kept with who and when, marked in its chart."""

import json

import pytest
from sqlalchemy import select

from dashboard.provider import notes
from dashboard.provider.notes import Subject
from ledger import schema
from ledger.database import Ledger, LedgerAway
from tests.merchants import merchant
from tests.pages.clicks import press
from tests.pages.player_truth import read, said
from tests.provider import CLOCK
from twoj_sandbox import GRINDER

PLACES = {
    "overview": ({"period": "7d"}, "day", "", "overview"),
    "a game": ({"game_id": "1041", "period": "7d"}, "game", "1041", "games"),
    "a player": ({"op_id": "grinder", "period": "7d"}, "player", str(GRINDER.user_id), "players"),
}


def marks(app) -> list[str]:
    """What the marks of notes in the charts say."""
    figures = [json.loads(each.proto.spec) for each in app.get("plotly_chart")]
    return [
        mark["hovertext"]
        for figure in figures
        for mark in figure["layout"].get("annotations", ())
        if mark.get("hovertext")
    ]


@pytest.fixture
def opened(open_page):
    def open_(place, **options):
        query, _, _, page = PLACES[place]
        return read(open_page(query, page, **options))

    return open_


def unfolded(app, place):
    app.session_state[f"notes-{PLACES[place][1]}"] = True
    return app.run()


@pytest.mark.parametrize("place", PLACES)
def test_a_note_is_written_kept_and_marked(opened, place):
    _, subject, about, _ = PLACES[place]
    app = unfolded(opened(place), place)
    assert marks(app) == []
    (choice,) = [each for each in app.selectbox if each.label == "Note"]
    choice.set_value("Promotion")
    press(app, "Write")
    with merchant().ledger.reading() as books:
        (row,) = books.execute(select(schema.notes)).all()
        (entry,) = books.execute(select(schema.audit).where(schema.audit.c.what == "note written")).all()
    assert (row.subject, row.about, row.day, row.said, row.who, row.at_ms) == (
        *(subject, about, "2026-03-15", "Promotion", "local", CLOCK * 1000),
    )
    assert (entry.who, "Promotion" in entry.about) == ("local", True)
    app.run()
    assert marks(app) == ["Promotion"]
    assert any("**15 Mar 2026** Promotion" in each.value for each in app.markdown)
    next(each for each in app.button if each.key == f"remove-note-{row.id}").click().run()
    assert marks(app) == []
    with merchant().ledger.reading() as books:
        assert books.execute(select(schema.notes)).all() == []


def test_a_note_of_a_day_is_in_all_charts_and_one_of_a_game_in_its_own(opened):
    app = opened("overview")
    for subject, about, words in (
        (Subject.DAY, "", "a holiday"),
        (Subject.GAME, "1041", "updated"),
        (Subject.GAME, "1042", "another"),
        (Subject.PLAYER, str(GRINDER.user_id), "under review"),
    ):
        day = merchant().now().date()
        notes.add_note(merchant(), subject, about, day, words, "ann")
    assert marks(app.run()) == ["a holiday"]
    for about, expected in (("1041", ["a holiday<br>updated"]), ("1042", ["a holiday<br>another"])):
        found = notes.notes_of(merchant(), day, day, Subject.GAME, about)
        assert ["<br>".join(note.said for note in found)] == expected


@pytest.mark.parametrize(("day", "is_shown"), [("2026-03-08", False), ("2026-03-09", True)])
def test_only_notes_of_the_period_are_shown(opened, day, is_shown):
    app = opened("overview")
    notes.add_note(merchant(), Subject.DAY, "", notes.date.fromisoformat(day), "<b>x</b>", "ann")
    assert marks(app.run()) == (["&lt;b&gt;x&lt;/b&gt;"] if is_shown else [])


def test_owners_read_notes_and_write_none(opened):
    claims = {"is_logged_in": True, "sub": "o", "email": "o@example.com", "exp": CLOCK + 60}
    app = unfolded(opened("overview", user=claims, roles={"owner": ["@example.com"]}), "overview")
    assert not [each for each in app.selectbox if each.label == "Note"]
    assert "No note in this period." in [each.value for each in app.caption]


def test_a_ledger_that_is_away_leaves_the_charts(opened, monkeypatch):
    app = opened("overview")
    charts = len(app.get("plotly_chart"))

    def away(_self):
        raise LedgerAway("secret place")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "reading", away)
        app.run()
        assert marks(app) == []
    assert len(app.get("plotly_chart")) >= 1
    assert "secret" not in said(app)
    assert charts
