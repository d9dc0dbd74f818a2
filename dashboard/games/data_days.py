"""Sums by game and day, from the archive."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from archive.engine import Engine
from archive.questions import question
from dashboard.core.memo import memo
from dashboard.core.metrics import Totals
from dashboard.core.periods import day_end, day_start
from dashboard.games.data_table import shown_ids
from dashboard.games.days import GameDays
from dashboard.provider.archived import epoch_s, from_archive, held_of, lacks
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from twoj_client import Window
from twoj_client.models import Game


def game_days(
    merchant: Merchant, days: Sequence[date], end: datetime, only: int | None = None
) -> Reading[GameDays]:
    """The sums of each game on each of `days` (oldest first) up to `end`, or of the game `only`.

    A day of which an hour lacks is None, and what lacks is named in `failures`. Raises NotArchived where the
    archive holds nothing of these days, LedgerAway, TwoJError where the list of games failed.
    """
    zone, listed = merchant.zone, tuple(merchant.twoj.all.list().data) if only is None else ()
    windows = memo(_windows, tuple(days), zone)
    start, end = day_start(days[0], zone), min(day_end(days[-1], zone), end)
    held, now_s = held_of(merchant, start, end), epoch_s(merchant.now())

    def ask(engine: Engine, start_s: int, end_s: int) -> GameDays:
        told = engine.numbers(
            question("days_of_games", start_s, end_s, days=windows, games=[] if only is None else [only])
        )
        lacking = [lacks(held, window, is_over=window.end <= now_s) for window in windows]
        finished = [window.end <= now_s for window in windows]
        return memo(_placed, tuple(days), windows, tuple(finished), tuple(lacking), listed, only, told)

    return from_archive(merchant, start, end, ask, held)


def _windows(days: Sequence[date], zone: ZoneInfo) -> tuple[Window, ...]:
    return tuple(Window(epoch_s(day_start(day, zone)), epoch_s(day_end(day, zone))) for day in days)


def _placed(
    days: Sequence[date],
    windows: Sequence[Window],
    finished: Sequence[bool],
    lacking: Sequence[bool],
    listed: Sequence[Game],
    only: int | None,
    told: Sequence[tuple[int, ...]],
) -> GameDays:
    ids = shown_ids(listed, {game_id for game_id, *_ in told}) if only is None else [only]
    places = {window.start: place for place, window in enumerate(windows)}
    begun: list[Totals | None] = [None if lacks else Totals() for lacks in lacking]
    rows, unlisted = {game_id: [*begun] for game_id in ids}, [*begun]
    for game_id, day_s, count, bet_li, gain_li in told:
        row, place = rows.get(game_id, unlisted), places[day_s]
        if (before := row[place]) is not None:
            row[place] = before + Totals(count, bet_li, gain_li, -gain_li)
    return GameDays(days, finished, rows, unlisted)
