"""`GET /exports/MERCHANT/bets.csv?period=…`: all bets of a period as a file, sent while it is read.

Any server answers it, of the archive that all share; nothing is kept. Only people who may see bets get it.
The address is that of the page: `period`, `type`, `game_id`. `bets-about.txt` says of a CSV file what a
Parquet file says of itself.
"""

from typing import Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.access.audit import audit
from dashboard.bets.data_exports import BadAddress, Export, export, read_address
from dashboard.bets.export import Format
from dashboard.core.files import about_bytes
from dashboard.core.roles import BETS
from dashboard.core.text import text
from dashboard.kit.compat import sign_in_claims
from dashboard.provider.archived import NotArchived
from dashboard.provider.failures import failure_text
from dashboard.provider.merchant import LedgerFailed, Merchant, Merchants, ProviderFailed

_KINDS: Final = {Format.CSV: "text/csv", Format.PARQUET: "application/vnd.apache.parquet"}
_ABOUT: Final = "bets-about.txt"
_NAMES: Final = {f"bets.{form}": form for form in Format} | {_ABOUT: Format.CSV}


def route(merchants: Merchants) -> Route:
    """The route, for the bets of these merchants."""

    async def answer(request: Request) -> Response:
        asked = merchants.get(request.path_params["merchant"])
        person = (asked or merchants.first).person(sign_in_claims(request.cookies))
        if person is None or not person.may(BETS):
            return PlainTextResponse(text("Sign in as somebody who may see bets."), 403)
        name = request.path_params["name"]
        if asked is None or name not in _NAMES:
            return PlainTextResponse(text("There is no such export."), 404)
        try:
            found = await run_in_threadpool(_export, asked, request, _NAMES[name])
        except (BadAddress, NotArchived, ProviderFailed, LedgerFailed) as error:
            return PlainTextResponse(*_refusal(error))
        return await _sent(request, asked, person.name, name, found)

    return Route("/exports/{merchant:int}/{name}", answer, methods=["GET"])


def _export(merchant: Merchant, request: Request, form: Format) -> Export:
    view, wanted = read_address(merchant, parse_qs(request.url.query, keep_blank_values=True))
    return export(merchant, view, wanted, form)


def _refusal(error: Exception) -> tuple[str, int]:
    if isinstance(error, BadAddress):
        return str(error), 400
    if isinstance(error, NotArchived):
        return str(error.sentence), 404
    if isinstance(error, ProviderFailed):
        return failure_text(error), 503
    return text("The ledger's database does not answer; try again in a moment."), 503


async def _sent(request: Request, merchant: Merchant, who: str, name: str, found: Export) -> Response:
    form, file = _NAMES[name], found.file
    if name == _ABOUT:
        file = file.removesuffix(f".{form}") + "-about.txt"
    headers = {
        "Cache-Control": "private, no-store, no-transform",
        # Nobody may compress it: that would be done in the one thread that answers everybody.
        "Content-Encoding": "identity",
        "Content-Disposition": f'attachment; filename="{file}"',
    }
    if name == _ABOUT:
        return PlainTextResponse(about_bytes(found.about), headers=headers)
    if request.method == "HEAD":
        return Response(headers=headers, media_type=_KINDS[form])
    await run_in_threadpool(audit, merchant, who, "export", {"file": file, "rows": found.rows})
    return StreamingResponse(found.pieces, headers=headers, media_type=_KINDS[form])
