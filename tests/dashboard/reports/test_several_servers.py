"""Three servers make one report, and one is killed in the middle: it is made once."""

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
from ledger import outbox, schema
from tests.parts import ledger_at
from tests.provider import CLOCK, Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.servers]
ROOT = Path(__file__).parents[3]


@contextmanager
def reporting(url: str, sandbox: Sandbox, *stops: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.dashboard.reports.reporting", url, sandbox.url]
    with subprocess.Popen(
        [*command, str(sandbox.mch_id), sandbox.key, *stops],
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


@pytest.mark.parametrize("stop", ["mail_facts", "put"])
def test_a_report_is_made_once_though_who_makes_it_is_killed(url: str, sandbox: Sandbox, stop: str):
    with ledger_at(url, sandbox.mch_id) as ledger, ExitStack() as running:
        ledger.prepare()
        yesterday: Any = SimpleNamespace(ledger=ledger, clock=lambda: CLOCK - 86_400)
        add_plan(yesterday, Plan(ReportKind.DAILY, 1, time(0), "ops", Role.OWNER, "en"), "ann")

        def made() -> list[str]:
            with ledger.reading() as books:
                sent = [each.subject for each in outbox.newest(books, 9)]
                told = books.execute(select(schema.audit).where(schema.audit.c.what == "report sent")).all()
            assert len(told) == len(sent)
            return sent

        first = running.enter_context(reporting(url, sandbox, stop))
        assert look(first) == ["stopped"]
        first.kill()
        first.wait(10)
        assert made() == []
        others = [running.enter_context(reporting(url, sandbox)) for _ in range(2)]
        assert look(*others) == ["looked"] * 2
        assert made() == []
        with ledger.writing() as books:  # its time is over, by the clock of the database
            assert books.execute(update(schema.runs).values(until_ms=0)).rowcount == 1
        for _ in range(2):
            assert look(*others) == ["looked"] * 2
            assert made() == ["Jackpots: Daily report: Saturday, 14 March 2026"]
