"""Every parameter of every page's address, in one table: what it may be, and how it is written.

A page's address is its only state, and anybody may write one by hand. `PARAMETERS` is the table. `Query`
reads an address by it: a value that cannot be used counts as not given, and `Query.problems` says so, once.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dashboard.core.codes import (
    CREATE_TYPES,
    FEATURES,
    STATES,
    TRANSFER_TYPES,
    TYPES,
)
from dashboard.core.formats import LI_PER_UNIT
from dashboard.core.periods import (
    FIRST_DAY,
    NOT_A_PERIOD,
    Comparison,
    Mode,
    Period,
    PeriodError,
    business_day,
    compare,
    default_mode,
    of_day,
    parse_period,
)
from dashboard.core.table_view import read_columns, read_filter, read_order
from dashboard.core.text import Message, WordTable, later, listed, text

T = TypeVar("T")

LONGEST_ID: Final = 200
PAUSE_MIN: Final = 30
"""The pause that ends a session, where nobody chose another."""
_SHORTEST_TRANS_NO: Final = 6
_LONGEST_TRANS_NO: Final = 64
_DIGITS: Final = re.compile(r"[0-9]{1,19}", re.ASCII)
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?", re.ASCII)
_CHART_NAME: Final = re.compile(r"[a-z]+(-[a-z]+)*", re.ASCII)
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


def _written(value: object) -> str:
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Generic[T]):
    """A row of the table.

    `read` makes the value of a text, and raises ValueError where it is none; what stands for nothing it makes
    of `default`, the text that an address need not say. `write` is the way back. `wrong` says
    what the value must be, and what is done instead. `choices` are values with their words on screen. Of a
    value of which there may be some (`Widget.SOME`) the parts are separated by commas.
    """

    name: str
    pages: tuple[str, ...]
    read: Callable[[str, Today], T]
    wrong: Message
    default: str = ""
    widget: Widget = Widget.TEXT
    choices: Mapping[Any, str] = field(default_factory=dict)
    write: Callable[[T], str] = _written

    def problem(self, error: ValueError) -> str:
        """One sentence about a value that `read` refused; it repeats nothing of the value."""
        return str(error) if isinstance(error, PeriodError) else self.must_be()

    def must_be(self) -> str:
        """The sentence `wrong`; in its places `choices` or `one` stand what people may choose from."""
        told = (str(value) if value == said else f"{value} ({said})" for value, said in self.choices.items())
        return text(self.wrong.key, **self.wrong.fields, choices=listed(told), one=listed(self.choices, "or"))


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

    def is_usable(self, parameter: Parameter[Any]) -> bool:
        """Whether the address says at most one value, and one that can be used."""
        if parameter.widget is not Widget.SOME and len(set(self._values(parameter))) > 1:
            return False
        try:
            parameter.read(self.text(parameter) or parameter.default, self._today)
        except ValueError:
            return False
        return True

    def problems(self, page: str) -> list[str]:
        """A sentence for each value that the page cannot use."""
        found = []
        for parameter in on_page(page):
            if parameter.widget is not Widget.SOME and len(set(self._values(parameter))) > 1:
                found.append(
                    text("The address says {name} more than once; the last one counts.", name=parameter.name)
                )
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
    written = parameter.write(value)
    return "" if written == parameter.default else written


def query_text(values: Mapping[Parameter[Any], Any]) -> str:
    """The values as an address has them behind its "?": where a link leads, or a point of a figure."""
    return urlencode({parameter.name: text_of(parameter, value) for parameter, value in values.items()})


@lru_cache(1024)
def day_query(day: date) -> str:
    """`query_text` of a day as the period: figures ask it for each of their points."""
    return query_text({PERIOD: of_day(day)})


def _id(typed: str, _today: Today) -> str | None:
    """Read an id that somebody else gave: any text that can be sent and kept, exactly as it is."""
    if len(typed) > LONGEST_ID or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in typed):
        raise ValueError
    return typed or None


def _part(typed: str, today: Today) -> str | None:
    return _id(typed.strip(), today)


def _chart_name(typed: str, _today: Today) -> str | None:
    typed = typed.strip()
    if typed and not _CHART_NAME.fullmatch(typed):
        raise ValueError
    return typed or None


def _trans_no(typed: str, today: Today) -> str | None:
    typed = typed.strip()
    if typed and not _SHORTEST_TRANS_NO <= len(typed) <= _LONGEST_TRANS_NO:
        raise ValueError
    return _id(typed, today)


def _number(typed: str, _today: Today) -> int | None:
    """Read a whole number above 0 that fits 64 bits, in the digits that the provider knows."""
    typed = typed.strip()
    if not typed:
        return None
    if not _DIGITS.fullmatch(typed) or not 0 < int(typed) < 2**63:
        raise ValueError
    return int(typed)


def _page_number(typed: str, today: Today) -> int:
    return _number(typed, today) or 0


def _some(read: Callable[[str, Today], T | None]) -> Callable[[str, Today], tuple[T, ...]]:
    """Read a list with commas, each part once and in its order."""

    def read_some(typed: str, today: Today) -> tuple[T, ...]:
        found = (read(part, today) for part in typed.split(","))
        return tuple(dict.fromkeys(value for value in found if value is not None))

    return read_some


def _one_of(choices: Iterable[T]) -> Callable[[str, Today], T | None]:
    by_text = {str(choice): choice for choice in choices}

    def read_choice(typed: str, _today: Today) -> T | None:
        typed = typed.strip()
        if typed and typed not in by_text:
            raise ValueError
        return by_text[typed] if typed else None

    return read_choice


def _amount_li(typed: str, _today: Today) -> int | None:
    typed = typed.strip()
    if typed and not _AMOUNT.fullmatch(typed):
        raise ValueError
    return int(Decimal(typed) * LI_PER_UNIT) if typed else None


def _amount_text(amount_li: int | None) -> str:
    if amount_li is None:
        return ""
    units, li = divmod(amount_li, LI_PER_UNIT)
    return f"{units}.{li:03}".rstrip("0").rstrip(".") if li else str(units)


def _period(typed: str, today: Today) -> Period:
    return parse_period(typed.strip(), today.day)


def _moment(typed: str, today: Today) -> datetime | None:
    """Read a moment: with an offset ("+02:00", "Z") exactly that one, without one in the business' zone."""
    typed = typed.strip()
    if not typed:
        return None
    moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", typed))
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
    name: str, pages: tuple[str, ...], choices: Mapping[T, str], wrong: Message
) -> Parameter[tuple[T, ...]]:
    """Return the row of a value of which there may be some, each one of `choices`."""
    return Parameter(name, pages, _some(_one_of(choices)), wrong, widget=Widget.SOME, choices=choices)


def _maybe_one_of(
    name: str, pages: tuple[str, ...], choices: Mapping[T, str], wrong: Message
) -> Parameter[T | None]:
    """Return the row of a value that is one of `choices`, or none."""
    return Parameter(name, pages, _one_of(choices), wrong, widget=Widget.ONE, choices=choices)


def _set_of(
    name: str, pages: tuple[str, ...], choices: Mapping[T, str], default: str, wrong: Message
) -> Parameter[T]:
    """Return the row of a value that is always one of `choices`."""
    find = _one_of(choices)

    def read(typed: str, today: Today) -> T:
        value = find(typed, today)
        if value is None:
            raise ValueError
        return value

    return Parameter(name, pages, read, wrong, default, Widget.ONE, choices)


_MODES: Final = WordTable(
    {
        Mode.PREVIOUS: later("The days before"),
        Mode.WEEK: later("The same weekdays"),
        Mode.MONTH: later("The month before"),
        Mode.YEAR: later("The year before"),
        Mode.NONE: later("Nothing"),
    }
)
_CHARTS: Final = WordTable({"bet": later("Bet"), "gain": later("Gain"), "hold": later("Hold")})
_GAME_TABS: Final = WordTable(
    {"table": later("Table"), "map": later("Map"), "days": later("Days"), "luck": later("Luck")}
)
_ONE_GAME_TABS: Final = WordTable(
    {
        "rounds": later("Rounds"),
        "wins": later("Wins"),
        "players": later("Players"),
        "hours": later("Hours"),
        "luck": later("Luck"),
    }
)
_RANKS: Final = WordTable(
    {
        "bet": later("Most bet"),
        "won": later("Won most"),
        "lost": later("Lost most"),
        "new": later("New"),
        "back": later("Returning"),
        "unseen": later("Longest unseen"),
        "luck": later("Unusual luck"),
    }
)
_TOPS: Final = WordTable({"bet": later("Most bet"), "won": later("Won most"), "lost": later("Lost most")})
_HITS: Final = WordTable(
    {
        "paid": later("Paid"),
        "awaited": later("Awaited"),
        "unpaid": later("Not paid"),
        "unseen": later("Not seen"),
        "unwatched": later("Not watched"),
    }
)
_BETS_TABS: Final = WordTable({"live": later("Live"), "period": later("Period")})
_PLAYER_TABS: Final = WordTable(
    {
        "balance": later("Balance"),
        "rounds": later("Rounds"),
        "sessions": later("Sessions"),
        "games": later("Games"),
        "transfers": later("Transfers"),
    }
)
_POTS: Final = WordTable({"hourly": later("Hourly pot"), "super": later("Super pot")})
WATCHED: Final = WordTable(
    {
        "bet": later("Bet amount"),
        "gain": later("Company gain"),
        "bets": later("Bets"),
        "hold": later("Hold"),
        "rtp": later("RTP"),
        "average_bet": later("Average bet"),
        "net_result": later("Net result"),
        "players": later("Players"),
        "winners": later("Winners"),
        "losers": later("Losers"),
        "gain_noise": later("Distance of company gain from what was expected"),
        "bets_noise": later("Distance of bets from the same hours of other weeks"),
        "silence": later("Time without a bet"),
        "top_player": later("Share of one player"),
        "broken": later("Open alarms about games' RTP"),
        "pot": later("Jackpot pot"),
        "unmatched": later("Jackpot hits without a payout, or payouts without a hit"),
        "refused": later("Refused payouts"),
        "waiting": later("Wait of the oldest payout"),
        "restated": later("Past bets changed by the provider"),
        "late": later("Age of the newest bets"),
        "screen_off": later("Time that a screen is off"),
        "disk": later("Free disk space"),
        "line": later("Line of Status"),
        "net_gain": later("Net gain after bonus"),
        "bonus_cost": later("Bonus cost"),
        "converted_cash": later("Bonuses converted to cash"),
        "conversion_rate": later("Conversion rate of bonuses"),
        "bonus_wagered": later("Wagered with bonuses"),
        "bonus_win": later("Win during wagering"),
        "bonus_issued": later("Bonuses issued"),
        "bonus_used": later("Bonuses used"),
        "use_rate": later("Use rate of bonuses"),
        "bonus_open": later("Bonuses active or wagering"),
        "bonus_amount": later("Bonus amount"),
    }
)
"""What alerts may watch, by its name (`alerts.rules.METRICS`)."""
_FIELDS: Final = WordTable({"all": later("All fields of the provider's own history")})
_BUYS: Final = WordTable({"yes": later("Bought free games"), "no": later("Not bought")})
_RESULTS: Final = WordTable(
    {"won": later("The player won"), "lost": later("The player lost"), "even": later("Neither")}
)
_PAUSES: Final = WordTable(
    {minutes: later("{minutes} minutes", minutes=minutes) for minutes in (10, 15, 30, 60, 120)}
)
_MOST: Final = {"most": LONGEST_ID}

PERIOD: Final = Parameter(
    "period",
    ("overview", "games", "bonus", "players", "bets", "jackpots"),
    _period,
    NOT_A_PERIOD,
    default="7d",
    widget=Widget.ONE,
    write=lambda period: period.text,
)
COMPARE: Final = _maybe_one_of(
    "compare",
    ("overview", "games", "bonus", "players"),
    _MODES,
    later("The compare must be {one}; it is left out."),
)
"""Without it `periods.default_mode` of the period counts."""
CHART: Final = _set_of(
    "chart", ("overview",), _CHARTS, "gain", later("The chart must be {one}; the company's gain is shown.")
)
GAME_TAB: Final = _set_of(
    "tab", ("games",), _GAME_TABS, "table", later("The tab must be {one}; the table is shown.")
)
ONE_GAME_TAB: Final = _set_of(
    "game_tab",
    ("games",),
    _ONE_GAME_TABS,
    "rounds",
    later("The game_tab must be {one}; the latest rounds are shown."),
)
GAME_ID: Final = Parameter(
    "game_id",
    ("games", "alerts"),
    _number,
    later("The game_id must be a whole number above 0, such as 1041; showing all games instead."),
    widget=Widget.LINK,
)
GAME_TYPE: Final = _maybe_one_of(
    "type", ("games", "alerts"), TYPES, later("The type must be one of {choices}; showing all types instead.")
)
GAME_IDS: Final = Parameter(
    "game_id",
    ("bets", "players", "bonus"),
    _some(_number),
    later("The game_id must be whole numbers above 0, such as 1033,1062; all games are shown."),
    widget=Widget.SOME,
)
ROUND_TYPES: Final = _some_of(
    "type", ("bets", "players"), TYPES, later("The type must be among {choices}; all types are shown.")
)
OP_ID: Final = Parameter(
    "op_id",
    ("players", "wallet", "bonus"),
    _id,
    later("The op_id must be your own id of a player, at most {most} characters; it is left out.", **_MOST),
)
USER_ID: Final = Parameter(
    "user_id",
    ("players", "bonus", "alerts"),
    _number,
    later(
        "The user_id must be the provider's id of a player, a whole number above 0 such as 101100000000;"
        " it is left out."
    ),
)
FIND: Final = Parameter(
    "find",
    ("players",),
    _part,
    later("The find must be a part of a player's id, at most {most} characters; it is left out.", **_MOST),
)
RANK: Final = _set_of(
    "rank", ("players",), _RANKS, "bet", later("The rank must be {one}; the players who bet most are shown.")
)
TOPS: Final = _set_of(
    "rank", ("bets",), _TOPS, "bet", later("The rank must be {one}; the players who bet most are shown.")
)
BETS_TAB: Final = _set_of(
    "tab", ("bets",), _BETS_TABS, "live", later("The tab must be {one}; the last minutes are shown.")
)
PLAYER_TAB: Final = _set_of(
    "tab", ("players",), _PLAYER_TABS, "balance", later("The tab must be {one}; the balance is shown.")
)
FEATURE: Final = _some_of(
    "feature",
    ("players",),
    FEATURES,
    later("The feature must be among {choices}; rounds are shown without this filter."),
)
BUY: Final = _maybe_one_of(
    "buy", ("players",), _BUYS, later("The buy must be {one}; rounds are shown without this filter.")
)
RESULT: Final = _maybe_one_of(
    "result", ("players",), _RESULTS, later("The result must be {one}; rounds are shown without this filter.")
)
MIN_BET, MAX_BET, MIN_WIN = (
    Parameter(
        name,
        ("players",),
        _amount_li,
        later(
            "The {name} must be an amount of money such as 2.5, with three decimals at most; rounds are shown"
            " without this filter.",
            name=name,
        ),
        write=_amount_text,
    )
    for name in ("min_bet", "max_bet", "min_win")
)
FIELDS: Final = _maybe_one_of(
    "fields",
    ("players",),
    _FIELDS,
    later("The fields must be {choices}; rounds are shown with the fields that all bets have."),
)
ROUND: Final = Parameter(
    "round",
    ("players", "bets"),
    _id,
    later("The round must be the event id of a round, at most {most} characters; it is left out.", **_MOST),
    widget=Widget.LINK,
)
PAUSE: Final = _set_of(
    "pause",
    ("players",),
    _PAUSES,
    str(PAUSE_MIN),
    later("The pause must be {one} minutes; a session ends with a pause of {pause}.", pause=PAUSE_MIN),
)
CURRENCY: Final = Parameter(
    "currency",
    ("players",),
    _id,
    later(
        "The currency must be one of the currencies of the player's rounds, such as PHP;"
        " the most frequent one is shown."
    ),
    widget=Widget.ONE,
)
CREATE_TYPE: Final = _some_of(
    "type", ("bonus",), CREATE_TYPES, later("The type must be among {choices}; all are shown.")
)
STATE: Final = _some_of(
    "state", ("bonus",), STATES, later("The state must be among {choices}; all are shown.")
)
MCH_ID: Final = Parameter(
    "mch_id",
    ("bonus",),
    _number,
    later("The mch_id must be a merchant's id, a whole number above 0; it is left out."),
)
TRANSFER_TYPE: Final = _maybe_one_of(
    "type",
    ("wallet",),
    TRANSFER_TYPES,
    later("The type must be 4 (deposit) or 3 (withdrawal); both are shown."),
)
TRANS_NO: Final = Parameter(
    "trans_no",
    ("wallet",),
    _trans_no,
    later(
        "The trans_no must be a transfer's number of {least} to {most} characters; all transfers are shown.",
        least=_SHORTEST_TRANS_NO,
        most=_LONGEST_TRANS_NO,
    ),
)
BEFORE: Final = Parameter(
    "before",
    ("wallet",),
    _moment,
    later(
        "The before must be a time from {year} on such as 2026-03-15T09:30, or 2026-03-15T09:30+02:00;"
        " transfers of any time are shown.",
        year=FIRST_DAY.year,
    ),
    widget=Widget.TIME,
    write=_moment_text,
)
NEXT_ID: Final = Parameter(
    "next_id",
    ("wallet",),
    _page_number,
    later("The next_id must be the number of an older page; the newest transfers are shown."),
    widget=Widget.LINK,
    write=lambda next_id: _written(next_id or None),
)
HIT: Final = _some_of(
    "hit",
    ("jackpots",),
    _HITS,
    later("The hit must be among {choices}; all hits and payouts are shown."),
)
SCREEN: Final = Parameter(
    "screen",
    ("jackpots",),
    _id,
    later("The screen must be the token of a screen; it is left out."),
    widget=Widget.LINK,
)

CODE: Final = Parameter(
    "code",
    ("screens",),
    _id,
    later("The code must be what a television shows; it is left out."),
)

ALERT: Final = Parameter(
    "alert",
    ("alerts",),
    _number,
    later("The alert must be the number of an alert; a new one can be made."),
    widget=Widget.LINK,
)
WATCH: Final = _set_of(
    "watch", ("alerts",), WATCHED, "gain", later("The watch must be {one}; the company's gain is offered.")
)
POT: Final = _maybe_one_of(
    "pot", ("alerts",), _POTS, later("The pot must be {one}; both can be chosen from.")
)
SCREEN_ID: Final = Parameter(
    "screen_id",
    ("alerts",),
    _number,
    later("The screen_id must be the number of a screen; all can be chosen from."),
    widget=Widget.LINK,
)
LINE: Final = Parameter(
    "line",
    ("alerts",),
    _id,
    later("The line must be the name of a line of Status; all can be chosen from."),
    widget=Widget.LINK,
)

AS_TABLE: Final = Parameter(
    "as_table",
    ("overview", "games", "bonus", "jackpots", "players", "bets", "wallet", "data"),
    _some(_chart_name),
    later("The as_table must be names of charts, such as daily,games; all are drawn."),
    widget=Widget.SOME,
)
_WITH_TABLES: Final = tuple("games bonus jackpots players bets wallet alerts reports data status".split())
WHERE: Final = Parameter(
    "where",
    _WITH_TABLES,
    _some(lambda typed, _today: read_filter(typed)),
    later(
        "The where must be conditions on columns of tables such as all-games.rtp:95..98; all rows are shown."
    ),
    widget=Widget.SOME,
)
SORT: Final = Parameter(
    "sort",
    _WITH_TABLES,
    _some(lambda typed, _today: read_order(typed)),
    later(
        "The sort must be columns of tables, each with asc or desc, such as all-games.rtp.desc;"
        " the rows stand in their own order."
    ),
    widget=Widget.SOME,
)
COLUMNS: Final = Parameter(
    "columns",
    _WITH_TABLES,
    _some(lambda typed, _today: read_columns(typed)),
    later(
        "The columns must be tables, each with some of its columns, such as all-games.name.rtp;"
        " all columns are shown."
    ),
    widget=Widget.SOME,
)

PARAMETERS: Final[tuple[Parameter[Any], ...]] = tuple(
    row for row in list(globals().values()) if isinstance(row, Parameter)
)
"""All rows, in this order."""


@dataclass(frozen=True, slots=True)
class View:
    """A period and what it is measured against, as of `now` (aware, cut to the minute).

    Windows end at the full minute so that the period and its comparison have the same elapsed time, and so
    that everyone who looks within a minute asks the same question.
    """

    period: Period
    mode: Mode
    comparison: Comparison | None
    now: datetime
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """Start of the period's window."""
        return self.period.window(self.zone)[0]

    @property
    def end(self) -> datetime:
        """End of the period's window, now where it is still running."""
        return min(self.period.window(self.zone)[1], self.now)

    @property
    def is_running(self) -> bool:
        """Whether the period's last day is not finished."""
        return self.period.is_running(self.now, self.zone)

    def until(self, end: datetime) -> "View":
        """The same, as it was at `end` where that is earlier: of an older answer, with its own comparison."""
        if end >= self.end:
            return self
        comparison = compare(self.period, self.mode, self.now, self.zone, until=end)
        return replace(self, now=end, comparison=comparison)


def read_view(query: Query) -> View:
    """Read what to show from an address, as of its full minute."""
    now, zone = query.now.replace(second=0, microsecond=0), query.zone
    period = query.value(PERIOD)
    mode = query.value(COMPARE) or default_mode(period)
    return View(period, mode, compare(period, mode, now, zone), now, zone)
