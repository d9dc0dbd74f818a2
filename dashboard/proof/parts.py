"""The Data page: what the archive holds, what it is doing, what the provider changed."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import streamlit as st

from archive.archive import Archive
from archive.proof import FINISHED, PieceState
from dashboard.core import formats, roles, tables
from dashboard.core.cell_links import link
from dashboard.core.markdown import escaped
from dashboard.core.query import WATCHED
from dashboard.core.text import plural, text
from dashboard.kit import charts, current, guard, navigation, states, table
from dashboard.proof import coverage, data
from dashboard.proof.coverage import DayCoverage, DayState
from dashboard.proof.figures import calendar, colors_of

_LEAST_DAYS: Final = 60
_RECENT_DAYS: Final = 7
_YEAR_DAYS: Final = 365
_AGAIN: Final = "archive-again"


def summary() -> None:
    """Draw what is known, since when, and how much room it takes. Raises LedgerAway."""
    merchant = current.merchant()
    found = data.archive_state(merchant)
    if found is None:
        st.info(text("The archive is switched off (TWOJ_ARCHIVE_URL is off): bets are asked for each time."))
        return
    hours: Counter[PieceState] = sum((Counter(day.hours) for day in found.days), Counter())
    until = found.proven_until
    said = [
        (text("Bets"), formats.count(found.bets)),
        (
            text("Hours proven"),
            text(
                "{proven} of {read}",
                proven=formats.count(sum(hours[each] for each in FINISHED)),
                read=formats.count(hours.total()),
            ),
        ),
        (
            text("Proven until"),
            formats.moment(until, merchant.zone, merchant.now()) if until else formats.UNKNOWN,
        ),
        (text("Size"), formats.size(found.size_bytes)),
    ]
    with st.container(key="cards-archive"):
        for place, (label, value) in zip(st.columns(len(said)), said, strict=True):
            place.metric(label, value, border=True, height="stretch")
    navigation.tell_me({WATCHED[each]: {"watch": each} for each in ("late", "restated", "disk")})
    if why := found.collector.stopped_by:
        reason = escaped(text(why.key, **why.fields))
        st.warning(text("Nothing is read now: {reason}", reason=reason), icon=":material/cloud_off:")


def days() -> None:
    """Draw a square for each day, and what keeps days from being proven. Raises LedgerAway."""
    merchant = current.merchant()
    found = data.archive_state(merchant)
    if found is None:
        return
    known = _days(found, merchant.now().date())
    with states.box("archive-days", text("Days, UTC")):
        charts.show(calendar(known, charts.look()), "archive-days")
        st.html(_legend(known))
        odd = [each for each in known if each.state in (DayState.DIFFERS, DayState.MISSING)]
        whys = Counter(str(each.why) for each in odd)
        last = {str(each.why): formats.day_text(each.date) for each in odd}
        for why in list(whys)[-5:]:
            sentence = plural(
                "{day}: {why}", "{n} days, the last {day}: {why}", whys[why], day=last[why], why=why
            )
            st.warning(escaped(sentence), icon=":material/rule:")


def reading() -> None:
    """Draw what is being read, what there is room for, and the way to have days read again."""
    merchant = current.merchant()
    found = data.archive_state(merchant)
    if found is None or merchant.archive is None:
        return
    today = merchant.now().date()
    with states.box("archive-reading", text("Reading")):
        for words in (_doing(found), _memory(found), *_room(found, _days(found, today))):
            st.markdown(words)
        if guard.may(roles.ASK_AGAIN):
            _ask_again(merchant.archive, today)


def _ask_again(archive: Archive, today: date) -> None:
    chosen = st.date_input(
        text("Read days again"), [], max_value=today, key=_AGAIN, format="YYYY-MM-DD", width=280
    )
    if isinstance(chosen, tuple) and len(chosen) == 2 and st.button(text("Read again"), key="archive-read"):
        guard.who(roles.ASK_AGAIN)
        count = data.ask_again(archive, chosen[0], chosen[1])
        st.toast(plural("{n} hour is read again.", "{n} hours are read again.", count))


def restatements() -> None:
    """Draw the bets that the provider changed after they were proven. Raises LedgerAway."""
    merchant = current.merchant()
    if merchant.archive is None:
        return
    title = text("Changed by the provider, {zone}", zone=formats.zone_name(merchant.zone))
    with states.box("restatements", title):
        rows = data.restatements(merchant)
        if rows.empty:
            st.caption(text("No bet has changed since its hour was proven."))
            return
        table.render_table(
            rows,
            tables.RESTATEMENTS,
            "restatements",
            merchant.currency,
            neutral=["bet_amount_li", "gain_li"],
            links=[link("event_id", "bets", period="days", round="round")] if guard.may("bets") else [],
        )


def _days(found: data.ArchiveState, today: date) -> list[DayCoverage]:
    oldest = coverage.utc_day(found.days[0].day_s) if found.days else today
    first = min(oldest, today - timedelta(days=_LEAST_DAYS - 1))
    return coverage.days(found.days, first, today, found.memory_begins)


def _doing(found: data.ArchiveState) -> str:
    if not found.collector.collects:
        return text("Another server reads what is new.")
    if found.collector.stopped_by:
        return text("Reading waits.")
    if not found.collector.reading:
        return text("All that is due has been read.")
    day = formats.day_text(coverage.utc_day(found.collector.reading[0]))
    return text("Reading {day} now.", day=day)


def _memory(found: data.ArchiveState) -> str:
    if found.memory_begins is None:
        return text("How far back the provider remembers is not known yet.")
    begins = formats.day_text(found.memory_begins)
    return text("The provider remembers nothing before {day}.", day=begins)


def _room(found: data.ArchiveState, known: list[DayCoverage]) -> Iterator[str]:
    year = coverage.forecast_bytes(found.size_bytes, found.bets, known[-_RECENT_DAYS:], _YEAR_DAYS)
    if year is not None:
        yield text("A year takes {year} at the pace of the last days.", year=formats.size(year))
    if found.free_bytes is not None:
        yield text("{free} are free.", free=formats.size(found.free_bytes))


def _legend(known: list[DayCoverage]) -> str:
    colors, counts = colors_of(charts.look()), Counter(day.state for day in known)
    square = "<span class='mark'><i style='background:{}'></i>{} {}</span>"
    found = [state for state in DayState if counts[state]]
    marks = [square.format(colors[state], coverage.WORDS[state], counts[state]) for state in found]
    return f"<div class='marks'>{''.join(marks)}</div>"
