"""A server that makes reports: `python -m … LEDGER PROVIDER MCH_ID KEY ARCHIVE [STOP]`, a turn for each line.

It stops for good in a function that STOP names, such as `outbox.put`, of those that the reporter calls.
"""

import sys
import threading
from contextlib import closing, nullcontext
from operator import attrgetter
from typing import Any

from pydantic import SecretStr
from sqlalchemy import make_url

from archive.collector import Collector
from dashboard.luck.data_monitor import RtpMonitor
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


def main(ledger: str, provider: str, mch_id: str, key: str, archive: str, *stops: str) -> None:
    for kind in (Collector, Reporter, RtpMonitor):
        kind.running = lambda *_: nullcontext()  # type: ignore[method-assign,assignment,return-value]
    for name in stops:
        *module, function = name.split(".")
        setattr(attrgetter(*module)(data_reporter) if module else data_reporter, function, stop)
    settings = Settings(  # type: ignore[call-arg]
        summary_url=provider, mch_id=int(mch_id), key=SecretStr(key), ledger_url=ledger, archive_url=archive
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
