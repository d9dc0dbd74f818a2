"""`GET /live/jackpot`, what a screen asks again and again, and `POST /live/picture`, what it shows.

A screen's token opens these and nothing else.
"""

import re
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.jackpots.data_screens import Orders
from dashboard.jackpots.data_watch import Watch
from dashboard.provider.merchant import Merchants
from ledger.database import LedgerAway

MOST_PICTURE_BYTES: Final = 100_000
"""A proxy in front takes no more than 128 KiB."""
_JPEG: Final = b"\xff\xd8\xff"
_AWAY: Final = {"error": "The ledger is away. Try again in a moment."}, 503
_HEARTBEAT: Final = re.compile(r"painted=(\d{1,12}); age=(\d{0,12}); build=([0-9a-f]{1,32})")


def routes(merchants: Merchants) -> list[Route]:
    """The routes, for screens of these merchants."""

    def watches() -> list[Watch]:
        return [each.running(Watch) for each in merchants.values()]

    async def answer(request: Request) -> Response:
        return await _answer(request, watches())

    async def take_picture(request: Request) -> Response:
        return await _take_picture(request, watches())

    return [
        Route("/live/jackpot", answer, methods=["GET"]),
        Route("/live/picture", take_picture, methods=["POST"]),
    ]


async def _answer(request: Request, watches: list[Watch]) -> Response:
    """Answer with the pots of the merchant whose screen has the token.

    The token stands in the header `Authorization: Bearer`, never in the address, which servers log. The
    header `Screen-Heartbeat` says how many ms ago the screen painted, how old its answer is, and its build.
    """
    found = await screen_of(request, watches)
    if isinstance(found, Response):
        return found
    here, orders = found
    beat = _HEARTBEAT.fullmatch(request.headers.get("screen-heartbeat", ""))
    painted, age, build = beat.groups() if beat else (None, None, None)
    here.screens.note(orders.screen_id, int(painted) if painted else None, int(age) if age else None, build)
    return _json(here.told(orders))


async def _take_picture(request: Request, watches: list[Watch]) -> Response:
    """Keep the picture that a screen was asked for: a JPEG, in the place of the one before."""
    found = await screen_of(request, watches)
    if isinstance(found, Response):
        return found
    here, orders = found
    if orders.picture_asked_at_ms is None:
        return _json({"error": "No picture was asked for."}, 409)
    picture = b""
    async for chunk in request.stream():
        picture += chunk
        if len(picture) > MOST_PICTURE_BYTES:
            return _json({"error": "The picture is too large."}, 413)
    if not picture.startswith(_JPEG):
        return _json({"error": "The picture must be a JPEG."}, 415)
    try:
        await run_in_threadpool(here.screens.take_picture, orders.screen_id, picture)
    except LedgerAway:
        return _json(*_AWAY)
    return Response(status_code=204)


async def screen_of(request: Request, watches: list[Watch]) -> tuple[Watch, Orders] | Response:
    """Return whose screen has the token of a question, and its orders; the refusal where there is none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    for here in watches:
        if here.screens.outdated or not here.screens.loaded:
            await run_in_threadpool(here.screens.renew)
        if not here.screens.loaded:
            return _json(*_AWAY)
        if orders := here.screens.orders_of(token) if kind == "Bearer" else None:
            return here, orders
    return _json({"error": "This needs the token of a screen."}, 401, {"WWW-Authenticate": "Bearer"})


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(value),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )
