"""How far luck carries the RTP of games: the spread of single rounds, the days before, and the verdicts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any, Final
from zoneinfo import ZoneInfo

from archive.engine import Engine, Sources
from archive.questions import question
from dashboard.core.frames import game_ids, game_type, row_totals
from dashboard.core.memo import memo
from dashboard.core.metrics import Totals
from dashboard.core.periods import business_day, day_start, days_label
from dashboard.core.query import View
from dashboard.core.text import plural
from dashboard.games import data_game, data_table, luck
from dashboard.games.data_days import game_days
from dashboard.games.days import GameDays
from dashboard.games.luck import Luck, Play, Spread, Volume
from dashboard.provider.archived import NotArchived, from_archive, held_of
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, stale_reason_of
from twoj_client.models import Game
from twoj_client.windows import HOUR_S, hour_of

MOST_DAYS: Final = 60
"""Periods are judged by their last days, at most so many; as many days before tell what to expect."""
_SAMPLE_DAYS: Final = 14
_SAMPLE_BETS: Final = 300_000
# Hours are taken in strides, so that a sample that is cut short is spread over all its days and hours.
_STRIDE: Final = 137


@dataclass(frozen=True, slots=True, eq=False)
class LuckSample:
    """The spread of single rounds over some days, by game and by type."""

    first_day: date
    last_day: date
    bets: int
    own: Mapping[int, Spread]
    of_type: Mapping[str, Spread]

    def spread_text(self) -> str:
        """What the spread is measured on."""
        return plural(
            "The spread is that of {n} round of {days}.",
            "The spread is that of {n} rounds of {days}.",
            self.bets,
            days=days_label(self.first_day, self.last_day),
        )


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What each game was played before the period, over the `days` of `MOST_DAYS` that are known."""

    days: int
    volumes: Mapping[int, Volume | None]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The judgement on each game's RTP, and what it rests on."""

    games: Mapping[int, Luck]
    sample: LuckSample
    history_days: int

    def basis_text(self) -> str:
        """What the spread and the expectation are measured on."""
        days = plural(
            "Of the days before the period {n} is known.",
            "Of the days before the period {n} are known.",
            self.history_days,
        )
        return f"{self.sample.spread_text()} {days}"


def lucks(merchant: Merchant, view: View, only: int | None = None) -> Reading[Judged]:
    """A judgement on each game's RTP over the period's last days (`luck.judge`), from the archive.

    It takes the sums by day of the period, a sample of single rounds, and the days before the period, which
    the provider is asked for where the archive holds none of them. Games without bets in the period are left
    out. With `only`, one game is judged. Raises NotArchived, LedgerAway, TwoJError.
    """
    days = view.period.days()[-MOST_DAYS:]
    period = game_days(merchant, days, view.end, only)
    drawn = sample(merchant, view.now)
    history, before = _history(merchant, days[0], only)
    listed, rtps = merchant.twoj.all.list().data, merchant.rtps
    parts: tuple[Reading[Any], ...] = (period, drawn, before)
    return Reading(
        memo(_judged, period.value, drawn.value, history, tuple(listed), tuple(rtps.items())),
        period.as_of,
        stale_reason_of(parts),
        # How much of the sample and of the days before is known is said in words of their own.
        period.failures,
        tuple(dict.fromkeys(sentence for part in parts for sentence in part.warnings)),
        period.window,
        settled=all(part.settled for part in parts),
    )


def _history(merchant: Merchant, first_day: date, only: int | None) -> tuple[History, Reading[Any]]:
    """What is known of the days before the period, and the answer that it is from."""
    days = [first_day - timedelta(days=number) for number in range(MOST_DAYS, 0, -1)]
    start, end = (day_start(day, merchant.zone) for day in (days[0], first_day))
    with suppress(NotArchived):
        found = game_days(merchant, days, end, only)
        if any(row is not None for row in found.value.unlisted):
            return memo(_history_of, found.value), found
    if only is not None:
        of_game = data_game.game_sums(merchant, only, start, end)
        return memo(History, MOST_DAYS, {only: _volume(of_game.value.totals)}), of_game
    told = data_table.games(merchant, start, end)
    by_game = zip(game_ids(told.value), row_totals(told.value), strict=True)
    volumes = {game_id: _volume(row) for game_id, row in by_game if game_id is not None and row is not None}
    return memo(History, MOST_DAYS, volumes), told


def _history_of(days: GameDays) -> History:
    known = sum(row is not None for row in days.unlisted)
    return History(known, {game_id: days.volume(game_id) for game_id in days.rows})


def _volume(row: Totals) -> Volume | None:
    return luck.volume([(row.bet_count, row.bet_amount_li, row.gain_li)])


def _judged(
    period: GameDays,
    drawn: LuckSample,
    history: History,
    listed: Sequence[Game],
    rtps: Sequence[tuple[int, float]],
) -> Judged:
    types, configured = {game.game_id: game for game in listed}, dict(rtps)
    found = {}
    for game_id in period.rows:
        if volume := period.volume(game_id):
            of_type = drawn.of_type.get(game_type(game_id, types.get(game_id)))
            earlier = history.volumes.get(game_id)
            found[game_id] = luck.judge(
                volume, drawn.own.get(game_id), of_type, earlier, configured.get(game_id)
            )
    return Judged(found, drawn, history.days)


def sample(merchant: Merchant, now: datetime) -> Reading[LuckSample]:
    """The spread of the rounds of some days, up to a number. Raises NotArchived, LedgerAway, TwoJError.

    The days are the two whole weeks before the current one where these are held, so that they change once a
    week; else what is held of the two weeks before today.
    """
    listed, zone = tuple(merchant.twoj.all.list().data), merchant.zone

    def ask(engine: Engine, start_s: int, end_s: int) -> LuckSample:
        # Files never change: of the same ones it is measured once.
        return memo(_measured, engine, engine.sources(start_s, end_s), start_s, end_s, listed, zone)

    return from_archive(merchant, *_sample_window(merchant, now), ask)


def _sample_window(merchant: Merchant, now: datetime) -> tuple[datetime, datetime]:
    today, zone = business_day(now, merchant.zone), merchant.zone
    monday = today - timedelta(days=today.weekday())
    weeks, days = (
        (day_start(end - timedelta(days=_SAMPLE_DAYS), zone), day_start(end, zone)) for end in (monday, today)
    )
    with suppress(NotArchived):
        if not held_of(merchant, *weeks).lacking:
            return weeks
    return days


def _measured(
    engine: Engine, _files: Sources, start_s: int, end_s: int, listed: Sequence[Game], zone: ZoneInfo
) -> LuckSample:
    plays = _plays(engine, start_s, end_s, zone)
    types = {game.game_id: game for game in listed}
    by_type: dict[str, dict[tuple[int, date, int], Play]] = defaultdict(dict)
    for key, play in plays.items():
        by_type[game_type(key[0], types.get(key[0]))][key] = play
    own: dict[int, Spread] = {}
    of_type: dict[str, Spread] = {}
    for name, parts in by_type.items():
        everything = sum(parts.values(), Play())
        games: list[tuple[Spread, int]] = []
        for game_id in {key[0] for key in parts}:
            of_game = {key: play for key, play in parts.items() if key[0] == game_id}
            if found := _spread(of_game, everything):
                own[game_id] = found
                games.append((found, sum(play.bet for play in of_game.values())))
        if found := _spread(parts, everything):
            of_type[name] = replace(found, between=luck.between(games))
    days = [day for _, day, _ in plays] or [_day_of(start_s, zone)]
    return LuckSample(min(days), max(days), sum(play.bets for play in plays.values()), own, of_type)


def _plays(engine: Engine, start_s: int, end_s: int, zone: ZoneInfo) -> dict[tuple[int, date, int], Play]:
    """Sums of the sample by game, day and hour."""
    first_s = hour_of(start_s)
    hours = -(-(end_s - first_s) // HOUR_S)
    bets = [0] * hours
    for quarter_s, count, *_ in engine.numbers(question("quarters", start_s, end_s)):
        bets[(quarter_s - first_s) // HOUR_S] += count
    in_strides = sorted(range(hours), key=lambda place: place * _STRIDE % hours)
    so_far = accumulate(bets[place] for place in in_strides)
    some = 1 + sum(count < _SAMPLE_BETS for count in so_far)
    rounds = engine.table(
        question(
            "luck_sample",
            start_s,
            end_s,
            first_s=first_s,
            stride=_STRIDE,
            all_s=hours * HOUR_S,
            some_s=some * HOUR_S,
        )
    ).to_pandas()
    return {
        (game_id, _day_of(max(hour_s, start_s), zone), hour_s): play
        for hour_s, of_hour in rounds.groupby("hour_s")
        for game_id, play in luck.plays(
            *(of_hour[name].tolist() for name in ("game_id", "draw_id", "bet_amount", "gain_amount"))
        ).items()
    }


def _day_of(epoch_s: int, zone: ZoneInfo) -> date:
    return business_day(datetime.fromtimestamp(epoch_s, UTC), zone)


def _spread(parts: Mapping[tuple[int, date, int], Play], of_type: Play) -> Spread | None:
    """The spread over the hours of one or more games, without those whose stakes outweigh all others."""
    days: dict[date, Play] = defaultdict(Play)
    for key in luck.even_part(parts):
        days[key[1]] += parts[key]
    return luck.spread(days.values(), of_type)
