"""What a search makes of what was found: written results, and which games come first."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.found import (
    MOST_GAMES,
    SearchResult,
    games_found,
    payout_found,
    players_found,
    rounds_found,
    transfer_found,
)
from ledger.transfers import CashierTransfer, TransferKind, TransferOrder, TransferOutcome, TransferState

NOW = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
MANILA = ZoneInfo("Asia/Manila")
LATE_S = int(datetime(2026, 3, 14, 17, 5, tzinfo=UTC).timestamp())
"""01:05 on 15 March in Manila."""
GAMES = {
    1041: "Lucky Koi 锦鲤",
    4001: "Fish Hunter",
    4002: "Golden Fish",
    104: "1041 Nights",
    7: "ＦＩＳＨ bowl",
}


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("1041", [1041, 104]),
        ("fish", [7, 4001, 4002]),
        ("FISH h", [4001]),
        ("锦", [1041]),
        ("104", [104]),
        ("ＫＯＩ", [1041]),
        ("4", []),
        ("shark", []),
    ],
)
def test_games_by_id_first_then_by_the_beginning_of_their_name(typed: str, ids: list[int]) -> None:
    found = games_found(typed, GAMES)
    if typed == "4":
        assert [each.query["game_id"] for each in found] == ["104"]
        return
    assert found == [SearchResult(GAMES[i], f"Game {i}", "games", {"game_id": str(i)}) for i in ids]


@given(st.text(max_size=9), st.dictionaries(st.integers(1, 99), st.text(max_size=9), max_size=30))
def test_any_text_finds_a_few_games_that_have_it(typed: str, names: dict[int, str]) -> None:
    found = games_found(typed, names)
    assert len(found) <= MOST_GAMES
    assert len({each.query["game_id"] for each in found}) == len(found)


def test_a_player_is_shown_by_the_providers_id_and_called_by_the_operators() -> None:
    rows = [(101, "whale", 7, LATE_S), (102, None, 1, LATE_S), (103, "", 1, LATE_S)]
    when = "01:05 Asia/Manila"
    assert players_found(rows, MANILA, NOW) == [
        SearchResult("whale", f"Player, user_id 101, last bet {when}", "players", {"user_id": "101"}),
        SearchResult("102", f"Player, user_id 102, last bet {when}", "players", {"user_id": "102"}),
        SearchResult("103", f"Player, user_id 103, last bet {when}", "players", {"user_id": "103"}),
    ]


def test_a_round_is_shown_on_its_own_business_day() -> None:
    rows = [("e-1", 1041, LATE_S), ("e-2", 9, LATE_S)]
    query = {"period": "2026-03-15..2026-03-15"}
    assert rounds_found(rows, GAMES, MANILA, NOW) == [
        SearchResult("e-1", "Round of Lucky Koi 锦鲤, 01:05 Asia/Manila", "bets", query | {"round": "e-1"}),
        SearchResult("e-2", "Round of 9, 01:05 Asia/Manila", "bets", query | {"round": "e-2"}),
    ]
    assert rounds_found(rows[:1], {}, ZoneInfo("UTC"), NOW)[0].query["period"] == "2026-03-14..2026-03-14"


def test_a_transfer_and_a_payout_by_their_numbers() -> None:
    order = TransferOrder("tw-000001", "whale", TransferKind.DEPOSIT, 5000)
    sent = CashierTransfer(order, "ann", TransferOutcome(TransferState.DONE), 0, 0)
    assert transfer_found(sent) == SearchResult(
        "tw-000001", "Transfer of whale", "wallet", {"op_id": "whale", "trans_no": "tw-000001"}
    )
    assert payout_found("x-1", LATE_S * 1000, MANILA) == SearchResult(
        "x-1", "Payout of a jackpot", "jackpots", {"period": "2026-03-15..2026-03-15"}
    )
