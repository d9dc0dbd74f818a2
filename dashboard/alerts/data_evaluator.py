"""Looks at all rules again and again, on one server for all, and writes what is told.

How long something has been so goes by the database's clock: another server may look the next time, and its
own clock may be minutes off.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import structlog

from dashboard.alerts import data_store, data_values, words
from dashboard.alerts.attention import way_on
from dashboard.alerts.data_store import Key, StoredRule, StoredState
from dashboard.alerts.data_values import Measured
from dashboard.alerts.machine import NEVER, AlertMessage, AlertState, AlertVerdict, Standing, is_quiet, step
from dashboard.alerts.rules import AlertRule, AlertScope
from dashboard.channels.data_sender import Sender
from dashboard.core import formats
from dashboard.core.text import text
from dashboard.provider.archived import NotArchived
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import Merchant
from ledger.background import Background, Lease
from ledger.database import LedgerAway, clock_ms
from ledger.outbox import OutboxMessage
from twoj_client import TwoJError

log = structlog.get_logger(__name__)
EVERY_S: Final = 30
_LEASE_S: Final = 120
_WRITE_S: Final = 600
"""So seldom a value is written of which nothing follows."""


class Evaluator(Background):
    """Looks at one merchant's rules. Of all servers one does."""

    def __init__(self, merchant: Merchant) -> None:
        self._merchant = merchant
        lease = Lease(merchant.ledger, "alerts", _LEASE_S)
        super().__init__("alerts", EVERY_S, first_after_s=EVERY_S, lease=lease)

    def work(self) -> float:
        """Look at all rules and write what follows. Raises LedgerAway."""
        ledger = self._merchant.ledger
        data_store.make_ready(ledger)
        with ledger.reading() as books:
            rules, states = data_store.rules(books), data_store.states(books)
            now_ms = clock_ms(books.connection)
        for stored in rules:
            if stored.is_on:
                mine = {key[1]: state for key, state in states.items() if key[0] == stored.id}
                self._look_at(stored, mine, now_ms)
        return EVERY_S

    def _look_at(self, stored: StoredRule, states: Mapping[str, StoredState], now_ms: int) -> None:
        now_s = now_ms / 1000
        found, problem = _values(self._merchant, stored.rule)
        may_tell = self._may_tell(stored, now_ms)
        for subject in sorted({*found, *states}):
            before = states.get(subject)
            measured = found.get(subject, Measured(None, int(now_s)))
            verdict = problem or (
                stored.rule.verdict(measured.value) if subject in found else AlertVerdict.GOOD
            )
            was = before.standing if before else Standing(since_s=now_s)
            standing, told = step(was, verdict, now_s, stored.rule.timing, may_tell=may_tell)
            if before and standing == was and not told and not _is_due(before, measured, now_ms):
                continue
            messages = self._messages(stored, subject, measured, standing, told, now_ms) if told else []
            with self._merchant.ledger.writing() as books:
                key: Key = (stored.id, subject)
                if not data_store.keep(books, key, before, standing, measured, messages, now_ms):
                    continue
                gone = subject not in found and not problem and standing.state is AlertState.NORMAL
                if gone and standing.told_s is None:
                    data_store.forget(books, [key])
            if told:
                log.info("alert told", alert=stored.id, told=told.value, messages=len(messages))

    def _may_tell(self, stored: StoredRule, now_ms: int) -> bool:
        quiet = stored.rule.quiet_from, stored.rule.quiet_to
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        return not stored.is_muted(now_ms) and not is_quiet(now, self._merchant.zone, *quiet)

    def _messages(
        self,
        stored: StoredRule,
        subject: str,
        measured: Measured,
        standing: Standing,
        told: AlertMessage,
        now_ms: int,
    ) -> list[OutboxMessage]:
        merchant, rule = self._merchant, stored.rule
        of_what = subject_text(merchant, rule, subject, measured.evidence)
        name = f"{stored.label}: {of_what}" if of_what else stored.label
        since = datetime.fromtimestamp(standing.since_s, UTC)
        lines = [
            words.rule_text(rule, of_what, merchant.currency),
            text("Value: {value}", value=words.value_text(rule.metric, measured.value, merchant.currency)),
            text("Since {when}", when=formats.moment(since, merchant.zone)),
            *words.evidence_text(measured.evidence, merchant.zone, merchant.currency),
        ]
        if link := merchant.link(*way_on(rule, subject, measured.evidence)):
            lines.append(link)
        title, body = words.told_text(told, name, lines)
        cause = f"alert-{stored.id}-{sha256(subject.encode()).hexdigest()[:12]}-{now_ms}-{told.value}"
        names = rule.channels or tuple(merchant.running(Sender).channels)
        return [
            OutboxMessage(f"{cause}:{channel}", channel, f"alert {stored.id}", title, body)
            for channel in names
        ]


def _values(merchant: Merchant, rule: AlertRule) -> tuple[data_values.Values, AlertVerdict | None]:
    """What a rule watches, and why that is not known."""
    try:
        return data_values.values(merchant, rule), None
    except (NotArchived, TwoJError):
        return {"": Measured(None, int(merchant.clock()))}, AlertVerdict.NO_DATA
    except LedgerAway:
        raise
    except Exception:
        log.exception("alert not evaluated", metric=rule.metric)
        return {"": Measured(None, int(merchant.clock()))}, AlertVerdict.ERROR


def _is_due(before: StoredState, measured: Measured, now_ms: int) -> bool:
    return measured.value != before.value or now_ms - before.evaluated_at_ms >= _WRITE_S * 1000


def subject_text(merchant: Merchant, rule: AlertRule, subject: str, evidence: Mapping[str, Any]) -> str:
    """What an alert is of, by its name where it has one; "" for the whole."""
    if "screen" in evidence:
        return str(evidence["screen"])
    found = subject or rule.scope_id
    if rule.metric == "broken" or rule.scope is AlertScope.GAME:
        with suppress(TwoJError):
            return game_names(merchant).get(int(found), found) if found else ""
    return found


@dataclass(frozen=True, slots=True)
class Firing:
    """A time that a rule would have fired, in epoch s; `until_s` is None where it still would."""

    subject: str
    from_s: int
    until_s: int | None
    value: int


@dataclass(frozen=True, slots=True)
class Preview:
    """When a rule would have fired in the past, and since when that is known (None: not at all)."""

    known_from_s: int | None
    firings: tuple[Firing, ...]


def preview(merchant: Merchant, rule: AlertRule) -> Preview:
    """Try a rule on the past, by the same functions. Raises NotArchived, LedgerAway, TwoJError."""
    firings: list[Firing] = []
    known: list[int] = []
    for subject, line in data_values.past(merchant, rule).items():
        known += [at_s for at_s, value in line if value is not None][:1]
        firings += _firings(rule, subject, line)
    return Preview(min(known, default=None), tuple(firings))


def _firings(rule: AlertRule, subject: str, line: list[tuple[int, int | None]]) -> Iterator[Firing]:
    standing, since = NEVER, (0, 0)
    for at_s, value in line:
        before = standing
        standing, _ = step(standing, rule.verdict(value), at_s, rule.timing)
        if before.firing_since_s is None and standing.firing_since_s is not None:
            since = at_s, value or 0
        elif before.firing_since_s is not None and standing.firing_since_s is None:
            yield Firing(subject, since[0], at_s, since[1])
    if standing.firing_since_s is not None:
        yield Firing(subject, since[0], None, since[1])
