"""What `streamlit run app.py` gets: settings, the server's own routes, start and stop of background work."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Final

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from streamlit import App, config

from dashboard.access import loopback, sign_in
from dashboard.access.sign_in import Returning
from dashboard.bets import route_exports
from dashboard.core.request_ids import MIDDLEWARE as REQUEST_IDS
from dashboard.core.setting_errors import SettingsError
from dashboard.jackpots import route_live, route_tv
from dashboard.kit import navigation
from dashboard.kit.compat import page_html, sign_in_claims
from dashboard.kit.current import merchants
from dashboard.server import log
from dashboard.server.connect import connected
from dashboard.server.demo import prepared, provider
from dashboard.server.headers import Headers, NoUploads
from dashboard.server.opened import receiver_of
from dashboard.server.settings import load_settings
from dashboard.status import route_health
from ledger.database import Database, LedgerUrlRefused, ledger_url

log.configure(sys.stderr)
try:
    settings = prepared(load_settings())
    ledger = Database(ledger_url(settings.ledger_url))
    receiver = receiver_of(settings, ledger)
    has_sign_in = sign_in.is_set_up(settings.roles)
    open_to_network = has_sign_in or settings.trust_network
    if not open_to_network:
        loopback.keep_to_this_machine()
except (SettingsError, LedgerUrlRefused) as error:
    sys.exit(str(error))


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[None]:
    """Keep the provider, and in demo mode its process, for as long as the server runs."""
    log.adopt("streamlit", "uvicorn")
    # What was loaded stays: each search for garbage among it stopped all pages and walls, for up to 0.3 s.
    gc.freeze()
    # By default it is looked for far more often: a rerun took 75 ms of processor, not 67 (thirty people).
    gc.set_threshold(10_000, 20, 50)
    _allow_open_files()
    with closing(ledger):
        async with receiver.running():
            with (
                provider(settings, payouts_to=f"{_own_url()}/order/jackpot") as source,
                connected(merchants, source, ledger, demo=settings.summary_url is None, sign_in=has_sign_in),
            ):
                yield


def _allow_open_files() -> None:
    """Open as many files as the system permits: many start a process with 1 024.

    Streamlit holds three for each of the last 128 tabs that were closed, and four for each that is open.
    """
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has no such limit

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _own_url() -> str:
    """Where this machine reaches the server: the port is known once it listens."""
    address = config.get_option("server.address")
    host = "127.0.0.1" if address in (None, "0.0.0.0", "::") else address  # noqa: S104 - compared, not bound
    scheme = "https" if config.get_option("server.sslCertFile") else "http"
    return f"{scheme}://{host}:{config.get_option('server.port')}"


def healthz(_request: Request) -> PlainTextResponse:
    """Answer 200 as long as the process serves requests; asks nobody else."""
    return PlainTextResponse("ok")


PAGE: Final = page_html()


def page(_request: Request) -> HTMLResponse:
    """Answer with what every page of the dashboard begins as."""
    return HTMLResponse(PAGE, headers={"Cache-Control": "no-cache"})


app = App(
    "dashboard/kit/main.py",
    lifespan=lifespan,
    routes=[
        Route("/healthz", healthz),
        route_health.readyz(merchants),
        route_health.metrics(merchants, receiver.calls),
        *route_live.routes(merchants),
        *route_tv.routes(merchants),
        route_exports.route(merchants),
        *receiver.routes,
        *(Route(f"/{name}", page) for name in ("", *navigation.NAMES)),
    ],
    middleware=[
        *REQUEST_IDS,
        *([] if open_to_network else [Middleware(loopback.OnThisMachine), loopback.known_names()]),
        Middleware(Headers),
        Middleware(NoUploads),
        Middleware(Returning),
        Middleware(sign_in.SignIns, merchants, sign_in_claims),
    ],
)
