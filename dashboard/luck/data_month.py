"""Where the running month ends, from what the archive holds of the days before."""

import calendar
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import hypot, sqrt
from typing import Final

from archive.engine import Engine, RollUp, Sources
from archive.questions import question
from dashboard.core.frames import game_types
from dashboard.core.memo import memo
from dashboard.core.periods import business_day, day_start
from dashboard.luck.expectation import BetSums, Expectation, expectations
from dashboard.luck.month_end import GainDay, MonthEnd, month_end
from dashboard.provider.archived import epoch_s, from_archive, held_of
from dashboard.provider.merchant import Merchant
from twoj_client import TwoJError
from twoj_client.models import Game

_DAYS: Final = 120
"""Enough for sixty forecasts of a month's end; each drawing looks how well they are held."""
_TOP_DAYS: Final = 28


@dataclass(frozen=True, slots=True)
class RunningMonth:
    """Where a month ends; `end` is None where too few days before are held to tell."""

    first_day: date
    end: MonthEnd | None


def running_month(merchant: Merchant) -> RunningMonth:
    """Forecast the company gain of the month that runs by the clocks of the business zone.

    Days count from the first on after which nothing lacks. Raises NotArchived, LedgerAway.
    """
    today, zone = business_day(merchant.now(), merchant.zone), merchant.zone
    start, end = (day_start(day, zone) for day in (today - timedelta(days=_DAYS), today))
    held = held_of(merchant, start, end)
    days = [today - timedelta(days=back) for back in range(_DAYS, 0, -1)]
    if held.lacking:
        days = [day for day in days if epoch_s(day_start(day, zone)) >= held.lacking[-1].end]
    first_day = today.replace(day=1)
    if not days or days[0] > first_day:  # what the month has brought so far is not known
        return RunningMonth(first_day, None)
    edges = tuple(epoch_s(day_start(day, zone)) for day in (*days, today))
    listed: tuple[Game, ...] = ()
    with suppress(TwoJError):  # types are told by the ranges of ids too
        listed = tuple(merchant.twoj.all.list().data)
    so_far = (today - first_day).days
    to_come = calendar.monthrange(today.year, today.month)[1] - so_far

    def ask(engine: Engine, start_s: int, end_s: int) -> tuple[GainDay, ...]:
        # Files never change: of the same ones the days are the same.
        files = engine.sources(start_s, end_s, RollUp.PLAYERS)
        return memo(_days, engine, files, edges, listed, tuple(merchant.rtps.items()))

    known = from_archive(merchant, day_start(days[0], zone), end, ask).value
    return RunningMonth(first_day, memo(month_end, known, days[0], so_far, to_come))


def _days(
    engine: Engine,
    _files: Sources,
    edges: Sequence[int],
    listed: Sequence[Game],
    configured: Sequence[tuple[int, float]],
) -> tuple[GainDay, ...]:
    days = list(pairwise(edges))
    rows = engine.numbers(question("spreads", edges[0], edges[-1]))
    reference = {
        game_id: BetSums(bets, bet_li, gain_li, bet_bet, *of_quarters)
        for game_id, bets, bet_li, gain_li, bet_bet, _bet_won, _won_won, *of_quarters in rows
    }
    types = game_types(sorted(reference), listed)
    expected = expectations(reference, reference, types, dict(configured))
    sums: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    for game_id, day_s, _bets, bet_li, gain_li, bet_bet in engine.numbers(
        question("squares_of_days", edges[0], edges[-1], days=days)
    ):
        sums[day_s].append((game_id, bet_li, gain_li, bet_bet))
    top_var = _top_var(engine, edges, expected) / _TOP_DAYS
    last = {at for at, _ in days[-_TOP_DAYS:]}
    return tuple(_day(sums[at], expected, top_var if at in last else 0.0) for at, _ in days)


def _day(
    games: Sequence[tuple[int, int, int, int]], expected: Mapping[int, Expectation], top_var: float
) -> GainDay:
    gain_li, theo, luck_var, between_var = 0, 0.0, 0.0, 0.0
    of_reference: dict[Hashable, float] = defaultdict(float)
    for game_id, bet_li, players_gain_li, bet_bet in games:
        gain_li -= players_gain_li
        found = expected.get(game_id)
        if found is None:  # nothing is known of it: it is taken to bring what it brought
            theo -= players_gain_li
            continue
        theo += bet_li * float(1 - found.rtp)
        luck_var += (found.sigma or 0.0) ** 2 * bet_bet
        between_var += (found.between * bet_li) ** 2
        of_reference[game_id if found.reference is None else found.reference] += bet_li * found.rtp_error
    rtp_error_li = hypot(sqrt(between_var), *of_reference.values())
    return GainDay(gain_li, round(theo), luck_var, top_var, rtp_error_li)


def _top_var(engine: Engine, edges: Sequence[int], expected: Mapping[int, Expectation]) -> float:
    """How far the luck of the largest player of the last 28 days carries, squared, of bets taken as even."""
    window = edges[max(len(edges) - 1 - _TOP_DAYS, 0)], edges[-1]
    tops = engine.numbers(question("top_players", *window, rank="bet", most=1))
    if not tops:
        return 0.0
    games = engine.numbers(question("games_of_player", *window, user_id=tops[0][0]))
    return sum(
        (expected[game_id].sigma or 0.0) ** 2 * bet_li**2 / bets
        for game_id, bets, bet_li, *_ in games
        if game_id in expected
    )
