"""The pots for the office: now, over time, and what became of each hit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.jackpots import data_store
from dashboard.jackpots.data_poller import told_pots
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.pots import GAP_MS, POTS, SLACK_MS, Hit, Match, Pots, PotSample, match, with_hits
from dashboard.provider.asking import warnings_of
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, stale_reason_of


@dataclass(frozen=True, slots=True)
class PotHistory:
    """What was seen in each pot, oldest first, and the hits seen in both."""

    samples: dict[str, list[PotSample]]
    hits: list[Hit]


def now(merchant: Merchant) -> Reading[Pots]:
    """Both pots now; who looks keeps the watch awake. Raises TwoJError."""
    watch = merchant.running(Watch)
    heard = watch.look()
    if heard and timedelta() <= merchant.now() - heard.as_of < timedelta(seconds=2 * watch.poll_s):
        return Reading(heard.pots, heard.as_of)
    reply = merchant.twoj.jackpot.pool()
    return Reading(
        told_pots(reply), reply.as_of, stale_reason_of([reply]), warnings=warnings_of(merchant, [reply])
    )


def history(merchant: Merchant, start: datetime, end: datetime) -> PotHistory:
    """Both pots over a window. Raises LedgerAway."""
    start_ms, end_ms = _ms(start), _ms(end)
    with merchant.ledger.reading() as books:
        hits = data_store.hits(books, start_ms, end_ms)
        return PotHistory(
            {name: with_hits(data_store.samples(books, name, start_ms, end_ms), hits, name) for name in POTS},
            hits,
        )


def matches(merchant: Merchant, start: datetime, end: datetime) -> list[Match]:
    """Hits seen in a window and payouts ordered in it, matched, newest first. Raises LedgerAway."""
    start_ms, end_ms = _ms(start), _ms(end)
    with merchant.ledger.reading() as books:
        found = match(
            data_store.hits(books, start_ms - SLACK_MS, end_ms + SLACK_MS),
            data_store.wins(books, start_ms - SLACK_MS, end_ms + SLACK_MS),
            {name: data_store.sample_times(books, name, start_ms - GAP_MS, end_ms + GAP_MS) for name in POTS},
            _ms(merchant.now()),
        )
    return [each for each in found if start_ms <= each.at_ms < end_ms]


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
