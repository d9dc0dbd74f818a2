"""A part that fails after it has begun to draw: a sentence below what stands there, and the others go on."""

import pytest

from dashboard.kit import cards, charts, downloads, table

PAGES = {
    "overview": {},
    "games": {},
    "bonus": {},
    "players": {"op_id": "whale"},
    "bets": {},
    "wallet": {"op_id": "whale"},
    "jackpots": {},
    "alerts": {},
    "screens": {},
    "reports": {},
    "data": {},
    "status": {},
}
PLACES = [(charts, "show"), (table, "render_table"), (downloads, "render_downloads"), (downloads, "offer")]


@pytest.fixture
def cache_folder(shared_folder):
    """What is patched here draws; it asks for nothing."""
    return shared_folder


def broken(*_args: object, **_options: object) -> None:
    raise RuntimeError("a picture that nobody can draw")


@pytest.mark.parametrize("page", PAGES)
def test_a_part_may_fail_inside_its_own_box(open_page, page):
    app = open_page(PAGES[page] | {"period": "7d", "compare": "none"}, page)
    assert not app.error
    failed = 0
    for place in PLACES:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(*place, broken)
            app.run()
        assert not app.exception
        assert all("this could not be drawn" in error.value for error in app.error)
        failed += len(app.error)
    assert failed or page in ("jackpots", "screens", "reports", "alerts"), "there is nothing to draw yet"


def test_the_cards_above_what_failed_stay_as_they_are(open_page, monkeypatch):
    monkeypatch.setattr(charts, "show", broken)
    app = open_page({"period": "7d", "compare": "none"})
    assert not app.exception
    assert sum("Chart of the period: this could not be drawn" in error.value for error in app.error) == 1
    bet = [metric.value for metric in app.metric if metric.label == "Bet amount"]
    assert len(bet) == 1
    assert bet != ["–"]


def test_where_nothing_is_known_yet_empty_cards_keep_their_place(open_page, monkeypatch):
    monkeypatch.setattr(cards, "render_cards", broken)
    app = open_page({"period": "7d", "compare": "none"})
    assert not app.exception
    assert [metric.value for metric in app.metric if metric.label == "Bet amount"] == ["–"]
