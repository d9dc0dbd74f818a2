"""`GET /tv`: the page that a television opens to become a screen, and what that page asks.

Nobody signs in here, and nothing of a merchant's is shown but the brand: a code, and where to enter it. Once
somebody did, the token that the page was given is a screen's, and the page goes on to the wall with it.
"""

import html
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboard.core.query import CODE, query_text
from dashboard.core.text import language, later, text
from dashboard.jackpots import data_pairing
from dashboard.jackpots.data_pairing import ENDS_AFTER_S, TooManyWait
from dashboard.jackpots.data_watch import Brand, Watch
from dashboard.jackpots.route_live import screen_of
from dashboard.provider.merchant import Merchants
from ledger.database import LedgerAway

_HERE: Final = Path(__file__).with_name("tv")
_PAGE: Final = Template((_HERE / "tv.html").read_text("utf-8"))
_FILES: Final = {"tv.js": "text/javascript", "tv.css": "text/css"}
_MOST_A_MINUTE: Final = 30
"""So many codes this server gives to one address: a hall's televisions may all come by one."""
_WORDS: Final = {
    "title": later("Pair this screen"),
    "scan": later(
        "Scan the code with a phone that is signed in, or enter it on the dashboard under Screens:"
    ),
    "ends": later("The next code comes in {time}"),
    "waiting": later("Getting a code…"),
    "failed": later("The dashboard does not answer. Trying again…"),
    "busy": later("Too many screens ask for a code. Trying again…"),
    "paired": later("Paired. Here comes the wall…"),
}


class Gate:
    """Lets each address through so many times a minute. `timer` never jumps, in seconds."""

    def __init__(self, most: int, timer: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._timer = timer
        self._came: deque[tuple[float, str]] = deque()

    def lets(self, address: str) -> bool:
        """Whether this address may come in now; if so, it has."""
        now = self._timer()
        while self._came and now - self._came[0][0] >= 60:
            self._came.popleft()
        if sum(each == address for _, each in self._came) >= self._most:
            return False
        self._came.append((now, address))
        return True


def routes(merchants: Merchants, gate: Gate | None = None) -> list[Route]:
    """The routes, for televisions that become screens of one of these merchants."""
    gate = gate or Gate(_MOST_A_MINUTE)

    def watches() -> list[Watch]:
        return [each.running(Watch) for each in merchants.values()]

    async def page(_request: Request) -> Response:
        return _page(watches()[0].brand)

    async def code(request: Request) -> Response:
        return await _code(request, watches(), gate)

    async def state(request: Request) -> Response:
        return await _state(request, watches())

    return [
        Route("/tv", page, methods=["GET"]),
        Route("/tv/code", code, methods=["POST"]),
        Route("/tv/state", state, methods=["GET"]),
        *(Route(f"/tv/{name}", _file(name), methods=["GET"]) for name in _FILES),
    ]


def _page(brand: Brand) -> Response:
    logo = f'<img src="{html.escape(brand.logo)}" alt="{html.escape(brand.name)}">' if brand.logo else ""
    words = {name: html.escape(text(words.key)) for name, words in _WORDS.items()}
    shown = _PAGE.substitute(words, language=language(), brand=logo or html.escape(brand.name))
    return HTMLResponse(shown, headers={"Cache-Control": "no-cache"})


async def _code(request: Request, watches: list[Watch], gate: Gate) -> Response:
    """Answer with a new code, its picture, and the token that will be a screen's once somebody entered it."""
    if not gate.lets(request.client.host if request.client else ""):
        return _json({"error": "busy"}, 429)
    try:
        code, token = await run_in_threadpool(data_pairing.begin, [each.ledger for each in watches])
    except TooManyWait:
        return _json({"error": "busy"}, 429)
    except LedgerAway:
        return _json({"error": "failed"}, 503)
    place = f"{_origin(request)}/screens"
    picture = segno.make_qr(f"{place}?{query_text({CODE: code})}", error="m")
    return _json(
        {
            "code": code,
            "token": token,
            "place": place.partition("//")[2],
            "picture": picture.svg_data_uri(border=4, dark="#0A0D14", light="#FFFFFF", omitsize=True),
            "ends_in_s": ENDS_AFTER_S,
        }
    )


async def _state(request: Request, watches: list[Watch]) -> Response:
    """Answer whether the token of a page is a screen's by now: 401 while it is not. It costs no query."""
    found = await screen_of(request, watches)
    return found if isinstance(found, Response) else _json({"paired": True})


def _origin(request: Request) -> str:
    """Where people reach this server, as the television's browser knows it: a proxy may speak TLS for it."""
    said = request.headers.get("origin", "")
    host = request.headers.get("host", "")
    return said if urlsplit(said).netloc == host and said.startswith("http") else f"http://{host}"


def _file(name: str) -> Callable[[Request], Response]:
    contents = (_HERE / name).read_bytes()

    def answer(_request: Request) -> Response:
        return Response(contents, headers={"Cache-Control": "no-cache"}, media_type=_FILES[name])

    return answer


def _json(value: dict[str, Any], status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(value), status, {"Cache-Control": "no-store"}, media_type="application/json"
    )
