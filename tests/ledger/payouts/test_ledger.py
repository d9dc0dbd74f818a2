"""First, replay, conflict: the same on SQLite and PostgreSQL."""

import threading
from collections import Counter
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from ledger import schema
from ledger.check import check
from ledger.database import LedgerAway, snapshot
from ledger.payouts import outcome
from ledger.payouts.outcome import PayoutOutcome
from tests.ledger.conftest import delivery
from tests.ledger.payouts.provider import MCH_ID, order, payout, signed

NOW_S = 1_773_567_000


def rows(engine, statement):
    with snapshot(engine).connect() as connection:
        return [dict(row._mapping) for row in connection.execute(statement)]


def settle(ledger, *calls):
    return ledger.settle([delivery(call) for call in calls])


def balances(engine):
    return {row["op_id"]: row["balance_li"] for row in rows(engine, select(schema.balances))}


def test_the_first_call_writes_payout_entry_and_balance(make_ledger, engine):
    ledger = make_ledger(clock=lambda: NOW_S)
    tree = order("t-1", "player-1", 5000, extra_business={"hourly_amount": 1000, "super_amount": 5000})
    assert settle(ledger, signed(tree)) == [(PayoutOutcome.FIRST, outcome.DONE, 5000)]
    assert rows(engine, select(schema.payouts)) == [
        {
            "mch_id": MCH_ID,
            "trans_no": "t-1",
            "op_id": "player-1",
            "amount_li": 5000,
            "draw_id": "1006-2-1726-1709201163-0",
            "game_id": 1006,
            "hourly_li": 1000,
            "super_li": 5000,
            "parts_differ": True,
            "ordered_at_s": 1709201163,
            "won_at_ms": 1709201163000,
            "received_at_ms": NOW_S * 1000,
            "conflicts": 0,
        }
    ]
    (entry,) = rows(engine, select(schema.entries))
    assert (entry["trans_no"], entry["op_id"], entry["amount_li"]) == ("t-1", "player-1", 5000)
    assert balances(engine) == {"player-1": 5000}


def test_a_replay_is_answered_like_the_first_and_credits_nothing(ledger, engine):
    settle(ledger, payout("t-1", amount=5000), payout("t-2", amount=7))
    assert settle(ledger, payout("t-1", amount=5000)) == [(PayoutOutcome.REPLAY, outcome.DONE, 5007)]
    assert balances(engine) == {"player-1": 5007}


@pytest.mark.parametrize("other", [payout("t-1", "player-2", 5000), payout("t-1", "player-1", 5001)])
def test_the_same_number_for_other_money_is_a_conflict(ledger, engine, other):
    settle(ledger, payout("t-1", "player-1", 5000))
    assert settle(ledger, other) == [(PayoutOutcome.CONFLICT, outcome.CONFLICT, None)]
    assert settle(ledger, other, payout("t-1", "player-1", 5000), other)[1].outcome is PayoutOutcome.REPLAY
    assert balances(engine) == {"player-1": 5000}
    (marked,) = rows(engine, select(schema.payouts))
    assert (marked["op_id"], marked["amount_li"], marked["conflicts"]) == ("player-1", 5000, 3)


def test_one_batch_holds_first_replay_conflict_and_refusal(ledger, engine):
    results = settle(
        ledger,
        payout("t-1", "player-1", 10),
        payout("t-1", "player-1", 10),
        payout("t-1", "player-1", 11),
        signed(order(amount=-5)),
        payout("t-2", "player-2", 20),
        payout("t-3", "player-1", 30),
    )
    assert [result.outcome for result in results] == "first replay conflict unreadable first first".split()
    assert [result.available_li for result in results] == [40, 40, None, None, 20, 40]
    assert balances(engine) == {"player-1": 40, "player-2": 20}


def test_every_delivery_is_kept_good_or_bad(make_ledger, engine):
    ledger = make_ledger(clock=lambda: NOW_S)
    good, bad = payout("t-1", amount=10), signed(b"x" * 5000)
    settle(ledger, good, good, payout("t-1", amount=11), bad)
    kept = rows(engine, select(schema.deliveries).order_by(schema.deliveries.c.id))
    assert [(row["outcome"], row["code"], row["trans_no"]) for row in kept] == [
        ("first", 0, "t-1"),
        ("replay", 0, "t-1"),
        ("conflict", 500101, "t-1"),
        ("unreadable", 100000, None),
    ]
    assert kept[0]["body"] == good.body
    assert (kept[3]["body"], kept[3]["body_size"]) == (b"x" * 5000, 5000)  # nobody could read it yet
    assert {row["received_at_ms"] for row in kept} == {NOW_S * 1000}
    assert "Expecting value" in kept[3]["msg"]


def test_the_same_call_over_and_over_takes_no_more_room(make_ledger, engine):
    """Whoever recorded a call can send it again for ever, and its signature stays right."""
    clock, again = [NOW_S], schema.repetitions
    ledgers = [make_ledger(clock=lambda: clock[0]) for _ in range(2)]
    same = [payout("t-1", amount=10), payout("t-1", amount=11), signed(b"x" * 60_000), payout("t-2", "p", 1)]
    settle(ledgers[0], *same)
    settle(ledgers[1], *same * 2)
    wrote = [rows(engine, select(table)) for table in (schema.deliveries, schema.audit)]
    for clock[0] in range(NOW_S + 1, NOW_S + 21):
        assert [each.outcome for each in settle(ledgers[clock[0] % 2], *same * 2)] == [
            *("replay", "conflict", "unreadable", "replay"),
            *("replay", "conflict", "unreadable", "replay"),
        ]
    kept, log = (rows(engine, select(table)) for table in (schema.deliveries, schema.audit))
    assert [row["outcome"] for row in kept] == "first conflict unreadable first replay replay".split()
    assert [kept, log] == wrote
    counted = rows(engine, select(again).order_by(again.c.outcome, again.c.trans_no))
    assert [(row["outcome"], row["trans_no"], row["times"], row["last_at_ms"]) for row in counted] == [
        ("conflict", "t-1", 43, clock[0] * 1000),
        ("replay", "t-1", 42, clock[0] * 1000),
        ("replay", "t-2", 42, clock[0] * 1000),
        ("unreadable", None, 43, clock[0] * 1000),
    ]
    (payout_1, _) = rows(engine, select(schema.payouts).order_by(schema.payouts.c.trans_no))
    assert payout_1["conflicts"] == 43
    assert check(engine.url)[0] == []


def test_calls_that_differ_in_anything_are_each_kept(ledger, engine):
    dressed = [order("7", "8", 5), order(7, 8, 5.0), order("7", "8", 5, draw_id="x")]
    settle(ledger, *map(signed, dressed * 3), signed(b"{"), signed(b"["), signed(b"{"))
    outcomes = [row["outcome"] for row in rows(engine, select(schema.deliveries))]
    assert outcomes == ["first", *["replay"] * 3, *["unreadable"] * 2]
    assert check(engine.url)[0] == []


def test_a_wallet_that_never_answers_leaves_one_call_of_each_outcome(make_ledger, engine):
    ledger, mine = make_ledger(wallet=True), schema.pending
    for _ in range(5):
        settle(ledger, payout("t-1"), payout("t-1"))
        with engine.begin() as connection:
            connection.execute(update(mine).values(try_at_ms=0))
    found = rows(engine, select(schema.deliveries).order_by(schema.deliveries.c.id))
    assert [row["outcome"] for row in found] == ["claimed", "pending"]
    assert check(engine.url)[0] == []


@pytest.mark.slow
def test_the_largest_amount_is_held_and_what_would_pass_64_bits_fails_alone(ledger, engine):
    most = 2**63 - 1
    assert settle(ledger, payout("t-1", "rich", most))[0].available_li == most
    results = settle(ledger, payout("t-2", "rich", 1), payout("t-3", "other", 5), payout("t-4", "rich", most))
    assert [result.outcome for result in results] == ["failed", "first", "failed"]
    assert [result.answer.status for result in results] == [503, 200, 503]
    assert balances(engine) == {"rich": most, "other": 5}
    assert len(rows(engine, select(schema.payouts))) == 2
    assert len(rows(engine, select(schema.deliveries))) == 4
    assert check(engine.url)[0] == []


def test_numbers_and_players_are_told_apart_by_case_and_characters(ledger, engine):
    names = ["Anna", "anna", "ANNA", "ännä", "玩家", "a'b;--", "%s"]
    settle(ledger, *(payout(f"T-{n}", name, n + 1) for n, name in enumerate(names)))
    settle(ledger, payout("t-0", "Anna", 100))
    assert balances(engine) == {name: n + 1 for n, name in enumerate(names)} | {"Anna": 101}


def test_unusual_ids_are_kept_exactly(ledger, engine):
    names = [
        "007",
        "7",
        " a  b ",
        "\U0001f469\u200d\U0001f680",
        "e\u0301",
        "\xe9",
        "a\nb\t\u202e",
        "\u3000",
        "x" * 200,
    ]
    calls = [payout(f"t {name}"[:200], name, n + 1) for n, name in enumerate(names)]
    assert [result.outcome for result in settle(ledger, *calls, *calls)] == ["first"] * 9 + ["replay"] * 9
    assert balances(engine) == {name: n + 1 for n, name in enumerate(names)}
    assert settle(ledger, payout("t number", 7, 100))[0].available_li == 102  # the player "7"
    assert check(engine.url)[0] == []


def test_a_payout_in_another_dress_is_a_replay_and_with_other_money_a_conflict(ledger, engine):
    dressed = [
        order("7", "8", 5000),
        order(7, 8, 5000.0, extra_business=[], draw_id=9, game_id="x") | {"timestamp": "no"},
        {"order": {"trans_no": 7.0, "amount": "5e3"}, "op_id": "8"},
    ]
    other = [order("7", "8", 5001), order("7", 9, "5000")]
    results = settle(ledger, *map(signed, dressed), *map(signed, other), *map(signed, reversed(dressed)))
    assert [
        result.outcome for result in results
    ] == "first replay replay conflict conflict replay replay replay".split()
    assert {result.answer.status for result in results} == {200}
    assert balances(engine) == {"8": 5000}


def test_of_a_payout_only_the_money_must_be_known(make_ledger, engine):
    settle(make_ledger(clock=lambda: NOW_S), signed({"op_id": "p", "order": {"trans_no": "t", "amount": 1}}))
    (row,) = rows(engine, select(schema.payouts))
    unknown = ("draw_id", "game_id", "hourly_li", "super_li", "ordered_at_s")
    assert [row[name] for name in unknown] == [None] * 5
    assert (row["won_at_ms"], row["received_at_ms"]) == (NOW_S * 1000, NOW_S * 1000)


@pytest.mark.slow
def test_several_processes_deliver_the_same_at_the_same_moment(make_ledger, engine):
    calls = [payout(f"t-{n}", f"player-{n % 5}", n + 1) for n in range(60)]
    make_ledger().prepare()
    together = threading.Barrier(4)
    outcomes: Counter[str] = Counter()

    def deliver(ledger, mine):
        for start in range(0, len(mine), 6):
            together.wait(10)
            outcomes.update(result.outcome for result in settle(ledger, *mine[start : start + 6]))

    threads = [
        threading.Thread(target=deliver, args=(make_ledger(), order))
        for order in (calls, calls, calls[::-1], calls[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes == {"first": 60, "replay": 180}
    assert sum(balances(engine).values()) == sum(range(1, 61))
    assert check(engine.url)[0] == []


EXAMPLES = count()
money = st.tuples(st.integers(0, 5), st.sampled_from(["ann", "ben", "cat"]), st.integers(1, 3))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(money, min_size=1, max_size=6), max_size=6), data=st.data())
@pytest.mark.slow
def test_whatever_comes_in_whatever_order_is_credited_once(two_ledgers, engine, batches, data):
    """A balance is the sum of distinct payouts; the first call with a number says what it stands for."""
    two_ledgers[0].prepare()
    example = next(EXAMPLES)  # players and numbers of its own: what is bound into the chain cannot be emptied
    said: dict[int, tuple[str, int]] = {}
    has: Counter[str] = Counter()
    for batch in batches:
        expected = []
        named = [(number, f"{player}-{example}", amount) for number, player, amount in batch]
        for number, player, amount in named:
            if number not in said:
                said[number] = (player, amount)
                has[player] += amount
                expected.append("first")
            else:
                expected.append("replay" if said[number] == (player, amount) else "conflict")
        ledger = data.draw(st.sampled_from(two_ledgers))
        results = settle(ledger, *(payout(f"t-{example}-{n}", player, amount) for n, player, amount in named))
        assert [result.outcome for result in results] == expected
        for (_, player, _), result in zip(named, results, strict=True):
            assert result.available_li in (has[player], None)
    own = {player: li for player, li in balances(engine).items() if player.endswith(f"-{example}")}
    assert own == dict(has)
    assert check(engine.url)[0] == []


@pytest.mark.slow
def test_a_locked_ledger_raises_and_works_again_afterwards(ledger, locked):
    settle(ledger, payout("t-1", amount=5))
    with locked(), pytest.raises(LedgerAway, match="cannot be used"):
        settle(ledger, payout("t-2", amount=5))
    assert settle(ledger, payout("t-2", amount=5))[0].available_li == 10


def test_a_connection_that_broke_is_replaced(ledger, engine):
    settle(ledger, payout("t-1", amount=5))
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            others = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            )
            connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))
    assert settle(ledger, payout("t-2", amount=5))[0].available_li == 10


@pytest.mark.slow
def test_a_payout_is_whole_or_absent_where_the_database_fails_half_way(ledger, engine):
    ledger.prepare()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE balances RENAME TO elsewhere"))
    with pytest.raises(LedgerAway):
        settle(ledger, payout("t-1", amount=5))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO balances"))
        for table in (schema.payouts, schema.entries, schema.deliveries):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
    assert settle(ledger, payout("t-1", amount=5))[0].available_li == 5
