"""Every parameter of every page's address, in one table: what it may be, and how it is written.

A page's address is its only state, and anybody may write one by hand. `PARAMETERS` is the table. `Query`
reads an address by it: a value that cannot be used counts as not given, and `Query.problems` says so, once.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from dashboard.core.codes import CREATE_TYPES, FEATURES, STATES, TRANSFER_TYPES
from dashboard.core.formats import LI_PER_UNIT
from dashboard.core.frames import GAME_TYPES, OTHER_TYPE
from dashboard.core.periods import FIRST_DAY, NAMES, Mode, Period, PeriodError, business_day, parse_period

T = TypeVar("T")

LONGEST_ID: Final = 200
PAUSE_MIN: Final = 30
"""The pause that ends a session, where nobody chose another."""
_SHORTEST_TRANS_NO: Final = 6
_LONGEST_TRANS_NO: Final = 64
_DIGITS: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?", re.ASCII)
# In an address a + that was not escaped is a space.
_LOST_PLUS: Final = re.compile(r"(.*[T ].*) ([0-9]{2}(?::?[0-9]{2})?)", re.ASCII)
_YEARS: Final = range(FIRST_DAY.year, 2200)


class Widget(StrEnum):
    """How people choose a value: what they type as it is, one or some of the choices, a time, or a link."""

    TEXT = "text"
    ONE = "one"
    SOME = "some"
    TIME = "time"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Today:
    """By what "7d" and local times are read: the current business day, and the zone of the business."""

    day: date
    zone: ZoneInfo


def _text(value: object) -> str:
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Generic[T]):
    """A row of the table.

    `read` makes the value of a text, and raises ValueError where it is none; what stands for nothing it makes
    of `default`, the text that an address need not say. `write` is the way back. A sentence about a wrong
    value says what is `expected`, and what is done `instead`. `choices` are values with their words on
    screen. Of a value of which there may be some (`Widget.SOME`) the parts are separated by commas.
    """

    name: str
    pages: tuple[str, ...]
    read: Callable[[str, Today], T]
    expected: str
    instead: str = "it is left out"
    default: str = ""
    widget: Widget = Widget.TEXT
    choices: Mapping[Any, str] = field(default_factory=dict)
    write: Callable[[T], str] = _text

    def problem(self, error: ValueError) -> str:
        """One sentence about a value that `read` refused; it repeats nothing of the value."""
        reason = str(error) if isinstance(error, PeriodError) else f"The {self.name} must be {self.expected}."
        return f"{reason.removesuffix('.')}; {self.instead}."


class Query:
    """What an address says, `said` having all values of each name, as of the aware time `now`."""

    def __init__(self, said: Mapping[str, Sequence[str]], now: datetime, zone: ZoneInfo) -> None:
        self.now = now
        self.zone = zone
        self._said = said
        self._today = Today(business_day(now, zone), zone)

    def text(self, parameter: Parameter[Any]) -> str:
        """What the address has, wrong or not; "" for nothing. Of a repeated one the last, of a list all."""
        values = self._values(parameter)
        return ",".join(values) if parameter.widget is Widget.SOME else "".join(values[-1:])

    def value(self, parameter: Parameter[T]) -> T:
        """What the address asks for; where it says nothing, or nothing that can be used, the default."""
        try:
            return parameter.read(self.text(parameter) or parameter.default, self._today)
        except ValueError:
            return parameter.read(parameter.default, self._today)

    def problems(self, page: str) -> list[str]:
        """A sentence for each value that the page cannot use."""
        found = []
        for parameter in on_page(page):
            if parameter.widget is not Widget.SOME and len(set(self._values(parameter))) > 1:
                found.append(f"The address says {parameter.name} more than once; the last one counts.")
            try:
                parameter.read(self.text(parameter) or parameter.default, self._today)
            except ValueError as error:
                found.append(parameter.problem(error))
        return found

    def _values(self, parameter: Parameter[Any]) -> list[str]:
        return [value for value in self._said.get(parameter.name, ()) if value.strip()]


def on_page(page: str) -> list[Parameter[Any]]:
    """The rows that the page knows, by its name."""
    return [parameter for parameter in PARAMETERS if page in parameter.pages]


def text_of(parameter: Parameter[T], value: T) -> str:
    """The value as an address has it, "" for what an address need not say."""
    text = parameter.write(value)
    return "" if text == parameter.default else text


def _id(text: str, _today: Today) -> str | None:
    """Read an id that somebody else gave: any text that can be sent and kept, exactly as it is."""
    if len(text) > LONGEST_ID or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise ValueError
    return text or None


def _trans_no(text: str, today: Today) -> str | None:
    text = text.strip()
    if text and not _SHORTEST_TRANS_NO <= len(text) <= _LONGEST_TRANS_NO:
        raise ValueError
    return _id(text, today)


def _number(text: str, _today: Today) -> int | None:
    """Read a whole number above 0 that fits 64 bits, in the digits that the provider knows."""
    text = text.strip()
    if not text:
        return None
    if not _DIGITS.fullmatch(text) or not 0 < int(text) < 2**63:
        raise ValueError
    return int(text)


def _page_number(text: str, today: Today) -> int:
    return _number(text, today) or 0


def _some(read: Callable[[str, Today], T | None]) -> Callable[[str, Today], tuple[T, ...]]:
    """Read a list with commas, each part once and in its order."""

    def read_some(text: str, today: Today) -> tuple[T, ...]:
        found = (read(part, today) for part in text.split(","))
        return tuple(dict.fromkeys(value for value in found if value is not None))

    return read_some


def _one_of(choices: Iterable[T]) -> Callable[[str, Today], T | None]:
    by_text = {str(choice): choice for choice in choices}

    def read_choice(text: str, _today: Today) -> T | None:
        text = text.strip()
        if text and text not in by_text:
            raise ValueError
        return by_text[text] if text else None

    return read_choice


def _set(read: Callable[[str, Today], T | None]) -> Callable[[str, Today], T]:
    """Read what has a default, so that there is always one."""

    def read_set(text: str, today: Today) -> T:
        value = read(text, today)
        if value is None:
            raise ValueError
        return value

    return read_set


def _amount_li(text: str, _today: Today) -> int | None:
    text = text.strip()
    if text and not _AMOUNT.fullmatch(text):
        raise ValueError
    return int(Decimal(text) * LI_PER_UNIT) if text else None


def _amount_text(amount_li: int | None) -> str:
    if amount_li is None:
        return ""
    units, li = divmod(amount_li, LI_PER_UNIT)
    return f"{units}.{li:03}".rstrip("0").rstrip(".") if li else str(units)


def _period(text: str, today: Today) -> Period:
    return parse_period(text.strip(), today.day)


def _moment(text: str, today: Today) -> datetime | None:
    """Read a moment: with an offset ("+02:00", "Z") exactly that one, without one in the business' zone."""
    text = text.strip()
    if not text:
        return None
    moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text))
    if moment.year not in _YEARS:
        raise ValueError
    return moment.replace(tzinfo=moment.tzinfo or today.zone).astimezone(UTC).astimezone(today.zone)


def _moment_text(moment: datetime | None) -> str:
    if moment is None:
        return ""
    # An hour that comes twice needs its offset.
    is_clear = moment.replace(fold=1 - moment.fold).utcoffset() == moment.utcoffset()
    local = moment.replace(tzinfo=None) if is_clear else moment
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")


def _some_of(
    name: str, pages: tuple[str, ...], choices: Mapping[T, str], instead: str
) -> Parameter[tuple[T, ...]]:
    """Return the row of a value of which there may be some, each one of `choices`."""
    words = [str(value) if value == said else f"{value} ({said})" for value, said in choices.items()]
    return Parameter(
        name,
        pages,
        _some(_one_of(choices)),
        f"among {', '.join(words)}",
        instead,
        widget=Widget.SOME,
        choices=choices,
    )


def _or(choices: Collection[object]) -> str:
    *first, last = map(str, choices)
    return f"{', '.join(first)} or {last}"


_MODES: Final = {Mode.PREVIOUS: "The days before", Mode.WEEK: "The same weekdays", Mode.NONE: "Nothing"}
_TYPES: Final = {name: name for name in (*GAME_TYPES, OTHER_TYPE)}
_BUYS: Final = {"yes": "Bought free games", "no": "Not bought"}
_RESULTS: Final = {"won": "The player won", "lost": "The player lost", "even": "Neither"}
_PAUSES: Final = {minutes: f"{minutes} minutes" for minutes in (10, 15, 30, 60, 120)}
_WITHOUT: Final = "rounds are shown without this filter"
_AMOUNT_WORDS: Final = "an amount of money such as 2.5, with three decimals at most"

PERIOD: Final = Parameter(
    "period",
    ("overview", "games", "bonus", "players", "bets", "jackpots"),
    _period,
    f"one of {', '.join(NAMES)}, or two days such as 2026-03-01..2026-03-31",
    "showing the last 7 days instead",
    default="7d",
    widget=Widget.ONE,
    write=lambda period: period.text,
)
COMPARE: Final = Parameter(
    "compare",
    ("overview", "games", "bonus"),
    _set(_one_of(_MODES)),
    _or(_MODES),
    "showing the days before instead",
    default=Mode.PREVIOUS,
    widget=Widget.ONE,
    choices=_MODES,
)
GAME_ID: Final = Parameter(
    "game_id",
    ("games",),
    _number,
    "a whole number above 0, such as 1041",
    "showing all games instead",
    widget=Widget.LINK,
)
GAME_TYPE: Final = Parameter(
    "type",
    ("games",),
    _one_of(_TYPES),
    f"one of {', '.join(_TYPES)}",
    "showing all types instead",
    widget=Widget.ONE,
    choices=_TYPES,
)
OP_ID: Final = Parameter(
    "op_id", ("players", "wallet", "bonus"), _id, f"your own id of a player, at most {LONGEST_ID} characters"
)
USER_ID: Final = Parameter(
    "user_id",
    ("players", "bonus"),
    _number,
    "the provider's id of a player, a whole number above 0 such as 101100000000",
)
GAME_IDS: Final = Parameter(
    "game_id",
    ("bets", "players", "bonus"),
    _some(_number),
    "whole numbers above 0, such as 1033,1062",
    "all games are shown",
    widget=Widget.SOME,
)
ROUND_TYPES: Final = _some_of("type", ("bets", "players"), _TYPES, "all types are shown")
FEATURE: Final = _some_of("feature", ("players",), FEATURES, _WITHOUT)
BUY: Final = Parameter(
    "buy", ("players",), _one_of(_BUYS), _or(_BUYS), _WITHOUT, widget=Widget.ONE, choices=_BUYS
)
RESULT: Final = Parameter(
    "result", ("players",), _one_of(_RESULTS), _or(_RESULTS), _WITHOUT, widget=Widget.ONE, choices=_RESULTS
)
MIN_BET: Final = Parameter("min_bet", ("players",), _amount_li, _AMOUNT_WORDS, _WITHOUT, write=_amount_text)
MAX_BET: Final = Parameter("max_bet", ("players",), _amount_li, _AMOUNT_WORDS, _WITHOUT, write=_amount_text)
MIN_WIN: Final = Parameter("min_win", ("players",), _amount_li, _AMOUNT_WORDS, _WITHOUT, write=_amount_text)
ROUND: Final = Parameter(
    "round",
    ("players", "bets"),
    _id,
    f"the event id of a round, at most {LONGEST_ID} characters",
    widget=Widget.LINK,
)
PAUSE: Final = Parameter(
    "pause",
    ("players",),
    _set(_one_of(_PAUSES)),
    f"{_or(_PAUSES)} minutes",
    f"a session ends with a pause of {PAUSE_MIN}",
    default=str(PAUSE_MIN),
    widget=Widget.ONE,
    choices=_PAUSES,
)
CURRENCY: Final = Parameter(
    "currency",
    ("players",),
    _id,
    "one of the currencies of the player's rounds, such as PHP",
    "the most frequent one is shown",
    widget=Widget.ONE,
)
CREATE_TYPE: Final = _some_of("type", ("bonus",), CREATE_TYPES, "all are shown")
STATE: Final = _some_of("state", ("bonus",), STATES, "all are shown")
MCH_ID: Final = Parameter("mch_id", ("bonus",), _number, "a merchant's id, a whole number above 0")
TRANSFER_TYPE: Final = Parameter(
    "type",
    ("wallet",),
    _one_of(TRANSFER_TYPES),
    _or([f"{number} ({name.lower()})" for number, name in TRANSFER_TYPES.items()]),
    "both are shown",
    widget=Widget.ONE,
    choices=TRANSFER_TYPES,
)
TRANS_NO: Final = Parameter(
    "trans_no",
    ("wallet",),
    _trans_no,
    f"a transfer's number of {_SHORTEST_TRANS_NO} to {_LONGEST_TRANS_NO} characters",
    "all transfers are shown",
)
BEFORE: Final = Parameter(
    "before",
    ("wallet",),
    _moment,
    f"a time from {FIRST_DAY.year} on such as 2026-03-15T09:30, or 2026-03-15T09:30+02:00",
    "transfers of any time are shown",
    widget=Widget.TIME,
    write=_moment_text,
)
NEXT_ID: Final = Parameter(
    "next_id",
    ("wallet",),
    _page_number,
    "the number of an older page",
    "the newest transfers are shown",
    widget=Widget.LINK,
    write=lambda next_id: _text(next_id or None),
)
SCREEN: Final = Parameter("screen", ("jackpots",), _id, "the token of a screen", widget=Widget.LINK)

PARAMETERS: Final[tuple[Parameter[Any], ...]] = (
    *(PERIOD, COMPARE),
    *(GAME_ID, GAME_TYPE, GAME_IDS, ROUND_TYPES),
    *(OP_ID, USER_ID),
    *(FEATURE, BUY, RESULT, MIN_BET, MAX_BET, MIN_WIN, ROUND, PAUSE, CURRENCY),
    *(CREATE_TYPE, STATE, MCH_ID),
    *(TRANSFER_TYPE, TRANS_NO, BEFORE, NEXT_ID),
    SCREEN,
)
