"""Which provider the dashboard shows: the operator's own, or in demo mode a local one started beside it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import platformdirs
from pydantic import SecretStr

from dashboard.server.settings import Settings
from twoj_sandbox import KEY, MCH_ID

_DEMO_CALLS_PER_S: Final = 200
"""The local provider is next door: two months are there within a minute."""


def prepared(settings: Settings) -> Settings:
    """Return settings that name a merchant: in demo mode, where `summary_url` is None, the local provider's.

    Demo mode never touches the operator's own money: its payouts go into a ledger file of their own, and into
    no wallet.
    """
    if settings.summary_url is not None:
        return settings
    place = platformdirs.user_data_path("twoj", "twoj", ensure_exists=True)
    demo = {
        "mch_id": MCH_ID,
        "key": SecretStr(KEY),
        "ledger_url": f"sqlite:///{place / 'demo-ledger.sqlite3'}",
        "archive_url": settings.archive_url or str(place / "demo-archive"),
        "archive_calls_per_s": _DEMO_CALLS_PER_S,
        "payout_wallet_url": None,
    }
    return settings.model_copy(update=demo)


@contextmanager
def provider(settings: Settings, payouts_to: str) -> Iterator[Settings]:
    """Settings of a provider that answers for as long as the context lasts.

    Without `summary_url` a local provider with a made-up world is started, which pays its jackpots out at
    the URL `payouts_to`. It is a process of its own, so that it takes no turns with the pages at one
    interpreter lock, and it ends when this process does, however that happens: its standard input is a pipe
    held here.
    """
    if settings.summary_url is not None:
        yield settings
        return
    command = [sys.executable, "-m", "twoj_sandbox", "--until-stdin-closes", "--payouts-to", payouts_to]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - for the types
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("the local provider did not start; its own message stands above")
        try:
            yield settings.model_copy(update={"summary_url": url})
        finally:
            process.stdin.close()
