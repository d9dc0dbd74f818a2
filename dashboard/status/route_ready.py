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

from dashboard.provider.source import source
from dashboard.status.rows import Readiness, readiness

_WAIT_S: Final = 0.5


def now() -> Readiness:
    """What is known now; waits for nothing."""
    checks = source().checks
    return readiness(checks.apis(), checks.cache(), checks.ledger())


async def _answer(_request: Request) -> JSONResponse:
    unknown = [asyncio.wrap_future(flight) for flight in source().checks.refresh()]
    if unknown:
        await asyncio.wait(unknown, timeout=_WAIT_S)
    found = now()
    return JSONResponse(asdict(found), 200 if found.ready else 503, {"Cache-Control": "no-store"})


ROUTE: Final = Route("/readyz", _answer, methods=["GET"])
