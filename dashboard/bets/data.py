"""All bets of a period and some games, summed up, and the bets of the last minutes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Final, cast

from pyarrow import Table

from dashboard.bets.data_reading import BetReading, BetsRead, piece_s
from dashboard.bets.sums import BetSums, bet_sums, packed, unpacked
from dashboard.core.frames import game_type
from dashboard.core.periods import business_day
from dashboard.core.query import View
from dashboard.core.text import later
from dashboard.provider.asking import PATIENCE_S, late, warnings_of
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, stale_reason_of
from dashboard.rounds.filter import RoundQuery
from twoj_client import Reply, TwoJ, TwoJError, Window
from twoj_client.all_games import Sums

MOST_UNASKED: Final = 1_000_000
"""Periods with more bets than this are read only when somebody says so."""
TAIL_S: Final = 600
TAIL_EVERY_S: Final = 15
SUMS_VERSION: Final = 1
"""To be counted up when `bet_sums` changes: sums of other versions are kept apart."""
_PATIENCE_S: Final = 0.7
_READ_AGAIN_FOR: Final = timedelta(days=9)


def bets(merchant: Merchant, view: View, wanted: RoundQuery, patience_s: float = _PATIENCE_S) -> BetsRead:
    """What has been read of the bets of `view` that are `wanted`, in sums.

    They are read in the background, the newest first; more than `MOST_UNASKED` only once somebody began it
    (`bet_reading`). Waits so long at most for the rest. Raises TwoJError where no list of games is known.
    """
    if view.start >= view.end:
        return BetsRead(None, 0, 0, start_s=_epoch(view.start), end_s=_epoch(view.start), going_on=False)
    reading, count = bet_reading(merchant, view, wanted), bet_count(merchant, view)
    if not reading.begun and count is not None and count <= MOST_UNASKED:
        reading.begin()
    read = reading.look(_epoch(view.end), patience_s)
    if read.known is None or not wanted.types:
        return read
    return replace(read, known=replace(read.known, value=read.known.value.of(wanted.types)))


def bet_count(merchant: Merchant, view: View) -> int | None:
    """How many bets the provider counts in all games of the period; None where it does not say."""
    try:
        return merchant.twoj.all.stage_summary(start=view.start, end=view.end).data.summary.bet_count
    except TwoJError:
        return None


def last_bets(merchant: Merchant, wanted: RoundQuery) -> Reading[BetSums]:
    """The bets of the last ten minutes in sums, asked for each 15 seconds, once for all who look.

    Raises TwoJError.
    """
    sums, game_ids = _sums(merchant), wanted.game_ids

    def start() -> Job[str, BetSums]:
        now = int(merchant.clock())
        window = Window(now - TAIL_S, now)
        ask = partial(_ask, merchant.twoj, sums, game_ids, window)
        return Job({"": ask}, merchant.jobs.quick, merchant.clock, question=window)

    load, stale_reason = merchant.jobs.whole(("last bets", game_ids), start, TAIL_EVERY_S, PATIENCE_S, late())
    reply = load.replies()[""]
    cut = later("The last minutes: the provider counts more bets than its pages hold.")
    since, until = (datetime.fromtimestamp(edge, UTC) for edge in cast("Window", load.question))
    return Reading(
        reply.data.of(wanted.types),
        reply.as_of,
        stale_reason or stale_reason_of([reply]),
        () if reply.complete else (cut,),
        warnings_of(merchant, [reply]),
        window=(since, until),
    )


def bet_reading(merchant: Merchant, view: View, wanted: RoundQuery) -> BetReading:
    """The reading of the period's bets, one for all who look, to begin it or to stop it."""
    sums, count = _sums(merchant), bet_count(merchant, view)
    start_s, end_s = _epoch(view.start), _epoch(view.end)

    def make() -> BetReading:
        return BetReading(
            partial(_ask, merchant.twoj, sums, wanted.game_ids),
            merchant.zone,
            merchant.currency,
            start_s,
            piece_s(count, end_s - start_s),
            merchant.jobs.slow,
            merchant.clock,
        )

    # What has ended is read once, and again on each of the days on which the client may ask for it again.
    today = min(business_day(view.now, merchant.zone), view.period.last_day + _READ_AGAIN_FOR)
    number = merchant.asked_again(view.start, view.end)
    period = (view.period.first_day, view.period.last_day)
    return merchant.jobs.kept(("bets", *period, wanted.game_ids, today, number), make)


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def _ask(twoj: TwoJ, sums: Sums[BetSums], game_ids: tuple[int, ...], window: Window) -> Reply[BetSums]:
    return twoj.all.history_sums(sums, start=window.start, end=window.end, game_ids=game_ids)


def _sums(merchant: Merchant) -> Sums[BetSums]:
    """How bets are summed up, which depends on the types of the games."""
    listed = {game.game_id: game for game in merchant.twoj.all.list().data}
    types = {game_id: game_type(game_id, game) for game_id, game in sorted(listed.items())}
    digest = blake2b(repr(types).encode(), digest_size=6).hexdigest()

    def make(bets: Table) -> BetSums:
        return bet_sums(bets, lambda game_id: types.get(game_id) or game_type(game_id, None))

    return Sums(f"{SUMS_VERSION} {digest}", make, packed, unpacked)
