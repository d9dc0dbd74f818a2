"""The documents' rules about requests: envelope, signatures, parameters. Every breach is a `Refused`."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from twoj_sandbox import KEY, MCH_ID
from twoj_sandbox.world.day import DAY_S

LONGEST_WINDOW_S = 60 * DAY_S
CLOCK_TOLERANCE_S = 300

PARAMETER_ERROR = 100_000
UNCLASSIFIED = 100_404
NO_ACCOUNT = 500_001
BAD_SIGNATURE = 500_008
DUPLICATE_ORDER = 500_101
WITHDRAWAL_LOCKED = 500_102
BALANCE_TOO_LOW = 500_103


Data = Mapping[str, Any]


class Refused(Exception):
    """A request that breaks a rule. `code` is the Open API's; the Summary API has one code for all, 400."""

    def __init__(self, message: str, code: int = PARAMETER_ERROR) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Clock:
    """Tells the time of the sandbox. `stopped_at` in epoch seconds stops it there; None lets it run."""

    def __init__(self, stopped_at: int | None = None) -> None:
        self.stopped_at = stopped_at
        self.tolerance_s = CLOCK_TOLERANCE_S
        """How far a caller's clock may be off."""

    def now_ms(self) -> int:
        """Return the time in epoch milliseconds."""
        return int(time.time() * 1000) if self.stopped_at is None else self.stopped_at * 1000

    def now(self) -> int:
        """Return the time in whole epoch seconds."""
        return self.now_ms() // 1000


@dataclass(frozen=True)
class RequestWindow:
    """A half-open window `start <= t < end` in epoch seconds."""

    start: int
    end: int


def summary_data(body: bytes, clock: Clock) -> Data:
    """Return `data` of a Summary API request once its envelope, signature and time are in order."""
    envelope = _json_object(body)
    missing = [name for name in ("ts", "sign", "mch_id", "data") if name not in envelope]
    if missing:
        raise Refused(f"missing parameter: {', '.join(missing)}")
    ts, sign, mch_id, data = (envelope[name] for name in ("ts", "sign", "mch_id", "data"))
    if not _is_whole(ts) or len(str(ts)) != 10:
        raise Refused("ts must be a whole number of 10 digits (seconds)")
    if not _is_whole(mch_id) or mch_id != MCH_ID:
        raise Refused("unknown mch_id")
    if not isinstance(data, dict):
        raise Refused("data must be an object")
    canonical = json.dumps(data, separators=(",", ":"), sort_keys=True)
    if not _signed(sign, canonical.encode(), str(ts)):
        raise Refused("sign does not match")
    if abs(ts - clock.now()) > clock.tolerance_s:
        raise Refused(f"ts is more than {clock.tolerance_s} seconds away from the server's time")
    return data


def open_parameters(query: str, content_type: str, body: bytes, clock: Clock) -> Data:
    """Return the parameters of an Open API request once its headers, signature and time are in order."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused("Content-Type must be application/json", UNCLASSIFIED)
    asked = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
    missing = [name for name in ("mch", "ts", "sign") if not asked.get(name)]
    if missing:
        raise Refused(f"missing in the query string: {', '.join(missing)}")
    if not (asked["ts"].isascii() and asked["ts"].isdigit() and len(asked["ts"]) == 13):
        raise Refused("ts must have 13 digits (milliseconds)")
    if asked["mch"] != str(MCH_ID) or not _signed(asked["sign"], body, asked["ts"]):
        raise Refused("invalid signature", BAD_SIGNATURE)
    if abs(int(asked["ts"]) // 1000 - clock.now()) > clock.tolerance_s:
        raise Refused(
            f"invalid signature: ts is more than {clock.tolerance_s} seconds away from the server's time",
            BAD_SIGNATURE,
        )
    return _json_object(body)


def window(data: Data) -> RequestWindow:
    """Return the required window of at most 60 days."""
    return _checked(RequestWindow(_timestamp(data, "time_start"), _timestamp(data, "time_end")))


def window_or_latest(data: Data, now: int) -> RequestWindow:
    """Return the window of at most 60 days; left out, its end is now and its start 60 days before the end."""
    end = _timestamp(data, "time_end") if data.get("time_end") is not None else now + 1
    start = _timestamp(data, "time_start") if data.get("time_start") is not None else end - LONGEST_WINDOW_S
    return _checked(RequestWindow(start, end))


def hour_window(data: Data) -> RequestWindow:
    """Return the required window of at most one hour within one UTC day; it may end at midnight."""
    asked = window(data)
    if asked.end - asked.start > 3600:
        raise Refused("time range must not exceed 1 hour")
    if asked.start // DAY_S != (asked.end - 1) // DAY_S:
        raise Refused("time_start and time_end must lie within the same day")
    return asked


def whole(data: Data, name: str, least: int, most: int, default: int | None = None) -> int:
    """Return a whole number between `least` and `most`, or the default where it is left out."""
    value = data.get(name)
    if value is None:
        if default is None:
            raise Refused(f"missing parameter: {name}")
        return default
    if not _is_whole(value):
        raise Refused(f"{name} must be a whole number")
    if not least <= value <= most:
        raise Refused(f"{name} must be between {least} and {most}")
    return int(value)


def text(data: Data, name: str) -> str:
    """Return a required text."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(f"{name} must be a text that is not empty")
    return value


def whole_list(data: Data, name: str) -> list[int]:
    """Return a list of whole numbers, empty where it is left out."""
    value = data.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(_is_whole(item) for item in value):
        raise Refused(f"{name} must be a list of whole numbers")
    return value


def _checked(asked: RequestWindow) -> RequestWindow:
    if asked.start >= asked.end:
        raise Refused("time_start must be before time_end")
    if asked.end - asked.start > LONGEST_WINDOW_S:
        raise Refused("time range must not exceed 60 days")
    return asked


def _timestamp(data: Data, name: str) -> int:
    value = data.get(name)
    if value is None:
        raise Refused(f"missing parameter: {name}")
    if not _is_whole(value) or len(str(value)) != 10 or value < 0:
        raise Refused(f"{name} must be a whole number of 10 digits (seconds)")
    return int(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise Refused("the body is not JSON") from error
    if not isinstance(value, dict):
        raise Refused("the body must be a JSON object")
    return value


def _signed(sign: object, signed_bytes: bytes, ts: str) -> bool:
    expected = hashlib.md5(signed_bytes + ts.encode() + KEY.encode(), usedforsecurity=False).hexdigest()
    return isinstance(sign, str) and sign.isascii() and hmac.compare_digest(sign, expected)
