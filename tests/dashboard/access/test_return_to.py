"""A deep link survives the sign-in, and nobody is led to another server."""

import asyncio
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from dashboard.access.sign_in import COOKIE, Returning, safe
from dashboard.server.headers import Headers

HOST = "http://dashboard.example"
IDENTITY_PROVIDER = "https://login.example/authorize"


def login(_request):
    return RedirectResponse(IDENTITY_PROVIDER, 302)


def callback(_request):
    return RedirectResponse("/", 302)


def page(_request):
    return PlainTextResponse("page")


class Browser:
    """Keeps cookies, follows nothing."""

    def __init__(self):
        routes = [
            Route("/auth/login", login),
            Route("/oauth2callback", callback),
            Route("/{path:path}", page),
        ]
        app = Starlette(routes=routes, middleware=[Middleware(Headers), Middleware(Returning)])
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST)
        self.cookies = self._client.cookies

    def get(self, path, **headers):
        return asyncio.run(self._client.get(path, headers=headers))


@pytest.fixture
def browser():
    return Browser()


def led_to(browser, left):
    """Where somebody ends who leaves this address to sign in."""
    away = browser.get("/auth/login", Referer=left)
    assert away.headers["location"] == IDENTITY_PROVIDER
    return browser.get("/oauth2callback").headers["location"]


@pytest.mark.parametrize(
    "place",
    ["/players?op_id=whale&period=7d", "/", "/bets?type=Slots%2CFish", "/proxy/players?op_id=%E9%BA%BB%25"],
)
def test_who_signs_in_comes_back_to_the_page(browser, place):
    assert led_to(browser, HOST + place) == place
    assert browser.get("/oauth2callback").headers["location"] == "/", "only once"


@pytest.mark.parametrize(
    "left",
    [
        "",
        "https://evil.example/players",
        f"{HOST}.evil.example/players",
        "http://dashboard.example@evil.example/players",
        f"{HOST}//evil.example/players",
        f"{HOST}/\\evil.example/players",
        f"{HOST}/players?op_id={'x' * 4000}",
    ],
)
def test_nothing_else_is_remembered(browser, left):
    assert led_to(browser, left) == "/"


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        " /players",
        "players",
        "",
        "/players\r\nSet-Cookie: a=b",
        "/spieler/ü",
    ],
)
def test_a_forged_cookie_leads_nowhere_else(browser, place):
    browser.cookies.set(COOKIE, quote(place, safe=""))
    answer = browser.get("/oauth2callback")
    assert answer.headers["location"] == "/"
    assert safe(place) is None


@given(st.text(alphabet=st.sampled_from("/\\.:@?#%\t\n aé")) | st.text())
def test_what_is_safe_stays_on_this_server(text):
    found = safe(text)
    if found is not None:
        # As the URL standard reads it: tabs and line ends are dropped, a backslash is a slash.
        read = "".join(found.split()).replace("\\", "/")
        assert urlsplit(urljoin(f"{HOST}/oauth2callback", read)).netloc == "dashboard.example"


def test_the_cookie_is_for_this_server_alone(browser):
    answer = browser.get("/auth/login", Referer=f"{HOST}/players")
    cookie = answer.headers["set-cookie"]
    assert cookie == f"{COOKIE}=%2Fplayers; Max-Age=900; Path=/; HttpOnly; SameSite=Lax"


def test_pages_tell_their_address_to_this_server_alone_and_walls_to_nobody(browser):
    assert browser.get("/players?op_id=7").headers["referrer-policy"] == "same-origin"
    for query in ("screen=token", "a=1&screen=token", "%73creen=token"):
        assert browser.get(f"/jackpots?{query}").headers["referrer-policy"] == "strict-origin"
