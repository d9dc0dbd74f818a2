"""What people choose of tables and charts, in Chromium: a copied link and the way back show the same."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000


def test_order_and_columns_are_in_the_address_for_a_link_and_the_way_back(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{demo_url}/games?period=yesterday")
    view = page.locator(".st-key-fold-all-games").get_by_role("button", name="View")
    view.click(timeout=PATIENCE_MS)
    fold = page.get_by_test_id("stPopoverBody")
    fold.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="RTP", exact=True).click()
    expect(page).to_have_url(re.compile(r"sort=all-games\.rtp\.desc"))
    fold.get_by_role("button", name="Share", exact=True).click()
    expect(page).to_have_url(re.compile(r"columns=all-games\.name\."))
    page.keyboard.press("Escape")

    def chosen(page: Page, *labels: str) -> None:
        chips = page.locator(".st-key-view-all-games [class*='st-key-drop-'] button:visible")
        expect(chips).to_have_text([re.compile(label) for label in labels], timeout=PATIENCE_MS)

    chosen(page, "RTP, descending", "13 of 14 columns")
    beside = browser.new_page()
    beside.goto(page.url)
    chosen(beside, "RTP, descending", "13 of 14 columns")
    beside.context.close()
    page.go_back()
    chosen(page, "RTP, descending")
    page.go_back()
    chosen(page)
    assert page.get_by_test_id("stException").count() == 0
    page.context.close()


def test_a_chart_becomes_a_table_in_its_place_and_back_again(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    days = [datetime.now(UTC).date() - timedelta(days=ago) for ago in (8, 2)]  # whose sums stay
    page.goto(f"{demo_url}/?period={days[0]}..{days[1]}")
    place = page.locator(".st-key-chart-daily")
    expect(place.locator(".barlayer path")).to_have_count(7, timeout=PATIENCE_MS)
    before = place.bounding_box()
    assert before
    place.get_by_role("button", name="As a table").click()
    expect(place.get_by_test_id("stDataFrame")).to_be_visible(timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile("as_table=daily"))
    after = place.bounding_box()
    assert after
    assert after["height"] <= before["height"]
    cells = place.locator("canvas [role=grid] [role=gridcell]")  # what a screen reader finds
    expect(cells.first).to_have_text(re.compile(r"20\d\d"))
    gains = place.locator("canvas [role=grid] [role=gridcell][aria-colindex='2']")
    by_gain = sorted(gains.all_inner_texts(), key=float)
    box = place.get_by_test_id("stDataFrame").bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 15)
    expect(gains).to_have_text(by_gain, timeout=PATIENCE_MS)
    page.go_back()
    expect(place.locator(".barlayer path")).to_have_count(7, timeout=PATIENCE_MS)
    assert "as_table" not in page.url
    page.context.close()
