"""An OpenID provider for tests, and how somebody signs in there."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from tests.parts import free_port


@contextmanager
def identity_provider(folder: Path, people: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Start a provider that knows these people, with their claims; yield its address, end it afterwards.

    In `folder` it leaves the secrets that Streamlit needs to use it.
    """
    port = free_port()
    url = f"http://localhost:{port}"
    known = [json.dumps({"sub": name, **claims}) for name, claims in people.items()]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    for claims in known:
        command += ["--user-claims", claims]
    (folder / "secrets.toml").write_text(
        "[auth]\n"
        'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        'cookie_secret = "0123456789abcdef0123456789abcdef"\n'
        'client_id = "twoj"\n'
        'client_secret = "hush-hush"\n'
        f'server_metadata_url = "{url}/.well-known/openid-configuration"\n'
    )
    with (
        (folder / "identity.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        try:
            with httpx.Client(transport=httpx.HTTPTransport(retries=7)) as client:
                client.get(url).raise_for_status()
            yield url
        finally:
            process.terminate()


def sign_in(browser: Browser, address: str, name: str) -> Page:
    """Open a page in a browser of its own, and sign in there under this name."""
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.goto(address)
    page.get_by_role("button", name="Sign in").click(timeout=30_000)
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize").click()
    return page
