"""The columns under which frames leave the house as files."""

from typing import Any, Final

from dashboard.core.files import Column, Kind
from dashboard.core.metrics import BONUS_METRIC, METRIC, Metric, Unit
from dashboard.core.text import later

_KINDS: Final = {Unit.COUNT: Kind.COUNT, Unit.MONEY: Kind.MONEY, Unit.RATIO: Kind.RATIO}


def _of_metric(field: str, metric: Metric[Any]) -> Column:
    """A column of a metric, under its label."""
    return Column(field, metric.label_key, _KINDS[metric.unit], metric.made_of)


_SUMS: Final = (
    Column("bet_count", "Bets", Kind.COUNT),
    Column("bet_amount_li", "Bet amount", Kind.MONEY),
    Column("gain_li", "Players' net result", Kind.MONEY),
    Column("company_gain_li", "Company gain", Kind.MONEY),
)
_BEFORE: Final = (
    Column("before_bet_count", "Bets, compared", Kind.COUNT),
    Column("before_bet_amount_li", "Bet amount, compared", Kind.MONEY),
    Column("before_gain_li", "Players' net result, compared", Kind.MONEY),
    Column("before_company_gain_li", "Company gain, compared", Kind.MONEY),
)

DAYS: Final = (Column("date", "Day", Kind.DAY), *_SUMS)
DAYS_COMPARED: Final = (*DAYS, Column("before_date", "Day, compared", Kind.DAY), *_BEFORE)
HOURS: Final = (
    Column("hour", "Hour", Kind.TEXT),
    Column("start", "Start", Kind.TIME),
    *_SUMS,
)
HOURS_COMPARED: Final = (*HOURS, Column("before_start", "Start, compared", Kind.TIME), *_BEFORE)
GAMES: Final = (
    Column("game_id", "Game id", Kind.NUMBER),
    Column("name", "Game", Kind.TEXT),
    Column("type", "Type", Kind.TEXT),
    *_SUMS,
    Column("hold", "Hold", Kind.RATIO),
)

ALL_GAMES: Final = (
    Column("name", "Game", Kind.TEXT),
    Column("type", "Type", Kind.TEXT),
    _of_metric("bet_count", METRIC["bets"]),
    _of_metric("bet_amount_li", METRIC["bet_amount"]),
    _of_metric("company_gain_li", METRIC["company_gain"]),
    _of_metric("hold", METRIC["hold"]),
    _of_metric("rtp", METRIC["rtp"]),
    Column(
        "share",
        "Share",
        Kind.RATIO,
        later(
            "The game's company gain ÷ that of all known games, losses included. None where all together"
            " lost."
        ),
    ),
    _of_metric("average_bet_li", METRIC["average_bet"]),
    Column(
        "players",
        "Players",
        Kind.COUNT,
        later(
            "Distinct players of exactly this period, as the provider counts them. It does not say them for"
            " slots, nor for more than 60 days."
        ),
    ),
    Column(
        "bet_change",
        "Bet change",
        Kind.RATIO,
        later("Against the compared period, in percent of its bet amount."),
    ),
    Column("gain_change_li", "Gain change", Kind.MONEY, later("Against the compared period, as an amount.")),
)
"""Of `game_table.game_table`."""
GAME_ID: Final = Column("game_id", "Game id", Kind.NUMBER)
LUCK: Final = (
    Column("name", "Game", Kind.TEXT),
    Column("type", "Type", Kind.TEXT),
    Column("verdict", "Verdict", Kind.TEXT),
    _of_metric("rtp", METRIC["rtp"]),
    Column("expected", "Expected", Kind.RATIO, later("The RTP that an honest game is expected to have.")),
    Column(
        "source",
        "Expected from",
        Kind.TEXT,
        later("The game's own days before the period, or rounds of its type."),
    ),
    Column(
        "low_95", "95 % from", Kind.RATIO, later("95 of 100 honest games with this much play lie from here …")
    ),
    Column("high_95", "95 % to", Kind.RATIO, later("… to here.")),
    Column(
        "low_998",
        "99.8 % from",
        Kind.RATIO,
        later("All but one of 500 honest games with this much play lie from here …"),
    ),
    Column("high_998", "99.8 % to", Kind.RATIO, later("… to here.")),
    Column(
        "effective",
        "Effective rounds",
        Kind.COUNT,
        later("The rounds, where a few high stakes count for fewer than they are: (Σ bet)² ÷ Σ bet²."),
    ),
    Column("needed", "Needed", Kind.COUNT, later("With so many effective rounds a band is fair.")),
)
"""Of `luck_table.luck_frame`."""
GAME_ROUNDS: Final = (
    Column("time", "Time", Kind.TIME, later("When the round started, in the business zone.")),
    Column("bet_amount_li", "Bet", Kind.MONEY),
    Column("win_li", "Win", Kind.MONEY, later("What the player got back: bet + net result.")),
    Column("gain_li", "Net result", Kind.MONEY, later("Of the player: winnings minus bet.")),
    Column("draw_id", "Draw", Kind.TEXT, later("The provider's id of the draw.")),
)
"""Of `round_tables.round_table`."""
ROUND_PLAYERS: Final = (
    Column("user_id", "Player", Kind.NUMBER),
    Column("op_id", "Operator's id", Kind.TEXT),
)
"""Whose rounds those are, for people who may see players."""

_BONUSES: Final = (
    _of_metric("release_count", BONUS_METRIC["bonus_issued"]),
    _of_metric("used_count", BONUS_METRIC["bonus_used"]),
    _of_metric("use_rate", BONUS_METRIC["use_rate"]),
    _of_metric("release_bonus_li", BONUS_METRIC["bonus_amount"]),
    _of_metric("converted_cash_li", BONUS_METRIC["converted_cash"]),
    _of_metric("conversion_rate", BONUS_METRIC["conversion_rate"]),
    _of_metric("bet_amount_li", BONUS_METRIC["bonus_wagered"]),
    _of_metric("win_amount_li", BONUS_METRIC["bonus_win"]),
)
BONUS_DAYS: Final = (Column("date", "Day of creation", Kind.DAY), *_BONUSES)
BONUS_PARTS: Final = (
    Column("state", "State", Kind.TEXT),
    Column("create_type", "Creation type", Kind.TEXT),
    *_BONUSES,
)

TRANSFERS: Final = (
    Column("at", "Time", Kind.TIME),
    Column("type", "Type", Kind.TEXT),
    Column("amount_li", "Amount", Kind.MONEY),
    Column("before_li", "Balance before", Kind.MONEY, later("The balance after it, without the transfer.")),
    Column("after_li", "Balance after", Kind.MONEY, later("As the provider's record says.")),
    Column(
        "between_li",
        "Since the one before",
        Kind.MONEY,
        later(
            "By how much the balance had changed since the transfer before: rounds, bonuses, jackpots, or a"
            " transfer that is missing. 0: the two follow each other."
        ),
    ),
    Column("ref_id", "Your number", Kind.TEXT, later("The number under which you asked for it.")),
    Column("trans_no", "Provider's number", Kind.TEXT, later("The number that the provider made of yours.")),
)
"""Of `wallet.transfers_frame`."""
ORDERS: Final = (
    Column("at", "Time", Kind.TIME),
    Column("kind", "Type", Kind.TEXT),
    Column("amount_li", "Amount", Kind.MONEY),
    Column("state", "Outcome", Kind.TEXT),
    Column("balance_li", "Balance after", Kind.MONEY),
    Column("who", "By", Kind.TEXT, later("Without sign-in nobody is known by name.")),
    Column("trans_no", "Number", Kind.TEXT),
)
"""Of `orders.order_table`."""

CALLS: Final = (
    Column("endpoint", "Endpoint", Kind.TEXT, later("By the client's method.")),
    Column(
        "calls_60s", "Last minute", Kind.COUNT, later("Requests sent, repetitions and failures included.")
    ),
    Column("calls_900s", "Last 15 min", Kind.COUNT),
    Column("p50_ms", "p50, ms", Kind.COUNT, later("Half of the last 1000 requests took at most so long.")),
    Column("p95_ms", "p95, ms", Kind.COUNT, later("95 % of the last 1000 requests took at most so long.")),
    Column("failures_900s", "Failed, 15 min", Kind.COUNT),
    Column(
        "failures",
        "Failed since the start",
        Kind.TEXT,
        later("By error; docs/running.md says what each means."),
    ),
    Column("calls", "All", Kind.COUNT, later("Requests since the server was started.")),
    Column("hits", "Kept answers", Kind.COUNT, later("Answers from the cache.")),
    Column("misses", "Waited for", Kind.COUNT, later("Answers that had to be asked for.")),
    Column("stale", "Old ones", Kind.COUNT, later("Answers from before, as the provider failed.")),
)
"""Of `data.status.calls`."""

REFUSED_PAYOUTS: Final = (
    Column("at", "Time", Kind.TIME),
    Column("kind", "Call", Kind.TEXT),
    Column("msg", "Answered", Kind.TEXT),
    Column("trans_no", "Transaction number", Kind.TEXT, later("Of signed calls, where it can be read.")),
    Column("body", "Body", Kind.TEXT, later("How it begins. The ledger keeps all of a signed one.")),
)
"""Of `data.status.refused_calls`."""

AUDIT_LOG: Final = (
    Column("id", "Row", Kind.NUMBER),
    Column("at", "Time", Kind.TIME),
    Column("who", "Who", Kind.TEXT, later("Without sign-in nobody is known by name: all are local.")),
    Column("what", "What", Kind.TEXT),
    Column("about", "About", Kind.TEXT),
    Column("outcome", "Outcome", Kind.TEXT),
)
"""Of `data.audit_rows`."""

RTP_WATCH: Final = (
    Column("name", "Game", Kind.TEXT),
    Column(
        "over_way",
        "Pays too much",
        Kind.RATIO,
        later("How far the evidence has come on its way to an alarm, in logarithms: 100 % is one."),
    ),
    Column(
        "under_way",
        "Pays too little",
        Kind.RATIO,
        later("How far the evidence has come on its way to an alarm, in logarithms: 100 % is one."),
    ),
    Column("basis", "Watched against", Kind.TEXT),
    Column("rtp", "RTP of a draw", Kind.RATIO, later("The theoretical one, else the mean of its own past.")),
    Column("limit", "Too much from", Kind.RATIO, later("The highest RTP that may still be as it should be.")),
    Column("draws", "Draws an hour", Kind.COUNT, later("Of the hours of 30 days in which it was played.")),
    Column(
        "seen_over",
        "Seen in 30 days: more",
        Kind.RATIO,
        later("By so much more the game would have to pay to be found within 30 days of such play."),
    ),
    Column(
        "seen_under",
        "Seen in 30 days: less",
        Kind.RATIO,
        later("By so much less the game would have to pay to be found within 30 days of such play."),
    ),
)
INVESTIGATIONS: Final = (
    Column("name", "Game", Kind.TEXT),
    Column("what", "Alarm", Kind.TEXT),
    Column("since", "Since about", Kind.TIME, later("When the evidence began to grow.")),
    Column("alarmed", "Alarm at", Kind.TIME),
    Column("evidence", "Evidence", Kind.TEXT, later("At the alarm. An alarm needs 87,600.")),
    Column("looked_by", "Looked into by", Kind.TEXT),
    Column("found", "Found", Kind.TEXT),
    Column("closed_by", "Closed by", Kind.TEXT),
    Column("closed_at", "Closed", Kind.TIME),
)

ALERT_EVENTS: Final = (
    Column("at", "Time", Kind.TIME),
    Column("alert", "Alert", Kind.TEXT),
    Column("of", "Of", Kind.TEXT),
    Column("before", "Was", Kind.TEXT),
    Column("after", "Became", Kind.TEXT),
    Column("value", "Value", Kind.TEXT),
    Column("evidence", "Made of", Kind.TEXT),
    Column("messages", "Messages", Kind.COUNT, later("How many were written with the change.")),
)
MESSAGES: Final = (
    Column("at", "Time", Kind.TIME),
    Column("channel", "Channel", Kind.TEXT),
    Column("subject", "Message", Kind.TEXT),
    Column("state", "State", Kind.TEXT),
    Column("attempts", "Attempts", Kind.COUNT),
    Column("reason", "Remark", Kind.TEXT),
)

MARKERS: Final = (
    Column("marker", "Marker", Kind.TEXT),
    Column("value", "Of this player", Kind.TEXT),
    Column("percentile", "Above so many peers", Kind.RATIO, later("The share of peers who lie below.")),
    Column("cannot", "What it cannot know", Kind.TEXT),
)
RESTATEMENTS: Final = (
    Column("seen_at", "Seen", Kind.TIME),
    Column("hour", "Hour", Kind.TIME),
    Column("change", "Change", Kind.TEXT, later("Added, changed or gone since the hour was first proven.")),
    Column("event_id", "Event", Kind.TEXT),
    Column("op_id", "Player", Kind.TEXT),
    Column("game_id", "Game id", Kind.NUMBER),
    Column("bet_before_li", "Bet before", Kind.MONEY),
    Column("bet_after_li", "Bet now", Kind.MONEY),
    Column("bet_amount_li", "Bet, difference", Kind.MONEY),
    Column("gain_before_li", "Net result before", Kind.MONEY, later("What the player won, less the bet.")),
    Column("gain_after_li", "Net result now", Kind.MONEY),
    Column("gain_li", "Net result, difference", Kind.MONEY),
)
"""Of `proof.data.restatements`."""
