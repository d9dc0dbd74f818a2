"""The table of rounds: which columns it has, on screen and in files."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.codes import FEATURES
from dashboard.core.files import Column, Kind
from dashboard.core.frames import local_times
from dashboard.core.metrics import METRIC, Totals
from dashboard.core.text import later
from dashboard.rounds.frame import AWARD_TYPES

_OF_ARCHIVE: Final = later("In the provider's own history of a player, rounds of slots alone have it.")
ROUNDS: Final = (
    Column("start", "Start", Kind.TIME, later("When the round began, in the business zone.")),
    Column("game", "Game", Kind.TEXT),
    Column("type", "Type", Kind.TEXT),
    Column("bet_amount_li", "Bet", Kind.MONEY, later("The stake of the round.")),
    Column("win_li", "Win", Kind.MONEY, later("What the player got back: bet + net result.")),
    Column("gain_li", "Net result", Kind.MONEY, later("The player's: below zero the company gained.")),
    Column("credit_before_li", "Balance before", Kind.MONEY),
    Column("credit_li", "Balance after", Kind.MONEY),
    Column(
        "feature_name", "Feature", Kind.TEXT, later("Slots only: base game, free games, bonus game, jackpot.")
    ),
    Column("is_buy", "Bought", Kind.FLAG, later("Slots only: whether the free games were bought.")),
    Column("base_amount_li", "Base game win", Kind.MONEY, later("extra_business.base_amount, slots only")),
    Column("free_amount_li", "Free games win", Kind.MONEY, later("extra_business.free_amount, slots only")),
    Column("bonus_amount_li", "Bonus win", Kind.MONEY, later("extra_business.bonus_amount, slots only")),
    Column(
        "jackpot_amount_li", "Jackpot win", Kind.MONEY, later("extra_business.jackpot_amount, slots only")
    ),
    Column("extra_spins", "Extra spins", Kind.NUMBER, later("extra_business.extra_spins, slots only")),
    Column("award_name", "Award", Kind.TEXT, later("extra_business.award_type, slots only")),
    Column("bet_areas", "Bet areas", Kind.TEXT, later("Not for slots.")),
    Column("win_areas", "Win areas", Kind.TEXT, later("Not for slots.")),
    Column("game_result", "Result", Kind.TEXT, later("Not for slots.")),
    Column("award_odds", "Odds", Kind.TEXT, later("The crash multiplier. Not for slots.")),
    Column("end", "End", Kind.TIME),
    Column("currency", "Currency", Kind.TEXT, later("The player's, as the provider gives it; slots only.")),
    Column("draw_id", "Round id", Kind.TEXT),
    Column("event_id", "Event id", Kind.TEXT),
    Column("game_id", "Game id", Kind.NUMBER),
    Column("user_id", "User id", Kind.NUMBER, _OF_ARCHIVE),
    Column("op_id", "Op id", Kind.TEXT, _OF_ARCHIVE),
    Column("start_at", "Start, epoch s", Kind.NUMBER),
    Column("end_at", "End, epoch s", Kind.NUMBER),
    Column(
        "extra_business", "extra_business", Kind.TEXT, later("All of it as JSON, unknown fields included.")
    ),
)
"""Every field that the provider documents for a player's rounds."""
ROUND: Final = {column.field: column for column in ROUNDS}
ONLY_IN_HISTORY: Final = (
    *("feature_name", "is_buy", "base_amount_li", "free_amount_li", "bonus_amount_li", "jackpot_amount_li"),
    *("extra_spins", "award_name", "bet_areas", "win_areas", "game_result", "award_odds", "extra_business"),
)
"""What the provider's own history of a player says of a round, and its list of all bets does not."""
_ONLY_IN_FILES: Final = ("start_at", "end_at", "extra_business")
ROUNDS_ON_SCREEN: Final = tuple(column for column in ROUNDS if column.field not in _ONLY_IN_FILES)
"""Without what other columns say as well; all of `extra_business` is shown of the round that is selected."""


def told(columns: Sequence[Column], *, every_field: bool) -> tuple[Column, ...]:
    """Return those of the columns that can hold anything: with `every_field`, all."""
    return tuple(column for column in columns if every_field or column.field not in ONLY_IN_HISTORY)


def rounds_table(rounds: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Put rounds (`rounds.with_games`) newest first, with local times and the provider's numbers in words."""
    newest = rounds.iloc[::-1].reset_index(drop=True)
    return newest.assign(
        start=local_times(newest["start_at"], zone),
        end=local_times(newest["end_at"], zone),
        feature_name=_named(newest["feature"], FEATURES),
        award_name=_named(newest["award_type"], AWARD_TYPES),
    )


def rtps(sums: pd.DataFrame) -> "pd.Series[float]":
    """RTP of each row of sums of rounds (`bet_amount_li`, `gain_li`), for tables: floats, NA without bets."""
    pairs = zip(sums["bet_amount_li"].tolist(), sums["gain_li"].tolist(), strict=True)
    ratios = [METRIC["rtp"].of(Totals(0, bet_li, gain_li, -gain_li)) for bet_li, gain_li in pairs]
    floats = [None if ratio is None else float(ratio) for ratio in ratios]
    return pd.Series(floats, index=sums.index, dtype="Float64")


def _named(numbers: "pd.Series[int]", names: Mapping[int, object]) -> "pd.Series[str]":
    """Numbers in words; one that the document does not name stays a number."""
    found = [None if pd.isna(number) else str(names.get(number, number)) for number in numbers.tolist()]
    return pd.Series(found, index=numbers.index, dtype="string")
