"""The tables about bets: which columns they have, on screen and in files."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.bets.sums import BetSums, Size, unsized
from dashboard.core.files import Column, Kind
from dashboard.core.formats import UNKNOWN, count, decimal, percent
from dashboard.core.frames import local_times
from dashboard.core.metrics import METRIC, Totals
from dashboard.core.text import later, plural, text

USER_ID: Final = Column("user_id", "User id", Kind.NUMBER, later("The provider's id of the player."))
BETS: Final = (
    Column("start", "Start", Kind.TIME, later("When the round began, in the business zone.")),
    Column("game", "Game", Kind.TEXT),
    Column("type", "Type", Kind.TEXT),
    USER_ID,
    Column("op_id", "Op id", Kind.TEXT, later("The operator's id of the player.")),
    Column("bet_amount_li", "Bet", Kind.MONEY, later("The stake.")),
    Column("win_li", "Win", Kind.MONEY, later("What the player got back: bet + net result.")),
    Column("gain_li", "Net result", Kind.MONEY, later("The player's: below zero the company gained.")),
    Column("credit_before_li", "Balance before", Kind.MONEY),
    Column("credit_li", "Balance after", Kind.MONEY),
    Column("end", "End", Kind.TIME),
    Column("draw_id", "Round id", Kind.TEXT),
    Column("event_id", "Event id", Kind.TEXT),
    Column("game_id", "Game id", Kind.NUMBER),
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
    Column("player", "Player", Kind.TEXT, later("The operator's id, or the provider's where there is none.")),
    Column("bet_count", "Bets", Kind.COUNT, METRIC["bets"].made_of),
    Column("bet_amount_li", "Bet amount", Kind.MONEY, METRIC["bet_amount"].made_of),
    Column("gain_li", "Net result", Kind.MONEY, later("The player's: below zero the company gained.")),
    Column("rtp", "RTP", Kind.RATIO, METRIC["rtp"].made_of),
    Column("biggest_win_li", "Biggest win", Kind.MONEY, later("The most that one bet gave back.")),
)
WINS: Final = (
    Column("start", "Start", Kind.TIME),
    Column("player", "Player", Kind.TEXT, later("The operator's id, or the provider's where there is none.")),
    Column("game", "Game", Kind.TEXT),
    Column("bet_amount_li", "Bet", Kind.MONEY, later("The stake.")),
    Column("win_li", "Win", Kind.MONEY, later("What the player got back: bet + net result.")),
    Column("times", "Win ÷ bet", Kind.TEXT),
)


def bets_table(bets: pd.DataFrame, names: Mapping[int, str], zone: ZoneInfo) -> pd.DataFrame:
    """Add to bets (`bets.newest`) what the tables show: local times, the `game`'s name, the `player`."""
    op_ids, user_ids = bets["op_id"].tolist(), bets["user_id"].tolist()
    return bets.assign(
        start=local_times(bets["start_at"], zone),
        end=local_times(bets["end_at"], zone),
        game=[names.get(game_id, str(game_id)) for game_id in bets["game_id"].tolist()],
        player=[op_id or str(user_id) for op_id, user_id in zip(op_ids, user_ids, strict=True)],
        times=[
            text("{times}×", times=decimal(Fraction(win, bet), 1)) if bet > 0 else UNKNOWN
            for win, bet in zip(bets["win_li"].tolist(), bets["bet_amount_li"].tolist(), strict=True)
        ],
    )


def size_words(sums: BetSums, what: Size) -> str:
    """What a picture of sizes leaves out, in words: bets of 0, or bets that won nothing."""
    bets, rest = sums.totals.bet_count, unsized(sums, what)
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


def steps_table(steps: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Steps (`bets.by_step`) for `STEPS`, with local times."""
    return steps.assign(start=local_times(steps["start_at"], zone))


def players_table(players: pd.DataFrame) -> pd.DataFrame:
    """Add to players (`bets.top_players`) the RTP, and the `player` as people call them."""
    amounts, gains = players["bet_amount_li"].tolist(), players["gain_li"].tolist()
    ratios = [METRIC["rtp"].of(Totals(0, bet, gain, -gain)) for bet, gain in zip(amounts, gains, strict=True)]
    op_ids, user_ids = players["op_id"].tolist(), players["user_id"].tolist()
    return players.assign(
        rtp=pd.array([None if ratio is None else float(ratio) for ratio in ratios], dtype="Float64"),
        player=[op_id or str(user_id) for op_id, user_id in zip(op_ids, user_ids, strict=True)],
    )
