"""Calls that were not credited: how many of each kind, and whether somebody has seen it.

Calls without a valid signature leave no more than that and a short ring of samples: anybody may send them,
and as many as they like. The ring keeps the first that nobody has seen, and the last.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import BigInteger, delete, insert, literal, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ledger import audit
from ledger.audit import DONE, AuditEntry
from ledger.database import Books
from ledger.payouts.outcome import PayoutOutcome
from ledger.payouts.payout_call import Delivery, Refusal
from ledger.schema import deliveries, refusal_samples, refusals

NEED_A_LOOK = (PayoutOutcome.MISMATCH, PayoutOutcome.UNREADABLE, PayoutOutcome.CONFLICT, PayoutOutcome.FAILED)
"""The kinds behind which a player's money may wait. Calls without any signature are noise."""
REFUSED_BEFORE = "refused"
"""The outcome of a call that an older version refused, signed or not."""
_FIRST = 10
_LAST = 10
_KEPT_BODY = 2**10


class RefusalCount(NamedTuple):
    """What is known of the calls of one kind, of which `seen` were seen, last by `seen_by`. Times in ms."""

    kind: PayoutOutcome
    total: int
    seen: int
    last_at_ms: int
    seen_by: str | None
    seen_at_ms: int | None

    @property
    def unseen(self) -> int:
        """How many nobody has seen; 0 for the kind that needs no look."""
        return self.total - self.seen if self.kind in NEED_A_LOOK else 0


class Call(NamedTuple):
    """A call that was not credited, as far as it is kept: the start of its body, and how long that was."""

    at_ms: int
    kind: str
    msg: str
    trans_no: str | None
    body: bytes
    body_size: int


class Tally:
    """Calls without a valid signature that are yet to be written down: a count, and a few of each kind.

    Of each kind the first and the last calls are kept, each with its number among those counted here.
    """

    def __init__(self) -> None:
        self.counts: Counter[PayoutOutcome] = Counter()
        self.samples: defaultdict[PayoutOutcome, list[tuple[int, Delivery]]] = defaultdict(list)

    def add(self, delivery: Delivery, refusal: Refusal) -> None:
        """Count a call."""
        self.counts[refusal.fault] += 1
        self._keep(refusal.fault, self.counts[refusal.fault], delivery)

    def add_later(self, later: "Tally") -> None:
        """Add what was counted after this."""
        for fault, count in later.counts.items():
            for number, delivery in later.samples[fault]:
                self._keep(fault, self.counts[fault] + number, delivery)
            self.counts[fault] += count

    def _keep(self, fault: PayoutOutcome, number: int, delivery: Delivery) -> None:
        kept = self.samples[fault]
        kept.append((number, delivery))
        if len(kept) > _FIRST + _LAST:
            del kept[_FIRST]


def write_tally(books: Books, tally: Tally, now_ms: int) -> None:
    """Write down what was counted; what the ring cannot hold goes."""
    for fault, count in sorted(tally.counts.items()):
        before = _count(books, fault.value, count, now_ms) - count
        rows = [
            {
                "kind": fault.value,
                "number": before + number,
                "at_ms": now_ms,
                "code": refusal.answer.code.value,
                "msg": refusal.answer.msg,
                "body": delivery.body[:_KEPT_BODY],
                "body_size": delivery.body_size,
            }
            for number, delivery in tally.samples[fault]
            if isinstance(refusal := delivery.asks, Refusal)
        ]
        books.execute(insert(refusal_samples), rows)
        _thin(books, fault.value, before + count)


def count_signed(books: Books, outcomes: Iterable[PayoutOutcome], now_ms: int) -> None:
    """Count signed calls that were not credited; they stand among the deliveries."""
    found = [outcome.value for outcome in outcomes if outcome in NEED_A_LOOK]
    for kind in sorted(set(found)):
        _count(books, kind, found.count(kind), now_ms)


def _count(books: Books, kind: str, count: int, now_ms: int) -> int:
    """Add to the count of a kind; return it. Kinds are counted in the order of their names (see `books`)."""
    dialect = postgresql if books.connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(refusals).values(kind=kind, total=count, seen=0, last_at_ms=now_ms)
    added = row.on_conflict_do_update(
        index_elements=[refusals.c.mch_id, refusals.c.kind],
        set_={"total": refusals.c.total + row.excluded.total, "last_at_ms": now_ms},
    )
    total: int = books.execute(added.returning(refusals.c.total)).scalar_one()
    return total


def _thin(books: Books, kind: str, total: int) -> None:
    mine, number = refusal_samples.c.kind == kind, refusal_samples.c.number
    seen = select(refusals.c.seen).where(books.mine(refusals), refusals.c.kind == kind).scalar_subquery()
    first = (
        select(number).where(books.mine(refusal_samples), mine, number > seen).order_by(number).limit(_FIRST)
    )
    old = number <= literal(total - _LAST, BigInteger)
    books.execute(delete(refusal_samples).where(mine, old, number.not_in(first)))


def read(books: Books) -> list[RefusalCount]:
    """Return what is known of each kind of which there was a call."""
    columns = (refusals.c[name] for name in RefusalCount._fields)
    rows = books.execute(select(*columns).order_by(refusals.c.kind))
    return [RefusalCount(PayoutOutcome(kind), *rest) for kind, *rest in rows]


def latest(books: Books, limit: int) -> list[Call]:
    """Return the last calls that are kept, newest first: signed ones, and samples of others."""
    of_ring, signed = refusal_samples.c, deliveries.c
    rings = select(
        of_ring.at_ms, of_ring.kind, of_ring.msg, null().label("trans_no"), of_ring.body, of_ring.body_size
    )
    refused = select(
        signed.received_at_ms, signed.outcome, signed.msg, signed.trans_no, signed.body, signed.body_size
    ).where(signed.outcome.in_([*(kind.value for kind in NEED_A_LOOK), REFUSED_BEFORE]))
    found = [
        *books.execute(rings.order_by(of_ring.at_ms.desc(), of_ring.number.desc()).limit(limit)),
        *books.execute(refused.order_by(signed.id.desc()).limit(limit)),
    ]
    return sorted((Call(*row) for row in found), key=lambda call: call.at_ms, reverse=True)[:limit]


def acknowledge(books: Books, shown: Mapping[str, int], who: str, now_ms: int) -> None:
    """Write, also into the audit log, that `who` has seen as many calls of each kind as were `shown`."""
    before = {each.kind.value: each.seen for each in read(books)}
    newly: dict[str, str | int | None] = {}
    for kind, total in sorted(shown.items()):
        mine = update(refusals).where(refusals.c.kind == kind, refusals.c.seen < total)
        if books.execute(mine.values(seen=total, seen_by=who, seen_at_ms=now_ms)).rowcount:
            newly[kind] = total - before[kind]
    if newly:
        audit.write(books, AuditEntry(who, "payout calls seen", newly, DONE), now_ms)
