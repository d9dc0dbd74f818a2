"""A merchant whose archive holds sixty days, with a webhook as its channel, and nothing in the background."""

import shutil
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from pydantic import SecretStr

from archive.collector import Collector
from dashboard.alerts import data_evaluator
from dashboard.alerts.data_evaluator import Evaluator
from dashboard.channels.data_sender import Sender
from dashboard.luck.data_monitor import RtpMonitor
from dashboard.provider.merchant import Merchant, Merchants
from dashboard.reports.data_reporter import Reporter
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from ledger.database import Database, ledger_url
from tests import archived
from tests.provider import CLOCK, Sandbox


@pytest.fixture
def clock() -> list[float]:
    return [CLOCK]


@pytest.fixture
def merchant(
    filled: Path, sandbox: Sandbox, tmp_path: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Merchant]:
    """Its evaluator goes by `clock`, as if that were the database's."""
    monkeypatch.setattr(data_evaluator, "clock_ms", lambda _: int(clock[0] * 1000))
    shutil.copy(filled / "ledger", tmp_path / "ledger")
    for each in (Collector, Evaluator, Reporter, RtpMonitor, Sender):
        monkeypatch.setattr(each, "running", lambda _: nullcontext())
    settings = Settings(
        summary_url=sandbox.url,
        mch_id=sandbox.mch_id,
        key=SecretStr(sandbox.key),
        currency="PHP",
        cache_url=str(tmp_path / "cache"),
        ledger_url=f"sqlite:///{tmp_path / 'ledger'}",
        archive_url=str(archived.copy(filled / "archive", tmp_path / "archive")),
        public_url="https://dash.example.com",
        channels={"ops": SecretStr("webhook+http://k@127.0.0.1:9/")},
    )
    with closing(Database(ledger_url(settings.ledger_url))) as database:
        running = connected(Merchants(), settings, database, demo=True, clock=lambda: clock[0])
        with running as merchant:
            yield merchant
