"""The receiver's log: events of structlog, of a logger named "ledger"."""

import structlog

log = structlog.stdlib.get_logger("ledger")
