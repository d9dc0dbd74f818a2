"""Reports on their way: what they tell, to whom, once, through a real mail server."""

import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from sqlalchemy import select

from dashboard.channels.data_sender import Sender
from dashboard.core import text as words
from dashboard.core.roles import Role
from dashboard.provider.merchant import Merchant
from dashboard.reports import data_reporter
from dashboard.reports.data_mail import MailFacts, mail_facts
from dashboard.reports.data_plans import add_plan, change_plan, made_packs, plans, remove_plan, sent
from dashboard.reports.data_reporter import LAST_TRY, Reporter, ReportNotMade, send_now
from dashboard.reports.mail import mail
from dashboard.reports.plan import Plan, ReportKind, period_of
from ledger import schema
from ledger.database import Ledger
from reports.container import read_zip
from reports.verify import verify
from tests.channels import Mailbox, mailbox
from tests.dashboard.reports.conftest import Connect
from tests.provider import CLOCK, Sandbox
from tests.pseudo_language import accented, spoken
from twoj_client.errors import ConnectionFailed
from twoj_sandbox.world import World

pytestmark = pytest.mark.slow
DAILY, WEEKLY, MONTHLY = ReportKind
NOON = time(12)
CUT: Final = """() => [...document.querySelectorAll("td, p, h1, h2")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.innerText.slice(0, 60))"""


def plan(kind: ReportKind = WEEKLY, role: Role = Role.ANALYST, day: int = 1, at: time = NOON) -> Plan:
    return Plan(kind, day, at, "ops", role, "en")


def facts_of(merchant: Merchant, wanted: Plan) -> MailFacts:
    period = period_of(wanted.kind, merchant.now(), merchant.zone)
    return mail_facts(merchant, wanted, period, merchant.now())


def test_a_weekly_report_tells_what_the_world_played(connect: Connect, truth: World):
    merchant = connect()
    facts = facts_of(merchant, plan())
    start, end = (int(at.timestamp()) for at in facts.period.window(merchant.zone))
    rounds = truth.bets(start, end, CLOCK)
    gain_li = -int(rounds["gain_amount"].sum())
    made = mail(facts, plan(), merchant.now())
    amount = f"{gain_li / 1000:,.2f}"
    assert made.subject == "Lucky: Weekly report: 8–14 March 2026"
    assert f"Company gain {amount}\N{NO-BREAK SPACE}PHP, " in made.body
    assert "Compared with 1–7 March 2026." in made.body
    assert "Bets are complete and proven" in made.body
    assert made.body.count(" Mar: ") == 7
    assert amount in made.html
    link = "https://dash.example.com/?period=2026-03-08..2026-03-14"
    assert link in made.body.splitlines()
    assert f'href="{link}"' in made.html
    # What the provider calls a game is shown, and never runs.
    assert "Rock &amp; Roll &lt;777&gt;" in made.html
    tables = {file.name.partition("-")[0]: file for file in facts.files if file.name.endswith("parquet")}
    days = pq.read_table(pa.BufferReader(tables["days"].content)).to_pylist()
    assert sum(int(row["Company gain"] * 1000) for row in days) == gain_li
    games = pq.read_table(pa.BufferReader(tables["games"].content)).to_pylist()
    assert sum(int(row["Company gain"] * 1000) for row in games) == gain_li


def test_owners_get_no_players(connect: Connect):
    merchant = connect()
    analyst, owner = (
        mail(facts_of(merchant, plan(role=role)), plan(role=role), merchant.now())
        for role in (Role.ANALYST, Role.OWNER)
    )
    assert "Players who won the most" in analyst.body
    assert "pl100" in analyst.html
    for told in (owner.body, owner.html):
        assert "pl100" not in told
        assert "Players who won" not in told
    files = facts_of(merchant, plan(role=Role.OWNER)).files
    heads = [
        name
        for file in files
        if file.name.endswith("parquet")
        for name in pq.read_schema(pa.BufferReader(file.content)).names
    ]
    assert not {"Player", "User id", "Operator's id"} & set(heads)


def test_a_report_of_nothing_says_so(connect: Connect):
    merchant = connect()
    facts = facts_of(merchant, plan())
    frame = facts.steps.value.copy()
    for name in ("bet_count", "bet_amount_li", "gain_li", "company_gain_li"):
        frame[name] = pd.array([0] * len(frame), dtype="Int64")
    nothing = replace(facts, steps=replace(facts.steps, value=frame), files=())
    made = mail(nothing, plan(), merchant.now())
    assert "No activity: nobody bet in 8–14 March 2026." in made.body
    assert "Bet amount" not in made.body


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


def send(merchant: Merchant) -> None:
    """Send all that is in the outbox."""
    sender = merchant.running(Sender)
    for _ in range(10):
        sender.turn()


def turns(reporters: list[Reporter]) -> int:
    """Have each look what is due; return how many reports were put into the outbox."""
    before = len(sent(reporters[0]._merchant))
    for each in reporters:
        each.turn()
    return len(sent(reporters[0]._merchant)) - before


def attached(mail_: Any) -> dict[str, bytes]:
    return {part.get_filename(): part.get_payload(decode=True) for part in mail_.iter_attachments()}


def test_a_report_comes_once_with_its_files_whoever_makes_it(
    connect: Connect, box: Mailbox, sandbox: Sandbox
):
    clock = [float(CLOCK)]
    merchant, other = (connect(clock, channels={"ops": box.url}) for _ in range(2))
    begun = merchant.now()
    number = add_plan(merchant, plan(DAILY), "ann@example.com")
    reporters = [Reporter(each) for each in (merchant, other)]
    assert turns(reporters) == 0
    # Its first day ends before the plan was made: what was due then is not sent.
    clock[0] = (begun.replace(hour=12, minute=0, second=0) + timedelta(minutes=1)).timestamp()
    sandbox.set_clock(int(clock[0]))
    assert (turns(reporters), turns(reporters)) == (1, 0)
    send(merchant)
    send(other)
    (told,) = box.mails
    assert told["Subject"] == "Lucky: Daily report: Saturday, 14 March 2026"
    words, html = (told.get_body((kind,)) for kind in ("plain", "html"))
    assert words
    assert html
    assert "Company gain" in words.get_content()
    assert "<h1" in html.get_content()
    assert sorted(attached(told)) == [
        "games-2026-03-14-2026-03-14.parquet",
        "games-2026-03-14-2026-03-14.xlsx",
        "hours-2026-03-14-2026-03-14.parquet",
        "hours-2026-03-14-2026-03-14.xlsx",
    ]
    (history,) = sent(merchant)
    assert (history.about, history.state, history.channel) == (f"report {number}", "sent", "ops")
    with merchant.ledger.reading() as books:
        rows = [row for row in books.execute(select(schema.audit)) if row.what.startswith("report")]
    assert [(row.what, row.who) for row in rows] == [
        ("report planned", "ann@example.com"),
        ("report sent", "reporter"),
    ]
    assert json.loads(rows[1].about)["channel"] == "ops"


def test_servers_whose_clocks_differ_make_a_report_once(connect: Connect, sandbox: Sandbox):
    noon = datetime(2026, 3, 15, 12, tzinfo=UTC).timestamp()
    clocks = [[noon - 600 + off_s] for off_s in (240, -240)]
    merchants = [connect(clock) for clock in clocks]
    add_plan(merchants[1], plan(DAILY), "ann")
    reporters = [Reporter(each) for each in merchants]
    made = []
    for minute in range(-9, 9):
        sandbox.set_clock(int(noon) + 60 * minute)
        for clock in clocks:
            clock[0] += 60
        made += [minute] * turns(reporters)
    assert made == [-4]
    (told,) = sent(merchants[1])
    assert told.subject == "Lucky: Daily report: Saturday, 14 March 2026"


def test_a_monthly_report_brings_a_pack_that_can_be_verified(
    connect: Connect, box: Mailbox, sandbox: Sandbox
):
    clock = [float(CLOCK)]
    merchant = connect(clock, channels={"ops": box.url}, rtp={1041: "96.50"})
    add_plan(merchant, plan(MONTHLY, day=15), "ann")
    clock[0] = datetime(2026, 3, 15, 12, 1, tzinfo=UTC).timestamp()
    sandbox.set_clock(int(clock[0]))
    assert turns([Reporter(merchant)]) == 1
    send(merchant)
    (told,) = box.mails
    (pack,) = (content for name, content in attached(told).items() if name.endswith(".zip"))
    words = told.get_body(("plain",))
    assert words
    assert "Monthly report: 1–28 February 2026" in words.get_content()
    assert merchant.archive
    assert verify(merchant.archive, pack).wrong == ()
    assert json.loads(read_zip(pack).files["facts.json"])["rtps"] == {"1041": "96.5"}
    (made,) = made_packs(merchant)
    assert (made.month, made.who, made.is_whole) == ("2026-02", "report 1", True)


def test_the_files_are_those_of_a_download_of_that_moment(connect: Connect):
    merchant = connect()
    first, again = facts_of(merchant, plan()), facts_of(merchant, plan())
    assert [file.content for file in first.files] == [file.content for file in again.files]
    for file in first.files:
        if file.name.endswith("xlsx"):
            assert pd.read_excel(io.BytesIO(file.content), sheet_name="About", header=None).shape[1] == 2


def test_a_report_that_is_changed_or_ended_while_it_is_made_is_not_sent_as_it_was(
    connect: Connect, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    clock = [float(CLOCK)]
    merchant = connect(clock)
    number = add_plan(merchant, plan(DAILY, at=time(9)), "ann")
    clock[0] += 86_400
    sandbox.set_clock(int(clock[0]))
    (kept,) = plans(merchant)
    facts = data_reporter.mail_facts

    def changed(*asked: Any) -> MailFacts:
        (now,) = plans(merchant)
        change_plan(merchant, now, replace(now.plan, role=Role.OWNER), "bob")
        return facts(*asked)

    def ended(*asked: Any) -> MailFacts:
        remove_plan(merchant, number, "bob")
        return facts(*asked)

    monkeypatch.setattr(data_reporter, "mail_facts", changed)
    assert turns([Reporter(merchant)]) == 0
    with pytest.raises(ReportNotMade, match="changed or ended while it was made"):
        send_now(merchant, kept, "ann")
    with merchant.ledger.writing() as books:  # a minute later
        books.execute(schema.runs.update().values(until_ms=0))
    monkeypatch.setattr(data_reporter, "mail_facts", ended)
    assert turns([Reporter(merchant)]) == 0
    assert turns([Reporter(merchant)]) == 0
    assert sent(merchant) == []


def test_a_report_that_cannot_be_made_is_tried_again_and_at_last_says_so(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    clock = [float(CLOCK)]
    merchant = connect(clock)
    add_plan(merchant, plan(DAILY, at=time(9)), "ann")
    clock[0] += 86_400
    tries: list[str] = []

    def failing(*_: Any) -> MailFacts:
        raise ConnectionFailed("No connection to the provider.")

    monkeypatch.setattr(data_reporter, "mail_facts", failing)
    monkeypatch.setattr(data_reporter.jobs, "fail", lambda _ledger, run, why: tries.append(why))
    assert turns([Reporter(merchant)]) == 0
    assert tries == ["No connection to the provider."]
    assert sent(merchant) == []
    claim = data_reporter.jobs.ClaimedRun
    (kept,) = plans(merchant)
    due_at = datetime(2026, 3, 16, 9, tzinfo=UTC)
    with merchant.ledger.writing() as books:
        row = {"job": kept.job, "due_at_ms": int(due_at.timestamp() * 1000), "holder": "me"}
        books.execute(schema.runs.delete())
        books.execute(
            schema.runs.insert(),
            row | {"state": "running", "until_ms": 2**50, "attempts": LAST_TRY, "reason": ""},
        )
    Reporter(merchant)._make(kept, claim(kept.job, due_at, "me", LAST_TRY))
    (told,) = sent(merchant)
    assert told.subject == "Lucky: Daily report: Sunday, 15 March 2026"
    with merchant.ledger.reading() as books:
        body = books.scalar(select(schema.outbox.c.body))
    assert "This report could not be made. No connection to the provider." in body


def test_plans_are_one_merchant_s_and_end(connect: Connect):
    merchant = connect()
    number = add_plan(merchant, plan(), "ann")
    (kept,) = plans(merchant)
    assert (kept.plan, kept.who, kept.job) == (plan(), "ann", f"report {number}")
    elsewhere = replace(merchant, ledger=Ledger(merchant.ledger.database, merchant.mch_id + 1))
    elsewhere.ledger.prepare()
    assert plans(elsewhere) == []
    remove_plan(elsewhere, number, "bob")
    assert len(plans(merchant)) == 1
    remove_plan(merchant, number, "ann")
    assert plans(merchant) == []
    assert date(2026, 3, 15) == merchant.now().date()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_reads_on_a_phone_and_at_a_desk(connect: Connect, browser: Browser, scheme: Any):
    merchant = connect()
    written = mail(facts_of(merchant, plan(MONTHLY)), plan(MONTHLY), merchant.now())
    with closing(browser.new_context(color_scheme=scheme)) as context:
        page = context.new_page()
        page.set_content(written.html)
        for width in (390, 800):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT) == []
        serious = [
            f"{each['id']}: {each['nodes'][0]['html'][:200]}"
            for each in Axe().run(page).response["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert serious == []


def test_a_report_speaks_the_language_of_its_plan_and_leaves_ours(connect: Connect, tmp_path: Path):
    merchant = connect()
    with spoken(tmp_path / "locale"):
        written = mail(facts_of(merchant, plan()), plan(), merchant.now())
    assert accented("Company gain by day") in written.body
    assert "Company gain" not in written.body
    assert words.language() == words.ENGLISH
