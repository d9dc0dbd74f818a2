"""Every page in Chromium: no text is cut at any width, nor enlarged; what is not there takes no room."""

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
WIDTHS = (390, 641, 768, 1024, 1180, 1440)
ENLARGED = (640, 384)
"""A browser at 200 % has half the width: of 1280 and of 768."""
PAGES = {
    "/?period=30d": 12,
    "/games?game_id=2011&period=30d": 9,
    "/bonus?period=30d": 10,
    "/players?op_id=grinder&period=yesterday": 8,
    "/bets?period=yesterday": 6,
    "/wallet?op_id=grinder": 2,
    "/?period=2026-02-01..2026-02-09": 12,
    "/players": 0,
    "/jackpots": 2,
    "/reports": 0,
    "/alerts?watch=bets&game_id=1041": 0,
    "/status": 0,
}
"""The pages' addresses, and how many cards each has."""
CUT = """() => {
  const seen = [];
  const pen = document.createElement('canvas').getContext('2d');
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
  for (const each of main.querySelectorAll('[data-testid="stButtonGroup"] > div')) {
    if (each.scrollWidth > each.clientWidth + 1) seen.push(`choices: ${each.innerText}`);
  }
  for (const row of main.querySelectorAll('[class*="st-key-cards"] [data-testid="stHorizontalBlock"]')) {
    const left = row.getBoundingClientRect().right - row.lastElementChild.getBoundingClientRect().right;
    if (left > 2) seen.push(`a row is not full: ${row.lastElementChild.innerText}`);
  }
  const line = document.createRange();
  const figures = '[data-testid="stMetricValue"] *, [data-testid="stMetricDelta"] *';
  for (const each of main.querySelectorAll(figures)) {
    for (const node of each.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      for (const word of node.data.matchAll(/[^\\s]+/g)) {
        line.setStart(node, word.index);
        line.setEnd(node, word.index + word[0].length);
        if (line.getClientRects().length > 1) seen.push(`in two: ${word[0]}`);
      }
    }
  }
  const fields = '[data-testid="stWidgetLabel"] *, [data-baseweb="select"] *, input:not([type="checkbox"]),'
    + ' [data-testid="stDateInput"] *';
  for (const each of main.querySelectorAll(fields)) {
    const style = getComputedStyle(each);
    if (!each.offsetParent || style.visibility === 'hidden') continue;
    const text = each.tagName === 'INPUT' ? each.value || each.placeholder : each.innerText?.trim();
    pen.font = style.font;
    const room = each.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const isCut = each.tagName === 'INPUT'
      ? pen.measureText(text).width > room + 1
      : style.overflowX !== 'visible' && each.scrollWidth > each.clientWidth + 1;
    if (text && isCut) seen.push(`a field: ${text.slice(0, 60)}`);
  }
  return seen;
}"""

# Figures and tables take a new width a little later than the page.
CUT_ONCE_STILL = f"""async () => {{
  const look = {CUT};
  for (let looks = 0; looks < 20; looks++) {{
    await new Promise((done) => setTimeout(done, 50));
    if (!look().length) return [];
  }}
  return look();
}}"""

# The room between boxes that follow each other, all measured at one moment: parts above may still grow.
GAPS = """(names) => {
  const boxes = names.map((name) => document.querySelector(`.st-key-box-${name}`).getBoundingClientRect());
  return boxes.slice(1).map((box, place) => box.top - boxes[place].bottom);
}"""


@pytest.mark.parametrize("page_url", PAGES)
def test_no_text_is_cut_at_any_width(browser: Browser, demo_url: str, page_url: str):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(demo_url + page_url)
    expect(page.get_by_test_id("stMetric")).to_have_count(PAGES[page_url], timeout=PATIENCE_MS)
    found = {}
    for width in (*WIDTHS, *ENLARGED):
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = page.evaluate(CUT_ONCE_STILL)
    page.close()
    assert {width: texts for width, texts in found.items() if texts} == {}


def test_what_is_not_there_takes_no_room_and_what_is_on_its_way_has_its_place(
    browser: Browser, demo_url: str
):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{demo_url}/?period=2024-01-01..2024-01-02&compare=none")
    expect(page.get_by_text("No bets in 1–2 January 2024.")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".st-key-part-games")).to_be_hidden(timeout=PATIENCE_MS)
    expect(page.locator(".st-key-part-daily")).to_be_hidden(timeout=PATIENCE_MS)

    figures = page.locator(".st-key-part-period")
    shapes = figures.locator(".card-shapes i")
    expect(shapes.first).to_be_hidden()
    # As it is before its first number comes: nothing but the mark.
    figures.evaluate("(part) => { while (part.children.length > 1) part.lastElementChild.remove(); }")
    assert [shapes.nth(place).is_visible() for place in range(shapes.count())] == [True] * 6
    box = figures.bounding_box()
    assert box
    assert box["height"] == 211
    assert "Loading…" in shapes.first.evaluate("(shape) => getComputedStyle(shape, '::after').content")

    # A page that waits for its own name is not empty either.
    page.locator("h1").evaluate("(title) => title.remove()")
    content = "(main) => getComputedStyle(main, '::after').content"
    assert "Loading…" in page.get_by_test_id("stMainBlockContainer").evaluate(content)

    page.goto(f"{demo_url}/status")
    expect(page.locator(".st-key-box-background")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".st-key-part-refused")).to_be_hidden(timeout=PATIENCE_MS)
    gaps = page.evaluate(GAPS, ["cache", "ledger", "background"])
    assert gaps[0] == gaps[1] > 0
