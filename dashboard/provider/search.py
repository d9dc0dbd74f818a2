"""The one search: asks the list of games, the archive and the ledger, of what a person may see."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from archive.engine import Engine
from archive.questions import question
from dashboard.core.found import (
    Found,
    SearchResult,
    games_found,
    payout_found,
    players_found,
    rounds_found,
    transfer_found,
)
from dashboard.core.text import Deferred, Words, later
from dashboard.provider.archived import NotArchived, first_held, from_archive
from dashboard.provider.failures import failure_text
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import LedgerFailed, Merchant, ProviderFailed
from ledger.schema import payouts
from ledger.transfers import TransferJournal

ROUND_DAYS: Final = 60
"""So far back a round is looked for: each of its files is read for it."""
_MOST: Final = 8
_SHORTEST_NUMBER: Final = 6
"""Ids of rounds and numbers of transfers are at least so long: nothing shorter is looked for among them."""


def search(merchant: Merchant, typed: str, may: Callable[[str], bool]) -> Found:
    """Find what has this id, number, or part of a name or of a player's id.

    `may` says which pages the person may see: nothing is asked for any other. What cannot be asked is a
    sentence of the answer.
    """
    typed, results, unknown = typed.strip(), list[SearchResult](), list[Words]()
    for page, what, shortest, ask_it in _SOURCES:
        if len(typed) >= shortest and may(page):
            try:
                results += ask_it(merchant, typed)
            except (NotArchived, LedgerFailed, ProviderFailed) as error:
                unknown.append(later("{name}: not known now. {why}", name=what, why=_why(error)))
    return Found(tuple(results), tuple(unknown))


def _why(error: NotArchived | LedgerFailed | ProviderFailed) -> Words:
    if isinstance(error, NotArchived):
        return error.sentence
    if isinstance(error, ProviderFailed):
        return Deferred(failure_text, (error,))
    return later("The ledger's database does not answer; try again in a moment.")


def _games(merchant: Merchant, typed: str) -> list[SearchResult]:
    return games_found(typed, game_names(merchant))


def _players(merchant: Merchant, typed: str) -> list[SearchResult]:
    def ask_it(engine: Engine, start_s: int, end_s: int) -> Sequence[Any]:
        return engine.rows(question("find_players", start_s, end_s, part=typed, most=_MOST))

    found = from_archive(merchant, first_held(merchant), merchant.now(), ask_it)
    return players_found(found.value, merchant.zone, merchant.now())


def _rounds(merchant: Merchant, typed: str) -> list[SearchResult]:
    def ask_it(engine: Engine, start_s: int, end_s: int) -> Sequence[Any]:
        return engine.rows(question("rounds_of_id", start_s, end_s, id=typed, most=_MOST))

    now = merchant.now()
    found = from_archive(merchant, now - timedelta(days=ROUND_DAYS), now, ask_it)
    names: Mapping[int, str] = {}
    with suppress(ProviderFailed):  # the games say so
        names = game_names(merchant) if found.value else names
    return rounds_found(found.value, names, merchant.zone, now)


def _transfers(merchant: Merchant, typed: str) -> list[SearchResult]:
    """Those that were sent from here: the provider finds a number only where the player is known."""
    found = TransferJournal(merchant.ledger, merchant.clock).find(typed)
    return [transfer_found(found)] if found else []


def _payouts(merchant: Merchant, typed: str) -> list[SearchResult]:
    with merchant.ledger.reading() as books:
        of_number = select(payouts.c.trans_no, payouts.c.won_at_ms).where(payouts.c.trans_no == typed)
        return [payout_found(row.trans_no, row.won_at_ms, merchant.zone) for row in books.execute(of_number)]


_SOURCES: Final[tuple[tuple[str, Words, int, Callable[[Merchant, str], list[SearchResult]]], ...]] = (
    ("games", later("Games"), 1, _games),
    ("players", later("Players"), 1, _players),
    ("bets", later("Rounds"), _SHORTEST_NUMBER, _rounds),
    ("wallet", later("Transfers"), _SHORTEST_NUMBER, _transfers),
    ("jackpots", later("Payouts"), _SHORTEST_NUMBER, _payouts),
)
"""What is asked, by the page that shows it: its name, and how many letters it takes."""
