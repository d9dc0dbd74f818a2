"""A report as a mail: words and HTML that reads on a phone, in light and dark, without pictures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.core import formats
from dashboard.core.frames import extremes, has_no_bets, name_texts, row_totals, sum_totals
from dashboard.core.metrics import BONUS_METRIC, METRIC, METRICS, Change, Metric, Totals, change
from dashboard.core.roles import ONE_OF_ROLE
from dashboard.core.text import language, text
from dashboard.core.version import VERSION
from dashboard.reports.data_mail import MailFacts
from dashboard.reports.plan import Plan, title_of

_MOST_BARS: Final = 31
_FULL: Final = 100
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent: a subject, and the same in words and in HTML."""

    subject: str
    body: str
    html: str


@dataclass(frozen=True, slots=True)
class _Card:
    label: str
    value: str
    moved: str
    verdict: str


@dataclass(frozen=True, slots=True)
class _Bar:
    """A row of a small chart: `share` of the longest, in percent; `is_loss` lies on the other side."""

    name: str
    value: str
    share: int
    is_loss: bool


def mail(facts: MailFacts, plan: Plan, made_at: datetime, more: Sequence[str] = ()) -> Mail:
    """Write a report, in the language that is spoken; `more` files than its own are attached."""
    title = title_of(plan.kind, facts.period)
    whole = sum_totals(facts.steps.value)
    nothing = has_no_bets(facts.steps.value)
    cards = [] if nothing else _cards(facts, whole)
    place = {
        "brand": facts.brand,
        "title": title,
        "language": language(),
        "headline": _headline(facts, whole, nothing=nothing),
        "compared": text("Compared with {days}.", days=facts.steps.compared) if facts.before else "",
        "cards": cards,
        "days": _day_bars(facts) if not nothing and facts.period.day_count > 1 else [],
        "games": _game_bars(facts) if not nothing else [],
        "players": _players(facts) if not nothing else [],
        "proof": facts.proof,
        "lacking": facts.lacking,
        "files": [*(file.name for file in facts.files), *more],
        "link": facts.link,
        "said": _said(facts, plan, made_at),
        "words": {
            "days": text("Company gain by day"),
            "games": text("Games that gained and lost the most"),
            "players": text("Players who won the most"),
            "player": text("Player"),
            "bets": text("Bets"),
            "bet": text("Bet amount"),
            "won": text("Won"),
            "files": text("Attached"),
            "link": text("Open in the dashboard"),
            "lacking": text("What to know"),
        },
    }
    subject = f"{facts.brand}: {title}"
    html = _TEMPLATES.get_template("mail.html").render(place)
    return Mail(subject, _words(place), html)


def failed_mail(brand: str, plan: Plan, title: str, why: str) -> Mail:
    """Say that a report could not be made: no report is no news either."""
    said = text("This report could not be made. {why}", why=why)
    place = {
        **dict.fromkeys(("compared", "proof", "link"), ""),
        **{name: [] for name in ("cards", "days", "games", "players", "lacking", "files")},
        "brand": brand,
        "title": title,
        "language": language(),
        "headline": said,
        "said": text("You get it as {role}: {when}.", role=ONE_OF_ROLE[plan.role], when=plan.when_text),
        "words": {},
    }
    html = _TEMPLATES.get_template("mail.html").render(place)
    return Mail(f"{brand}: {title}", f"{title}\n\n{said}\n", html)


def _headline(facts: MailFacts, whole: Totals | None, *, nothing: bool) -> str:
    """The answer first: the gain, and whether that is more or less than before."""
    if nothing:
        return text("No activity: nobody bet {when}.", when=facts.period.when)
    gain = METRIC["company_gain"]
    before = sum_totals(facts.before.value) if facts.before else None
    moved = change(gain, whole, before)
    amount = formats.exact(gain, gain.of(whole) if whole else None, facts.currency)
    if moved.difference is None:
        return text("Company gain {amount}.", amount=amount)
    by = formats.difference(gain, moved, facts.currency)
    return text("Company gain {amount}, {difference} against before.", amount=amount, difference=by)


def _cards(facts: MailFacts, whole: Totals | None) -> list[_Card]:
    before = sum_totals(facts.before.value) if facts.before else None
    found = [_card(metric, whole, before, facts.currency) for metric in METRICS]
    if facts.bonuses:
        found += [
            _card(BONUS_METRIC[key], facts.bonuses, facts.bonuses_before, facts.currency)
            for key in ("net_gain", "bonus_cost")
        ]
    return found


def _card(metric: Metric[Any], now: Any, before: Any, currency: str | None) -> _Card:
    moved: Change = change(metric, now, before)
    value = formats.short(metric, None if now is None else metric.of(now), currency)
    told = "" if moved.value is None else _arrow(moved) + formats.change_short(metric, moved)
    return _Card(metric.label, value, told, moved.verdict)


def _arrow(moved: Change) -> str:
    return "" if not moved.value else "▲ " if moved.value > 0 else "▼ "


def _day_bars(facts: MailFacts) -> list[_Bar]:
    steps = facts.steps.value
    names = [formats.day_text(day.date(), "MMMEd") for day in steps["date"]]
    return _bars(names, row_totals(steps), facts.currency)[-_MOST_BARS:]


def _game_bars(facts: MailFacts) -> list[_Bar]:
    if facts.games is None:
        return []
    ends: pd.DataFrame = extremes(facts.games.value)
    return _bars(name_texts(ends), row_totals(ends), facts.currency)


def _bars(names: Sequence[str], rows: Sequence[Totals | None], currency: str | None) -> list[_Bar]:
    gains = [None if row is None else row.company_gain_li for row in rows]
    longest = max((abs(gain) for gain in gains if gain is not None), default=0)
    return [
        _Bar(
            name,
            formats.money(gain, currency),
            0 if not gain else max(1, int(Fraction(_FULL * abs(gain), longest))),
            bool(gain and gain < 0),
        )
        for name, gain in zip(names, gains, strict=True)
    ]


def _players(facts: MailFacts) -> list[tuple[str, str, str, str]]:
    return [
        (
            each.op_id,
            formats.count(each.bets),
            formats.money(each.bet_li, facts.currency),
            formats.money(each.gain_li, facts.currency),
        )
        for each in facts.players or ()
    ]


def _said(facts: MailFacts, plan: Plan, made_at: datetime) -> str:
    return text(
        "As of {as_of}, made {made_at}. You get it as {role}: {when}. 2J dashboard {version}.",
        as_of=formats.moment(facts.steps.as_of, facts.zone),
        made_at=formats.moment(made_at, facts.zone),
        role=ONE_OF_ROLE[plan.role],
        when=plan.when_text,
        version=VERSION,
    )


def _words(place: dict[str, Any]) -> str:
    """The same as lines of text."""
    words = place["words"]
    lines = [place["title"], "", place["headline"], place["compared"], ""]
    lines += [
        f"{card.label}: {card.value}" + (f" ({card.moved})" if card.moved else "") for card in place["cards"]
    ]
    for name in ("days", "games"):
        if place[name]:
            lines += ["", words[name], *(f"  {bar.name}: {bar.value}" for bar in place[name])]
    if place["players"]:
        lines += ["", words["players"]]
        lines += [f"  {player}: {won}" for player, _, _, won in place["players"]]
    if place["lacking"]:
        lines += ["", words["lacking"], *(f"  {sentence}" for sentence in place["lacking"])]
    lines += ["", place["link"], place["proof"], place["said"]]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept) + "\n"
