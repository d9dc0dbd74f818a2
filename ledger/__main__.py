"""``python -m ledger payouts`` receives payouts; ``python -m ledger check`` proves the ledger."""

import argparse
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import uvicorn
from starlette.applications import Starlette

from dashboard.server import log
from dashboard.server.opened import receiver_of, run
from dashboard.server.settings import Settings
from ledger.check import NoLedger, check
from ledger.database import Database, ledger_url


def main() -> int:
    """Return the exit status: 0 all right, 1 the ledger is wrong, 2 it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m ledger", description=__doc__)
    parser.add_argument("command", choices=["payouts", "check"])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", default=8600, type=int, help="port to listen on, 0 for a free one (%(default)s)"
    )
    parser.add_argument("--head", metavar="HASH", help="for check: a hash that it printed earlier")
    chosen = parser.parse_args()
    if chosen.command == "check":
        return run(lambda settings: _check(settings, chosen.head), NoLedger)
    return run(lambda settings: _receive(settings, chosen.host, chosen.port))


def _check(settings: Settings, head: str | None) -> int:
    wrong, extent = check(ledger_url(settings.ledger_url), head)
    for sentence in wrong:
        print(sentence)
    print(extent)
    print(
        "The ledger is WRONG."
        if wrong
        else "Every balance is the sum of its entries, every entry has its payout, every payout its call, "
        "and the audit log is unbroken."
    )
    return 1 if wrong else 0


def _receive(settings: Settings, host: str, port: int) -> int:
    log.configure(sys.stderr)
    database = Database(ledger_url(settings.ledger_url))
    receiver = receiver_of(settings, database)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with closing(database):
            async with receiver.running():
                yield

    # No access log: the address of each call holds its signature.
    config = uvicorn.Config(
        Starlette(routes=receiver.routes, lifespan=lifespan),
        host,
        port,
        access_log=False,
        log_level="warning",
    )
    listening = config.bind_socket()
    listening.listen(config.backlog)
    print(f"http://{host}:{listening.getsockname()[1]}/order/jackpot", flush=True)
    uvicorn.Server(config).run(sockets=[listening])
    return 0


if __name__ == "__main__":
    sys.exit(main())
