"""Thousands of payouts at once, repeated, forged, against a server that is killed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from ledger import schema
from ledger.database import snapshot
from tests.ledger.payouts.provider import Call, Line, order, payout, signed
from tests.ledger.payouts.server import Server


class Storm(NamedTuple):
    """What is delivered, with the code of its answer; and what each player has in the end, in li."""

    calls: list[tuple[Call, int]]
    balances_li: dict[str, int]


def make_storm(payouts: int, seed: int = 1) -> Storm:
    """A third of the payouts comes twice, half of these at the same moment; forged calls are between."""
    chance = random.Random(seed)
    balances_li: Counter[str] = Counter()
    calls: list[tuple[Call, int]] = []
    later: list[tuple[Call, int]] = []
    for number in range(payouts):
        player, amount = f"player-{chance.randrange(200)}", chance.randint(1, 10**9)
        balances_li[player] += amount
        good = payout(f"101-1006-{number}", player, amount), 0
        calls.append(good)
        if number % 6 == 0:
            calls.append(good)
        if number % 6 == 3:
            later.append(good)
        if number % 10 == 0:
            calls.append(forged(number, chance))
    for good in later:
        calls.insert(chance.randrange(len(calls)), good)
    return Storm(calls, dict(balances_li))


def forged(number: int, chance: random.Random) -> tuple[Call, int]:
    """A call by somebody who has no key, or who changes what the provider signed."""
    good = order(f"101-1006-{number + chance.randint(0, 1)}-forged", "thief", 10**12)
    match number // 10 % 3:
        case 0:
            return signed(good, key="a-guess"), 500008
        case 1:
            return payout(f"101-1006-{number}", "player-1", 5)._replace(body=signed(good).body), 500008
        case _:
            return signed(good, mch_id=1), 500009


async def deliver(storm: Storm, server: Server, *, at_once: int = 50, kills: int = 0) -> None:
    """Deliver everything, `at_once` at a time, each call until it is credited or refused; check the codes.

    The server is killed and started again `kills` times, evenly over the answers.
    """
    waiting = iter(storm.calls)
    kill_at = {len(storm.calls) * number // (kills + 1) for number in range(1, kills + 1)}
    answered = 0
    one_at_a_time = asyncio.Lock()

    async def restart() -> None:
        async with one_at_a_time:
            server.kill()
            await asyncio.to_thread(server.start)

    async def work() -> None:
        nonlocal answered
        line = Line(server.port)
        for call, code in waiting:
            answer = await line.deliver(call)
            assert answer["header"]["code"] == code, answer
            answered += 1
            if answered in kill_at:
                tasks.create_task(restart())
        await line.close()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(work())
    assert server.starts == 1 + kills


def assert_credited_once(storm: Storm, engine: Engine) -> None:
    """Read the ledger past the code that wrote it."""
    with snapshot(engine).begin() as connection:
        rows = connection.execute(select(schema.balances.c.op_id, schema.balances.c.balance_li))
        assert {row.op_id: row.balance_li for row in rows} == storm.balances_li
        good = {call.body for call, code in storm.calls if code == 0}
        for table in (schema.payouts, schema.entries):
            assert connection.scalar(select(func.count()).select_from(table)) == len(good)
