"""Makes reports when they are due and puts them into the outbox: one server does each, once."""

from datetime import datetime
from typing import Final

import structlog

from dashboard.core.text import speaking, text
from dashboard.jackpots.data_watch import Watch
from dashboard.provider.archived import NotArchived
from dashboard.provider.merchant import Merchant, ProviderFailed
from dashboard.reports.data_mail import mail_facts
from dashboard.reports.data_plans import KeptPlan, pack_source, plans
from dashboard.reports.mail import Mail, failed_mail, mail
from dashboard.reports.plan import ReportKind, period_of, title_of
from ledger import audit, jobs, outbox
from ledger.audit import DONE, AuditEntry
from ledger.background import Background
from ledger.database import LedgerAway
from ledger.jobs import ClaimedRun
from ledger.outbox import Attachment, OutboxMessage
from ledger.schedules import last_due
from reports.made import make

log = structlog.get_logger(__name__)
_EVERY_S: Final = 15
_LASTS_S: Final = 900
LAST_TRY: Final = 5
"""At this try a report that cannot be made says so instead."""


class Reporter(Background):
    """One for a merchant."""

    def __init__(self, merchant: Merchant) -> None:
        super().__init__("reporter", _EVERY_S, first_after_s=_EVERY_S)
        self._merchant = merchant

    def work(self) -> float:
        """Make what is due and put it into the outbox. Raises LedgerAway."""
        for each in plans(self._merchant):
            self._look(each)
        return _EVERY_S

    def _look(self, kept: KeptPlan) -> bool:
        merchant = self._merchant
        due_at = last_due(kept.schedule, merchant.zone, merchant.now())
        if due_at < kept.begins_at:
            return False
        with merchant.ledger.reading() as books:
            done_at = jobs.last_done(books, kept.job)
        if done_at is not None and done_at >= due_at:
            return False
        run = jobs.claim(merchant.ledger, kept.job, due_at, _LASTS_S)
        if run is None:
            return False
        with speaking(kept.plan.language):
            return self._make(kept, run)

    def _make(self, kept: KeptPlan, run: ClaimedRun) -> bool:
        try:
            made, files = self._made(kept, run.due_at)
        except (ProviderFailed, NotArchived) as error:
            return self._failed(kept, run, str(error.sentence))
        except LedgerAway:
            raise
        except Exception:
            log.exception("report not made", job=kept.job)
            return self._failed(kept, run, text("The server's log says why."))
        return self._put(kept, run, made, files)

    def _made(self, kept: KeptPlan, due_at: datetime) -> tuple[Mail, list[Attachment]]:
        merchant, plan = self._merchant, kept.plan
        period = period_of(plan.kind, due_at, merchant.zone)
        facts = mail_facts(merchant, plan, period, merchant.now())
        packs = []
        if plan.kind is ReportKind.MONTHLY:
            packs = self._pack(kept, f"{period.first_day:%Y-%m}")
        written = mail(facts, plan, merchant.now(), [file.name for file in packs])
        return written, [*facts.files, *packs]

    def _pack(self, kept: KeptPlan, month: str) -> list[Attachment]:
        source = pack_source(self._merchant, self._brand, kept.plan.language)
        if source is None:
            return []
        pack = make(source, month, kept.job)
        return [Attachment(pack.file, "application/zip", pack.content)]

    def _failed(self, kept: KeptPlan, run: ClaimedRun, why: str) -> bool:
        """Have it tried again later; at last say that there is none."""
        if run.attempts < LAST_TRY:
            jobs.fail(self._merchant.ledger, run, why)
            return False
        period = period_of(kept.plan.kind, run.due_at, self._merchant.zone)
        said = failed_mail(self._brand, kept.plan, title_of(kept.plan.kind, period), why)
        return self._put(kept, run, said, [], outcome="not made")

    def _put(
        self, kept: KeptPlan, run: ClaimedRun, made: Mail, files: list[Attachment], outcome: str = DONE
    ) -> bool:
        """Write that it is done, and the message, in one transaction."""
        merchant, channel = self._merchant, kept.plan.channel
        key = f"report-{kept.id}-{int(run.due_at.timestamp())}"
        message = OutboxMessage(key, channel, kept.job, made.subject, made.body, made.html, files)
        with merchant.ledger.writing() as books:
            if not jobs.finish(books, run):
                return False
            outbox.put(books, message)
            told = {"report": kept.id, "channel": channel, "subject": made.subject, "files": len(files)}
            at_ms = int(merchant.clock() * 1000)
            audit.write(books, AuditEntry("reporter", "report sent", told, outcome), at_ms)
        return True

    @property
    def _brand(self) -> str:
        return self._merchant.running(Watch).brand.name
