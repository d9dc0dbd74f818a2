"""An export of whole days of bets: what was ordered, what became of it, what its file says about itself."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from dashboard.core.files import About, file_stem
from dashboard.core.formats import count, moment
from dashboard.core.periods import Period, day_end, day_start, days_label
from dashboard.core.text import ENGLISH, text

_MOST_NAMED: Final = 3


class ExportState(StrEnum):
    """What became of an export. Only a `WAITING` one is worked on, and it is until it changes."""

    WAITING = "waiting"
    DONE = "done"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


class Format(StrEnum):
    """Kinds of files."""

    PARQUET = "parquet"
    CSV = "csv"


class Export(msgspec.Struct, frozen=True):
    """One export, as it is kept on disk. Times are epoch seconds, windows half open.

    `provider` tells the providers of one server apart. `only` says `types` and `game_ids` in words.
    """

    id: str
    format: Format
    first_day: dt.date
    last_day: dt.date
    zone: str
    currency: str
    provider: str
    ordered_at: float
    types: tuple[str, ...] = ()
    game_ids: tuple[int, ...] = ()
    only: str = ""
    state: ExportState = ExportState.WAITING
    piece_s: int = 0
    """How long a piece is that is read at once; 0: not yet decided."""
    file: str = ""
    rows: int = 0
    size: int = 0
    """Bytes of the file."""
    as_of: float = 0
    """When the provider said the oldest of it."""
    lacking: tuple[str, ...] = ()
    """A sentence for each part that the file lacks."""
    doubtful: tuple[tuple[int, int], ...] = ()
    """Windows that were read, but not wholly."""
    language: str = ENGLISH
    """In which the file and the sentences about it are, that of whoever ordered it."""

    @property
    def days(self) -> list[dt.date]:
        """The business days, oldest first."""
        return Period("", self.first_day, self.last_day).days()

    @property
    def title(self) -> str:
        """The export in words: "Bets, 9–14 March 2026, only Slots"."""
        days = days_label(self.first_day, self.last_day)
        if not self.only:
            return text("Bets, {days}", days=days)
        return text("Bets, {days}, only {only}", days=days, only=self.only)

    def window(self, day: dt.date) -> tuple[int, int]:
        """Start and end of a business day."""
        zone = ZoneInfo(self.zone)
        start, end = day_start(day, zone), day_end(day, zone)
        return int(start.timestamp()), int(end.timestamp())

    @property
    def about(self) -> About:
        """What the file says about itself."""
        return About(
            title=text("Bets"),
            period=text("{first_day} to {last_day}", first_day=self.first_day, last_day=self.last_day),
            zone=self.zone,
            currency=self.currency,
            as_of=moment(dt.datetime.fromtimestamp(self.as_of, dt.UTC), ZoneInfo(self.zone)),
            completeness=" ".join(self.lacking),
            only=self.only,
            rows=str(self.rows),
        )

    @property
    def about_file(self) -> str:
        """How the text is called that says of a CSV file what it is; empty where the file says it itself."""
        is_beside = self.file and self.format is Format.CSV
        return self.file.removesuffix(f".{self.format}") + "-about.txt" if is_beside else ""

    def file_name(self) -> str:
        """How the file is called: what is in it, and that something lacks."""
        games = [f"game-{game_id}" for game_id in self.game_ids[:_MOST_NAMED]]
        if len(self.game_ids) > _MOST_NAMED:
            games = [f"{len(self.game_ids)}-games"]
        days = f"{self.first_day.isoformat()}-{self.last_day.isoformat()}"
        named = ("bets", *(name.lower() for name in self.types), *games)
        return f"{file_stem(*named, days)}{'-incomplete' if self.lacking else ''}.{self.format}"


def days_that_differ(said: Mapping[dt.date, int], found: Mapping[dt.date, int]) -> dict[dt.date, str]:
    """A sentence for each day of which the history gave another number of bets than the summary counts."""
    return {
        day: text(
            "{day}: the provider's summary counts {counted} bets, its history gave {given}.",
            day=days_label(day, day),
            counted=count(said[day]),
            given=count(rows),
        )
        for day, rows in found.items()
        if day in said and said[day] != rows
    }
