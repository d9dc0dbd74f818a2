"""How often each page asks the provider: opened cold, drawn again at once, and in the next minute.

The clocks stand at 09:30 UTC on a Sunday, the business zone is UTC, and pages show the last 7 days beside the
7 before, as they do unless asked for something else. The made-up provider has 30 games beside slots; slots
take one call for all. Jackpots and Status ask by the clock, however often they are drawn: `test_poller.py`,
`test_checks.py`.
"""

from collections import Counter
from typing import NamedTuple

import pytest

STAGE, BONUS = "/api/all/stage/summary", "/api/all/bonus/summary"
SLOTS, GAME, GAMES = "/api/slots/game/stage/summary", "/api/games/game/stage/summary", "/api/all/list"
HISTORY = "/api/all/history"
BALANCE, TRANSFERS = "/open2j/w/transfer/balance", "/open2j/w/transfer/records"
PLAYER_HISTORY = {"/api/slots/user/history": 1, "/api/games/user/history": 1}
PLAYER_SUMS = {"/api/slots/user/stage/summary": 1, "/api/games/user/stage/summary": 1}
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
            # the days in one answer, the compared ones in another; 10 hours of today, 24 of a week ago
            STAGE: 2 + 10 + 24,
            # the period and the compared one: all bonuses, and those still open
            BONUS: 2 * 2,
            SLOTS: 1,
            GAME: OTHERS,
        },
        {},
        # the hour that runs, which is also what today's sum lacks, and the one where the compared period ends
        {STAGE: 2, BONUS: 4, SLOTS: 1, GAME: OTHERS},
    ),
    Page(
        "games",
        {},
        {
            GAMES: 1,
            # the table with its comparison, the 7 days one by one, the 60 days before them one by one
            SLOTS: 2 + 7 + 60,
            GAME: (2 + 7 + 60) * OTHERS,
            # the hours of two whole weeks: the spread of single rounds
            HISTORY: 14 * 24,
            # what the list of games may lack, in the period, the compared one, and the days one by one:
            # the finished ones in one answer
            STAGE: 2 + 2,
        },
        {},
        # the table; the running day by game only each ten minutes, finished days and weeks never again
        {SLOTS: 2, GAME: 2 * OTHERS, STAGE: 2},
    ),
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
        {GAMES: 1, **PLAYER_SUMS, **WALLET},
        {BALANCE: 1},
        {**PLAYER_SUMS, **WALLET},
    ),
    Page(
        "players",
        {"user_id": "101100000000", "buy": "yes"},
        # what the archive's bets do not say; the period lies within one week: slots and other games
        {GAMES: 1, **PLAYER_HISTORY, **PLAYER_SUMS, **WALLET},
        {BALANCE: 1},
        {**PLAYER_HISTORY, **PLAYER_SUMS, **WALLET},
    ),
    Page(
        "bets",
        {},
        # how many there are, every hour of the period, the last ten minutes
        {GAMES: 1, STAGE: 1, HISTORY: 6 * 24 + 10 + 1},
        {},
        {STAGE: 1, HISTORY: 1 + 1},
    ),
    Page("wallet", {}, {}, {}, {}),
    # money is never kept: whoever looks asks
    Page("wallet", {"op_id": "player-000"}, WALLET, WALLET, WALLET),
]


def whole(app):
    """The page once everything has arrived."""
    for _ in range(100):
        if not app.get("progress"):
            assert not app.exception
            return app
        app.run()
    raise AssertionError("the page never got everything")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: " ".join((page.name, *page.query)))
def test_pages_ask_what_they_must_once_and_again_only_what_has_changed(page, open_page, sandbox, clock):
    def asked() -> dict[str, int]:
        calls = Counter(call["path"] for call in sandbox.calls())
        sandbox.clear_calls()
        return dict(calls)

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
