"""Asks archive, ledger and provider for what a pack is made of."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from archive import pieces
from archive.archive import Archive
from archive.pieces import Piece
from dashboard.bonus.numbers import bonus_totals
from dashboard.core.codes import CREATE_TYPES, STATES
from dashboard.core.periods import business_day
from dashboard.core.version import software
from dashboard.jackpots import data_store
from dashboard.jackpots.pots import GAP_MS, POTS, SLACK_MS, match
from ledger.database import Books
from ledger.schema import entries, payouts, restatements
from reports.facts import (
    FORMAT,
    BonusFact,
    DayFact,
    Facts,
    HitFact,
    PayoutFact,
    PieceFact,
    RestatementFact,
    month_of,
)
from twoj_client import Reply, TwoJ, TwoJError
from twoj_client.models import BonusSummary
from twoj_client.windows import hour_of

T = TypeVar("T")
_OF_PAYOUT = [payouts.c[name] for name in PayoutFact.__dataclass_fields__ if name != "credited_li"]


@dataclass(frozen=True, slots=True)
class PackSource:
    """Whose pack it is, and who is asked. `rtps` are percent by game id, as they are configured.

    `twoj` cuts days in the same `zone`; None where the provider is not to be asked.
    """

    archive: Archive
    twoj: TwoJ | None
    zone: ZoneInfo
    currency: str
    brand: str
    rtps: Mapping[int, str]
    language: str


class MonthNotBegun(ValueError):
    """A pack of a month that has not begun. Its text is one sentence."""


def gather(source: PackSource, month: str) -> tuple[Facts, list[Piece]]:
    """Return what is known of a month now, with the pieces of the archive as they lie.

    What the provider does not say is named in `lacking`. Raises ValueError for what is no month,
    MonthNotBegun, LedgerAway.
    """
    archive, period, now_ms = source.archive, month_of(month), source.archive.now_ms()
    start, end = period.window(source.zone)
    start_s, end_s = int(start.timestamp()), min(int(end.timestamp()), now_ms // 1000)
    if end_s <= start_s:
        raise MonthNotBegun(f"{month} has not begun in {source.zone.key}.")
    last_day = business_day(datetime.fromtimestamp(end_s - 1, UTC), source.zone)
    provider = _Provider(source.twoj)
    window = {"start": start_s, "end": end_s}
    games = provider.ask("games", lambda twoj: twoj.all.list()) or []
    days = provider.ask("days", lambda twoj: twoj.all.stage_summary(**window))
    bonuses = provider.bonuses(window)
    with archive.ledger.reading() as books:
        found = pieces.latest(books, hour_of(start_s), end_s)
        paid = payouts_of(books, start_s * 1000, end_s * 1000, now_ms)
        hits = _hits(books, start_s * 1000, end_s * 1000, now_ms)
        versions = {piece.hour_s: piece.version for piece in found}
        restated = restatements_of(books, start_s, end_s, now_ms, versions)
    facts = Facts(
        FORMAT,
        software(),
        archive.mch_id,
        source.brand,
        month,
        source.zone.key,
        source.currency,
        source.language,
        now_ms,
        {str(game): str(rtp) for game, rtp in sorted(source.rtps.items())},
        tuple(sorted((game.game_id, game.game_name, game.game_type) for game in games)),
        tuple(
            DayFact(
                day.date.isoformat(),
                day.bet_count,
                day.bet_amount,
                day.gain_amount,
                day.company_gain_amount,
            )
            for day in (days.days if days else ())
            if period.first_day <= day.date <= last_day
        ),
        bonuses,
        paid,
        hits,
        restated,
        tuple(
            PieceFact(
                each.hour_s,
                each.version,
                str(each.state),
                each.digest,
                each.ours,
                each.theirs,
                each.as_of_ms,
            )
            for each in found
        ),
        provider.as_of_ms,
        provider.lacking,
    )
    return facts, found


class _Provider:
    """Asks, and notes what was told when, and what was not told why."""

    def __init__(self, twoj: TwoJ | None) -> None:
        self._twoj = twoj
        self.as_of_ms: dict[str, int] = {}
        self.lacking: dict[str, str] = {}

    def ask(self, name: str, question: Callable[[TwoJ], Reply[T]]) -> T | None:
        if self._twoj is None:
            self.lacking[name] = "The provider was not asked."
            return None
        try:
            reply = question(self._twoj)
        except TwoJError as error:
            self.lacking[name] = error.sentence
            return None
        if not reply.complete:
            self.lacking[name] = "The provider did not tell all of it."
        told_ms = int(reply.as_of.timestamp() * 1000)
        self.as_of_ms[name] = min(told_ms, self.as_of_ms.get(name, told_ms))
        return reply.data

    def bonuses(self, window: Mapping[str, int]) -> tuple[BonusFact, ...]:
        """Return the bonuses of all, and of each state and creation type that has some."""
        pairs = [(0, 0), *((state, create_type) for state in STATES for create_type in CREATE_TYPES)]
        found = []
        for state, create_type in pairs:
            of = {"states": [state], "create_types": [create_type]} if state else {}
            told = self.ask("bonuses", partial(_bonus_summary, {**window, **of}))
            if told is None:
                return ()
            sums = bonus_totals(told)
            fact = BonusFact(
                state,
                create_type,
                sums.release_count,
                sums.used_count,
                sums.release_bonus_li,
                sums.converted_cash_li,
                sums.bet_amount_li,
                sums.win_amount_li,
            )
            if not state or any((fact.release_count, fact.used_count, fact.bet_amount_li)):
                found.append(fact)
            if not state and not fact.release_count:
                break
        return tuple(found)


def _bonus_summary(of: Mapping[str, Any], twoj: TwoJ) -> Reply[BonusSummary]:
    return twoj.all.bonus_summary(**of)


def payouts_of(books: Books, start_ms: int, end_ms: int, now_ms: int) -> tuple[PayoutFact, ...]:
    """Return the payouts won in a window and received before a time, oldest first."""
    wanted = select(*_OF_PAYOUT).where(
        payouts.c.won_at_ms >= start_ms, payouts.c.won_at_ms < end_ms, payouts.c.received_at_ms < now_ms
    )
    rows = books.execute(wanted.order_by(payouts.c.won_at_ms, payouts.c.trans_no)).all()
    booked = select(entries.c.trans_no, entries.c.amount_li).where(
        entries.c.booked_at_ms < now_ms, entries.c.trans_no.in_([row.trans_no for row in rows])
    )
    credited = {row.trans_no: row.amount_li for row in books.execute(booked)} if rows else {}
    return tuple(PayoutFact(**row._mapping, credited_li=credited.get(row.trans_no)) for row in rows)


def _hits(books: Books, start_ms: int, end_ms: int, now_ms: int) -> tuple[HitFact, ...]:
    """Return the hits of pots in a window with their payouts, and payouts without a hit, oldest first."""
    around = start_ms - SLACK_MS, end_ms + SLACK_MS
    watched = {pot: data_store.sample_times(books, pot, start_ms - GAP_MS, end_ms + GAP_MS) for pot in POTS}
    matches = match(data_store.hits(books, *around), data_store.wins(books, *around), watched, now_ms)
    found = [
        HitFact(
            each.at_ms,
            each.pot,
            str(each.verdict),
            each.hit.before_li if each.hit else None,
            each.win.part_li(each.pot) if each.win else None,
            each.win.trans_no if each.win else None,
        )
        for each in matches
        if start_ms <= each.at_ms < end_ms
    ]
    return tuple(sorted(found, key=lambda each: (each.at_ms, each.pot, each.trans_no or "")))


def restatements_of(
    books: Books, start_s: int, end_s: int, now_ms: int, versions: Mapping[int, int]
) -> tuple[RestatementFact, ...]:
    """Return what the provider changed of a window's hours before a time, up to these versions; no ids."""
    wanted = select(restatements).where(
        restatements.c.hour_s >= hour_of(start_s),
        restatements.c.hour_s < end_s,
        restatements.c.seen_at_ms < now_ms,
    )
    rows = books.execute(wanted.order_by(restatements.c.id))
    return tuple(
        RestatementFact(
            row.hour_s,
            row.version,
            row.seen_at_ms,
            row.change,
            _game(row.after or row.before),
            row.bet_li,
            row.gain_li,
        )
        for row in rows
        if row.version <= versions.get(row.hour_s, 0)
    )


def _game(bet: str | None) -> int | None:
    game: int | None = json.loads(bet).get("game_id") if bet else None
    return game
