"""How answers about parts of a window become one: by what each endpoint's row says."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twoj_client.endpoints import (
    ALL_BONUS_SUMMARY,
    ENDPOINTS,
    GAMES_GAME_STAGE_SUMMARY,
    GAMES_USER_STAGE_SUMMARY,
    SLOTS_GAME_STAGE_SUMMARY,
    SLOTS_USER_STAGE_SUMMARY,
)
from twoj_client.models import BonusSummary, GameSummary, GamesUserSummary, SlotsGameRow, SlotsUserRow

JOINED = [
    (
        ALL_BONUS_SUMMARY,
        [
            BonusSummary(3, 2, Decimal("500.5"), Decimal("0.25"), 70, 60),
            BonusSummary(1, 0, Decimal("-0.5"), Decimal("1.75"), 7, 6),
        ],
        BonusSummary(4, 2, Decimal("500.0"), Decimal("2.00"), 77, 66),
    ),
    (
        GAMES_USER_STAGE_SUMMARY,
        [
            GamesUserSummary(10, 4, 500, 494),
            GamesUserSummary(1, 0, None, 493),
            GamesUserSummary(5, 9, 1, None),
        ],
        GamesUserSummary(16, 13, 500, None),
    ),
    (
        GAMES_GAME_STAGE_SUMMARY,
        [GameSummary(10, 4, 2, 1, 1, 0), GameSummary(5, 9, 1, 1, 0, 1)],
        GameSummary(15, 13, 3, None, None, None),
    ),
    (
        SLOTS_USER_STAGE_SUMMARY,
        [
            [SlotsUserRow(1, "a", 1041, 2, 20, 5, "PHP"), SlotsUserRow(1, "a", 1041, 1, 7, 7, "USD")],
            [SlotsUserRow(1, "a", 1042, 1, 1, 0, "PHP"), SlotsUserRow(1, "a", 1041, 3, 30, 6, "PHP")],
        ],
        [
            SlotsUserRow(1, "a", 1041, 5, 50, 11, "PHP"),
            SlotsUserRow(1, "a", 1041, 1, 7, 7, "USD"),
            SlotsUserRow(1, "a", 1042, 1, 1, 0, "PHP"),
        ],
    ),
    (
        SLOTS_GAME_STAGE_SUMMARY,
        [
            [SlotsGameRow(1041, 2, 20, 5, 15)],
            [],
            [SlotsGameRow(1041, 1, 1, 4, -3), SlotsGameRow(7, 1, 1, 0, 1)],
        ],
        [SlotsGameRow(1041, 3, 21, 9, 12), SlotsGameRow(7, 1, 1, 0, 1)],
    ),
]


@pytest.mark.parametrize(("endpoint", "parts", "whole"), JOINED, ids=[each[0].name for each in JOINED])
def test_parts_become_one_as_the_row_says(endpoint, parts, whole):
    assert endpoint.join(parts) == whole
    assert endpoint.join([whole]) == whole


def test_whatever_is_no_history_and_takes_a_window_says_how_its_parts_are_joined():
    windowed = {
        each.name for each in ENDPOINTS if each.longest_s and not each.row_limit and not each.page_size
    }
    # The stage summary of all games is put together by days.
    assert {each.name for each in ENDPOINTS if each.join} == windowed - {"all.stage_summary"}


@given(
    st.lists(st.builds(SlotsGameRow, st.integers(1, 3), *[st.integers(0, 10**15)] * 4)), st.integers(0, 20)
)
def test_sums_are_the_same_however_the_window_was_cut(rows, cut):
    join = SLOTS_GAME_STAGE_SUMMARY.join
    assert join([rows[:cut], rows[cut:]]) == join([rows])
    assert sum(row.bet_amount for row in join([rows])) == sum(row.bet_amount for row in rows)
