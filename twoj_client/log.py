"""The client's log: events of structlog, through the standard logger "twoj_client", quiet by default."""

from __future__ import annotations

import logging

import structlog

logging.getLogger("twoj_client").addHandler(logging.NullHandler())

log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    logging.getLogger("twoj_client"),
    wrapper_class=structlog.stdlib.BoundLogger,
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ],
)
