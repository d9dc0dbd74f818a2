"""The audit log, as the dashboard writes and shows it. Transfers write their own rows, with the transfer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import structlog
from sqlalchemy import select

from dashboard.core import formats
from dashboard.core.frames import ledger_times
from dashboard.core.text import text
from dashboard.provider.merchant import Merchant
from ledger import audit as chain
from ledger.audit import DONE, AuditEntry
from ledger.database import LedgerAway
from ledger.schema import audit as table

log = structlog.get_logger(__name__)
_LAST_MS = 2**47
"""No time of ours is later: of year 6429."""


def audit(
    merchant: Merchant, who: str, what: str, about: Mapping[str, str | int | None], outcome: str = DONE
) -> None:
    """Write a row. Where the ledger is away, the server's log gets it: looking goes on, money would not."""
    try:
        with merchant.ledger.writing() as books:
            chain.write(books, AuditEntry(who, what, about, outcome), int(merchant.clock() * 1000))
    except LedgerAway as error:
        deed = {"who": who, "what": what, "about": dict(about), "outcome": outcome}
        log.error("audit row not written", error=str(error), **deed)  # noqa: TRY400 - the error says all


def audit_rows(merchant: Merchant, count: int) -> pd.DataFrame:
    """The latest `count` deeds of people, newest first, in words, times in the business zone.

    Raises LedgerAway.
    """
    with merchant.ledger.reading() as books:
        deeds = select(table).where(table.c.what != chain.PAYOUTS).order_by(table.c.id.desc()).limit(count)
        rows = books.execute(deeds).all()
    frame = ledger_frame(rows, ("who", "what", "about", "outcome"), merchant.zone)
    told = {name: frame[name].map(text, na_action="ignore") for name in ("what", "outcome")}
    about = frame["about"].map(partial(about_text, merchant), na_action="ignore")
    return frame.assign(id=pd.Series([row.id for row in rows], dtype="int64"), about=about, **told)


def about_text(merchant: Merchant, about: str) -> str:
    """What a row is about, each field by its name: "op_id whale · amount 5 PHP"; as it is if no JSON."""
    found = chain.as_object(about)
    if not found and about != chain.as_text({}):
        return about
    return " · ".join(_field_text(merchant, name, value) for name, value in found.items())


def _field_text(merchant: Merchant, name: str, value: Any) -> str:
    of, _, unit = name.rpartition("_")
    if isinstance(value, dict):
        return f"{name} ({', '.join(_field_text(merchant, *field) for field in value.items())})"
    if isinstance(value, list):
        return f"{name} {', '.join(map(str, value)) or formats.UNKNOWN}"
    if value is None or isinstance(value, bool):
        return f"{name} {formats.UNKNOWN if value is None else text('yes') if value else text('no')}"
    if isinstance(value, int) and unit == "ms" and 0 <= value < _LAST_MS:
        return f"{of} {formats.moment(datetime.fromtimestamp(value / 1000, UTC), merchant.zone)}"
    if isinstance(value, int) and unit == "li":
        return f"{of} {formats.money(value, merchant.currency)}"
    return f"{name} {value}"


def ledger_frame(rows: Sequence[Any], texts: Sequence[str], zone: ZoneInfo) -> pd.DataFrame:
    """Rows of the ledger with their time `at_ms`, which becomes `at` in the zone, and these texts of them."""
    found = {name: pd.Series([getattr(row, name) for row in rows], dtype="string") for name in texts}
    return pd.DataFrame({"at": ledger_times((row.at_ms for row in rows), zone), **found})
