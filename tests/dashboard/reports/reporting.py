"""A server that makes reports: `python -m … LEDGER PROVIDER MCH_ID KEY [STOP]`, a turn for each line.

It stops for good in a function that STOP names: where reports are made, or where they are written down.
"""

import sys
import threading
from contextlib import closing, nullcontext
from typing import Any

from pydantic import SecretStr
from sqlalchemy import make_url

from dashboard.provider.merchant import Merchants
from dashboard.reports import data_reporter
from dashboard.reports.data_reporter import Reporter
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from ledger.database import Database
from tests.provider import CLOCK


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def stop(*_: Any, **__: Any) -> None:
    say("stopped")
    threading.Event().wait()


def main(ledger: str, provider: str, mch_id: str, key: str, *stops: str) -> None:
    Reporter.running = lambda *_: nullcontext()  # type: ignore[method-assign,assignment,return-value]
    for name in stops:
        of: Any = data_reporter.outbox if name == "put" else data_reporter
        setattr(of, name, stop)
    settings = Settings(  # type: ignore[call-arg]
        summary_url=provider, mch_id=int(mch_id), key=SecretStr(key), ledger_url=ledger, archive_url="off"
    )
    with (
        closing(Database(make_url(ledger))) as database,
        connected(Merchants(), settings, database, demo=False, clock=lambda: CLOCK) as merchant,
    ):
        reporter = Reporter(merchant)
        for _ in sys.stdin:
            reporter.turn()
            say("looked")


if __name__ == "__main__":
    main(*sys.argv[1:])
