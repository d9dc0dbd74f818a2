import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from gettext import NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core import formats, text
from dashboard.core.metrics import METRIC, Change, Number, Totals, change
from dashboard.provider.failures import window_text
from twoj_client import Window

S = "\u00a0"
MANILA = ZoneInfo("Asia/Manila")


@pytest.mark.parametrize(
    ("li", "text"),
    [
        (12_382_400_123, "12,382,400.123"),
        (12_382_400_000, "12,382,400"),
        (38_388_400, "38,388.40"),
        (-123, "−0.123"),
        (0, "0"),
        (2**53 + 1, "9,007,199,254,740.993"),
        (-(2**63), "−9,223,372,036,854,775.808"),
        (Fraction(293_552_800, 380), "772.507"),
        (Fraction(1, 3), "0"),
        (Fraction(-1, 3), "0"),
        (None, "–"),
    ],
)
def test_exact_money(li: Number | None, text: str) -> None:
    assert formats.money(li) == text


@given(st.integers(-(2**63), 2**63 - 1))
@pytest.mark.slow
def test_exact_money_can_be_read_back(li: int) -> None:
    assert Decimal(formats.money(li).replace(",", "").replace("−", "-")) * 1000 == li


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 5).map(lambda units: units * 1000)),
    st.sampled_from(["PHP", "JPY", "KWD", None]),
)
def test_many_amounts_read_as_each_alone_does(amounts_li: list[int], currency: str | None) -> None:
    places = formats.money_places(amounts_li, currency)
    assert formats.money_texts(amounts_li, places) == [formats.money(li, places=places) for li in amounts_li]


@pytest.mark.parametrize(
    ("units", "text"),
    [
        ("12382400", "12.4M"),
        ("1086382.73", "1.09M"),
        ("-3210", "−3.21K"),
        ("9995", "10.0K"),
        ("9994", "9.99K"),
        ("99950", "100K"),
        ("999999", "1.00M"),
        ("845.2", "845.20"),
        ("999.994", "999.99"),
        ("999.995", "1.00K"),
        ("999499.999", "999K"),
        ("999500", "1.00M"),
        ("999960", "1.00M"),
        ("-999960", "−1.00M"),
        ("999499999.999", "999M"),
        ("999500000", "1.00B"),
        ("9007199254740.993", "9.01T"),
        ("1000000000000000", "1,000T"),
        ("-0.004", "−0.004"),
        ("0.001", "0.001"),
        ("0.005", "0.01"),
        ("0", "0"),
    ],
)
def test_short_money(units: str, text: str) -> None:
    assert formats.money_short(int(Decimal(units) * 1000)) == text


@given(st.integers(-(10**17), 10**17))
def test_short_money_never_shows_a_thousand_of_a_unit(li: int) -> None:
    assert "," not in formats.money_short(li)


def test_the_currency_follows_without_a_line_break() -> None:
    assert formats.money(1000, "PHP") == f"1{S}PHP"
    assert formats.money_short(12_400_000_000, "PHP") == f"12.4M{S}PHP"
    assert formats.money(None, "PHP") == "–"


def test_counts() -> None:
    assert formats.count(1_234_567) == "1,234,567"
    assert formats.count_short(1_234_567) == "1.23M"
    assert formats.count_short(999) == "999"
    assert formats.count(None) == formats.count_short(None) == "–"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (Fraction(392, 10_000), "3.92"),
        (Fraction(-13, 10), "−130.00"),
        (Fraction(1, 800), "0.13"),
        (0, "0.00"),
    ],
)
def test_percent(ratio: Number, text: str) -> None:
    assert formats.percent(ratio) == f"{text}{S}%"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (Fraction(42, 1000), "+4.2"),
        (Fraction(-42, 1000), "−4.2"),
        (Fraction(1, 10_000), "0.0"),
        (12, "+1,200.0"),
    ],
)
def test_percent_change(ratio: Number, text: str) -> None:
    assert formats.percent_change(ratio) == f"{text}{S}%"


@pytest.mark.parametrize(
    ("difference", "text"),
    [(Fraction(-31, 10_000), "−0.31"), (Fraction(31, 10_000), "+0.31"), (Fraction(-1, 10**6), "0.00")],
)
def test_points(difference: Number, text: str) -> None:
    assert formats.points(difference) == f"{text}{S}pp"


def test_a_metrics_own_form() -> None:
    moved = Change(Fraction(42, 1000), 500_000, "good")
    assert formats.short(METRIC["bet_amount"], 12_400_000_000) == "12.4M"
    assert formats.exact(METRIC["bet_amount"], 12_400_000_000, "PHP") == f"12,400,000{S}PHP"
    assert formats.change_short(METRIC["bet_amount"], moved) == f"+4.2{S}%"
    assert formats.difference(METRIC["bet_amount"], moved, "PHP") == f"+500{S}PHP"
    assert formats.difference(METRIC["bets"], moved) == "+500,000"
    points = Change(Fraction(-31, 10_000), Fraction(-31, 10_000), "bad")
    assert formats.short(METRIC["hold"], Fraction(4, 100)) == f"4.00{S}%"
    assert formats.exact(METRIC["hold"], Fraction(4, 100), "PHP") == f"4.00{S}%"
    assert (
        formats.change_short(METRIC["hold"], points)
        == formats.difference(METRIC["hold"], points)
        == f"−0.31{S}pp"
    )
    assert formats.short(METRIC["bets"], 1_234_567, "PHP") == "1.23M"
    assert formats.exact(METRIC["bets"], 1_234_567, "PHP") == "1,234,567"
    none = Change(None, None, "neutral", "why")
    assert formats.change_short(METRIC["bets"], none) == formats.difference(METRIC["bets"], none) == "–"


@pytest.mark.parametrize(
    ("units", "text"),
    [("2500000", "2.5M"), ("-500000", "−500K"), ("0", "0"), ("10000000000", "10B"), ("0.5", "0.5")],
)
def test_ticks_of_an_axis(units: str, text: str) -> None:
    assert formats.axis(Decimal(units)) == text


def test_times_carry_the_zone_and_another_day_its_date() -> None:
    instant = datetime(2026, 3, 14, 16, 5, tzinfo=UTC)
    assert formats.moment(instant, MANILA, now=datetime(2026, 3, 15, 15, tzinfo=UTC)) == "00:05 Asia/Manila"
    assert (
        formats.moment(instant, MANILA, now=datetime(2026, 3, 15, 16, tzinfo=UTC))
        == "15 Mar 2026, 00:05 Asia/Manila"
    )
    assert formats.moment(instant, MANILA) == "15 Mar 2026, 00:05 Asia/Manila"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (0.4, "just now"),
        (5, "5 sec ago"),
        (125, "2 min ago"),
        (7300, "2 hr ago"),
        (90_000, "1 day ago"),
    ],
)
def test_ages(seconds: float, text: str) -> None:
    now = datetime(2026, 3, 15, tzinfo=UTC)
    assert formats.age(now - timedelta(seconds=seconds), now) == text


@pytest.mark.parametrize(
    ("zone", "instant", "moment", "clock"),
    [
        (
            "America/New_York",
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
            "1 Nov 2026, 01:30 (−04:00) America/New_York",
            "2026-11-01 01:30:00 (−04:00)",
        ),
        (
            "America/New_York",
            datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
            "1 Nov 2026, 01:30 (−05:00) America/New_York",
            "2026-11-01 01:30:00 (−05:00)",
        ),
        (
            "America/New_York",
            datetime(2026, 11, 1, 7, 0, tzinfo=UTC),
            "1 Nov 2026, 02:00 America/New_York",
            "2026-11-01 02:00:00",
        ),
        (
            "Australia/Lord_Howe",
            datetime(2026, 4, 4, 15, 15, tzinfo=UTC),
            "5 Apr 2026, 01:45 (+10:30) Australia/Lord_Howe",
            "2026-04-05 01:45:00 (+10:30)",
        ),
        (
            "Australia/Lord_Howe",
            datetime(2026, 4, 4, 15, 30, tzinfo=UTC),
            "5 Apr 2026, 02:00 Australia/Lord_Howe",
            "2026-04-05 02:00:00",
        ),
    ],
)
def test_a_time_that_clocks_show_twice_says_which(
    zone: str, instant: datetime, moment: str, clock: str
) -> None:
    assert formats.moment(instant, ZoneInfo(zone)) == moment
    assert formats.clock(instant.astimezone(ZoneInfo(zone))) == clock


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (Fraction(0), "0.00"),
        (Fraction(1, 20_000), "0.01"),
        (Fraction(1, 20_001), "< 0.01"),
        (Fraction(-1, 20_001), "> −0.01"),
        (Fraction(-1, 10_000), "−0.01"),
        (Fraction(1, 10**30), "< 0.01"),
    ],
)
def test_a_share_that_is_not_zero_never_reads_so(ratio: Fraction, text: str) -> None:
    assert formats.percent(ratio) == f"{text}{S}%"


@given(st.fractions())
def test_a_percentage_reads_as_zero_only_where_it_is(ratio: Fraction) -> None:
    assert (formats.percent(ratio) == f"0.00{S}%") == (ratio == 0)


def test_an_average_of_less_than_a_li_is_no_zero() -> None:
    assert formats.money_short(Fraction(1, 3), "PHP") == f"< 0.001{S}PHP"
    assert formats.money_short(Fraction(-1, 3)) == "> −0.001"


@pytest.mark.parametrize(
    ("before_li", "now_li", "card"),
    [
        (1000, 10_990, "+999.0"),
        (1000, 10_995, ">999"),
        (1000, 36_800, ">999"),
        (1000, -8_990, "−999.0"),
        (1000, -9_000, "<−999"),
        (1000, 3_000, "+200.0"),
    ],
)
def test_a_card_caps_a_change_and_the_tooltip_does_not(before_li: int, now_li: int, card: str) -> None:
    metric = METRIC["company_gain"]
    moved = change(metric, Totals(1, 1, 0, now_li), Totals(1, 1, 0, before_li))
    assert formats.change_short(metric, moved) == f"{card}{S}%"
    assert formats.is_beyond(moved) == (card[0] in "<>")
    assert moved.value is not None
    exact = f"{(now_li - before_li) / 10:+,.1f}{S}%".replace("-", "−")
    assert formats.percent_change(moved.value) == exact


def test_halves_go_away_from_zero_on_both_sides():
    half_li = Fraction(1, 2)
    assert [formats.money(sign * half_li) for sign in (1, -1)] == ["0.001", "−0.001"]
    assert [formats.money(Fraction(sign * 5, 2)) for sign in (1, -1)] == ["0.003", "−0.003"]
    assert [formats.percent(Fraction(sign * 5, 100_000)) for sign in (1, -1)] == [
        "0.01\u00a0%",
        "−0.01\u00a0%",
    ]
    assert [formats.money(sign * Fraction(49, 100)) for sign in (1, -1)] == ["0", "0"]


@pytest.mark.parametrize(
    ("zone", "instant", "words"),
    [
        ("UTC", datetime(2026, 3, 9, 6, 5, tzinfo=UTC), "9 Mar, 06:05"),
        ("Asia/Manila", datetime(2026, 3, 9, 20, 5, tzinfo=UTC), "10 Mar, 04:05"),
        ("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "1 Nov, 01:30 (−04:00)"),
        ("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "1 Nov, 01:30 (−05:00)"),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, 15, tzinfo=UTC), "5 Apr, 01:45 (+10:30)"),
    ],
)
def test_a_time_in_a_sentence_that_clocks_show_twice_says_which(zone, instant, words):
    assert formats.moment_text(instant.astimezone(ZoneInfo(zone))) == words
    assert words.endswith(formats.hour_text(instant.astimezone(ZoneInfo(zone))))


def test_a_window_that_failed_in_an_hour_that_comes_twice_says_which():
    start = int(datetime(2026, 11, 1, 5, tzinfo=UTC).timestamp())
    zone = ZoneInfo("America/New_York")
    assert window_text(Window(start, start + 1800), zone) == "1 Nov, 01:00 (−04:00)–01:30 (−04:00)"
    assert window_text(Window(start + 3600, start + 7200), zone) == "1 Nov, 01:00 (−05:00)–02:00"
    assert window_text(Window(start - 3600, start + 90_000), zone) == "1 Nov, 00:00–2 Nov, 01:00"


def test_what_people_read_as_a_zone_is_built_in_one_place():
    """Elsewhere its key is for machines: the wall's clock and build, columns' types, the row of an export."""
    root = Path(formats.__file__).parents[2]
    sources = [*(root / "pages").glob("*.py"), *(root / "dashboard").rglob("*.py")]
    found = {
        path.relative_to(root / "dashboard").as_posix(): line.strip()
        for path in sources
        for line in path.read_text().splitlines()
        if re.search(r"zone(\(\))?\.key", line) and path.name != "formats.py"
    }
    assert found == {
        "bets/data_exports.py": "zone=merchant.zone.key,",
        "jackpots/parts_wall/__init__.py": '"zone": merchant.zone.key,',
    }


def test_halves_are_rounded_away_from_zero_and_once():
    assert formats.points(Fraction(1, 2)) == "+50.00\u00a0pp"
    assert formats.points(Fraction(-5, 100_000)) == "−0.01\u00a0pp"
    assert formats.percent_change(Fraction(5, 10_000)) == "+0.1\u00a0%"
    assert formats.count(Fraction(1, 2)) == "1"
    assert formats.percent(None) == "–"


def test_an_age_is_said_in_the_unit_that_it_has_filled():
    now = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
    ages = [formats.age(now - timedelta(seconds=seconds), now) for seconds in (0, 1, 55, 55 * 60, 23 * 3600)]
    assert ages == ["just now", "1 sec ago", "55 sec ago", "55 min ago", "23 hr ago"]


def test_a_moment_is_dated_day_first():
    assert (
        formats.moment(datetime(2026, 3, 15, 9, 30, tzinfo=UTC), ZoneInfo("UTC")) == "15 Mar 2026, 09:30 UTC"
    )


def test_a_card_writes_an_amount_as_its_currency_does_and_never_hides_one():
    assert formats.short(METRIC["bet_amount"], 5000, "JPY") == "5\u00a0JPY"
    assert formats.short(METRIC["bet_amount"], 5000, "KWD") == "5.000\u00a0KWD"
    assert formats.money_short(Fraction(9, 2)) == "0.005"


@pytest.mark.parametrize(
    ("span_s", "about", "exact"),
    [
        *((0.2, "0 s", "0 s"), (40, "40 s", "40 s"), (119, "119 s", "1 min"), (120, "2 min", "2 min")),
        *((7199, "120 min", "1 h 59 min"), (7200, "2 h", "2 h 00 min"), (3900, "65 min", "1 h 05 min")),
        *((172_799, "48 h", "47 h 59 min"), (172_800, "2 d", "48 h 00 min")),
    ],
)
def test_durations(span_s: float, about: str, exact: str) -> None:
    assert formats.about_duration(span_s) == about
    assert formats.duration(int(span_s)) == exact


def test_sizes_of_files() -> None:
    sizes = [formats.size(size) for size in (0, 383_499, 10**6, 2_060_349_000, 999_949_999)]
    assert sizes == ["0 kB", "383 kB", "1.0 MB", "2.1 GB", "999.9 MB"]


def test_numbers_and_dates_are_written_as_the_reader_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_available", lambda: ["en", "de"])
    monkeypatch.setattr(text, "_catalog", lambda _code: NullTranslations())
    now = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
    text.use_language("de")
    try:
        written = (
            formats.money(-12_382_400_120, "PHP"),
            *formats.money_texts([-12_382_400_120, 1_500], 2),
            formats.money_short(3_210_000),
            formats.percent(Fraction(392, 10_000)),
            formats.points(Fraction(-31, 10_000)),
            formats.axis(Decimal(2_500_000)),
            formats.size(12_345_678),
            formats.moment(now, ZoneInfo("UTC")),
            formats.age(now, now + timedelta(minutes=2)),
        )
    finally:
        text.use_language("en")
    assert written == (
        f"−12.382.400,12{S}PHP",
        *("−12.382.400,12", "1,50"),
        "3,21K",
        f"3,92{S}%",
        f"−0,31{S}pp",
        f"2,5{S}Mio.",
        "12,3 MB",
        "15. März 2026, 09:30 UTC",
        "vor 2 Min.",
    )
