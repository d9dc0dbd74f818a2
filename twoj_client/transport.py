"""The wire: signs, sends once, and turns every failure into an error of the tree.

The only module that opens sockets; clock and timer are handed in.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, NamedTuple

import httpx

from twoj_client.decode import opened
from twoj_client.endpoints import Endpoint, Family
from twoj_client.errors import (
    BadArgument,
    ConnectionFailed,
    HttpStatus,
    NotJson,
    TimedOut,
    TwoJError,
)
from twoj_client.network import Network, ends_at
from twoj_client.provider_clock import Moment, ProviderClock, Told
from twoj_client.signing import sign, summary_body
from twoj_client.unpack import Damaged, TooLarge, unpacked

_LARGEST_BODY = 16 * 2**20
_SERVER = re.compile(rb"[a-z0-9.:\[\]-]{1,255}")
_LEADS_TO = "leads_to"


@dataclass(frozen=True)
class Credentials:
    """Who asks, and where. The key stays out of the repr."""

    summary_url: str
    open_url: str
    mch_id: int
    key: str

    def __repr__(self) -> str:
        return f"Merchant(mch_id={self.mch_id}, summary_url={self.summary_url!r}, open_url={self.open_url!r})"


class Received(NamedTuple):
    """A payload, and when the provider said it."""

    payload: memoryview
    at: Moment


class _NoSignature(logging.Filter):
    """Blots the signature out of the addresses that httpx logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_unsigned(arg) for arg in record.args)
        return True


def _unsigned(arg: object) -> object:
    if isinstance(arg, httpx.URL) and "sign" in arg.params:
        return arg.copy_set_param("sign", "…")
    return arg


logging.getLogger("httpx").addFilter(_NoSignature())


class ApiCall(NamedTuple):
    """A call to be sent: its body as canonical JSON, not signed yet; `deadline` is on the client's timer."""

    endpoint: Endpoint[Any]
    body: bytes
    deadline: float
    hurried: bool = False


class Wire:
    """Signs calls and sends them, over one pool of connections for all threads.

    `timeout_s` bounds each wait for the network.
    """

    def __init__(
        self,
        merchant: Credentials,
        *,
        clock: Callable[[], float],
        timer: Callable[[], float],
        timeout_s: float,
        max_in_flight: int,
        provider_clock: ProviderClock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._merchant = merchant
        self._clock = clock
        self._timer = timer
        self._timeout_s = timeout_s
        self._provider_clock = provider_clock
        # A kept connection may be closed by the other side just as a transfer is sent over it. A new one for
        # each transfer leaves fewer outcomes unknown.
        self._reads, self._transfers = (
            httpx.Client(
                transport=transport
                or Network({merchant.summary_url, merchant.open_url}, kept=kept, timer=timer),
                trust_env=False,  # the network knows the environment's proxies
                event_hooks={"response": [_not_followed]},
                # None is taken: one that is not ASCII would break every later request.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            )
            for kept in (max_in_flight, 0)
        )

    def close(self) -> None:
        """Close the connections."""
        self._reads.close()
        self._transfers.close()

    def send(self, call: ApiCall) -> Received:
        """Send once. Raises TwoJError."""
        # Raised outside of `except`: the errors of httpx carry the signed address.
        try:
            with ends_at(call.deadline):
                return self._exchange(call.endpoint, call.body, call.deadline)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict) as error:
            failure = from_httpx(error, call.endpoint.path)
        raise failure

    def _exchange(self, endpoint: Endpoint[Any], body: bytes, deadline: float) -> Received:
        asked_at = self._clock()
        request, signature = self._signed(endpoint, body, deadline - self._timer())
        client = self._transfers if endpoint.money else self._reads
        response = client.send(request, stream=True)
        try:
            answer = self._read(endpoint, response, deadline)
        finally:
            response.close()
        heard_at = self._clock()
        good = opened(endpoint, answer, (self._merchant.key, signature))
        told = _told(response.headers, good.provider_ms)
        return Received(good.payload, self._provider_clock.moment(told, asked_at, heard_at))

    def _signed(self, endpoint: Endpoint[Any], body: bytes, left_s: float) -> tuple[httpx.Request, str]:
        who = self._merchant
        now = self._clock()
        query = None
        if endpoint.family is Family.SUMMARY:
            url, ts = who.summary_url, int(now)
            signature = sign(body, ts, who.key)
            body = summary_body(body, ts_s=ts, mch_id=who.mch_id, signature=signature)
        else:
            url, ts = who.open_url, int(now * 1000)
            signature = sign(body, ts, who.key)
            query = {"mch": str(who.mch_id), "ts": str(ts), "sign": signature}
        request = self._reads.build_request(
            "POST",
            url + endpoint.path,
            params=query,
            content=body,
            headers={"Content-Type": "application/json", "Accept-Encoding": "gzip"},
            timeout=max(min(self._timeout_s, left_s), 0.001),
        )
        return request, signature

    def _read(self, endpoint: Endpoint[Any], response: httpx.Response, deadline: float) -> bytes:
        if response.status_code != 200:
            raise HttpStatus(
                response.status_code,
                endpoint=endpoint.path,
                retry_after_s=_retry_after_s(response.headers.get("Retry-After"), self._clock()),
                moved_to=_moved_to(response),
            )
        # Not unpacked by httpx, which knows no bound: 6.6 kB packed twice are 3.7 GB.
        is_unpacked = response.is_stream_consumed
        chunks, size = [], 0
        for chunk in [response.content] if is_unpacked else response.iter_raw():
            chunks.append(chunk)
            size += len(chunk)
            if size > _LARGEST_BODY:
                raise _too_large(endpoint.path)
            if self._timer() > deadline:
                raise TimedOut("The provider's answer took too long.", endpoint=endpoint.path)
        codings = "" if is_unpacked else response.headers.get("Content-Encoding", "")
        try:
            return unpacked(b"".join(chunks), codings, _LARGEST_BODY)
        except TooLarge:
            raise _too_large(endpoint.path) from None
        except Damaged:
            raise _damaged(endpoint.path) from None


def from_httpx(error: Exception, path: str) -> TwoJError:
    """Return the error of the tree for one of httpx; its text is left out, as it may hold the address."""
    if isinstance(error, httpx.TimeoutException):
        was_sent = not isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
        return TimedOut("The provider took too long.", endpoint=path, was_sent=was_sent)
    if isinstance(error, httpx.DecodingError):
        return _damaged(path)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return BadArgument("The provider's address is not one.", endpoint=path)
    if isinstance(error, httpx.ConnectError):
        return ConnectionFailed("No connection to the provider.", endpoint=path, was_sent=False)
    return ConnectionFailed("The connection to the provider broke.", endpoint=path)


def _too_large(path: str) -> NotJson:
    return NotJson("The provider's answer is too large.", endpoint=path)


def _damaged(path: str) -> NotJson:
    return NotJson("The provider's answer is damaged.", endpoint=path)


def _not_followed(response: httpx.Response) -> None:
    """Keep a redirect from httpx, which reads where it leads without following, and breaks off over some."""
    response.extensions[_LEADS_TO] = response.headers.pop("Location", "")


def _moved_to(response: httpx.Response) -> str:
    """Return scheme and host of another server that an answer leads to; no more, the rest may be signed."""
    if not response.is_redirect:
        return ""
    try:
        there = response.request.url.join(response.extensions[_LEADS_TO])
    except (httpx.InvalidURL, ValueError):
        return ""
    here = response.request.url
    if there.scheme not in ("http", "https") or not _SERVER.fullmatch(there.netloc):
        return ""
    is_other = (there.scheme, there.netloc) != (here.scheme, here.netloc)
    return f"{there.scheme}://{there.netloc.decode()}" if is_other else ""


def _told(headers: httpx.Headers, told_ms: int | None) -> list[Told]:
    """Return the times that an answer tells: its ``Date`` (RFC 9110, 6.6.1), and its header's timestamp."""
    told = [] if told_ms is None else [Told(told_ms / 1000, 0.001)]
    for value in headers.get_list("Date"):
        try:
            date = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            continue
        # "-0000" is UTC too, where the sender's zone is not known.
        told.append(Told((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp(), 1.0))
    return told


def _retry_after_s(value: str | None, now: float) -> float | None:
    """Return the seconds a ``Retry-After`` header asks for: a number, or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(parsedate_to_datetime(value).timestamp() - now, 0.0)
    except (ValueError, OverflowError):
        return None
