"""What the archive says of itself: which hours it has, what the provider changed, what it is doing."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd

from archive import pieces
from archive.archive import Archive
from archive.bets import utc_day_start
from archive.collector import Collector, CollectorState
from archive.pieces import DaySums
from archive.proof import FINISHED
from archive.store import Folder
from dashboard.core.frames import ledger_times
from dashboard.core.periods import of_day
from dashboard.proof.coverage import utc_day
from dashboard.provider.merchant import Merchant
from twoj_client.windows import DAY_S, HOUR_S

_MOST_RESTATED = 500


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """What is known of each day, the size of the files, and what this server's collector does.

    `proven_until`: the end of the last hour before which all hours that were read are proven.
    `memory_begins`: the first day that the provider remembers; None where that is not known. `free_bytes`:
    None where the files are in a bucket.
    """

    days: tuple[DaySums, ...]
    proven_until: datetime | None
    memory_begins: date | None
    size_bytes: int
    free_bytes: int | None
    collector: CollectorState

    @property
    def bets(self) -> int:
        """How many bets there are."""
        return sum(day.bets for day in self.days)


def archive_state(merchant: Merchant) -> ArchiveState | None:
    """Return how the archive is; None where it is switched off. Asks no network. Raises LedgerAway."""
    if merchant.archive is None:
        return None
    state, folder = merchant.running(Collector).state, merchant.archive.folder
    with merchant.ledger.reading() as books:
        extent, until_s = pieces.extent(books), pieces.first_hour(books, but_for=FINISHED)
        first_s = pieces.first_hour(books, with_bets=True)
        found, size = pieces.by_day(books), pieces.size_bytes(books)
    if extent and until_s is None:
        until_s = extent[1] + HOUR_S
    is_any = extent and until_s != extent[0]
    memory_ends = state.horizon is not None and state.horizon.memory_ends
    return ArchiveState(
        tuple(found),
        datetime.fromtimestamp(until_s, UTC) if is_any and until_s is not None else None,
        utc_day(first_s) if memory_ends and first_s is not None else None,
        size,
        folder.free_bytes() if isinstance(folder, Folder) else None,
        state,
    )


def restatements(merchant: Merchant) -> pd.DataFrame:
    """Return the bets that the provider changed, the newest first, at most 500.

    Columns: `hour`, `seen_at` (times in the business zone), text `event_id`, `change`, `op_id`; Int64
    `game_id`, and of bet and net result what they were and what they are, NA where there was or is none;
    int64 `bet_amount_li` and `gain_li`, the differences; text `days` and `round`, which name a bet that is
    still there in the address of the Bets page. Asks no network. Raises LedgerAway.
    """
    with merchant.ledger.reading() as books:
        rows = pieces.restated(books, most=_MOST_RESTATED)
    zone = merchant.zone
    before, after = (
        [json.loads(bet or "{}") for bet in bets]
        for bets in ([row.before for row in rows], [row.after for row in rows])
    )
    known = [old | new for old, new in zip(before, after, strict=True)]

    def field(bets: list[dict[str, Any]], name: str, dtype: Literal["Int64", "string"]) -> "pd.Series[Any]":
        return pd.Series([bet.get(name) for bet in bets], dtype=dtype)

    return pd.DataFrame(
        {
            "hour": ledger_times([row.hour_s * 1000 for row in rows], zone),
            "seen_at": ledger_times([row.seen_at_ms for row in rows], zone),
            "change": pd.Series([row.change for row in rows], dtype="string"),
            "event_id": pd.Series([row.event_id for row in rows], dtype="string"),
            "op_id": field(known, "op_id", "string"),
            "game_id": field(known, "game_id", "Int64"),
            "bet_before_li": field(before, "bet_amount", "Int64"),
            "bet_after_li": field(after, "bet_amount", "Int64"),
            "bet_amount_li": pd.Series([row.bet_li for row in rows], dtype="int64"),
            "gain_before_li": field(before, "gain_amount", "Int64"),
            "gain_after_li": field(after, "gain_amount", "Int64"),
            "gain_li": pd.Series([row.gain_li for row in rows], dtype="int64"),
            "days": pd.Series([_day_text(row.hour_s, zone) for row in rows], dtype="string"),
            "round": pd.Series([row.event_id if row.after else None for row in rows], dtype="string"),
        }
    )


def _day_text(hour_s: int, zone: ZoneInfo) -> str:
    return of_day(datetime.fromtimestamp(hour_s, zone).date()).text


def ask_again(archive: Archive, first: date, last: date) -> int:
    """Have the hours of UTC days be read again; return how many. Raises LedgerAway."""
    start_s, end_s = utc_day_start(first), utc_day_start(last) + DAY_S
    with archive.ledger.writing() as books:
        return pieces.due_again(books, start_s, end_s)
