"""The statements about pots and payouts: each works inside the caller's transaction. Times in epoch ms."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import BigInteger, delete, exists, func, insert, literal, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from dashboard.jackpots.pots import POTS, Hit, Pots, PotSample, Win
from ledger.database import Books, clock_ms
from ledger.schema import payouts, pot_hits, pot_samples
from twoj_client.windows import DAY_S

FINE_MS = 2 * DAY_S * 1000
"""Samples older than this are thinned to the first of each 15 minutes."""
KEPT_MS = 90 * DAY_S * 1000
_COARSE_MS = 15 * 60_000
_AHEAD_MS = DAY_S * 1000
"""A payout that was won later than this from now was written by a wrong clock."""


# A hit between answers that lie further apart was written by a wrong clock, or in another unit of time. It
# must neither stand for every hit of years, nor stretch a chart over them.
_CAN_BE = (
    pot_hits.c.before_at_ms <= pot_hits.c.seen_at_ms,
    pot_hits.c.before_at_ms > pot_hits.c.seen_at_ms - KEPT_MS,
)


def add_samples(books: Books, answers: Iterable[Pots]) -> None:
    """Write what was in the pots at these moments; what another server has written stays as it is."""
    rows = [
        {"pot": name, "at_ms": pots.at_ms, "pot_li": pot.li}
        for pots in sorted(answers, key=lambda pots: pots.at_ms)
        for name in POTS
        if (pot := pots[name])
    ]
    if rows:
        kind = postgresql if books.connection.dialect.name == "postgresql" else sqlite
        books.execute(kind.insert(pot_samples).on_conflict_do_nothing(), rows)


def add_hits(books: Books, hits: Iterable[Hit]) -> None:
    """Write these hits, but for those that another server has written, seen between other answers."""
    hits = list(hits)
    if hits and books.connection.dialect.name == "postgresql":
        # Who writes next must see these rows; on SQLite writers take turns anyway.
        books.connection.execute(text("LOCK TABLE pot_hits IN SHARE ROW EXCLUSIVE MODE"))
    for hit in hits:
        seen = exists().where(
            books.mine(pot_hits),
            pot_hits.c.pot == hit.pot,
            pot_hits.c.before_at_ms < hit.seen_at_ms,
            pot_hits.c.seen_at_ms > hit.before_at_ms,
            *_CAN_BE,
        )
        if not books.scalar(select(seen)):
            books.execute(insert(pot_hits).values(asdict(hit)))


def thin(books: Books, now_ms: int) -> None:
    """Delete samples so that the table does not grow for ever."""
    pot, at = pot_samples.c.pot, pot_samples.c.at_ms
    is_old = at < now_ms - FINE_MS
    firsts = (
        select(pot, func.min(at)).where(books.mine(pot_samples), is_old).group_by(pot, at - at % _COARSE_MS)
    )
    books.execute(delete(pot_samples).where(at < now_ms - KEPT_MS))
    books.execute(delete(pot_samples).where(is_old, tuple_(pot, at).not_in(firsts)))


def samples(books: Books, pot: str, start_ms: int, end_ms: int) -> list[PotSample]:
    """Return the samples of a pot with `start_ms <= at_ms < end_ms`, oldest first."""
    at = pot_samples.c.at_ms
    statement = (
        select(at, pot_samples.c.pot_li)
        .where(pot_samples.c.pot == pot, at >= start_ms, at < end_ms)
        .order_by(at)
    )
    return [PotSample(*row) for row in books.execute(statement)]


def sample_times(books: Books, pot: str, start_ms: int, end_ms: int) -> list[int]:
    """Return the times of these samples, oldest first."""
    at = pot_samples.c.at_ms
    statement = select(at).where(pot_samples.c.pot == pot, at >= start_ms, at < end_ms).order_by(at)
    return list(books.scalars(statement))


def hits(books: Books, start_ms: int, end_ms: int) -> list[Hit]:
    """Return the hits seen with `start_ms <= seen_at_ms < end_ms`, oldest first."""
    seen = pot_hits.c.seen_at_ms
    columns = [pot_hits.c[name] for name in Hit.__dataclass_fields__]
    rows = books.execute(select(*columns).where(seen >= start_ms, seen < end_ms, *_CAN_BE).order_by(seen))
    return [Hit(**row._mapping) for row in rows]


_WIN = select(
    payouts.c.trans_no,
    payouts.c.op_id,
    payouts.c.game_id,
    payouts.c.amount_li,
    payouts.c.hourly_li,
    payouts.c.super_li,
    payouts.c.won_at_ms.label("ordered_at_ms"),
)


def wins(books: Books, start_ms: int, end_ms: int) -> list[Win]:
    """Return the payouts won in this half-open window, oldest first."""
    at = payouts.c.won_at_ms
    statement = _WIN.where(at >= start_ms, at < end_ms).order_by(at)
    return [Win(**row._mapping) for row in books.execute(statement)]


def last_wins(books: Books, count: int) -> list[Win]:
    """Return the last payouts by the time of the win, newest first; a wrong clock's future is none."""
    at = payouts.c.won_at_ms
    can_be = at <= literal(clock_ms(books.connection) + _AHEAD_MS, BigInteger)
    rows = books.execute(_WIN.where(can_be).order_by(at.desc()).limit(count))
    return [Win(**row._mapping) for row in rows]
