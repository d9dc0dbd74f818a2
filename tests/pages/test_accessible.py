"""Every page before axe-core: names, roles, contrast. Nothing of it may be serious, in light or in dark."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard.kit.navigation import NAMES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE_MS = 60_000
PAGES = [
    "?period=7d",
    "games?period=7d",
    "games?period=7d&tab=luck",
    "games?game_id=1041&period=7d&game_tab=luck",
    "bonus?period=7d",
    "jackpots",
    "players",
    "players?op_id=grinder&period=yesterday",
    "bets?period=yesterday",
    "wallet?op_id=grinder",
    "alerts?watch=bets&game_id=1041",
    "screens",
    "reports",
    "data",
    "status",
]


def grave(page: Page) -> list[str]:
    """What is serious or critical on a page, with the first element that it is said of."""
    return [
        f"{each['impact']} {each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def opened(page: Page, url: str) -> None:
    """Open a page and wait until all its parts are drawn."""
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
    undrawn = "[class*='st-key-part-']:not(:has(> :nth-child(2))):visible, [data-testid='stSkeleton']"
    expect(page.locator(undrawn)).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("[data-test-script-state='running']")).to_have_count(0, timeout=PATIENCE_MS)


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, color_scheme=request.param, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def test_every_page_is_looked_at() -> None:
    assert {address.partition("?")[0] or NAMES[0] for address in PAGES} == set(NAMES)


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_grave(page: Page, demo_url: str, address: str) -> None:
    opened(page, f"{demo_url}/{address}")
    assert grave(page) == []


def test_nor_in_the_search_and_behind_more_on_a_phone(page: Page, demo_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, f"{demo_url}/games?period=2026-03-01..2026-03-03&compare=none")
    page.get_by_text("More", exact=True).click()
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_count(len(NAMES))
    assert grave(page) == []
    page.keyboard.press("Control+k")
    field = page.get_by_role("dialog").get_by_role("textbox")
    field.fill("1041")
    field.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("link").first).to_be_visible(timeout=PATIENCE_MS)
    assert grave(page) == []
