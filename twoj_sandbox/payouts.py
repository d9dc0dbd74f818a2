"""Calls the operator for each jackpot that is hit, as the LinkJP document says, until it answers HTTP 200."""

import asyncio
import hashlib
import json
from typing import Any

import httpx

from twoj_sandbox import KEY, MCH_ID
from twoj_sandbox.provider import SandboxProvider
from twoj_sandbox.world.jackpots import WorldHit

BACKLOG_MS = 24 * 3_600_000
"""What was hit so long before the start is paid out too, as by a provider that was repeating meanwhile."""
_LOOK_EVERY_S = 0.5
_PATIENCE_S = 5
_FIRST_WAIT_S = 1
_LONGEST_WAIT_S = 30


def order(hit: WorldHit) -> dict[str, Any]:
    """Return the body of the call that pays a hit out."""
    parts = {"hourly_amount": 0, "super_amount": 0, f"{hit.pot}_amount": hit.amount_li}
    return {
        "action": 2,
        "op_id": hit.op_id,
        "timestamp": hit.at_ms // 1000,
        "order": {
            "trans_no": hit.trans_no,
            "draw_id": hit.draw_id,
            "game_id": hit.game_id,
            "amount": hit.amount_li,
            "room_kind": 1,
            "extra_business": parts,
        },
    }


class Payouts:
    """Pays out at `url`, the operator's `/order/jackpot`."""

    def __init__(self, provider: SandboxProvider, url: str) -> None:
        self._provider = provider
        self._url = url
        self._client = httpx.AsyncClient(timeout=_PATIENCE_S, trust_env=False)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Watch the clock and pay out what is hit; ends when it is cancelled."""
        clock, jackpots = self._provider.clock, self._provider.world.jackpots
        paid_to_ms = clock.now_ms() - BACKLOG_MS
        try:
            while True:
                now_ms = clock.now_ms()
                for hit in jackpots.hits(paid_to_ms, now_ms):
                    task = asyncio.create_task(self._pay(hit))
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)
                paid_to_ms = now_ms
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            for task in self._under_way:
                task.cancel()
            await self._client.aclose()

    async def _pay(self, hit: WorldHit) -> None:
        body = json.dumps(order(hit), separators=(",", ":")).encode()
        wait_s = _FIRST_WAIT_S
        while not await self._accepted(body):
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    async def _accepted(self, body: bytes) -> bool:
        ts = str(self._provider.clock.now_ms())
        signature = hashlib.md5(body + ts.encode() + KEY.encode(), usedforsecurity=False).hexdigest()
        try:
            answer = await self._client.post(
                self._url,
                params={"mch": MCH_ID, "ts": ts, "sign": signature},
                content=body,
                headers={"Content-Type": "application/json"},
            )
        except httpx.HTTPError:
            return False
        return answer.status_code == 200
