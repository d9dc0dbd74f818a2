"""Investigations of RTPs: an alarm opens one; somebody looks into it, says what was found, and closes it."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert, select, update

from dashboard.luck.course import ALL, Alarm, Watched
from dashboard.luck.watch import Investigation
from dashboard.provider.merchant import Merchant
from ledger import audit as chain
from ledger.audit import AuditEntry
from ledger.database import Books
from ledger.schema import rtp_investigations as table
from twoj_client.errors import gettext_noop

_NEVER_S: Final = 2**40
_LOOKED: Final = gettext_noop("RTP alarm looked into")
_CLOSED: Final = gettext_noop("RTP alarm closed")


def open_for(books: Books, alarms: Sequence[Alarm], now_ms: int) -> int:
    """Open an investigation for each alarm of which there is none; return how many.

    A stake band gets none of its own while the whole game has one in the same direction.
    """
    opened, open_ = 0, {each.of for each in all_of(books) if each.closed_at_ms is None}
    for alarm in sorted(alarms, key=lambda each: (each.hour_s, each.of.decade != ALL)):
        if any(alarm.of.belongs_to(each) for each in open_):
            continue
        open_.add(alarm.of)
        row = {
            "game_id": alarm.of.game_id,
            "sign": alarm.of.sign,
            "decade": alarm.of.decade,
            "since_s": alarm.since_s,
            "alarmed_s": alarm.hour_s,
            "log_m": alarm.log_m,
            "opened_at_ms": now_ms,
            "found": "",
        }
        books.execute(insert(table), [row])
        opened += 1
    return opened


def all_of(books: Books) -> list[Investigation]:
    """Return all investigations, the newest first."""
    return [_investigation(row) for row in books.execute(select(table).order_by(table.c.id.desc()))]


def restarts(found: Sequence[Investigation]) -> dict[Watched, int]:
    """Return from when on (epoch s) evidence is gathered anew, since an investigation of it was closed."""
    latest: dict[Watched, int] = {}
    for each in found:
        if each.closed_at_ms is not None:
            latest[each.of] = max(latest.get(each.of, 0), each.closed_at_ms // 1000)
    return latest


def suspect(found: Sequence[Investigation]) -> list[tuple[int, int, int]]:
    """Return when games are no past to judge by, as (game, from, to) in epoch s: until somebody closed it."""
    return sorted(
        (
            each.of.game_id,
            each.since_s,
            _NEVER_S if each.closed_at_ms is None else each.closed_at_ms // 1000,
        )
        for each in found
    )


def of_merchant(merchant: Merchant) -> list[Investigation]:
    """Return a merchant's investigations, the newest first. Raises LedgerAway."""
    with merchant.ledger.reading() as books:
        return all_of(books)


def look_into(merchant: Merchant, number: int, who: str) -> bool:
    """Write who looks into it; False where somebody already does, or it is closed. Raises LedgerAway."""
    now_ms = int(merchant.clock() * 1000)
    change = {"looked_by": who, "looked_at_ms": now_ms}
    nobody = table.c.id == number, table.c.looked_by.is_(None), table.c.closed_at_ms.is_(None)
    return _changed(merchant, update(table).where(*nobody).values(**change), _LOOKED, number, who, {})


def close(merchant: Merchant, number: int, who: str, found: str) -> bool:
    """Close it with what was found; False where it is closed. The evidence begins anew. Raises LedgerAway."""
    change = {"closed_by": who, "closed_at_ms": int(merchant.clock() * 1000), "found": found}
    is_open = table.c.id == number, table.c.closed_at_ms.is_(None)
    about = {"found": found}
    return _changed(merchant, update(table).where(*is_open).values(**change), _CLOSED, number, who, about)


def _changed(
    merchant: Merchant, change: Any, what: str, number: int, who: str, about: dict[str, str]
) -> bool:
    with merchant.ledger.writing() as books:
        if not books.execute(change).rowcount:
            return False
        entry = AuditEntry(who, what, {"investigation": number, **about}, chain.DONE)
        chain.write(books, entry, int(merchant.clock() * 1000))
        return True


def _investigation(row: Any) -> Investigation:
    return Investigation(
        row.id,
        Watched(row.game_id, row.sign, row.decade),
        row.since_s,
        row.alarmed_s,
        row.log_m,
        row.opened_at_ms,
        row.looked_by,
        row.looked_at_ms,
        row.found,
        row.closed_by,
        row.closed_at_ms,
    )
