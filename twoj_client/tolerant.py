"""Reads answers in the spellings of other languages, and without what no sum, key or time is made of. Pure.

The strict decoder is tried first, as it is many times as quick; this reads what it refuses. Numbers are read
from their text, exactly: ``38388400.0``, ``3.83884e7`` and ``"38388400"`` are the same integer, ``0.5`` is
none. ``null`` and ``{}`` are an empty list. Which fields may be unknown is said in
:mod:`twoj_client.models`; those that are, are counted.
"""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

Unknown = Counter[str]
"""How often each field was not known."""
_Read = Callable[[Any, Unknown], Any]

_LARGEST = 2**63
_ABSENT = object()
_NUMBER = re.compile(r"[-+]?[0-9]{1,400}(\.[0-9]{0,400})?([eE][-+]?[0-9]{1,4})?")
_encoder = msgspec.json.Encoder(decimal_format="number")
# A pair of surrogates is a character; one alone is none. Matched in order, so that \\ud800 is text.
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


class Unreadable(ValueError):
    """A value that is required cannot be read. Its text says where, and what is wrong."""


def mended(body: bytes) -> bytes:
    """Return JSON with U+FFFD for what is no character, and without a byte order mark."""
    text = body.decode("utf-8-sig", "replace").encode()
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["lone"] else found[0], text)


def read(payload: bytes | memoryview, shape: Any) -> tuple[Any, Unknown]:
    """Return `payload` as `shape`, and how often which of its fields was not known.

    Raises ValueError: what is required is missing, or is not what it must be.
    """
    unknown: Unknown = Counter()
    value = json.loads(bytes(payload), parse_float=_number, parse_int=_number, parse_constant=_no_number)
    return reader(shape)(value, unknown), unknown


def whole(value: Any) -> int:
    """Return a whole number of 64 bits, in whatever spelling.

    Raises Unreadable: it is none.
    """
    found = decimal(value)
    if not -_LARGEST <= found < _LARGEST or found % 1:
        raise Unreadable("expected a whole number of 64 bits")
    return int(found)


def decimal(value: Any) -> Decimal:
    """Return an exact number.

    Raises Unreadable: it is none.
    """
    if isinstance(value, str):
        value = value.strip()
        if not _NUMBER.fullmatch(value):
            raise Unreadable("expected a number")
        value = Decimal(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = Decimal(str(value))
    if not isinstance(value, Decimal) or not value.is_finite():
        raise Unreadable("expected a number")
    if not -_LARGEST <= value <= _LARGEST:
        raise Unreadable("out of range")
    return value


@cache
def reader(shape: Any) -> _Read:
    """Return what reads a value of JSON as `shape`."""
    if get_origin(shape) is Annotated:
        return reader(get_args(shape)[0])
    if get_origin(shape) in (Union, UnionType):
        (inner,) = (part for part in get_args(shape) if part is not NoneType)
        read_it = reader(inner)
        return lambda value, unknown: None if value is None else read_it(value, unknown)
    if get_origin(shape) is list:
        (item,) = get_args(shape)
        return partial(_list, reader(item), getattr(item, "dispensable", False), item.__name__)
    if get_origin(shape) is dict:
        return _object
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return partial(_struct, shape, _fields(shape))
    return _READERS[shape]


def _number(text: str) -> Decimal:
    if len(text) > 1000:
        raise Unreadable("a number is too long")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Unreadable("a number is out of range") from None


def _no_number(text: str) -> None:
    raise Unreadable(f"{text} is no number")


def _text(value: Any, _unknown: Unknown) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):  # an id as a number
        return str(whole(value))
    raise Unreadable("expected text")


def _truth(value: Any, _unknown: Unknown) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    number = whole(value)
    if number not in (0, 1):
        raise Unreadable("expected true or false")
    return bool(number)


def _date(value: Any, _unknown: Unknown) -> dt.date:
    try:
        return dt.date.fromisoformat(value.strip()[:10])
    except (AttributeError, ValueError):
        raise Unreadable("expected a date") from None


def _anything(value: Any, _unknown: Unknown) -> Any:
    # As the strict decoder gives it: numbers with a fraction are floats here, where nobody adds them up.
    try:
        return msgspec.json.decode(_encoder.encode(value))
    except (msgspec.MsgspecError, ValueError):
        raise Unreadable("expected plain JSON") from None


def _object(value: Any, unknown: Unknown) -> dict[str, Any]:
    found = _anything({} if value == [] else value, unknown)
    if not isinstance(found, dict):
        raise Unreadable("expected an object")
    return found


def _list(item: _Read, dispensable: bool, name: str, value: Any, unknown: Unknown) -> list[Any]:
    if value is None or value == {}:
        return []
    if not isinstance(value, list):
        raise Unreadable("expected a list")
    found = []
    for place, each in enumerate(value):
        try:
            found.append(item(each, unknown))
        except Unreadable as error:
            if not dispensable:
                raise Unreadable(f"{error} in row {place + 1}") from None
            unknown[f"{name} without an id"] += 1
    if value and not found:  # an empty list would be believed, and kept in place of the last good one
        raise Unreadable(f"{name} without an id in every row")
    return found


class _Field(msgspec.Struct, frozen=True):
    name: str
    key: str
    read: _Read
    default: Any
    """Stands for what is missing or null; `_ABSENT` where it must be there."""
    unknown: Any
    """Stands for what cannot be read; `_ABSENT` where it must be."""


def _fields(shape: type[msgspec.Struct]) -> list[_Field]:
    hints = get_type_hints(shape, include_extras=True)
    return [
        _Field(
            each.name,
            each.encode_name,
            reader(hints[each.name]),
            _ABSENT if each.default is msgspec.NODEFAULT else each.default,
            _unknown_of(hints[each.name], each.default),
        )
        for each in msgspec.structs.fields(shape)
    ]


def _unknown_of(hint: Any, default: Any) -> Any:
    extras = [meta.extra for meta in getattr(hint, "__metadata__", ()) if getattr(meta, "extra", None)]
    if extras:
        return extras[0]["unknown"]
    return _ABSENT if default is msgspec.NODEFAULT else default


def _struct(
    shape: type[msgspec.Struct], fields: list[_Field], value: Any, unknown: Unknown
) -> msgspec.Struct:
    if not isinstance(value, dict):
        raise Unreadable("expected an object")
    found = shape(**{field.name: _of(field, value.get(field.key), unknown) for field in fields})
    for field in fields:
        if value.get(field.key) in (None, {}) and getattr(found, field.name) == [] and found.says_more:  # type: ignore[attr-defined]
            raise Unreadable(f"{field.key}: empty, though there is more")
    return found


def _of(field: _Field, value: Any, unknown: Unknown) -> Any:
    if value is None and field.default is not _ABSENT:
        return field.default
    try:
        if value is None and field.unknown is not _ABSENT:
            raise Unreadable("expected a value")
        return field.read(value, unknown)
    except ValueError as error:
        if field.unknown is _ABSENT:
            raise Unreadable(f"{field.key}: {error}") from None
        unknown[field.key] += 1
        return field.unknown


_READERS: dict[Any, _Read] = {
    int: lambda value, _unknown: whole(value),
    str: _text,
    bool: _truth,
    Decimal: lambda value, _unknown: decimal(value),
    dt.date: _date,
    Any: _anything,
}
