"""Whatever an answer holds ends in the error tree, or in a value; for money, the records are asked."""

import contextlib
import itertools
import json

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twoj_client.conftest import KEY, NOW, ok_open, sample
from tests.twoj_client.test_samples import CALLS, ask
from tests.twoj_client.test_transfer import DEPOSIT, RECORDS, Wallet, code
from twoj_client import OutcomeUnknown, TwoJ, TwoJError
from twoj_client.endpoints import ENDPOINTS, Family
from twoj_client.errors import (
    AccountExists,
    AccountUnknown,
    BalanceTooLow,
    HttpStatus,
    NotPermitted,
    ParameterRefused,
    SignatureRefused,
    WithdrawalLocked,
)

NAMES = [endpoint.name for endpoint in ENDPOINTS]
DEEP = b"[" * 200_000 + b"]" * 200_000
ODD_VALUES = {
    "nested brackets": DEEP,
    "nested objects": b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    "a million digits": b"9" * 10**6,
    "4301 digits": b"9" * 4301,
    "a million decimals": b"0." + b"1" * 10**6,
    "a huge decimal": b"1e999999999",
    "a huge decimal as text": b'"1e999999999"',
    "an exponent beyond decimals": b"1e99999999999999999999",
    "an infinite float": b"1e400",
    "a small float": b"-1e-400",
    "a lone surrogate": rb'"\ud800"',
    "a turned pair": rb'"\udc00\ud800"',
    "invalid UTF-8": b'"\xff\xfe"',
    "not a number": b"NaN",
    "not a number as text": b'"NaN"',
    "infinity": b"Infinity",
    "minus infinity as text": b'"-Infinity"',
    "null": b"null",
    "true": b"true",
    "a list": b"[]",
    "an object": b"{}",
    "a bare word": b"undefined",
    "nothing": b"",
    "a control character": b'"\x00"',
    "digits of another script": '"１２３"'.encode(),
    "a number with underscores": b'"1_000"',
}


def envelopes(endpoint):
    """All places of an answer where something odd can stand, with `@` for it."""
    if endpoint.family is Family.SUMMARY:
        yield '{"code":200,"msg":"","data":@}'
        yield '{"code":200,"msg":@,"data":{}}'
        yield '{"code":500,"msg":@}'
        yield '{"code":@,"msg":"","data":{}}'
        yield '{"code":200,"msg":"","data":{},"code":@}'
    else:
        yield '{"header":{"code":0,"msg":"","timestamp":1},"result":@}'
        yield '{"header":{"code":0,"msg":@,"timestamp":1},"result":{}}'
        yield '{"header":{"code":500000,"msg":@}}'
        yield '{"header":{"code":0,"msg":"","timestamp":@},"result":{}}'
        yield '{"header":{"code":@,"msg":""},"result":{}}'
        yield '{"header":@,"result":{}}'
    yield "@"
    response = sample(endpoint.name)["response"]
    for path in _leaves(response):
        yield json.dumps(_with(response, path, "@")).replace('"@"', "@")


def _leaves(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _leaves(inner, (*path, key))


def _with(value, path, new):
    if not path:
        return new
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = _with(value[path[0]], path[1:], new)
    return copied


def client(answer, **options):
    return TwoJ(
        summary_url="http://provider.test",
        mch_id=101,
        key=KEY,
        cache_url="redis://127.0.0.1:1",
        sleep=lambda _s: None,
        transport=httpx.MockTransport(answer),
        **({"clock": lambda: float(NOW)} | options),
    )


class Said:
    """What the provider of :func:`told` says; months pass between two questions, so that each is asked."""

    body = b""

    def __init__(self):
        months = itertools.count(NOW, 90 * 86_400)
        self.twoj = client(
            lambda _request: httpx.Response(200, content=self.body), timer=lambda: next(months)
        )

    def ends_well(self, name, body):
        self.body = body
        with contextlib.suppress(TwoJError):
            ask(self.twoj, name, **CALLS[name])


@pytest.fixture(scope="module")
def told():
    said = Said()
    with said.twoj:
        yield said


@pytest.mark.parametrize("odd", ODD_VALUES.values(), ids=ODD_VALUES)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
@pytest.mark.slow
def test_whatever_stands_anywhere_in_an_answer_ends_in_the_tree(told, endpoint, odd):
    for envelope in envelopes(endpoint):
        told.ends_well(endpoint.name, envelope.encode().replace(b"@", odd))


@settings(max_examples=50)
@given(name=st.sampled_from(NAMES), data=st.data())
@pytest.mark.slow
def test_any_json_in_any_place_ends_in_the_tree(told, name, data):
    endpoint = next(endpoint for endpoint in ENDPOINTS if endpoint.name == name)
    envelope = data.draw(st.sampled_from(list(envelopes(endpoint))))
    leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
    odd = data.draw(
        st.recursive(
            leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
        )
    )
    told.ends_well(name, envelope.replace("@", json.dumps(odd)).encode())


@settings(max_examples=50)
@given(name=st.sampled_from(NAMES), body=st.binary(max_size=200))
@pytest.mark.slow
def test_any_bytes_end_in_the_tree(told, name, body):
    told.ends_well(name, body)


@settings(max_examples=50)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_a_damaged_answer_ends_in_the_tree(told, name, data):
    body = bytearray(json.dumps(sample(name)["response"]).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=3))
    told.ends_well(name, bytes(body))


HEADERS = {
    "Retry-After": [
        "9" * 400,
        "-1",
        "soon",
        "٣",
        "²",
        "Mon, 01 Jan 99999 00:00:00 GMT",
        "",
        "1e9",
        "Thu, 01 Jan 0001 00:00:00 -9999",
    ],
    "Date": ["tomorrow", "", "Mon, 01 Jan 99999 00:00:00 GMT", "Thu, 01 Jan 0001 00:00:00 -9999", "\xff"],
    "Location": ["http://[", "//", "\xff", "http://a:99999999/"],
    "Content-Type": ["text/\xff; charset=nonsense", ""],
    "Set-Cookie": ["\xff=;;;", "a=b; expires=Mon, 01 Jan 99999 00:00:00 GMT"],
    "Content-Encoding": ["gzip", "br", "nonsense", "gzip, gzip", "\xff", ",,,"],
}


@pytest.mark.parametrize(("header", "value"), [(name, value) for name in HEADERS for value in HEADERS[name]])
@pytest.mark.parametrize("status", [200, 302, 503])
def test_whatever_a_header_holds_ends_in_the_tree(header, value, status):
    body = json.dumps(sample("all.list")["response"]).encode()

    class Odd(httpx.SyncByteStream):
        def __iter__(self):
            yield body

    def answer(_request):
        return httpx.Response(status, headers=[(header.encode(), value.encode())], stream=Odd())

    with client(answer) as twoj:
        for _ in range(2):
            with contextlib.suppress(TwoJError):
                twoj.all.list()


UNREADABLE = {
    name: b'{"header":{"code":0,"msg":""},"result":%s}' % odd for name, odd in ODD_VALUES.items()
} | {
    f"{name} as balance": b'{"header":{"code":0},"result":{"balance":%s}}' % odd
    for name, odd in ODD_VALUES.items()
}


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
def test_after_an_unreadable_answer_to_a_deposit_the_records_are_asked(provider, twoj, answer):
    wallet = Wallet(provider)
    wallet.answer = (200, {}, answer)
    reply = twoj.transfer.deposit(op_id="a", amount=500, trans_no="number-1")
    assert (reply.data.trans_no, reply.data.balance) == ("number-1", 700)
    assert [call.path for call in provider.calls] == [DEPOSIT, RECORDS]


UNKNOWN = "unknown"
# What an answer to a transfer means where the records do not know the transfer (yet).
MEANINGS = [
    *((status, None, UNKNOWN) for status in (100, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 408)),
    *((status, None, HttpStatus) for status in range(400, 500) if status != 408),
    *(
        (status, None, UNKNOWN)
        for status in (500, 501, 502, 503, 504, 505, 507, 511, 520, 522, 524, 529, 599)
    ),
    (200, 100000, ParameterRefused),
    (200, 100404, UNKNOWN),
    (200, 500000, UNKNOWN),
    (200, 500001, AccountUnknown),
    (200, 500002, AccountExists),
    (200, 500004, UNKNOWN),
    (200, 500005, UNKNOWN),
    (200, 500006, UNKNOWN),
    (200, 500007, UNKNOWN),
    (200, 500008, SignatureRefused),
    (200, 500009, NotPermitted),
    (200, 500101, UNKNOWN),
    (200, 500102, WithdrawalLocked),
    (200, 500103, BalanceTooLow),
    (200, 1, UNKNOWN),
    (200, -1, UNKNOWN),
    (200, 200, UNKNOWN),
]


@pytest.mark.parametrize("method", ["deposit", "withdraw"])
@pytest.mark.parametrize(("status", "number", "meaning"), MEANINGS)
def test_what_each_answer_to_a_transfer_means(status, number, meaning, method):
    def answer(request):
        if request.url.path == RECORDS:
            return httpx.Response(200, content=ok_open({"next_id": 0, "records": []})[2])
        return httpx.Response(status, content=b"" if number is None else code(number)[2])

    with client(answer) as twoj, pytest.raises(TwoJError) as caught:
        getattr(twoj.transfer, method)(op_id="a", amount=500, trans_no="number-1")
    assert type(caught.value) is (OutcomeUnknown if meaning == UNKNOWN else meaning)


BROKEN = {
    httpx.ConnectError: False,
    httpx.ConnectTimeout: False,
    httpx.PoolTimeout: False,
    httpx.ReadTimeout: True,
    httpx.WriteTimeout: True,
    httpx.ReadError: True,
    httpx.WriteError: True,
    httpx.CloseError: True,
    httpx.RemoteProtocolError: True,
}


@pytest.mark.parametrize(("kind", "was_sent"), BROKEN.items())
def test_what_a_broken_connection_means_for_a_transfer(kind, was_sent):
    def answer(request):
        if request.url.path == RECORDS:
            return httpx.Response(200, content=ok_open({"next_id": 0, "records": []})[2])
        raise kind("broken")

    with client(answer) as twoj, pytest.raises(TwoJError) as caught:
        twoj.transfer.deposit(op_id="a", amount=500, trans_no="number-1")
    assert isinstance(caught.value, OutcomeUnknown) == was_sent
