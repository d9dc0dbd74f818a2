"""A dashboard on a provider of its own, and what its process uses."""

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from archive import pieces
from archive.proof import PieceState
from dashboard.jackpots.data_screens import Screens
from dashboard.server.settings import Settings
from tests.browser import Dashboard, dashboard
from tests.parts import ledger_at
from tests.provider import Sandbox

HOURS = 24
_DAYS = Settings.model_fields["archive_days"].default - 2
"""All but the running one, and yesterday, whose last hours are proven two hours later."""


@contextmanager
def served(
    sandbox: Sandbox,
    module: str = "streamlit",
    screens: int = 0,
    archive: Literal["off", "filling", "filled"] = "off",
) -> Iterator[tuple[Dashboard, list[str]]]:
    """Start the dashboard on `sandbox`, nothing kept from before; yield it and the tokens of `screens`.

    With an archive that is `filled` once all its days are there; one that is `filling` takes its time.
    """
    with tempfile.TemporaryDirectory() as folder:
        ledger_url = f"sqlite:///{folder}/ledger"
        with ledger_at(ledger_url, sandbox.mch_id) as ledger:
            tokens = [Screens(ledger).make(f"Screen {n}", "dark", "benchmark") for n in range(screens)]
        settings = {
            "TWOJ_SUMMARY_URL": sandbox.url,
            "TWOJ_MCH_ID": str(sandbox.mch_id),
            "TWOJ_KEY": sandbox.key,
            "TWOJ_LEDGER_URL": ledger_url,
        }
        if archive != "off":
            calls_per_s = "1000" if archive == "filled" else "2"
            settings |= {"TWOJ_ARCHIVE_URL": f"{folder}/archive", "TWOJ_ARCHIVE_CALLS_PER_S": calls_per_s}
        with dashboard(Path(folder), module=module, **settings) as running:
            if archive == "filled":
                _wait_until_filled(ledger_url, sandbox.mch_id)
            yield running, tokens


def _wait_until_filled(ledger_url: str, mch_id: int) -> None:
    with ledger_at(ledger_url, mch_id) as ledger:
        while True:
            with ledger.reading() as books:
                days = [day for day in pieces.by_day(books) if day.hours.get(PieceState.PROVEN) == HOURS]
                made = pieces.files(books, "players", 0, pieces.ALWAYS_S)
            if len(days) >= _DAYS and len(made) >= _DAYS:
                return
            time.sleep(0.5)


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> int:
    """Return the memory that a process holds."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
    assert found
    return int(found[1]) // 1024
