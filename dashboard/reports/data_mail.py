"""What a mail tells, from the same data as the Overview and the Games page, for whoever has a role."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import pandas as pd

from archive.engine import Engine
from archive.questions import question
from dashboard.bonus.data import bonuses_and_gain
from dashboard.bonus.numbers import BonusQuery
from dashboard.core import frames, tables
from dashboard.core.files import Column, parquet_bytes, xlsx_bytes
from dashboard.core.memo import memo
from dashboard.core.metrics import BonusTotals
from dashboard.core.periods import Comparison, Period, compare
from dashboard.core.text import text
from dashboard.games.data_table import games
from dashboard.games.table import unlisted_text
from dashboard.jackpots.data_watch import Watch
from dashboard.overview.data import days, hours
from dashboard.provider.about import about_reading, reading_stem
from dashboard.provider.archived import NotArchived, from_archive, proof_line
from dashboard.provider.merchant import LedgerFailed, Merchant, ProviderFailed
from dashboard.provider.reading import Reading
from dashboard.reports.plan import Plan, compared_by
from ledger.outbox import Attachment

MOST_PLAYERS: Final = 5
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PARQUET: Final = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class TopPlayer:
    """A player who won much: bets, what was bet and won in li."""

    op_id: str
    bets: int
    bet_li: int
    gain_li: int


@dataclass(frozen=True, slots=True)
class MailFacts:
    """All that a mail tells; None is not known, or not for its role.

    `steps` are the days of the period, `before` the compared ones. `lacking` are sentences.
    """

    brand: str
    currency: str | None
    zone: Any
    period: Period
    steps: Reading[pd.DataFrame]
    before: Reading[pd.DataFrame] | None
    comparison: Comparison | None
    games: Reading[pd.DataFrame] | None
    bonuses: BonusTotals | None
    bonuses_before: BonusTotals | None
    players: tuple[TopPlayer, ...] | None
    proof: str
    lacking: tuple[str, ...]
    files: tuple[Attachment, ...]
    link: str


def mail_facts(merchant: Merchant, plan: Plan, period: Period, now: datetime) -> MailFacts:
    """Ask for what a mail tells, in the language that is spoken.

    Raises what keeps the sums of the days from being known: TwoJError. What else is not to be had is named.
    """
    start, end = period.window(merchant.zone)
    steps = days(merchant, period, now)
    comparison = compare(period, compared_by(plan.kind), now, merchant.zone)
    lacking = _Lacking()
    before: Reading[pd.DataFrame] | None = None
    if comparison:
        then = comparison.period, comparison.end
        before = lacking.ask(text("The comparison"), lambda: days(merchant, *then))
    if comparison and before:
        steps = replace(steps, compared=comparison.label)
    of_games = lacking.ask(text("Games"), lambda: games(merchant, start, end))
    bonuses, bonuses_before = None, None
    if plan.role.may("bonus"):
        found = lacking.ask(text("Bonuses"), lambda: bonuses_and_gain(merchant, BonusQuery(), start, end))
        bonuses = found.value if found else None
        if comparison and found:
            window = comparison.start, comparison.end
            with suppress(ProviderFailed):
                bonuses_before = bonuses_and_gain(merchant, BonusQuery(), *window).value
    players = None
    if plan.role.may("players"):
        players = lacking.ask(text("Players"), lambda: _players(merchant, start, end))
    proof = lacking.ask(text("The proof"), lambda: str(proof_line(merchant, start, end).sentence))
    readings = [each for each in (steps, before, of_games) if each]
    said = [str(sentence) for each in readings for sentence in (*each.failures, *each.warnings)]
    return MailFacts(
        merchant.running(Watch).brand.name,
        merchant.currency,
        merchant.zone,
        period,
        steps,
        before,
        comparison,
        of_games,
        bonuses,
        bonuses_before,
        players,
        proof or "",
        tuple(dict.fromkeys([*said, *lacking.sentences])),
        tuple(_files(merchant, period, now, steps, before, of_games)),
        merchant.link("", {"period": f"{period.first_day}..{period.last_day}"}),
    )


class _Lacking:
    """Asks for what a mail can do without, and notes in words what was not to be had."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def ask(self, name: str, question: "Callable[[], Any]") -> Any:
        try:
            return question()
        except (ProviderFailed, LedgerFailed, NotArchived) as error:
            why = error.sentence if isinstance(error, ProviderFailed | NotArchived) else ""
            self.sentences.append(text("{name}: not known now. {why}", name=name, why=why).strip())
            return None


def _players(merchant: Merchant, start: datetime, end: datetime) -> tuple[TopPlayer, ...]:
    def top(engine: Engine, start_s: int, end_s: int) -> tuple[TopPlayer, ...]:
        rows = engine.rows(question("top_players", start_s, end_s, rank="won", most=MOST_PLAYERS))
        return tuple(
            TopPlayer(str(op_id or user_id), int(bets or 0), int(bet_li or 0), int(gain_li or 0))
            for user_id, op_id, bets, bet_li, gain_li, _ in rows
        )

    return from_archive(merchant, start, end, top).value


def _files(
    merchant: Merchant,
    period: Period,
    now: datetime,
    steps: Reading[pd.DataFrame],
    before: Reading[pd.DataFrame] | None,
    of_games: Reading[pd.DataFrame] | None,
) -> list[Attachment]:
    """The tables as the pages' downloads have them: hours of a day, days of longer periods, and games."""
    found: list[Attachment] = []
    if frames.has_no_bets(steps.value):
        return found
    if period.day_count == 1:
        with suppress(NotArchived, LedgerFailed):
            of_day = hours(merchant, period.last_day, now, _day_before(before, period))
            of_hours = tables.HOURS_COMPARED if of_day.compared else tables.HOURS
            found += _as_files(merchant, text("Hours"), of_hours, of_day.value, of_day)
    else:
        shown, columns = steps.value, tuple[Column, ...](tables.DAYS)
        if before:
            shown, columns = memo(frames.with_comparison, shown, before.value), tables.DAYS_COMPARED
        found += _as_files(merchant, text("Days"), columns, shown, steps)
    if of_games:
        note = unlisted_text(of_games.value, merchant.currency)
        frame = memo(frames.in_words, of_games.value)
        found += _as_files(merchant, text("Games"), tables.GAMES, frame, of_games, note)
    return found


def _day_before(before: Reading[pd.DataFrame] | None, period: Period) -> Any:
    return before.value["date"].iloc[0].date() if before is not None and period.day_count == 1 else None


def _as_files(
    merchant: Merchant,
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    known: Reading[Any],
    note: str = "",
) -> list[Attachment]:
    about = about_reading(merchant, title, len(frame), known, note=note)
    stem = reading_stem(merchant, title, known)
    return [
        Attachment(f"{stem}.xlsx", _XLSX, xlsx_bytes(about, columns, frame)),
        Attachment(f"{stem}.parquet", _PARQUET, parquet_bytes(about, columns, frame)),
    ]
