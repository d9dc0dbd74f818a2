"""What the 5 endpoints of the Open API answer, once a request has passed its signature."""

from collections.abc import Callable
from typing import Any

import msgspec

from twoj_sandbox import rules
from twoj_sandbox.provider import SandboxProvider
from twoj_sandbox.rules import Data, Refused

HIGHEST_AMOUNT_LI = 10**15


def jackpot_pool(provider: SandboxProvider, _data: Data) -> Any:
    """`/open2j/g/gjp/pool`. `next_pot` of the super pot is what it restarts from once it is hit."""
    pots = provider.world.jackpots.pots(provider.clock.now_ms())
    return {
        "hourly_group": {"next_hour": pots.next_hour_ms, "next_pot": 0, "pot": _units(pots.hourly_li)},
        "super_group": {"next_hour": 0, "next_pot": _units(pots.super_next_li), "pot": _units(pots.super_li)},
    }


def transfer_deposit(provider: SandboxProvider, data: Data) -> Any:
    """`/open2j/w/transfer/deposit`."""
    player, amount, trans_no = _transfer(provider, data)
    return {"balance": provider.wallet.deposit(player, amount, trans_no)}


def transfer_withdraw(provider: SandboxProvider, data: Data) -> Any:
    """`/open2j/w/transfer/withdraw`."""
    player, amount, trans_no = _transfer(provider, data)
    balance, locked = provider.wallet.withdraw(player, amount, trans_no)
    return {"balance": balance, "freeze_amount": locked}


def transfer_balance(provider: SandboxProvider, data: Data) -> Any:
    """`/open2j/w/transfer/balance`."""
    return {"balance": provider.wallet.balance(_account(provider, data))}


def transfer_records(provider: SandboxProvider, data: Data) -> Any:
    """`/open2j/w/transfer/records`: newest first; `next_id` leads to the next page."""
    player = _account(provider, data)
    next_id = rules.whole(data, "next_id", 0, 2**63 - 1)
    count = rules.whole(data, "page_size", 10, 100, 10)
    before_s = rules.whole(data, "created_at", 0, 2**40, 2**40)
    if data.get("trans_no"):
        found = provider.wallet.record(player, rules.text(data, "trans_no"))
        records, more = [found] if found else [], False
        records = [one for one in records if one.id < (next_id or 2**63) and one.created_at < before_s]
    else:
        records, more = provider.wallet.records(player, next_id or 2**63, before_s, count)
    return {"next_id": records[-1].id if more else 0, "records": records}


OPEN_ENDPOINTS: dict[str, Callable[[SandboxProvider, Data], Any]] = {
    "/open2j/g/gjp/pool": jackpot_pool,
    "/open2j/w/transfer/deposit": transfer_deposit,
    "/open2j/w/transfer/withdraw": transfer_withdraw,
    "/open2j/w/transfer/balance": transfer_balance,
    "/open2j/w/transfer/records": transfer_records,
}

MONEY_ENDPOINTS = ("/open2j/w/transfer/deposit", "/open2j/w/transfer/withdraw")


def _units(amount_li: int) -> msgspec.Raw:
    """Return an amount in units of money as the exact text of a JSON number, as the documents show it."""
    whole, li = divmod(amount_li, 1000)
    return msgspec.Raw(f"{whole}.{li:03d}" if li else str(whole))


def _account(provider: SandboxProvider, data: Data) -> int:
    player = provider.world.players.by_op_id.get(rules.text(data, "op_id"))
    if player is None:
        raise Refused("account does not exist", rules.NO_ACCOUNT)
    return player


def _transfer(provider: SandboxProvider, data: Data) -> tuple[int, int, str]:
    amount = rules.whole(data, "amount", 1, HIGHEST_AMOUNT_LI)
    trans_no = rules.text(data, "trans_no")
    if not 6 <= len(trans_no) <= 64:
        raise Refused("trans_no must have 6 to 64 characters")
    return _account(provider, data), amount, trans_no
