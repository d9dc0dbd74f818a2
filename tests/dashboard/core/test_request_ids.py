"""Each request of an own route has an id, in its answer and in what it logs."""

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from dashboard.core.request_ids import MIDDLEWARE


async def bound(request):
    """What is bound, in a thread."""
    return PlainTextResponse(
        str(await run_in_threadpool(get_contextvars)), int(request.query_params["status"])
    )


@pytest.fixture
def ask():
    import asyncio

    app = Starlette(routes=[Route("/x", bound)], middleware=MIDDLEWARE)

    def ask(status=200, **headers):
        async def call():
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                return await client.get(f"/x?status={status}&sign=secret", headers=headers)

        return asyncio.run(call())

    return ask


def test_a_new_id_for_each(ask):
    answers = [ask() for _ in range(3)]
    ids = {answer.headers["X-Request-ID"] for answer in answers}
    assert len(ids) == 3
    for answer in answers:
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])
        assert answer.text == str({"request_id": answer.headers["X-Request-ID"]})


@pytest.mark.parametrize("given", ["a", "abc-DEF_1.2:3", "x" * 64])
def test_a_proxys_id_is_taken_over(ask, given):
    assert ask(**{"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "<b>", 'a"b', "a\tb", "ä"])
def test_what_is_no_plain_id_is_not(ask, given):
    found = ask(**{"X-Request-ID": given.encode("latin-1")}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", found)


def test_a_failed_request_is_a_line_without_its_query(ask):
    with capture_logs() as logs:
        ask()
        ask(status=503)
    assert logs == [{"event": "request failed", "log_level": "warning", "path": "/x", "status": 503}]
