"""A dashboard on a provider of its own, and what its process uses."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.jackpots.data_screens import Screens
from tests.browser import Dashboard, dashboard
from tests.parts import ledger_at
from tests.provider import Sandbox


@contextmanager
def served(
    sandbox: Sandbox, module: str = "streamlit", screens: int = 0
) -> Iterator[tuple[Dashboard, list[str]]]:
    """Start the dashboard on `sandbox`, nothing kept from before; yield it and the tokens of `screens`."""
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
        with dashboard(Path(folder), module=module, **settings) as running:
            yield running, tokens


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> int:
    """Return the memory that a process holds."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
    assert found
    return int(found[1]) // 1024
