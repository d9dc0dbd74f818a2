"""The receiver's log: events of structlog through the standard logger "ledger"."""

from __future__ import annotations

from twoj_client.log import logger

log = logger("ledger")
