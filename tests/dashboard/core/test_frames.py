from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.codes import type_text
from dashboard.core.files import About, csv_bytes, parquet_bytes, xlsx_bytes
from dashboard.core.frames import (
    GAME_TYPES,
    SUMS,
    by_type,
    days_frame,
    endpoint_sums,
    extremes,
    game_ids,
    game_names,
    games_frame,
    hours_frame,
    in_words,
    name_texts,
    row_totals,
    sparklines,
    sum_totals,
    totals,
    with_comparison,
)
from dashboard.core.metrics import METRIC, Totals
from dashboard.core.periods import Period, hour_windows
from dashboard.core.tables import HOURS, HOURS_COMPARED
from dashboard.players.games import player_games
from dashboard.rounds.frame import rounds_frame, with_games
from tests.dashboard.made_periods import custom_period
from twoj_client.models import Bet, Game, GameSummary, SlotsGameRow, StageDay

MANILA = ZoneInfo("Asia/Manila")
BERLIN = ZoneInfo("Europe/Berlin")
PERIOD = custom_period(date(2026, 3, 13), date(2026, 3, 15), date(2026, 3, 15))
NOW = datetime(2026, 3, 15, 6, 5, tzinfo=UTC)
ABOUT = About("Hours", "2026-10-18", "Europe/Berlin", "", "")
BIG_LI = 2**53 + 1


@dataclass
class Sums:
    bet_count: int
    bet_amount: int
    gain_amount: int
    company_gain_amount: int


def _day(day: int, bet_li: int, gain_li: int) -> StageDay:
    return StageDay(date(2026, 3, day), 10, bet_li, -gain_li, gain_li)


def _slots(game_id: int, bet_li: int, gain_li: int) -> SlotsGameRow:
    return SlotsGameRow(game_id, 10, bet_li, -gain_li, gain_li)


def _game(bet_li: int, gain_li: int) -> GameSummary:
    return GameSummary(bet_li, -gain_li, 10, None, None, None)


def test_days_are_exact_in_order_and_the_running_one_is_not_finished() -> None:
    frame = days_frame([_day(15, 3, 1), _day(13, BIG_LI, -BIG_LI), _day(14, 2, 0)], PERIOD, NOW, MANILA)
    assert [day.date() for day in frame["date"]] == PERIOD.days()
    assert frame["bet_amount_li"].tolist() == [BIG_LI, 2, 3]
    assert frame["company_gain_li"].tolist() == [-BIG_LI, 0, 1]
    assert frame["gain_li"].tolist() == [BIG_LI, 0, -1]
    assert frame["finished"].tolist() == [True, True, False]
    assert all(frame[name].dtype == "Int64" for name in SUMS)


def test_a_day_is_finished_at_its_last_moment() -> None:
    midnight = datetime(2026, 3, 15, 16, tzinfo=UTC)
    assert days_frame([], PERIOD, midnight, MANILA)["finished"].tolist() == [True, True, True]
    just_before = midnight - timedelta(microseconds=1)
    assert days_frame([], PERIOD, just_before, MANILA)["finished"].tolist() == [True, True, False]


def test_a_day_without_an_answer_is_not_known_and_not_zero() -> None:
    frame = days_frame([_day(13, 5, 1), _day(15, 0, 0)], PERIOD, NOW, MANILA)
    assert row_totals(frame) == [Totals(10, 5, -1, 1), None, Totals(10, 0, 0, 0)]


@pytest.mark.parametrize(
    ("start", "end", "known"),
    [
        # 14 March in Manila is 13 March 16:00 to 14 March 16:00 UTC.
        (datetime(2026, 3, 13, 16, tzinfo=UTC), datetime(2026, 3, 14, 16, tzinfo=UTC), [True, False, True]),
        (datetime(2026, 3, 14, 15, tzinfo=UTC), datetime(2026, 3, 14, 17, tzinfo=UTC), [True, False, False]),
        (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 12, 16, tzinfo=UTC), [True, True, True]),
    ],
)
def test_part_of_a_day_is_not_the_day(start: datetime, end: datetime, known: list[bool]) -> None:
    missing = [(int(start.timestamp()), int(end.timestamp()))]
    frame = days_frame([_day(13, 1, 0), _day(14, 1, 0), _day(15, 1, 0)], PERIOD, NOW, MANILA, missing)
    assert frame["bet_amount_li"].notna().tolist() == known


def test_compared_days_meet_by_position() -> None:
    days = days_frame([_day(13, 1, 0), _day(14, 2, 0), _day(15, 3, 0)], PERIOD, NOW, MANILA)
    earlier = Period("", date(2026, 3, 10), date(2026, 3, 12))
    before = days_frame([_day(10, 7, 0), _day(12, 9, 0)], earlier, NOW, MANILA)
    both = with_comparison(days, before)
    assert both["bet_amount_li"].tolist() == [1, 2, 3]
    assert both["before_bet_amount_li"].tolist() == [7, pd.NA, 9]
    assert [day.date() for day in both["before_date"]] == earlier.days()
    assert row_totals(both, "before_")[0] == Totals(10, 7, 0, 0)


def _days(first: date, count: int) -> pd.DataFrame:
    rows = [first + timedelta(days=number) for number in range(count)]
    frame = pd.DataFrame({"date": rows})
    for name in SUMS:
        frame[name] = pd.array([each.day for each in rows], dtype="Int64")
    return frame


@pytest.mark.parametrize(
    ("first", "count", "before_first", "before_count", "pairs", "lacking"),
    [
        (date(2026, 3, 1), 31, date(2026, 2, 1), 28, 28, [29, 30, 31]),
        (date(2026, 2, 15), 28, date(2026, 1, 15), 31, 28, []),
        (date(2025, 2, 1), 59, date(2024, 2, 1), 60, 59, []),
        (date(2026, 3, 1), 31, date(2025, 3, 1), 31, 31, []),
    ],
)
def test_days_of_months_of_other_lengths_meet_by_the_day_of_the_month(
    first, count, before_first, before_count, pairs, lacking
):
    both = with_comparison(_days(first, count), _days(before_first, before_count))
    met = both[both["before_date"].notna()]
    assert len(met) == pairs
    assert [day.day for day in met["date"]] == [day.day for day in met["before_date"]]
    assert met["before_bet_count"].tolist() == met["bet_count"].tolist()
    assert [day.day for day in both[both["before_date"].isna()]["date"]] == lacking
    assert both["before_bet_count"].isna().sum() == len(lacking)


def test_sums_are_exact_and_leave_out_what_is_not_known() -> None:
    frame = days_frame([_day(13, BIG_LI, 1), _day(15, BIG_LI, -3)], PERIOD, NOW, MANILA)
    assert sum_totals(frame) == Totals(20, 2 * BIG_LI, 2, -2)
    assert sum_totals(days_frame([], PERIOD, NOW, MANILA)) is None
    quiet = days_frame([StageDay(date(2026, 3, 13), 0, 0, 0, 0)], PERIOD, NOW, MANILA)
    assert sum_totals(quiet) == Totals()


def _hours(day: date, zone: ZoneInfo, until: datetime) -> dict[datetime, Sums]:
    starts = [start for start, _ in hour_windows(day, zone) if start < until]
    return {start: Sums(1, 1000 + number, -10, 10) for number, start in enumerate(starts)}


def test_hours_of_today_beside_the_same_weekday() -> None:
    today, before = date(2026, 3, 15), date(2026, 3, 8)
    frame = hours_frame(today, _hours(today, MANILA, NOW), before, _hours(before, MANILA, NOW), NOW, MANILA)
    assert frame["hour"].tolist() == [f"{hour:02}:00" for hour in range(24)]
    assert frame["bet_amount_li"].tolist() == [*range(1000, 1015), *[pd.NA] * 9]
    assert frame["before_bet_amount_li"].tolist() == list(range(1000, 1024))
    assert frame["finished"].tolist() == [True] * 14 + [False] * 10


def test_an_hour_that_clocks_skip_or_repeat_meets_nothing_or_is_named() -> None:
    spring, before = date(2026, 3, 29), date(2026, 3, 22)
    late = datetime(2026, 12, 1, tzinfo=UTC)
    frame = hours_frame(
        spring, _hours(spring, BERLIN, late), before, _hours(before, BERLIN, late), late, BERLIN
    )
    assert len(frame) == 24
    skipped = frame[frame["hour"] == "02:00"].iloc[0]
    assert skipped["bet_amount_li"] is pd.NA
    assert skipped["before_bet_amount_li"] == 1002
    assert skipped["finished"]
    after = frame[frame["hour"] == "03:00"].iloc[0]
    assert (after["bet_amount_li"], after["before_bet_amount_li"]) == (1002, 1003)

    autumn, before = date(2026, 10, 25), date(2026, 10, 18)
    frame = hours_frame(
        autumn, _hours(autumn, BERLIN, late), before, _hours(before, BERLIN, late), late, BERLIN
    )
    assert frame["hour"].tolist()[1:5] == ["01:00", "02:00", "02:00 again", "03:00"]
    assert frame["bet_amount_li"].tolist()[1:5] == [1001, 1002, 1003, 1004]
    assert frame["before_bet_amount_li"].tolist()[1:5] == [1001, 1002, pd.NA, 1003]
    file = csv_bytes(HOURS, frame).decode("utf-8-sig").splitlines()
    assert file[0].startswith("Hour,Start,Bets,")
    assert [line.split(",")[:2] for line in file[3:5]] == [
        ["02:00", "2026-10-25 02:00:00+02:00"],
        ["02:00 again", "2026-10-25 02:00:00+01:00"],
    ]
    back = hours_frame(
        before, _hours(before, BERLIN, late), autumn, _hours(autumn, BERLIN, late), late, BERLIN
    )
    starts = [line.split(",")[6] for line in csv_bytes(HOURS_COMPARED, back).decode().splitlines()[3:5]]
    assert starts == ["2026-10-25 02:00:00+02:00", "2026-10-25 02:00:00+01:00"], "of the compared day"
    assert [line.split(",")[1] for line in csv_bytes(HOURS, back).decode().splitlines()[3:5]] == [
        "2026-10-18 02:00:00+02:00",
        "",
    ]
    xlsx_bytes(ABOUT, HOURS, back)
    parquet_bytes(ABOUT, HOURS, back)


GAMES = [
    Game(1041, "Elves", "Slots"),
    Game(1042, "Quiet", "Slots"),
    Game(2011, "<b>Roulette</b>", "Multiplayer"),
    Game(3011, "麻将", "Table"),
    Game(6001, "Crash", "Crypto"),
]


def test_games_of_all_types_in_one_table() -> None:
    slots = [_slots(1041, 1000, 40), _slots(1999, BIG_LI, -BIG_LI)]
    frame = games_frame(
        GAMES,
        endpoint_sums(
            GAMES, slots, {2011: _game(500, -20), 3011: None, 4005: _game(10, 1), 9001: _game(10, 1)}
        ),
    )
    assert frame[["game_id", "name", "type"]].to_numpy().tolist() == [
        [1041, "Elves", "Slots"],
        [1042, "Quiet", "Slots"],
        [1999, "1999", "Slots"],
        [2011, "<b>Roulette</b>", "Multiplayer"],
        [3011, "麻将", "Table"],
        [4005, "4005", "Fish"],
        [9001, "9001", "Other"],
    ]
    assert row_totals(frame) == [
        Totals(10, 1000, -40, 40),
        Totals(),
        Totals(10, BIG_LI, BIG_LI, -BIG_LI),
        Totals(10, 500, 20, -20),
        None,
        Totals(10, 10, -1, 1),
        Totals(10, 10, -1, 1),
    ]
    assert frame["hold"].tolist() == [0.04, pd.NA, -1.0, -0.04, pd.NA, 0.1, 0.1]


def test_slots_that_did_not_answer_are_not_known() -> None:
    frame = games_frame(GAMES, endpoint_sums(GAMES, None, {2011: _game(500, -20)}))
    assert row_totals(frame) == [None, None, Totals(10, 500, 20, -20)]


def test_the_lists_type_wins_over_the_range_of_ids() -> None:
    frame = games_frame(
        [Game(2500, "Moved", "Fish"), Game(2501, "New", "Arcade")],
        endpoint_sums(
            [Game(2500, "Moved", "Fish"), Game(2501, "New", "Arcade")],
            [],
            {2500: _game(1, 0), 2501: _game(1, 0)},
        ),
    )
    assert frame["type"].tolist() == ["Fish", "Other"]


def test_the_games_that_made_and_lost_the_most() -> None:
    slots = [_slots(1000 + n, 1000, gain) for n, gain in enumerate([5, -1, 30, 0, -40, 20, 10])]
    found = extremes(games_frame([], endpoint_sums([], slots, {3000: None})), count=2)
    assert found["company_gain_li"].tolist() == [30, 20, -1, -40]
    assert extremes(games_frame([], endpoint_sums([], [], {}))).empty


def test_extremes_never_call_a_gain_a_loss() -> None:
    slots = [_slots(1000, 1000, 5), _slots(1001, 1000, 0)]
    assert extremes(games_frame([], endpoint_sums([], slots, {})))["game_id"].tolist() == [1000]


def test_types_in_their_own_order_with_shares_of_the_known() -> None:
    games = games_frame(
        GAMES,
        endpoint_sums(
            GAMES, [_slots(1041, 600, 60)], {6001: _game(300, -30), 2011: _game(100, 1), 3011: None}
        ),
    )
    types = by_type(games)
    assert types["type"].tolist() == ["Slots", "Multiplayer", "Crypto"]
    assert types["share"].tolist() == [0.6, 0.1, 0.3]
    assert types["hold"].tolist() == [0.1, 0.01, -0.1]
    assert by_type(games_frame(GAMES, endpoint_sums(GAMES, [], {}))).empty


def test_small_lines_leave_out_the_unfinished_and_the_unknown() -> None:
    frame = days_frame([_day(13, 2_500_000, 100_000), _day(15, 1000, 1)], PERIOD, NOW, MANILA)
    shown = [METRIC[key] for key in ("bet_amount", "hold", "bets")]
    assert sparklines(frame, shown) == [[2500.0], [4.0], [10.0]]
    no_bets = days_frame([_day(13, 0, 0)], PERIOD, NOW, MANILA)
    assert sparklines(no_bets, [METRIC["hold"]]) == [[]]


def test_the_five_types_of_the_document() -> None:
    assert GAME_TYPES == ("Slots", "Multiplayer", "Table", "Fish", "Crypto")


def listed(*games: tuple[int, str, str]) -> list[Game]:
    return [Game(*each) for each in games]


def test_games_of_one_name_are_told_apart_by_id_however_it_is_written() -> None:
    names = game_names(
        listed((4011, "Fish King", "Fish"), (4012, "fish  KING ", "Fish"), (4013, "Ｆish King", "Fish"))
        + listed((1001, "Fish Kings", "Slots"), (1002, "", "Slots"), (1003, " ", "Slots"))
    )
    assert names == {
        4011: "Fish King (4011)",
        4012: "fish  KING (4012)",
        4013: "Ｆish King (4013)",
        1001: "Fish Kings",
        1002: "1002",
        1003: "1003",
    }


@given(st.lists(st.text(max_size=4), max_size=8))
def test_no_two_games_have_one_name(texts: list[str]) -> None:
    games = [Game(1001 + place, text, "Slots") for place, text in enumerate(texts)]
    names = game_names(games)
    assert len({name.casefold() for name in names.values()}) == len(games)


def test_every_table_has_games_of_one_name_apart() -> None:
    games = listed((1001, "Twin", "Slots"), (1002, "Twin", "Slots"))
    frame = games_frame(games, endpoint_sums(games, None, {}))
    assert frame["name"].tolist() == ["Twin (1001)", "Twin (1002)"]
    rounds = rounds_frame([Bet("a", "a", 1002, 7, "p", 100, 0, 0, 0, 1, 1)])
    assert with_games(rounds, games)["game"].tolist() == ["Twin (1002)"]
    assert player_games(with_games(rounds, games), None, None, games)["game"].tolist() == ["Twin (1002)"]


def test_a_day_of_which_nothing_has_passed_is_nothing_and_not_unknown() -> None:
    zone = ZoneInfo("UTC")
    period = Period("7d", date(2026, 3, 13), date(2026, 3, 15))
    midnight = datetime(2026, 3, 15, tzinfo=UTC)
    found = days_frame([], period, midnight, zone)
    assert found["bet_amount_li"].isna().tolist() == [True, True, False]
    assert found["bet_amount_li"].tolist()[2] == 0
    later = days_frame([], period, midnight + timedelta(minutes=1), zone)
    assert later["bet_amount_li"].isna().tolist() == [True, True, True]


def test_what_the_list_of_games_lacks_stands_in_every_split_by_name() -> None:
    games = [Game(1001, "Quiet", "Slots"), Game(2011, "Roulette", "Multiplayer")]
    slots = [SlotsGameRow(1001, 10, 5000, 500, -500)]
    others = {2011: GameSummary(3000, -300, 4, 2, 1, 1)}
    parts = games_frame(games, endpoint_sums(games, slots, others))
    bets, bet_li, gain_li = (parts[name].sum() for name in ("bet_count", "bet_amount_li", "gain_li"))
    whole = StageDay(date(2026, 3, 15), bets + 3, bet_li + 1_234_000, gain_li - 34_000, -gain_li + 34_000)
    found = games_frame(games, endpoint_sums(games, slots, others), totals(whole))
    last = in_words(found).iloc[-1]
    assert (last["name"], last["type"]) == ("Not in the list", "Not listed")
    assert game_ids(found) == [1001, 2011, None], "no address and no file takes it for a game"
    assert (
        name_texts(games_frame(games, endpoint_sums(games, slots, others), totals(whole), settled=False))[-1]
        == "Not in list so far"
    )
    assert last[["bet_count", "bet_amount_li", "company_gain_li"]].tolist() == [3, 1_234_000, 34_000]
    assert found["bet_amount_li"].sum() == bet_li + 1_234_000
    assert [type_text(kind) for kind in by_type(found)["type"]] == ["Slots", "Multiplayer", "Not listed"]
    assert None in game_ids(extremes(found, 1))
    # Less than its parts is said as well; and part of the answers is no missing game.
    assert (
        games_frame(
            games, endpoint_sums(games, slots, others), totals(StageDay(date(2026, 3, 15), 0, 0, 0, 0))
        ).iloc[-1]["bet_amount_li"]
        == -bet_li
    )
    assert len(games_frame(games, endpoint_sums(games, slots, {2011: None}), totals(whole))) == 2
    assert len(games_frame(games, endpoint_sums(games, None, others), totals(whole))) == 2
