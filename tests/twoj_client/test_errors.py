"""Every failure is an error of the tree, says what to do, and gives nothing away."""

import inspect
import io
import json
import logging
import traceback
from decimal import Decimal

import httpx
import pytest

from tests.twoj_client.conftest import KEY, MCH_ID, NOW, ok, ok_open
from twoj_client import TwoJ, TwoJError, errors
from twoj_client.errors import (
    AccountExists,
    AccountUnknown,
    BalanceTooLow,
    ConnectionFailed,
    DuplicateTransfer,
    HttpStatus,
    NotJson,
    NotPermitted,
    ParameterRefused,
    ServiceFailed,
    SignatureRefused,
    TimedOut,
    WithdrawalLocked,
    WrongShape,
)
from twoj_client.transport import from_httpx

LIST, POOL, BALANCE = "/api/all/list", "/open2j/g/gjp/pool", "/open2j/w/transfer/balance"
TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, TwoJError)]
HTTPX = [
    kind
    for _, kind in inspect.getmembers(httpx, inspect.isclass)
    if issubclass(kind, Exception) and not issubclass(kind, httpx.HTTPStatusError)
]


def leaks(text: str, call) -> bool:
    """Say whether `text` holds the key or the signature of `call`."""
    signature = call.query.rpartition("sign=")[2] or json.loads(call.body)["sign"]
    assert len(signature) == 32
    return KEY in text or signature in text


def test_the_tree_is_drawn_whole():
    drawn = errors.__doc__
    assert all(kind.__name__ in drawn for kind in TREE)


@pytest.mark.parametrize("kind", TREE)
def test_each_error_says_what_to_do(kind):
    assert kind.what_to_do.endswith(".")
    assert kind.__doc__


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (100000, ParameterRefused),
        (100404, ServiceFailed),
        (500000, ServiceFailed),
        (500001, AccountUnknown),
        (500002, AccountExists),
        (500004, ServiceFailed),
        (500008, SignatureRefused),
        (500009, NotPermitted),
        (500101, DuplicateTransfer),
        (500102, WithdrawalLocked),
        (500103, BalanceTooLow),
    ],
)
def test_open_api_codes(provider, twoj, code, kind):
    answer = {"header": {"code": code, "msg": "so it is", "timestamp": 1}, "result": None}
    provider.answers[BALANCE] = lambda _call: (200, {}, json.dumps(answer).encode())
    with pytest.raises(kind) as caught:
        twoj.transfer.balance(op_id="a")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.endpoint) == (code, BALANCE)
    assert "so it is" in str(caught.value)
    assert caught.value.what_to_do in str(caught.value)


@pytest.mark.parametrize(("code", "kind", "calls"), [(400, ParameterRefused, 1), (500, ServiceFailed, 4)])
def test_summary_api_codes(provider, twoj, code, kind, calls):
    provider.answers[LIST] = lambda _call: (200, {}, json.dumps({"code": code, "msg": "no"}).encode())
    with pytest.raises(kind) as caught:
        twoj.all.list()
    assert (caught.value.code, caught.value.endpoint) == (code, LIST)
    assert len(provider.calls) == calls


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (500, {}, b"", HttpStatus),
        (502, {}, b"<html>Bad gateway</html>", HttpStatus),
        (429, {"Retry-After": "1"}, b"", HttpStatus),
        (404, {}, b"", HttpStatus),
        (302, {"Location": "/elsewhere"}, b"", HttpStatus),
        (200, {}, b"<html>Welcome</html>", NotJson),
        (200, {}, b'{"code": 200, "msg": "", "da', NotJson),
        (200, {}, b"", NotJson),
        (200, {"Content-Encoding": "gzip"}, b"no gzip", NotJson),
        (200, {}, b"[]", WrongShape),
        (200, {}, b"null", WrongShape),
        (200, {}, b'{"msg": ""}', WrongShape),
        (200, {}, b'{"code": 200}', WrongShape),
        (200, {}, b'{"code": 200, "data": "nothing"}', WrongShape),
        (200, {}, b'{"code": 200, "data": [] "', NotJson),
        (200, {}, b'{"code": 400, "msg": "\xff\xfe"}', ParameterRefused),
    ],
)
def test_bad_answers(provider, twoj, status, headers, body, kind):
    provider.answers[LIST] = lambda _call: (status, headers, body)
    with pytest.raises(kind) as caught:
        twoj.all.list()
    assert type(caught.value) is kind
    assert caught.value.endpoint == LIST
    assert caught.value.code == {HttpStatus: status, ParameterRefused: 400}.get(kind)
    assert len(provider.calls) == (4 if caught.value.retry_may_help else 1)


def test_an_answer_that_never_ends_is_cut(provider, twoj):
    provider.answers[LIST] = lambda _call: (200, {}, b" " * 30_000_000)
    with pytest.raises(NotJson, match="too large"):
        twoj.all.list()


def test_no_connection(make_client):
    twoj = make_client(summary_url="http://127.0.0.1:1")
    with pytest.raises(ConnectionFailed) as caught:
        twoj.all.list()
    assert not caught.value.was_sent


def test_a_hanging_provider(provider, make_client):
    provider.answers[LIST] = lambda _call: provider.hang.wait(5) and (200, {}, b"")
    twoj = make_client(timeout_s=0.05)
    with pytest.raises(TimedOut) as caught:
        twoj.all.list()
    assert caught.value.was_sent


@pytest.mark.parametrize("kind", HTTPX, ids=[kind.__name__ for kind in HTTPX])
def test_every_error_of_httpx_is_mapped(make_client, kind):
    """By what it is, and out of a call: nothing of httpx reaches the caller."""
    error = kind.__new__(kind)
    Exception.__init__(error, f"https://provider/?sign={'5' * 32}")

    def fail(_request):
        raise error

    twoj = make_client(transport=httpx.MockTransport(fail))
    with pytest.raises(TwoJError) as caught:
        twoj.all.list()
    assert type(caught.value) is type(from_httpx(error, LIST))
    assert caught.value.endpoint == LIST
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "fail",
    [
        lambda _call: (500, {}, b""),
        lambda _call: (200, {}, b"<html>"),
        lambda _call: (200, {"Content-Length": "9"}, b"{"),
        lambda call: (200, {}, json.dumps({"code": 400, "msg": f"{call.body} {KEY}"}).encode()),
        lambda call: (
            200,
            {},
            json.dumps({"header": {"code": 500008, "msg": f"{call.query} {KEY}"}, "result": {}}).encode(),
        ),
    ],
    ids=["status", "html", "cut", "echo", "open echo"],
)
@pytest.mark.parametrize("path", [LIST, POOL])
@pytest.mark.slow
def test_key_and_signature_are_nowhere(provider, make_client, caplog, path, fail):
    caplog.set_level(logging.DEBUG)
    provider.answers[path] = fail
    twoj = make_client(timeout_s=0.1)
    ask = twoj.all.list if path == LIST else twoj.jackpot.pool
    with pytest.raises(TwoJError) as caught:
        ask()
    printed = io.StringIO()
    traceback.print_exception(caught.value, file=printed)
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    shown = f"{caught.value} {caught.value!r} {caught.value.__dict__} {printed.getvalue()} {logged} {twoj!r}"
    assert "call failed" in logged
    assert "POST" in logged
    assert not any(leaks(shown, call) for call in provider.calls)


def test_objects_hide_the_key(twoj):
    shown = f"{twoj!r} {twoj._merchant!r} {twoj._wire!r} {twoj.all!r}"
    assert KEY not in shown
    assert str(MCH_ID) in shown


def test_amounts_of_64_bits_arrive_exact(provider, twoj):
    total = {"bet_amount": 2**53 + 1, "gain_amount": -(2**63), "bet_count": 1}
    provider.says(
        "/api/games/game/stage/summary",
        total | {"user_count": 2**63 - 1, "win_user_count": 0, "lose_user_count": 0, "new_field": 1.5},
    )
    data = twoj.games.game_stage_summary(start=0, end=60, game_id=2000).data
    assert (data.bet_amount, data.gain_amount, data.user_count) == (2**53 + 1, -(2**63), 2**63 - 1)


def test_pots_arrive_exact(provider, twoj):
    exact = b'{"pot": 9007199254740993.001, "next_pot": 0.1, "next_hour": 0, "new": {}}'
    body = b'{"header": {"code": 0}, "result": {"hourly_group": %b, "super_group": %b}}' % (exact, exact)
    provider.answers[POOL] = lambda _call: (200, {}, body)
    pool = twoj.jackpot.pool().data
    assert pool.super.pot == Decimal("9007199254740993.001")
    assert pool.timestamp is None


def test_a_pot_that_is_no_number_is_refused(provider, twoj):
    pot = {"pot": "NaN", "next_pot": 0, "next_hour": 0}
    provider.says(POOL, {"hourly_group": pot, "super_group": pot})
    with pytest.raises(WrongShape):
        twoj.jackpot.pool()


class TestRetry:
    def test_a_read_is_repeated_with_growing_pauses(self, provider, twoj, clock):
        answers = iter([(500, {}, b""), (200, {}, b"<"), ok([])])
        provider.answers[LIST] = lambda _call: next(answers)
        assert twoj.all.list().data == []
        assert len(clock.slept) == 2
        assert 0.2 <= clock.slept[0] <= 0.5
        assert 0.4 <= clock.slept[1] <= 0.7

    def test_each_repetition_is_signed_anew(self, provider, twoj, clock):
        answers = iter([(500, {}, b""), ok([])])

        def later(_call):
            clock.now += 7
            return next(answers)

        provider.answers[LIST] = later
        twoj.all.list()
        first, second = (json.loads(call.body)["ts"] for call in provider.calls)
        assert (first, second) == (NOW, NOW + 7)

    @pytest.mark.parametrize(
        ("said", "waited"),
        [("3", 3), ("0", 0), ("Sun, 15 Mar 2026 09:30:05 GMT", 5), ("Sun, 15 Mar 2026 09:29:00 GMT", 0)],
    )
    def test_retry_after_is_honoured(self, provider, twoj, clock, said, waited):
        answers = iter([(429, {"Retry-After": said}, b""), ok([])])
        provider.answers[LIST] = lambda _call: next(answers)
        twoj.all.list()
        assert clock.slept == [waited]

    def test_a_retry_after_beyond_the_budget_ends_the_call(self, provider, twoj, clock):
        provider.answers[LIST] = lambda _call: (503, {"Retry-After": "60"}, b"")
        with pytest.raises(HttpStatus):
            twoj.all.list()
        assert clock.slept == []

    def test_the_budget_ends_the_repetitions(self, provider, make_client, clock):
        def slow(_call):
            clock.now += 3
            return 500, {}, b""

        provider.answers[LIST] = slow
        with pytest.raises(HttpStatus):
            make_client(budget_s=5).all.list()
        assert len(provider.calls) == 2

    @pytest.mark.parametrize("method", ["deposit", "withdraw"])
    def test_money_is_never_repeated(self, provider, twoj, clock, method):
        path = f"/open2j/w/transfer/{method}"
        provider.answers[path] = lambda _call: (500, {}, b"")
        provider.answers["/open2j/w/transfer/records"] = lambda _call: ok_open({"next_id": 0, "records": []})
        with pytest.raises(TwoJError):
            getattr(twoj.transfer, method)(op_id="a", amount=1)
        assert len(provider.at(path)) == 1


def test_the_log_is_quiet_by_default(provider, twoj, capfd):
    provider.answers[LIST] = lambda _call: (404, {}, b"")
    with pytest.raises(TwoJError):
        twoj.all.list()
    assert capfd.readouterr() == ("", "")


def test_arguments_of_the_client_are_checked(tmp_path):
    right = {"summary_url": "https://x.test", "mch_id": 1, "key": KEY, "cache_url": tmp_path}
    for wrong in (
        {"summary_url": "x.test"},
        {"summary_url": "ftp://x.test"},
        {"summary_url": "https://"},
        {"summary_url": "https://x.test:99999"},
        {"open_url": "nowhere"},
        {"open_url": f"https://user:{KEY}@x.test"},
        {"summary_url": "https://x.test?a=b"},
        {"mch_id": 0},
        {"mch_id": True},
        {"key": ""},
        {"key": KEY.encode()},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"},
        {"max_in_flight": 0},
    ):
        with pytest.raises(errors.BadArgument) as caught:
            TwoJ(**(right | wrong))
        assert next(iter(wrong)) in str(caught.value)
        assert KEY not in str(caught.value)


ALLOW = "Ask the provider to put this server's address on its allow list; check the merchant id and the key."


@pytest.mark.parametrize(
    ("status", "location", "sentence", "what_to_do"),
    [
        (401, "", "The provider did not let this server in (HTTP status 401).", ALLOW),
        (403, "", "The provider did not let this server in (HTTP status 403).", ALLOW),
        *(
            (
                status,
                "https://new.example:8443/api/all/list?sign=abc#x",
                f"The provider's address has moved to https://new.example:8443 (HTTP status {status}).",
                "Set TWOJ_SUMMARY_URL to the new address.",
            )
            for status in (301, 302, 307, 308)
        ),
        (
            301,
            "//user:secret@[::1]:9/x",
            "The provider's address has moved to http://[::1]:9 (HTTP status 301).",
            "Set TWOJ_SUMMARY_URL to the new address.",
        ),
        *(
            (
                status,
                location,
                f"The provider has no API at this address (HTTP status {status}).",
                "Check TWOJ_SUMMARY_URL, the base of the API's address.",
            )
            for status, location in (
                (404, ""),
                (302, "/login?next=/api"),
                (301, ""),
                (301, "javascript:alert(1)"),
                (301, "https://a<b>.example/"),
                (301, "https://" + "x" * 300 + ".example/"),
                (301, "http://\x7f"),
            )
        ),
        (
            503,
            "",
            "The provider answered with HTTP status 503.",
            "Try again in a moment; if it stays, ask the provider.",
        ),
    ],
)
def test_what_an_http_status_says_and_what_to_do(provider, twoj, status, location, sentence, what_to_do):
    headers = {"Location": location} if location else {}
    provider.answers[LIST] = lambda _call: (status, headers, b"<h1>No</h1>")
    with pytest.raises(HttpStatus) as caught:
        twoj.all.list()
    assert (caught.value.sentence, caught.value.what_to_do) == (sentence, what_to_do)
    assert "secret" not in str(caught.value)


def test_the_wallets_address_is_its_own_setting(provider, twoj):
    provider.answers[BALANCE] = lambda _call: (308, {"Location": "https://new.example/x"}, b"")
    with pytest.raises(HttpStatus) as caught:
        twoj.transfer.balance(op_id="a")
    assert caught.value.what_to_do == "Set TWOJ_OPEN_URL to the new address."


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"\xef\xbb\xbf\r\n <!DOCTYPE html>"])
def test_a_page_for_people_may_be_another_server(provider, twoj, body):
    provider.answers[LIST] = lambda _call: (200, {"Content-Type": "text/html"}, body)
    with pytest.raises(NotJson) as caught:
        twoj.all.list()
    assert caught.value.sentence == "The provider's answer is HTML, not JSON."
    assert caught.value.what_to_do == "Try again in a moment; if it stays, check TWOJ_SUMMARY_URL."
