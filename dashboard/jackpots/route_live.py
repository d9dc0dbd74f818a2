"""`GET /live/jackpot`: what a screen asks again and again. A screen's token opens this and nothing else."""

import re
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.jackpots.data_watch import Watch
from dashboard.provider.merchant import Merchants

_HEARTBEAT: Final = re.compile(r"painted=(\d{1,12}); age=(\d{0,12}); build=([0-9a-f]{1,32})")


def route(merchants: Merchants) -> Route:
    """The route, for screens of these merchants."""

    async def answer(request: Request) -> Response:
        return await _answer(request, [each.running(Watch) for each in merchants.values()])

    return Route("/live/jackpot", answer, methods=["GET"])


async def _answer(request: Request, watches: list[Watch]) -> Response:
    """Answer with the pots of the merchant whose screen has the token.

    The token stands in the header `Authorization: Bearer`, never in the address, which servers log. The
    header `Screen-Heartbeat` says how many ms ago the screen painted, how old its answer is, and its build.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    for here in watches:
        if here.screens.outdated or not here.screens.loaded:
            await run_in_threadpool(here.screens.renew)
        if not here.screens.loaded:
            return _json({"error": "The ledger is away. Try again in a moment."}, 503)
        screen = here.screens.look_of(token) if kind == "Bearer" else None
        if screen is not None:
            break
    else:
        return _json({"error": "This needs the token of a screen."}, 401, {"WWW-Authenticate": "Bearer"})
    screen_id, look = screen
    beat = _HEARTBEAT.fullmatch(request.headers.get("screen-heartbeat", ""))
    painted, age, build = beat.groups() if beat else (None, None, None)
    here.screens.note(screen_id, int(painted) if painted else None, int(age) if age else None, build)
    return _json(here.told(look))


def _json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(value),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )
