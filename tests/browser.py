"""Headless Chromium on a dashboard started with the README's own command."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
from playwright.sync_api import Browser, Download, Page, expect, sync_playwright

from tests.parts import browser_driver, free_port, program

ROOT = Path(__file__).parents[1]
LOG = "server.log"
PATIENCE_MS = 30_000
"""So long a page may take to show something, unless a test says otherwise: the machine may be busy."""
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


def readme_command() -> list[str]:
    """The start command of the README's first screen, without the installation before it."""
    found = re.search(
        r"^pip install -r requirements\.txt && (streamlit run \S+)$", (ROOT / "README.md").read_text(), re.M
    )
    assert found, "the README's start command is gone"
    return [sys.executable, "-m", *found[1].split()]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of its own profile; ends with the context."""
    expect.set_options(timeout=PATIENCE_MS)
    path = program("chromium", "chromium")
    browser_driver()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def painted(page: Page) -> None:
    """Wait until the page is painted once more: tables find a link where they have drawn the pointer."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


class Dashboard(NamedTuple):
    """A running dashboard: its address and its process."""

    url: str
    process: subprocess.Popen[bytes]


def started(
    folder: Path, port: int, *flags: str, module: str = "streamlit", **settings: str
) -> "subprocess.Popen[bytes]":
    """Start the dashboard as the README does, with flags of Streamlit's behind.

    `settings` are environment variables; `folder` takes its cache and, in `server.log`, what it says. Another
    `module` may stand in for Streamlit.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWOJ_")}
    environment |= {"XDG_CACHE_HOME": str(folder), "XDG_DATA_HOME": str(folder), "TWOJ_ARCHIVE_URL": "off"}
    environment |= settings
    python, flag, _, *arguments = readme_command()
    command = [python, flag, module, *arguments]
    command += ["--server.port", str(port), "--server.headless", "true", *flags]
    with (folder / LOG).open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)


@contextmanager
def dashboard(
    folder: Path, port: int | None = None, module: str = "streamlit", **settings: str
) -> Iterator[Dashboard]:
    """The dashboard as the README starts it, on a free port if none is named; ends with the context."""
    port = port or free_port()
    process = started(folder, port, module=module, **settings)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=7), timeout=60) as client:
            client.get(f"{url}/healthz").raise_for_status()
        yield Dashboard(url, process)
    finally:
        process.terminate()
        process.wait(timeout=20)


def downloaded(page: Page, within: str, kind: str) -> Download:
    """Take the file of a `kind` out of the menu that stands in an element."""
    page.locator(within).get_by_role("button", name="Download", exact=True).click(timeout=30_000)
    with page.expect_download(timeout=30_000) as started:
        page.get_by_test_id("stPopoverBody").get_by_role("button", name=kind).click()
    page.keyboard.press("Escape")
    return started.value
