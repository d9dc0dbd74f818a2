"""The table of hits and payouts: which columns it has, on screen and in files."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.files import Column, Kind
from dashboard.core.frames import ledger_times
from dashboard.core.text import later
from dashboard.jackpots.pots import HitVerdict, Match

HITS: Final = (
    Column(
        "at",
        "Time",
        Kind.TIME,
        later("Of the payout's order; without one, when the pot was seen to have fallen."),
    ),
    Column("pot", "Pot", Kind.TEXT),
    Column("verdict", "What is known", Kind.TEXT),
    Column("before_li", "Last seen in the pot", Kind.MONEY, later("In the last answer before it fell.")),
    Column(
        "paid_li",
        "Paid from it",
        Kind.MONEY,
        later("The payout's part from this pot, as the provider told it."),
    ),
    Column("amount_li", "Payout in all", Kind.MONEY, later("What the winner got, from both pots together.")),
    Column("op_id", "Winner (op_id)", Kind.TEXT),
    Column("game_id", "Game id", Kind.NUMBER),
    Column("trans_no", "Transaction number", Kind.TEXT, later("The provider's trans_no of the payout.")),
)
POT_NAMES: Final = {"hourly": later("Hourly"), "super": later("Super")}
JACKPOT_NAMES: Final = {"hourly": later("Hourly jackpot"), "super": later("Super jackpot")}
VERDICTS: Final = {
    HitVerdict.PAID: later("Paid"),
    HitVerdict.AWAITED: later("Just now: the other half may still come"),
    HitVerdict.UNPAID: later("No payout received"),
    HitVerdict.UNSEEN: later("Not seen in the pots"),
    HitVerdict.UNWATCHED: later("The pots were not watched then"),
}
_DOTS: Final = {
    HitVerdict.PAID: "🟢",
    HitVerdict.AWAITED: "🟡",
    HitVerdict.UNPAID: "🔴",
    HitVerdict.UNSEEN: "🟠",
    HitVerdict.UNWATCHED: "⚪",
}
UNNAMED_HITS: Final = tuple(column for column in HITS if column.field != "op_id")
"""For people who may not see players."""


def with_dots(table: pd.DataFrame, matches: Sequence[Match]) -> pd.DataFrame:
    """The table of these matches as it is on screen: a dot before what is known, in words still."""
    said = [f"{_DOTS[each.verdict]} {VERDICTS[each.verdict]}" for each in matches]
    return table.assign(verdict=said)


def hit_table(matches: Sequence[Match], zone: ZoneInfo) -> pd.DataFrame:
    """One row for each hit with its payout, or for either alone, in the columns of `HITS`."""
    rows = [
        (
            each.at_ms,
            str(POT_NAMES[each.pot]),
            str(VERDICTS[each.verdict]),
            each.hit.before_li if each.hit else None,
            each.win.part_li(each.pot) if each.win else None,
            each.win.amount_li if each.win else None,
            each.win.op_id if each.win else None,
            each.win.game_id if each.win else None,
            each.win.trans_no if each.win else None,
        )
        for each in matches
    ]
    # As objects: of texts pandas would make a missing one "nan".
    frame = pd.DataFrame(rows, columns=[column.field for column in HITS], dtype="object")
    frame["at"] = ledger_times((each.at_ms for each in matches), zone)
    for field in ("before_li", "paid_li", "amount_li", "game_id"):
        frame[field] = frame[field].astype("Int64")
    return frame
