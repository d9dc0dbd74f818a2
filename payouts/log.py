"""The receiver's log: events of structlog through the standard logger "payouts"."""

from __future__ import annotations

from twoj_client.log import logger

log = logger("payouts")
