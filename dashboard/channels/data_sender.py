"""Sends what is in the outbox: any number of servers do, each a message of each channel at a time."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from ctypes import c_ulong, py_object, pythonapi
from threading import Lock, Timer, get_ident
from typing import Final, TypeVar

import structlog

from dashboard.channels.data_channels import AWAY, NOT_TAKEN, Channel, ChannelFailed
from dashboard.core.text import Message, kept
from ledger import outbox
from ledger.background import Background
from ledger.database import Ledger
from ledger.outbox import ClaimedMessage
from twoj_client.windows import DAY_S, HOUR_S

R = TypeVar("R")
log = structlog.get_logger(__name__)
LONGEST_S: Final = 300
"""So long sending a message may take in all: as a month's report does by a slow line."""
_IDLE_S: Final = 2
_AFTER_FAILURE_S: Final = 15
_TIDY_S: Final = HOUR_S
_FILES_MS: Final = 7 * DAY_S * 1000
_KEPT_MS: Final = 400 * DAY_S * 1000


class Overdue(BaseException):
    """Work is at an end because its time is over. No `except Exception` of a library keeps it."""


def within(limit_s: float, work: Callable[..., R], *of: object) -> R:
    """Return what work does; raise Overdue in it where that takes longer.

    Libraries limit each read alone, and what drips never stops. Here the thread itself is interrupted, at its
    next step: it waits for a byte, which comes, or for the limit of the read.
    """
    thread, changing, is_over = c_ulong(get_ident()), Lock(), False

    def interrupt() -> None:
        with changing:
            if not is_over:
                pythonapi.PyThreadState_SetAsyncExc(thread, py_object(Overdue))

    timer = Timer(limit_s, interrupt)
    timer.daemon = True
    timer.start()
    try:
        return work(*of)
    finally:
        timer.cancel()
        with changing:
            is_over = True


class Sender(Background):
    """Sends one merchant's messages by these `channels`, which are by name; none holds up another."""

    def __init__(self, ledger: Ledger, channels: Mapping[str, Channel]) -> None:
        super().__init__("sender", _AFTER_FAILURE_S)
        self.channels = channels
        self._ledger = ledger
        self._sending = ThreadPoolExecutor(len(channels) or 1, thread_name_prefix="channel")
        self._on_the_way: dict[Future[Message | None], ClaimedMessage] = {}
        self._tidied_at = float("-inf")
        self._kept_at = 0.0

    @contextmanager
    def running(self, leave_after_s: float | None = None) -> Iterator[None]:
        """Send in a thread of its own while the context lasts; without channels there is none."""
        if not self.channels:
            yield
            return
        with self._sending:
            with super().running(leave_after_s):
                yield
            while self._on_the_way:
                self.turn()

    def work(self) -> float:
        """Send a message by each channel that is free; return in how many seconds to come again.

        Raises LedgerAway.
        """
        self._tidy()
        free = {*self.channels} - {each.message.channel for each in self._on_the_way.values()}
        while free and not self._ended and (claimed := outbox.claim(self._ledger, free)):
            channel = claimed.message.channel
            free.remove(channel)
            sent = self._sending.submit(within, LONGEST_S, self.channels[channel].send, claimed)
            self._on_the_way[sent] = claimed
        if not self._on_the_way:
            return _IDLE_S
        for answered in wait(self._on_the_way, _IDLE_S, FIRST_COMPLETED).done:
            self._settle(self._on_the_way.pop(answered), answered)
        self._keep()
        return 0

    def _settle(self, claimed: ClaimedMessage, answered: "Future[Message | None]") -> None:
        sent = claimed.message
        try:
            remark = answered.result()
        except (Exception, Overdue) as error:  # noqa: BLE001 - what is not ChannelFailed may say the address
            why = error.why if isinstance(error, ChannelFailed) else NOT_TAKEN
            if isinstance(error, Overdue):
                why = AWAY
            kind = type(error).__name__
            log.warning("message not taken", channel=sent.channel, key=sent.key, why=str(why), kind=kind)
            outbox.fail(self._ledger, claimed, kept(why))
        else:
            outbox.acknowledge(self._ledger, claimed, kept(remark) if remark else "")
            log.info("message sent", channel=sent.channel, key=sent.key, attempts=claimed.attempts)

    def _keep(self) -> None:
        """Stay the one who sends what takes long."""
        if time.monotonic() - self._kept_at > outbox.LASTS_S / 3:
            for claimed in self._on_the_way.values():
                outbox.keep(self._ledger, claimed)
            self._kept_at = time.monotonic()

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied_at > _TIDY_S:
            self._tidied_at = time.monotonic()
            with self._ledger.writing() as books:
                outbox.drop_old(books, _FILES_MS, _KEPT_MS)
