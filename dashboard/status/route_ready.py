"""`GET /readyz`: whether a load balancer should send requests to this server, as JSON.

200 or 503, by the ledger alone: `status.readiness` says why. Anybody may ask. A probe costs nothing: it is
told what was seen at most 30 s ago of the provider and 5 s ago of cache and ledger, and what is not known
yet is waited for less than a second, however long the provider or the database hangs.
"""

import asyncio
from dataclasses import asdict
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dashboard.provider.merchant import Merchants
from dashboard.status.data_checks import Checks
from dashboard.status.rows import Readiness, readiness

_WAIT_S: Final = 0.5


def now(checks: Checks) -> Readiness:
    """What is known now; waits for nothing."""
    return readiness(
        {api.value: seen for api, seen in checks.apis().items()}, checks.cache(), checks.ledger()
    )


def route(merchants: Merchants) -> Route:
    """The route, for a server that runs these merchants."""

    async def answer(_request: Request) -> JSONResponse:
        checks = merchants.first.running(Checks)
        unknown = [asyncio.wrap_future(flight) for flight in checks.refresh()]
        if unknown:
            await asyncio.wait(unknown, timeout=_WAIT_S)
        found = now(checks)
        return JSONResponse(asdict(found), 200 if found.ready else 503, {"Cache-Control": "no-store"})

    return Route("/readyz", answer, methods=["GET"])
