from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_compact_decimal, get_decimal_symbol, get_group_symbol

from dashboard.core.currencies import decimals
from dashboard.core.metrics import Change, Metric, Number, Unit
from dashboard.core.text import Message, later, locale, text
from twoj_client.windows import DAY_S, HOUR_S

UNKNOWN: Final = "–"
LI_PER_UNIT: Final = 1000
_SPACE: Final = "\u00a0"
_MOST_PERCENT: Final = 999
_UNITS: Final = ((DAY_S, later("{number} d")), (HOUR_S, later("{number} h")), (60, later("{number} min")))
_SCALES: Final = (
    (1, None),
    (10**3, later("{number}K")),
    (10**6, later("{number}M")),
    (10**9, later("{number}B")),
    (10**12, later("{number}T")),
)


def money(li: Number | None, currency: str | None = None, places: int = 0) -> str:
    """Exact amount with its currency: "12,382,400 PHP", "38,388.40", "−0.123".

    Whole units stand without decimals, others with those of the currency (two, JPY none, KWD three), or three
    where the li needs it, and all with `places` at least. A fraction of a li (an average) is rounded to one.
    """
    if li is None:
        return UNKNOWN
    whole = _whole(li)
    needed = money_places((whole,), currency)
    return _with(currency, _grouped(Decimal(whole).scaleb(-3), max(needed, places)))


def money_texts(amounts_li: Iterable[int], places: int) -> list[str]:
    """Many amounts without their currency, each with `places` decimals, which is as many as any needs.

    As `money` writes them, in a fifth of the time.
    """
    cut, symbols = 10 ** (3 - places), _symbols(locale())
    texts = []
    for li in amounts_li:
        whole, rest = divmod(abs(li), LI_PER_UNIT)
        sign = "−" if li < 0 else ""
        texts.append(f"{sign}{whole:,}.{rest // cut:0{places}}" if places else f"{sign}{whole:,}")
    return "\n".join(texts).translate(symbols).split("\n") if texts else []


def money_places(amounts_li: Iterable[int], currency: str | None) -> int:
    """How many decimals amounts under each other have, none of them rounded: 0, the currency's, or 3."""
    places, usual = 0, decimals(currency)
    for li in amounts_li:
        if li % 10 ** (3 - usual):
            return 3
        if li % LI_PER_UNIT:
            places = usual
    return places


def money_short(li: Number | None, currency: str | None = None) -> str:
    """Amount for a card, of three significant digits: "1.09M", "−3.20K"; below a thousand "845.20"."""
    if li is None:
        return UNKNOWN
    units = Fraction(li) / LI_PER_UNIT
    places = decimals(currency)
    is_small = 0 < abs(units) < Fraction(1, 2 * 10**places)
    return _with(currency, _small(units, 3) if is_small else _short(units, places))


def count(number: Number | None) -> str:
    """Whole number with grouped digits: "1,234,567"."""
    return UNKNOWN if number is None else _grouped(_rounded(number, 0), 0)


def count_short(number: Number | None) -> str:
    """Whole number for a card, of three significant digits: "1.23M"; below a thousand in full."""
    return UNKNOWN if number is None else _short(Fraction(number), 0)


def axis(units: Decimal) -> str:
    """Label of a tick on an axis, in units of money: "2.5M", "−500K", "0"."""
    return _axis(units, locale())


def axis_percent(percent_units: Decimal) -> str:
    """Label of a tick on an axis of percent: "2.5 %", "−10 %"."""
    return _percent(axis(percent_units))


# Babel takes 55 µs for a tick, and 30 µs for a day: pages write the same ones again and again.
@lru_cache(1024)
def _axis(units: Decimal, written_in: Locale) -> str:
    return format_compact_decimal(units, format_type="short", locale=written_in, fraction_digits=3).replace(
        "-", "−"
    )


def percent(ratio: Number | None, places: int = 2) -> str:
    """Ratio as percent: 0.0392 is "3.92 %"; what is not zero is never "0.00 %" but "< 0.01 %"."""
    return UNKNOWN if ratio is None else _percent(_small(Fraction(ratio * 100), places))


def percent_change(ratio: Number | None) -> str:
    """Relative change with its sign: 0.042 is "+4.2 %"."""
    return UNKNOWN if ratio is None else _percent(with_plus(_grouped(_rounded(ratio * 100, 1), 1)))


def with_plus(number: str) -> str:
    """A number's text with its sign: "+1,200"; nothing has none."""
    nothing = not any(digit in number for digit in "123456789")
    return number if nothing or number.startswith("−") else "+" + number


def points(difference: Number | None) -> str:
    """Difference of two ratios in percentage points: −0.0031 is "−0.31 pp"."""
    if difference is None:
        return UNKNOWN
    return text("{number}\u00a0pp", number=with_plus(_grouped(_rounded(difference * 100, 2), 2)))


def exact(metric: Metric[Any], number: Number | None, currency: str | None = None) -> str:
    """Value of a metric in full, for tooltips and tables."""
    if metric.unit is Unit.MONEY:
        return money(number, currency)
    return percent(number) if metric.unit is Unit.RATIO else count(number)


def short(metric: Metric[Any], number: Number | None, currency: str | None = None) -> str:
    """Value of a metric for a card."""
    if metric.unit is Unit.MONEY:
        return money_short(number, currency)
    return percent(number) if metric.unit is Unit.RATIO else count_short(number)


def change_short(metric: Metric[Any], change: Change) -> str:
    """Change of a metric for a card: "+4.2 %", ">999 %" or "−0.31 pp"; "–" where there is none."""
    if metric.unit is Unit.RATIO:
        return points(change.value)
    if change.value is not None and is_beyond(change):
        return _percent(">999" if change.value > 0 else "<−999")
    return percent_change(change.value)


def is_beyond(change: Change) -> bool:
    """Whether a relative change is so large that a card does not say it in full."""
    return change.value is not None and abs(_whole(change.value, 2)) > _MOST_PERCENT


def difference(metric: Metric[Any], change: Change, currency: str | None = None) -> str:
    """How far a metric moved, in its own unit and with a sign: "+12,382,400 PHP", "−0.31 pp"."""
    if change.difference is None:
        return UNKNOWN
    if metric.unit is Unit.RATIO:
        return points(change.difference)
    return with_plus(exact(metric, change.difference, currency))


def moment(instant: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Time in the business zone with its name: "14:05 Asia/Manila", on another day than `now` dated.

    A time that clocks show twice says which: "01:30 (−05:00) America/New_York".
    """
    local = instant.astimezone(zone)
    today = now is not None and now.astimezone(zone).date() == local.date()
    dated = text("{day}, {time}", day=day_text(local), time=hour_text(local))
    return f"{hour_text(local) if today else dated} {zone_name(zone)}"


def clock(local: datetime) -> str:
    """A local time in a table: "2026-03-15 14:05:00"; one that clocks show twice says which: "… (−05:00)"."""
    return f"{local:%Y-%m-%d %H:%M:%S}{offset_text(local)}"


def hour_text(local: datetime) -> str:
    """A local time of day in a sentence: "14:05"; one that clocks show twice says which: "01:30 (−05:00)"."""
    return format_skeleton("Hm", local, locale=locale()) + offset_text(local)


def moment_text(local: datetime) -> str:
    """A local time in a sentence: "9 Mar, 14:05", as `hour_text` says which."""
    return text("{day}, {time}", day=day_text(local, "MMMd"), time=hour_text(local))


def day_text(day: date, form: str = "yMMMd") -> str:
    """A day as the reader writes it: "9 Mar 2026"; `form` "long" is "9 March 2026".

    Other forms name the parts, as "MMMd" does of "9 Mar" (a skeleton of Unicode's CLDR).
    """
    return _day_text(date(day.year, day.month, day.day), form, locale())


@lru_cache(1024)
def _day_text(day: date, form: str, written_in: Locale) -> str:
    if form == "long":
        return format_date(day, form, locale=written_in)
    return format_skeleton(form, day, locale=written_in)


def offset_text(local: datetime) -> str:
    """What follows a local time that clocks show twice, and says which it is: " (−05:00)"; else ""."""
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return f" ({local.isoformat()[-6:].replace('-', '−')})"


def zone_name(zone: ZoneInfo) -> str:
    """The business zone as people read it everywhere, on screen and in files: "Asia/Manila", "UTC".

    Its name, and no offset: that is another one in summer.
    """
    return zone.key


def age(instant: datetime, now: datetime) -> str:
    """How long ago: "2 min ago"; "just now" below a second and for clocks that run ahead."""
    passed = now - instant
    if passed.total_seconds() < 1:
        return text("just now")
    return format_timedelta(-passed, add_direction=True, format="short", threshold=1, locale=locale())


def about_duration(span_s: float) -> str:
    """How long, in one unit: "12 s", "3 min", "48 h", "2 d"; below two of a unit in the smaller one."""
    for unit_s, name in _UNITS:
        if span_s >= 2 * unit_s:
            return text(name.key, number=f"{span_s / unit_s:.0f}")
    return text("{number} s", number=f"{span_s:.0f}")


def duration(span_s: int) -> str:
    """How long, to the minute: "1 h 05 min", "12 min"; below one "40 s"."""
    hours, minutes = span_s // HOUR_S, span_s // 60 % 60
    if hours:
        return text("{hours} h {minutes} min", hours=hours, minutes=f"{minutes:02}")
    return text("{number} min", number=minutes) if minutes else text("{number} s", number=span_s)


def size(size_bytes: int) -> str:
    """The size of a file: "383 kB", "12.3 MB", "2.1 GB"."""
    if size_bytes < 10**6:
        return text("{number} kB", number=count(Fraction(size_bytes, 10**3)))
    if size_bytes < 10**9:
        return text("{number} MB", number=decimal(Fraction(size_bytes, 10**6), 1))
    return text("{number} GB", number=decimal(Fraction(size_bytes, 10**9), 1))


def decimal(number: Number, places: int) -> str:
    """A number with grouped digits and so many decimals: "2,060.3"."""
    return _grouped(_rounded(number, places), places)


def _short(units: Fraction, small_places: int) -> str:
    if units == 0:
        return "0"
    for scale, shortened in _SCALES:
        # The rounded number decides: 9.996K is 10.0K, and 999.6K is 1.00M, never 1,000K.
        for places, below in ((small_places, 1000),) if shortened is None else ((2, 10), (1, 100), (0, 1000)):
            rounded = _rounded(units / scale, places)
            if abs(rounded) < below:
                return _scaled(_grouped(rounded, places), shortened)
    return _scaled(_grouped(rounded, 0), shortened)


def _scaled(number: str, shortened: Message | None) -> str:
    return text(shortened.key, number=number) if shortened else number


def _percent(number: str) -> str:
    return text("{number}\u00a0%", number=number)


def _small(number: Fraction, places: int) -> str:
    """Write a number; one that is not zero but would read so as "< 0.01" or "> −0.01"."""
    rounded = _rounded(number, places)
    if rounded or not number:
        return _grouped(rounded, places)
    least = _grouped(Decimal(1).scaleb(-places), places)
    return f"< {least}" if number > 0 else f"> −{least}"


def _rounded(number: Number, places: int) -> Decimal:
    return Decimal(_whole(number, places)).scaleb(-places)


def _whole(number: Number, places: int = 0) -> int:
    # Half away from zero, as people and spreadsheets do, and exact: no float, no context precision on the
    # way. Whole numbers only: pages write hundreds of amounts each time, and fractions take longer.
    above, below = number.numerator, number.denominator
    whole: int = (2 * abs(above) * 10**places + below) // (2 * below)
    return whole if above >= 0 else -whole


def _grouped(number: Decimal, places: int) -> str:
    return f"{number:,.{places}f}".translate(_symbols(locale()))


def separators() -> str:
    """How the reader's language writes the point and the group of digits, as plotly takes them: ".,"."""
    return get_decimal_symbol(locale()) + get_group_symbol(locale())


@lru_cache
def _symbols(written_in: Locale) -> dict[int, str]:
    """How a language writes what Python writes as "," and "." between digits, and as a minus."""
    point, group = get_decimal_symbol(written_in), get_group_symbol(written_in)
    return str.maketrans({",": group, ".": point, "-": "−"})


def _with(currency: str | None, amount: str) -> str:
    return amount + _SPACE + currency if currency else amount
