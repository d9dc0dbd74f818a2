"""What the Bets page asks of the archive about a period and some games: sums, players, and single bets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import gcd
from typing import Final, TypeVar

import pandas as pd

from archive.archive import Held
from archive.engine import QUARTER_S, Asked, Engine, Row
from archive.questions import question
from archive.sizes import EDGES_LI
from dashboard.bets.sums import (
    Rank,
    Size,
    bets_frame,
    busiest_step,
    by_step,
    minutes_a_step,
    players_frame,
    sizes_frame,
    wins_frame,
)
from dashboard.core.frames import game_types
from dashboard.core.memo import memo
from dashboard.core.metrics import Totals
from dashboard.core.query import View
from dashboard.provider.archived import FRESH_S, NotArchived, from_archive, held_of
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from dashboard.rounds.filter import RoundQuery
from twoj_client.models import Game
from twoj_client.windows import DAY_S, HOUR_S

T = TypeVar("T")

NEWEST: Final = 1000
"""So many of the newest bets are shown."""
MOST_TOPS: Final = 15
"""So many players, and so many of the biggest wins, are shown."""
TAIL_S: Final = 600
TAIL_EVERY_S: Final = 15


@dataclass(frozen=True, slots=True)
class BetSteps:
    """Bets by steps of so many minutes (`sums.by_step`)."""

    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    minutes: int = 1


@dataclass(frozen=True, slots=True)
class BetFigures:
    """Sums over bets, how many players made them, and the step of so many minutes with the most bets."""

    totals: Totals = field(default_factory=Totals)
    players: int = 0
    busiest: tuple[int, int] | None = None
    minutes: int = 1


@dataclass(frozen=True, slots=True)
class BetSizes:
    """How large so many bets are, and what they gave back (`sums.sizes_frame`)."""

    bets: int = 0
    of: Mapping[Size, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BetRows:
    """Some of so many bets, one by one (`sums.bets_frame`)."""

    bets: int = 0
    rows: pd.DataFrame = field(default_factory=lambda: memo(bets_frame, (), ()))


@dataclass(frozen=True, slots=True)
class BetsOf:
    """Some bets of a window in an archive: of these `games`, of all where none is named; how it is `held`."""

    engine: Engine
    start_s: int
    end_s: int
    games: tuple[int, ...]
    totals: Totals
    held: Held

    def asked(
        self, name: str, start_s: int | None = None, end_s: int | None = None, **values: int | str
    ) -> Asked:
        """Return a question about them, or about those of a part of the window."""
        return question(
            name, start_s or self.start_s, end_s or self.end_s, days=(), games=self.games, **values
        )


def figures(merchant: Merchant, view: View, wanted: RoundQuery) -> Reading[BetFigures]:
    """The sums over the bets of a period. Raises NotArchived, LedgerAway, and where types need it TwoJError.

    So do all functions here; none asks the provider for more than the list of games.
    """

    def ask_it(bets: BetsOf) -> BetFigures:
        by_time = _steps(bets)
        ((players,),) = bets.engine.numbers(bets.asked("player_count"))
        return BetFigures(bets.totals, players, memo(busiest_step, by_time.rows), by_time.minutes)

    held = held_of(merchant, view.start, view.end)
    return _read(merchant, view.start, view.end, wanted, ask_it, BetFigures(), held)


def counted(merchant: Merchant, view: View, wanted: RoundQuery) -> Reading[int]:
    """How many bets there are."""
    return _asked(merchant, view, wanted, lambda bets: bets.totals.bet_count, 0)


def steps(merchant: Merchant, view: View, wanted: RoundQuery) -> Reading[BetSteps]:
    """How many bets there are by time; no rows where there are none."""
    return _asked(merchant, view, wanted, _steps, BetSteps())


def _steps(bets: BetsOf) -> BetSteps:
    known_to_s = min(bets.held.as_of_ms // 60_000 * 60, bets.end_s)
    minutes = minutes_a_step(bets.start_s, bets.end_s)
    # BetSteps begin with the period, which in some zones is a quarter of an hour off those of the epoch.
    step_s = gcd(minutes * 60, QUARTER_S)
    found = (
        bets.engine.numbers(bets.asked("quarters"))
        if step_s == QUARTER_S
        else bets.engine.numbers(bets.asked("steps", step_s=step_s))
    )
    known_to_s = max(known_to_s, bets.start_s)
    rows = memo(by_step, found, bets.start_s, known_to_s, minutes, bets.held.lacking)
    return BetSteps(rows, minutes)


def sizes(merchant: Merchant, view: View, wanted: RoundQuery) -> Reading[BetSizes]:
    """How large bets and wins are; nothing where there are none."""

    def ask_it(bets: BetsOf) -> BetSizes:
        found: dict[str, dict[int, tuple[int, int]]] = {size.value: {} for size in Size}
        for what, from_li, count, amount_li in bets.engine.rows(bets.asked("sizes")):
            found[str(what)][int(from_li or 0)] = int(count or 0), int(amount_li or 0)
        return BetSizes(
            bets.totals.bet_count, {size: memo(sizes_frame, found[size.value], EDGES_LI) for size in Size}
        )

    return _asked(merchant, view, wanted, ask_it, BetSizes())


def top_players(merchant: Merchant, view: View, wanted: RoundQuery, rank: Rank) -> Reading[pd.DataFrame]:
    """The players who are ahead by a rank, by what they won (lost) only those who did (`players_frame`)."""

    def ask_it(bets: BetsOf) -> pd.DataFrame:
        return memo(
            players_frame, bets.engine.rows(bets.asked("top_players", rank=rank.value, most=MOST_TOPS))
        )

    return _asked(merchant, view, wanted, ask_it, memo(players_frame, ()))


def biggest_wins(merchant: Merchant, view: View, wanted: RoundQuery) -> Reading[BetRows]:
    """The bets that gave back the most, these first."""

    def ask_it(bets: BetsOf) -> BetRows:
        # The biggest of each player, game and day are kept: no other day has one that is bigger than these,
        # or as big and newer.
        found = bets.engine.numbers(bets.asked("days_of_wins", most=MOST_TOPS))
        least_li = found[-1][1] if len(found) == MOST_TOPS else 1
        wins: list[Row] = []
        for day_s in sorted({day_s for day_s, _ in found}):
            window = max(day_s, bets.start_s), min(day_s + DAY_S, bets.end_s)
            wins += bets.engine.rows(bets.asked("biggest_wins", *window, least_li=least_li, most=MOST_TOPS))
        return BetRows(bets.totals.bet_count, memo(wins_frame, tuple(wins), _listed(merchant), MOST_TOPS))

    return _asked(merchant, view, wanted, ask_it, BetRows())


def newest_bets(merchant: Merchant, view: View, wanted: RoundQuery) -> Reading[BetRows]:
    """The newest bets of a period, the newest first."""
    return _asked(merchant, view, wanted, _newest(merchant), BetRows())


def last_bets(merchant: Merchant, wanted: RoundQuery) -> Reading[BetRows]:
    """The bets of the last ten minutes, the newest first; of those before, where the archive ends there."""
    now = merchant.now()
    end = now
    if merchant.archive and (last := merchant.archive.extent()):
        (piece,) = merchant.archive.pieces(last[1])
        read_to = datetime.fromtimestamp(min(piece.as_of_ms / 1000, piece.hour_s + HOUR_S), UTC)
        end = now if now - read_to < timedelta(seconds=FRESH_S) else read_to
    start = end - timedelta(seconds=TAIL_S)
    held = held_of(merchant, start, now)
    return _read(merchant, start, now, wanted, _newest(merchant), BetRows(), held)


def _newest(merchant: Merchant) -> Callable[[BetsOf], BetRows]:
    def ask_it(bets: BetsOf) -> BetRows:
        start_s, count = bets.start_s, 0
        for quarter_s, of_quarter, *_ in reversed(bets.engine.numbers(bets.asked("quarters"))):
            start_s, count = quarter_s, count + of_quarter
            if count >= NEWEST:
                break
        rows = bets.engine.rows(
            bets.asked("newest_rounds", max(start_s, bets.start_s), bets.end_s, most=NEWEST)
        )
        return BetRows(bets.totals.bet_count, memo(bets_frame, rows, _listed(merchant)))

    return ask_it


def bet(merchant: Merchant, view: View, event_id: str) -> pd.DataFrame:
    """The bet of the period with this id (`sums.bets_frame`), no row where there is none."""
    listed = _listed(merchant)

    def ask_it(engine: Engine, start_s: int, end_s: int) -> pd.DataFrame:
        return bets_frame(engine.rows(question("round", start_s, end_s, id=event_id)), listed)

    return from_archive(merchant, view.start, view.end, ask_it).value


def _asked(
    merchant: Merchant,
    view: View,
    wanted: RoundQuery,
    ask_it: Callable[[BetsOf], T],
    nothing: T,
) -> Reading[T]:
    """Return what `ask_it` makes of the bets of a period; `nothing` where there are none.

    As well where the archive has nothing of the period, which `figures` says for all.
    """
    try:
        held = held_of(merchant, view.start, view.end)
    except NotArchived:
        return Reading(nothing, merchant.now(), window=(view.start, view.end))
    return _read(merchant, view.start, view.end, wanted, ask_it, nothing, held)


def _read(
    merchant: Merchant,
    start: datetime,
    end: datetime,
    wanted: RoundQuery,
    ask_it: Callable[[BetsOf], T],
    nothing: T,
    held: Held,
) -> Reading[T]:
    def of_wanted(engine: Engine, start_s: int, end_s: int) -> T:
        bets = bets_of(merchant, wanted, held, engine, start_s, end_s)
        return ask_it(bets) if bets.totals.bet_count else nothing

    return from_archive(merchant, start, end, of_wanted, held)


def bets_of(
    merchant: Merchant, wanted: RoundQuery, held: Held, engine: Engine, start_s: int, end_s: int
) -> BetsOf:
    """The bets that are wanted, of a window that is `held` so.

    Where there are none no game is named, and nothing is to be asked of them.
    """
    sums = engine.numbers(question("games", start_s, end_s))
    types = game_types((game_id for game_id, *_ in sums), _listed(merchant)) if wanted.types else {}
    found = {
        game_id: Totals(count, bet_li, gain_li, -gain_li)
        for game_id, count, bet_li, gain_li in sums
        if (not wanted.game_ids or game_id in wanted.game_ids)
        and (not wanted.types or types[game_id] in wanted.types)
    }
    is_all = not wanted.game_ids and not wanted.types
    return BetsOf(engine, start_s, end_s, () if is_all else (*found,), sum(found.values(), Totals()), held)


def _listed(merchant: Merchant) -> tuple[Game, ...]:
    return tuple(merchant.twoj.all.list().data)
