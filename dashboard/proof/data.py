"""What the archive says of itself: which hours it has, what the provider changed, what it is doing."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from archive import pieces
from archive.archive import Archive
from archive.collector import Collector, CollectorState
from archive.pieces import Piece
from dashboard.proof.coverage import utc_day
from dashboard.provider.merchant import Merchant

_MOST_RESTATED = 500


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """The pieces that count, the size of the files, and what this server's collector does."""

    pieces: tuple[Piece, ...]
    size_bytes: int
    free_bytes: int
    collector: CollectorState

    @property
    def memory_begins(self) -> date | None:
        """The first day that the provider remembers; None where that is not known."""
        reach = self.collector.horizon
        with_bets = (piece.hour_s for piece in self.pieces if piece.ours.count)
        first_s = next(with_bets, None)  # the oldest comes first
        return utc_day(first_s) if reach and reach.memory_ends and first_s is not None else None


def archive_state(merchant: Merchant) -> ArchiveState | None:
    """Return how the archive is; None where it is switched off. Asks no network. Raises LedgerAway."""
    if merchant.archive is None:
        return None
    with merchant.ledger.reading() as books:
        found = pieces.latest(books)
        size = sum(each.file.size_bytes for each in pieces.all_files(books))
    folder = merchant.archive.folder
    return ArchiveState(tuple(found), size, folder.free_bytes(), merchant.running(Collector).state)


def restatements(merchant: Merchant) -> pd.DataFrame:
    """Return the bets that the provider changed, the newest first, at most 500.

    Columns: `hour`, `seen_at` (times in the business zone), text `event_id`, `change`, `op_id`; Int64
    `game_id`; `bet_amount_li` and `gain_li`, each after minus before. Asks no network. Raises LedgerAway.
    """
    with merchant.ledger.reading() as books:
        rows = pieces.restated(books, most=_MOST_RESTATED)
    told = [json.loads(row.after or row.before or "{}") for row in rows]
    zone = merchant.zone
    return pd.DataFrame(
        {
            "hour": _times([row.hour_s * 1000 for row in rows], zone),
            "seen_at": _times([row.seen_at_ms for row in rows], zone),
            "change": pd.Series([row.change for row in rows], dtype="string"),
            "event_id": pd.Series([row.event_id for row in rows], dtype="string"),
            "game_id": pd.Series([bet.get("game_id") for bet in told], dtype="Int64"),
            "op_id": pd.Series([bet.get("op_id") for bet in told], dtype="string"),
            "bet_amount_li": pd.Series([row.bet_li for row in rows], dtype="int64"),
            "gain_li": pd.Series([row.gain_li for row in rows], dtype="int64"),
        }
    )


def _times(times_ms: list[int], zone: ZoneInfo) -> "pd.Series[pd.Timestamp]":
    times = pd.to_datetime(pd.Series(times_ms, dtype="int64"), unit="ms", utc=True)
    return times.dt.tz_convert(zone)


def ask_again(archive: Archive, first: date, last: date) -> int:
    """Have the hours of UTC days be read again; return how many. Raises LedgerAway."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end_s = int((start + timedelta(days=(last - first).days + 1)).timestamp())
    with archive.ledger.writing() as books:
        return pieces.due_again(books, int(start.timestamp()), end_s)
