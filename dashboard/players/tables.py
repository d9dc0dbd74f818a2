"""The tables about one player: which columns they have, on screen and in files."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.files import Column, Kind
from dashboard.core.formats import decimal, duration, with_plus
from dashboard.core.frames import local_times
from dashboard.core.metrics import METRIC
from dashboard.core.text import later, text
from dashboard.players.balance import CAUSES, Gap, Transfer
from dashboard.players.games import differences
from dashboard.rounds.tables import ROUND, rtps

SESSIONS: Final = (
    Column("begun", "Begun", Kind.TIME),
    Column("length", "Length", Kind.TEXT),
    Column("bet_count", "Rounds", Kind.COUNT),
    Column("game_count", "Games", Kind.COUNT),
    Column("bet_amount_li", "Bet amount", Kind.MONEY, later("The stakes of the session.")),
    ROUND["gain_li"],
    Column("biggest_win_li", "Biggest win", Kind.MONEY, later("The most that one round gave back.")),
)
GAPS: Final = (
    Column("at", "Before the round of", Kind.TIME),
    Column("before_li", "Balance after the round before", Kind.MONEY),
    Column("after_li", "Balance before the round", Kind.MONEY),
    Column("amount_li", "Difference", Kind.MONEY),
    Column("cause", "Cause", Kind.TEXT),
    Column("why", "Because", Kind.TEXT),
    Column(
        "unexplained_li",
        "Not by transfers",
        Kind.MONEY,
        later("The part that transfer records do not explain."),
    ),
)
PLAYER_GAMES: Final = (
    *(ROUND["game"], ROUND["type"]),
    Column("bet_count", "Rounds", Kind.COUNT),
    Column("bet_amount_li", "Bet amount", Kind.MONEY, METRIC["bet_amount"].made_of),
    ROUND["gain_li"],
    Column("rtp", "RTP", Kind.RATIO, METRIC["rtp"].made_of),
    Column("summary_bet_count", "Bets, summary", Kind.COUNT, later("As the provider sums them up itself.")),
    Column("summary_bet_amount_li", "Bet amount, summary", Kind.MONEY),
    Column("summary_gain_li", "Net result, summary", Kind.MONEY),
    Column("difference", "Summary against rounds", Kind.TEXT, later("What the summary has more or less.")),
)
_FIRST_COLUMNS: Final = (
    Column("player", "Player", Kind.TEXT, later("Your own id of the player; without one, the provider's.")),
    Column("user_id", "User id", Kind.NUMBER),
    Column("bet_count", "Bets", Kind.COUNT),
)
_LAST_BET: Final = Column("last", "Last bet", Kind.TIME)
FOUND_PLAYERS: Final = (*_FIRST_COLUMNS, _LAST_BET)
"""In all that the archive holds."""
RANKED_PLAYERS: Final = (
    *_FIRST_COLUMNS,
    Column("bet_amount_li", "Bet amount", Kind.MONEY, METRIC["bet_amount"].made_of),
    ROUND["gain_li"],
    Column("rtp", "RTP", Kind.RATIO, METRIC["rtp"].made_of),
    Column("first", "First bet", Kind.TIME, later("In the period.")),
    _LAST_BET,
)
"""In a period."""
LUCKY_PLAYERS: Final = (
    *RANKED_PLAYERS[:5],
    Column(
        "luck",
        "Luck, SE",
        Kind.TEXT,
        later("Net result beyond what was to be expected of these bets, in standard errors."),
    ),
    *RANKED_PLAYERS[5:],
)
"""The same, with how unusual the luck was."""


TRANSFERS: Final = (
    Column("at", "Time", Kind.TIME),
    Column("kind", "Transfer", Kind.TEXT),
    Column("amount_li", "Amount", Kind.MONEY, later("Below zero the player took it out.")),
    Column("after_li", "Balance after", Kind.MONEY),
    Column("number", "Transfer number", Kind.TEXT, later("As the provider assembles it.")),
)


def transfers_table(transfers: Sequence[Transfer], zone: ZoneInfo) -> pd.DataFrame:
    """Transfers newest first, for `TRANSFERS`."""
    newest = transfers[::-1]
    return pd.DataFrame(
        {
            "at": local_times(pd.Series([each.at_s for each in newest], dtype="int64"), zone),
            "kind": [text("deposit") if each.amount_li > 0 else text("withdrawal") for each in newest],
            "amount_li": pd.array([each.amount_li for each in newest], dtype="Int64"),
            "after_li": pd.array([each.after_li for each in newest], dtype="Int64"),
            "number": [each.number for each in newest],
        }
    )


COHORTS: Final = (
    Column("week", "Week from", Kind.DAY),
    Column("players", "New players", Kind.COUNT),
    *(Column(f"week_{n}", f"+{n}", Kind.RATIO, later("Weeks later.")) for n in range(1, 8)),
)


def players_table(players: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Players (`data_search`) for `FOUND_PLAYERS` or `RANKED_PLAYERS`, in their order."""
    ids, times = players["user_id"].astype("string"), {"first_s": "first", "last_s": "last"}
    names = players["op_id"].where(players["op_id"].ne("").fillna(value=False), ids)
    told = {name: local_times(players[field], zone) for field, name in times.items() if field in players}
    shown = players.assign(player=names, **told)
    if "luck" in players:
        shown = shown.assign(
            luck=[with_plus(decimal(Fraction(luck), 1)) for luck in players["luck"].tolist()]
        )
    return shown.assign(rtp=rtps(players)) if "bet_amount_li" in players else shown


def sessions_table(sessions: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Sessions (`sessions.sessions_frame`) newest first, for `SESSIONS`."""
    newest = sessions.iloc[::-1].reset_index(drop=True)
    return newest.assign(
        begun=local_times(newest["start_at"], zone),
        length=[duration(length_s) for length_s in newest["length_s"].tolist()],
    )


def gaps_table(gaps: Sequence[Gap], zone: ZoneInfo) -> pd.DataFrame:
    """Gaps newest first, for `GAPS`."""
    newest = gaps[::-1]
    amounts = ("before_li", "after_li", "amount_li", "unexplained_li")
    return pd.DataFrame(
        {
            "at": local_times(pd.Series([gap.to_s for gap in newest], dtype="int64"), zone),
            **{name: pd.array([getattr(gap, name) for gap in newest], dtype="Int64") for name in amounts},
            "cause": [str(CAUSES[gap.cause]) for gap in newest],
            "why": [gap.why for gap in newest],
        }
    )


def games_table(games: pd.DataFrame) -> pd.DataFrame:
    """Per game for `PLAYER_GAMES` (`player_games.player_games`), with RTP and the differences in words."""
    is_compared = games["summary_gain_li"].notna().tolist()
    return games.assign(
        rtp=rtps(games),
        difference=[
            words or (text("agrees") if compared else "")
            for words, compared in zip(differences(games), is_compared, strict=True)
        ],
    )
