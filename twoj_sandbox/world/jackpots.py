"""The two jackpot pots: they grow with the clock, and fall when somebody wins them."""

from dataclasses import dataclass

import numpy as np

from twoj_sandbox import GRINDER, NAMELESS
from twoj_sandbox.world.draws import Whole, mix
from twoj_sandbox.world.games import GAMES, SLOTS_RUNNING
from twoj_sandbox.world.players import Players

_MINUTE_MS = 60_000
HOUR_MS = 3_600_000
_BLOCK_MS = 12 * HOUR_MS


@dataclass(frozen=True)
class PotKind:
    """How a pot behaves: what it restarts from, and its usual growth a minute, in li."""

    name: str
    base_li: int
    growth_li: int
    stream: int


HOURLY = PotKind("hourly", 2_000_000, 12_000, 1)
SUPER = PotKind("super", 3_600_000, 4_000, 2)


@dataclass(frozen=True)
class WorldPots:
    """Both pots at one moment: amounts in li, `next_hour` in epoch milliseconds."""

    hourly_li: int
    next_hour_ms: int
    super_li: int
    super_next_li: int


@dataclass(frozen=True)
class WorldHit:
    """A pot won: when (epoch milliseconds), which (`hourly`, `super`), how much, in which round, by whom."""

    at_ms: int
    pot: str
    amount_li: int
    op_id: str
    user_id: int
    game_id: int
    draw_id: str
    trans_no: str


class Jackpots:
    """The pots of one world: the hourly one is drawn at each full hour, the super one once in 12 hours."""

    def __init__(self, seed: int, players: Players) -> None:
        self._seed = seed
        self._players = players

    def pots(self, now_ms: int) -> WorldPots:
        """Return both pots at this moment."""
        hour_ms = now_ms // HOUR_MS * HOUR_MS
        return WorldPots(
            hourly_li=self._grown(HOURLY, hour_ms, now_ms),
            next_hour_ms=hour_ms + HOUR_MS,
            super_li=self._grown(SUPER, self._super_hit_before(now_ms + 1), now_ms),
            super_next_li=SUPER.base_li,
        )

    def hits(self, start_ms: int, end_ms: int) -> list[WorldHit]:
        """Return the hits with `start_ms <= at_ms < end_ms`, oldest first."""
        hits = [
            self._hit(HOURLY, at_ms - HOUR_MS, at_ms)
            for at_ms in range(-(-start_ms // HOUR_MS) * HOUR_MS, end_ms, HOUR_MS)
        ]
        for block in range(start_ms // _BLOCK_MS, end_ms // _BLOCK_MS + 1):
            at_ms = self._super_hit_in(block)
            if start_ms <= at_ms < end_ms:
                hits.append(self._hit(SUPER, self._super_hit_before(at_ms), at_ms))
        return sorted(hits, key=lambda hit: hit.at_ms)

    def _grown(self, kind: PotKind, since_ms: int, now_ms: int) -> int:
        return kind.base_li + self._growth(kind, now_ms) - self._growth(kind, since_ms)

    def _growth(self, kind: PotKind, at_ms: int) -> int:
        """Return what went into this pot since the epoch: some minutes and some hours are livelier."""
        return self._stepped(kind, _MINUTE_MS, at_ms) + self._stepped(kind, HOUR_MS, at_ms)

    def _stepped(self, kind: PotKind, step_ms: int, at_ms: int) -> int:
        step, within_ms = divmod(at_ms, step_ms)
        begun = self._at_step(kind, step_ms, step)
        return begun + (self._at_step(kind, step_ms, step + 1) - begun) * within_ms // step_ms

    def _at_step(self, kind: PotKind, step_ms: int, step: int) -> int:
        usual = kind.growth_li * (step_ms // _MINUTE_MS) // 2
        return step * usual + mix(self._seed, kind.stream, step_ms, step) % usual

    def _super_hit_in(self, block: int) -> int:
        return block * _BLOCK_MS + mix(self._seed, SUPER.stream + 10, block) % _BLOCK_MS // 1000 * 1000

    def _super_hit_before(self, at_ms: int) -> int:
        block = at_ms // _BLOCK_MS
        hit_ms = self._super_hit_in(block)
        return hit_ms if hit_ms < at_ms else self._super_hit_in(block - 1)

    def _hit(self, kind: PotKind, since_ms: int, at_ms: int) -> WorldHit:
        game = _chosen(SLOTS_RUNNING, mix(self._seed, kind.stream + 20, at_ms))
        player = _chosen(self._players.activity_running, mix(self._seed, kind.stream + 30, at_ms))
        if player == NAMELESS.index:
            # A payout names its winner by op_id.
            player = GRINDER.index
        game_id, user_id = GAMES[game].game_id, int(self._players.user_ids[player])
        draw_id = f"{game_id}-2-{player}-{at_ms // 1000}-{kind.stream}"
        return WorldHit(
            at_ms=at_ms,
            pot=kind.name,
            amount_li=self._grown(kind, since_ms, at_ms),
            op_id=self._players.op_ids[player],
            user_id=user_id,
            game_id=game_id,
            draw_id=draw_id,
            trans_no=f"{user_id}-{draw_id}",
        )


def _chosen(running: Whole, word: int) -> int:
    return int(np.searchsorted(running, word % int(running[-1]), side="right"))
