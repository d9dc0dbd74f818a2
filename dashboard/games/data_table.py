"""Sums by game, with their players: from the archive at once, else from the provider, a call a game."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import pandas as pd

from archive.engine import Engine
from archive.questions import question
from dashboard.core import frames
from dashboard.core.memo import memo
from dashboard.core.metrics import Totals
from dashboard.core.text import Words, later
from dashboard.games import table
from dashboard.provider.archived import whole_from_archive
from dashboard.provider.asking import gather, reading_of
from dashboard.provider.failures import failures
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, is_settled, may_differ
from twoj_client import Reply
from twoj_client.models import SLOTS, Game

WHOLE: Final = "whole"
"""Stands for the total of all games among the keys of calls."""

Players = tuple[int | None, ...]
"""Of a game in exactly one window: its distinct players, and how many won and lost. None where not known."""


def games(
    merchant: Merchant, start: datetime, end: datetime, *, is_before: bool = False
) -> Reading[pd.DataFrame]:
    """One row a game of a window (`frames.games_frame`), with its distinct `players`.

    Where the archive does not hold the window these are sums that the provider gives, without players of
    slots; a game whose answer failed is NA and named in `failures`, as one of the compared period where it
    `is_before`. Raises TwoJError where the list of games or every answer failed.
    """
    listed = merchant.twoj.all.list().data
    archived = whole_from_archive(merchant, start, end, partial(_archived, listed))
    return archived or _summaries(merchant, listed, start, end, is_before=is_before)


def shown_ids(listed: Sequence[Game], with_bets: Iterable[int]) -> list[int]:
    """Ids of the games that have a row: the listed, and slots with bets; all others are unlisted together.

    Slots are known without the list, as the provider's own sums name them.
    """
    slots = {game_id for game_id in with_bets if frames.game_type(game_id, None) == SLOTS}
    return sorted(slots.union(game.game_id for game in listed))


def players_of_games(
    engine: Engine, start_s: int, end_s: int, only: Sequence[int] = ()
) -> dict[int, Players]:
    """Players of each game that has any in the window, or of those games alone, from the archive."""
    return _by_game(engine.rows(question("players_of_games", start_s, end_s, games=only)))


def _by_game(rows: Iterable[Sequence[Any]]) -> dict[int, Players]:
    return {game_id: tuple(counts) for game_id, *counts in rows}


def _archived(listed: Sequence[Game], engine: Engine, start_s: int, end_s: int) -> pd.DataFrame:
    sums = engine.numbers(question("games", start_s, end_s))
    return memo(
        _frame_of_rows, tuple(listed), sums, engine.rows(question("players_of_games", start_s, end_s))
    )


def _frame_of_rows(
    listed: Sequence[Game], sums: Sequence[tuple[int, ...]], counts: Sequence[tuple[Any, ...]]
) -> pd.DataFrame:
    told = {game_id: Totals(bets, bet_li, gain_li, -gain_li) for game_id, bets, bet_li, gain_li in sums}
    players = _by_game(counts)
    ids = shown_ids(listed, told)
    known = {game_id: players.get(game_id, (0,))[0] for game_id in ids}
    return _frame(
        listed,
        {game_id: told.get(game_id, Totals()) for game_id in ids},
        sum(told.values(), Totals()),
        True,
        known,
    )


def _frame(
    listed: Sequence[Game],
    sums: Mapping[int, Totals | None],
    whole: Totals | None,
    settled: bool,
    players: Mapping[int, int | None],
) -> pd.DataFrame:
    return table.with_players(frames.games_frame(listed, sums, whole, settled), players)


def _summaries(
    merchant: Merchant, listed: Sequence[Game], start: datetime, end: datetime, *, is_before: bool
) -> Reading[pd.DataFrame]:
    """The provider's own sums of the window: all slots in one answer, each other game in one."""
    replies, errors = gather(merchant, _calls(merchant, listed, start, end))
    parts = {key: reply for key, reply in replies.items() if key != WHOLE}
    if not parts:
        raise next(iter(errors.values()))
    slots = parts[SLOTS].data if SLOTS in parts else None
    others = {
        game.game_id: parts[game.game_id].data if game.game_id in parts else None
        for game in listed
        if game.game_type != SLOTS
    }
    sums = frames.endpoint_sums(listed, slots, others)
    players = {game_id: row.user_count for game_id, row in others.items() if row}
    whole = None
    if WHOLE in replies and may_differ(replies.values(), start, end):
        whole = frames.totals(replies[WHOLE].data.summary)
    frame = memo(_frame, tuple(listed), sums, whole, is_settled(replies.values()), players)
    names = _call_names(listed)
    failed = failures(
        (later("{game}, compared period", game=names[key]) if is_before else names[key], error)
        for key, error in errors.items()
    )
    # The total is that of the games once more: what was changed of it would count twice.
    return reading_of(merchant, frame, parts.values(), (start, end), failed)


def _calls(
    merchant: Merchant, listed: Sequence[Game], start: datetime, end: datetime
) -> dict[int | str, Callable[[], Reply[Any]]]:
    twoj, window = merchant.twoj, {"start": start, "end": end}
    calls: dict[int | str, Callable[[], Reply[Any]]] = {
        SLOTS: partial(twoj.slots.game_stage_summary, **window),
        WHOLE: partial(twoj.all.stage_summary, **window),
    }
    for game in listed:
        if game.game_type != SLOTS:
            calls[game.game_id] = partial(twoj.games.game_stage_summary, game_id=game.game_id, **window)
    return calls


def _call_names(listed: Sequence[Game]) -> Mapping[int | str, Words]:
    """What is asked for, by the key of its call, as people read it."""
    together = {SLOTS: later("All slots games"), WHOLE: later("The total of all games")}
    return together | frames.game_names(listed)
