"""Bonuses: which ones are asked for, and tables of what has become of them, ready to draw and to export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.codes import CREATE_TYPES, STATES
from dashboard.core.files import Column, Kind
from dashboard.core.formats import UNKNOWN, count, money_short
from dashboard.core.frames import totals_frame
from dashboard.core.metrics import BONUS_METRIC, BonusTotals
from dashboard.core.periods import Period, day_end, day_start
from dashboard.core.query import CREATE_TYPE, GAME_IDS, MCH_ID, OP_ID, STATE, USER_ID, Query
from dashboard.core.text import later, listed, text
from twoj_client.models import BonusSummary

SUMS: Final = (
    "release_count",
    "used_count",
    "release_bonus_li",
    "converted_cash_li",
    "bet_amount_li",
    "win_amount_li",
)
IN_NO_PART: Final = later("In none of these")
"""The bonuses that the provider counts, and none of their states and creation types."""
IN_NO_PART_SO_FAR: Final = later("So far in none of these")
"""The same while a bonus may change its state between two answers."""
_RATES: Final = ("use_rate", "conversion_rate")


_NONE: Final = BonusSummary(0, 0, Decimal(), Decimal(), 0, 0)


@dataclass(frozen=True, slots=True)
class BonusQuery:
    """Which bonuses a page asks for; what is empty or None is not narrowed down."""

    create_types: tuple[int, ...] = ()
    states: tuple[int, ...] = ()
    game_ids: tuple[int, ...] = ()
    user_id: int | None = None
    op_id: str | None = None
    mch_id: int | None = None


FILTERS: Final = (CREATE_TYPE, STATE, GAME_IDS, USER_ID, OP_ID, MCH_ID)
"""What of the address narrows down the bonuses."""


def read_wanted(query: Query) -> BonusQuery:
    """Read from an address which bonuses it asks for; the order of its lists makes no other question."""
    types, states, games = query.value(CREATE_TYPE), query.value(STATE), query.value(GAME_IDS)
    return BonusQuery(
        tuple(sorted(types)),
        tuple(sorted(states)),
        tuple(sorted(games)),
        query.value(USER_ID),
        query.value(OP_ID),
        query.value(MCH_ID),
    )


def bonus_totals(
    summary: BonusSummary, open_count: int | None = None, company_gain_li: int | None = None
) -> BonusTotals:
    """Take over the provider's sums."""
    return BonusTotals(
        summary.release_count,
        summary.used_count,
        _li(summary.release_bonus),
        _li(summary.converted_cash),
        summary.bet_amount,
        summary.win_amount,
        open_count,
        company_gain_li,
    )


def bonus_days_frame(
    found: Mapping[date, BonusSummary], period: Period, now: datetime, zone: ZoneInfo
) -> pd.DataFrame:
    """One row per business day of the period, oldest first: `date`, the sums, the rates, `finished`.

    A bonus belongs to the day of its creation. A day that is not among `found` is NA, but one of which
    nothing has passed is 0. `finished` is False on the day that `now` lies in: more bonuses may be created on
    it.
    """
    days = period.days()
    sums = [found.get(day, _NONE if day_start(day, zone) >= now else None) for day in days]
    frame = pd.DataFrame({"date": pd.to_datetime(pd.Series(days))})
    frame = frame.join(_columns(sums))
    frame["finished"] = [day_end(day, zone) <= now for day in days]
    return frame


def bonus_parts_frame(
    found: Mapping[tuple[int, int], BonusSummary | None],
    whole: BonusSummary | None = None,
    settled: bool = True,
) -> pd.DataFrame:
    """One row per state and creation type: `state` and `create_type` in words, the sums, the rates.

    The order is the provider's. A pair whose answer failed is NA. By how much the rows differ from `whole`,
    the provider's total of these bonuses, stands in a last row, where all are known; it says where they have
    not `settled`.
    """
    pairs = sorted(found)
    names = [(STATES[state], CREATE_TYPES[create_type]) for state, create_type in pairs]
    rows = [found[pair] for pair in pairs]
    rest = None if whole is None else _beyond(whole, rows)
    if rest is not None and bonus_totals(rest) != bonus_totals(_NONE):
        names.append((str(IN_NO_PART if settled else IN_NO_PART_SO_FAR), ""))
        rows.append(rest)
    frame = pd.DataFrame(
        {"state": [state for state, _ in names], "create_type": [create_type for _, create_type in names]}
    )
    return frame.join(_columns(rows))


def bonus_matrix(parts: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    """Put those rows as a matrix: `state`, and by the words of each creation type a column of its cells.

    A cell says how many were issued, and what became cash. What is in none of the kinds is not in it.
    """
    cells: dict[str, dict[str, str]] = {}
    rows = parts[parts["create_type"] != ""]
    names = ("state", "create_type", "release_count", "converted_cash_li")
    for state, create_type, issued, cash_li in zip(*(rows[name].tolist() for name in names), strict=True):
        is_known = not (pd.isna(issued) or pd.isna(cash_li))
        said = f"{count(issued)} · {money_short(cash_li, currency)}" if is_known else UNKNOWN
        cells.setdefault(state, {})[create_type] = said
    return pd.DataFrame([{"state": state, **of_types} for state, of_types in cells.items()], dtype="string")


def matrix_columns(matrix: pd.DataFrame) -> list[Column]:
    """The columns of such a matrix."""
    types = [str(name) for name in matrix if name != "state"]
    return [Column("state", "State", Kind.TEXT), *(Column(name, name, Kind.TEXT) for name in types)]


def _beyond(whole: BonusSummary, rows: Sequence[BonusSummary | None]) -> BonusSummary | None:
    """What a total has beyond its parts (below zero: less); None where a part is not known."""
    parts = [row for row in rows if row is not None]
    if len(parts) < len(rows):
        return None
    return BonusSummary(
        *(
            getattr(whole, name) - sum(getattr(part, name) for part in parts)
            for name in BonusSummary.__struct_fields__
        )
    )


def bonus_rows(frame: pd.DataFrame) -> list[BonusTotals | None]:
    """Read the sums of each row back as totals, None where not known."""
    columns = [frame[name].tolist() for name in SUMS]
    return [
        None if any(pd.isna(value) for value in row) else BonusTotals(*row)
        for row in zip(*columns, strict=True)
    ]


def described(wanted: BonusQuery, names: Mapping[int, str]) -> str:
    """Which bonuses are asked for, in words: "Backend created · Active or Wagering · Elves"."""
    parts = (
        listed((CREATE_TYPES[number] for number in wanted.create_types), "or"),
        listed((STATES[number] for number in wanted.states), "or"),
        listed((names.get(number, number) for number in wanted.game_ids), "or"),
        text("user id {user_id}", user_id=wanted.user_id) if wanted.user_id else "",
        text("op id {op_id}", op_id=wanted.op_id) if wanted.op_id else "",
        text("merchant {mch_id}", mch_id=wanted.mch_id) if wanted.mch_id else "",
    )
    return " · ".join(part for part in parts if part)


def _columns(summaries: Sequence[BonusSummary | None]) -> pd.DataFrame:
    rows = [None if summary is None else bonus_totals(summary) for summary in summaries]
    frame = totals_frame(rows, SUMS)
    for name in _RATES:
        rates = [None if row is None else BONUS_METRIC[name].of(row) for row in rows]
        frame[name] = pd.array([None if rate is None else float(rate) for rate in rates], dtype="Float64")
    return frame


def _li(amount: Decimal) -> int:
    """Whole li: the provider writes these amounts as decimal numbers, but there is nothing below a li."""
    return int(amount.to_integral_value(ROUND_HALF_UP))
