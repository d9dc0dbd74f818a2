"""Every page with cards in Chromium: at no width, and not enlarged either, is a text cut."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import dashboard

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
WIDTHS = (390, 641, 768, 1024, 1180, 1440)
ENLARGED = (640, 384)
"""A browser at 200 % has half the width: of 1280 and of 768."""
PAGES = {
    "/?period=30d": 8,
    "/games?game_id=2011&period=30d": 9,
    "/bonus?period=30d": 10,
    "/players?op_id=grinder&period=yesterday": 8,
    "/bets?period=yesterday": 6,
    "/wallet?op_id=grinder": 2,
    "/jackpots": 4,
}
CUT = """() => {
  const seen = [];
  const main = document.querySelector('[data-testid="stMain"]');
  if (main.scrollWidth > main.clientWidth + 1) seen.push(`the page is ${main.scrollWidth} px wide`);
  const texts = '[data-testid="stMetric"], [data-testid="stMetric"] *, h1, h2, h3, h1 *, h3 *,'
    + ' [data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] *, button, button *,'
    + ' [data-testid="stPageLink"] *, [data-testid="stAlert"] *';
  for (const each of main.querySelectorAll(texts)) {
    if (each.closest('svg, canvas, [data-testid="stMetricChart"], [data-testid="stDataFrame"]')) continue;
    if (each.querySelector('[data-testid="stMetricChart"]')) continue;  // a line reaches to the card's edge
    const style = getComputedStyle(each);
    const hidden = style.overflowX !== 'visible' && each.scrollWidth > each.clientWidth + 1;
    const card = each.closest('[data-testid="stMetric"]');
    const wide = card && each.clientWidth
      && each.getBoundingClientRect().right > card.getBoundingClientRect().right + 1;
    if ((hidden || wide) && each.innerText?.trim()) seen.push(each.innerText.trim().slice(0, 60));
  }
  return seen;
}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with dashboard(tmp_path_factory.mktemp("home"), TWOJ_CURRENCY="PHP") as running:
        yield running.url


@pytest.mark.parametrize("page_url", PAGES)
def test_no_text_is_cut_at_any_width(browser: Browser, url: str, page_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(url + page_url)
    expect(page.get_by_test_id("stMetric")).to_have_count(PAGES[page_url], timeout=PATIENCE_MS)
    found = {}
    for width in (*WIDTHS, *ENLARGED):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
        found[width] = page.evaluate(CUT)
    page.close()
    assert {width: texts for width, texts in found.items() if texts} == {}
