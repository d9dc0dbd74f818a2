"""`POST /order/jackpot`: the answers, and what the log says."""

import asyncio
import threading
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

import ledger.payouts.receiver
from ledger import schema
from ledger.database import Books, Database, LedgerAway, ledger_url
from ledger.payouts import refusals
from ledger.payouts.batcher import Batcher
from ledger.payouts.outcome import Code
from ledger.payouts.payout_call import LARGEST_BODY
from tests.ledger.conftest import delivery, receiver_of
from tests.ledger.payouts.provider import KEY, MCH_ID, order, payout, signed

NOW_S = 1_773_567_000.25


def only(receiver):
    (merchant,) = receiver.merchants.values()
    return merchant


@asynccontextmanager
async def served(receiver):
    """Serve a receiver without a socket; yield a function that delivers a call."""
    transport = httpx.ASGITransport(Starlette(routes=receiver.routes), raise_app_exceptions=False)
    with closing(only(receiver)._ledger._ledger.database):
        async with (
            receiver.running(),
            httpx.AsyncClient(transport=transport, base_url="http://payouts") as client,
        ):

            async def deliver(call):
                answer = await client.post(f"/order/jackpot?{call.query}", content=call.body)
                return answer.status_code, answer.json()

            yield deliver


def answers(url, *calls, wallet=None):
    """Deliver calls one after the other; return the answers."""

    async def run():
        async with served(receiver_of(Database(url), wallet, clock=lambda: NOW_S)) as deliver:
            return [await deliver(call) for call in calls]

    return asyncio.run(run())


def good(op_id, available_li):
    header = {"code": 0, "msg": "", "timestamp": 1_773_567_000_250}
    return 200, {"header": header, "result": {"op_id": op_id, "availableAmount": available_li}}


def test_first_and_replay_get_the_documents_answer(url):
    assert answers(url, payout("t-1"), payout("t-1"), payout("t-2", amount=7)) == [
        good("player-1", 5000),
        good("player-1", 5000),
        good("player-1", 5007),
    ]


def test_a_replay_is_answered_so_by_the_next_process_too(url):
    assert answers(url, payout("t-1")) == answers(url, payout("t-1")) == [good("player-1", 5000)]


REFUSED = {
    "conflict": (payout("t-1", "player-2"), 200, 500101),
    "other amount": (signed(order("t-1", amount="5001")), 200, 500101),
    "forged": (signed(order(), key="forged"), 403, 500008),
    "merchant": (signed(order(), mch_id=1), 403, 500009),
    "query": (payout()._replace(query=""), 400, 100000),
    "body": (signed(b"{"), 422, 100000),
    "empty": (signed(b""), 422, 100000),
    "large": (signed(b" " * (LARGEST_BODY + 1)), 413, 100000),
    "huge": (signed(b" " * 5_000_000), 413, 100000),
    "deep": (signed(b"[" * 60_000), 422, 100000),
    "NaN": (signed(order(amount=float("nan"))), 422, 100000),
    "1e400": (signed(b'{"op_id": 1, "order": {"trans_no": 1, "amount": 1e400}}'), 422, 100000),
    "negative": (signed(order(amount=-5000)), 422, 100000),
    "known, negative": (signed(order("t-1", amount=-5000)), 422, 100000),
    "withdraw": (signed(order() | {"action": 1}), 422, 100000),
}


@pytest.mark.slow
def test_only_other_money_under_a_known_number_is_answered_200_and_the_next_call_goes_on(url):
    calls = [payout("t-1"), *(call for call, *_ in REFUSED.values()), payout("t-2")]
    first, *refusals, last = answers(url, *calls)
    assert (first, last) == (good("player-1", 5000), good("player-1", 10000))
    for (status, answer), (name, (_, *expected)) in zip(refusals, REFUSED.items(), strict=True):
        assert (name, [status, answer["header"]["code"]]) == (name, expected)
        assert answer["header"]["msg"]
        assert answer["result"] == {}


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x"]
)
@pytest.mark.slow
def test_a_payout_is_one_under_any_content_type(tmp_path, kind):
    async def run():
        receiver = receiver_of(Database(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3")))
        transport = httpx.ASGITransport(Starlette(routes=receiver.routes))
        async with receiver.running(), httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            call, headers = payout(), {"Content-Type": kind} if kind else {}
            return await client.post(f"/order/jackpot?{call.query}", content=call.body, headers=headers)

    assert asyncio.run(run()).status_code == 200


@pytest.mark.slow
def test_a_locked_ledger_is_answered_503_and_a_repeat_heals_it(url, locked):
    async def run():
        async with served(receiver_of(Database(url))) as deliver:
            with locked():
                status, answer = await deliver(payout("t-1"))
                assert (status, answer["header"]["code"]) == (503, 500000)
            assert (await deliver(payout("t-1")))[0] == 200

    asyncio.run(run())


def test_a_ledger_that_comes_later_is_awaited_call_by_call(request, tmp_path, caplog):
    def make_folder():
        (tmp_path / "later").mkdir()

    server = request.getfixturevalue("postgresql")

    def make_database():
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE later")

    async def run(url, make):
        async with served(receiver_of(Database(url))) as deliver:
            assert (await deliver(payout()))[0] == 503
            make()
            assert (await deliver(payout()))[0] == 200

    asyncio.run(run(ledger_url(f"sqlite:///{tmp_path}/later/ledger.sqlite3"), make_folder))
    asyncio.run(run(ledger_url(f"{server}/later"), make_database))
    assert "ledger away" in caplog.text


def test_of_a_body_that_is_too_large_only_the_start_is_read(tmp_path):
    read = 0

    async def endless():
        nonlocal read
        while True:
            read += 10_000
            yield b" " * 10_000

    async def run():
        receiver = receiver_of(Database(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3")))
        async with served(receiver) as deliver:
            return await deliver(payout()._replace(body=endless()))

    status, answer = asyncio.run(run())
    assert (status, answer["header"]["code"]) == (413, 100000)
    assert read == 70_000


class Slow:
    """A ledger whose database answers when it is let. It notes its batches."""

    def __init__(self):
        self.asked = threading.Event()
        self.answers = threading.Event()
        self.batches = []

    def settle(self, batch):
        self.asked.set()
        assert self.answers.wait(10)
        self.batches.append(len(batch))
        return [None] * len(batch)


def test_the_provider_hears_in_time_also_from_a_database_that_does_not(monkeypatch, tmp_path):
    assert ledger.payouts.receiver._ANSWER_WITHIN_S < 5
    monkeypatch.setattr(ledger.payouts.receiver, "_ANSWER_WITHIN_S", 0.05)
    slow = Slow()

    async def run():
        receiver = receiver_of(Database(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3")))
        async with served(receiver) as deliver:
            monkeypatch.setattr(only(receiver)._ledger, "settle", slow.settle)
            assert (await deliver(payout()))[0] == 503
            slow.answers.set()

    asyncio.run(run())


def test_a_database_that_does_not_answer_holds_up_no_start(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(ledger.payouts.receiver, "_ANSWER_WITHIN_S", 0.05)
    answers = threading.Event()

    async def run():
        receiver = receiver_of(Database(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3")))
        monkeypatch.setattr(only(receiver)._ledger, "prepare", lambda: answers.wait(10))
        async with served(receiver):
            assert "ledger away" in caplog.text
            answers.set()

    asyncio.run(run())


def test_a_call_that_nobody_waits_for_any_more_is_left_to_its_repeat():
    slow = Slow()

    async def run():
        desk = Batcher(slow)
        async with desk.open():
            first = asyncio.create_task(desk.settle(delivery(payout())))
            await asyncio.to_thread(slow.asked.wait, 10)
            others = [asyncio.create_task(desk.settle(delivery(payout()))) for _ in range(3)]
            await asyncio.sleep(0)
            for other in others:
                other.cancel()
            slow.answers.set()
            await first
            await desk.settle(delivery(payout()))

    asyncio.run(run())
    assert slow.batches == [1, 1]


def test_an_error_of_our_own_is_no_200_and_the_next_call_goes_on(monkeypatch, tmp_path):
    def broken(_batch):
        raise ZeroDivisionError

    async def run():
        receiver = receiver_of(Database(ledger_url(f"sqlite:///{tmp_path}/ledger.sqlite3")))
        transport = httpx.ASGITransport(Starlette(routes=receiver.routes), raise_app_exceptions=False)
        async with served(receiver), httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            call = payout()
            address = f"/order/jackpot?{call.query}"
            with monkeypatch.context() as patched:
                patched.setattr(only(receiver)._ledger, "settle", broken)
                assert (await client.post(address, content=call.body)).status_code == 500
            assert (await client.post(address, content=call.body)).status_code == 200
            assert (await client.get(address)).status_code == 405

    asyncio.run(run())


def test_what_arrives_during_a_commit_shares_the_next_one():
    slow = Slow()

    async def run():
        desk = Batcher(slow)
        async with desk.open():
            first = asyncio.create_task(desk.settle(delivery(payout("t-0"))))
            await asyncio.to_thread(slow.asked.wait, 10)
            others = [asyncio.create_task(desk.settle(delivery(payout(f"t-{n}")))) for n in range(1, 450)]
            await asyncio.sleep(0)
            slow.answers.set()
            await asyncio.gather(first, *others)

    asyncio.run(run())
    assert slow.batches == [1, 200, 200, 49]


def test_more_than_the_desk_can_hold_is_turned_away(monkeypatch):
    monkeypatch.setattr("ledger.payouts.batcher._MOST_WAITING", 3)

    async def run():
        desk = Batcher(Slow())  # and not open: nothing is taken from the queue
        waiting = [asyncio.create_task(desk.settle(delivery(payout()))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(LedgerAway, match="Too many"):
            await desk.settle(delivery(payout()))
        for task in waiting:
            task.cancel()

    asyncio.run(run())


def logged(caplog):
    return [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "ledger"]


def test_the_log_names_what_people_must_look_at_and_no_secret(url, caplog):
    calls = [
        signed(order("t-1", extra_business={"hourly_amount": 1000, "super_amount": 5000})),
        payout("t-1", "player-2", 9),
        signed(order("t-3", amount=0.5)),
        signed(order(), key="forged"),
    ]
    answers(url, *calls)
    lines = [line for line in logged(caplog) if "seen by nobody" not in line[1]]
    assert [level for level, _ in lines] == ["WARNING", "ERROR", "ERROR", "ERROR"]
    assert "parts differ" in lines[0][1]
    assert "conflict" in lines[1][1]
    assert "trans_no='t-1' op_id='player-2' amount_li=9" in lines[1][1]
    assert "payout unreadable" in lines[2][1]
    assert "trans_no='t-3'" in lines[2][1]
    assert lines[3][1] == "event='payout calls without a valid signature' mismatch=1"
    for call in calls:
        assert call.query.rpartition("=")[2] not in caplog.text
    assert KEY not in caplog.text


@pytest.mark.slow
def test_the_log_says_what_was_not_credited_until_somebody_has_seen_it(url, engine, caplog):
    calls = [signed(b"{"), *[signed(order(), key="forged")] * 2, payout()._replace(query="")]

    async def run():
        with closing(Database(url)) as database:
            receiver = receiver_of(database)
            async with receiver.running():
                await only(receiver).remind()  # as it does by itself, at the start and every ten minutes

    def reminders():
        caplog.clear()
        asyncio.run(run())
        return {line for line in logged(caplog) if "seen by nobody" in line[1]}

    answers(url, *calls)
    reminder = "event='payout calls not credited, and seen by nobody' mismatch=2 unreadable=1"
    assert reminders() == {("ERROR", reminder)}
    with engine.begin() as connection:
        refusals.acknowledge(Books(connection, MCH_ID), {"mismatch": 2, "unreadable": 1}, "ann", 1)
    assert reminders() == set()
    answers(url, signed(order(), key="forged"))
    assert reminders() == {("ERROR", reminder.replace("mismatch=2 unreadable=1", "mismatch=1"))}


def test_calls_without_a_valid_signature_keep_no_payout_waiting(monkeypatch, url, engine):
    """However many there are: they need no turn at the ledger, and it hears of them all."""
    monkeypatch.setattr("ledger.payouts.batcher._MOST_WAITING", 1)

    async def run():
        async with served(receiver_of(Database(url))) as deliver:
            flood = [deliver(signed(order(f"t-{n}"), key="forged")) for n in range(300)]
            return await asyncio.gather(*flood, deliver(payout("t-1")))

    *flood, mine = asyncio.run(run())
    assert {status for status, _ in flood} == {403}
    assert mine[0] == 200
    with engine.connect() as connection:
        (refused,) = refusals.read(connection)
        assert connection.scalar(select(func.count()).select_from(schema.deliveries)) == 1
    assert (refused.kind, refused.total) == ("mismatch", 300)


@pytest.mark.slow
def test_what_the_ledger_did_not_hear_at_once_it_hears_later(monkeypatch, url, engine, caplog, locked):
    monkeypatch.setattr("ledger.payouts.batcher._TALLY_EVERY_S", 0)

    async def run():
        async with served(receiver_of(Database(url))) as deliver:
            await deliver(payout("t-1"))
            with locked("refusals"):
                for number in range(30):
                    assert (await deliver(signed(order(f"t-{number}"), key="forged")))[0] == 403
                while "payout calls not counted" not in caplog.text:
                    await asyncio.sleep(0.01)

    asyncio.run(run())
    with engine.connect() as connection:
        (refused,) = refusals.read(connection)
        numbers = connection.scalars(select(schema.refusal_samples.c.number)).all()
    assert refused.total == 30
    assert sorted(numbers) == [*range(1, 11), *range(21, 31)]


def test_no_signature_and_no_key_reaches_the_ledger(url, engine):
    calls = [call for call, *_ in REFUSED.values()]
    answers(url, payout("t-1"), *calls)
    with engine.connect() as connection:
        stored = repr([connection.execute(select(table)).all() for table in schema.metadata.sorted_tables])
    assert KEY not in stored
    for call in calls:
        assert not call.query or call.query.rpartition("=")[2] not in stored


def test_the_document_on_payouts_names_every_code():
    page = (Path(__file__).parents[3] / "docs/payouts.md").read_text()
    for code in Code:
        assert f"`{int(code)}`" in page, code
