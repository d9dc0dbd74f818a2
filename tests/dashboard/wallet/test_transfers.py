"""The wallet's address, the running balance and where its chain breaks."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.theme import LIGHT
from dashboard.wallet.figures import wallet_chart
from dashboard.wallet.transfers import TransferQuery, described, in_words, read_wanted, transfers_frame
from tests.asked import asked

UTC = ZoneInfo("UTC")
MANILA = ZoneInfo("Asia/Manila")
S = "\u00a0"


@dataclass
class Record:
    type: int
    amount: int
    after_balance: int
    created_at: int = 1_773_567_000
    ref_id: str = "order-1"
    trans_no: str = "101-order-1"


# A deposit, a loss of 20 at the tables, a withdrawal of all, a deposit.
STAY = [
    Record(4, 50_000, 50_000, 1_773_570_000),
    Record(3, 80_000, 0, 1_773_568_000),
    Record(4, 100_000, 100_000),
]


def column(frame: pd.DataFrame, name: str) -> list[object]:
    return [None if pd.isna(value) else value for value in frame[name].tolist()]


def test_an_empty_address_asks_for_nobody() -> None:
    assert read_wanted(asked()) == TransferQuery()


def test_the_address_names_player_and_filters() -> None:
    query = {
        "op_id": "玩家 1",
        "type": "4",
        "trans_no": "order-1",
        "before": "2026-03-15T09:30",
        "next_id": "17",
    }
    assert read_wanted(asked(query, zone=MANILA)) == TransferQuery(
        "玩家 1", 4, "order-1", datetime(2026, 3, 15, 9, 30, tzinfo=MANILA), 17
    )
    assert (
        described(read_wanted(asked(query, zone=MANILA)), MANILA)
        == "deposits, number order-1, created before 15 Mar 2026, 09:30 Asia/Manila"
    )
    assert described(TransferQuery("whale"), UTC) == ""


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"type": "5"}, "The type must be 4 (deposit) or 3 (withdrawal); both are shown."),
        ({"type": "deposit"}, "The type must be 4"),
        ({"trans_no": "short"}, "The trans_no must be a transfer's number of 6 to 64 characters;"),
        ({"trans_no": "x" * 65}, "The trans_no must be a transfer's number of 6 to 64 characters;"),
        ({"before": "yesterday"}, "The before must be a time from 2004 on such as 2026-03-15T09:30,"),
        ({"before": "2001-09-09T01:46:39Z"}, "The before must be a time from 2004 on"),
        ({"before": "0001-01-01"}, "The before must be a time from 2004 on"),
        ({"before": "9999-12-31T23:59"}, "The before must be a time from 2004 on"),
        (
            {"next_id": "-1"},
            "The next_id must be the number of an older page; the newest transfers are shown.",
        ),
        ({"next_id": "²"}, "The next_id must be the number of an older page;"),
        ({"next_id": str(2**63)}, "The next_id must be the number of an older page;"),
        ({"next_id": "9" * 5000}, "The next_id must be the number of an older page;"),
    ],
)
def test_a_wrong_value_is_one_sentence_and_left_out(query: dict[str, str], sentence: str) -> None:
    assert read_wanted(asked(query)) == TransferQuery()
    (problem,) = asked(query).problems("wallet")
    assert problem.startswith(sentence)


def test_the_balance_runs_from_transfer_to_transfer() -> None:
    frame = transfers_frame(STAY, MANILA)
    assert column(frame, "type") == ["Deposit", "Withdrawal", "Deposit"]
    assert column(frame, "amount_li") == [50_000, 80_000, 100_000]
    assert column(frame, "before_li") == [0, 80_000, 0]
    assert column(frame, "after_li") == [50_000, 0, 100_000]
    assert column(frame, "between_li") == [0, -20_000, None]
    assert frame["at"][2].isoformat() == "2026-03-15T17:30:00+08:00"


def test_the_oldest_row_of_a_page_follows_the_transfer_on_the_next_one() -> None:
    assert column(transfers_frame(STAY[:2], UTC, STAY[2]), "between_li") == [0, -20_000]
    assert column(transfers_frame(STAY[:2], UTC), "between_li") == [0, None]


def test_amounts_beyond_what_a_float_holds() -> None:
    most = 2**63 - 1
    frame = transfers_frame([Record(4, 2**53 + 1, most), Record(4, 1, most - 2**53 - 2)], UTC)
    assert column(frame, "before_li") == [most - 2**53 - 1, most - 2**53 - 3]
    assert column(frame, "between_li") == [1, None]


def test_a_type_that_the_document_does_not_name_is_shown_and_breaks_the_chain_after_it() -> None:
    frame = transfers_frame([Record(4, 10, 30), Record(7, 5, 20), Record(4, 20, 20)], UTC)
    assert column(frame, "type") == ["Deposit", "Type 7", "Deposit"]
    assert column(frame, "before_li") == [20, None, 0]
    assert column(frame, "between_li") == [0, None, None]


def test_a_withdrawal_may_come_with_a_minus_sign() -> None:
    frame = transfers_frame([Record(3, -80, 20)], UTC)
    assert (column(frame, "amount_li"), column(frame, "before_li")) == ([80], [100])


def test_no_records_make_an_empty_table() -> None:
    frame = transfers_frame([], UTC)
    assert frame.empty
    assert in_words(frame, "PHP") == ""
    assert str(frame["at"].dtype).endswith("UTC]")


moves = st.lists(
    st.tuples(st.sampled_from([3, 4]), st.integers(1, 10**15), st.integers(-(10**12), 10**12)), max_size=12
)


@given(moves=moves, cut=st.integers(0, 12))
@pytest.mark.slow
def test_whatever_happened_the_columns_add_up_and_pages_join(
    moves: list[tuple[int, int, int]], cut: int
) -> None:
    """What was between two transfers is told to the li, wherever the pages are cut."""
    balance, records, between = 10**16, [], []
    for kind, amount, played in moves:
        balance += played
        balance += amount if kind == 4 else -amount
        between.insert(0, played)
        records.insert(0, Record(kind, amount, balance))
    cut = min(cut, len(records))
    newer = transfers_frame(records[:cut], UTC, *records[cut : cut + 1])
    older = transfers_frame(records[cut:], UTC)
    found = [*column(newer, "between_li"), *column(older, "between_li")]
    assert found == [*between[:-1], None][: len(moves)]


def test_sums_in_words() -> None:
    frame = transfers_frame(STAY, UTC)
    assert in_words(frame, "PHP") == (f"2 deposits of 150{S}PHP · 1 withdrawal of 80{S}PHP · net +70{S}PHP")
    assert in_words(frame[frame["type"] == "Withdrawal"], None) == "1 withdrawal of 80"
    large = transfers_frame([Record(4, 2**62, 2**62), Record(4, 2**62, 2**62)], UTC)
    assert in_words(large, None) == "2 deposits of 9,223,372,036,854,775.808"


def test_the_line_goes_on_only_where_the_balance_does() -> None:
    line, marks = wallet_chart(transfers_frame(STAY, MANILA), LIGHT, "PHP", MANILA).data
    assert list(line.y) == [0.0, 100.0, None, 80.0, 0.0, 0.0, 50.0]
    assert line.x[0] == "2026-03-15 17:30:00"
    assert list(marks.marker.symbol) == ["triangle-up", "triangle-down", "triangle-up"]
    assert marks.customdata[1] == (
        f"Withdrawal 80{S}PHP<br>Balance 80{S}PHP → 0{S}PHP<br>"
        f"Since the transfer before −20{S}PHP<br>2026-03-15 17:46:40"
    )


def test_the_hour_that_comes_twice_is_told_apart_in_the_hover() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    frame = transfers_frame(STAY, MANILA)
    frame["at"] = frame["at"].map(lambda _: pd.Timestamp(1_792_891_800, unit="s", tz=berlin))
    marks = wallet_chart(frame, LIGHT, None, berlin).data[1]
    assert {words.rpartition("<br>")[2] for words in marks.customdata} == {"2026-10-25 02:30:00 (+01:00)"}


def test_an_unknown_type_is_drawn_at_what_is_known_of_it() -> None:
    line, marks = wallet_chart(transfers_frame([Record(7, 5, 20_000)], UTC), LIGHT, None, UTC).data
    assert list(line.y) == [None, 20.0]
    assert list(marks.marker.symbol) == ["circle"]


@pytest.mark.parametrize("told", [0, -1, 1_773_567_000_000, 1_773_567_000_000_000, 2**63 - 1])
def test_a_transfer_whose_time_is_none_is_listed_all_the_same(told: int) -> None:
    frame = transfers_frame([Record(4, 50_000, 50_000, told), Record(4, 20_000, 20_000)], UTC)
    assert column(frame, "at") == [None, pd.Timestamp("2026-03-15 09:30", tz=UTC)]
    assert column(frame, "amount_li") == [50_000, 20_000]
