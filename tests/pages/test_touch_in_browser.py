"""Every page on a phone: what a thumb is to hit is 40 px high, and nothing scrolls sideways."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.test_accessible import PAGES, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# What lies 19 px above and below the middle of each button and link: they, or their own parts.
MISSED = """() => {
  const missed = [];
  const main = document.querySelector('[data-testid="stMain"]');
  if (main.scrollWidth > main.clientWidth + 1) missed.push(`the page is ${main.scrollWidth} px wide`);
  for (const each of document.querySelectorAll('button, summary, a[href]')) {
    if (!each.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (each.disabled || each.offsetWidth < 2) continue;
    each.scrollIntoView({block: 'center', inline: 'center'});
    const box = each.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hits = [-19, 19].every((above) => each.contains(document.elementFromPoint(x, y + above)));
    if (!hits) missed.push(`${each.innerText || each.ariaLabel}: ${box.width} × ${box.height}`);
  }
  return missed;
}"""


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("address", PAGES)
def test_a_thumb_hits_every_button_and_link(phone: Page, demo_url: str, address: str) -> None:
    opened(phone, f"{demo_url}/{address}")
    assert phone.evaluate(MISSED) == []
