"""The provider's two signatures: MD5 of body text, time and merchant key. Pure functions.

Sources: "Interface Signature (sign) Algorithm" of the Summary API document; the Open API signs the exact
body bytes and takes the time in milliseconds.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

_canonical = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


def canonical_json(data: Mapping[str, Any]) -> bytes:
    r"""Return `data` as the provider's canonical JSON: compact, keys sorted, non-ASCII as ``\uXXXX``."""
    return _canonical(data).encode("ascii")


def sign(text: bytes, ts: int, key: str) -> str:
    """Return the signature of `text`: lower-case hex MD5 of text, `ts` and `key`.

    `ts` is in seconds for the Summary API, in milliseconds for the Open API.
    """
    return hashlib.md5(b"%b%d%b" % (text, ts, key.encode()), usedforsecurity=False).hexdigest()


def matches(signature: str, text: bytes, ts: int, key: str) -> bool:
    """Say whether `signature` is that of `text`, in a time that does not depend on where they differ."""
    return hmac.compare_digest(signature.encode(), sign(text, ts, key).encode())


def summary_body(data: bytes, *, ts_s: int, mch_id: int, signature: str) -> bytes:
    """Return the Summary API's request body around `data`, whose very bytes were signed."""
    return b'{"ts":%d,"sign":"%b","mch_id":%d,"data":%b}' % (ts_s, signature.encode(), mch_id, data)
