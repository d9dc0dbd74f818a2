"""What a search finds: games, players, rounds, transfers and payouts, and which page shows each. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.core import formats
from dashboard.core.periods import business_day, of_day
from dashboard.core.text import Words, later, text
from ledger.transfers import CashierTransfer

MOST_GAMES: Final = 6


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Something that was found: its name or id, what it is, and the page that shows it, asked for so."""

    title: str
    about: str
    page: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, best first, and one sentence for each kind of thing of which that is not known."""

    results: tuple[SearchResult, ...] = ()
    unknown: tuple[Words, ...] = ()


def games_found(typed: str, names: Mapping[int, str]) -> list[SearchResult]:
    """Find games by their whole id or a part of their name, capital or not.

    That id first, then names that begin so, then all others; each by its name, `MOST_GAMES` at most.
    """
    part = _plain(typed)
    ranked = []
    for game_id, name in names.items():
        plain = _plain(name)
        if str(game_id) == typed or part in plain:
            ranked.append((str(game_id) != typed, not plain.startswith(part), plain, game_id))
    return [
        SearchResult(names[game_id], text("Game {id}", id=game_id), "games", {"game_id": str(game_id)})
        for *_, game_id in sorted(ranked)[:MOST_GAMES]
    ]


def players_found(
    rows: Iterable[tuple[int, str | None, int, int]], zone: ZoneInfo, now: datetime
) -> list[SearchResult]:
    """Make results of players: `user_id`, `op_id`, how many bets, and when the last one began, in epoch s."""
    return [
        SearchResult(
            op_id or str(user_id),
            text(
                "Player, user_id {user_id}, last bet {when}",
                user_id=user_id,
                when=formats.moment(datetime.fromtimestamp(last_s, UTC), zone, now),
            ),
            "players",
            {"user_id": str(user_id)},
        )
        for user_id, op_id, _, last_s in rows
    ]


def rounds_found(
    rows: Iterable[tuple[str, int, int]], names: Mapping[int, str], zone: ZoneInfo, now: datetime
) -> list[SearchResult]:
    """Make results of rounds: `event_id`, `game_id` and when each began, in epoch s."""
    found = []
    for event_id, game_id, start_s in rows:
        start = datetime.fromtimestamp(start_s, UTC)
        about = text(
            "Round of {game}, {when}",
            game=names.get(game_id, str(game_id)),
            when=formats.moment(start, zone, now),
        )
        found.append(
            SearchResult(event_id, about, "bets", {"period": _day_of(start, zone), "round": event_id})
        )
    return found


def transfer_found(transfer: CashierTransfer) -> SearchResult:
    """Make a result of a transfer that was sent from here."""
    order = transfer.order
    about = text("Transfer of {player}", player=order.op_id)
    return SearchResult(order.trans_no, about, "wallet", {"op_id": order.op_id, "trans_no": order.trans_no})


def payout_found(trans_no: str, won_at_ms: int, zone: ZoneInfo) -> SearchResult:
    """Make a result of a payout of a jackpot; of its winner it says nothing."""
    day = _day_of(datetime.fromtimestamp(won_at_ms / 1000, UTC), zone)
    return SearchResult(trans_no, text("Payout of a jackpot"), "jackpots", {"period": day})


NOTHING_FOUND: Final = later("Nothing here has this name, id or number.")


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _day_of(moment: datetime, zone: ZoneInfo) -> str:
    return of_day(business_day(moment, zone)).text
