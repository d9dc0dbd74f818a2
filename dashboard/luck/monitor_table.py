"""The watch over RTPs in tables and sentences."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.core.formats import UNKNOWN, count, moment, money_short, percent
from dashboard.core.frames import ledger_times
from dashboard.core.markdown import escaped
from dashboard.core.text import listed, plural, text
from dashboard.luck.course import ALL, Watched
from dashboard.luck.monitor import ALARM
from dashboard.luck.watch import GameWatch, Investigation, RtpWatch, Visible, evidence_text

_MOST_NAMED = 5


def _percent(ratio: float, places: int = 2) -> str:
    return percent(Fraction(ratio), places)


def what_text(of: Watched, currency: str | None) -> str:
    """Say what is found of a game, or of a stake band of it."""
    if of.decade == ALL:
        return text("pays too much") if of.sign > 0 else text("pays too little")
    low, high = (money_short(10**power, currency) for power in (of.decade, of.decade + 1))
    if of.sign > 0:
        return text("pays too much on bets from {low} to {high}", low=low, high=high)
    return text("pays too little on bets from {low} to {high}", low=low, high=high)


def watch_text(watch: RtpWatch, names: Mapping[int, str], zone: ZoneInfo) -> str:
    """Say what stands out today, and how many games are watched until when, as Markdown."""
    if watch.window is None:
        return text("No hour has been watched yet. The watch begins once the archive holds whole hours.")
    until = moment(datetime.fromtimestamp(watch.window[1], UTC), zone)
    watched = sum(each.over is not None or each.under is not None for each in watch.games)
    about = plural(
        "{n} game is watched until {until}, hour by hour.",
        "{n} games are watched until {until}, hour by hour.",
        watched,
        until=until,
    )
    if not watch.found:
        nothing = text("**Nothing stands out today.**")
        return f"{nothing} {about}"
    said = [
        text("{game} {what}", game=names.get(of.game_id, str(of.game_id)), what=what_text(of, None))
        for of in watch.found[:_MOST_NAMED]
    ]
    stands = plural(
        "**{n} stands out today: {games}.**",
        "**{n} stand out today: {games}.**",
        len(watch.found),
        games=escaped(listed(said)),
    )
    return f"{stands} {about}"


def guarantee_text() -> str:
    """Say what an alarm means, and what its absence does not."""
    return text(
        "An alarm needs evidence of {alarm}: an honest game reaches that once in ten years of play at most,"
        " however often one looks. What cannot be seen at a game's volume is not said to be fine: the table"
        " says how large a fault 30 days would have shown.",
        alarm=count(ALARM),
    )


def game_text(game: GameWatch, seen: Visible | None) -> str:
    """Say by what one game is watched, how much evidence there is, and what could have been seen."""
    if game.yardstick is None:
        return text(
            "It is not watched: its past holds fewer than 2,000 draws, and no theoretical RTP is set."
        )
    measure = game.yardstick
    if measure.configured:
        basis = text("It is watched against its theoretical RTP, {rtp}.", rtp=_percent(measure.over))
        if game.under is not None:
            past = text("For paying too little it is watched against its own past.")
            basis = f"{basis} {past}"
    elif isfinite(measure.over):
        basis = text(
            "It is watched against its own past: {rtp} over {draws} draws, so that up to {limit} may be as it"
            " should be.",
            rtp=_percent(measure.rtp),
            draws=count(measure.draws),
            limit=_percent(measure.over),
        )
    else:
        basis = text("It is not watched for paying too much: its past allows any RTP.")
    parts = [basis]
    if game.over is not None or game.under is not None:
        over, under = (UNKNOWN if each is None else evidence_text(each) for each in (game.over, game.under))
        parts.append(
            text(
                "Evidence now: {over} that it pays too much, {under} that it pays too little; an alarm needs"
                " {alarm}.",
                over=over,
                under=under,
                alarm=count(ALARM),
            )
        )
    parts.append(seen_text(seen))
    return " ".join(parts)


def seen_text(seen: Visible | None) -> str:
    """Say how large a fault 30 days of such play would have shown."""
    if seen is None:
        return text("How large a fault 30 days would have shown is not known: there is too little play.")
    more, less = (None if each is None else abs(each - 1) for each in (seen.over, seen.under))
    if more is not None and less is not None:
        return text(
            "30 days of such play would have shown a game that pays {more} more, or {less} less, than it"
            " should; what is smaller cannot be seen yet.",
            more=_percent(more, 0),
            less=_percent(less, 0),
        )
    if more is not None:
        return text(
            "30 days of such play would have shown a game that pays {more} more than it should, and none that"
            " pays less.",
            more=_percent(more, 0),
        )
    if less is not None:
        return text(
            "30 days of such play would have shown a game that pays {less} less than it should, and none that"
            " pays up to tenfold.",
            less=_percent(less, 0),
        )
    return text("30 days of such play would have shown no fault at all.")


def watch_table(
    games: Sequence[GameWatch], seen: Mapping[int, Visible], names: Mapping[int, str]
) -> pd.DataFrame:
    """All games that were played, those with the most evidence first, for `tables.RTP_WATCH`."""
    rows = [_row(each, seen.get(each.game_id), names) for each in games]
    rows.sort(key=lambda row: -max(row["over_way"] or 0.0, row["under_way"] or 0.0))
    return pd.DataFrame(rows)


def _row(game: GameWatch, seen: Visible | None, names: Mapping[int, str]) -> dict[str, Any]:
    measure = game.yardstick
    basis = text("too little past")
    if measure:
        basis = text("theoretical RTP") if measure.configured else text("its own past")
    return {
        "game_id": game.game_id,
        "name": names.get(game.game_id, str(game.game_id)),
        "over_way": _way(Watched(game.game_id, 1), game.over),
        "under_way": _way(Watched(game.game_id, -1), game.under),
        "basis": basis,
        "rtp": measure.rtp if measure else None,
        "limit": measure.over if measure and isfinite(measure.over) else None,
        "draws": round(game.draws_an_hour),
        "seen_over": seen.over - 1 if seen and seen.over is not None else None,
        "seen_under": seen.under - 1 if seen and seen.under is not None else None,
    }


def _way(of: Watched, log_m: float | None) -> float | None:
    return None if log_m is None else max(log_m / of.log_alarm, 0.0)


def investigations_table(
    found: Sequence[Investigation], names: Mapping[int, str], zone: ZoneInfo, currency: str | None
) -> pd.DataFrame:
    """Investigations, those that are open first, for `tables.INVESTIGATIONS`."""
    ordered = sorted(found, key=lambda each: (each.closed_at_ms is not None, -each.id))
    return pd.DataFrame(
        {
            "game_id": [each.of.game_id for each in ordered],
            "name": [names.get(each.of.game_id, str(each.of.game_id)) for each in ordered],
            "what": [what_text(each.of, currency) for each in ordered],
            "since": ledger_times([each.since_s * 1000 for each in ordered], zone),
            "alarmed": ledger_times([each.alarmed_s * 1000 for each in ordered], zone),
            "evidence": [evidence_text(each.log_m) for each in ordered],
            "looked_by": [each.looked_by or text("nobody yet") for each in ordered],
            "found": [each.found for each in ordered],
            "closed_by": [each.closed_by or "" for each in ordered],
            "closed_at": ledger_times([each.closed_at_ms for each in ordered], zone),
        }
    )


def opened_text(each: Investigation, zone: ZoneInfo, currency: str | None) -> str:
    """Say what an investigation is about, since when, and who looks into it."""
    since, alarmed = (
        moment(datetime.fromtimestamp(at_s, UTC), zone) for at_s in (each.since_s, each.alarmed_s)
    )
    said = text(
        "Alarm of {alarmed}: it {what}, since about {since} (evidence {evidence}).",
        alarmed=alarmed,
        what=what_text(each.of, currency),
        since=since,
        evidence=evidence_text(each.log_m),
    )
    if each.closed_at_ms is not None:
        when = moment(datetime.fromtimestamp(each.closed_at_ms / 1000, UTC), zone)
        closed = text("Closed by {who} on {when}: {found}", who=each.closed_by, when=when, found=each.found)
        return f"{said} {closed}"
    if each.looked_by:
        looks = text("{who} looks into it.", who=each.looked_by)
        return f"{said} {looks}"
    nobody = text("Nobody has looked into it yet.")
    return f"{said} {nobody}"
