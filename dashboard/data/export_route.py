"""`GET /exports/ID/NAME`: hands out a finished export in pieces, however large it is.

Whoever knows the address may fetch the file: the id is 128 bits of chance, is shown on the Bets page alone,
and is worth nothing once the export is deleted.
"""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.data.source import source

_KINDS: Final = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}


async def _answer(request: Request) -> Response:
    path = await run_in_threadpool(source().exports.file, request.path_params["id"])
    if path is None or path.name != request.path_params["name"]:
        return PlainTextResponse("There is no such export; it may have been deleted.", 404)
    return FileResponse(
        path,
        filename=path.name,
        media_type=_KINDS[path.suffix],
        headers={"Cache-Control": "private, no-store"},
    )


ROUTE: Final = Route("/exports/{id}/{name}", _answer, methods=["GET"])
