"""The transfer wallet: balances, transfers made through the API, and the records of all transfers.

A player's balance has two parts. One is at play: the operator deposits it when the player sits down and
withdraws all of it when the player leaves; the world made those transfers. The other was moved in and out by
callers of this sandbox: it lies beside, shows in every later credit, and is what a caller may withdraw while
the player plays.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import msgspec
import numpy as np

from twoj_sandbox import MCH_ID
from twoj_sandbox.rules import BALANCE_TOO_LOW, DUPLICATE_ORDER, WITHDRAWAL_LOCKED, Clock, Refused
from twoj_sandbox.world import World
from twoj_sandbox.world.day import DAY_S, EVEN_PLAYERS_FROM_S, SETTLED_AFTER_S, Rounds
from twoj_sandbox.world.draws import Whole

DEPOSIT = 4
WITHDRAWAL = 3

_WORLD_REF = re.compile(r"\b[DW](?P<at>\d{10})P\d+\b", re.ASCII)


def _late(player: int) -> int:
    """Return when a player's day begins, in seconds past midnight: even ones play on into the next day."""
    return EVEN_PLAYERS_FROM_S - 5 if player % 2 == 0 else 0


class WalletRecord(msgspec.Struct, frozen=True):
    """A transfer, as the document shows it: amounts in li, `created_at` in epoch seconds.

    `id` grows with time; `ref_id` is the operator's order number, `trans_no` the provider's own.
    """

    id: int
    type: int
    amount: int
    after_balance: int
    ref_id: str
    created_at: int
    trans_no: str


def _record(number: int, kind: int, amount: int, after_balance: int, ref_id: str, at: int) -> WalletRecord:
    trans_no = f"{MCH_ID}-{ref_id}-{at}"
    return WalletRecord(number, kind, amount, after_balance, ref_id, at, trans_no)


@dataclass(frozen=True)
class AtPlay:
    """What a player has at the tables: its amount in li, and whether a round is running."""

    amount: int = 0
    in_round: bool = False


class Wallet:
    """The wallets of all players. One event loop calls it, one request after the other."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._moved: dict[int, list[WalletRecord]] = {}
        self._by_number: dict[str, tuple[int, WalletRecord]] = {}

    def balance(self, player: int) -> int:
        """Return a player's balance now, the part at play included."""
        return self._at_play(player).amount + self._beside(player, self._clock.now())

    def deposit(self, player: int, amount: int, ref_id: str) -> int:
        """Add to a player's balance and return it. A number used before is `Refused`."""
        self._refuse_duplicate(ref_id)
        return self._move(player, DEPOSIT, amount, ref_id)

    def withdraw(self, player: int, amount: int, ref_id: str) -> tuple[int, int]:
        """Take from a player's balance; return it and the part locked at play."""
        self._refuse_duplicate(ref_id)
        at_play = self._at_play(player)
        beside = self._beside(player, self._clock.now())
        if at_play.in_round:
            raise Refused("withdrawal locked: the player is in a running round", WITHDRAWAL_LOCKED)
        if amount > beside + at_play.amount:
            raise Refused("withdrawal failed: balance too low", BALANCE_TOO_LOW)
        if amount > beside:
            raise Refused("withdrawal locked: the player is in a game", WITHDRAWAL_LOCKED)
        return self._move(player, WITHDRAWAL, amount, ref_id), at_play.amount

    def records(
        self, player: int, before_id: int, before_s: int, count: int
    ) -> tuple[list[WalletRecord], bool]:
        """Return at most `count` records, newest first, and whether there are more.

        Left out are records with an id or a time (epoch seconds) at or past `before_id` and `before_s`.
        """
        found: list[WalletRecord] = []
        now = self._clock.now()
        # Ids begin with the time in milliseconds, so that a later page need not start at today.
        for day in reversed(self._world.day_numbers(0, min(before_s, before_id // 1000 + 1, now + 1), now)):
            for record in reversed(self._records_of_day(player, day, now)):
                if record.id < before_id and record.created_at < before_s:
                    found.append(record)
            if len(found) > count:
                return found[:count], True
        return found, False

    def record(self, player: int, trans_no: str) -> WalletRecord | None:
        """Return a player's record with this order number, the operator's or the provider's."""
        owner, record = self._by_number.get(trans_no, (None, None))
        if owner is not None:
            return record if owner == player else None
        made_by_world = _WORLD_REF.search(trans_no)
        if not made_by_world:
            return None
        day = (int(made_by_world["at"]) - _late(player)) // DAY_S
        now = self._clock.now()
        if day not in self._world.day_numbers(0, now + 1, now):
            return None
        records = self._records_of_day(player, day, now)
        return next((record for record in records if trans_no in (record.ref_id, record.trans_no)), None)

    def moved(self, rounds: Rounds) -> Whole:
        """Return what callers' transfers before each round have changed its credits by."""
        change = np.zeros(len(rounds), np.int64)
        if not self._moved:
            return change
        for player in self._moved.keys() & set(rounds["player"].tolist()):
            for row in np.flatnonzero(rounds["player"] == player):
                change[row] = self._beside(player, int(rounds["start_at"][row]) - 1)
        return change

    def _refuse_duplicate(self, ref_id: str) -> None:
        if ref_id in self._by_number:
            raise Refused("duplicate transfer order number", DUPLICATE_ORDER)

    def _move(self, player: int, kind: int, amount: int, ref_id: str) -> int:
        now = self._clock.now()
        own = self._moved.setdefault(player, [])
        record_id = max(now * 1000 + 1, own[-1].id + 1 if own else 0)
        balance = self.balance(player) + (amount if kind == DEPOSIT else -amount)
        record = _record(record_id, kind, amount, balance, ref_id, now)
        own.append(record)
        self._by_number[ref_id] = self._by_number[record.trans_no] = (player, record)
        return balance

    def _beside(self, player: int, at: int) -> int:
        own = self._moved.get(player, [])
        return sum(
            record.amount if record.type == DEPOSIT else -record.amount
            for record in own[: bisect_right(own, at, key=lambda record: record.created_at)]
        )

    def _at_play(self, player: int) -> AtPlay:
        now = self._clock.now()
        for day in self._world.days_of(now - SETTLED_AFTER_S, now + 1, now):
            for stay in self._world.stays(day.day, player):
                if stay["deposit_at"] <= now < stay["withdraw_at"]:
                    positions = day.shown_of_player(player, int(stay["deposit_at"]), now + 1, 2**40)
                    return _in_stay(int(stay["deposit_amount"]), day.rounds[positions], now)
        return AtPlay()

    def _records_of_day(self, player: int, day: int, now: int) -> list[WalletRecord]:
        own = self._moved.get(player, [])
        begin = day * DAY_S + _late(player)
        low = bisect_left(own, begin, key=lambda record: record.created_at)
        high = bisect_left(own, begin + DAY_S, key=lambda record: record.created_at)
        records = own[low:high]
        for stay in self._world.stays(day, player).tolist():
            _, deposit_at, deposited, withdraw_at, withdrawn = stay
            records.append(self._made_by_world(player, DEPOSIT, deposit_at, deposited, deposited))
            records.append(self._made_by_world(player, WITHDRAWAL, withdraw_at, withdrawn, 0))
        shown = [record for record in records if record.created_at <= now and record.amount]
        return sorted(shown, key=lambda record: record.id)

    def _made_by_world(self, player: int, kind: int, at: int, amount: int, after: int) -> WalletRecord:
        ref_id = f"{'D' if kind == DEPOSIT else 'W'}{at}P{player}"
        return _record(at * 1000, kind, amount, after + self._beside(player, at), ref_id, at)


def _in_stay(deposited: int, begun: Rounds, now: int) -> AtPlay:
    """Return what is left in a stay whose rounds begun by now are these, oldest first."""
    if not len(begun):
        return AtPlay(deposited)
    latest = begun[-1]
    if latest["end_at"] > now:
        return AtPlay(int(latest["credit_before_bet"] - latest["bet_amount"]), in_round=True)
    return AtPlay(int(latest["credit"]))
