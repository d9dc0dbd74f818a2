"""The operator's own wallet: credited once for each payout, whatever breaks on the way."""

import asyncio
import json
from collections import Counter
from contextlib import closing

import httpx
import pytest
from sqlalchemy import select

import payouts.wallet
from payouts import Receiver, schema
from payouts.books import LEASE_MS
from payouts.check import check
from payouts.crediting import Crediting
from payouts.database import Database
from payouts.desk import Desk
from payouts.ledger import Ledger
from payouts.wallet import Wallet
from tests.payouts.conftest import MERCHANT, delivery
from tests.payouts.provider import payout
from tests.payouts.test_receiver import served

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


class Clock:
    def __init__(self):
        self.now_s = 1_773_567_000.0

    def __call__(self):
        return self.now_s


def codes(url, wallet, *calls, clock=None):
    """Deliver calls one after the other; return (status, code, availableAmount) of each."""

    async def run():
        receiver = Receiver(MERCHANT, Database(url), Wallet(URL, wallet), clock=clock or Clock())
        async with served(receiver) as deliver:
            return [short(*await deliver(call)) for call in calls]

    return asyncio.run(run())


def short(status, answer):
    return status, answer["header"]["code"], answer["result"].get("availableAmount")


def finish_due(url, wallet, clock):
    """Do what the background worker does, once; return how many payouts it took up."""

    async def run():
        database = Database(url)
        ledger = Ledger(database, wallet=True, clock=clock)
        desk = Desk(ledger)
        async with desk.open():
            count = await Crediting(Wallet(URL, wallet), ledger, desk).finish_due()
        database.close()
        return count

    return asyncio.run(run())


def table(engine, name):
    with engine.connect() as connection:
        return connection.execute(select(schema.metadata.tables[name])).mappings().all()


def test_the_wallet_is_credited_and_its_balance_handed_on(url, engine):
    wallet = OperatorsWallet()
    assert codes(url, wallet, payout("t-1"), payout("t-1")) == [(200, 0, 1_005_000)] * 2
    order = {"op_id": "player-1", "trans_no": "t-1", "amount": 5000, "game_id": 1006}
    assert wallet.calls == [(URL, "t-1", order | {"draw_id": "1006-2-1726-1709201163-0"})]
    (balance,) = table(engine, "balances")
    assert dict(balance) == {"op_id": "player-1", "balance_li": 5000, "wallet_li": 1_005_000}
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
def test_what_the_wallet_does_not_confirm_is_answered_503_and_finished_later_with_the_same_key(
    url, engine, fail
):
    wallet, clock = OperatorsWallet(fail), Clock()
    call = payout("t-1")
    assert codes(url, wallet, call, call, clock=clock) == [(503, 500000, None)] * 2
    assert wallet.keys == ["t-1"]  # the second call left it to whoever has it
    assert table(engine, "entries") == []
    wrong, extent = check(url)
    assert wrong == []
    assert extent.startswith(
        "1 payouts, 1 of them wait for the wallet. 0 players were credited 0 li in all. The audit log"
    )
    clock.now_s += 5
    assert finish_due(url, wallet, clock) == 1
    assert wallet.keys == ["t-1", "t-1"]
    assert wallet.has_li == {"player-1": 5000}
    assert codes(url, wallet, call, clock=clock) == [(200, 0, 1_005_000)]
    assert wallet.keys == ["t-1", "t-1"]
    assert check(url)[0] == []


def test_a_repeat_of_the_provider_may_take_it_up_too(make_ledger):
    clock = Clock()
    ledger = make_ledger(wallet=True, clock=clock)
    call = delivery(payout("t-1"))
    outcomes = []
    for _ in range(2):
        outcomes += [settled.outcome for settled in ledger.settle([call, call])]
        clock.now_s += 5
    assert outcomes == ["claimed", "pending", "claimed", "pending"]
    clock.now_s += 60
    new = delivery(payout("t-2"))
    assert [settled.outcome for settled in ledger.settle([call, new])] == ["claimed", "claimed"]


def test_each_failure_lets_the_wallet_rest_longer_up_to_a_minute(url, engine):
    wallet, clock = OperatorsWallet(*[httpx.Response(500)] * 99), Clock()
    codes(url, wallet, payout("t-1"), clock=clock)
    rests = []
    for _ in range(14):
        (waiting,) = table(engine, "pending")
        rests.append(waiting["try_at_ms"] / 1000 - clock.now_s)
        clock.now_s += rests[-1] - 0.001
        assert finish_due(url, wallet, clock) == 0
        clock.now_s += 0.001
        assert finish_due(url, wallet, clock) == 1
    assert rests == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 60, 60]


def test_a_process_that_dies_after_the_wallet_credited_is_made_good_by_the_next(url, engine):
    wallet, clock = OperatorsWallet(), Clock()
    with closing(Database(url)) as database:
        dead = Ledger(database, wallet=True, clock=clock)
        assert [settled.outcome for settled in dead.settle([delivery(payout("t-1"))])] == ["claimed"]
    asyncio.run(Wallet(URL, wallet).credit(delivery(payout("t-1")).asks))
    clock.now_s += 5
    assert finish_due(url, wallet, clock) == 1
    assert wallet.has_li == {"player-1": 5000}
    assert [entry["amount_li"] for entry in table(engine, "entries")] == [5000]


def test_who_comes_second_credits_nothing_more(make_ledger, engine):
    ledger = make_ledger(wallet=True)
    ledger.settle([delivery(payout("t-1"))])
    asked = delivery(payout("t-1")).asks
    assert ledger.confirm(asked, None) == ledger.confirm(asked, None) == 5000
    assert len(table(engine, "entries")) == 1


def test_no_two_processes_take_up_the_same_payout(make_ledger):
    clock = Clock()
    ledger, other = make_ledger(wallet=True, clock=clock), make_ledger(wallet=True, clock=clock)
    ledger.settle([delivery(payout(f"t-{n}")) for n in range(5)])
    assert other.claim_due(10) == []
    clock.now_s += 5
    mine, others = ledger.claim_due(3), other.claim_due(10)
    assert len(mine) == 3
    assert sorted(payout.trans_no for payout in mine + others) == [f"t-{n}" for n in range(5)]
    assert delivery(payout(mine[0].trans_no)).asks == mine[0]


def test_the_same_call_at_the_same_moment_asks_the_wallet_once(url):
    wallet = OperatorsWallet()

    async def run():
        async with served(Receiver(MERCHANT, Database(url), Wallet(URL, wallet))) as deliver:
            return await asyncio.gather(
                *[deliver(payout("t-1"))] * 1, *[deliver(payout("t-1")) for _ in range(5)]
            )

    statuses = sorted(status for status, _ in asyncio.run(run()))
    assert statuses[0] == 200
    assert set(statuses) <= {200, 503}
    assert wallet.keys == ["t-1"]


def test_a_conflict_never_reaches_the_wallet(url):
    wallet = OperatorsWallet()
    assert codes(url, wallet, payout("t-1"), payout("t-1", "player-2"))[1] == (200, 500101, None)
    assert wallet.keys == ["t-1"]


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"[]", b'{"availableAmount": "7"}', b'{"availableAmount": 1e9}']
)
def test_a_wallet_that_tells_no_balance_leaves_the_ledgers_own(url, body):
    wallet = OperatorsWallet(httpx.Response(200, content=body))
    assert codes(url, wallet, payout("t-1"), payout("t-1")) == [(200, 0, 5000)] * 2


def test_what_was_credited_before_there_was_a_wallet_stays_credited(ledger, url):
    ledger.settle([delivery(payout("t-1"))])
    wallet = OperatorsWallet()
    assert codes(url, wallet, payout("t-1"), payout("t-2", amount=7)) == [(200, 0, 5000), (200, 0, 1_000_007)]
    assert wallet.keys == ["t-2"]


def test_what_waits_for_a_wallet_is_not_credited_without_one(url, engine):
    codes(url, OperatorsWallet(httpx.Response(500)), payout("t-1"))
    with closing(Database(url)) as database:
        settled = Ledger(database).settle([delivery(payout("t-1"))])
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
    assert payouts.wallet._ANSWER_WITHIN_S < LEASE_MS / 1000
    monkeypatch.setattr(payouts.wallet, "_ANSWER_WITHIN_S", 0.01)
    assert codes(url, SlowWallet(), payout("t-1")) == [(503, 500000, None)]
    assert "No answer from the wallet (TimeoutError)." in caplog.text


def test_a_payout_is_finished_though_the_provider_hung_up(url, engine):
    async def run():
        wallet = SlowWallet()
        async with served(Receiver(MERCHANT, Database(url), Wallet(URL, wallet))) as deliver:
            call = asyncio.create_task(deliver(payout("t-1")))
            await wallet.asked.wait()
            call.cancel()
            await asyncio.wait([call])
            asyncio.get_running_loop().call_later(0.05, wallet.answers.set)

    asyncio.run(run())  # closing waits for what is under way
    assert [entry["trans_no"] for entry in table(engine, "entries")] == ["t-1"]


def test_a_restarted_server_finishes_what_waited_without_being_asked(url, engine):
    clock = Clock()
    codes(url, OperatorsWallet(httpx.Response(500)), payout("t-1"), clock=clock)
    clock.now_s += 5
    credited = asyncio.Event()

    class Telling(OperatorsWallet):
        async def handle_async_request(self, request):
            credited.set()
            return await super().handle_async_request(request)

    async def run():
        with closing(Database(url)) as database:
            async with Receiver(MERCHANT, database, Wallet(URL, Telling()), clock=clock).running():
                await asyncio.wait_for(credited.wait(), 10)

    asyncio.run(run())
    assert [entry["trans_no"] for entry in table(engine, "entries")] == ["t-1"]


def test_a_failing_wallet_is_logged_with_the_payout_it_holds_up(url, caplog):
    codes(url, OperatorsWallet(httpx.Response(500)), payout("t-1"))
    assert "payout waits for the wallet" in caplog.text
    assert "trans_no='t-1' error='The wallet answered HTTP 500.'" in caplog.text
