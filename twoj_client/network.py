"""How the client reaches the provider: through which proxy, with which certificates, and for how long.

The environment may name a proxy (``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``) and
certificates (``SSL_CERT_FILE``, ``SSL_CERT_DIR``). This machine itself is never asked through a proxy.
"""

import os
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import httpcore
import httpx

_KEPT_S = 5.0
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


class UnusableEnvironment(Exception):
    """A setting of the environment cannot be used. Its text is one line that names it."""


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def proxy_for(url: str) -> str | None:
    """Return the address of the proxy by which the environment wants `url` reached, None if directly.

    Raises UnusableEnvironment: that address is none of an HTTP proxy.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxies = getproxies_environment()
    if is_loopback(host) or proxy_bypass(host, proxies):
        return None
    kind = parts.scheme if proxies.get(parts.scheme) else "all"
    address = proxies.get(kind, "").strip()
    if not address:
        return None
    if "://" not in address:
        address = f"http://{address}"
    try:
        proxy = httpx.URL(address)
        usable = proxy.scheme in {"http", "https"} and proxy.host and (proxy.port or 80) in range(1, 2**16)
    except (httpx.InvalidURL, ValueError):
        usable = False
    if not usable:
        raise UnusableEnvironment(
            f"{kind.upper()}_PROXY: expects an HTTP proxy such as http://proxy.example:3128; "
            f"{host} can be left out with NO_PROXY"
        )
    return address


def certificates_for(url: str) -> ssl.SSLContext | None:
    """Return what proves that the server, or the proxy before it, is who it says; None where neither must.

    Raises UnusableEnvironment: the environment names certificates that cannot be read.
    """
    if not {urlsplit(url).scheme, urlsplit(proxy_for(url) or "").scheme} & {"https"}:
        return None
    named = {name: os.environ[name] for name in _CERTIFICATES if os.environ.get(name)}
    folder = named.get("SSL_CERT_DIR")
    if folder and "SSL_CERT_FILE" not in named and not Path(folder).is_dir():
        raise UnusableEnvironment("SSL_CERT_DIR: expects a folder of certificates that can be read")
    try:
        return httpx.create_ssl_context()
    except OSError:  # ssl.SSLError is one
        pass
    name = next((name for name in ("SSL_CERT_FILE", "SSLKEYLOGFILE") if name in named), "SSL_CERT_FILE")
    raise UnusableEnvironment(f"{name}: expects a file that can be {'written' if 'KEY' in name else 'read'}")


class Network(httpx.BaseTransport):
    """Connections to the servers of `urls`, of which up to `kept` are kept between requests.

    Inside :func:`ends_at`, no wait for the network lasts beyond that time by `timer`: httpx itself bounds
    each wait alone, and a server that sends a byte now and then would never end.

    Raises UnusableEnvironment: see :func:`proxy_for` and :func:`certificates_for`.
    """

    def __init__(
        self, urls: Iterable[str], *, kept: int, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._pools = {_server(url): _pool(url, kept, timer) for url in urls}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; only to one of the servers that were named."""
        pool = self._pools[_server(str(request.url))]
        assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101 - no coroutine gets here
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = pool.handle_request(asked)
        assert isinstance(answer.stream, Iterable)  # noqa: S101
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connections."""
        for pool in self._pools.values():
            pool.close()


@contextmanager
def ends_at(deadline: float) -> Iterator[None]:
    """Let no wait for the network inside last beyond `deadline`, by the timer of the :class:`Network`."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


_deadline: ContextVar[float] = ContextVar("deadline")


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        with _as_httpx():
            self._answer.close()


class _Bounded(httpcore.NetworkBackend):
    """Connects as httpcore does, and lets no wait last beyond the deadline."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._backend = httpcore.SyncBackend()
        self._timer = timer

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left_s = _left_s(self._timer, timeout)
        stream = self._backend.connect_tcp(host, port, left_s, local_address, socket_options)
        return _BoundedStream(stream, self._timer)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, timer: Callable[[], float]) -> None:
        self._stream = stream
        self._timer = timer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left_s(self._timer, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left_s(self._timer, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left_s = _left_s(self._timer, timeout)
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, left_s), self._timer)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _left_s(timer: Callable[[], float], timeout: float | None) -> float | None:
    """Return how long to wait at most; after the deadline only what has arrived already is taken."""
    deadline = _deadline.get(None)
    if deadline is None:
        return timeout
    left_s = max(deadline - timer(), 0.001)
    return left_s if timeout is None else min(timeout, left_s)


def _server(url: str) -> tuple[str, str, int | None]:
    parts = httpx.URL(url)
    return parts.scheme, parts.host, parts.port


def _pool(url: str, kept: int, timer: Callable[[], float]) -> httpcore.ConnectionPool:
    certificates, address = certificates_for(url), proxy_for(url)
    proxy = None
    if address:
        there = httpx.URL(address)
        proxy = httpcore.Proxy(
            str(there.copy_with(username=None, password=None)),
            auth=(there.username, there.password) if there.username else None,
            ssl_context=certificates if there.scheme == "https" else None,
        )
    return httpcore.ConnectionPool(
        certificates,
        proxy,
        max_connections=None,
        max_keepalive_connections=kept,
        keepalive_expiry=_KEPT_S,
        network_backend=_Bounded(timer),
    )


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Turn errors of httpcore into those of httpx, which have the same names."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error
