"""Makes reports when they are due and puts them into the outbox: one server does each, once."""

from datetime import datetime
from typing import Final

import structlog

from archive.store import FileDamaged
from dashboard.core.text import later, speaking, text
from dashboard.jackpots.data_watch import Watch
from dashboard.provider.archived import NotArchived
from dashboard.provider.merchant import Merchant, ProviderFailed
from dashboard.reports.data_mail import mail_facts
from dashboard.reports.data_plans import KeptPlan, pack_source, plans, stands
from dashboard.reports.mail import Mail, failed_mail, mail
from dashboard.reports.plan import ReportKind, period_of, title_of
from ledger import audit, jobs, outbox
from ledger.audit import DONE, AuditEntry
from ledger.background import Background
from ledger.database import Books, LedgerAway
from ledger.jobs import ClaimedRun
from ledger.outbox import Attachment, OutboxMessage
from ledger.schedules import last_due
from reports.made import MadePack, keep, prepare
from twoj_client.errors import gettext_noop

log = structlog.get_logger(__name__)
_EVERY_S: Final = 15
_LASTS_S: Final = 900
_CHANGED: Final = later("It was changed or ended while it was made.")
LAST_TRY: Final = 5
"""At this try a report that cannot be made says so instead."""


class ReportNotMade(Exception):
    """A report cannot be made now. Its text is one sentence that says why."""


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

    def _look(self, kept: KeptPlan) -> None:
        merchant = self._merchant
        due_at = last_due(kept.schedule, merchant.zone, merchant.now())
        if due_at < kept.begins_at:
            return
        with merchant.ledger.reading() as books:
            done_at = jobs.last_done(books, kept.job)
        if done_at is not None and done_at >= due_at:
            return
        run = jobs.claim(merchant.ledger, kept.job, due_at, _LASTS_S)
        if run is not None:
            with speaking(kept.plan.language):
                self._make(kept, run)

    def _make(self, kept: KeptPlan, run: ClaimedRun) -> None:
        try:
            self._put(kept, run, *_message(self._merchant, kept, run.due_at))
        except (ProviderFailed, NotArchived) as error:
            self._failed(kept, run, str(error.sentence))
        except LedgerAway:
            raise
        except Exception:
            log.exception("report not made", job=kept.job)
            self._failed(kept, run, text("The server's log says why."))

    def _failed(self, kept: KeptPlan, run: ClaimedRun, why: str) -> None:
        """Have it tried again later; at last say that there is none."""
        if run.attempts < LAST_TRY:
            jobs.fail(self._merchant.ledger, run, why)
            return
        period = period_of(kept.plan.kind, run.due_at, self._merchant.zone)
        said = failed_mail(_brand(self._merchant), kept.plan, title_of(kept.plan.kind, period), why)
        self._put(kept, run, _as_message(kept, run.due_at, said, []), outcome=gettext_noop("not made"))

    def _put(
        self,
        kept: KeptPlan,
        run: ClaimedRun,
        message: OutboxMessage,
        pack: MadePack | None = None,
        outcome: str = DONE,
    ) -> None:
        """Write that it is done, the message, and the pack that it brings, in one transaction.

        What was ended or changed while it was made is not sent, but made anew, where it is still planned.
        """
        with self._merchant.ledger.writing() as books:
            if stands(books, kept):
                if jobs.finish(books, run):
                    _write(self._merchant, books, kept, message, pack, "reporter", outcome)
                return
        jobs.fail(self._merchant.ledger, run, text(_CHANGED.key))


def send_now(merchant: Merchant, kept: KeptPlan, who: str) -> None:
    """Send a report of the days that were over last, beside those that are due. It is in the audit log.

    Raises ReportNotMade, LedgerAway: then nothing is sent.
    """
    try:
        with speaking(kept.plan.language):
            message, pack = _message(merchant, kept, merchant.now())
        with merchant.ledger.writing() as books:
            if not stands(books, kept):
                raise ReportNotMade(text(_CHANGED.key))
            _write(merchant, books, kept, message, pack, who)
    except (ProviderFailed, NotArchived) as error:
        raise ReportNotMade(str(error.sentence)) from None
    except FileDamaged as error:
        raise ReportNotMade(str(error)) from None


def _message(merchant: Merchant, kept: KeptPlan, at: datetime) -> tuple[OutboxMessage, MadePack | None]:
    """Make a report that is due at a time, in the language that is spoken, and the pack that it brings."""
    plan = kept.plan
    period = period_of(plan.kind, at, merchant.zone)
    facts = mail_facts(merchant, plan, period, merchant.now())
    pack, files = None, [*facts.files]
    if plan.kind is ReportKind.MONTHLY and (source := pack_source(merchant, _brand(merchant), plan.language)):
        pack = prepare(source, f"{period.first_day:%Y-%m}")
        files.append(Attachment(pack.file, "application/zip", pack.content))
    written = mail(facts, plan, merchant.now(), [pack.file] if pack else [])
    return _as_message(kept, at, written, files), pack


def _as_message(kept: KeptPlan, at: datetime, made: Mail, files: list[Attachment]) -> OutboxMessage:
    key = f"report-{kept.id}-{int(at.timestamp() * 1000)}"
    return OutboxMessage(key, kept.plan.channel, kept.job, made.subject, made.body, made.html, files)


def _write(
    merchant: Merchant,
    books: Books,
    kept: KeptPlan,
    message: OutboxMessage,
    pack: MadePack | None,
    who: str,
    outcome: str = DONE,
) -> None:
    outbox.put(books, message)
    if pack:
        keep(books, pack, kept.job)
    told = {"report": kept.id, "channel": message.channel, "subject": message.subject}
    at_ms = int(merchant.clock() * 1000)
    audit.write(books, AuditEntry(who, "report sent", told | {"files": len(message.files)}, outcome), at_ms)


def _brand(merchant: Merchant) -> str:
    return merchant.running(Watch).brand.name
