"""Sends what is in the outbox: any number of servers do, each a message at a time."""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import structlog

from dashboard.channels.data_channels import Channel, ChannelFailed
from dashboard.core.text import Message
from ledger import outbox
from ledger.background import Background
from ledger.database import Ledger
from twoj_client.windows import DAY_S, HOUR_S

log = structlog.get_logger(__name__)
_IDLE_S: Final = 2
_AFTER_FAILURE_S: Final = 15
_TIDY_S: Final = HOUR_S
_FILES_MS: Final = 7 * DAY_S * 1000
_KEPT_MS: Final = 400 * DAY_S * 1000


class Sender(Background):
    """Sends one merchant's messages by these `channels`, which are by name."""

    def __init__(self, ledger: Ledger, channels: Mapping[str, Channel]) -> None:
        super().__init__("sender", _AFTER_FAILURE_S)
        self.channels = channels
        self._ledger = ledger
        self._sending = ThreadPoolExecutor(1, thread_name_prefix="channel")
        self._tidied_at = float("-inf")

    @contextmanager
    def running(self, leave_after_s: float | None = None) -> Iterator[None]:
        """Send in a thread of its own while the context lasts; without channels there is none."""
        if not self.channels:
            yield
            return
        with self._sending, super().running(leave_after_s):
            yield

    def work(self) -> float:
        """Send one message, and return in how many seconds to come again. Raises LedgerAway."""
        self._tidy()
        claimed = outbox.claim(self._ledger, self.channels)
        if claimed is None:
            return _IDLE_S
        channel, sent = self.channels[claimed.message.channel], claimed.message
        try:
            coming = self._sending.submit(channel.send, claimed)
            while True:
                try:
                    remark = coming.result(outbox.LASTS_S / 3)
                    break
                except TimeoutError:
                    outbox.keep(self._ledger, claimed)
        except ChannelFailed as error:
            log.warning("message not taken", channel=sent.channel, key=sent.key, why=str(error))
            outbox.fail(self._ledger, claimed, as_text(error.why))
        else:
            outbox.acknowledge(self._ledger, claimed, as_text(remark) if remark else "")
            log.info("message sent", channel=sent.channel, key=sent.key, attempts=claimed.attempts)
        return 0

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied_at > _TIDY_S:
            self._tidied_at = time.monotonic()
            with self._ledger.writing() as books:
                outbox.drop_old(books, _FILES_MS, _KEPT_MS)


def as_text(why: Message) -> str:
    """Return a sentence as the outbox keeps it."""
    return json.dumps([why.key, dict(why.fields)])


def as_message(reason: str) -> Message | None:
    """Return the sentence that the outbox keeps; None where there is none."""
    return Message(*json.loads(reason)) if reason else None
