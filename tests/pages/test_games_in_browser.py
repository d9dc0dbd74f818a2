"""The Games page in Chromium: a click opens a game, the address and the browser's way back keep up."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import dashboard

PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with dashboard(tmp_path_factory.mktemp("home")) as running:
        yield running.url


def heading(page: Page):
    return page.get_by_role("heading", level=1)


def test_a_click_opens_a_game_and_every_way_back_leads_to_all(browser: Browser, url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{url}/games?period=yesterday&compare=none")
    expect(heading(page)).to_have_text("Games", timeout=PATIENCE_MS)
    # All have arrived: the table is not drawn anew under the pointer.
    expect(page.get_by_text(re.compile("^Games: "))).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator(".st-key-box-treemap .js-plotly-plot")).to_be_visible(timeout=PATIENCE_MS)
    # Cells are painted, and another element lies over them: only the mouse finds a row.
    place = page.locator(".st-key-all-games canvas").first.bounding_box()
    assert place
    page.mouse.click(place["x"] + 120, place["y"] + 35 * 2 + 17)
    expect(page).to_have_url(re.compile(r"period=yesterday.*&game_id=\d+"), timeout=PATIENCE_MS)
    expect(heading(page)).not_to_have_text("Games", timeout=PATIENCE_MS)
    expect(page.locator(".st-key-cards").get_by_test_id("stMetric")).to_have_count(6, timeout=PATIENCE_MS)

    page.reload()
    expect(heading(page)).not_to_have_text("Games", timeout=PATIENCE_MS)
    page.get_by_role("button", name="All games").click()
    expect(heading(page)).to_have_text("Games", timeout=PATIENCE_MS)
    expect(page).not_to_have_url(re.compile("game_id"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"game_id=\d+"))
    expect(heading(page)).not_to_have_text("Games", timeout=PATIENCE_MS)
    assert page.get_by_test_id("stException").count() == 0
    page.close()
