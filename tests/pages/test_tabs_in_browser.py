"""Each page by its deep link in Chromium: the tab has its name, and the console has nothing to say."""

import re

import pytest
from playwright.sync_api import Browser, expect

from dashboard.kit.navigation import NAMES

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
TITLES = {
    "": "Overview",
    "games": "Games",
    "games?game_id=1041": r".+ · Games",
    "bonus": "Bonus",
    "players": "Players",
    "players?op_id=quiet&period=today": "quiet · Players",
    "bets?period=today": "Bets",
    "wallet": "Wallet",
    "wallet?op_id=a%2Bb%26c": r"a\+b&c · Wallet",
    "jackpots": "Jackpots",
    "alerts": "Alerts",
    "alerts?watch=bets&game_id=1041": "Alerts",
    "screens": "Screens",
    "reports": "Reports",
    "data": "Data",
    "status": "Status",
}


def test_every_page_is_opened():
    assert {name for name in NAMES if name != "overview"} == {
        re.split(r"\?", path)[0] for path in TITLES if path
    }


@pytest.mark.parametrize("path", TITLES)
def test_a_deep_link_names_its_tab_and_leaves_the_console_empty(browser: Browser, demo_url: str, path: str):
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "response",
        lambda answer: said.append(f"{answer.status} {answer.url}") if answer.status > 399 else None,
    )
    page.goto(f"{demo_url}/{path}")
    expect(page).to_have_title(re.compile(f"^{TITLES[path]} · 2J dashboard$"), timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE_MS
    )
    assert said == []
    page.close()
