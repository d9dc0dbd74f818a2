"""Checks of what callers pass in: a mistake is named before anything is sent."""

import datetime as dt
import math
import secrets
from collections.abc import Iterable
from typing import Any

from twoj_client.errors import BadArgument
from twoj_client.windows import Window

When = dt.datetime | int
"""A time: an aware datetime, or whole seconds since the epoch."""


def epoch_s(name: str, value: object) -> int:
    """Return a time as whole epoch seconds.

    Fractions are rounded up: the provider's times are whole seconds, so ``t < 10.5`` means ``t < 11``.

    Raises BadArgument: a naive datetime, a bool, a float, or anything else that is no time.
    """
    if isinstance(value, dt.datetime):
        if value.tzinfo is None or value.utcoffset() is None:
            raise BadArgument("{name} is a datetime without a time zone; say which zone it means.", name=name)
        return math.ceil(value.timestamp())
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value < 10**10:
            raise BadArgument(
                "{name} must be in seconds since 1970 (10 digits), not {value}.", name=name, value=value
            )
        return value
    raise BadArgument(
        "{name} must be an aware datetime or whole epoch seconds, not {kind} {value}.",
        name=name,
        kind=_kind(value),
        value=repr(value),
    )


def window(start: object, end: object) -> Window:
    """Return the half-open window from `start` to `end`.

    Raises BadArgument: either is no time, or the end is not after the start.
    """
    asked = Window(epoch_s("start", start), epoch_s("end", end))
    if asked.end <= asked.start:
        raise BadArgument("end must be after start; the window {start} to {end} is empty.", **asked._asdict())
    return asked


def player(user_id: object, op_id: object) -> dict[str, Any]:
    """Return the parameters that name a player.

    Raises BadArgument: neither is given, or one is not an id.
    """
    if user_id is None and op_id is None:
        raise BadArgument("Name the player: user_id or op_id is needed.")
    return optional_player(user_id, op_id)


def optional_player(user_id: object, op_id: object) -> dict[str, Any]:
    """Return the parameters that name a player, none if there is none."""
    named: dict[str, Any] = {}
    if user_id is not None:
        named["user_id"] = positive("user_id", user_id)
    if op_id is not None:
        named["op_id"] = text("op_id", op_id)
    return named


def positive(name: str, value: object) -> int:
    """Return a whole number above 0 that fits 64 bits."""
    number = whole(name, value)
    if number <= 0:
        raise BadArgument("{name} must be above 0, not {value}.", name=name, value=number)
    return number


def whole(name: str, value: object) -> int:
    """Return a whole number from 0 that fits 64 bits."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadArgument(
            "{name} must be a whole number, not {kind} {value}.",
            name=name,
            kind=_kind(value),
            value=repr(value),
        )
    if not 0 <= value < 2**63:
        raise BadArgument("{name} must be from 0 to 2**63 - 1, not {value}.", name=name, value=value)
    return value


def text(name: str, value: object) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value:
        # The value stays out of the message: it may be a key.
        raise BadArgument(
            "{name} must be a text that is not empty, not {kind}.", name=name, kind=_kind(value)
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadArgument("{name} holds characters that cannot be sent.", name=name) from None
    return value


def ids(name: str, values: object) -> list[int] | None:
    """Return a sorted list of distinct ids; None, which means all, for None or an empty list."""
    if values is None:
        return None
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise BadArgument(
            "{name} must be a list of whole numbers, not {value}.", name=name, value=repr(values)
        )
    return sorted({positive(name, value) for value in values}) or None


def transfer_no(value: object) -> str:
    """Return the operator's number of a transfer, 6 to 64 characters; a new one if `value` is None."""
    if value is None:
        return secrets.token_hex(16)
    number = text("trans_no", value)
    if not 6 <= len(number) <= 64:
        raise BadArgument("trans_no must have 6 to 64 characters, not {length}.", length=len(number))
    return number


def _kind(value: object) -> str:
    return type(value).__name__
