"""Sums by game and day. A finished day is asked for once: the client keeps its answer for good."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final, cast

from dashboard.core.codes import SLOTS
from dashboard.core.frames import beyond, game_totals, game_type, totals
from dashboard.core.metrics import Totals
from dashboard.core.periods import day_end, day_start, days_label
from dashboard.core.text import Deferred, Words, later, plural
from dashboard.games import data_table
from dashboard.games.data_archive import archived_days
from dashboard.games.data_table import PATIENCE_S, WHOLE, Call, call_names
from dashboard.games.days import GameDays
from dashboard.provider.asking import warnings_of
from dashboard.provider.failures import failures
from dashboard.provider.jobs import Job
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Progressive, Reading, covered, is_settled, may_differ, stale_reason_of
from twoj_client import Reply, TwoJError
from twoj_client.models import Game

RENEW_S: Final = 600
"""The running day's sums by game cost a call for each game, so they are renewed less often than others."""

Cell = tuple[int | str, date]


def game_days(
    merchant: Merchant, days: Sequence[date], now: datetime, only: int | None = None
) -> Progressive[GameDays]:
    """What has arrived of the sums of each game on each of `days` (oldest first), or of the game `only`.

    The last day holds what was there at `now`.

    From the archive where it holds these days. Else slots games take one call a day, the newest day first;
    the others one a day each, after the slots; then
    come the totals of all games, against which these are held. An answer that failed is None and named in
    `failures`. Raises TwoJError where the list of games or every answer failed.
    """
    listed = merchant.twoj.all.list().data
    if archived := archived_days(merchant, listed, days, now, only):
        return Progressive(archived, 1, 1)
    wanted = _wanted(listed, only)

    def start() -> Job[Cell, Any]:
        return Job(_calls(merchant, wanted, days, now), merchant.jobs.slow, merchant.clock, question=now)

    # The same days may be whole in one view and, compared with a running period, end early in another.
    is_cut = now < day_end(days[-1], merchant.zone)
    number = merchant.asked_again(day_start(days[0], merchant.zone), day_end(days[-1], merchant.zone))
    name = ("game days", days[0], days[-1], is_cut, tuple(wanted) if only is not None else None, number)
    load = merchant.jobs.look(name, start, RENEW_S if only is None else data_table.RENEW_S, PATIENCE_S)
    known = load.made(lambda: _known(merchant, listed, wanted, days, load, now, only))
    return Progressive(known, load.answered, load.asked)


def _counted(
    wanted: Sequence[tuple[Words, int | str]], errors: Mapping[Cell, TwoJError]
) -> Iterator[tuple[Words, TwoJError]]:
    """Each game that failed by its name, with the number of days that lack it."""
    for name, key in wanted:
        failed = {day: error for (failed_key, day), error in errors.items() if failed_key == key}
        if len(failed) == 1:
            ((day, error),) = failed.items()
            yield later("{game} on {day}", game=name, day=Deferred(days_label, (day, day))), error
        elif failed:
            yield Deferred(_on_days_text, (name, len(failed))), next(iter(failed.values()))


def _on_days_text(name: Words, days: int) -> str:
    return plural("{game} on {n} day", "{game} on {n} days", days, game=name)


def _wanted(listed: Sequence[Game], only: int | None) -> list[int | str]:
    if only is None:
        return [SLOTS, *(game.game_id for game in listed if game.game_type != SLOTS), WHOLE]
    return [SLOTS if is_slots(listed, only) else only]


def is_slots(listed: Sequence[Game], game_id: int) -> bool:
    """Whether the slots endpoints report this game, listed or not."""
    return game_type(game_id, next((game for game in listed if game.game_id == game_id), None)) == SLOTS


def _calls(
    merchant: Merchant, wanted: Sequence[int | str], days: Sequence[date], now: datetime
) -> dict[Cell, Call]:
    twoj, zone = merchant.twoj, merchant.zone
    windows = {}
    for day in reversed(days):
        start, end = day_start(day, zone), min(day_end(day, zone), now)
        if start < end:
            windows[day] = {"start": start, "end": end}
    calls: dict[Cell, Call] = {}
    if SLOTS in wanted:
        calls = {
            (SLOTS, day): partial(twoj.slots.game_stage_summary, **window) for day, window in windows.items()
        }
    for day, window in windows.items():
        for key in wanted:
            if isinstance(key, int):
                calls[key, day] = partial(twoj.games.game_stage_summary, game_id=key, **window)
    if WHOLE in wanted:
        # Of the last two days each by itself: what was said of one may be final, and of the other not.
        newest_first = list(windows)
        groups = [*([day] for day in newest_first[:2]), newest_first[2:]]
        calls |= {
            (WHOLE, group[0]): partial(
                twoj.all.stage_summary, start=windows[group[-1]]["start"], end=windows[group[0]]["end"]
            )
            for group in groups
            if group
        }
    return calls


def _known(
    merchant: Merchant,
    listed: Sequence[Game],
    wanted: Sequence[int | str],
    days: Sequence[date],
    load: Job[Cell, Any],
    now: datetime,
    only: int | None,
) -> Reading[GameDays] | None:
    replies, errors = load.replies(), load.errors()
    parts = {cell: reply for cell, reply in replies.items() if cell[0] != WHOLE}
    if not parts:
        if load.finished and errors:
            raise next(iter(errors.values()))
        return None
    zone, asked_at = merchant.zone, datetime.fromtimestamp(load.begun_at, UTC)

    def begun(day: date) -> Totals | None:
        """A day of which nothing has passed was not asked for, and is 0; any other is not known."""
        return Totals() if day_start(day, zone) >= now else None

    slots = {
        day: {row.game_id: totals(row) for row in reply.data}
        for (key, day), reply in replies.items()
        if key == SLOTS
    }
    rows: dict[int, list[Totals | None]] = {}
    if SLOTS in wanted:
        ids = {game.game_id for game in listed if game.game_type == SLOTS}.union(*slots.values())
        if only is not None:
            ids.add(only)
        for game_id in sorted(ids):
            rows[game_id] = [
                slots[day].get(game_id, Totals()) if day in slots else begun(day) for day in days
            ]
    for key in wanted:
        if isinstance(key, int):
            found = [replies.get((key, day)) for day in days]
            rows[key] = [
                begun(day) if reply is None else game_totals(reply.data)
                for day, reply in zip(days, found, strict=True)
            ]
    names = call_names(listed)
    newest = max(day for _, day in parts)
    # Finished days were said long ago and are still true: the age is that of the newest.
    as_of = min(reply.as_of for (_, day), reply in parts.items() if day == newest)
    asked_to = min(day_end(days[-1], zone), cast("datetime", load.question))
    return Reading(
        GameDays(
            days,
            [day_end(day, zone) <= asked_at for day in days],
            rows,
            _unlisted(merchant, days, replies, list(rows.values()), cast("datetime", load.question))
            if WHOLE in wanted
            else (),
        ),
        as_of,
        stale_reason_of(replies.values()),
        failures(_counted([(names.get(key, str(key)), key) for key in wanted], errors)),
        warnings_of(merchant, parts.values()),
        covered(day_start(days[0], zone), asked_to, as_of),
        settled=load.finished and is_settled(replies.values()),
    )


def _unlisted(
    merchant: Merchant,
    days: Sequence[date],
    replies: Mapping[Cell, Reply[Any]],
    rows: Sequence[Sequence[Totals | None]],
    now: datetime,
) -> list[Totals | None]:
    """By how much the provider's total of each day differs from its games, None where it is not known.

    Of a day that is over it is known once all answers are final; before that a late bet may be in one alone.
    """
    zone = merchant.zone
    wholes = {
        row.date: reply for (key, _), reply in replies.items() if key == WHOLE for row in reply.data.days
    }
    parts: dict[date, list[Reply[Any]]] = {day: [] for day in days}
    for (key, day), reply in replies.items():
        if key != WHOLE:
            parts[day].append(reply)
    found: list[Totals | None] = []
    for place, day in enumerate(days):
        start, end = day_start(day, zone), day_end(day, zone)
        said = [*parts[day], wholes[day]] if day in wholes else []
        if said and may_differ(said, start, min(end, now)) and (now < end or is_settled(said)):
            whole = next(row for row in wholes[day].data.days if row.date == day)
            found.append(beyond(totals(whole), [row[place] for row in rows]))
        else:
            found.append(None)
    return found
