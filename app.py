"""What `streamlit run app.py` gets: settings, the server's own routes, start and stop of background work."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit import App

from dashboard import data
from dashboard.provider import provider
from twoj_client.settings import SettingsError, load_settings

try:
    settings = load_settings()
except SettingsError as error:
    sys.exit(str(error))


@asynccontextmanager
async def lifespan(_app: App) -> AsyncIterator[None]:
    """Keep the provider, and in demo mode its process, for as long as the server runs."""
    with provider(settings) as source, data.connected(source, demo=settings.summary_url is None):
        yield


def healthz(_request: Request) -> PlainTextResponse:
    """Answer 200 as long as the process serves requests; asks nobody else."""
    return PlainTextResponse("ok")


app = App("dashboard/ui/main.py", lifespan=lifespan, routes=[Route("/healthz", healthz)])
