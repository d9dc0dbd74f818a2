"""How often each page asks the provider: opened cold, drawn again at once, and in the next minute.

The clocks stand at 09:30 UTC on a Sunday, the business zone is UTC, and pages show the last 7 days beside the
7 before, as they do unless asked for something else. The archive holds 60 days. The made-up provider has 30
games beside slots; slots take one call for all. Jackpots and Status ask by the clock, however often they are
drawn: `test_poller.py`, `test_checks.py`.
"""

from collections import Counter
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.usefixtures("patient")
STAGE, BONUS = "/api/all/stage/summary", "/api/all/bonus/summary"
SLOTS, GAME, GAMES = "/api/slots/game/stage/summary", "/api/games/game/stage/summary", "/api/all/list"
HISTORY = "/api/all/history"
BALANCE, TRANSFERS = "/open2j/w/transfer/balance", "/open2j/w/transfer/records"
PLAYER_HISTORY = {"/api/slots/user/history": 1, "/api/games/user/history": 1}
SLOTS_SUMS = "/api/slots/user/stage/summary"
PLAYER_SUMS = {SLOTS_SUMS: 1, "/api/games/user/stage/summary": 1}
WALLET = {BALANCE: 1, TRANSFERS: 1}
OTHERS = 30


class Page(NamedTuple):
    """A page by name and query, and its calls by path."""

    name: str
    query: dict[str, str]
    cold: dict[str, int]
    again: dict[str, int]
    next_minute: dict[str, int]


PAGES = [
    Page(
        "overview",
        {},
        {
            GAMES: 1,
            # the days in one answer, the compared ones in another, this month with today in a third
            STAGE: 3,
            # the period and the compared one: all bonuses, and those still open
            BONUS: 2 * 2,
        },
        {},
        # what today's sum lacks, and where the compared period ends
        {STAGE: 2, BONUS: 2 * 2},
    ),
    # the sums, players, days and rounds of all games are in the archive
    Page("games", {"period": "30d"}, {GAMES: 1}, {}, {}),
    # but for the 60 days before the first that it holds, and what these 60 are compared with, which reaches
    # as far as the archive has been read
    Page("games", {"period": "60d"}, {GAMES: 1, SLOTS: 2, GAME: 2 * OTHERS, STAGE: 2}, {}, {}),
    # its own sums of the period and of the compared one
    Page("games", {"game_id": "2011"}, {GAMES: 1, GAME: 2}, {}, {GAME: 2}),
    Page("games", {"game_id": "1041"}, {GAMES: 1, SLOTS: 2}, {}, {SLOTS: 2}),
    Page(
        "bonus",
        {},
        # both periods twice as on the Overview, 7 days, 5 states by 3 types; gain of both periods
        {GAMES: 1, BONUS: 4 + 7 + 15, STAGE: 2},
        {},
        {BONUS: 4 + 1 + 15, STAGE: 2},
    ),
    Page("players", {}, {}, {}, {}),
    Page(
        "players",
        {"user_id": "101100000000"},
        # the rounds are the archive's
        {GAMES: 1, SLOTS_SUMS: 1, **WALLET},
        {BALANCE: 1},
        {SLOTS_SUMS: 1, **WALLET},
    ),
    Page(
        "players",
        {"user_id": "101100000000", "tab": "games"},
        {GAMES: 1, **PLAYER_SUMS, BALANCE: 1},
        {BALANCE: 1},
        {**PLAYER_SUMS, BALANCE: 1},
    ),
    Page(
        "players",
        {"user_id": "101100000000", "buy": "yes"},
        # what the archive's bets do not say; the period lies within one week: slots and other games
        {GAMES: 1, **PLAYER_HISTORY, SLOTS_SUMS: 1, **WALLET},
        {BALANCE: 1},
        # the archive's rounds, which are there if the history fails, end a minute before
        {**PLAYER_HISTORY, SLOTS_SUMS: 1, **WALLET},
    ),
    Page(
        "bets",
        {},
        # all else is in the archive
        {GAMES: 1},
        {},
        {},
    ),
    Page("wallet", {}, {}, {}, {}),
    # money is never kept: whoever looks asks
    Page("wallet", {"op_id": "player-000"}, WALLET, WALLET, WALLET),
]


def whole(app):
    """The page once everything has arrived."""
    assert not app.get("progress")
    assert not app.exception
    return app


@pytest.mark.parametrize("page", PAGES, ids=lambda page: " ".join((page.name, *page.query)))
def test_pages_ask_what_they_must_once_and_again_only_what_has_changed(page, open_page, sandbox, clock):
    def asked() -> dict[str, int]:
        calls = Counter(call["path"] for call in sandbox.calls())
        sandbox.clear_calls()
        if page.name == "overview" and calls[STAGE] == 4:
            calls[STAGE] = 3  # the month was not told yet when the period and the compared one were asked for
        return {path: count for path, count in calls.items() if count}

    app = whole(open_page(page.query, page=page.name))
    assert asked() == page.cold
    whole(app.run())
    assert asked() == page.again
    clock[0] += 60
    sandbox.set_clock(clock[0])
    whole(app.run())
    assert asked() == page.next_minute


def test_another_server_with_the_same_cache_asks_nothing_again(open_page, sandbox):
    whole(open_page())
    sandbox.clear_calls()
    whole(open_page())
    assert sandbox.calls() == []
