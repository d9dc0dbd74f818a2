"""The reports: which are planned, the packs that were made, and what was sent to whom."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final, Literal

import streamlit as st

from dashboard.channels.data_sender import Sender
from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.periods import business_day
from dashboard.core.roles import ONE_OF_ROLE, PLAN_REPORTS, ROLES, Person, Role
from dashboard.core.text import ENGLISH, Message, language, languages, later, text
from dashboard.jackpots.data_watch import Watch
from dashboard.kit import current, guard, states, table
from dashboard.reports import data_plans
from dashboard.reports.data_plans import KeptPlan, PackMade, PackProblem
from dashboard.reports.data_reporter import ReportNotMade, send_now
from dashboard.reports.plan import NAMES, Plan, ReportKind
from dashboard.reports.tables import SENT, sent_frame

_ENDED: Final = "report-to-end"
_SENT_NOW: Final = "report-to-send"
_MONTH: Final = "pack-to-make"
_VERIFIED: Final = "pack-to-verify"
_VERDICTS: Final = "pack-verdicts"
_MORNING: Final = time(7)
_MONTHS: Final = 13
_MOST_WRONG: Final = 20
_RHYTHMS: Final = (
    (ReportKind.DAILY, 1),
    *((ReportKind.WEEKLY, day) for day in range(1, 8)),
    *((ReportKind.MONTHLY, day) for day in (*range(1, 11), 15, 20, 25)),
)


def render_new() -> None:
    """Draw the form that plans a report, for people who may."""
    if not guard.may(PLAN_REPORTS):
        return
    merchant = current.merchant()
    if not merchant.running(Sender).channels:
        st.info(
            text(
                "No report can be sent yet: there is no channel. Set TWOJ_CHANNELS, as docs/alerts.md says."
            ),
        )
        return
    if plan := _plan_form(None):
        data_plans.add_plan(merchant, plan, guard.who(PLAN_REPORTS))
        st.rerun()


def _plan_form(kept: KeptPlan | None) -> Plan | None:
    """Draw the form of a new report, or of one that is there; return what somebody wants, once they do."""
    merchant, old = current.merchant(), kept.plan if kept else None
    key = f"report-form-{kept.id if kept else ''}-"
    names = list(merchant.running(Sender).channels)
    rhythms = list(dict.fromkeys([*_RHYTHMS, *([(old.kind, old.day)] if old else [])]))
    with st.form(f"{key}form", border=kept is None):
        wide = st.columns([4, 2, 3, 3], vertical_alignment="bottom") if kept is None else [st.container()] * 4
        kind, day = wide[0].selectbox(
            text("When"),
            rhythms,
            rhythms.index((old.kind, old.day)) if old else 0,
            format_func=_rhythm_text,
            key=f"{key}when",
        )
        at = wide[1].time_input(text("Time"), old.at if old else _MORNING, step=900, key=f"{key}at")
        channel = wide[2].selectbox(
            text("Channel"),
            names,
            names.index(old.channel) if old and old.channel in names else 0,
            key=f"{key}channel",
        )
        role = wide[3].selectbox(
            text("For"),
            [*Role],
            [*Role].index(old.role) if old else 0,
            format_func=lambda role: ROLES[role],
            key=f"{key}role",
        )
        spoken = old.language if old else ENGLISH
        if len(languages()) > 1:
            at_first = old.language if old and old.language in languages() else language()
            spoken = st.selectbox(
                text("Language"), languages(), languages().index(at_first), key=f"{key}language"
            )
        st.caption(
            text(
                "Times are {zone}. It holds what that role may see: owners get no player. A monthly one"
                " brings the pack.",
                zone=formats.zone_name(merchant.zone),
            )
        )
        if not st.form_submit_button(text("Save") if kept else text("Plan this report"), type="primary"):
            return None
    return Plan(kind, day, at.replace(second=0, microsecond=0), channel, role, spoken)


def _rhythm_text(rhythm: tuple[ReportKind, int]) -> str:
    kind, day = rhythm
    return Plan(kind, day, _MORNING, "", Role.OWNER, ENGLISH).days_text


def render_plans() -> None:
    """Draw a tile for each planned report."""
    merchant = current.merchant()
    if _ENDED in st.session_state:
        number = st.session_state.pop(_ENDED)
        data_plans.remove_plan(merchant, number, guard.who(PLAN_REPORTS))
    found = data_plans.plans(merchant)
    wanted = st.session_state.pop(_SENT_NOW, None)
    for each in found:
        if each.id == wanted:
            _send_now(each)
    if not found:
        st.caption(text("No report is planned yet."))
        return
    coming = data_plans.next_times(merchant, found)
    with st.container(key="reports"):
        for each in found:
            _plan_tile(each, coming[each.id])


def _plan_tile(kept: KeptPlan, next_at: datetime) -> None:
    merchant, plan = current.merchant(), kept.plan
    with st.container(key=f"report-{kept.id}", border=True):
        st.markdown(f"**{escaped(NAMES[plan.kind])}**")
        st.write(escaped(plan.when_text))
        said = [
            text("Next {time}", time=formats.moment(next_at, merchant.zone, merchant.now())),
            text("through {channel}", channel=plan.channel),
            text("as {role} sees it", role=ONE_OF_ROLE[plan.role]),
            text("planned by {who}", who=kept.who),
        ]
        st.caption(escaped(" · ".join(said)))
        if plan.channel not in merchant.running(Sender).channels:
            st.warning(escaped(text("There is no channel {channel} any more.", channel=plan.channel)))
        if guard.may(PLAN_REPORTS):
            _plan_tools(kept)


def _plan_tools(kept: KeptPlan) -> None:
    has_channel = kept.plan.channel in current.merchant().running(Sender).channels
    with st.container(horizontal=True):
        st.button(
            text("Send now"),
            key=f"send-report-{kept.id}",
            type="tertiary",
            disabled=not has_channel,
            on_click=st.session_state.__setitem__,
            args=(_SENT_NOW, kept.id),
        )
        if current.merchant().running(Sender).channels:
            with st.popover(text("Change"), type="tertiary"):
                if plan := _plan_form(kept):
                    data_plans.change_plan(current.merchant(), kept, plan, guard.who(PLAN_REPORTS))
                    st.rerun()
        with st.popover(text("End"), type="tertiary"):
            st.write(text("It is sent no more. What was sent stays in the list."))
            st.button(
                text("End this report"),
                key=f"end-report-{kept.id}",
                type="primary",
                on_click=st.session_state.__setitem__,
                args=(_ENDED, kept.id),
            )


def _send_now(kept: KeptPlan) -> None:
    try:
        with st.spinner(text("The report is made …")):
            send_now(current.merchant(), kept, guard.who(PLAN_REPORTS))
    except ReportNotMade as error:
        st.error(escaped(text("It was not sent. {why}", why=error)), icon=":material/error:")
    else:
        said = text("It is on its way through {channel}.", channel=kept.plan.channel)
        st.success(escaped(said), icon=":material/check:")


def render_packs() -> None:
    """Draw the packs that were made, and what makes another."""
    merchant = current.merchant()
    with states.box("packs", text("Monthly packs")):
        if merchant.archive is None:
            st.info(text("The archive is switched off (TWOJ_ARCHIVE_URL is off): there is nothing to prove."))
            return
        _work()
        _month_form()
        found = data_plans.made_packs(merchant)
        what = text(
            "A pack is one file of a month: totals, games with theoretical and actual RTP, bonuses, jackpots,"
            " payouts, restatements, reconciliation, and digests of all it is made of. To verify it is to"
            " make it again from the archive as it was known then."
        )
        st.caption(what if found else text("No pack has been made yet. {what}", what=what))
        with st.container(key="packs"):
            for each in found:
                _pack_tile(each)


def _month_form() -> None:
    merchant = current.merchant()
    months = _months(business_day(merchant.now(), merchant.zone))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        month = st.selectbox(
            text("Month"),
            months,
            index=1,
            key="pack-month",
            width=220,
            format_func=lambda month: formats.day_text(date.fromisoformat(f"{month}-01"), "yMMMM"),
        )
        st.button(
            text("Make the pack"),
            on_click=st.session_state.__setitem__,
            args=(_MONTH, month),
            key="make-pack",
        )


def _months(today: date) -> Sequence[str]:
    """The running month and those before it."""
    found, first = [], today.replace(day=1)
    for _ in range(_MONTHS):
        found.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _work() -> None:
    """Make or verify what was asked for by a button."""
    merchant, who = current.merchant(), guard.who("reports")
    if _MONTH in st.session_state:
        month = st.session_state.pop(_MONTH)
        try:
            with st.spinner(text("The pack of {month} is made …", month=month)):
                brand = merchant.running(Watch).brand.name
                data_plans.make_pack(merchant, brand, month, language(), who)
        except PackProblem as error:
            st.error(escaped(str(error)), icon=":material/error:")
    if _VERIFIED in st.session_state:
        pack = st.session_state.pop(_VERIFIED)
        try:
            with st.spinner(text("The pack is made again …")):
                verdict = data_plans.verify_pack(merchant, pack, who)
        except PackProblem as error:
            st.error(escaped(str(error)), icon=":material/error:")
        else:
            st.session_state.setdefault(_VERDICTS, {})[pack] = verdict


def _pack_tile(pack: PackMade) -> None:
    merchant, person = current.merchant(), guard.person()
    with st.container(key=f"pack-{pack.pack}", border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            month = formats.day_text(date.fromisoformat(f"{pack.month}-01"), "yMMMM")
            st.markdown(f"**{escaped(month)}**", width="stretch")
            label, color = _LOOKS[pack.is_whole]
            st.badge(str(label), color=color)
        made = formats.moment(pack.made_at, merchant.zone, merchant.now())
        st.caption(
            escaped(
                text(
                    "Days of {zone} · made {time} by {who} · {pack}",
                    zone=pack.zone,
                    time=made,
                    who=pack.who,
                    pack=pack.pack,
                )
            )
        )
        with st.container(horizontal=True):
            st.download_button(
                text("Download"),
                partial(_hand_out, person, pack.pack),
                file_name=f"report-{merchant.mch_id}-{pack.month}-{pack.pack}.zip",
                mime="application/zip",
                key=f"download-{pack.pack}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )
            st.button(
                text("Verify"),
                key=f"verify-{pack.pack}",
                type="tertiary",
                icon=":material/fact_check:",
                on_click=st.session_state.__setitem__,
                args=(_VERIFIED, pack.pack),
            )
        _render_verdict(pack.pack)


def _render_verdict(pack: str) -> None:
    verdict = st.session_state.get(_VERDICTS, {}).get(pack)
    if verdict is None:
        return
    if verdict.wrong:
        shown = "\n".join(f"- {escaped(sentence)}" for sentence in verdict.wrong[:_MOST_WRONG])
        st.error(text("It differs from what it was:") + "\n\n" + shown, icon=":material/error:")
    elif verdict.is_same_software:
        st.success(text("Made again from the archive as it was known then: the same to the last byte."))
    else:
        st.success(
            text(
                "Made again from the archive as it was known then, by other software: all values are the"
                " same."
            )
        )
    for note in verdict.notes:
        st.caption(escaped(note))


def _hand_out(person: Person | None, pack: str) -> bytes:
    """The file of a pack for somebody who asks for it, with a row in the audit log."""
    merchant = current.merchant()
    if person is None or not person.is_signed_in(merchant.clock()):
        raise PermissionError(text("The sign-in has ended."))
    return data_plans.pack_content(merchant, pack, person.name)


def render_sent() -> None:
    """Draw what was sent to whom."""
    merchant = current.merchant()
    with states.box("reports-sent", text("Sent reports, {zone}", zone=formats.zone_name(merchant.zone))):
        found = data_plans.sent(merchant)
        if not found:
            st.caption(text("No report has been sent yet."))
            return
        table.render_table(sent_frame(found, merchant.zone), SENT, "reports-sent", None, kept=False)


_LOOKS: Final[dict[bool, tuple[Message, Literal["green", "orange"]]]] = {
    True: (later("Complete"), "green"),
    False: (later("Not complete"), "orange"),
}
