"""All pages in a made-up language: no word of theirs is left in English, and longer sentences are not cut."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from babel.dates import get_day_names, get_month_names
from playwright.sync_api import Browser, Page, expect

from tests import archived
from tests.browser import dashboard
from tests.pages.test_nothing_is_cut import CUT_ONCE_STILL, PATIENCE_MS
from tests.pseudo_language import CODE, FOLDER, accented, write_catalog
from twoj_sandbox.world.games import GAMES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = {
    "/?period=30d": 12,
    "/?period=2024-01-01..2024-01-02&compare=none": 12,
    "/games?period=7d": 0,
    "/games?period=7d&tab=map": 0,
    "/games?period=7d&tab=days": 0,
    "/games?period=7d&tab=luck": 0,
    "/games?game_id=2011&period=7d": 9,
    "/bonus?period=7d": 10,
    "/players": 0,
    "/players?op_id=grinder&period=yesterday": 8,
    "/players?op_id=nobody": 0,
    "/bets?period=yesterday": 6,
    "/wallet?op_id=grinder": 2,
    "/jackpots": 2,
    "/alerts": 0,
    "/screens": 0,
    "/reports": 0,
    "/data": 0,
    "/status": 0,
}
"""The pages' addresses, and how many cards each has."""
# All that can be read or heard: also what stands in tables, over charts, in hints and in fields.
SAID = """() => {
  const said = new Set();
  const skipped = 'script, style, noscript, [data-testid="stIconMaterial"], [data-testid="stElementToolbar"],'
    + ' [data-testid="stStatusWidget"], [data-testid="stToolbar"], .modebar, code, [translate="no"]';
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.parentElement.closest(skipped)) said.add(walk.currentNode.data.trim());
  }
  for (const each of document.querySelectorAll('[title], [placeholder], [alt], [aria-label]')) {
    if (each.closest(skipped)) continue;
    for (const name of ['title', 'placeholder', 'alt']) said.add(each.getAttribute(name) || '');
  }
  const told = (each) => {
    if (typeof each === 'string') said.add(each);
    else if (Array.isArray(each)) each.forEach(told);
  };
  for (const chart of document.querySelectorAll('.js-plotly-plot')) {
    for (const trace of chart.data) {
      const {name, text, customdata, hovertext, hovertemplate, labels} = trace;
      told([name, text, customdata, hovertext, hovertemplate, labels]);
    }
  }
  return [...said];
}"""
WORD = re.compile(r"(?<![\w./?=&<{-])[A-Za-z]{2,}(?![\w./?=&-])")
"""Two letters without an accent, in no address, tag or place."""
DATES = {
    word
    for width in ("wide", "abbreviated")
    for names in (
        *(get_month_names(width, locale=locale) for locale in ("en_GB", "en")),  # plotly's ticks are in "en"
        get_day_names(width, locale="en_GB"),
    )
    for word in names.values()
}
NAMES = {word for game in GAMES for word in re.findall(r"[A-Za-z]+", game.name)}
TYPES = {"Slots", "Multiplayer", "Table", "Fish", "Crypto"}
UNITS = {"PHP", "UTC", "pp", "ms", "kB", "MB", "GB", "min", "sec", "hr", "ago", "yyyy", "mm", "dd"}
CALLED = {"CSV", "XLSX", "Parquet", "grinder", "whale", "nobody", "RTP", "Python", "SQLite"}
CALLED |= {"http", "ABC", "streamlit", "pandas", "plotly", "httpx", "sqlalchemy", "diskcache", "redis"}
STREAMLITS = re.compile(
    r"Skip to main content|Choose an option|Selected (?:Date|Time): |Ctrl \+ K|data:image"
)
"""Words that Streamlit 1.67 has in English alone, and pictures."""
PLAIN = DATES | NAMES | TYPES | UNITS | CALLED
"""Words of no language: what the provider calls games and players, units, programs, and what Babel writes."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, demo_home: Path) -> Iterator[str]:
    folder, home = tmp_path_factory.mktemp("locale"), tmp_path_factory.mktemp("home")
    write_catalog(folder)
    settings = {"TWOJ_CURRENCY": "PHP", FOLDER: str(folder)} | archived.demo_at(home, demo_home)
    with dashboard(home, module="tests.pseudo_language", **settings) as running:
        yield running.url


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with closing(browser.new_page(locale=CODE)) as page:
        yield page


@pytest.mark.parametrize("address", PAGES)
def test_no_word_is_left_in_english_and_nothing_is_cut(page: Page, url: str, address: str):
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(url + address)
    expect(page.get_by_test_id("stMetric")).to_have_count(PAGES[address], timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("[data-test-script-state='running']")).to_have_count(0, timeout=PATIENCE_MS)
    english = {}
    for said in page.evaluate(SAID):
        if not STREAMLITS.match(said) and (words := set(WORD.findall(said)) - PLAIN):
            english[said] = words
    cut = {}
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        if found := page.evaluate(CUT_ONCE_STILL):
            cut[width] = found
    assert english == {}
    assert cut == {}


def test_a_sentence_is_accented_and_longer_but_for_its_places():
    assert accented("No bets in {period}.") == "Ńó ƀéţš íń {period}. ééé"
    assert accented("Bets") == "Ɓéţšéé"
    assert (
        accented("[Help](https://x.y) for <b>TWOJ_KEY</b>") == "[Ĥéĺṕ](https://x.y) ƒóŕ <b>TWOJ_KEY</b> ééé"
    )
