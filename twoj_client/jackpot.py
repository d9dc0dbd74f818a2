"""Methods about the linked jackpot: ``twoj.jackpot``."""

from twoj_client.core import Core
from twoj_client.endpoints import JACKPOT_POOL
from twoj_client.models import Pool, PoolAnswer
from twoj_client.reply import Answer, Reply, reply_of


class Jackpot:
    """The pots of LinkJP."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def pool(self) -> Reply[Pool]:
        """Return the two pots, in whole units of money, exact to the li, and the provider's clock."""
        return _reply(self._core.cache.read(JACKPOT_POOL, {}))

    def latest_pool(self) -> Reply[Pool] | None:
        """Return what the provider said last to anybody who shares the cache, however old; asks nobody."""
        answer = self._core.cache.stale(JACKPOT_POOL, {}, None)
        return answer and _reply(answer._replace(stale=False))

    def leads(self, for_s: float) -> bool:
        """Say whether this client, of all that share the cache, is to ask for the pots; it is for `for_s`.

        Where the cache fails each client is.
        """
        return self._core.cache.leads(JACKPOT_POOL, for_s)


def _reply(answer: Answer[PoolAnswer]) -> Reply[Pool]:
    header, pots = answer.value.header, answer.value.result
    return reply_of(Pool(pots.hourly, pots.super, header.timestamp), [answer])
