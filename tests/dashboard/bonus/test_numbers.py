from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard.bonus.figures import bonus_days_chart, funnel_chart
from dashboard.bonus.numbers import (
    BonusQuery,
    bonus_days_frame,
    bonus_parts_frame,
    bonus_rows,
    bonus_totals,
    described,
    read_wanted,
)
from dashboard.charts.theme import LIGHT
from dashboard.core import tables
from dashboard.core.codes import CREATE_TYPES, STATES
from dashboard.core.files import csv_bytes
from dashboard.core.metrics import BONUS_METRIC, BONUS_METRICS, BonusTotals, change
from dashboard.core.periods import Period
from dashboard.core.query import PERIOD, Query
from tests.asked import asked
from twoj_client.models import BonusSummary

UTC_ZONE = ZoneInfo("UTC")
TODAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
S = "\u00a0"

# The example in the provider's document of /api/all/bonus/summary.
EXAMPLE = BonusSummary(71, 45, Decimal("24109360.0"), Decimal("1205500.0"), 21_055_500, -8_534_000)
NOTHING = BonusSummary(0, 0, Decimal("0.0"), Decimal("0.0"), 0, 0)
HUGE = BonusSummary(2, 1, Decimal(2**53 + 1), Decimal("0.5"), 2**63 - 1, -(2**53 + 1))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bonus_issued", 71),
        ("bonus_used", 45),
        ("use_rate", Fraction(45, 71)),
        ("bonus_open", 7),
        ("bonus_amount", 24_109_360),
        ("converted_cash", 1_205_500),
        ("conversion_rate", Fraction(1_205_500, 24_109_360)),
        ("bonus_wagered", 21_055_500),
        ("bonus_win", -8_534_000),
        ("bonus_cost", Fraction(12_055, 100_000)),
        ("net_gain", 8_794_500),
    ],
)
def test_metrics_of_the_documents_example(key: str, value: int | Fraction) -> None:
    totals = bonus_totals(EXAMPLE, open_count=7, company_gain_li=10_000_000)
    assert BONUS_METRIC[key].of(totals) == value


def test_no_denominator_no_value() -> None:
    empty = bonus_totals(NOTHING, 0, 0)
    none = {metric.key for metric in BONUS_METRICS if metric.of(empty) is None}
    assert none == {"use_rate", "conversion_rate", "bonus_cost"}


@pytest.mark.parametrize("gain_li", [0, -1, -5_000_000])
def test_without_a_gain_there_is_a_net_gain_but_no_share_of_it(gain_li: int) -> None:
    totals = bonus_totals(EXAMPLE, 0, gain_li)
    assert BONUS_METRIC["bonus_cost"].of(totals) is None
    assert BONUS_METRIC["net_gain"].of(totals) == gain_li - 1_205_500


def test_what_is_not_known_is_not_zero() -> None:
    totals = bonus_totals(EXAMPLE)
    assert [BONUS_METRIC[key].of(totals) for key in ("bonus_open", "bonus_cost", "net_gain")] == [None] * 3


def test_a_lower_cost_is_good_and_a_lower_net_gain_is_bad() -> None:
    before = bonus_totals(EXAMPLE, 0, 10_000_000)
    cheaper, poorer = (
        replace(before, converted_cash_li=5),
        replace(before, company_gain_li=9_000_000),
    )
    assert change(BONUS_METRIC["bonus_cost"], cheaper, before).verdict == "good"
    assert change(BONUS_METRIC["net_gain"], poorer, before).verdict == "bad"
    assert change(BONUS_METRIC["converted_cash"], cheaper, before).verdict == "neutral"


@pytest.mark.parametrize(
    ("said", "li"),
    [("1205500.0", 1_205_500), ("0.5", 1), ("0.49", 0), ("-0.5", -1), (f"{2**53 + 1}.0", 2**53 + 1)],
)
def test_decimal_amounts_are_whole_li(said: str, li: int) -> None:
    totals = bonus_totals(BonusSummary(1, 1, Decimal(said), Decimal(said), 0, 0))
    assert (totals.release_bonus_li, totals.converted_cash_li) == (li, li)


def test_filters_are_read_from_the_address() -> None:
    query = {
        "type": "3,1",
        "state": "5, 2",
        "game_id": "1062,1033,1062",
        "user_id": "102115212044",
        "op_id": "玩家-<b>",
        "mch_id": "114",
    }
    assert read_wanted(asked(query)) == BonusQuery(
        (1, 3), (2, 5), (1033, 1062), 102115212044, "玩家-<b>", 114
    )
    assert read_wanted(asked({"period": "7d", "type": "", "op_id": ""})) == BonusQuery()


SENTENCES = {
    "type": "The type must be among 1 (API created), 2 (Backend created), 3 (Officially created)",
    "state": "The state must be among 1 (Active), 2 (Wagering), 3 (Completed), 4 (Cancelled), 5 (Expired)",
    "game_id": "The game_id must be whole numbers above 0, such as 1033,1062",
    "user_id": "The user_id must be the provider's id of a player, a whole number above 0",
    "mch_id": "The mch_id must be a merchant's id, a whole number above 0",
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("type", "4"),
        ("type", "1,backend"),
        ("type", "0"),
        ("state", "6"),
        ("state", "-1"),
        ("game_id", "Elves"),
        ("user_id", "1.5"),
        ("user_id", "12,13"),
        ("user_id", "²"),
        ("user_id", str(2**63)),
        ("user_id", "9" * 5000),
        ("mch_id", "0"),
    ],
)
def test_a_wrong_filter_is_one_sentence_and_no_filter(name: str, text: str) -> None:
    query = asked({name: text, "op_id": "whale"})
    (problem,) = query.problems("bonus")
    assert problem.startswith(SENTENCES[name])
    assert read_wanted(query) == BonusQuery(op_id="whale")


def test_filters_in_words() -> None:
    wanted = BonusQuery((1, 3), (2,), (1021, 9999), 5, "whale", 114)
    assert described(wanted, {1021: "麻将来了"}) == (
        "API created or Officially created · Wagering · 麻将来了 or 9999"
        " · user id 5 · op id whale · merchant 114"
    )
    assert described(BonusQuery(), {}) == ""


def _days() -> pd.DataFrame:
    period = Period("", TODAY - timedelta(days=3), TODAY)
    found = {TODAY - timedelta(days=3): EXAMPLE, TODAY - timedelta(days=1): NOTHING, TODAY: HUGE}
    return bonus_days_frame(found, period, NOW, UTC_ZONE)


def test_days_hold_the_providers_sums_and_gaps() -> None:
    days = _days()
    assert days["date"].dt.date.tolist() == [TODAY - timedelta(days=n) for n in (3, 2, 1, 0)]
    assert days["finished"].tolist() == [True, True, True, False]
    assert bonus_rows(days) == [bonus_totals(EXAMPLE), None, bonus_totals(NOTHING), bonus_totals(HUGE)]
    assert days["use_rate"].isna().tolist() == [False, True, True, False]
    assert days["use_rate"][0] == pytest.approx(45 / 71)


def test_files_are_exact() -> None:
    lines = csv_bytes(tables.BONUS_DAYS, _days()).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Day of creation,")
    assert lines[-4] == "2026-03-12,71,45,0.633803,24109.360,1205.500,0.050001,21055.500,-8534.000"
    assert lines[-3] == "2026-03-13" + "," * 8
    assert lines[-2] == "2026-03-14,0,0,,0.000,0.000,,0.000,0.000"
    big = "9007199254740.993"
    assert lines[-1] == f"2026-03-15,2,1,0.500000,{big},0.001,0.000000,9223372036854775.807,-{big}"


def test_parts_stand_in_the_providers_order_and_a_failed_one_is_not_known() -> None:
    found = {(state, create_type): NOTHING for state in STATES for create_type in CREATE_TYPES}
    parts = bonus_parts_frame(dict(reversed(found.items())) | {(3, 2): EXAMPLE, (5, 3): None})
    assert parts["state"].tolist() == [name for name in STATES.values() for _ in CREATE_TYPES]
    assert parts["create_type"].tolist() == list(CREATE_TYPES.values()) * 5
    rows = bonus_rows(parts)
    assert (rows[7], rows[14], rows[2]) == (bonus_totals(EXAMPLE), None, bonus_totals(NOTHING))
    assert parts["conversion_rate"].isna().tolist() == [number != 7 for number in range(15)]


def test_what_is_in_no_part_stands_in_a_last_row() -> None:
    """Exactly: no fraction of a li of each part adds up to one."""
    part = BonusSummary(0, 0, Decimal("0.4"), Decimal("0.4"), 0, 0)
    found: dict[tuple[int, int], BonusSummary | None] = {(1, 1): EXAMPLE, (1, 2): part, (2, 1): part}
    whole = BonusSummary(74, 44, Decimal("24109361.8"), Decimal("1205500.8"), 21_055_600, -8_534_000)
    parts = bonus_parts_frame(found, whole)
    assert parts["state"].tolist()[3:] == ["In none of these"]
    assert bonus_rows(parts)[3] == BonusTotals(3, -1, 1, 0, 100, 0)
    assert bonus_parts_frame(found, whole, settled=False)["state"].iloc[3] == "So far in none of these"
    agreeing = BonusSummary(71, 45, Decimal("24109360.8"), Decimal("1205500.8"), 21_055_500, -8_534_000)
    assert len(bonus_parts_frame(found, agreeing)) == 3
    assert len(bonus_parts_frame(found | {(2, 1): None}, whole)) == 3, "not known is no difference"


def test_a_day_that_began_a_minute_ago_has_no_bonuses_yet_and_is_no_gap() -> None:
    midnight = datetime(2026, 3, 15, tzinfo=UTC)
    period = Period("", TODAY - timedelta(days=1), TODAY)
    assert bonus_rows(bonus_days_frame({}, period, midnight, UTC_ZONE)) == [None, bonus_totals(NOTHING)]
    later = bonus_days_frame({}, period, midnight + timedelta(minutes=1), UTC_ZONE)
    assert bonus_rows(later) == [None, None], "asked for, and not answered"


def test_columns_say_what_the_providers_document_says() -> None:
    meanings = {column.title: column.meaning for column in tables.BONUS_PARTS}
    assert "“Total bonus amount issued for used BG”" in meanings["Bonus amount"]
    assert "“Total win amount during wagering period”" in meanings["Win during wagering"]


def test_the_funnel_measures_number_and_amount_each_by_itself() -> None:
    bars = funnel_chart(bonus_totals(EXAMPLE), LIGHT, "PHP").data[0]
    assert list(bars.x) == [1, pytest.approx(45 / 71), 1, pytest.approx(1_205_500 / 24_109_360)]
    assert list(bars.text) == ["71", f"45 · 63.4{S}%", f"24.1K{S}PHP", f"1.21K{S}PHP · 5.0{S}%"]
    assert bars.customdata[3] == f"Converted to cash 1,205.50{S}PHP<br>Conversion rate 5.00{S}%"


def test_the_funnel_draws_what_exceeds_the_bonus() -> None:
    more = BonusTotals(2, 2, 1000, 1500, 0, 0)
    figure = funnel_chart(more, LIGHT, None)
    assert figure.data[0].x[3] == 1.5
    assert figure.layout.xaxis.range[1] >= 3


def test_an_empty_funnel_has_no_bars_and_no_shares() -> None:
    bars = funnel_chart(bonus_totals(NOTHING), LIGHT, None).data[0]
    assert list(bars.x) == [0, 0, 0, 0]
    assert list(bars.text) == ["0", "0 · –", "0", "0 · –"]


def test_days_show_the_part_within_the_whole() -> None:
    figure = bonus_days_chart(_days(), LIGHT, "PHP", UTC_ZONE)
    issued, used, amount, converted = figure.data
    assert list(issued.y) == [71, None, 0, 2]
    assert list(used.y) == [45, None, 0, 1]
    assert amount.y[0] == 24_109.36
    assert converted.y[0] == 1205.5
    assert used.width == issued.width / 2
    assert list(issued.meta) == list(amount.meta)
    assert issued.meta[3] == f"period={TODAY}..{TODAY}"
    assert [Query(parse_qs(each), NOW, UTC_ZONE).value(PERIOD).first_day for each in issued.meta] == [
        TODAY - timedelta(days=n) for n in (3, 2, 1, 0)
    ]
    assert [issued.marker.color, used.marker.color] == [LIGHT.bet, LIGHT.primary]
    assert issued.customdata[0] == f"Issued 71<br>Used 45<br>Use rate 63.38{S}%"
    assert amount.customdata[3].startswith(f"Bonus amount 9,007,199,254,740.993{S}PHP<br>")
    assert issued.customdata[1] == "Issued not known"


def test_the_unfinished_day_is_hatched_and_an_unknown_one_is_a_gap_with_a_name() -> None:
    figure = bonus_days_chart(_days(), LIGHT, None, UTC_ZONE)
    for bars in figure.data:
        assert list(bars.marker.pattern.shape) == ["", "", "", "/"]
    assert [(band.x0, band.x1) for band in figure.layout.shapes] == [(0.5, 1.5)]
    assert "no data" in [note.text for note in figure.layout.annotations]
    assert figure.layout.xaxis.title.text == "Day, UTC"


def test_a_few_bonuses_are_counted_in_whole_numbers() -> None:
    one = BonusSummary(1, 1, Decimal(1), Decimal(0), 0, 0)
    days = bonus_days_frame({TODAY: one}, Period("", TODAY, TODAY), NOW, UTC_ZONE)
    assert list(bonus_days_chart(days, LIGHT, None, UTC_ZONE).layout.yaxis.ticktext) == ["0", "2", "4"]
