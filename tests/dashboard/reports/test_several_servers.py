"""Three servers make one report, and one is killed in the middle: it is made once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from dashboard.core.roles import Role
from dashboard.reports.data_plans import add_plan
from dashboard.reports.plan import Plan, ReportKind
from ledger import audit as chain
from ledger import outbox, schema
from ledger.database import Ledger
from tests.parts import ledger_at
from tests.provider import CLOCK, Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.servers]
ROOT = Path(__file__).parents[3]


@contextmanager
def reporting(
    url: str, sandbox: Sandbox, *stops: str, archive: object = "off"
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.dashboard.reports.reporting", url, sandbox.url]
    with subprocess.Popen(
        [*command, str(sandbox.mch_id), sandbox.key, str(archive), *stops],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def look(*servers: subprocess.Popen[str]) -> list[str]:
    """Have servers look at once what is due; return what each says."""
    for each in servers:
        assert each.stdin
        each.stdin.write("look\n")
        each.stdin.flush()
    return [each.stdout.readline().strip() for each in servers if each.stdout]


@pytest.mark.parametrize("stop", ["mail_facts", "outbox.put"])
def test_a_report_is_made_once_though_who_makes_it_is_killed(url: str, sandbox: Sandbox, stop: str):
    with ledger_at(url, sandbox.mch_id) as ledger, ExitStack() as running:
        ledger.prepare()
        planned(ledger, ReportKind.DAILY)
        first = running.enter_context(reporting(url, sandbox, stop))
        assert look(first) == ["stopped"]
        first.kill()
        first.wait(10)
        assert made(ledger) == []
        others = [running.enter_context(reporting(url, sandbox)) for _ in range(2)]
        assert look(*others) == ["looked"] * 2
        assert made(ledger) == []
        take_over(ledger)
        for _ in range(2):
            assert look(*others) == ["looked"] * 2
            assert made(ledger) == ["Jackpots: Daily report: Saturday, 14 March 2026"]


@pytest.mark.parametrize("stop", ["outbox.put", "audit.write"])
def test_a_killed_report_leaves_no_pack_and_the_next_one_keeps_its_own(
    url: str, sandbox: Sandbox, tmp_path: Path, stop: str
):
    def packs() -> list[str]:
        with ledger.reading() as books:
            listed = list(books.scalars(select(schema.packs.c.id)))
            told = [json.loads(row.about) for row in chain.rows(books, chain.PACK_MADE)]
        assert [each["pack"] for each in told] == listed
        return listed

    archive = tmp_path / "archive"
    with ledger_at(url, sandbox.mch_id) as ledger, ExitStack() as running:
        ledger.prepare()
        planned(ledger, ReportKind.MONTHLY, day=15)
        first = running.enter_context(reporting(url, sandbox, stop, archive=archive))
        assert look(first) == ["stopped"]
        first.kill()
        first.wait(10)
        assert packs() == []
        other = running.enter_context(reporting(url, sandbox, archive=archive))
        take_over(ledger)
        assert look(other) == ["looked"]
        (pack,) = packs()
        message = outbox.claim(ledger, ["ops"])
        assert message
        with ledger.reading() as books:
            kept = books.scalar(select(schema.packs.c.content))
        assert [file.content for file in message.message.files if file.name.endswith("zip")] == [kept]
        assert look(other) == ["looked"]
        assert (packs(), len(made(ledger))) == ([pack], 1)


def planned(ledger: Ledger, kind: ReportKind, day: int = 1) -> None:
    """Plan a report at midnight, which is first due today."""
    yesterday: Any = SimpleNamespace(ledger=ledger, clock=lambda: CLOCK - 86_400)
    add_plan(yesterday, Plan(kind, day, time(0), "ops", Role.OWNER, "en"), "ann")


def made(ledger: Ledger) -> list[str]:
    """The subjects of the reports that were put into the outbox; the audit log has as many."""
    with ledger.reading() as books:
        sent = [each.subject for each in outbox.newest(books, 9)]
        told = books.execute(select(schema.audit).where(schema.audit.c.what == "report sent")).all()
    assert len(told) == len(sent)
    return sent


def take_over(ledger: Ledger) -> None:
    """Have the time of who claimed the run be over, by the clock of the database."""
    with ledger.writing() as books:
        assert books.execute(update(schema.runs).values(until_ms=0)).rowcount == 1
