"""How the provider is reached: the environment's proxies and certificates, bounds on time and size."""

import gzip
import json
import socket
import threading
import time
import zlib

import httpx
import pytest

from tests.twoj_client.conftest import KEY, NOW, sample
from twoj_client import TwoJ
from twoj_client.errors import BadArgument, ConnectionFailed, NotJson, TimedOut, WrongShape
from twoj_client.network import UnusableEnvironment, certificates_for, is_loopback, proxy_for
from twoj_client.unpack import Damaged, TooLarge, unpacked

LIST = "/api/all/list"
NAMES = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSLKEYLOGFILE",
)
NOWHERE = {"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"}
UNUSABLE = [
    {"ALL_PROXY": "socks5://127.0.0.1:1"},
    {"HTTP_PROXY": "socks5h://proxy.example"},
    {"ALL_PROXY": "ftp://proxy.example"},
    {"HTTP_PROXY": "http://"},
    {"HTTP_PROXY": "http://proxy.example:port"},
    {"HTTP_PROXY": "http://[::1"},
    {"HTTP_PROXY": "proxy.example:99999999"},
]
UNREADABLE = [
    {"SSL_CERT_FILE": "/nowhere/certificates.pem"},
    {"SSL_CERT_FILE": __file__},
    {"SSL_CERT_DIR": "/nowhere"},
    {"SSLKEYLOGFILE": "/nowhere/keys"},
]


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def put(monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    "environment", [*UNUSABLE, *UNREADABLE, NOWHERE, {**NOWHERE, "NO_PROXY": "[::1]"}, {"NO_PROXY": "]["}]
)
def test_this_machine_is_reached_whatever_the_environment_says(
    provider, make_client, monkeypatch, environment
):
    put(monkeypatch, environment)
    provider.says(LIST, [])
    assert make_client().all.list().data == []


@pytest.mark.parametrize("environment", UNUSABLE)
def test_a_proxy_that_cannot_be_used_is_one_line_that_names_it(monkeypatch, environment):
    put(monkeypatch, environment)
    (name,) = environment
    with pytest.raises(UnusableEnvironment, match=rf"^{name}: expects an HTTP proxy such as") as caught:
        proxy_for("http://provider.example/x")
    assert "\n" not in str(caught.value)
    with pytest.raises(BadArgument, match=f"^{name}: "):
        TwoJ(summary_url="http://provider.example", mch_id=1, key=KEY)


@pytest.mark.parametrize("environment", UNREADABLE)
def test_certificates_that_cannot_be_read_are_one_line_that_names_them(monkeypatch, environment):
    put(monkeypatch, environment)
    (name,) = environment
    with pytest.raises(UnusableEnvironment, match=f"^{name}: expects a f"):
        certificates_for("https://provider.example")
    assert certificates_for("http://provider.example") is None


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "https://a.example", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://a.example", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://a.example", None),
        ({"HTTP_PROXY": " p:1 "}, "http://a.example", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, "https://a.example", "http://p:1"),
        ({"ALL_PROXY": "socks5://p:1", "HTTPS_PROXY": "http://p:2"}, "https://a.example", "http://p:2"),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.example,b"}, "https://a.example", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": ".example"}, "https://x.a.example", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "*"}, "https://a.example", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "[::1]"}, "https://a.example", "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, "http://localhost:8600", None),
        ({"ALL_PROXY": "http://p:1"}, "http://127.9.9.9:8600", None),
        ({"ALL_PROXY": "http://p:1"}, "http://[::1]:8600", None),
        ({"ALL_PROXY": "http://p:1"}, "http://127.0.0.1.example", "http://p:1"),
    ],
)
def test_which_proxy_is_taken(monkeypatch, environment, url, proxy):
    put(monkeypatch, environment)
    assert proxy_for(url) == proxy


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"]
)
def test_this_machine_is_known_by_its_names(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "localhost.example", "0x7f.example", "::2"])
def test_others_are_not_this_machine(host):
    assert not is_loopback(host)


def test_the_environments_proxy_is_asked(provider, make_client, monkeypatch):
    put(monkeypatch, {"HTTP_PROXY": provider.url})
    provider.answers["http://provider.example/api/all/list"] = lambda _call: (
        200,
        {},
        b'{"code": 200, "msg": "", "data": []}',
    )
    assert make_client(summary_url="http://provider.example").all.list().data == []


class Drip:
    """A server that sends `head`, then a byte each 20 ms for ever."""

    def __init__(self, head, byte):
        self._over = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._head, self._byte = head, byte
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        connection, _ = self._server.accept()
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(self._head)
                while not self._over.wait(0.02):
                    connection.sendall(self._byte)
            except OSError:
                pass

    def close(self):
        self._over.set()
        self._server.close()


DRIPS = {
    "status line": (b"HTTP/1.1 ", b"2"),
    "headers": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
    "chunk sizes": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "packed body": (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n", b"\x1f"),
}


@pytest.mark.parametrize(("head", "byte"), DRIPS.values(), ids=DRIPS)
def test_what_drips_for_ever_is_left_after_the_whole_calls_time(tmp_path, head, byte):
    drip = Drip(head, byte)
    begun = time.monotonic()
    with (
        TwoJ(summary_url=drip.url, mch_id=1, key=KEY, cache_url=tmp_path, timeout_s=8, budget_s=0.3) as twoj,
        pytest.raises((TimedOut, ConnectionFailed)),
    ):
        twoj.all.list()
    drip.close()
    assert time.monotonic() - begun < 6


def packed_answer(times):
    body = b'{"code": 200, "msg": "", "data": []}'
    for _ in range(times):
        body = gzip.compress(body, mtime=0)
    return body


def answering(content, codings):
    class Body(httpx.SyncByteStream):
        def __iter__(self):
            yield content

    return TwoJ(
        summary_url="http://provider.test",
        mch_id=101,
        key=KEY,
        cache_url="redis://127.0.0.1:1",
        clock=lambda: float(NOW),
        sleep=lambda _s: None,
        transport=httpx.MockTransport(
            lambda _request: httpx.Response(200, headers={"Content-Encoding": codings}, stream=Body())
        ),
    )


@pytest.mark.parametrize(
    ("times", "codings"), [(0, ""), (0, "identity"), (1, "gzip"), (1, "GZIP "), (2, "gzip, gzip")]
)
def test_packed_answers_are_read(times, codings):
    with answering(packed_answer(times), codings) as twoj:
        assert twoj.all.list().data == []


def bomb(times):
    body = b" " * 200_000_000
    for _ in range(times):
        body = gzip.compress(body, 1, mtime=0)
    return body


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.slow
def test_few_bytes_that_stand_for_many_are_not_unpacked(times):
    with (
        answering(bomb(times), ", ".join(["gzip"] * times)) as twoj,
        pytest.raises(NotJson, match="too large"),
    ):
        twoj.all.list()


BARE = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": gzip.compress(b"hello", mtime=0),
    "x-gzip": gzip.compress(b"hello", mtime=0),
    "deflate": zlib.compress(b"hello"),
    " Deflate": BARE.compress(b"hello") + BARE.flush(),
    "deflate, gzip": gzip.compress(zlib.compress(b"hello"), mtime=0),
}


@pytest.mark.parametrize(("codings", "packed"), PACKED.items())
def test_each_coding_is_unpacked_up_to_the_limit(codings, packed):
    assert unpacked(packed, codings, 100) == b"hello"
    with pytest.raises(TooLarge):
        unpacked(packed, codings, 4)
    with pytest.raises(Damaged):
        unpacked(packed[:-1], codings, 100)


@pytest.mark.parametrize("codings", ["br", "zstd", "compress", "gzip, gzip, gzip", "gzip;q=1"])
def test_what_was_not_asked_for_is_damaged(codings):
    with pytest.raises(Damaged):
        unpacked(packed_answer(3), codings, 100)


def page(**changes):
    (bet, *_others) = sample("all.history")["response"]["data"]["items"]
    return {"items": [bet], "total": 1, "page": 1, "page_size": 2000} | changes


def test_a_total_that_cannot_be_is_an_error_of_its_window(provider, twoj):
    provider.says("/api/all/history", page(total=10**15, page_size=1))
    with pytest.raises(WrongShape, match="an hour has 1000000000000000 bets"):
        twoj.all.history(start=NOW - 9000, end=NOW - 5400)
    assert len(provider.calls) == 1


@pytest.mark.slow
def test_nothing_is_asked_for_behind_an_empty_page(provider, make_client):
    def answer(call):
        number = call.data["page"]
        items = page()["items"] if number == 1 else []
        found = page(items=items, total=4000, page_size=1)
        return 200, {}, json.dumps({"code": 200, "msg": "", "data": found}).encode()

    provider.answers["/api/all/history"] = answer
    reply = make_client(max_in_flight=1).all.history(start=NOW - 9000, end=NOW - 5400)
    assert not reply.complete
    assert len(reply.data) == 1
    assert len(provider.calls) < 20


def test_records_whose_next_page_never_ends_are_left(provider, twoj):
    answer = {"header": {"code": 0, "msg": ""}, "result": {"next_id": 7, "records": []}}
    provider.answers["/open2j/w/transfer/records"] = lambda _call: (200, {}, json.dumps(answer).encode())
    assert twoj.transfer.find(op_id="a", trans_no="number-1").data is None
    assert len(provider.calls) <= 5
