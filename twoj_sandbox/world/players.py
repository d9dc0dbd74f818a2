"""The players: who they are, how much and how high they play."""

import numpy as np

from twoj_sandbox import (
    BURST,
    CHARACTERS,
    GRINDER,
    NAMELESS,
    PRANKSTER,
    QUIET,
    UNICODE,
    WHALE,
    op_id_of,
    user_id_of,
)
from twoj_sandbox.world.draws import Draws, Whole

COUNT = 2000

LADDER_LI: Whole = np.array([500, 1000, 2000, 5000, 10_000, 20_000, 50_000], np.int64)
"""The stakes that the games offer, in li."""

_STEP_WEIGHTS = (2, 6, 20, 34, 26, 10, 2)
_ACTIVITY = {WHALE: 30, BURST: 20, UNICODE: 80, QUIET: 0, GRINDER: 320, NAMELESS: 15, PRANKSTER: 15}
"""How much the characters play, in ten thousandths of all sessions."""


class Players:
    """All players of one world; indices run from 0 to `COUNT`."""

    def __init__(self, seed: int) -> None:
        self.user_ids: Whole = np.array([user_id_of(index) for index in range(COUNT)], np.int64)
        self.op_ids = [character.op_id for character in CHARACTERS]
        self.op_ids += [op_id_of(index) for index in range(len(CHARACTERS), COUNT)]
        self.by_user_id = {user_id: index for index, user_id in enumerate(self.user_ids.tolist())}
        self.by_op_id = {op_id: index for index, op_id in enumerate(self.op_ids) if op_id}
        self.activity_running = np.cumsum(_activity()).astype(np.int64)
        draws = Draws(seed, 0x9147)
        self.step = draws.pick(COUNT, np.cumsum(_STEP_WEIGHTS).astype(np.int64))
        self.step[[WHALE.index, BURST.index, GRINDER.index]] = (6, 0, 2)


def _activity() -> Whole:
    """Return each player's weight: the named ones as set, the others with a long tail (Zipf)."""
    named = sum(_ACTIVITY.values())
    tail: Whole = 10**9 // (np.arange(COUNT, dtype=np.int64) + 25)
    tail[: len(CHARACTERS)] = 0
    scale = int(tail.sum()) // (10_000 - named)
    for character, share in _ACTIVITY.items():
        tail[character.index] = share * scale
    # Fits the 31 bits that a draw has.
    return tail // (int(tail.sum()) // 2**30 + 1)
