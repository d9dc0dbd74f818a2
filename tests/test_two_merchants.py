"""Two merchants in one process and one database, who share every name they can: neither sees the other."""

import asyncio
import re
from contextlib import closing
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import event, func, select, text, update
from starlette.applications import Starlette

from dashboard.access.audit import audit, audit_rows
from dashboard.jackpots import data_store
from dashboard.jackpots.data_screens import Screens
from dashboard.jackpots.pots import Hit, PotNow, Pots
from dashboard.status.data_checks import Checks
from ledger import schema
from ledger.check import check
from ledger.database import Database, Ledger, LedgerAway
from ledger.payouts import refusals
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.payout_call import MerchantKey, examine
from ledger.payouts.receiver import MerchantPayouts, Receiver
from ledger.transfers import (
    TransferJournal,
    TransferKind,
    TransferOrder,
    TransferOutcome,
    TransferState,
)
from tests.ledger.conftest import empty_url, engine, postgresql, url  # noqa: F401 - fixtures
from tests.ledger.payouts.provider import order, signed
from tests.parts import ledger_at

OURS, THEIRS = MerchantKey(11, "our-key"), MerchantKey(22, "their-key")
NOW_S = 1_773_567_000
NOW_MS = NOW_S * 1000


def call(merchant, trans_no="t-1", op_id="42", amount=5000):
    return signed(order(trans_no, op_id, amount), key=merchant.key, mch_id=merchant.mch_id)


def deliver(url, *calls):  # noqa: F811
    """Have one receiver answer these for both merchants; return HTTP status, code and balance of each."""

    async def run():
        with closing(Database(url)) as database:
            for each in (OURS, THEIRS):
                watched(Ledger(database, each.mch_id))
            merchants = (MerchantPayouts(each, database, clock=lambda: NOW_S) for each in (OURS, THEIRS))
            receiver = Receiver(*merchants)
            transport = httpx.ASGITransport(Starlette(routes=receiver.routes))
            client = httpx.AsyncClient(transport=transport, base_url="http://x")
            async with receiver.running(), client:
                return [
                    await client.post(f"/order/jackpot?{each.query}", content=each.body) for each in calls
                ]

    return [
        (answer.status_code, answer.json()["header"]["code"], answer.json()["result"].get("availableAmount"))
        for answer in asyncio.run(run())
    ]


OF_A_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN) (\w+)")


def watched(ledger):
    """Have every statement of a ledger fail that reads or writes a table without saying whose rows."""

    def says_whose(_connection, _cursor, statement, *_):
        named = OF_A_TABLE.findall(statement)
        for table in schema.metadata.tables.keys() & set(named):
            said = len(re.findall(rf"\b{table}\.mch_id = |= {table}\.mch_id\b", statement))
            if statement.lstrip().startswith(f"INSERT INTO {table}"):
                said += "mch_id" in statement.partition(")")[0]
            assert said >= named.count(table), statement

    ledger.prepare()
    event.listen(ledger.database.engine, "before_cursor_execute", says_whose)
    return ledger


def journal(ledger):
    return TransferJournal(ledger, lambda: NOW_S)


@pytest.fixture
def both(url):  # noqa: F811
    """Both ledgers: the same numbers, players, screens and pots, of other amounts."""
    answers = deliver(url, call(OURS, amount=10), call(THEIRS, amount=20), call(OURS, "t-2", amount=3))
    assert answers == [(200, 0, 10), (200, 0, 20), (200, 0, 13)]
    with ledger_at(url, OURS.mch_id) as ours, ledger_at(url, THEIRS.mch_id) as theirs:
        watched(ours)
        watched(theirs)
        for ledger, amount_li in ((ours, 100), (theirs, 200)):
            asked = TransferOrder("order-1", "42", TransferKind.DEPOSIT, amount_li)
            assert journal(ledger).open(asked, "ann")
            journal(ledger).close("order-1", TransferOutcome(TransferState.DONE, "", amount_li), "ann")
            Screens(ledger).make("Lobby", "dark", "ann")
            with ledger.writing() as books:
                pot = PotNow(Decimal(amount_li), Decimal(0), 0)
                data_store.add_samples(books, [Pots(pot, pot, NOW_MS)])
                data_store.add_hits(books, [Hit("hourly", 1000, 2000, amount_li, 1)])
        yield ours, theirs


def test_the_same_number_and_player_are_two_payouts_and_two_balances(both, url):  # noqa: F811
    held = {}
    for ledger in both:
        with ledger.reading() as books:
            held[ledger.mch_id] = (
                {row.trans_no: row.amount_li for row in books.execute(select(schema.payouts))},
                {row.op_id: row.balance_li for row in books.execute(select(schema.balances))},
            )
    assert held == {11: ({"t-1": 10, "t-2": 3}, {"42": 13}), 22: ({"t-1": 20}, {"42": 20})}
    again = deliver(url, call(OURS, amount=10), call(THEIRS, amount=10), call(THEIRS, amount=20))
    assert again == [(200, 0, 13), (200, 500101, None), (200, 0, 20)]
    ours, theirs = (counts(ledger) for ledger in both)
    assert (ours, theirs) == ({}, {"conflict": 1})
    assert check(url)[0] == []


def counts(ledger):
    with ledger.reading() as books:
        return {each.kind.value: each.unseen for each in refusals.read(books)}


def test_a_call_is_for_whom_it_names_or_else_for_whose_key_signed_it(both, url):  # noqa: F811
    forged = call(OURS)._replace(query=call(OURS).query.replace("mch=11", "mch=22"))
    nameless = call(THEIRS)._replace(query=call(THEIRS).query.replace("mch=22&", ""))
    stranger = signed(order(), key="a-guess", mch_id=33)
    assert deliver(url, forged, nameless, stranger) == [
        (403, 500008, None),
        (400, 100000, None),
        (403, 500009, None),
    ]
    ours, theirs = both
    assert (counts(ours), counts(theirs)) == ({"mismatch": 1}, {"mismatch": 1, "unreadable": 1})
    with theirs.writing() as books:
        refusals.acknowledge(books, {"mismatch": 1, "unreadable": 1}, "ben", NOW_MS)
        assert {each.kind for each in refusals.latest(books, 9)} == {"unreadable", "mismatch"}
    assert (counts(ours), counts(theirs)) == ({"mismatch": 1}, {"mismatch": 0, "unreadable": 0})
    assert check(url)[0] == []


def test_transfers_screens_and_pots_are_each_ones_own(both, url):  # noqa: F811
    ours, theirs = both
    for ledger, amount_li in ((ours, 100), (theirs, 200)):
        assert journal(ledger).find("order-1").order.amount_li == amount_li
        assert [each.order.amount_li for each in journal(ledger).latest("42", 9)] == [amount_li]
        assert [each.name for each in Screens(ledger).all()] == ["Lobby"]
        with ledger.reading() as books:
            assert [each.li for each in data_store.samples(books, "hourly", 0, 2**62)] == [amount_li * 1000]
            assert [each.before_li for each in data_store.hits(books, 0, 2**62)] == [amount_li]
    assert sorted(win.amount_li for win in wins(ours)) == [3, 10]
    assert [win.amount_li for win in wins(theirs)] == [20]
    token = Screens(theirs).make("Bar", "light", "ann")
    (lobby,) = Screens(ours).all()
    Screens(theirs).revoke(lobby.id, "eve")  # not hers
    assert [each.revoked_at_ms for each in Screens(ours).all()] == [None]
    screens = [Screens(ledger) for ledger in both]
    for each in screens:
        each.load()
    assert [each.orders_of(token) is None for each in screens] == [True, False]
    with ours.writing() as books:
        data_store.thin(books, NOW_MS + 91 * 86_400_000)
    with theirs.reading() as books:
        assert len(data_store.samples(books, "super", 0, 2**62)) == 1
    assert check(url)[0] == []


def wins(ledger):
    with ledger.reading() as books:
        return data_store.wins(books, 0, 2**62)


def test_what_waits_for_a_wallet_and_what_the_status_shows_are_each_ones_own(both):
    theirs = both[1]
    calls = [
        examine(each.query.encode(), each.body, THEIRS) for each in (call(THEIRS, "t-8"), call(THEIRS, "t-9"))
    ]
    with_wallet = [PayoutLedger(ledger, wallet=True, clock=lambda: NOW_S) for ledger in both]
    assert [each.outcome for each in with_wallet[1].settle(calls)] == ["claimed", "claimed"]
    with theirs.writing() as books:
        books.execute(update(schema.pending).values(try_at_ms=0))
    assert with_wallet[0].claim_due(9) == []
    claimed = sorted(with_wallet[1].claim_due(1), key=lambda each: each.trans_no)
    assert with_wallet[1].confirm(claimed[0], 77) == 77
    shown = []
    for ledger in both:
        checks = Checks(SimpleNamespace(health=str, cache_state=str), ledger, lambda: 0.0)
        with checks.running():
            assert checks.ledger(10).failure == ""
            shown.append((checks.payouts(10).waiting, checks.payouts(10).last_outcome, checks.refused(10)))
    assert shown == [(0, "first", []), (1, "claimed", [])]
    merchants = [SimpleNamespace(ledger=each, clock=lambda: NOW_S, zone=ZoneInfo("UTC")) for each in both]
    audit(merchants[0], "cat", "sign-in", {})
    assert [list(audit_rows(each, 1)["who"]) for each in merchants] == [["cat"], ["ann"]]


def test_each_has_an_audit_log_and_the_check_proves_both_by_name(both, url, engine):  # noqa: F811
    wrong, extent = check(url)
    assert wrong == []
    assert "Merchant 11: 2 payouts, 0 of them wait for the wallet. 1 players were credited 13 li" in extent
    assert "Merchant 22: 1 payouts, 0 of them wait for the wallet. 1 players were credited 20 li" in extent
    with engine.connect() as connection:
        ends = connection.execute(select(schema.audit_end).where(schema.audit_end.c.row_count > 0)).all()
        numbers = select(schema.audit.c.mch_id, func.min(schema.audit.c.id), func.max(schema.audit.c.id))
        rows = connection.execute(numbers.group_by(schema.audit.c.mch_id)).all()
    assert {(11, 1, 5), (22, 1, 4)} == set(map(tuple, rows))
    assert {(each.mch_id, each.row_count) for each in ends} == {(11, 5), (22, 4)}
    for end in ends:
        assert check(url, end.hash)[0] == []
    nowhere = "0" * 63 + "1"
    assert check(url, nowhere)[0] == [
        f"Audit log: no row has the hash {nowhere}; it was written anew since, or is another."
    ]


TAMPERED = {
    "UPDATE balances SET balance_li = 21": "Player '42': the balance is 21 li, the entries make 20 li.",
    "UPDATE payouts SET draw_id = 'x'": (
        "Payout t-1: it is not as it was written; the audit log knows another."
    ),
    "UPDATE deliveries SET received_at_ms = 7": (
        "Calls: 1 that the audit log knows are missing, or not as they were written."
    ),
    "UPDATE transfers SET who = 'eve'": "Transfer order-1: the audit log says something else of it.",
    "UPDATE screens SET made_at_ms = 7": "Screen 2: the audit log says something else of it.",
    "DELETE FROM audit_end": "Audit log: its end is not written down; rows may be missing.",
    "UPDATE audit SET who = 'eve'": "Audit log: row 1 was changed.",
    "UPDATE deliveries SET mch_id = 11": "Payout t-1: no call asked for its 20 li for '42'.",
    "UPDATE balances SET mch_id = 33": "Player '42': the balance is nothing, the entries make 20 li.",
}


@pytest.mark.slow
@pytest.mark.parametrize("change", TAMPERED)
def test_what_is_done_to_one_is_named_and_leaves_the_other_proven(both, url, engine, change):  # noqa: F811
    with engine.begin() as connection:
        connection.execute(text(f"{change} WHERE mch_id = 22"))
    wrong = check(url)[0]
    assert f"Merchant 22: {TAMPERED[change]}" in wrong
    moved = "mch_id" in change
    assert moved or all(sentence.startswith("Merchant 22: ") for sentence in wrong)


def test_a_log_that_lost_its_end_takes_no_more_rows_and_the_others_does(both, url, engine):  # noqa: F811
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_end WHERE mch_id = 22"))
    ours, theirs = both
    Screens(ours).make("Bar", "dark", "ann")
    with pytest.raises(LedgerAway, match="python -m ledger check"):
        Screens(theirs).make("Bar", "dark", "ann")
    with ledger_at(url, 22) as again, pytest.raises(LedgerAway, match="python -m ledger check"):
        Screens(again).make("Bar", "dark", "ann")


def test_every_table_has_the_merchant_in_its_keys():
    by_token = {"screens"}
    for table in schema.metadata.sorted_tables:
        assert not table.c.mch_id.nullable
        numbered = [column.name for column in table.primary_key] == ["id"]
        assert numbered or next(iter(table.primary_key)).name == "mch_id", table.name
        unique = [each for each in table.constraints if type(each).__name__ == "UniqueConstraint"]
        assert all(next(iter(each.columns)).name == "mch_id" for each in unique) or table.name in by_token
        assert all(next(iter(each.columns)).name == "mch_id" for each in table.indexes), table.name
