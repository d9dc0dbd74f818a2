"""All bets of a period as a file, straight from the archive while it is sent: nothing is kept of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import pyarrow as pa
import structlog

from archive.engine import Engine
from dashboard.bets.data import BetsOf, bets_of
from dashboard.bets.export import PIECES, Format, file_name
from dashboard.core.files import About
from dashboard.core.formats import moment
from dashboard.core.frames import game_names, game_type
from dashboard.core.periods import file_days, window_label
from dashboard.core.query import GAME_IDS, PERIOD, ROUND_TYPES, Parameter, Query, View, read_view
from dashboard.core.text import listed, text
from dashboard.provider.archived import from_archive, held_of
from dashboard.provider.merchant import Merchant
from dashboard.rounds.filter import RoundQuery, read_bet_query
from twoj_client.windows import DAY_S, utc_day_of

log = structlog.get_logger(__name__)

PARAMETERS: Final[tuple[Parameter[Any], ...]] = (PERIOD, ROUND_TYPES, GAME_IDS)
"""What the address of an export says, as that of the page does."""


class BadAddress(ValueError):
    """The address of an export cannot be used. Its text is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Export:
    """A file that can be sent: how it is called, what it says of itself, and its contents piece by piece."""

    file: str
    about: About
    rows: int
    pieces: Iterator[bytes]


def read_address(merchant: Merchant, said: Mapping[str, Sequence[str]]) -> tuple[View, RoundQuery]:
    """Read which bets an address asks for. Raises BadAddress: a file of other bets would look right."""
    query = Query(said, merchant.now(), merchant.zone)
    names = [parameter.name for parameter in PARAMETERS]
    if not {*said} <= {*names}:
        raise BadAddress(text("The address of an export has {names}, and nothing else.", names=listed(names)))
    for parameter in PARAMETERS:
        if not query.is_usable(parameter) or (parameter is PERIOD and not query.text(parameter)):
            raise BadAddress(
                text(
                    "The {name} of this export cannot be used; ask for a period such as"
                    " 2026-03-01..2026-03-31, a type such as Slots, a game_id such as 1033.",
                    name=parameter.name,
                )
            )
    return read_view(query), read_bet_query(query)


def export(merchant: Merchant, view: View, wanted: RoundQuery, form: Format) -> Export:
    """All bets of a period that are wanted, the oldest first, as far as the archive has them.

    Raises NotArchived where there is nothing of the period, LedgerAway, and TwoJError where no list of games
    is known. `pieces` raise what comes in the middle: then the file must not end as if it were whole.
    """
    listed = {game.game_id: game for game in merchant.twoj.all.list().data}
    names = game_names(listed.values())
    now = from_archive(merchant, view.start, view.end, lambda *_: None)
    start, end = now.window or (view.start, view.end)

    def begin(engine: Engine, start_s: int, end_s: int) -> tuple[BetsOf, Iterator[pa.Table]]:
        bets = bets_of(merchant, wanted, held, engine, start_s, end_s)
        tables = _tables(bets)
        # What fails at once fails before anything is sent.
        first = [table for _, table in zip(range(1), tables, strict=False)]
        return bets, chain(first, tables)

    held = held_of(merchant, start, end)
    known = from_archive(merchant, start, end, begin, held)
    bets, tables = known.value
    stale = text("The provider did not answer; these are the last numbers it gave.") if known.stale else ""
    lacking = [*map(str, (*known.failures, *known.warnings))]
    about = About(
        title=text("Bets"),
        period=window_label(start, end, merchant.zone),
        zone=merchant.zone.key,
        currency=merchant.currency or "",
        as_of=moment(known.as_of, merchant.zone),
        completeness=" ".join(filter(None, (stale, *lacking))),
        only=wanted.words(names),
        rows=str(bets.totals.bet_count),
    )
    days = file_days(start, end, merchant.zone)
    file = file_name(wanted.types, wanted.game_ids, days, form, is_whole=not lacking)

    def words(game_id: int) -> tuple[str, str]:
        return names.get(game_id, str(game_id)), game_type(game_id, listed.get(game_id))

    return Export(file, about, bets.totals.bet_count, _logged(file, PIECES[form](about, tables, words)))


def _tables(bets: BetsOf) -> Iterator[pa.Table]:
    """The bets, UTC day by UTC day: no more of them than one day's are put in order at once."""
    told = 0
    for day_s in range(utc_day_of(bets.start_s), bets.end_s, DAY_S):
        window = max(day_s, bets.start_s), min(day_s + DAY_S, bets.end_s)
        for batch in bets.engine.batches(bets.asked("rounds", *window)) if bets.totals.bet_count else ():
            told += len(batch)
            yield pa.Table.from_batches([batch])
    if told != bets.totals.bet_count:
        raise RuntimeError(f"the archive changed meanwhile: {told} bets instead of {bets.totals.bet_count}")


def _logged(file: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except Exception as error:
        log.warning("export broken off", file=file, error=str(error))
        raise
