"""The operator's own wallet: credited once for each payout, whatever breaks on the way."""

import asyncio
import json
import time
from collections import Counter
from contextlib import closing

import httpx
import pytest
from sqlalchemy import select, update

import ledger.payouts.wallet
from ledger import schema
from ledger.check import check
from ledger.database import Database, Ledger, clock_ms
from ledger.payouts.batcher import Batcher
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.statements import LEASE_MS
from ledger.payouts.wallet import WalletClient, WalletCredits
from ledger.schema import pending
from tests.ledger.conftest import delivery, receiver_of
from tests.ledger.payouts.provider import MCH_ID, payout, signed
from tests.ledger.payouts.test_receiver import served

URL = "http://wallet.example/payouts"


class OperatorsWallet(httpx.AsyncBaseTransport):
    """A wallet that credits each key once. `fails` says what to do instead, call by call."""

    def __init__(self, *fails):
        self.fails = list(fails)
        self.calls = []
        self.has_li = Counter()
        self._known = set()

    async def handle_async_request(self, request):
        order = json.loads(request.content)
        key = request.headers["Idempotency-Key"]
        self.calls.append((str(request.url), key, order))
        fail = self.fails.pop(0) if self.fails else None
        if isinstance(fail, Exception):
            raise fail
        if isinstance(fail, httpx.Response):
            return fail
        if key not in self._known:
            self._known.add(key)
            self.has_li[order["op_id"]] += order["amount"]
        if fail == "credits but does not answer":
            raise httpx.ReadTimeout("")
        return httpx.Response(201, json={"availableAmount": self.has_li[order["op_id"]] + 1_000_000})

    @property
    def keys(self):
        return [key for _, key, _ in self.calls]


def let_pass(engine, span_s):
    """Have waiting payouts wait as if so much time had passed on the database's clock."""
    with engine.begin() as connection:
        connection.execute(update(pending).values(try_at_ms=pending.c.try_at_ms - round(span_s * 1000)))


def rest_s(engine):
    """How long nobody else may ask the wallet for the payout that waits, by the database's clock."""
    with engine.connect() as connection:
        return (connection.scalar(select(pending.c.try_at_ms)) - clock_ms(connection)) / 1000


def codes(url, wallet, *calls):
    """Deliver calls one after the other; return (status, code, availableAmount) of each."""

    async def run():
        receiver = receiver_of(Database(url), WalletClient(URL, wallet))
        async with served(receiver) as deliver:
            return [short(*await deliver(call)) for call in calls]

    return asyncio.run(run())


def short(status, answer):
    return status, answer["header"]["code"], answer["result"].get("availableAmount")


def finish_due(url, wallet):
    """Do what the background worker does, once; return how many payouts it took up."""

    async def run():
        database = Database(url)
        ledger = PayoutLedger(Ledger(database, MCH_ID), wallet=True)
        desk = Batcher(ledger)
        async with desk.open():
            count = await WalletCredits(WalletClient(URL, wallet), ledger, desk).finish_due()
        database.close()
        return count

    return asyncio.run(run())


def table(engine, name):
    with engine.connect() as connection:
        return connection.execute(select(schema.metadata.tables[name])).mappings().all()


@pytest.mark.slow
def test_the_wallet_is_credited_and_its_balance_handed_on(url, engine):
    wallet = OperatorsWallet()
    assert codes(url, wallet, payout("t-1"), payout("t-1")) == [(200, 0, 1_005_000)] * 2
    order = {"op_id": "player-1", "trans_no": "t-1", "amount": 5000, "game_id": 1006}
    assert wallet.calls == [(URL, "t-1", order | {"draw_id": "1006-2-1726-1709201163-0"})]
    (balance,) = table(engine, "balances")
    assert dict(balance) == {
        "mch_id": MCH_ID,
        "op_id": "player-1",
        "balance_li": 5000,
        "wallet_li": 1_005_000,
    }
    assert table(engine, "pending") == []
    assert check(url)[0] == []


@pytest.mark.parametrize(
    "fail",
    [
        httpx.Response(500),
        httpx.Response(404),
        httpx.Response(302, headers={"Location": "http://elsewhere.example"}),
        httpx.ReadTimeout(""),
        httpx.ConnectError("refused"),
        "credits but does not answer",
    ],
    ids=repr,
)
@pytest.mark.slow
def test_what_the_wallet_does_not_confirm_is_answered_503_and_finished_later_with_the_same_key(
    url, engine, fail
):
    wallet = OperatorsWallet(fail)
    call = payout("t-1")
    assert codes(url, wallet, call, call) == [(503, 500000, None)] * 2
    assert wallet.keys == ["t-1"]  # the second call left it to whoever has it
    assert table(engine, "entries") == []
    wrong, extent = check(url)
    assert wrong == []
    assert extent.startswith(
        "1 payouts, 1 of them wait for the wallet. 0 players were credited 0 li in all. The audit log"
    )
    let_pass(engine, 5)
    assert finish_due(url, wallet) == 1
    assert wallet.keys == ["t-1", "t-1"]
    assert wallet.has_li == {"player-1": 5000}
    assert codes(url, wallet, call) == [(200, 0, 1_005_000)]
    assert wallet.keys == ["t-1", "t-1"]
    assert check(url)[0] == []


@pytest.mark.slow
def test_a_repeat_of_the_provider_may_take_it_up_too(make_ledger, engine):
    ledger = make_ledger(wallet=True)
    call = delivery(payout("t-1"))
    outcomes = []
    for _ in range(2):
        outcomes += [settled.outcome for settled in ledger.settle([call, call])]
        let_pass(engine, 10)
    assert outcomes == ["claimed", "pending", "claimed", "pending"]
    let_pass(engine, 60)
    new = delivery(payout("t-2"))
    assert [settled.outcome for settled in ledger.settle([call, new])] == ["claimed", "claimed"]


@pytest.mark.slow
def test_each_failure_lets_the_wallet_rest_longer_up_to_a_minute(url, engine):
    wallet = OperatorsWallet(*[httpx.Response(500)] * 99)
    codes(url, wallet, payout("t-1"))
    rests_s = []
    for _ in range(14):
        rests_s.append(rest_s(engine))
        let_pass(engine, rests_s[-1] / 2)
        assert finish_due(url, wallet) == 0
        let_pass(engine, rests_s[-1] / 2)
        assert finish_due(url, wallet) == 1
    assert rests_s == [
        pytest.approx(rest, abs=1.5) for rest in (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 60, 60)
    ]


@pytest.mark.parametrize(
    "off_s", [10 * 365 * 86_400, -10 * 365 * 86_400, 8 * 3600], ids=["ahead", "behind", "8 h"]
)
def test_a_wrong_clock_of_a_servers_own_holds_up_no_payout(url, engine, make_ledger, off_s):
    wrong = make_ledger(wallet=True, clock=lambda: time.time() + off_s)
    assert [settled.outcome for settled in wrong.settle([delivery(payout("t-1"))])] == ["claimed"]
    assert rest_s(engine) == pytest.approx(5, abs=1.5)
    right = make_ledger(wallet=True)
    assert right.claim_due(10) == wrong.claim_due(10) == []
    let_pass(engine, 5)
    assert [claimed.trans_no for claimed in right.claim_due(10)] == ["t-1"]


@pytest.mark.parametrize("ends_in_s", [66.5, 8 * 3600, 50 * 365 * 86_400])
def test_a_lease_that_ends_later_than_any_can_is_none(make_ledger, engine, ends_in_s):
    """A ledger of before may hold some; SQLite's clock is that of its machine."""
    ledger = make_ledger(wallet=True)
    ledger.settle([delivery(payout("t-1"))])
    let_pass(engine, 5 - ends_in_s)
    assert [claimed.trans_no for claimed in ledger.claim_due(10)] == ["t-1"]
    assert ledger.claim_due(10) == []
    let_pass(engine, 10 - ends_in_s)
    assert [settled.outcome for settled in ledger.settle([delivery(payout("t-1"))])] == ["claimed"]


@pytest.mark.slow
def test_the_key_of_an_unusual_number_is_its_own_and_fits_a_header(url):
    wallet = OperatorsWallet()
    names = ["a b", " a b", "a%20b", "é", "UTF-8''a", "a\nb", "玩"]
    assert [code for _, code, _ in codes(url, wallet, *map(payout, names))] == [0] * len(names)
    assert wallet.keys == [
        *("UTF-8''a%20b", "UTF-8''%20a%20b", "a%20b", "UTF-8''%C3%A9", "UTF-8''UTF-8%27%27a"),
        *("UTF-8''a%0Ab", "UTF-8''%E7%8E%A9"),
    ]
    assert [order["trans_no"] for *_, order in wallet.calls] == names


def test_the_wallet_is_told_what_is_known_of_a_payout(url):
    wallet = OperatorsWallet()
    bare = signed({"op_id": 7, "order": {"trans_no": 8, "amount": 9.0}})
    assert codes(url, wallet, bare) == [(200, 0, 1_000_009)]
    assert wallet.calls == [
        (URL, "8", {"trans_no": "8", "op_id": "7", "amount": 9, "draw_id": None, "game_id": None})
    ]


def test_a_process_that_dies_after_the_wallet_credited_is_made_good_by_the_next(url, engine):
    wallet = OperatorsWallet()
    with closing(Database(url)) as database:
        dead = PayoutLedger(Ledger(database, MCH_ID), wallet=True)
        assert [settled.outcome for settled in dead.settle([delivery(payout("t-1"))])] == ["claimed"]
    asyncio.run(WalletClient(URL, wallet).credit(delivery(payout("t-1")).asks))
    let_pass(engine, 5)
    assert finish_due(url, wallet) == 1
    assert wallet.has_li == {"player-1": 5000}
    assert [entry["amount_li"] for entry in table(engine, "entries")] == [5000]


def test_who_comes_second_credits_nothing_more(make_ledger, engine):
    ledger = make_ledger(wallet=True)
    ledger.settle([delivery(payout("t-1"))])
    asked = delivery(payout("t-1")).asks
    assert ledger.confirm(asked, None) == ledger.confirm(asked, None) == 5000
    assert len(table(engine, "entries")) == 1


@pytest.mark.slow
def test_no_two_processes_take_up_the_same_payout(make_ledger, engine):
    ledger, other = make_ledger(wallet=True), make_ledger(wallet=True)
    ledger.settle([delivery(payout(f"t-{n}")) for n in range(5)])
    assert other.claim_due(10) == []
    let_pass(engine, 5)
    mine, others = ledger.claim_due(3), other.claim_due(10)
    assert len(mine) == 3
    assert sorted(payout.trans_no for payout in mine + others) == [f"t-{n}" for n in range(5)]
    assert delivery(payout(mine[0].trans_no)).asks == mine[0]


def test_the_same_call_at_the_same_moment_asks_the_wallet_once(url):
    wallet = OperatorsWallet()

    async def run():
        async with served(receiver_of(Database(url), WalletClient(URL, wallet))) as deliver:
            return await asyncio.gather(
                *[deliver(payout("t-1"))] * 1, *[deliver(payout("t-1")) for _ in range(5)]
            )

    statuses = sorted(status for status, _ in asyncio.run(run()))
    assert statuses[0] == 200
    assert set(statuses) <= {200, 503}
    assert wallet.keys == ["t-1"]


@pytest.mark.slow
def test_a_conflict_never_reaches_the_wallet(url):
    wallet = OperatorsWallet()
    assert codes(url, wallet, payout("t-1"), payout("t-1", "player-2"))[1] == (200, 500101, None)
    assert wallet.keys == ["t-1"]


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"[]", b"[" * 200_000, b'{"availableAmount": "7"}', b'{"availableAmount": 1e9}']
)
@pytest.mark.slow
def test_a_wallet_that_tells_no_balance_leaves_the_ledgers_own(url, body):
    wallet = OperatorsWallet(httpx.Response(200, content=body))
    assert codes(url, wallet, payout("t-1"), payout("t-1")) == [(200, 0, 5000)] * 2


@pytest.mark.slow
def test_what_was_credited_before_there_was_a_wallet_stays_credited(ledger, url):
    ledger.settle([delivery(payout("t-1"))])
    wallet = OperatorsWallet()
    assert codes(url, wallet, payout("t-1"), payout("t-2", amount=7)) == [(200, 0, 5000), (200, 0, 1_000_007)]
    assert wallet.keys == ["t-2"]


@pytest.mark.slow
def test_what_waits_for_a_wallet_is_not_credited_without_one(url, engine):
    codes(url, OperatorsWallet(httpx.Response(500)), payout("t-1"))
    with closing(Database(url)) as database:
        settled = PayoutLedger(Ledger(database, MCH_ID)).settle([delivery(payout("t-1"))])
    assert [each.outcome for each in settled] == ["pending"]
    assert table(engine, "entries") == []


class SlowWallet(httpx.AsyncBaseTransport):
    """A wallet that is asked, and answers when it is let."""

    def __init__(self):
        self.asked = asyncio.Event()
        self.answers = asyncio.Event()

    async def handle_async_request(self, request):
        self.asked.set()
        await self.answers.wait()
        return httpx.Response(200)


def test_a_slow_wallet_is_answered_503(monkeypatch, url, caplog):
    assert ledger.payouts.wallet._ANSWER_WITHIN_S < LEASE_MS / 1000
    monkeypatch.setattr(ledger.payouts.wallet, "_ANSWER_WITHIN_S", 0.01)
    assert codes(url, SlowWallet(), payout("t-1")) == [(503, 500000, None)]
    assert "No answer from the wallet (TimeoutError)." in caplog.text


@pytest.mark.slow
def test_a_payout_is_finished_though_the_provider_hung_up(url, engine):
    async def run():
        wallet = SlowWallet()
        async with served(receiver_of(Database(url), WalletClient(URL, wallet))) as deliver:
            call = asyncio.create_task(deliver(payout("t-1")))
            await wallet.asked.wait()
            call.cancel()
            await asyncio.wait([call])
            asyncio.get_running_loop().call_later(0.05, wallet.answers.set)

    asyncio.run(run())  # closing waits for what is under way
    assert [entry["trans_no"] for entry in table(engine, "entries")] == ["t-1"]


@pytest.mark.slow
def test_a_restarted_server_finishes_what_waited_without_being_asked(url, engine):
    codes(url, OperatorsWallet(httpx.Response(500)), payout("t-1"))
    let_pass(engine, 5)
    credited = asyncio.Event()

    class Telling(OperatorsWallet):
        async def handle_async_request(self, request):
            credited.set()
            return await super().handle_async_request(request)

    async def run():
        with closing(Database(url)) as database:
            async with receiver_of(database, WalletClient(URL, Telling())).running():
                await asyncio.wait_for(credited.wait(), 10)

    asyncio.run(run())
    assert [entry["trans_no"] for entry in table(engine, "entries")] == ["t-1"]


@pytest.mark.slow
def test_a_failing_wallet_is_logged_with_the_payout_it_holds_up(url, caplog):
    codes(url, OperatorsWallet(httpx.Response(500)), payout("t-1"))
    assert "payout waits for the wallet" in caplog.text
    assert "trans_no='t-1' error='The wallet answered HTTP 500.'" in caplog.text
