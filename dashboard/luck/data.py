"""What the archive knows of a period's gain: what moved it, how much of it is luck, of how few it is."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from archive.archive import Held
from archive.engine import Engine, RollUp, Sources
from archive.questions import question
from dashboard.core.frames import game_types
from dashboard.core.memo import memo
from dashboard.core.query import View
from dashboard.core.text import Words, later
from dashboard.luck.adjusted_gain import AdjustedGain
from dashboard.luck.concentration import concentration, without_top
from dashboard.luck.expectation import BetSums, Expectation, expectations
from dashboard.luck.explained import Explained, PeriodSums, adjusted, explain
from dashboard.provider.archived import NotArchived, from_archive, held_of
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading, covered, stale_reason_of
from twoj_client import TwoJError
from twoj_client.models import Game

REFERENCE: Final = timedelta(days=60)
"""So long before the period bets say what is to be expected, as far as they are held."""


def explained(merchant: Merchant, view: View, only: str | None = None) -> Reading[Explained]:
    """Explain the company gain of a period, and how it moved against the compared one, from the archive.

    `only` is the type whose games count, None: all do. Raises NotArchived where not all of the period is
    held, LedgerAway.
    """
    listed: tuple[Game, ...] = ()
    with suppress(TwoJError):  # types are told by the ranges of ids too
        listed = tuple(merchant.twoj.all.list().data)
    now = whole(merchant, view.start, view.end, listed, only)
    end = now.window[1] if now.window else view.end
    comparison, before = view.until(end).comparison, None
    not_moved: Words = ""
    if comparison:
        try:
            before = whole(merchant, comparison.start, comparison.end, listed, only)
        except NotArchived as error:
            not_moved = error.sentence
    reference = reference_of(merchant, view.start)
    ids = {*now.value.games, *(before.value.games if before else ()), *reference}
    types = game_types(sorted(ids), listed)
    parts = [now, before] if before else [now]
    return Reading(
        memo(
            explain,
            now.value,
            before.value if before else None,
            not_moved,
            reference,
            types,
            dict(merchant.rtps),
        ),
        now.as_of,
        stale_reason_of(parts),
        now.failures,
        tuple(dict.fromkeys(sentence for part in parts for sentence in part.warnings)),
        now.window,
        comparison.label if comparison and before else "",
        settled=all(part.settled for part in parts),
    )


def expected(merchant: Merchant, games: Iterable[int], first: datetime) -> dict[int, Expectation]:
    """Return what is to be expected of games, from the bets before `first`. Asks no network but for types."""
    listed: tuple[Game, ...] = ()
    with suppress(TwoJError):
        listed = tuple(merchant.twoj.all.list().data)
    reference = reference_of(merchant, first)
    types = game_types(sorted({*games, *reference}), listed)
    return expectations(games, reference, types, dict(merchant.rtps))


def game_adjusted(merchant: Merchant, start: datetime, end: datetime, game_id: int) -> AdjustedGain:
    """Tell the luck in the gain of one game. Raises NotArchived where not all of it is held, LedgerAway."""
    end, held = _held_whole(merchant, start, end)
    now = from_archive(merchant, start, end, _games, held).value
    reference = reference_of(merchant, start)
    types = game_types(sorted({game_id, *reference}), ())
    return memo(_game_adjusted, now.get(game_id), game_id, reference, types, dict(merchant.rtps))


def _game_adjusted(
    bets: BetSums | None,
    game_id: int,
    reference: Mapping[int, BetSums],
    types: Mapping[int, str],
    configured: Mapping[int, float],
) -> AdjustedGain:
    games = {game_id: bets} if bets else {}
    return adjusted(games, expectations(games, reference, types, configured))


def whole(
    merchant: Merchant,
    start: datetime,
    end: datetime,
    listed: Sequence[Game],
    only: str | None = None,
) -> Reading[PeriodSums]:
    """The sums of a window as far as it has been read.

    Of the type `only`, or of all games. Raises NotArchived where some of that lacks, LedgerAway.
    """
    end, held = _held_whole(merchant, start, end)

    def ask(engine: Engine, start_s: int, end_s: int) -> PeriodSums:
        # Files never change: of the same ones the sums are the same.
        files = engine.sources(start_s, end_s, RollUp.PLAYERS)
        return memo(_sums, engine, files, start_s, end_s, listed, only)

    return from_archive(merchant, start, end, ask, held)


def _held_whole(merchant: Merchant, start: datetime, end: datetime) -> tuple[datetime, Held]:
    """Return until when a window has been read, and how it is held as far as that."""
    held = held_of(merchant, start, end)
    end = covered(start, end, datetime.fromtimestamp(held.as_of_ms / 1000, UTC))[1]
    if held.lacking:
        held = held_of(merchant, start, end)
    if held.lacking:
        raise NotArchived(
            later("Not all of these days is in the archive yet. It is filled from today backwards.")
        )
    return end, held


def _sums(
    engine: Engine, _files: Sources, start_s: int, end_s: int, listed: Sequence[Game], only: str | None
) -> PeriodSums:
    games = _games(engine, start_s, end_s)
    if only is not None:
        types = game_types(games, listed)
        games = {game: bets for game, bets in games.items() if types[game] == only}
    # Without a game of the type none is asked for, which would be all.
    table = engine.table(
        question("players", start_s, end_s if games else start_s, games=[*games] if only else [])
    )
    rows = zip(*(table[name].to_pylist() for name in ("user_id", "bet_li", "gain_li")), strict=True)
    known = [(bet_li, gain_li) for user_id, bet_li, gain_li in rows if user_id is not None]
    return PeriodSums(
        games,
        len(known) if len(known) == len(table) else None,
        concentration([bet_li for bet_li, _ in known]),
        without_top([gain_li for _, gain_li in known]),
    )


def _games(engine: Engine, start_s: int, end_s: int) -> dict[int, BetSums]:
    rows = engine.numbers(question("spreads", start_s, end_s))
    # Of the squares those of single bets, and those of quarters of an hour.
    return {
        game_id: BetSums(bets, bet_li, gain_li, bet_bet, *of_quarters)
        for game_id, bets, bet_li, gain_li, bet_bet, _bet_won, _won_won, *of_quarters in rows
    }


def reference_of(merchant: Merchant, first: datetime) -> dict[int, BetSums]:
    """What is held of the time before the period, by game. Raises LedgerAway."""
    try:
        return from_archive(merchant, first - REFERENCE, first, _games).value
    except NotArchived:
        return {}
