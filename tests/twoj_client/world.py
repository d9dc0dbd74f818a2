"""A provider in memory, for laws that need many of them: a handful of bets, and the documents' rules."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, NamedTuple

import httpx

DAY_S = 86_400


class WorldBet(NamedTuple):
    """A bet, and when the provider comes to know it."""

    start_at: int
    bet_amount: int = 1000
    gain_amount: int = -1000
    known_at: int = 0
    event_id: str = ""

    def known(self, now: float) -> bool:
        return max(self.start_at, self.known_at) <= now


@dataclass
class World:
    clock: Callable[[], float]
    bets: list[WorldBet] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    down: bool = False
    tells_time: bool = True
    date_ahead_s: float = 0
    """By how much the provider's clock is before the client's."""
    most_at_once: int = 0
    hook: Callable[[], None] = lambda: None
    _running: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def windows(self, path: str = "/api/all/stage/summary") -> list[tuple[int, int]]:
        return [(data["time_start"], data["time_end"]) for asked, data in self.calls if asked == path]

    def truth(self, start: int, end: int, now: float | None = None) -> list[WorldBet]:
        now = self.clock() if now is None else now
        return [bet for bet in self.bets if start <= bet.start_at < end and bet.known(now)]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
        try:
            body = json.loads(request.content)
            data = body.get("data", body)
            with self._lock:
                self.calls.append((request.url.path, data))
            self.hook()
            if self.down:
                return httpx.Response(500)
            payload = getattr(self, "_" + request.url.path.strip("/").replace("/", "_"))(data)
            date = {"Date": formatdate(self.clock() + self.date_ahead_s, usegmt=True)}
            if not self.tells_time:
                date = {}
            return httpx.Response(200, headers=date, json={"code": 200, "msg": "", "data": payload})
        finally:
            with self._lock:
                self._running -= 1

    def _found(self, data: dict[str, Any], longest_s: int = 60 * DAY_S) -> list[WorldBet]:
        start, end = data["time_start"], data["time_end"]
        assert 0 < end - start <= longest_s
        return self.truth(start, end)

    def _api_all_list(self, _data: dict[str, Any]) -> Any:
        return []

    def _api_all_stage_summary(self, data: dict[str, Any]) -> Any:
        found = self._found(data)
        days: dict[dt.date, list[WorldBet]] = {}
        for bet in found:
            days.setdefault(dt.datetime.fromtimestamp(bet.start_at, dt.UTC).date(), []).append(bet)
        rows = [{"date": str(date), **total(bets)} for date, bets in sorted(days.items(), reverse=True)]
        return {"day_list": rows, "summary": total(found)}

    def _api_games_game_stage_summary(self, data: dict[str, Any]) -> Any:
        found = total(self._found(data))
        del found["company_gain_amount"]
        return found | {"user_count": 1, "win_user_count": 1, "lose_user_count": 0}

    def _api_slots_game_stage_summary(self, data: dict[str, Any]) -> Any:
        found = self._found(data)
        return [{"game_id": 1000, **total(found)}] if found else []


def total(bets: Iterable[WorldBet]) -> dict[str, int]:
    bets = list(bets)
    return {
        "bet_count": len(bets),
        "bet_amount": sum(bet.bet_amount for bet in bets),
        "gain_amount": sum(bet.gain_amount for bet in bets),
        "company_gain_amount": -sum(bet.gain_amount for bet in bets),
    }


def claim(store, key: str, ttl_s: float) -> bool:
    """Take a key as whoever fetches does: under a name that nobody else has."""
    return store.lead(key, secrets.token_hex(8), ttl_s)
