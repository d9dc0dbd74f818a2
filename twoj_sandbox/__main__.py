"""`python -m twoj_sandbox`: starts the sandbox and prints its URL."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from twoj_sandbox.provider import SandboxProvider
from twoj_sandbox.rules import Clock
from twoj_sandbox.server import Application
from twoj_sandbox.world import World
from twoj_sandbox.world.day import DAY_S

if TYPE_CHECKING:
    from twoj_sandbox.payouts import Payouts

_WARM_DAYS = 61


class _Server(uvicorn.Server):
    """Prints the URL once it listens, pays out if told to, and ends without fuss on a signal."""

    payouts: "Payouts | None" = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets:
            print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)
        self._paying = asyncio.create_task(self.payouts.run()) if self.payouts else None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._paying:
            self._paying.cancel()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m twoj_sandbox", description="A local game provider with a made-up world."
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--seed", type=_at_least(0), default=1, help="which world")
    parser.add_argument(
        "--bets-per-hour", type=_at_least(1), default=400, help="how busy the world is, about"
    )
    parser.add_argument("--days", type=_at_least(1), default=400, help="how many days before today have data")
    parser.add_argument("--clock", type=_at_least(1), help="stop the clock at this epoch second")
    parser.add_argument(
        "--delay-ms", type=_at_least(0), default=0, help="answer so much later, as if far away"
    )
    parser.add_argument("--payouts-to", metavar="URL", help="pay jackpots out at this /order/jackpot")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input closes")
    return parser.parse_args()


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if int(text) < least:
            raise argparse.ArgumentTypeError(f"must be {least} or more")
        return int(text)

    return number


def _make_days(world: World, now: int, ended: threading.Event) -> None:
    """Make the last days before somebody asks for them, newest first."""
    today = now // DAY_S
    for day in range(today, today - min(_WARM_DAYS, world.days + 1), -1):
        if ended.is_set():
            return
        world.day(day)


def _end_with_stdin(server: uvicorn.Server) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.should_exit = True


def main() -> None:
    """Serve until a signal, or the end of standard input, says stop."""
    arguments = _arguments()
    transports: dict[tuple[str, int], asyncio.Transport] = {}

    class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
        """Remembers connections, so that faults can break them."""

        def connection_made(self, transport: Any) -> None:
            transports[transport.get_extra_info("peername")] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            transports.pop(self.client, None)
            super().connection_lost(exc)

    world = World(arguments.seed, arguments.bets_per_hour, arguments.days)
    provider = SandboxProvider(world, Clock(arguments.clock))
    application = Application(provider, arguments.delay_ms / 1000, transports.__getitem__)
    config = uvicorn.Config(
        application,
        http=Protocol,
        lifespan="off",
        log_level="error",
        access_log=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    if arguments.payouts_to:
        from twoj_sandbox.payouts import Payouts  # noqa: PLC0415 - the HTTP client takes a while to load

        server.payouts = Payouts(provider, arguments.payouts_to)
    ended = threading.Event()
    if arguments.until_stdin_closes:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    maker = threading.Thread(target=_make_days, args=(world, provider.clock.now(), ended))
    with socket.create_server(("127.0.0.1", arguments.port), backlog=1024) as listener:
        maker.start()
        try:
            server.run(sockets=[listener])
        finally:
            ended.set()
            maker.join()


if __name__ == "__main__":
    main()
