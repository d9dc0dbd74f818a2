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
        """Return the two pots, in whole units of money, exact to the li, and the provider's clock."""
        answer = self._core.cache.read(JACKPOT_POOL, {})
        header, pots = answer.value.header, answer.value.result
        return reply_of(Pool(pots.hourly, pots.super, header.timestamp), [answer])
