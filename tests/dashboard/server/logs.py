"""A log that `configure` writes, for tests."""

import io
import json
import logging
from contextlib import contextmanager

import structlog


class Terminal(io.StringIO):
    def isatty(self):
        return True


@contextmanager
def log_streams():
    """What is logged once `configure` was called with one of these; then all is as before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {
        name: logging.getLogger(name).level
        for name in ("app", "dashboard", "ledger", "payouts", "twoj_client")
    }
    try:
        yield io.StringIO(), Terminal()
    finally:
        root.handlers[:], root.level = before
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        structlog.reset_defaults()


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]
