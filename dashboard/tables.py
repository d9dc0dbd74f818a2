"""The columns under which frames leave the house as files."""

from typing import Final

from dashboard.export import Column, Kind

_SUMS: Final = (
    Column("bet_count", "Bets", Kind.COUNT),
    Column("bet_amount_li", "Bet amount", Kind.MONEY),
    Column("gain_li", "Players' net result", Kind.MONEY),
    Column("company_gain_li", "Company gain", Kind.MONEY),
)
_BEFORE: Final = tuple(
    Column(f"before_{column.field}", f"{column.title}, compared", column.kind) for column in _SUMS
)

DAYS: Final = (Column("date", "Day", Kind.DAY), *_SUMS)
DAYS_COMPARED: Final = (*DAYS, Column("before_date", "Day, compared", Kind.DAY), *_BEFORE)
HOURS: Final = (Column("hour", "Hour", Kind.TEXT), *_SUMS, *_BEFORE)
GAMES: Final = (
    Column("game_id", "Game id", Kind.COUNT),
    Column("name", "Game", Kind.TEXT),
    Column("type", "Type", Kind.TEXT),
    *_SUMS,
    Column("hold", "Hold", Kind.RATIO),
)

_BONUSES: Final = (
    Column("release_count", "Issued", Kind.COUNT),
    Column("used_count", "Used", Kind.COUNT),
    Column("use_rate", "Use rate", Kind.RATIO),
    Column("release_bonus_li", "Bonus amount", Kind.MONEY),
    Column("converted_cash_li", "Converted to cash", Kind.MONEY),
    Column("conversion_rate", "Conversion rate", Kind.RATIO),
    Column("bet_amount_li", "Wagered", Kind.MONEY),
    Column("win_amount_li", "Win during wagering", Kind.MONEY),
)
BONUS_DAYS: Final = (Column("date", "Day of creation", Kind.DAY), *_BONUSES)
BONUS_PARTS: Final = (
    Column("state", "State", Kind.TEXT),
    Column("create_type", "Creation type", Kind.TEXT),
    *_BONUSES,
)
