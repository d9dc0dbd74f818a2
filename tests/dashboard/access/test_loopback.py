"""Whichever server loads the application: without sign-in it answers this machine alone."""

import asyncio

import pytest

from dashboard.access.loopback import OnThisMachine

ACCEPT = {"type": "websocket.accept"}


async def answers(_scope, _receive, send):
    await send(ACCEPT)


def sent(kind: str, server: tuple[str, int] | None) -> list[dict]:
    """What is sent to a connection that came in at this address of the machine."""
    messages = []

    async def send(message):
        messages.append(message)

    asyncio.run(OnThisMachine(answers)({"type": kind, "server": server}, None, send))
    return messages


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.0.0.53"])
def test_this_machine_is_answered(kind, address):
    assert sent(kind, (address, 8501)) == [ACCEPT]


@pytest.mark.parametrize("server", [("10.0.0.7", 8501), ("2001:db8::1", 8501), ("casino.example", 80), None])
def test_a_network_is_refused(server):
    start, body = sent("http", server)
    assert start["status"] == 403
    assert body["body"] == b"Without sign-in this dashboard answers its own machine only."
    assert sent("websocket", server) == [{"type": "websocket.close", "code": 1008}]


def test_the_server_itself_starts_and_ends():
    assert sent("lifespan", None) == [ACCEPT]
