"""The page of reports: who plans one, packs that are made, taken and verified, and what was sent."""

import json
from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import select, update

from dashboard.core.files import parquet_bytes, xlsx_bytes
from dashboard.core.roles import LOCAL, Role
from dashboard.kit import downloads
from dashboard.reports import parts_reports
from dashboard.reports.data_mail import mail_facts
from dashboard.reports.data_plans import add_plan, change_plan, made_packs, plans, sent
from dashboard.reports.data_reporter import Reporter
from dashboard.reports.plan import Plan, ReportKind, period_of
from ledger import schema
from reports.verify import verify
from tests.merchants import merchant
from tests.pages.clicks import press

CHANNELS = {
    "ops": "mailto://127.0.0.1:9/?from=a@casino.example&to=b@casino.example",
    "owners": "json://127.0.0.1:9",
}
WEEKLY = Plan(ReportKind.WEEKLY, 1, time(7), "ops", Role.OWNER, "en")


def said(page):
    return "\n".join(
        each.value
        for kind in (page.caption, page.info, page.success, page.warning, page.error, page.markdown)
        for each in kind
    )


def audited():
    with merchant().ledger.reading() as books:
        return [
            (row.what, row.who, json.loads(row.about), row.outcome)
            for row in books.execute(select(schema.audit))
        ]


def test_a_report_is_planned_shown_with_its_next_time_and_ended(open_page):
    page = open_page({}, "reports", channels=CHANNELS)
    assert "No report is planned yet." in said(page)
    when, channel, role = (page.selectbox(key=f"report-form--{name}") for name in ("when", "channel", "role"))
    when.select_index(1)
    channel.select("owners")
    role.select(Role.ANALYST)
    press(page, "Plan this report")
    (kept,) = plans(merchant())
    assert kept.plan == Plan(ReportKind.WEEKLY, 1, time(7), "owners", Role.ANALYST, "en")
    page.run()
    assert "Every Monday at 07:00" in [each.value for each in page.markdown]
    assert "Next 16 Mar 2026, 07:00 UTC · through owners · as an analyst sees it · planned by local" in said(
        page
    )
    press(page, "End this report")
    assert plans(merchant()) == []
    assert [(what, who) for what, who, *_ in audited()] == [
        ("report planned", "local"),
        ("report ended", "local"),
    ]


def test_a_report_is_changed_and_sent_now(open_page):
    page = open_page({}, "reports", channels=CHANNELS)
    odd = replace(WEEKLY, kind=ReportKind.MONTHLY, day=31)
    number = add_plan(merchant(), odd, "ann")
    page.run()
    key = f"report-form-{number}-"
    assert page.selectbox(key=f"{key}when").value == (ReportKind.MONTHLY, 31)
    page.selectbox(key=f"{key}when").set_value((ReportKind.DAILY, 1))
    page.selectbox(key=f"{key}role").set_value(Role.ANALYST)
    press(page, "Save")
    (kept,) = plans(merchant())
    assert (kept.plan, kept.who) == (Plan(ReportKind.DAILY, 1, time(7), "ops", Role.ANALYST, "en"), "local")
    press(page, "Send now")
    assert "It is on its way through ops." in said(page)
    # What is due is sent beside that; it is due first tomorrow.
    Reporter(merchant()).turn()
    (told,) = sent(merchant())
    assert told.subject == "Jackpots: Daily report: Saturday, 14 March 2026"
    assert [(what, who) for what, who, *_ in audited()] == [
        ("report planned", "ann"),
        ("report changed", "local"),
        ("report sent", "local"),
    ]


def test_what_was_due_before_another_time_was_named_is_not_sent_and_a_late_report_is(open_page):
    open_page({}, "reports", channels=CHANNELS)
    add_plan(merchant(), replace(WEEKLY, kind=ReportKind.DAILY, at=time(0)), "ann")
    with merchant().ledger.writing() as books:
        books.execute(update(schema.report_plans).values(begins_at_ms=0))
    (kept,) = plans(merchant())
    change_plan(merchant(), kept, replace(kept.plan, at=time(0, 15)), "bob")
    Reporter(merchant()).turn()
    assert sent(merchant()) == []
    with merchant().ledger.writing() as books:
        books.execute(update(schema.report_plans).values(begins_at_ms=0))
    (kept,) = plans(merchant())
    change_plan(merchant(), kept, replace(kept.plan, channel="owners"), "bob")
    Reporter(merchant()).turn()
    assert [each.channel for each in sent(merchant())] == ["owners"]


def test_a_report_that_cannot_be_sent_now_says_why(open_page, sandbox, clock):
    page = open_page({}, "reports", channels=CHANNELS)
    add_plan(merchant(), replace(WEEKLY, kind=ReportKind.DAILY), "ann")
    sandbox.fault("*", "http_500")
    clock[0] += 86_400
    press(page.run(), "Send now")
    assert "It was not sent." in said(page)
    assert sent(merchant()) == []


def test_without_a_channel_it_says_how_to_get_one(open_page):
    page = open_page({}, "reports")
    assert "No report can be sent yet: there is no channel. Set TWOJ_CHANNELS" in said(page)


def test_a_plan_whose_channel_is_gone_says_so(open_page):
    page = open_page({}, "reports")
    add_plan(merchant(), WEEKLY, "ann")
    page.run()
    assert "There is no channel ops any more." in said(page)


def test_a_pack_is_made_taken_and_verified(open_page):
    page = open_page({}, "reports", currency="PHP")
    page.selectbox(key="pack-month").select("2026-02")
    press(page, "Make the pack")
    (pack,) = made_packs(merchant())
    assert (pack.month, pack.zone, pack.who, pack.is_whole) == ("2026-02", "UTC", "local", True)
    page.run()
    assert "**February 2026**" in said(page)
    content = parts_reports._hand_out(LOCAL, pack.pack)
    archive = merchant().archive
    assert archive
    assert verify(archive, content).wrong == ()
    press(page, "Verify")
    assert "the same to the last byte" in said(page)
    with merchant().ledger.writing() as books:
        books.execute(update(schema.pack_pieces).values(digest="0" * 64))
    press(page, "Verify")
    assert "It differs from what it was:" in said(page)
    told = [(what, outcome) for what, _, _, outcome in audited()]
    assert told == [
        ("pack made", "done"),
        ("export", "done"),
        ("pack verified", "same"),
        ("pack verified", "differs"),
    ]


def test_what_was_sent_is_listed(open_page, clock):
    page = open_page({}, "reports", channels=CHANNELS)
    add_plan(merchant(), Plan(ReportKind.DAILY, 1, time(9), "ops", Role.OWNER, "en"), "ann")
    with merchant().ledger.writing() as books:
        books.execute(update(schema.report_plans).values(begins_at_ms=0))
    Reporter(merchant()).turn()
    page.run()
    assert page.dataframe
    assert list(page.dataframe[0].value["Report" if "Report" in page.dataframe[0].value else "subject"]) == [
        "Jackpots: Daily report: Saturday, 14 March 2026"
    ]


@pytest.mark.parametrize(("role", "may"), [("analyst", False), ("admin", True)])
def test_analysts_take_packs_and_admins_plan_reports(open_page, role, may):
    person = {"sub": role, "exp": 2**40, "email": f"{role}@casino.example"}
    holders = {each.value: [f"{each}@casino.example"] for each in Role}
    page = open_page({}, "reports", user=person, channels=CHANNELS, roles=holders)
    add_plan(merchant(), WEEKLY, "ann")
    page.run()
    labels = {button.label for button in page.button}
    for label in ("Plan this report", "Send now", "Save", "End this report"):
        assert (label in labels) is may, label
    assert "Make the pack" in labels


def test_what_a_mail_brings_is_what_the_pages_hand_out(open_page, monkeypatch):
    handed = {}

    def offer(about, columns, frame, stem, *_seen):
        handed[f"{stem}.xlsx"] = xlsx_bytes(about, columns, frame)
        handed[f"{stem}.parquet"] = parquet_bytes(about, columns, frame)

    monkeypatch.setattr(downloads, "offer", offer)
    open_page({"period": "2026-03-08..2026-03-14"}, currency="PHP")
    wanted = period_of(ReportKind.WEEKLY, merchant().now(), merchant().zone)
    facts = mail_facts(merchant(), WEEKLY, wanted, merchant().now())
    assert {file.name: file.content for file in facts.files} == handed
    assert len(handed) == 4
