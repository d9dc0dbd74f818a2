"""The audit log, as the dashboard writes and shows it. Transfers write their own rows, with the transfer."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import structlog
from sqlalchemy import select

from dashboard.core.frames import ledger_times
from dashboard.core.text import text
from dashboard.provider.merchant import Merchant
from ledger import audit as chain
from ledger.audit import DONE, AuditEntry
from ledger.database import LedgerAway
from ledger.schema import audit as table

log = structlog.get_logger(__name__)


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
    return frame.assign(id=pd.Series([row.id for row in rows], dtype="int64"), **told)


def ledger_frame(rows: Sequence[Any], texts: Sequence[str], zone: ZoneInfo) -> pd.DataFrame:
    """Rows of the ledger with their time `at_ms`, which becomes `at` in the zone, and these texts of them."""
    found = {name: pd.Series([getattr(row, name) for row in rows], dtype="string") for name in texts}
    return pd.DataFrame({"at": ledger_times((row.at_ms for row in rows), zone), **found})
