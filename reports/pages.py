"""The pages of a pack: what they hold and how they are called, made of facts and sums. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from archive.archive import hour_text
from archive.bets import HourSums
from archive.proof import FINISHED
from dashboard.core import formats
from dashboard.core.codes import CREATE_TYPES, STATES, type_text
from dashboard.core.files import About, Column, Kind
from dashboard.core.frames import game_names, game_types, ledger_times
from dashboard.core.metrics import METRIC, BonusTotals, Totals
from dashboard.core.periods import day_start, window_label
from dashboard.core.tables import BONUS_PARTS
from dashboard.core.text import later, plural, text
from dashboard.jackpots.pots import HitVerdict
from dashboard.jackpots.tables import POT_NAMES, VERDICTS
from reports.facts import BonusFact, Facts
from twoj_client.windows import HOUR_S, hour_of

_SUMS: Final = (
    Column("bet_count", "Bets", Kind.COUNT),
    Column("bet_amount_li", "Bet amount", Kind.MONEY),
    Column("gain_li", "Players' net result", Kind.MONEY),
    Column("company_gain_li", "Company gain", Kind.MONEY),
    Column("hold", "Hold", Kind.RATIO),
    Column("rtp", "RTP", Kind.RATIO),
)
TOTALS: Final = (*_SUMS, Column("average_bet_li", "Average bet", Kind.MONEY))
DAYS: Final = (Column("date", "Day", Kind.DAY), *_SUMS)
TYPES: Final = (Column("name", "Type", Kind.TEXT), *_SUMS)
GAMES: Final = (
    Column("game_id", "Game id", Kind.NUMBER),
    Column("name", "Game", Kind.TEXT),
    Column("type", "Type", Kind.TEXT),
    *_SUMS,
    Column("theoretical_rtp", "Theoretical RTP", Kind.RATIO, later("As configured; empty where it is not.")),
    Column("rtp_difference", "RTP, difference", Kind.RATIO, later("Actual less theoretical.")),
    Column(
        "theoretical_gain_li",
        "Theoretical gain",
        Kind.MONEY,
        later("Bet amount × (1 − theoretical RTP), to the li."),
    ),
    Column("gain_difference_li", "Gain, difference", Kind.MONEY, later("Actual less theoretical.")),
)
JACKPOTS: Final = (
    Column("at", "Time", Kind.TIME),
    Column("pot", "Pot", Kind.TEXT),
    Column("verdict", "What is known", Kind.TEXT),
    Column("before_li", "Last seen in the pot", Kind.MONEY),
    Column("paid_li", "Paid from it", Kind.MONEY),
    Column("trans_no", "Transaction number", Kind.TEXT),
)
PAYOUTS: Final = (
    Column("at", "Time", Kind.TIME),
    Column("trans_no", "Transaction number", Kind.TEXT),
    Column("game_id", "Game id", Kind.NUMBER),
    Column("amount_li", "Amount", Kind.MONEY),
    Column("hourly_li", "From the hourly pot", Kind.MONEY),
    Column("super_li", "From the super pot", Kind.MONEY),
    Column("credited_li", "Credited", Kind.MONEY, later("What was booked for the player in the ledger.")),
    Column("received", "Received", Kind.TIME),
)
RESTATEMENTS: Final = (
    Column("seen", "Seen", Kind.TIME),
    Column("hour", "Hour", Kind.TIME),
    Column("version", "Version", Kind.COUNT, later("Of the hour that first has it.")),
    Column("change", "Change", Kind.TEXT),
    Column("game_id", "Game id", Kind.NUMBER),
    Column("bet_amount_li", "Bet, difference", Kind.MONEY),
    Column("gain_li", "Net result, difference", Kind.MONEY),
)
RECONCILIATION: Final = (
    Column("date", "Day", Kind.DAY),
    Column("verdict", "Result", Kind.TEXT),
    Column("bet_count", "Bets, archive", Kind.COUNT),
    Column("their_bet_count", "Bets, provider", Kind.COUNT),
    Column("bet_count_off", "Bets, difference", Kind.COUNT),
    Column("bet_amount_li", "Bet amount, archive", Kind.MONEY),
    Column("their_bet_amount_li", "Bet amount, provider", Kind.MONEY),
    Column("bet_amount_off_li", "Bet amount, difference", Kind.MONEY),
    Column("archived_gain_li", "Company gain, archive", Kind.MONEY),
    Column("their_company_gain_li", "Company gain, provider", Kind.MONEY),
    Column("company_gain_off_li", "Company gain, difference", Kind.MONEY),
    Column("hours", "Hours", Kind.COUNT, later("Of the business day, also those that it shares.")),
    Column("hours_proven", "Hours proven", Kind.COUNT),
)
PIECES: Final = (
    Column("hour", "Hour (UTC)", Kind.TEXT),
    Column("version", "Version", Kind.COUNT),
    Column("state", "State", Kind.TEXT),
    Column("bet_count", "Bets", Kind.COUNT),
    Column("bet_amount_li", "Bet amount", Kind.MONEY),
    Column("gain_li", "Players' net result", Kind.MONEY),
    Column("their_bet_count", "Bets, provider", Kind.COUNT),
    Column("their_bet_amount_li", "Bet amount, provider", Kind.MONEY),
    Column("their_gain_li", "Net result, provider", Kind.MONEY),
    Column("digest", "SHA-256 of its bets", Kind.TEXT),
)
_STATES: Final = {
    "open": later("Open"),
    "proven": later("Proven"),
    "differs": later("Differs"),
    "missing": later("Missing"),
    "erased": later("Proven, without forgotten players' ids"),
}
_CHANGES: Final = {"added": later("Added"), "changed": later("Changed"), "gone": later("Gone")}


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One page: the name of its files, its table, the last line of it, and sentences beside it."""

    name: str
    title: str
    columns: Sequence[Column]
    frame: pd.DataFrame
    totals: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A month in pages. `whole` are its sums, `warnings` sentences about all of it."""

    facts: Facts
    about: About
    whole: Totals
    pages: Sequence[ReportPage]
    warnings: Sequence[str]
    is_whole: bool


def report(facts: Facts, sums: Mapping[tuple[date, int], HourSums]) -> Report:
    """Make the pages of a month, in the language that is spoken."""
    of_days, of_games = _added(sums, 0), _added(sums, 1)
    whole = _totals(sum(sums.values(), HourSums()))
    warnings = _warnings(facts)
    pages = [
        _totals_page(whole),
        _days_page(facts, of_days, whole),
        _games_page(facts, of_games, whole),
        _types_page(facts, of_games, whole),
        _bonus_page(facts),
        _jackpots_page(facts),
        _payouts_page(facts),
        _restatements_page(facts),
        _reconciliation_page(facts, of_days),
        _pieces_page(facts),
    ]
    return Report(facts, _about(facts, warnings), whole, pages, warnings, not warnings)


def page_about(made: Report, page: ReportPage) -> About:
    """What the file of one page says about itself."""
    about, rows = made.about, len(page.frame)
    return About(
        title=page.title,
        period=about.period,
        zone=about.zone,
        currency=about.currency,
        as_of=about.as_of,
        completeness=" ".join([*made.warnings, *page.notes]),
        only=about.only,
        rows=str(rows) if rows else text("No activity"),
    )


def _about(facts: Facts, warnings: Sequence[str]) -> About:
    zone = facts.clock_zone
    start, end = (datetime.fromtimestamp(at_s, UTC) for at_s in facts.window_s)
    return About(
        title=text("Monthly report {month}", month=facts.month),
        period=window_label(start, end, zone),
        zone=formats.zone_name(zone),
        currency=facts.currency,
        as_of=formats.moment(_instant(facts.made_at_ms), zone),
        completeness=" ".join(warnings) or text("Complete and proven."),
        only=text("All games, all players"),
    )


def _warnings(facts: Facts) -> list[str]:
    start_s, end_s = facts.window_s
    hours = range(hour_of(start_s), end_s, HOUR_S)
    states = {piece.hour_s: piece.state for piece in facts.pieces}
    counts = Counter(states.get(hour_s, "missing") for hour_s in hours)
    said = []
    if facts.made_at_ms < int(facts.period.window(facts.clock_zone)[1].timestamp()) * 1000:
        said.append(text("The month was not over."))
    if counts["missing"]:
        said.append(
            plural(
                "{n} hour is not in the archive: its bets are in no sum.",
                "{n} hours are not in the archive: their bets are in no sum.",
                counts["missing"],
            )
        )
    if counts["differs"]:
        said.append(
            plural(
                "The bets of {n} hour differ from the provider's own sums.",
                "The bets of {n} hours differ from the provider's own sums.",
                counts["differs"],
            )
        )
    if counts["open"]:
        said.append(plural("{n} hour was not proven yet.", "{n} hours were not proven yet.", counts["open"]))
    names = {
        "games": later("The list of games"),
        "days": later("The provider's sums"),
        "bonuses": later("Bonuses"),
    }
    said += [
        text("{what}: not known. {why}", what=names[name], why=why) for name, why in facts.lacking.items()
    ]
    return said


def _added(sums: Mapping[tuple[date, int], HourSums], place: int) -> dict[Any, HourSums]:
    found: dict[Any, HourSums] = {}
    for key, each in sums.items():
        found[key[place]] = found.get(key[place], HourSums()) + each
    return found


def _totals(sums: HourSums) -> Totals:
    return Totals(sums.count, sums.bet_li, sums.gain_li, -sums.gain_li)


def _sum_cells(rows: Sequence[Totals]) -> dict[str, Any]:
    return {
        "bet_count": _whole(row.bet_count for row in rows),
        "bet_amount_li": _whole(row.bet_amount_li for row in rows),
        "gain_li": _whole(row.gain_li for row in rows),
        "company_gain_li": _whole(row.company_gain_li for row in rows),
        "hold": _ratios(METRIC["hold"].of(row) for row in rows),
        "rtp": _ratios(METRIC["rtp"].of(row) for row in rows),
    }


def _whole(values: Iterable[int | None]) -> Any:
    return pd.array(list(values), dtype="Int64")


def _ratios(values: Iterable[Fraction | int | None]) -> Any:
    return pd.array([None if value is None else float(value) for value in values], dtype="Float64")


def _sum_line(whole: Totals) -> dict[str, Any]:
    return {
        "bet_count": whole.bet_count,
        "bet_amount_li": whole.bet_amount_li,
        "gain_li": whole.gain_li,
        "company_gain_li": whole.company_gain_li,
        "hold": METRIC["hold"].of(whole),
        "rtp": METRIC["rtp"].of(whole),
    }


def _totals_page(whole: Totals) -> ReportPage:
    rows = [whole] if whole.bet_count else []
    averages = [METRIC["average_bet"].of(row) for row in rows]
    frame = pd.DataFrame(
        {
            **_sum_cells(rows),
            "average_bet_li": _whole(
                None if each is None else _half_away(Fraction(each)) for each in averages
            ),
        }
    )
    return ReportPage("totals", text("Totals"), TOTALS, frame)


def _days_page(facts: Facts, of_days: Mapping[date, HourSums], whole: Totals) -> ReportPage:
    days = [day for day in facts.period.days() if _day_start_s(facts, day) < facts.window_s[1]]
    rows = [_totals(of_days.get(day, HourSums())) for day in days] if whole.bet_count else []
    dates = pd.to_datetime(pd.Series(days if rows else [], dtype="object"))
    frame = pd.DataFrame({"date": dates, **_sum_cells(rows)})
    return ReportPage("days", text("Days"), DAYS, frame, _sum_line(whole) if rows else {})


def _day_start_s(facts: Facts, day: date) -> int:
    return int(day_start(day, facts.clock_zone).timestamp())


def _games_page(facts: Facts, of_games: Mapping[int, HourSums], whole: Totals) -> ReportPage:
    names, types = game_names(facts.listed()), game_types(of_games, facts.listed())
    rows = {game: _totals(sums) for game, sums in of_games.items()}
    order = sorted(rows, key=lambda game: (-rows[game].company_gain_li, game))
    played = [rows[game] for game in order]
    rtps = [_rtp(facts, game) for game in order]
    actual = [METRIC["rtp"].of(row) for row in played]
    gains = [
        None if rtp is None else _half_away(row.bet_amount_li * (1 - rtp))
        for rtp, row in zip(rtps, played, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "game_id": pd.array(order, dtype="Int64"),
            "name": pd.Series([names.get(game, str(game)) for game in order], dtype="string"),
            "type": pd.Series([type_text(types[game]) for game in order], dtype="string"),
            **_sum_cells(played),
            "theoretical_rtp": _ratios(rtps),
            "rtp_difference": _ratios(
                None if rtp is None or is_rtp is None else is_rtp - rtp
                for rtp, is_rtp in zip(rtps, actual, strict=True)
            ),
            "theoretical_gain_li": _whole(gains),
            "gain_difference_li": _whole(
                None if gain is None else row.company_gain_li - gain
                for gain, row in zip(gains, played, strict=True)
            ),
        }
    )
    notes = []
    if unknown := sum(rtp is None for rtp in rtps):
        notes.append(
            plural(
                "The theoretical RTP of {n} game is not configured.",
                "The theoretical RTP of {n} games is not configured.",
                unknown,
            )
        )
    return ReportPage("games", text("Games"), GAMES, frame, _sum_line(whole) if order else {}, notes)


def _rtp(facts: Facts, game: int) -> Fraction | None:
    percent = facts.rtps.get(str(game))
    return None if percent is None else Fraction(percent) / 100


def _half_away(value: Fraction) -> int:
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def _types_page(facts: Facts, of_games: Mapping[int, HourSums], whole: Totals) -> ReportPage:
    types = game_types(of_games, facts.listed())
    found: dict[str, HourSums] = {}
    for game, sums in of_games.items():
        found[types[game]] = found.get(types[game], HourSums()) + sums
    rows = [_totals(sums) for sums in found.values()]
    names = pd.Series([type_text(kind) for kind in found], dtype="string")
    frame = pd.DataFrame({"name": names, **_sum_cells(rows)})
    return ReportPage("types", text("Types of games"), TYPES, frame, _sum_line(whole) if rows else {})


def _bonus_page(facts: Facts) -> ReportPage:
    parts = [each for each in facts.bonuses if each.state]
    whole = next((each for each in facts.bonuses if not each.state), None)
    sums = [_bonus_totals(each) for each in parts]
    frame = pd.DataFrame(
        {
            "state": pd.Series([STATES[each.state] for each in parts], dtype="string"),
            "create_type": pd.Series([CREATE_TYPES[each.create_type] for each in parts], dtype="string"),
            **{
                column.field: (_ratios if column.kind is Kind.RATIO else _whole)(
                    _bonus_cell(each, column.field) for each in sums
                )
                for column in BONUS_PARTS[2:]
            },
        }
    )
    totals = {}
    if whole and parts:
        total = _bonus_totals(whole)
        totals = {column.field: _bonus_cell(total, column.field) for column in BONUS_PARTS[2:]}
    notes = [text("Bonuses created in the month, and what had become of them when the pack was made.")]
    return ReportPage("bonuses", text("Bonuses"), BONUS_PARTS, frame, totals, notes)


def _bonus_totals(fact: BonusFact) -> BonusTotals:
    return BonusTotals(
        fact.release_count,
        fact.used_count,
        fact.release_bonus_li,
        fact.converted_cash_li,
        fact.bet_amount_li,
        fact.win_amount_li,
    )


def _bonus_cell(sums: BonusTotals, name: str) -> Any:
    ratios: Mapping[str, Callable[[], tuple[int, int]]] = {
        "use_rate": lambda: (sums.used_count, sums.release_count),
        "conversion_rate": lambda: (sums.converted_cash_li, sums.release_bonus_li),
    }
    if name in ratios:
        part, of = ratios[name]()
        return Fraction(part, of) if of else None
    return getattr(sums, name)


def _jackpots_page(facts: Facts) -> ReportPage:
    hits = facts.hits
    frame = pd.DataFrame(
        {
            "at": ledger_times([each.at_ms for each in hits], facts.clock_zone),
            "pot": pd.Series([str(POT_NAMES[each.pot]) for each in hits], dtype="string"),
            "verdict": pd.Series([str(VERDICTS[HitVerdict(each.verdict)]) for each in hits], dtype="string"),
            "before_li": _whole(each.before_li for each in hits),
            "paid_li": _whole(each.paid_li for each in hits),
            "trans_no": pd.Series([each.trans_no for each in hits], dtype="string"),
        }
    )
    open_hits = sum(each.verdict == HitVerdict.UNPAID for each in hits)
    notes = (
        [
            plural(
                "For {n} hit no payout was received.",
                "For {n} hits no payout was received.",
                open_hits,
            )
        ]
        if open_hits
        else []
    )
    totals = {"paid_li": sum(each.paid_li or 0 for each in hits)} if hits else {}
    return ReportPage("jackpots", text("Jackpots"), JACKPOTS, frame, totals, notes)


def _payouts_page(facts: Facts) -> ReportPage:
    paid = facts.payouts
    frame = pd.DataFrame(
        {
            "at": ledger_times([each.won_at_ms for each in paid], facts.clock_zone),
            "trans_no": pd.Series([each.trans_no for each in paid], dtype="string"),
            "game_id": _whole(each.game_id for each in paid),
            "amount_li": _whole(each.amount_li for each in paid),
            "hourly_li": _whole(each.hourly_li for each in paid),
            "super_li": _whole(each.super_li for each in paid),
            "credited_li": _whole(each.credited_li for each in paid),
            "received": ledger_times([each.received_at_ms for each in paid], facts.clock_zone),
        }
    )
    notes = []
    if off := sum(each.credited_li != each.amount_li for each in paid):
        notes.append(
            plural(
                "{n} payout was not credited as it was ordered.",
                "{n} payouts were not credited as they were ordered.",
                off,
            )
        )
    names = "amount_li", "hourly_li", "super_li", "credited_li"
    totals = {name: sum(getattr(each, name) or 0 for each in paid) for name in names} if paid else {}
    return ReportPage("payouts", text("Payouts"), PAYOUTS, frame, totals, notes)


def _restatements_page(facts: Facts) -> ReportPage:
    told = facts.restatements
    frame = pd.DataFrame(
        {
            "seen": ledger_times([each.seen_at_ms for each in told], facts.clock_zone),
            "hour": ledger_times([each.hour_s * 1000 for each in told], facts.clock_zone),
            "version": _whole(each.version for each in told),
            "change": pd.Series([str(_CHANGES[each.change]) for each in told], dtype="string"),
            "game_id": _whole(each.game_id for each in told),
            "bet_amount_li": _whole(each.bet_li for each in told),
            "gain_li": _whole(each.gain_li for each in told),
        }
    )
    totals = {
        "bet_amount_li": sum(each.bet_li for each in told),
        "gain_li": sum(each.gain_li for each in told),
    }
    return ReportPage(
        "restatements",
        text("Restatements"),
        RESTATEMENTS,
        frame,
        totals if told else {},
        [text("Bets that the provider changed after their hour was proven. The sums above have them.")],
    )


def _reconciliation_page(facts: Facts, of_days: Mapping[date, HourSums]) -> ReportPage:
    told = {date.fromisoformat(each.day): each for each in facts.days}
    days = [day for day in facts.period.days() if _day_start_s(facts, day) < facts.window_s[1]]
    ours = [_totals(of_days.get(day, HourSums())) for day in days]
    theirs = [
        None if each is None else Totals(each.bets, each.bet_li, each.gain_li, each.company_gain_li)
        for each in map(told.get, days)
    ]
    off = [None if other is None else one - other for one, other in zip(ours, theirs, strict=True)]
    hours = [_hours(facts, day) for day in days]
    verdicts = [_verdict(one, other, each) for one, other, each in zip(ours, theirs, hours, strict=True)]
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(pd.Series(days, dtype="object")),
            "verdict": pd.Series(verdicts, dtype="string"),
            **_beside("bet_count", "bet_count", ours, theirs, off),
            **_beside("bet_amount_li", "bet_amount_li", ours, theirs, off),
            **_beside("company_gain_li", "archived_gain_li", ours, theirs, off),
            "hours": _whole(len(each) for each in hours),
            "hours_proven": _whole(sum(state in FINISHED for state in each) for each in hours),
        }
    )
    notes = [
        text(
            "Each day's bets in the archive against the provider's own sums of the day, as it told them when"
            " the pack was made."
        )
    ]
    return ReportPage("reconciliation", text("Reconciliation"), RECONCILIATION, frame, {}, notes)


def _beside(
    name: str,
    ours_name: str,
    ours: Sequence[Totals],
    theirs: Sequence[Totals | None],
    off: Sequence[Totals | None],
) -> dict[str, Any]:
    stem, li = name.removesuffix("_li"), "_li" if name.endswith("_li") else ""
    return {
        ours_name: _whole(getattr(each, name) for each in ours),
        f"their_{name}": _whole(None if each is None else getattr(each, name) for each in theirs),
        f"{stem}_off{li}": _whole(None if each is None else getattr(each, name) for each in off),
    }


def _hours(facts: Facts, day: date) -> list[str]:
    """Return the state of each UTC hour that a business day touches, as far as it had begun."""
    start_s = _day_start_s(facts, day)
    after = date.fromordinal(day.toordinal() + 1)
    end_s = min(_day_start_s(facts, after), facts.window_s[1])
    states = {piece.hour_s: piece.state for piece in facts.pieces}
    hours = range(hour_of(start_s), end_s, HOUR_S)
    return [states.get(hour_s, "missing") for hour_s in hours]


def _verdict(ours: Totals, theirs: Totals | None, hours: Sequence[str]) -> str:
    if theirs is None:
        return text("The provider's sums are not known")
    if "open" in hours and ours != theirs:
        return text("Too young to be compared")
    if ours == theirs:
        return text("Agrees") if all(state in FINISHED for state in hours) else text("Agrees, not all proven")
    if theirs == Totals() and all(state in FINISHED for state in hours):
        return text("Past the provider's memory; proven when it was read")
    return text("Differs")


def _pieces_page(facts: Facts) -> ReportPage:
    told = facts.pieces
    frame = pd.DataFrame(
        {
            "hour": pd.Series([hour_text(each.hour_s) for each in told], dtype="string"),
            "version": _whole(each.version for each in told),
            "state": pd.Series([str(_STATES[each.state]) for each in told], dtype="string"),
            "bet_count": _whole(each.ours.count for each in told),
            "bet_amount_li": _whole(each.ours.bet_li for each in told),
            "gain_li": _whole(each.ours.gain_li for each in told),
            "their_bet_count": _whole(each.theirs.count if each.theirs else None for each in told),
            "their_bet_amount_li": _whole(each.theirs.bet_li if each.theirs else None for each in told),
            "their_gain_li": _whole(each.theirs.gain_li if each.theirs else None for each in told),
            "digest": pd.Series([each.digest for each in told], dtype="string"),
        }
    )
    return ReportPage("pieces", text("Hours of the archive"), PIECES, frame)


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
