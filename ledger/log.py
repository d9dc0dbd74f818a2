"""The receiver's log: events of structlog through the standard logger "ledger"."""

from __future__ import annotations

from dashboard.server.log import logger

log = logger("ledger")
