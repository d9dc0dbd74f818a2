"""`GET /exports/ID/NAME`: hands out a finished export in pieces, however large it is, and what it says of it.

Only people who may see bets get it. The id is 128 bits of chance besides, is shown on the Bets page alone,
and is worth nothing once the export is deleted.
"""

from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.audit import audit
from dashboard.bets.data_exports import Exports
from dashboard.bets.export import Export
from dashboard.core.files import about_bytes
from dashboard.core.roles import BETS
from dashboard.core.text import text, use_language
from dashboard.kit.compat import sign_in_claims
from dashboard.provider.merchant import Merchant, Merchants

_KINDS: Final = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}
_FROM_THE_START: Final = "bytes=0-"


def route(merchants: Merchants) -> Route:
    """The route, for exports of these merchants."""

    async def answer(request: Request) -> Response:
        # An id is of one merchant alone, and says whose file is asked for.
        found = await run_in_threadpool(_found, merchants, request.path_params["id"])
        return await _answer(request, *found)

    return Route("/exports/{id}/{name}", answer, methods=["GET"])


def _found(merchants: Merchants, export_id: str) -> tuple[Merchant, tuple[Export, Path] | None]:
    for merchant in merchants.values():
        if found := merchant.running(Exports).finished(export_id):
            return merchant, found
    return merchants.first, None


async def _answer(request: Request, merchant: Merchant, found: tuple[Export, Path] | None) -> Response:
    accepted = request.headers.get("accept-language", "").split(",")
    use_language(*(each.partition(";")[0].strip() for each in accepted))
    person = merchant.person(sign_in_claims(request.cookies))
    if person is None or not person.may(BETS):
        return PlainTextResponse(text("Sign in as somebody who may see bets."), 403)
    name = request.path_params["name"]
    if found is None or name not in (found[0].file, found[0].about_file):
        return PlainTextResponse(text("There is no such export; it may have been deleted."), 404)
    export, path = found
    if name == export.about_file:
        use_language(export.language)
        said = {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        return PlainTextResponse(about_bytes(export.about), headers=said)
    # A download that broke off goes on in the middle: it is still the same one.
    if request.method == "GET" and request.headers.get("range", _FROM_THE_START).startswith(_FROM_THE_START):
        await run_in_threadpool(
            audit, merchant, person.name, "export", {"file": export.file, "rows": export.rows}
        )
    return FileResponse(
        path,
        filename=path.name,
        media_type=_KINDS[path.suffix],
        # A download that goes on in the middle counts bytes of the file: nobody may compress it.
        headers={"Cache-Control": "private, no-store, no-transform", "Content-Encoding": "identity"},
    )
