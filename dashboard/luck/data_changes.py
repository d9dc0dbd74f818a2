"""What changed in the period against the weeks before, from the archive."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from archive.engine import QUARTER_S, Engine, RollUp, Sources
from archive.questions import question
from dashboard.core.frames import game_types
from dashboard.core.memo import memo
from dashboard.core.query import View
from dashboard.luck import data, data_monitor
from dashboard.luck.changes import LEAST_WEEKS, MOST, Candidate, Finding, What, by_money, findings, odd_hours
from dashboard.luck.expectation import BetSums, Expectation, expectations
from dashboard.luck.explained import PeriodSums, adjusted
from dashboard.provider.archived import NotArchived, epoch_s, from_archive, held_of
from dashboard.provider.merchant import Merchant
from twoj_client import TwoJError
from twoj_client.models import Game
from twoj_client.windows import HOUR_S

_WEEKS: Final = 7
_ENOUGH: Final = timedelta(days=6)
_QUARTERS: Final = range(0, HOUR_S, QUARTER_S)
_LONGEST: Final = timedelta(days=7)
_OF_ALL: Final = 0.03
"""Games of a smaller part of the bet amount are not looked at one by one."""


def changes(merchant: Merchant, view: View) -> tuple[Finding, ...]:
    """Return what changed in the period, or in its last seven days, against up to seven weeks before.

    Nothing where fewer than five of these are held. Raises NotArchived, LedgerAway.
    """
    end = min(view.end, _read_until(merchant, view)).replace(minute=0, second=0, microsecond=0)
    start = max(view.start, end - _LONGEST)
    if start >= end:
        return ()
    listed: tuple[Game, ...] = ()
    with suppress(TwoJError):  # types are told by the ranges of ids too
        listed = tuple(merchant.twoj.all.list().data)
    weeks = list[PeriodSums]()
    for back in range(_WEEKS + 1):
        try:
            first, last = (_weeks_before(moment, back, view.zone) for moment in (start, end))
            weeks.append(data.whole(merchant, first, last, listed).value)
        except NotArchived:
            if back == 0:
                raise
            break
    if len(weeks) <= LEAST_WEEKS:
        return ()
    top = from_archive(merchant, start, end, _top_player).value
    reference = data.reference_of(merchant, start)
    types = game_types(sorted({*reference, *(game for week in weeks for game in week.games)}), listed)
    told = memo(_findings, tuple(weeks), top, reference, types, dict(merchant.rtps))
    odd = _odd_hours(merchant, view, start, end, len(weeks)) if end - start > _ENOUGH else []
    return (*_broken(merchant), *by_money([*told, *odd]))[:MOST]


def _odd_hours(merchant: Merchant, view: View, start: datetime, end: datetime, weeks: int) -> list[Finding]:
    """Look at each hour of the seven days up to the end, by the clocks of the zone."""
    begin, last = (moment.astimezone(view.zone).replace(tzinfo=None) for moment in (start, end))
    first = last - _LONGEST

    def ask(engine: Engine, start_s: int, end_s: int) -> list[Finding]:
        # Files never change: of the same ones the hours are the same.
        files = engine.sources(start_s, end_s, RollUp.GAMES)
        return memo(_of_hours, engine, files, start_s, end_s, first, view.zone, weeks)

    known = from_archive(merchant, _weeks_before(first, weeks - 1, view.zone), end, ask)
    if known.failures:
        return []
    return [each for each in known.value if each.of >= begin.isoformat()]


def _of_hours(
    engine: Engine, _files: Sources, start_s: int, end_s: int, first: datetime, zone: ZoneInfo, weeks: int
) -> list[Finding]:
    hours = [first + timedelta(hours=place) for place in range(_LONGEST // timedelta(hours=1))]
    starts = [[epoch_s(_weeks_before(hour, back, zone)) for hour in hours] for back in range(weeks)]
    sums = {at: row for at, *row in engine.numbers(question("quarters", start_s, end_s))}
    rows = [sums.get(at + more, (0, 0)) for week in starts for at in week for more in _QUARTERS]
    bets, bet_li = (
        np.array([row[place] for row in rows]).reshape(weeks, len(hours), -1).sum(axis=2) for place in (0, 1)
    )
    return odd_hours([hour.isoformat() for hour in hours], bets.tolist(), bet_li.tolist())


def _read_until(merchant: Merchant, view: View) -> datetime:
    held = held_of(merchant, view.start, view.end)
    return datetime.fromtimestamp(held.as_of_ms / 1000, view.start.tzinfo)


def _weeks_before(moment: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """The same time of the same weekday by the clocks of the zone, of which a time without one is."""
    local = (moment.astimezone(zone) if moment.tzinfo else moment).replace(tzinfo=None)
    local -= timedelta(weeks=weeks)
    return local.replace(tzinfo=zone)


def _top_player(engine: Engine, start_s: int, end_s: int) -> int | None:
    rows = engine.numbers(question("top_players", start_s, end_s, rank="bet", most=1))
    return rows[0][0] if rows else None


def _broken(merchant: Merchant) -> list[Finding]:
    """The games that stand out of the RTP monitor."""
    found = data_monitor.watch_of(merchant).found
    return [Finding(What.RTP, str(of.game_id), float(of.sign), None, 0, 0.0) for of in found]


def _findings(
    weeks: Sequence[PeriodSums],
    top: int | None,
    reference: Mapping[int, BetSums],
    types: Mapping[int, str],
    configured: Mapping[int, float],
) -> tuple[Finding, ...]:
    expected = expectations(types, reference, types, configured)
    by_type = [_by_type(week.games, types) for week in weeks]
    kinds = sorted({kind for week in by_type for kind in week})
    candidates = [
        _candidate(What.BET_AMOUNT, "", [_bet_li(week.games) for week in weeks]),
        _candidate(What.BETS, "", [sum(each.bets for each in week.games.values()) for week in weeks], 0),
        _luck("", [week.games for week in weeks], expected),
    ]
    for kind in kinds:
        games = [week.get(kind, {}) for week in by_type]
        candidates.append(_candidate(What.BET_AMOUNT, kind, [_bet_li(each) for each in games]))
        candidates.append(_luck(kind, games, expected))
    all_li = _bet_li(weeks[0].games)
    for game_id in sorted(weeks[0].games):
        amounts = [week.games[game_id].bet_li if game_id in week.games else 0 for week in weeks]
        if max(amounts) >= _OF_ALL * all_li:
            candidates.append(_candidate(What.BET_AMOUNT, str(game_id), amounts))
    shares = [float(week.stakes.tops[0] or 0) if week.stakes else 0.0 for week in weeks]
    if top is not None:
        usual = sum(shares[1:]) / (len(shares) - 1)
        money_li = round((shares[0] - usual) * all_li)
        candidates.append(_candidate(What.PLAYER, str(top), shares, money_li))
    return tuple(findings(candidates))


def _candidate(what: What, of: str, amounts: Sequence[int | float], money_li: int | None = None) -> Candidate:
    return Candidate(what, of, float(amounts[0]), tuple(map(float, amounts[1:])), money_li)


def _luck(of: str, weeks: Sequence[Mapping[int, BetSums]], expected: Mapping[int, Expectation]) -> Candidate:
    gains = [adjusted(games, {game: expected[game] for game in games if game in expected}) for games in weeks]
    multiples = [gain.multiple or 0.0 for gain in gains]
    return Candidate(What.LUCK, of, multiples[0], tuple(multiples[1:]), gains[0].luck_li)


def _by_type(games: Mapping[int, BetSums], types: Mapping[int, str]) -> dict[str, dict[int, BetSums]]:
    found: dict[str, dict[int, BetSums]] = defaultdict(dict)
    for game_id, bets in games.items():
        found[types[game_id]][game_id] = bets
    return found


def _bet_li(games: Mapping[int, BetSums]) -> int:
    return sum(each.bet_li for each in games.values())
