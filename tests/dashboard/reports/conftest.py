"""A merchant of the sandbox with a filled archive, as the server connects it, but for its threads."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from archive.collector import Collector
from dashboard.provider.merchant import Merchant, Merchants
from dashboard.reports.data_reporter import Reporter
from dashboard.server.connect import connected
from dashboard.server.settings import Settings
from ledger.database import Database, ledger_url
from tests import archived
from tests.provider import CLOCK, Sandbox

Connect = Callable[..., Merchant]


@pytest.fixture
def connect(sandbox: Sandbox, filled: Path, tmp_path: Path) -> Iterator[Connect]:
    """Connect the merchant, with these settings beside the provider's; `clock` moves by hand."""
    shutil.copy(filled / "ledger", tmp_path / "ledger")
    archived.copy(filled / "archive", tmp_path / "archive")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for kind in (Collector, Reporter):
            patch.setattr(kind, "running", lambda _: nullcontext())

        def made(clock: list[float] | None = None, **more: Any) -> Merchant:
            now = clock or [CLOCK]
            settings = Settings(
                summary_url=sandbox.url,
                mch_id=sandbox.mch_id,
                key=SecretStr(sandbox.key),
                cache_url=str(tmp_path / "cache"),
                ledger_url=f"sqlite:///{tmp_path / 'ledger'}",
                archive_url=str(tmp_path / "archive"),
                **({"currency": "PHP", "brand": "Lucky", "public_url": "https://dash.example.com"} | more),
            )
            database = stack.enter_context(closing(Database(ledger_url(settings.ledger_url))))
            return stack.enter_context(
                connected(
                    Merchants(),
                    settings,
                    database,
                    demo=False,
                    clock=lambda: now[0],
                    sleep=lambda _: None,
                )
            )

        yield made
