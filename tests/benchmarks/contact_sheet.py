"""Pictures of all pages, side by side: `python -m tests.benchmarks.contact_sheet FOLDER [PAGE …]`.

Each page in light and dark at five widths, full; then empty, loading, still filling, failed and stale, at
two of them. `FOLDER/index.html` lays them out. A look at it is the test: nothing may be cut, jump, or stand
alone in an empty space. With PAGEs, such as `games` and "players?op_id=grinder", of these alone.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Browser, Page, expect

from dashboard.core.query import BETS_TAB, GAME_TAB, ONE_GAME_TAB, PLAYER_TAB
from dashboard.kit.navigation import NAMES
from tests.benchmarks.served import served
from tests.browser import chromium
from tests.provider import Sandbox, start_sandbox

WIDTHS: Final = (390, 768, 1024, 1440, 2560)
FEW: Final = (390, 1440)
THEMES: Final = ("light", "dark")
SETTLE_S: Final = 1
"""So long a page has until it is taken, after all its parts are drawn."""
PATIENCE_MS: Final = 60_000
UNDRAWN: Final = "[class*='st-key-part-']:not(:has(> :nth-child(2))):visible, [data-testid='stSkeleton']"
REDRAWN_S: Final = 0.7
"""So long figures and tables take to fill another width."""
STALE_AFTER_S: Final = 70
"""So long until answers that are kept are asked for anew."""
TALLEST_PX: Final = 4000
_PLAYER: Final = "op_id=grinder"
ADDRESSES: Final = (
    *("" if name == NAMES[0] else name for name in NAMES),
    *(f"games?tab={tab}" for tab in GAME_TAB.choices if tab != GAME_TAB.default),
    *(f"bets?tab={tab}" for tab in BETS_TAB.choices if tab != BETS_TAB.default),
    *(f"players?{_PLAYER}&tab={tab}" for tab in PLAYER_TAB.choices),
    *(f"games?game_id=1041&game_tab={tab}" for tab in ONE_GAME_TAB.choices),
    *("?period=yesterday", f"wallet?{_PLAYER}"),
)
"""Every page, and every tab of each."""
OLD: Final = "period=2024-01-01..2024-01-02&compare=none"


class Picture(NamedTuple):
    """One of the sheet: the page's address, its state, the file beside the sheet, and where it was taken."""

    address: str
    state: str
    file: str
    width: int
    theme: str


class Sheet:
    """Takes pictures with a browser, into a folder."""

    def __init__(self, browser: Browser, folder: Path, addresses: tuple[str, ...]) -> None:
        self._browser = browser
        self._folder = folder
        self._addresses = addresses
        self.taken: list[Picture] = []

    def take(
        self, url: str, state: str, widths: tuple[int, ...] = FEW, also: str = "", *, drawn: bool = True
    ) -> None:
        """Take all pages of a dashboard, once they are `drawn`; `also` is asked for in each address."""
        for address in self._addresses:
            asked = f"{address}{'&' if '?' in address else '?'}{also}" if also else address
            for theme in THEMES:
                scheme: Literal["dark", "light"] = "dark" if theme == "dark" else "light"
                page = self._browser.new_page(
                    viewport={"width": widths[0], "height": 900}, color_scheme=scheme
                )
                page.goto(f"{url}/{asked}")
                if drawn:
                    page.get_by_role("heading", level=1).wait_for()
                    with suppress(AssertionError):  # then it is taken as it is
                        expect(page.locator(UNDRAWN)).to_have_count(0, timeout=PATIENCE_MS)
                time.sleep(SETTLE_S)
                for width in widths:
                    name = f"{len(self.taken):04}.png"
                    self._picture(page, width, name)
                    self.taken.append(Picture(address, state, name, width, theme))
                page.context.close()

    def _picture(self, page: Page, width: int, name: str) -> None:
        # The page scrolls inside: it is made as tall as what is in it.
        page.set_viewport_size({"width": width, "height": 900})
        time.sleep(REDRAWN_S)
        tall = page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 900")
        page.set_viewport_size({"width": width, "height": min(tall + 20, TALLEST_PX)})
        time.sleep(REDRAWN_S)
        page.screenshot(path=self._folder / name)

    def write(self) -> None:
        """Lay the pictures out, page by page."""
        rows = []
        for (address, state), pictures in groupby(self.taken, key=lambda each: (each.address, each.state)):
            rows.append(f"<h2>/{escape(address)} · {escape(state)}</h2><p>")
            rows += [
                f"<a href='{each.file}'><img loading='lazy' src='{each.file}' width='{each.width // 5}'"
                f" title='{each.width} px, {each.theme}'></a>"
                for each in pictures
            ]
        style = "body{font:14px sans-serif;background:#888}img{margin:4px;vertical-align:top}"
        page = f"<!doctype html><meta charset=utf-8><style>{style}</style>{''.join(rows)}"
        (self._folder / "index.html").write_text(page, "utf-8")


@contextmanager
def broken(sandbox: Sandbox, **fault: str) -> Iterator[None]:
    """Have the provider fail in one way for as long as the context lasts."""
    sandbox.fault("*", **fault)
    try:
        yield
    finally:
        sandbox.clear_faults()


def take_all(sheet: Sheet) -> Iterator[str]:
    """Take every state, and say which is next."""
    with start_sandbox() as sandbox:
        yield "still filling"
        with served(sandbox, archive="filling") as (running, _):
            sheet.take(running.url, "still filling")
        yield "full"
        with served(sandbox, archive="filled") as (running, _):
            sheet.take(running.url, "full", WIDTHS)
            yield "empty"
            sheet.take(running.url, "empty", also=OLD)
            yield "stale"
            with broken(sandbox, kind="http_500"):
                time.sleep(STALE_AFTER_S)
                sheet.take(running.url, "stale")
        yield "loading"
        with served(sandbox) as (running, _), broken(sandbox, kind="hang"):
            sheet.take(running.url, "loading", drawn=False)
        yield "failed"
        with served(sandbox) as (running, _), broken(sandbox, kind="http_500"):
            sheet.take(running.url, "failed")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        sheet = Sheet(browser, folder, tuple(sys.argv[2:]) or ADDRESSES)
        for state in take_all(sheet):
            print(f"{state} …", flush=True)  # noqa: T201
        sheet.write()
    print(f"{len(sheet.taken)} pictures: {folder / 'index.html'}")  # noqa: T201
