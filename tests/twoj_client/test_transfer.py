"""Money moves once or not at all, and the caller knows which, or knows that it does not know."""

import json

import pytest

from tests.twoj_client.conftest import NOW, ok_open
from twoj_client import OutcomeUnknown, TwoJError
from twoj_client.errors import (
    BalanceTooLow,
    ConnectionFailed,
    DuplicateTransfer,
    HttpStatus,
    NotPermitted,
    SignatureRefused,
    TimedOut,
)
from twoj_client.senders import RateLimit

DEPOSIT, WITHDRAW = "/open2j/w/transfer/deposit", "/open2j/w/transfer/withdraw"
RECORDS = "/open2j/w/transfer/records"
BALANCE = "/open2j/w/transfer/balance"


def code(number):
    return 200, {}, json.dumps({"header": {"code": number, "msg": ""}, "result": None}).encode()


class Wallet:
    """A provider's wallet that moves money, and answers as it is told."""

    def __init__(self, provider):
        self.records = []
        self.answer = None
        self.lookup = None
        self.moves = True
        provider.answers[DEPOSIT] = lambda call: self.move(call, 4)
        provider.answers[WITHDRAW] = lambda call: self.move(call, 3)
        provider.answers[RECORDS] = self.look

    def move(self, call, kind):
        asked = call.data
        if any(record["ref_id"] == asked["trans_no"] for record in self.records):
            return code(500101)
        if self.moves:
            self.records.insert(0, self.record(asked, kind))
        if self.answer is not None:
            return self.answer
        return ok_open({"balance": 700, "freeze_amount": 5})

    @staticmethod
    def record(asked, kind, **changes):
        return {
            "id": 1,
            "type": kind,
            "amount": asked["amount"],
            "after_balance": 700,
            "ref_id": asked["trans_no"],
            "trans_no": f"101-{asked['trans_no']}-{NOW}",
            "created_at": NOW,
        } | changes

    def look(self, call):
        if self.lookup is not None:
            return self.lookup
        found = [record for record in self.records if record["ref_id"] == call.data["trans_no"]]
        return ok_open({"next_id": 0, "records": found})


@pytest.fixture
def wallet(provider):
    return Wallet(provider)


LOST = {
    "500": (500, {}, b""),
    "502 html": (502, {}, b"<html>"),
    "empty": (200, {}, b""),
    "cut": (200, {}, b'{"header": {"code": 0'),
    "html": (200, {}, b"<html>"),
    "no result": (200, {}, b'{"header": {"code": 0}}'),
    "wrong type": ok_open({"balance": "many"}),
    "null": ok_open(None),
    "service error": code(500000),
    "unclassified": code(100404),
    "undocumented": code(777),
}


@pytest.mark.parametrize("method", ["deposit", "withdraw"])
@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
class TestALostAnswer:
    def test_after_the_money_moved_the_outcome_is_found(self, provider, twoj, wallet, method, answer):
        wallet.answer = answer
        reply = getattr(twoj.transfer, method)(op_id="a", amount=500, trans_no="number-1")
        assert reply.data.trans_no == "number-1"
        assert reply.data.balance == 700
        assert reply.data.freeze_amount is None
        assert len(provider.calls) == 2
        assert len(wallet.records) == 1

    def test_before_the_money_moved_nobody_knows(self, provider, twoj, wallet, clock, method, answer):
        wallet.answer, wallet.moves = answer, False
        with pytest.raises(OutcomeUnknown) as caught:
            getattr(twoj.transfer, method)(op_id="a", amount=500, trans_no="number-1")
        error = caught.value
        assert (error.trans_no, error.op_id, error.amount) == ("number-1", "a", 500)
        assert "number-1" in str(error)
        assert not error.retry_may_help
        assert clock.slept == [0, 1, 3]
        assert [call.path for call in provider.calls].count(RECORDS) == 3

    def test_the_records_may_fail_too(self, provider, twoj, wallet, method, answer):
        wallet.answer, wallet.lookup = answer, (500, {}, b"")
        with pytest.raises(OutcomeUnknown):
            getattr(twoj.transfer, method)(op_id="a", amount=500, trans_no="number-1")
        assert len(provider.calls) == 4

    def test_asked_again_with_its_number_it_moves_once(self, provider, twoj, wallet, method, answer):
        wallet.answer, wallet.lookup = answer, (500, {}, b"")
        with pytest.raises(OutcomeUnknown) as caught:
            getattr(twoj.transfer, method)(op_id="a", amount=500)
        wallet.answer = wallet.lookup = None
        reply = getattr(twoj.transfer, method)(op_id="a", amount=500, trans_no=caught.value.trans_no)
        assert reply.data.balance == 700
        assert len(wallet.records) == 1


def test_a_hanging_answer_is_looked_up(provider, make_client, wallet):
    provider.answers[DEPOSIT] = lambda call: wallet.move(call, 4) and provider.hang.wait(5) and code(0)
    reply = make_client(timeout_s=0.1).transfer.deposit(op_id="a", amount=500)
    assert reply.data.balance == 700


def test_a_transfer_that_was_never_sent_did_not_happen(make_client):
    with pytest.raises(ConnectionFailed):
        make_client(open_url="http://127.0.0.1:1").transfer.deposit(op_id="a", amount=500)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (code(500103), BalanceTooLow),
        (code(500102), TwoJError),
        (code(100000), TwoJError),
        ((429, {}, b""), HttpStatus),
    ],
)
def test_a_refusal_is_a_refusal_if_the_records_agree(provider, twoj, wallet, clock, answer, kind):
    wallet.answer, wallet.moves = answer, False
    with pytest.raises(kind) as caught:
        twoj.transfer.withdraw(op_id="a", amount=500)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert len(provider.calls) == 2
    assert clock.slept == [0]


@pytest.mark.parametrize("answer", [code(500103), code(100000), (429, {}, b"")])
def test_a_refusal_after_the_money_moved_is_seen_through(twoj, wallet, answer):
    wallet.answer = answer
    assert twoj.transfer.withdraw(op_id="a", amount=500).data.balance == 700


@pytest.mark.parametrize(("number", "kind"), [(500008, SignatureRefused), (500009, NotPermitted)])
def test_who_may_not_ask_is_not_looked_up(provider, twoj, wallet, number, kind):
    wallet.answer, wallet.moves = code(number), False
    with pytest.raises(kind):
        twoj.transfer.deposit(op_id="a", amount=500)
    assert len(provider.calls) == 1


def test_a_number_used_before_for_the_same_transfer_returns_its_outcome(provider, twoj, wallet):
    first = twoj.transfer.deposit(op_id="a", amount=500, trans_no="number-1")
    again = twoj.transfer.deposit(op_id="a", amount=500, trans_no="number-1")
    assert first.data.balance == again.data.balance == 700
    assert len(wallet.records) == 1


@pytest.mark.parametrize("other", [{"amount": 501}, {"type": 3}])
def test_a_number_used_before_for_another_transfer_is_refused(twoj, wallet, other):
    wallet.records = [wallet.record({"amount": 500, "trans_no": "number-1"}, 4, **other)]
    with pytest.raises(DuplicateTransfer):
        twoj.transfer.deposit(op_id="a", amount=500, trans_no="number-1")


def test_a_number_that_is_nowhere_in_the_records_stays_unknown(twoj, wallet):
    wallet.answer, wallet.moves = code(500101), False
    with pytest.raises(OutcomeUnknown):
        twoj.transfer.deposit(op_id="a", amount=500, trans_no="number-1")


def test_records_that_come_late_are_found(provider, twoj, wallet, clock):
    wallet.answer = (500, {}, b"")
    look = wallet.look
    provider.answers[RECORDS] = lambda call: (
        look(call) if clock.slept == [0, 1] else ok_open({"next_id": 0, "records": []})
    )
    assert twoj.transfer.deposit(op_id="a", amount=500).data.balance == 700


def test_records_of_other_transfers_are_not_taken_for_ours(twoj, wallet):
    """Even where a provider forgets its filter, or a number is a part of another."""
    wallet.answer, wallet.moves = (500, {}, b""), False
    asked = {"amount": 500, "trans_no": "number-12"}
    others = [wallet.record(asked, 4), wallet.record(asked | {"trans_no": "xnumber-1"}, 4)]
    wallet.lookup = ok_open({"next_id": 0, "records": others})
    with pytest.raises(OutcomeUnknown):
        twoj.transfer.deposit(op_id="a", amount=500, trans_no="number-1")


def test_the_providers_own_number_is_enough(twoj, wallet):
    wallet.answer, wallet.moves = (500, {}, b""), False
    record = wallet.record({"amount": 500, "trans_no": "number-1"}, 4, ref_id="by-the-provider")
    wallet.lookup = ok_open({"next_id": 0, "records": [record]})
    assert twoj.transfer.deposit(op_id="a", amount=500, trans_no="number-1").data.balance == 700


def test_find_walks_the_pages(provider, twoj, wallet):
    target = wallet.record({"amount": 500, "trans_no": "number-1"}, 4)
    other = wallet.record({"amount": 500, "trans_no": "number-2"}, 4)
    provider.answers[RECORDS] = lambda call: ok_open(
        {"next_id": 7, "records": [other]}
        if call.data["next_id"] == 0
        else {"next_id": 0, "records": [target]}
    )
    assert twoj.transfer.find(op_id="a", trans_no="number-1").data.ref_id == "number-1"
    assert twoj.transfer.find(op_id="a", trans_no="number-3").data is None


def test_balances_and_records_are_never_cached(provider, twoj, wallet):
    provider.says("/open2j/w/transfer/balance", {"balance": 1})
    for _ in range(2):
        twoj.transfer.balance(op_id="a")
        twoj.transfer.records(op_id="a", trans_no="number-1")
    assert len(provider.calls) == 4


def test_an_older_balance_stands_in_for_a_day_where_that_will_do(provider, make_client, clock):
    provider.says(BALANCE, {"balance": 700})
    twoj = make_client()
    assert twoj.transfer.latest_balance(op_id="a") is None
    first = twoj.transfer.balance(op_id="a", stale_ok=True)
    assert (first.data.balance, first.stale) == (700, False)
    provider.says(BALANCE, {"balance": 800})
    assert twoj.transfer.balance(op_id="a", stale_ok=True).data.balance == 800  # never fresh: asked anew
    assert len(provider.at(BALANCE)) == 2
    provider.answers[BALANCE] = lambda _call: (500, {}, b"")
    old = twoj.transfer.balance(op_id="a", stale_ok=True)
    assert (old.data.balance, old.stale) == (800, True)
    assert old.stale_reason.sentence == "The provider answered with HTTP status 500."
    assert twoj.transfer.latest_balance(op_id="a").data.balance == 800
    with pytest.raises(HttpStatus):
        twoj.transfer.balance(op_id="a")  # whoever moves money by it wants none but the present one
    with pytest.raises(HttpStatus):
        twoj.transfer.balance(op_id="b", stale_ok=True)
    clock.now += 86_400
    with pytest.raises(HttpStatus):
        twoj.transfer.balance(op_id="a", stale_ok=True)


def test_an_older_page_of_records_stands_in_and_a_refusal_brings_none(provider, twoj):
    provider.says(RECORDS, {"next_id": 0, "records": []})
    assert not twoj.transfer.records(op_id="a", stale_ok=True).stale
    provider.answers[RECORDS] = lambda _call: (500, {}, b"")
    assert twoj.transfer.records(op_id="a", stale_ok=True).stale
    with pytest.raises(HttpStatus):
        twoj.transfer.records(op_id="a", page_size=10, stale_ok=True)
    provider.answers[RECORDS] = lambda _call: (200, {}, b'{"header": {"code": 500009}}')
    with pytest.raises(NotPermitted):
        twoj.transfer.records(op_id="a", stale_ok=True)


class TestLimiter:
    def test_fewer_than_5000_calls_pass_in_10_seconds(self, clock):
        limiter = RateLimit(clock, clock.sleep)
        passed = []
        for _ in range(12_000):
            assert limiter.pass_before(clock.now + 60)
            passed.append(clock.now)
            clock.now += 0.0001
        for first, other in zip(passed, passed[5000:], strict=False):
            assert other - first >= 10
        assert passed[-1] - passed[0] < 31
        assert limiter._bucket.count() <= 5000

    def test_who_would_wait_too_long_is_refused(self, clock):
        limiter = RateLimit(clock, clock.sleep)
        while limiter.pass_before(clock.now):
            pass
        assert clock.slept == []
        assert not limiter.pass_before(clock.now + 9)
        assert limiter.pass_before(clock.now + 11)

    def test_the_wallet_is_limited(self, provider, make_client, monkeypatch):
        provider.says("/open2j/w/transfer/balance", {"balance": 1})
        provider.says("/api/all/list", [])
        twoj = make_client()
        monkeypatch.setattr(RateLimit, "pass_before", lambda *_args: False)
        with pytest.raises(TimedOut, match="limit"):
            twoj.transfer.balance(op_id="a")
        with pytest.raises(TimedOut, match="limit"):
            twoj.transfer.deposit(op_id="a", amount=5)
        assert twoj.all.list().data == []
        assert len(provider.calls) == 1


def test_each_transfer_has_a_connection_of_its_own_and_reads_keep_theirs(provider, wallet, twoj):
    """A kept one may be closed by the other side just as money is sent over it."""
    provider.says("/open2j/w/transfer/balance", {"balance": 700})
    for number in range(3):
        twoj.transfer.balance(op_id="a")
        twoj.transfer.deposit(op_id="a", amount=1000, trans_no=f"order-{number}")
        twoj.transfer.withdraw(op_id="a", amount=1000, trans_no=f"back-{number}")
    moved = [call.port for call in provider.calls if call.path in (DEPOSIT, WITHDRAW)]
    read = {call.port for call in provider.calls if call.path not in (DEPOSIT, WITHDRAW)}
    assert len(set(moved)) == len(moved) == 6
    assert len(read) == 1
    assert not read & set(moved)
