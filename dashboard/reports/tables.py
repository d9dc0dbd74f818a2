"""The table of reports that were sent."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.files import Column, Kind
from dashboard.core.frames import ledger_times
from dashboard.core.text import WordTable, later
from ledger.outbox import Sent

SENT: Final = (
    Column("at", "Made", Kind.TIME),
    Column("subject", "Report", Kind.TEXT),
    Column("channel", "Channel", Kind.TEXT),
    Column("state", "State", Kind.TEXT),
    Column("attempts", "Tries", Kind.COUNT),
    Column("taken", "Taken", Kind.TIME, later("When the channel said that it has it.")),
)
STATES: Final = WordTable(
    {
        "pending": later("Waits"),
        "sending": later("On its way"),
        "sent": later("Sent"),
        "failed": later("Given up"),
    }
)


def sent_frame(sent: Sequence[Sent], zone: ZoneInfo) -> pd.DataFrame:
    """One row a message, in the columns of `SENT`."""
    return pd.DataFrame(
        {
            "at": ledger_times([each.made_at_ms for each in sent], zone),
            "subject": pd.Series([each.subject for each in sent], dtype="string"),
            "channel": pd.Series([each.channel for each in sent], dtype="string"),
            "state": pd.Series([STATES[each.state] for each in sent], dtype="string"),
            "attempts": pd.Series([each.attempts for each in sent], dtype="int64"),
            "taken": ledger_times([each.acknowledged_at_ms for each in sent], zone),
        }
    )
