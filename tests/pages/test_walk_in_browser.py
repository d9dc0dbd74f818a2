"""The analyst's way in Chromium: from a bar on the Overview to the provider's page of a round, and back.

By mouse, by keyboard alone, and by a finger on a phone.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import painted

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
DAY = re.compile(r"period=(20\d\d-\d\d-\d\d)\.\.\1")
Point = Callable[[Page, float, float], None]


def click(page: Page, x: float, y: float) -> None:
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    painted(page)
    page.mouse.click(x, y)


def tap(page: Page, x: float, y: float) -> None:
    page.touchscreen.tap(x, y)


def middle(shape: Locator) -> tuple[float, float]:
    expect(shape).to_be_visible(timeout=PATIENCE_MS)
    shape.scroll_into_view_if_needed()
    shape.page.wait_for_timeout(300)  # the sticky bar may still move what is below it
    box = shape.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1).first  # the old page's stays for a moment


def slots_bar(page: Page) -> Locator:
    """The bar of a game of slots among those that gained and lost the most: its rounds have a page."""
    plot = page.locator("[class*='st-key-opens-games-'] .js-plotly-plot").first
    expect(plot.locator(".barlayer path").first).to_be_visible(timeout=PATIENCE_MS)
    place = plot.evaluate("plot => plot.data[0].meta.findIndex(to => /game_id=1\\d{3}$/.test(to))")
    assert place >= 0
    return plot.locator(".barlayer path").nth(place)


def detail_link(page: Page) -> Locator:
    link = page.get_by_role("dialog").get_by_role("link", name="Open the provider's page of this round")
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    assert re.fullmatch(
        r"https://rounds\.example/slots/1\d{3}/1\d{3}-[\d-]+", link.get_attribute("href") or ""
    )
    return link


def back(page: Page, *places: str) -> None:
    for place in places:
        page.wait_for_timeout(2500)  # who goes back has looked: a page that is still being drawn takes a step
        page.go_back()
        # The Overview has two addresses.
        query = re.escape(place.partition("?")[2])
        name = re.escape(place.partition("?")[0].rpartition("/")[2])
        expect(page).to_have_url(re.compile(rf"/(overview|{name})?\?{query}$"))
    assert page.get_by_test_id("stException").count() == 0


def by_pointing(page: Page, demo_url: str, point: Point) -> None:
    page.goto(f"{demo_url}/?period=7d")
    start = page.url
    bars = page.locator(".st-key-opens-overview-daily .barlayer path")
    expect(bars).to_have_count(7, timeout=PATIENCE_MS)
    point(page, *middle(bars.nth(5)))
    expect(page).to_have_url(DAY, timeout=PATIENCE_MS)
    day = page.url
    expect(page.get_by_text("By hour")).to_be_visible(timeout=PATIENCE_MS)
    point(page, *middle(slots_bar(page)))
    expect(page).to_have_url(re.compile(r"/games\?.*game_id=1\d{3}"), timeout=PATIENCE_MS)
    game = page.url
    assert DAY.search(game)
    rounds = page.locator(".st-key-part-game-tabs .stDataFrame").last
    expect(rounds).to_be_visible(timeout=PATIENCE_MS)
    for _ in range(8):  # parts above that are still being drawn move it away
        rounds.evaluate("table => table.scrollIntoView({ block: 'center' })")
        page.wait_for_timeout(700)
        box = rounds.bounding_box()
        assert box
        point(page, box["x"] + 40, box["y"] + 35 + 17)
        page.wait_for_timeout(1500)
        if "/players" in page.url:
            break
    expect(page).to_have_url(re.compile(r"/players\?.*round="), timeout=PATIENCE_MS)
    detail_link(page)
    sheet = page.get_by_role("dialog")
    first = page.url
    ways = [sheet.get_by_role("button", name=name) for name in ("Next", "Previous")]
    way = next(each for each in ways if each.is_enabled())
    point(page, *middle(way))
    expect(page).not_to_have_url(first)
    detail_link(page)
    back(page, first, game, day, start)
    expect(heading(page)).to_have_text("Overview")
    expect(bars).to_have_count(7, timeout=PATIENCE_MS)


def test_by_mouse(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    by_pointing(page, demo_url, click)
    page.context.close()


def test_by_a_finger_on_a_phone(browser: Browser, demo_url: str):
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    by_pointing(page, demo_url, tap)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.close()


def test_days_that_a_mouse_is_dragged_over_become_the_period_and_back_finds_the_place(
    browser: Browser, demo_url: str
):
    page = browser.new_page(viewport={"width": 1440, "height": 700})
    page.goto(f"{demo_url}/?period=7d")
    bars = page.locator(".st-key-opens-overview-daily .barlayer path")
    expect(bars).to_have_count(7, timeout=PATIENCE_MS)
    days = [
        re.search(DAY, to) for to in bars.first.evaluate("bar => bar.closest('.js-plotly-plot').data[0].meta")
    ]
    x, y = middle(bars.nth(4))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(middle(bars.nth(2))[0], y, steps=5)
    expect(page.locator(".dragged")).to_be_visible()
    page.mouse.up()
    assert days[2]
    assert days[4]
    expect(page).to_have_url(f"{demo_url}/?period={days[2][1]}..{days[4][1]}")
    expect(bars).to_have_count(3, timeout=PATIENCE_MS)
    assert page.locator(".dragged").count() == 0

    game = slots_bar(page)
    click(page, *middle(game))
    top = "document.querySelector('[data-testid=stMain]').scrollTop"
    expect(page).to_have_url(re.compile("game_id="), timeout=PATIENCE_MS)
    assert page.evaluate(top) == 0
    expect(page.locator(".st-key-part-game-figures").get_by_test_id("stMetric").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    page.go_back()
    expect(bars).to_have_count(3, timeout=PATIENCE_MS)
    page.wait_for_function(f"{top} > 200", timeout=PATIENCE_MS)
    page.context.close()


def tab_to(page: Page, wanted: str, most: int = 120) -> None:
    """Go on with the tabulator until what has the focus is `wanted`, a selector."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement?.matches(wanted) ?? false", wanted):
            return
    raise AssertionError(f"no way to {wanted} by the tabulator")


def open_cell(page: Page, part: str) -> None:
    """Open the first link of a part's table: to it, to its first row and cell, Enter shows it, Enter goes."""
    expect(page.locator(f".st-key-part-{part} canvas").first).to_be_visible(timeout=PATIENCE_MS)
    tab_to(page, f".st-key-part-{part} canvas")
    page.keyboard.press("ArrowDown")
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("#portal a.gdg-link-area")).to_be_visible()
    page.keyboard.press("Enter")


def test_by_keyboard(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{demo_url}/?period=yesterday")
    start = page.url
    expect(heading(page)).to_have_text("Overview", timeout=PATIENCE_MS)
    tab_to(page, "nav a[href*='games']")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Games", timeout=PATIENCE_MS)
    games = page.url
    assert "period=yesterday" in games
    open_cell(page, "all-games")
    expect(page).to_have_url(re.compile(r"game_id=\d+"), timeout=PATIENCE_MS)
    game = page.url
    open_cell(page, "game-tabs")
    expect(page).to_have_url(re.compile(r"/players\?.*round="), timeout=PATIENCE_MS)
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("event_id").first).to_be_visible(timeout=PATIENCE_MS)
    tab_to(page, "[role=dialog] a, [role=dialog] button")
    back(page, game, games, start)
    expect(heading(page)).to_have_text("Overview")
    page.context.close()


def test_a_card_leads_to_its_day_and_to_the_bonuses_and_back(browser: Browser, demo_url: str):
    page = browser.new_page()
    page.goto(f"{demo_url}/?period=7d&compare=month")
    start = page.url
    cards = page.get_by_test_id("stMetric")
    today, cost = cards.filter(has_text="Company gain today"), cards.filter(has_text="Bonus cost")
    click(page, *middle(today))
    expect(page).to_have_url(f"{demo_url}/?compare=month&period=today", timeout=PATIENCE_MS)
    back(page, start)
    cost.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Bonus", timeout=PATIENCE_MS)
    assert page.url == f"{demo_url}/bonus?period=7d&compare=month"
    back(page, start)
    assert len(page.context.pages) == 1
    page.close()
