"""What the Alerts page shows: rules with how they stand, what became of them, and where people are told."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from dashboard.access.audit import ledger_frame
from dashboard.alerts import data_store, words
from dashboard.alerts.data_evaluator import subject_text
from dashboard.alerts.data_store import StoredRule, StoredState
from dashboard.alerts.machine import AlertState
from dashboard.alerts.rules import AlertScope
from dashboard.channels.data_sender import Sender
from dashboard.core.codes import TYPES
from dashboard.core.frames import ledger_times
from dashboard.core.text import sentences, text
from dashboard.jackpots.data_watch import Watch
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import Merchant
from dashboard.status.data import all_rows
from ledger import outbox
from ledger.database import Books, LedgerAway
from ledger.outbox import OutboxMessage
from ledger.schema import alert_rules, alert_states
from twoj_client import TwoJError

POTS = ("hourly", "super")
_WORST = (
    AlertState.FIRING,
    AlertState.RECOVERING,
    AlertState.PENDING,
    AlertState.ERROR,
    AlertState.NO_DATA,
    AlertState.NORMAL,
)


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule with how it stands for each thing that it watches, worst first."""

    stored: StoredRule
    states: Sequence[tuple[str, StoredState]]


def alerts(merchant: Merchant) -> list[Alert]:
    """All rules, those first of which something fires. Raises LedgerAway."""
    data_store.make_ready(merchant.ledger)
    with merchant.ledger.reading() as books:
        rules, states = data_store.rules(books), data_store.states(books)
    found = []
    for stored in rules:
        mine = [(key[1], state) for key, state in states.items() if key[0] == stored.id]
        found.append(Alert(stored, sorted(mine, key=lambda each: (_rank(each[1]), each[0]))))
    return sorted(
        found, key=lambda each: min((_rank(state) for _, state in each.states), default=len(_WORST))
    )


def firing(merchant: Merchant) -> list[tuple[StoredRule, str, StoredState]]:
    """What fires and is not over, with the rule and what it is of, the latest first. Raises LedgerAway."""
    return merchant.ledger.recent(_firing, (alert_rules, alert_states), merchant.clock())


def _firing(books: Books) -> list[tuple[StoredRule, str, StoredState]]:
    rules = {each.id: each for each in data_store.rules(books)}
    found = [
        (rules[rule_id], subject, state)
        for (rule_id, subject), state in data_store.states(books).items()
        if rule_id in rules and rules[rule_id].is_on and state.standing.firing_since_s is not None
    ]
    return sorted(found, key=lambda each: -(each[2].standing.firing_since_s or 0))


def _rank(state: StoredState) -> int:
    return _WORST.index(state.standing.state)


def named(merchant: Merchant, stored: StoredRule, subject: str, evidence: Mapping[str, object]) -> str:
    """What an alert is of, "" for the whole."""
    return subject_text(merchant, stored.rule, subject, evidence)


def history(merchant: Merchant, count: int, *, players: bool) -> pd.DataFrame:
    """The last changes of states, newest first; who a player is only for people who may know `players`."""
    with merchant.ledger.reading() as books:
        rules = {each.id: each for each in data_store.rules(books)}
        found = [each for each in data_store.events(books, count) if each.rule_id in rules]
    rows = []
    for each in found:
        stored = rules[each.rule_id]
        told = each.evidence if players else without_players(each.evidence)
        of_what = named(merchant, stored, each.subject, told)
        if stored.rule.scope is AlertScope.PLAYER and not players:
            of_what = text("a player")
        rows.append(
            {
                "alert": stored.label,
                "of": of_what,
                "before": words.STATES[each.before],
                "after": words.STATES[each.after],
                "value": words.value_text(stored.rule.metric, each.value, merchant.currency),
                "evidence": " ".join(words.evidence_text(told, merchant.zone, merchant.currency)),
                "messages": each.messages,
            }
        )
    texts = ("alert", "of", "before", "after", "value", "evidence")
    frame = ledger_frame(found, (), merchant.zone)
    for name in texts:
        frame[name] = pd.Series([row[name] for row in rows], dtype="string")
    frame["messages"] = pd.Series([row["messages"] for row in rows], dtype="int64")
    return frame


def without_players(evidence: Mapping[str, object]) -> Mapping[str, object]:
    """What a value was made of, without who a player is."""
    return {} if "user_id" in evidence else evidence


def messages(merchant: Merchant, count: int) -> pd.DataFrame:
    """The last messages to channels, newest first. Raises LedgerAway."""
    with merchant.ledger.reading() as books:
        found = outbox.newest(books, count)
    states = [
        text("taken")
        if each.acknowledged_at_ms is not None
        else text("given up")
        if each.state == outbox.FAILED
        else text("waits")
        for each in found
    ]
    columns = {
        "channel": [each.channel for each in found],
        "subject": [each.subject for each in found],
        "state": states,
        "reason": [sentences(each.reason) for each in found],
    }
    frame = pd.DataFrame({"at": ledger_times((each.made_at_ms for each in found), merchant.zone)})
    for name, values in columns.items():
        frame[name] = pd.Series(values, dtype="string")
    frame["attempts"] = pd.Series([each.attempts for each in found], dtype="int64")
    return frame


def scopes(merchant: Merchant, wanted: Sequence[AlertScope]) -> dict[tuple[AlertScope, str], str]:
    """What there is to choose from in these scopes, by name; of players none."""
    found: dict[tuple[AlertScope, str], str] = {}
    if AlertScope.WHOLE in wanted:
        found[AlertScope.WHOLE, ""] = words.SCOPES[AlertScope.WHOLE]
    if AlertScope.TYPE in wanted:
        found |= {(AlertScope.TYPE, name): str(label) for name, label in TYPES.items()}
    if AlertScope.POT in wanted:
        labels = {"hourly": text("Hourly pot"), "super": text("Super pot")}
        found |= {(AlertScope.POT, name): labels[name] for name in POTS}
    if AlertScope.SCREEN in wanted:
        with suppress(LedgerAway):
            for screen in merchant.running(Watch).screens.all():
                if screen.revoked_at_ms is None:
                    found[AlertScope.SCREEN, str(screen.id)] = screen.name
    if AlertScope.LINE in wanted:
        found |= {(AlertScope.LINE, row.id): str(row.what) for _, row in all_rows(merchant)}
    if AlertScope.GAME in wanted:
        with suppress(TwoJError):
            names = game_names(merchant)
            found |= {(AlertScope.GAME, str(game_id)): name for game_id, name in names.items()}
    return found


def channels(merchant: Merchant) -> dict[str, str]:
    """The channels by name, and what each is."""
    return {name: channel.kind for name, channel in merchant.running(Sender).channels.items()}


def try_channel(merchant: Merchant, channel: str, who: str) -> None:
    """Write a message that tries a channel. Raises LedgerAway."""
    at = datetime.fromtimestamp(merchant.clock(), UTC)
    message = OutboxMessage(
        f"test-{at.timestamp():.3f}:{channel}",
        channel,
        "test",
        text("Test of the channel {name}", name=channel),
        text("{person} tried this channel of the 2J dashboard. Nothing is wrong.", person=who),
    )
    data_store.try_channel(merchant.ledger, message, who)
