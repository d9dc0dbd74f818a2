"""Methods about the linked jackpot: ``twoj.jackpot``."""

from __future__ import annotations

from twoj_client.core import Core
from twoj_client.endpoints import JACKPOT_POOL
from twoj_client.models import Pool
from twoj_client.reply import Reply, reply_of


class Jackpot:
    """The pots of LinkJP."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def pool(self) -> Reply[Pool]:
        """Return the two pots, in whole units of money, exact to the li."""
        answer = self._core.cache.read(JACKPOT_POOL, {})
        return reply_of(answer.value, [answer])
