"""The plans of reports in the ledger, what was sent of them, and the packs that were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import insert, select, update

from archive.store import FileDamaged
from dashboard.access.audit import audit
from dashboard.core.roles import Role
from dashboard.core.text import text
from dashboard.provider.merchant import Merchant
from dashboard.reports.plan import Plan, ReportKind
from ledger import audit as chain
from ledger import outbox
from ledger.audit import DONE, AuditEntry
from ledger.database import Books
from ledger.outbox import Sent
from ledger.schedules import Every, Schedule, next_due
from ledger.schema import packs, report_plans
from reports.gather import MonthNotBegun, PackSource
from reports.made import KeptPack, kept, make
from reports.verify import NotVerified, Verdict, verify
from twoj_client.errors import gettext_noop

_MOST_SENT = 50


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan as the ledger has it: who made it, and since when it counts."""

    id: int
    plan: Plan
    who: str
    begins_at: datetime

    @property
    def schedule(self) -> Schedule:
        """When it is due."""
        return Schedule(Every(self.plan.kind), self.plan.at, self.plan.day)

    @property
    def job(self) -> str:
        """What its runs are called, and what its messages are about."""
        return f"report {self.id}"


@dataclass(frozen=True, slots=True)
class PackMade:
    """A pack in the list of those that were made."""

    pack: str
    month: str
    zone: str
    made_at: datetime
    who: str
    is_whole: bool


def plans(merchant: Merchant) -> list[KeptPlan]:
    """Return the plans that count, the oldest first. Raises LedgerAway."""
    with merchant.ledger.reading() as books:
        return _plans(books)


def stands(books: Books, kept: KeptPlan) -> bool:
    """Whether a report is still planned as it was when it was read."""
    return any((each.id, each.plan) == (kept.id, kept.plan) for each in _plans(books))


def _plans(books: Books) -> list[KeptPlan]:
    wanted = select(report_plans).where(report_plans.c.removed_at_ms.is_(None))
    rows = books.execute(wanted.order_by(report_plans.c.id)).all()
    return [
        KeptPlan(
            row.id,
            Plan(
                ReportKind(row.kind),
                row.day,
                time.fromisoformat(row.at),
                row.channel,
                Role(row.role),
                row.language,
            ),
            row.who,
            datetime.fromtimestamp(row.begins_at_ms / 1000, UTC),
        )
        for row in rows
    ]


def add_plan(merchant: Merchant, plan: Plan, who: str) -> int:
    """Have a report be sent from now on; return its number. It is in the audit log. Raises LedgerAway."""
    now_ms, row = int(merchant.clock() * 1000), _row(plan)
    with merchant.ledger.writing() as books:
        new = insert(report_plans).values(**row, who=who, begins_at_ms=now_ms)
        number: int = books.execute(new.returning(report_plans.c.id)).scalar_one()
        chain.write(books, AuditEntry(who, "report planned", {"report": number, **row}, DONE), now_ms)
    return number


def change_plan(merchant: Merchant, kept: KeptPlan, plan: Plan, who: str) -> None:
    """Have a report be sent as `plan` says. It is in the audit log. Raises LedgerAway.

    With another time, what was due by that time before now is not sent.
    """
    now_ms, row = int(merchant.clock() * 1000), _row(plan)
    same_times = (plan.kind, plan.day, plan.at) == (kept.plan.kind, kept.plan.day, kept.plan.at)
    begins = {} if same_times else {"begins_at_ms": now_ms}
    with merchant.ledger.writing() as books:
        there = report_plans.c.id == kept.id, report_plans.c.removed_at_ms.is_(None)
        changed = update(report_plans).where(*there).values(**row, **begins, who=who)
        if books.execute(changed).rowcount:
            chain.write(books, AuditEntry(who, "report changed", {"report": kept.id, **row}, DONE), now_ms)


def _row(plan: Plan) -> dict[str, Any]:
    return {
        "kind": str(plan.kind),
        "day": plan.day,
        "at": f"{plan.at:%H:%M}",
        "channel": plan.channel,
        "role": str(plan.role),
        "language": plan.language,
    }


def remove_plan(merchant: Merchant, number: int, who: str) -> None:
    """Have a report be sent no more. It is in the audit log. Raises LedgerAway."""
    now_ms = int(merchant.clock() * 1000)
    with merchant.ledger.writing() as books:
        there = report_plans.c.id == number, report_plans.c.removed_at_ms.is_(None)
        gone = update(report_plans).where(*there).values(removed_at_ms=now_ms, who=who)
        if books.execute(gone).rowcount:
            chain.write(books, AuditEntry(who, "report ended", {"report": number}, DONE), now_ms)


def next_times(merchant: Merchant, found: Sequence[KeptPlan]) -> dict[int, datetime]:
    """Return when each plan is due next."""
    return {each.id: next_due(each.schedule, merchant.zone, merchant.now()) for each in found}


def sent(merchant: Merchant) -> list[Sent]:
    """Return the reports that were sent last, or are on their way, newest first. Raises LedgerAway."""
    with merchant.ledger.reading() as books:
        jobs = {f"report {number}" for number in books.scalars(select(report_plans.c.id))}
        found = [each for job in jobs for each in outbox.newest(books, _MOST_SENT, job)]
    return sorted(found, key=lambda each: each.made_at_ms, reverse=True)[:_MOST_SENT]


def made_packs(merchant: Merchant) -> list[PackMade]:
    """Return the packs that were made, newest first. Raises LedgerAway."""
    columns = [packs.c[name] for name in ("id", "month", "zone", "made_at_ms", "who", "is_whole")]
    with merchant.ledger.reading() as books:
        rows = books.execute(select(*columns).order_by(packs.c.made_at_ms.desc()).limit(_MOST_SENT)).all()
    return [
        PackMade(
            row.id,
            row.month,
            row.zone,
            datetime.fromtimestamp(row.made_at_ms / 1000, UTC),
            row.who,
            row.is_whole,
        )
        for row in rows
    ]


def pack_source(merchant: Merchant, brand: str, language: str) -> PackSource | None:
    """Return whom packs ask; None where the archive is switched off."""
    if merchant.archive is None:
        return None
    rtps = {game: f"{rtp * 100:.10g}" for game, rtp in merchant.rtps.items()}
    zone, currency = merchant.zone, merchant.currency or ""
    return PackSource(merchant.archive, merchant.twoj, zone, currency, brand, rtps, language)


class PackProblem(Exception):
    """Why a pack cannot be made or verified. Its text is one sentence."""


def make_pack(merchant: Merchant, brand: str, month: str, spoken: str, who: str) -> None:
    """Make the pack of a month. Raises PackProblem, LedgerAway."""
    source = pack_source(merchant, brand, spoken)
    if source is None:
        raise PackProblem(text("The archive is switched off."))
    try:
        make(source, month, who)
    except (FileDamaged, MonthNotBegun) as error:
        raise PackProblem(str(error)) from None


def pack_content(merchant: Merchant, pack: str, who: str) -> bytes:
    """Return the file of a pack, for somebody who takes it: that is in the audit log. Raises LedgerAway."""
    found = _kept(merchant, pack)
    told = {"title": f"pack {pack}", "period": found.month, "format": "zip"}
    audit(merchant, who, "export", told)
    return found.content


def verify_pack(merchant: Merchant, pack: str, who: str) -> Verdict:
    """Make a pack again and compare it; that is in the audit log. Raises PackProblem, LedgerAway."""
    found = _kept(merchant, pack)
    if merchant.archive is None:
        raise PackProblem(text("The archive is switched off."))
    try:
        verdict = verify(merchant.archive, found.content)
    except NotVerified as error:
        raise PackProblem(str(error)) from None
    outcome = gettext_noop("differs") if verdict.wrong else gettext_noop("same")
    audit(merchant, who, "pack verified", {"pack": pack}, outcome)
    return verdict


def _kept(merchant: Merchant, pack: str) -> KeptPack:
    with merchant.ledger.reading() as books:
        found = kept(books, pack)
    if found is None:
        raise PackProblem(text("There is no such pack."))
    return found
