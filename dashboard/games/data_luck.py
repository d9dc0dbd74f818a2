"""How far luck carries the RTP of games: the spread of single rounds, the days before, and the verdicts."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple, cast

import msgspec

from dashboard.core.formats import moment_text
from dashboard.core.frames import game_type
from dashboard.core.memo import memo
from dashboard.core.periods import business_day, day_start, days_label
from dashboard.core.query import View
from dashboard.core.text import Deferred, later, plural
from dashboard.games import luck
from dashboard.games.data_days import game_days
from dashboard.games.data_game import steps
from dashboard.games.data_table import PATIENCE_S
from dashboard.games.days import GameDays
from dashboard.games.luck import Luck, Play, Spread
from dashboard.provider.asking import warnings_of
from dashboard.provider.failures import failures
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Progressive, Reading, is_settled, stale_reason_of
from twoj_client import Reply
from twoj_client.models import Game

MOST_DAYS: Final = 60
"""Periods are judged by their last days, at most so many; as many days before tell what to expect."""
_SAMPLE_DAYS: Final = 14
_SAMPLE_BETS: Final = 300_000
_RENEW_S: Final = 3600
# Hours are asked in strides, so that a sample that is cut short is spread over all its days and hours.
_STRIDE: Final = 137
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, eq=False)
class LuckSample:
    """The spread of single rounds over some whole weeks, by game and by type."""

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
class Judged:
    """The judgement on each game's RTP, and the sample behind it."""

    games: Mapping[int, Luck]
    sample: LuckSample


class _Hour(NamedTuple):
    bets: int
    plays: dict[int, Play]


def lucks(merchant: Merchant, view: View, only: int | None = None) -> Progressive[Judged]:
    """What has arrived of a judgement on each game's RTP over the period's last days (`luck.judge`).

    It takes the sums by day of the period, a sample of single rounds, and the days before the period; until
    all are there, there is nothing to show. Games without bets in the period are left
    out. With `only`, one game is judged. Raises TwoJError.
    """
    days = view.period.days()[-MOST_DAYS:]
    before = [days[0] - timedelta(days=number) for number in range(MOST_DAYS, 0, -1)]
    period = game_days(merchant, days, view.now, only)
    if not period.finished:
        return Progressive(None, period.answered, period.asked, step=later("step 1 of 3, days"))
    drawn = sample(merchant, view.now)
    if not drawn.finished:
        return Progressive(None, drawn.answered, drawn.asked, step=later("step 2 of 3, single rounds"))
    history = game_days(merchant, before, view.now, only)
    if not history.finished:
        return Progressive(None, history.answered, history.asked, step=later("step 3 of 3, days before"))
    known = None
    if period.known and drawn.known and history.known:
        listed, rtps = merchant.twoj.all.list().data, merchant.rtps
        known = memo(_judged, period.known, drawn.known, history.known, tuple(listed), tuple(rtps.items()))
    return Progressive(known, history.answered, history.asked)


def sample(merchant: Merchant, now: datetime) -> Progressive[LuckSample]:
    """What has arrived of the sample: rounds of the two whole weeks before the current one, up to a number.

    Its hours are finished, so that they are asked for once. Raises TwoJError where every hour failed.
    """
    listed = merchant.twoj.all.list().data
    today = business_day(now, merchant.zone)
    monday = today - timedelta(days=today.weekday())
    first_day, end_day = monday - timedelta(days=_SAMPLE_DAYS), monday

    def start() -> Job[tuple[date, datetime], _Hour]:
        return Job(_calls(merchant, first_day, end_day), merchant.jobs.slow, merchant.clock, _enough)

    number = merchant.asked_again(day_start(first_day, merchant.zone), day_start(end_day, merchant.zone))
    load = merchant.jobs.look(("sample", first_day, number), start, _RENEW_S, PATIENCE_S)
    known = load.made(lambda: _sampled(merchant, listed, first_day, end_day, load))
    return Progressive(known, load.answered, load.asked)


def _judged(
    period: Reading[GameDays],
    drawn: Reading[LuckSample],
    history: Reading[GameDays],
    listed: tuple[Game, ...],
    rtps: tuple[tuple[int, float], ...],
) -> Reading[Judged]:
    types, configured = {game.game_id: game for game in listed}, dict(rtps)
    found = {}
    for game_id in period.value.rows:
        volume = period.value.volume(game_id)
        if volume:
            own = drawn.value.own.get(game_id)
            of_type = drawn.value.of_type.get(game_type(game_id, types.get(game_id)))
            found[game_id] = luck.judge(
                volume, own, of_type, history.value.volume(game_id), configured.get(game_id)
            )
    parts = (period, drawn, history)
    return Reading(
        Judged(found, drawn.value),
        period.as_of,
        stale_reason_of(parts),
        tuple(sentence for part in parts for sentence in part.failures),
        tuple(dict.fromkeys(sentence for part in parts for sentence in part.warnings)),
        period.window,
        settled=all(part.settled for part in parts),
    )


def _calls(
    merchant: Merchant, first_day: date, end_day: date
) -> dict[tuple[date, datetime], Callable[[], Reply[_Hour]]]:
    zone = merchant.zone
    hours = list(steps(day_start(first_day, zone), day_start(end_day, zone), _HOUR))
    in_strides = sorted(range(len(hours)), key=lambda place: place * _STRIDE % len(hours))
    return {
        (business_day(start, zone), start): partial(_hour, merchant, start, end)
        for start, end in (hours[place] for place in in_strides)
    }


def _hour(merchant: Merchant, start: datetime, end: datetime) -> Reply[_Hour]:
    reply = merchant.twoj.all.history(start=start, end=end)
    plays = luck.plays(
        [bet.game_id for bet in reply.data],
        [bet.draw_id for bet in reply.data],
        [bet.bet_amount for bet in reply.data],
        [bet.gain_amount for bet in reply.data],
    )
    return msgspec.structs.replace(cast("Reply[Any]", reply), data=_Hour(len(reply.data), plays))


def _enough(replies: Mapping[tuple[date, datetime], Reply[_Hour]]) -> bool:
    return sum(reply.data.bets for reply in replies.values()) >= _SAMPLE_BETS


def _sampled(
    merchant: Merchant,
    listed: list[Game],
    first_day: date,
    end_day: date,
    load: Job[tuple[date, datetime], _Hour],
) -> Reading[LuckSample] | None:
    replies = load.replies()
    if not replies or not load.finished:
        load.raise_if_all_failed()
        return None
    games = {game.game_id: game for game in listed}
    by_type: dict[str, dict[tuple[int, date, datetime], Play]] = defaultdict(dict)
    for (day, start), reply in replies.items():
        for game_id, play in reply.data.plays.items():
            by_type[game_type(game_id, games.get(game_id))][game_id, day, start] = play
    own: dict[int, Spread] = {}
    of_type: dict[str, Spread] = {}
    for name, parts in by_type.items():
        everything = sum(parts.values(), Play())
        if found := _spread(parts, everything):
            of_type[name] = found
        for game_id in {key[0] for key in parts}:
            if found := _spread({key: play for key, play in parts.items() if key[0] == game_id}, everything):
                own[game_id] = found
    spreads = LuckSample(
        first_day,
        end_day - timedelta(days=1),
        sum(reply.data.bets for reply in replies.values()),
        own,
        of_type,
    )
    zone = merchant.zone
    return Reading(
        spreads,
        min(reply.as_of for reply in replies.values()),
        stale_reason_of(replies.values()),
        failures(
            (later("Rounds of {time}", time=Deferred(moment_text, (start.astimezone(zone),))), error)
            for (_, start), error in load.errors().items()
        ),
        warnings_of(merchant, replies.values()),
        settled=is_settled(replies.values()),
    )


def _spread(parts: Mapping[tuple[int, date, datetime], Play], of_type: Play) -> Spread | None:
    """The spread over the hours of one or more games, without those whose stakes outweigh all others."""
    days: dict[date, Play] = defaultdict(Play)
    for key in luck.even_part(parts):
        days[key[1]] += parts[key]
    return luck.spread(days.values(), of_type)
