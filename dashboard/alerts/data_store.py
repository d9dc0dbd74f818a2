"""Rules, how they stand, and what became of them, in the ledger. What people do is in the audit log."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import delete, insert, select, update

from dashboard.alerts.data_values import Measured
from dashboard.alerts.machine import NEVER, AlertState, Standing
from dashboard.alerts.rules import LONGEST_NAME, READY, AlertRule, RuleError, as_json, from_json
from dashboard.core.text import later
from ledger import audit, outbox
from ledger.audit import DONE, AuditEntry
from ledger.database import Books, Ledger, clock_ms
from ledger.outbox import OutboxMessage
from ledger.schema import alert_events, alert_rules, alert_states
from twoj_client.errors import gettext_noop

log = structlog.get_logger(__name__)
_SOFTWARE: Final = "dashboard"
"""Who made the rules that come with the dashboard."""


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A rule as it stands in the ledger; `ready` names which of those that come with the dashboard it is."""

    id: int
    ready: str | None
    name: str
    rule: AlertRule
    is_on: bool
    muted_until_ms: int | None
    who: str
    changed_at_ms: int

    def is_muted(self, now_ms: float) -> bool:
        """Whether nobody is told of it now."""
        return self.muted_until_ms is not None and now_ms < self.muted_until_ms

    @property
    def label(self) -> str:
        """Its name for people, in their language where it came with the dashboard and has its first name."""
        if self.ready and self.name == READY[self.ready].name.key:
            return str(READY[self.ready].name)
        return self.name


@dataclass(frozen=True, slots=True)
class StoredState:
    """How a rule stands for one thing that it watches; `value` is the last one, None if it is not known."""

    standing: Standing
    value: int | None
    evaluated_at_ms: int
    evidence: Mapping[str, Any]
    acknowledged_by: str | None = None


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """A change of a state, with what spoke for it, and how many messages were written with it."""

    rule_id: int
    subject: str
    at_ms: int
    before: AlertState
    after: AlertState
    value: int | None
    evidence: Mapping[str, Any]
    messages: int


Key = tuple[int, str]
"""A rule and what it watches."""


def make_ready(ledger: Ledger) -> None:
    """Have the rules that come with the dashboard be in the ledger. Raises LedgerAway."""
    with ledger.reading() as books:
        known = set(books.scalars(select(alert_rules.c.ready).where(alert_rules.c.ready.is_not(None))))
    if READY.keys() <= known:
        return
    with ledger.writing() as books:
        now_ms = clock_ms(books.connection)
        for ready in READY.keys() - known:
            row: dict[str, Any] = {
                "name": READY[ready].name.key,
                "rule": as_json(READY[ready].rule),
                "is_on": True,
            }
            row |= {"ready": ready, "who": _SOFTWARE, "changed_at_ms": now_ms}
            books.add(insert(alert_rules).values(**row))


def rules(books: Books) -> list[StoredRule]:
    """Return all rules, those that come with the dashboard first; none that this version cannot read."""
    order = alert_rules.c.ready.is_(None), alert_rules.c.id
    there = select(alert_rules).where(alert_rules.c.removed_at_ms.is_(None))
    found = []
    for row in books.execute(there.order_by(*order)):
        try:
            rule = from_json(row.rule)
        except ValueError as error:
            log.warning("alert not readable", alert=row.id, why=str(error))
            continue
        said = row.is_on, row.muted_until_ms, row.who, row.changed_at_ms
        found.append(StoredRule(row.id, row.ready, row.name, rule, *said))
    return found


def states(books: Books) -> dict[Key, StoredState]:
    """Return how all rules stand."""
    return {
        (row.rule_id, row.subject): StoredState(
            Standing(
                AlertState(row.state),
                row.since_ms / 1000,
                _seconds(row.firing_since_ms),
                _seconds(row.told_at_ms),
                row.acknowledged_at_ms is not None,
            ),
            int(row.value) if row.value else None,
            row.evaluated_at_ms,
            json.loads(row.evidence),
            row.acknowledged_by,
        )
        for row in books.execute(select(alert_states))
    }


def events(books: Books, count: int) -> list[AlertEvent]:
    """Return the last changes, newest first."""
    newest = select(alert_events).order_by(alert_events.c.id.desc()).limit(count)
    return [
        AlertEvent(
            row.rule_id,
            row.subject,
            row.at_ms,
            AlertState(row.before),
            AlertState(row.after),
            int(row.value) if row.value else None,
            json.loads(row.evidence),
            row.messages,
        )
        for row in books.execute(newest)
    ]


def keep(
    books: Books,
    key: Key,
    before: StoredState | None,
    standing: Standing,
    measured: Measured,
    messages: Sequence[OutboxMessage],
    now_ms: int,
) -> bool:
    """Write how a rule stands now, its change, and what is told of it: all, or nothing.

    False: since `before` was read another server has written something else, or the rule is off.
    """
    was = before.standing if before else NEVER
    evidence = json.dumps(dict(measured.evidence), sort_keys=True)
    row = {
        "state": standing.state.value,
        "since_ms": _ms(standing.since_s),
        "firing_since_ms": _ms(standing.firing_since_s),
        "told_at_ms": _ms(standing.told_s),
        "value": "" if measured.value is None else str(measured.value),
        "evaluated_at_ms": now_ms,
        "evidence": evidence,
    }
    if was.is_acknowledged and not standing.is_acknowledged:
        row |= {"acknowledged_at_ms": None, "acknowledged_by": None}
    watched = alert_rules.c.id == key[0], alert_rules.c.is_on, alert_rules.c.removed_at_ms.is_(None)
    if books.scalar(select(alert_rules.c.id).where(*watched)) is None:  # since the rules were read
        return False
    if not _put(books, key, before, row):
        return False
    if standing.state is not was.state or messages:
        change: dict[str, Any] = {"rule_id": key[0], "subject": key[1], "at_ms": now_ms}
        change |= {"before": was.state.value, "after": standing.state.value, "messages": len(messages)}
        books.execute(insert(alert_events), change | {"value": row["value"], "evidence": evidence})
    for message in messages:
        outbox.put(books, message)
    return True


def _put(books: Books, key: Key, before: StoredState | None, row: Mapping[str, Any]) -> bool:
    named = {"rule_id": key[0], "subject": key[1]}
    if before is None:
        return books.add(insert(alert_states).values(**named, **row)) is not None
    known = before.standing
    same = (
        alert_states.c.rule_id == key[0],
        alert_states.c.subject == key[1],
        alert_states.c.state == known.state.value,
        alert_states.c.since_ms == _ms(known.since_s),
        alert_states.c.told_at_ms.is_not_distinct_from(_ms(known.told_s)),
    )
    return bool(books.execute(update(alert_states).where(*same).values(**row)).rowcount)


def forget(books: Books, keys: Sequence[Key]) -> None:
    """Forget how rules stand for what they do not watch any more."""
    for rule_id, subject in keys:
        mine = alert_states.c.rule_id == rule_id, alert_states.c.subject == subject
        books.execute(delete(alert_states).where(*mine))


def save(ledger: Ledger, rule_id: int | None, name: str, rule: AlertRule, who: str) -> int:
    """Write a new rule, or change one; return its id. Raises LedgerAway, RuleError."""
    name = " ".join(name.split())
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise RuleError(later("The name has a character that cannot be kept."))
    if not 0 < len(name) <= LONGEST_NAME:
        raise RuleError(later("Give it a name of at most {count} letters.", count=LONGEST_NAME))
    row: dict[str, Any] = {"name": name, "rule": as_json(rule), "who": who}
    what = gettext_noop("alert made") if rule_id is None else gettext_noop("alert changed")
    with ledger.writing() as books:
        now_ms = clock_ms(books.connection)
        row |= {"changed_at_ms": now_ms}
        if rule_id is None:
            made = insert(alert_rules).values(**row, is_on=True).returning(alert_rules.c.id)
            rule_id = int(books.execute(made).scalar_one())
        else:
            there = alert_rules.c.id == rule_id, alert_rules.c.removed_at_ms.is_(None)
            if not books.execute(update(alert_rules).where(*there).values(**row)).rowcount:
                raise RuleError(later("Somebody has removed this alert meanwhile."))
        about = {"alert": rule_id, "name": name, "rule": json.loads(row["rule"])}
        audit.write(books, AuditEntry(who, what, about, DONE), now_ms)
    return rule_id


def switch(ledger: Ledger, rule_id: int, who: str, *, is_on: bool) -> None:
    """Switch a rule on or off. Raises LedgerAway."""
    what = gettext_noop("alert switched on") if is_on else gettext_noop("alert switched off")
    _change(ledger, rule_id, who, what, is_on=is_on)


def mute(ledger: Ledger, rule_id: int, until_ms: int | None, who: str) -> None:
    """Tell nobody of a rule until a time, or again from now on. Raises LedgerAway."""
    what = gettext_noop("alert muted") if until_ms else gettext_noop("alert unmuted")
    _change(ledger, rule_id, who, what, muted_until_ms=until_ms)


def remove(ledger: Ledger, rule_id: int, who: str, now_ms: int) -> None:
    """Take a rule away; one that comes with the dashboard is switched off instead. Raises LedgerAway."""
    _change(ledger, rule_id, who, gettext_noop("alert removed"), removed_at_ms=now_ms)


def _change(ledger: Ledger, rule_id: int, who: str, what: str, **values: Any) -> None:
    with ledger.writing() as books:
        now_ms = clock_ms(books.connection)
        mine = alert_rules.c.id == rule_id, alert_rules.c.removed_at_ms.is_(None)
        changed = update(alert_rules).where(*mine).values(**values, who=who, changed_at_ms=now_ms)
        if not books.execute(changed).rowcount:  # somebody else was quicker
            return
        if not values.get("is_on", True) or "removed_at_ms" in values:
            books.execute(delete(alert_states).where(alert_states.c.rule_id == rule_id))
        audit.write(books, AuditEntry(who, what, {"alert": rule_id, **values}, DONE), now_ms)


def acknowledge(ledger: Ledger, key: Key, who: str) -> bool:
    """Write that somebody has seen an alert, so that nobody is reminded. False: it is over.

    Raises LedgerAway.
    """
    with ledger.writing() as books:
        now_ms = clock_ms(books.connection)
        mine = alert_states.c.rule_id == key[0], alert_states.c.subject == key[1]
        fires = alert_states.c.firing_since_ms.is_not(None)
        seen = {"acknowledged_at_ms": now_ms, "acknowledged_by": who}
        if not books.execute(update(alert_states).where(*mine, fires).values(**seen)).rowcount:
            return False
        about = {"alert": key[0], "subject": key[1]}
        audit.write(books, AuditEntry(who, "alert acknowledged", about, DONE), now_ms)
        return True


def try_channel(ledger: Ledger, message: OutboxMessage, who: str) -> None:
    """Write a message that tries a channel. Raises LedgerAway."""
    with ledger.writing() as books:
        outbox.put(books, message)
        about = {"channel": message.channel}
        audit.write(books, AuditEntry(who, "channel tested", about, DONE), clock_ms(books.connection))


def _ms(seconds: float | None) -> Any:
    return None if seconds is None else round(seconds * 1000)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
