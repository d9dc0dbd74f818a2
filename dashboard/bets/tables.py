"""The tables about bets: which columns they have, on screen and in files."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.bets.sums import Size, unsized
from dashboard.core.files import Column, Kind
from dashboard.core.formats import UNKNOWN, count, decimal, percent
from dashboard.core.frames import local_times
from dashboard.core.metrics import METRIC
from dashboard.core.text import later, plural, text
from dashboard.rounds.tables import ROUND, rtps

USER_ID: Final = Column("user_id", "User id", Kind.NUMBER, later("The provider's id of the player."))
BET: Final = Column("bet_amount_li", "Bet", Kind.MONEY, later("The stake."))
PLAYER: Final = Column(
    "player", "Player", Kind.TEXT, later("The operator's id, or the provider's where there is none.")
)
BETS: Final = (
    *(ROUND[field] for field in ("start", "game", "type")),
    USER_ID,
    Column("op_id", "Op id", Kind.TEXT, later("The operator's id of the player.")),
    BET,
    *(ROUND[field] for field in ("win_li", "gain_li", "credit_before_li", "credit_li", "end")),
    *(ROUND[field] for field in ("draw_id", "event_id", "game_id")),
)
"""Every field that the provider documents for a bet (document 1.3), with the game in words."""
STEPS: Final = (
    Column("start", "Start", Kind.TIME),
    Column("bet_count", "Bets", Kind.COUNT),
    Column("bet_amount_li", "Bet amount", Kind.MONEY),
    Column("gain_li", "Players' net result", Kind.MONEY),
)
SIZES: Final = (
    Column("from_li", "From", Kind.MONEY, later("The smallest size in this bin.")),
    Column("to_li", "Below", Kind.MONEY, later("Where the next bin begins.")),
    Column("bet_count", "Bets", Kind.COUNT),
    Column("amount_li", "Amount", Kind.MONEY, later("The sum of these sizes.")),
)
PLAYERS: Final = (
    PLAYER,
    Column("bet_count", "Bets", Kind.COUNT, METRIC["bets"].made_of),
    Column("bet_amount_li", "Bet amount", Kind.MONEY, METRIC["bet_amount"].made_of),
    ROUND["gain_li"],
    Column("rtp", "RTP", Kind.RATIO, METRIC["rtp"].made_of),
    Column("biggest_win_li", "Biggest win", Kind.MONEY, later("The most that one bet gave back.")),
)
WINS: Final = (
    Column("start", "Start", Kind.TIME),
    PLAYER,
    *(ROUND["game"], BET, ROUND["win_li"]),
    Column("times", "Win ÷ bet", Kind.TEXT),
)


def steps_table(steps: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Add to steps of time (`sums.by_step`) their local `start`."""
    return steps.assign(start=local_times(steps["start_at"], zone))


def bets_table(bets: pd.DataFrame, names: Mapping[int, str], zone: ZoneInfo) -> pd.DataFrame:
    """Add to bets (`sums.bets_frame`) what the tables show: local times, the `game`'s name, the `player`."""
    return bets.assign(
        start=local_times(bets["start_at"], zone),
        end=local_times(bets["end_at"], zone),
        game=[names.get(game_id, str(game_id)) for game_id in bets["game_id"].tolist()],
        player=_called(bets),
        times=[
            text("{times}×", times=decimal(Fraction(win, bet), 1)) if bet > 0 else UNKNOWN
            for win, bet in zip(bets["win_li"].tolist(), bets["bet_amount_li"].tolist(), strict=True)
        ],
    )


def unsized_text(bets: int, sizes: pd.DataFrame, what: Size) -> str:
    """What a picture of sizes of so many bets leaves out: bets of 0, or bets that won nothing."""
    rest = unsized(bets, sizes)
    if what is Size.BET:
        if not rest:
            return text("All bets are drawn.")
        return plural("{n} bet of 0 is not drawn.", "{n} bets of 0 are not drawn.", rest)
    return text(
        "{count} of {bets} bets ({share}) won nothing and are not drawn.",
        count=count(rest),
        bets=count(bets),
        share=percent(Fraction(rest, bets) if bets else None, 1),
    )


def players_table(players: pd.DataFrame) -> pd.DataFrame:
    """Add to players (`sums.players_frame`) the RTP, and the `player` as people call them."""
    return players.assign(rtp=rtps(players), player=_called(players))


def _called(rows: pd.DataFrame) -> list[str]:
    # Of a player who was taken out of the archive there is neither.
    ids = zip(rows["op_id"].fillna("").tolist(), rows["user_id"].astype("string").tolist(), strict=True)
    return [op_id or (UNKNOWN if pd.isna(user_id) else user_id) for op_id, user_id in ids]
