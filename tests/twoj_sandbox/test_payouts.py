"""Jackpots paid out by calls to the operator: signed, and repeated until they are answered with HTTP 200."""

import hashlib
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from ledger.payouts.outcome import CallAnswer
from ledger.payouts.payout_call import MerchantKey, examine
from tests.provider import CLOCK, start_sandbox
from twoj_sandbox import KEY, MCH_ID
from twoj_sandbox.payouts import BACKLOG_MS, order

NOW_MS, HOUR_S = CLOCK * 1000, 3600


@contextmanager
def operator(answer) -> Iterator[tuple[str, "queue.Queue[tuple[str, bytes]]"]]:
    """Take calls and answer each with the status that `answer` gives for its body."""
    calls: queue.Queue[tuple[str, bytes]] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            path, _, query = self.path.partition("?")
            assert path == "/order/jackpot"
            assert self.headers["Content-Type"] == "application/json"
            calls.put((query, body))
            self.send_response(answer(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/order/jackpot", calls
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def take(calls, count):
    return [calls.get(timeout=20) for _ in range(count)]


@pytest.mark.slow
def test_what_was_hit_is_paid_out_and_signed_as_documented(truth):
    hits = truth.jackpots.hits(NOW_MS - BACKLOG_MS, NOW_MS)
    with (
        operator(lambda _body: 200) as (url, calls),
        start_sandbox("--payouts-to", url, clock=CLOCK) as sandbox,
    ):
        came = take(calls, len(hits))
        sandbox.advance_clock(HOUR_S)
        later = truth.jackpots.hits(NOW_MS, NOW_MS + HOUR_S * 1000)
        came += take(calls, len(later))
        assert calls.empty()
    paid = {json.loads(body)["order"]["trans_no"]: json.loads(body) for _, body in came}
    assert paid == {hit.trans_no: order(hit) for hit in (*hits, *later)}
    for query, body in came:
        asked = {name: value for name, (value,) in parse_qs(query).items()}
        assert asked["mch"] == str(MCH_ID)
        assert asked["sign"] == hashlib.md5(body + f"{asked['ts']}{KEY}".encode()).hexdigest()


def test_the_receiver_takes_every_one_of_them(truth):
    merchant = MerchantKey(MCH_ID, KEY)
    for hit in truth.jackpots.hits(NOW_MS - 30 * BACKLOG_MS, NOW_MS):
        body = json.dumps(order(hit)).encode()
        signature = hashlib.md5(body + f"{NOW_MS}{KEY}".encode()).hexdigest()
        asks = examine(f"mch={MCH_ID}&ts={NOW_MS}&sign={signature}".encode(), body, merchant).asks
        assert not isinstance(asks, CallAnswer)
        assert (asks.trans_no, asks.amount_li, asks.parts_differ) == (hit.trans_no, hit.amount_li, False)


@pytest.mark.slow
def test_a_call_is_repeated_until_it_is_answered_with_200(truth):
    hit, *_ = truth.jackpots.hits(NOW_MS - BACKLOG_MS, NOW_MS)
    mine = hit.trans_no.encode()
    statuses = iter([503, 200])

    def answer(body):
        return next(statuses) if mine in body else 200

    with operator(answer) as (url, calls), start_sandbox("--payouts-to", url, clock=CLOCK):
        first = next(call for call in iter(lambda: calls.get(timeout=20), None) if mine in call[1])
        second = next(call for call in iter(lambda: calls.get(timeout=20), None) if mine in call[1])
    assert first[1] == second[1]


@pytest.mark.slow
def test_it_ends_while_a_call_is_under_way():
    with start_sandbox("--payouts-to", "http://127.0.0.1:9/order/jackpot", clock=CLOCK) as sandbox:
        sandbox.process.terminate()
        assert sandbox.process.wait(5) == 0
