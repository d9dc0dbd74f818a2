"""The Games page in Chromium: a click opens a game, the address and the browser's way back keep up."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import painted

PATIENCE_MS = 30_000


def heading(page: Page):
    return page.get_by_role("heading", level=1).first  # the old page's stays for a moment


ALL = "games?period=yesterday&compare=none&type=Fish"


def all_games(page: Page, demo_url: str):
    """The page of all games of a type, once its table stays as it is; returns where the table is."""
    page.goto(f"{demo_url}/{ALL}")
    expect(heading(page)).to_have_text("Games", timeout=PATIENCE_MS)
    expect(page.get_by_text(re.compile("^Games: "))).to_have_count(0, timeout=PATIENCE_MS)
    return table(page)


def table(page: Page):
    canvas = page.locator(".st-key-part-all-games canvas").first
    expect(canvas).to_be_visible(timeout=PATIENCE_MS)
    return canvas.bounding_box()


def click(page: Page, x: float, y: float):
    # Cells are painted, and another element lies over them: only the pointer finds a row.
    page.mouse.move(x, y)
    painted(page)
    page.mouse.click(x, y)


def test_the_name_opens_a_game_and_every_way_back_leads_to_all(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    place = all_games(page, demo_url)
    click(page, place["x"] + 40, place["y"] + 35 * 2 + 17)
    expect(page).to_have_url(
        re.compile(r"period=yesterday&compare=none&type=Fish&game_id=4\d+$"), timeout=PATIENCE_MS
    )
    expect(heading(page)).not_to_have_text("Games", timeout=PATIENCE_MS)
    expect(page.locator(".st-key-cards").get_by_test_id("stMetric")).to_have_count(6, timeout=PATIENCE_MS)
    assert len(page.context.pages) == 1

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


def pointed_at(page: Page, shape: Locator, down_px: float = 0) -> tuple[float, float]:
    """Point at a shape of a chart, in its middle or so far down, until it says that it leads somewhere."""
    expect(shape).to_be_attached()
    box = shape.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + (down_px or box["height"] / 2)
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    expect(page.locator(".js-plotly-plot[data-leads]")).to_have_count(1)
    return x, y


def test_bars_tiles_and_cells_open_their_game_and_back_is_where_one_was(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1400})
    to_game, day = (
        r"compare=none&type=Fish&tab=\w+&game_id=4\d+",
        r"&period=20\d\d-\d\d-\d\d\.\.20\d\d-\d\d-\d\d$",
    )
    for tab, shape, down_px, address in (
        ("map", ".st-key-opens-games-treemap .slice path", 0, rf"\?period=yesterday&{to_game}$"),
        ("days", ".st-key-opens-games-heat .nsewdrag", 10, rf"\?{to_game}{day}"),
        ("map", ".st-key-opens-games-gains .barlayer path", 0, rf"\?period=yesterday&{to_game}$"),
    ):
        page.goto(f"{demo_url}/{ALL}&tab={tab}")
        here, steps = page.url, page.evaluate("history.length")
        expect(page.locator(shape).last).to_be_visible(timeout=PATIENCE_MS)
        # Of the tiles the first is that of the type, which leads nowhere.
        page.mouse.click(*pointed_at(page, page.locator(shape).last, down_px))
        expect(page).to_have_url(re.compile(address))
        expect(heading(page)).not_to_have_text("Games")
        assert page.evaluate("history.length") == steps + 1, "one step of the way back"
        page.go_back()
        expect(page).to_have_url(here)
        expect(heading(page)).to_have_text("Games")
    with page.expect_popup() as opened:
        page.keyboard.down("Control")
        page.mouse.click(*pointed_at(page, page.locator(".st-key-opens-games-gains .barlayer path").first))
        page.keyboard.up("Control")
    expect(opened.value).to_have_url(re.compile(rf"{to_game}$"))
    assert page.url == here
    page.context.close()


def test_sorting_keys_and_the_search_open_nothing_and_enter_on_a_name_does(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    place = all_games(page, demo_url)
    here = page.url
    runs = page.locator('[data-test-script-state="running"]')
    for column in (40, 330):
        click(page, place["x"] + column, place["y"] + 17)
    click(page, place["x"] + 600, place["y"] + 35 + 17)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+f")
    page.keyboard.type("Mermaid")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(runs).to_have_count(0)
    assert page.url == here
    expect(heading(page)).to_have_text("Games")

    click(page, place["x"] + 600, place["y"] + 35 * 3 + 17)
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("#portal a.gdg-link-area")).to_be_visible()
    assert page.url == here
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"game_id=4\d+$"), timeout=PATIENCE_MS)
    expect(heading(page)).not_to_have_text("Games", timeout=PATIENCE_MS)
    page.close()


def test_the_search_of_a_table_finds_what_it_shows_and_not_where_it_leads(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    place = all_games(page, demo_url)
    click(page, place["x"] + 600, place["y"] + 35 + 17)
    page.keyboard.press("Control+f")
    search = page.locator(".st-key-part-all-games")
    for text, found in (("Mermaid", "1 result"), ("yesterday", "0 results"), ("game_id", "0 results")):
        search.get_by_test_id("search-input").fill(text)
        expect(search.get_by_test_id("search-result-area")).to_have_text(found, timeout=PATIENCE_MS)
    page.close()


def test_with_the_control_key_a_game_opens_in_a_tab_of_its_own(browser: Browser, demo_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    place = all_games(page, demo_url)
    here = page.url
    with page.expect_popup() as opened:
        page.keyboard.down("Control")
        click(page, place["x"] + 40, place["y"] + 35 * 2 + 17)
        page.keyboard.up("Control")
    expect(opened.value).to_have_url(re.compile(r"/games\?.*game_id=4\d+$"))
    assert page.url == here
    opened.value.close()
    page.close()


def test_a_swipe_scrolls_and_a_tap_on_the_name_opens(browser: Browser, demo_url: str):
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    place = all_games(page, demo_url)
    here, cdp = page.url, phone.new_cdp_session(page)

    def finger(x: float, y: float, *moves: tuple[float, float]):
        for kind, at in (("touchStart", (x, y)), *(("touchMove", move) for move in moves), ("touchEnd", ())):
            points = [dict(zip("xy", at, strict=True))] if at else []
            cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )

    x, y = place["x"] + 40, place["y"] + 35 * 2 + 17
    finger(x, y, *((x, y - step) for step in range(15, 150, 15)))
    place = table(page)
    y = place["y"] + 35 * 2 + 17
    finger(x, y, *((x + step, y) for step in range(15, 150, 15)))
    place = table(page)
    finger(place["x"] + 250, place["y"] + 35 * 2 + 17)
    assert page.url == here
    finger(place["x"] + 40, place["y"] + 35 * 2 + 17)
    expect(page).to_have_url(re.compile(r"game_id=4\d+$"), timeout=PATIENCE_MS)
    assert len(phone.pages) == 1
    phone.close()
