"""What is started for a merchant when the server starts, and stopped with it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Final
from zoneinfo import ZoneInfo

from archive.archive import Archive
from archive.bucket import archive_place
from archive.collector import Collector
from archive.engine import Engine
from archive.store import OFF
from dashboard.alerts.data_evaluator import Evaluator
from dashboard.channels.data_channels import channels
from dashboard.channels.data_sender import Sender
from dashboard.core.roles import Role
from dashboard.jackpots.data_watch import Brand, Watch
from dashboard.luck.data_monitor import RtpMonitor
from dashboard.players.recent import Recent
from dashboard.provider.asking import PATIENCE_S
from dashboard.provider.jobs import Jobs
from dashboard.provider.merchant import Merchant, Merchants
from dashboard.reports.data_reporter import Reporter
from dashboard.server.settings import Settings
from dashboard.status.data_checks import Checks
from ledger.database import Database, Ledger
from ledger.transfers import TransferJournal
from twoj_client.cache.memory import Memory
from twoj_client.threads import Workers

_NETWORK_S: Final = 6
"""So long for one answer: what was lost on the way is asked for once more."""
_PLAYERS: Final = 256


@contextmanager
def connected(
    merchants: Merchants,
    settings: Settings,
    database: Database,
    *,
    demo: bool,
    sign_in: bool = False,
    clock: Callable[[], float] = time.time,
    timer: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Merchant]:
    """Have the merchant of `settings`, on the ledger, among the `merchants` while the context lasts.

    With `sign_in` only people with a role see anything. `clock` returns epoch seconds, `timer` seconds of a
    clock that never jumps, `sleep` waits between repeated questions; all are for tests.
    """
    mch_id, _ = settings.merchant()
    with (
        settings.client(
            timeout_s=_NETWORK_S, budget_s=PATIENCE_S, clock=clock, timer=timer, sleep=sleep
        ) as twoj,
        Workers(max_workers=8, thread_name_prefix="data") as pool,
        Jobs(clock) as jobs,
        ExitStack() as stack,
    ):
        zone = ZoneInfo(settings.timezone)
        ledger = Ledger(database, mch_id)
        checks = Checks(twoj, ledger)
        watch = Watch(
            twoj.jackpot,
            Brand(settings.brand, settings.logo_url()),
            ledger,
            currency=settings.currency,
            timezone=settings.timezone,
            poll_s=settings.jackpot_poll_s,
            clock=clock,
        )
        for each in (checks, watch):
            stack.enter_context(each.running())
        addresses = {name: address.get_secret_value() for name, address in settings.channels.items()}
        sender = Sender(ledger, channels(addresses, clock))
        stack.enter_context(sender.running())
        services: dict[type, Any] = {Checks: checks, Watch: watch, Recent: Recent(), Sender: sender}
        rtps = {game_id: float(percent / 100) for game_id, percent in settings.rtp.items()}
        archive = None
        if settings.archive_url != OFF:
            archive = Archive(ledger, archive_place(settings.archive_url), clock)
            engine = stack.enter_context(closing(Engine(archive)))
            collector = Collector(
                archive,
                engine,
                twoj,
                pool,
                days=settings.archive_days,
                keep_days=settings.archive_keep_days,
                calls_per_s=settings.archive_calls_per_s,
                timer=timer,
            )
            stack.enter_context(collector.running())
            monitor = RtpMonitor(archive, engine, rtps)
            stack.enter_context(monitor.running())
            services |= {Engine: engine, Collector: collector, RtpMonitor: monitor}
        merchant = Merchant(
            mch_id,
            twoj,
            zone,
            settings.currency,
            demo,
            clock,
            pool,
            jobs,
            ledger,
            TransferJournal(ledger, clock) if settings.cashier else None,
            {Role(name): holders for name, holders in settings.roles.items()} if sign_in else None,
            rtps,
            set(),
            Memory(_PLAYERS),
            archive,
            services,
            settings.public_url,
        )
        stack.enter_context(Reporter(merchant).running())
        evaluator = Evaluator(merchant)
        services[Evaluator] = evaluator
        stack.enter_context(evaluator.running())
        merchants[merchant.mch_id] = merchant
        try:
            yield merchant
        finally:
            merchants.pop(merchant.mch_id, None)
