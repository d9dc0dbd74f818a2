"""Whichever server loads the application: without sign-in it answers this machine alone."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.data.listening import OnThisMachine


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


APP = Starlette(routes=[Route("/", lambda _request: PlainTextResponse("ok")), WebSocketRoute("/talk", talk)])


def client(host: str) -> TestClient:
    """What comes in at this address of the machine: the test client makes the server's address of the URL."""
    return TestClient(OnThisMachine(APP), base_url=f"http://{host}:8501")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "127.0.0.53"])
def test_this_machine_is_answered(host):
    assert client(host).get("/").text == "ok"
    with client(host).websocket_connect("/talk"):
        pass


@pytest.mark.parametrize("host", ["10.0.0.7", "0.0.0.0", "[2001:db8::1]", "casino.example"])
def test_a_network_is_refused(host):
    answer = client(host).get("/")
    assert (answer.status_code, answer.text) == (
        403,
        "Without sign-in this dashboard answers its own machine only.",
    )
    with pytest.raises(WebSocketDisconnect), client(host).websocket_connect("/talk"):
        pass
