"""Logs: `configure` writes all loggers of the process in one shape: a line of JSON, or words in a terminal.

Whoever sets up logging in their own way afterwards reads each event of structlog as text.
"""

import logging
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor

_OURS: Final = ("app", "dashboard", "ledger", "twoj_client")
_FIELDS: Final = "event_fields"
_with_extra = structlog.stdlib.ExtraAdder()
_as_text = structlog.processors.KeyValueRenderer(key_order=["event"])


def _with_fields(logger: Any, method: str, event: EventDict) -> tuple[tuple[str], dict[str, Any]]:
    """Hand an event on as text, and with its fields for `configure`'s lines."""
    kept = {name: event.pop(name) for name in ("exc_info", "stack_info") if name in event}
    return (_as_text(logger, method, dict(event)),), {"extra": {_FIELDS: event}, **kept}


_PROCESSORS: Final[tuple[Processor, ...]] = (
    structlog.stdlib.filter_by_level,
    structlog.contextvars.merge_contextvars,
    _with_fields,
)


def configure(stream: TextIO) -> None:
    """Write the lines of all loggers to `stream`: JSON, in a terminal words, and only what needs a look."""
    is_terminal = stream.isatty()
    render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if is_terminal:
        # The plain traceback: others show the variables of each frame, and so the merchant key.
        render = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]
    if not is_terminal:
        last.insert(1, structlog.processors.format_exc_info)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                _fields,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper("iso"),
            ],
            processors=last,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # It says of each header that is no plain id that it made another: anybody can send those.
    logging.getLogger("asgi_correlation_id").setLevel(logging.ERROR)
    # They name the addresses of channels, which are secrets.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.WARNING if is_terminal else logging.INFO)
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def adopt(*names: str) -> None:
    """Let the loggers of libraries, which write in shapes of their own, write in that of `configure`.

    Those that were silenced stay so: an access log would show the signatures in addresses.
    """
    for name, found in logging.getLogger().manager.loggerDict.items():
        if isinstance(found, logging.Logger) and found.handlers and name.split(".")[0] in names:
            found.handlers.clear()
            found.propagate = True


def _fields(logger: Any, method: str, event: EventDict) -> MutableMapping[str, Any]:
    """Return the fields of an event; a line of another library's has the context variables, and its text.

    The client's have the fields of the standard `extra` besides.
    """
    record: logging.LogRecord = event["_record"]
    if fields := getattr(record, _FIELDS, None):
        return {**event, **fields}
    if record.name == "twoj_client":
        event = _with_extra(logger, method, event)
    return structlog.contextvars.merge_contextvars(logger, method, event)
