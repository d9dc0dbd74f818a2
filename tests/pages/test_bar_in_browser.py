"""The bar in Chromium: it stays in sight and says where one is; on a phone it is below, four and "More"."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard.kit.navigation import NAMES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE_MS = 60_000


def links(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Pages").get_by_role("link")


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=PATIENCE_MS)


def current(page: Page) -> list[str]:
    return page.locator("nav:visible [aria-current=page]").all_inner_texts()


@pytest.fixture(scope="module")
def wide(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    yield page
    page.close()


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def test_it_leads_to_each_page_with_the_period_and_back(wide: Page, demo_url: str):
    wide.goto(f"{demo_url}/games?period=30d&compare=year&type=Fish")
    expect(links(wide)).to_have_count(len(NAMES), timeout=PATIENCE_MS)
    assert current(wide) == ["Games"]
    links(wide).get_by_text("Bonus").click()
    heading(wide, "Bonus")
    assert wide.url == f"{demo_url}/bonus?period=30d&compare=year"
    assert current(wide) == ["Bonus"]
    links(wide).get_by_text("Overview").focus()
    wide.keyboard.press("Enter")
    heading(wide, "Overview")
    assert wide.url == f"{demo_url}/?period=30d&compare=year"
    assert current(wide) == ["Overview"]
    wide.go_back()
    heading(wide, "Bonus")
    wide.go_back()
    heading(wide, "Games")
    assert wide.url == f"{demo_url}/games?period=30d&compare=year&type=Fish"
    with wide.context.expect_page() as opened:
        links(wide).get_by_text("Data").click(modifiers=["Control"])
    expect(opened.value).to_have_url(f"{demo_url}/data?period=30d&compare=year")
    opened.value.close()


def test_it_stays_in_sight_where_the_page_is_scrolled(wide: Page, demo_url: str):
    wide.goto(f"{demo_url}/?period=7d")
    expect(wide.get_by_test_id("stPlotlyChart").first).to_be_visible(timeout=PATIENCE_MS)
    wide.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 700)")
    box = links(wide).first.bounding_box()
    assert box
    assert 0 <= box["y"] < 60
    links(wide).get_by_text("Wallet").click()
    heading(wide, "Wallet")
    assert wide.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0


def test_on_a_phone_four_lie_below_and_the_rest_behind_more(phone: Page, demo_url: str):
    phone.goto(f"{demo_url}/data?period=30d")
    expect(links(phone)).to_have_count(4, timeout=PATIENCE_MS)
    assert links(phone).all_inner_texts() == ["Overview", "Games", "Players", "Bets"]
    assert [each["y"] for each in map(Locator.bounding_box, links(phone).all()) if each] > [780] * 4
    more = phone.get_by_text("More", exact=True)
    more.tap()
    expect(links(phone)).to_have_count(len(NAMES))
    assert current(phone) == ["Data"]
    phone.keyboard.press("Escape")
    expect(links(phone)).to_have_count(4)
    expect(more).to_be_focused()
    phone.keyboard.press("Enter")
    links(phone).get_by_text("Wallet").tap()
    heading(phone, "Wallet")
    expect(phone).to_have_url(re.compile(r"/wallet\?period=30d$"))
    expect(links(phone)).to_have_count(4)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_ctrl_k_finds_a_player_and_a_game_by_keyboard_alone(wide: Page, demo_url: str):
    wide.goto(f"{demo_url}/status?period=30d")
    heading(wide, "Status")
    expect(wide.get_by_role("button", name="Search")).to_be_visible(timeout=PATIENCE_MS)
    wide.keyboard.press("Control+k")
    dialog = wide.get_by_role("dialog")
    expect(dialog.get_by_role("textbox")).to_be_focused(timeout=PATIENCE_MS)
    wide.keyboard.type("no such thing")
    wide.keyboard.press("Enter")
    expect(dialog).to_contain_text("Nothing here has this name, id or number.", timeout=PATIENCE_MS)
    dialog.get_by_role("textbox").fill("grinder")
    wide.keyboard.press("Enter")
    expect(dialog.get_by_role("link", name="grinder", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_role("textbox").fill("1041")
    wide.keyboard.press("Enter")
    expect(dialog.get_by_role("link").first).to_contain_text("Lucky Koi 锦鲤", timeout=PATIENCE_MS)
    wide.keyboard.press("Tab")
    expect(dialog.get_by_role("link").first).to_be_focused()
    wide.keyboard.press("Enter")
    expect(wide).to_have_url(re.compile(r"/games\?period=30d&game_id=1041$"), timeout=PATIENCE_MS)
    expect(wide.get_by_role("heading", level=1)).to_contain_text("Lucky Koi 锦鲤", timeout=PATIENCE_MS)
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("is_secure", [True, False])
def test_the_link_of_what_is_shown_and_an_id_are_copied(browser: Browser, demo_url: str, is_secure: bool):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.add_init_script("window.kept = navigator.clipboard")
    if not is_secure:  # as a page without TLS has it
        context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page = context.new_page()
    page.goto(f"{demo_url}/players?op_id=grinder&period=yesterday")
    for button, copied in (("Copy link", page.url), ("Copy op_id", "grinder")):
        page.get_by_role("button", name=button).click(timeout=PATIENCE_MS)
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("window.kept.readText()") == copied
        expect(page.get_by_role("button", name=button)).to_be_visible()
    context.close()


def colors(page: Page) -> list[str]:
    """Those of the page, of its bar, and of the first words in a chart."""
    return page.evaluate(
        """() => [document.querySelector(".stApp"), document.querySelector(":has(> .st-key-bar)")].map(
             (each) => getComputedStyle(each).backgroundColor).concat(
             document.querySelector(".js-plotly-plot .ytick text").style.fill)"""
    )


LIGHT = ["rgb(246, 247, 249)"] * 2 + ["rgb(91, 100, 114)"]
DARK = ["rgb(18, 22, 31)"] * 2 + ["rgb(154, 163, 178)"]


def test_the_theme_is_switched_at_once_with_its_charts_and_kept_on_every_page(
    browser: Browser, demo_url: str
):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page = context.new_page()

    def shows(wanted: list[str]) -> None:
        expect(page.locator(".js-plotly-plot .ytick text").first).to_be_attached(timeout=PATIENCE_MS)
        for _ in range(600):
            if colors(page) == wanted:
                return
            page.wait_for_timeout(100)
        assert colors(page) == wanted

    def choose(theme: str) -> None:
        page.get_by_test_id("stMainMenuButton").click()
        page.get_by_role("menuitemradio", name=theme).click()
        page.keyboard.press("Escape")

    page.goto(f"{demo_url}/screens")
    heading(page, "Screens")
    choose("Dark")
    expect(page.locator(".stApp")).to_have_css("background-color", DARK[0])
    page.goto(f"{demo_url}/?period=7d")
    shows(DARK)
    choose("System")
    shows(LIGHT)
    page.goto(f"{demo_url}/screens")
    heading(page, "Screens")
    page.goto(f"{demo_url}/?period=7d")
    shows(LIGHT)
    context.close()
