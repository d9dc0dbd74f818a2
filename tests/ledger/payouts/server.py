"""`python -m ledger payouts` as a process, to be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL

from tests.ledger.payouts.provider import KEY, MCH_ID
from tests.parts import free_port

ROOT = Path(__file__).parents[3]


def environment(url: URL) -> dict[str, str]:
    """Return the environment of a process that works on this ledger."""
    own = {
        "TWOJ_MCH_ID": str(MCH_ID),
        "TWOJ_KEY": KEY,
        "TWOJ_LEDGER_URL": url.render_as_string(hide_password=False),
    }
    return {name: text for name, text in os.environ.items() if not name.startswith("TWOJ_")} | own


def run(*arguments: str, url: URL) -> subprocess.CompletedProcess[str]:
    """Run `python -m ledger payouts` to its end."""
    command = [sys.executable, "-m", "ledger", *arguments]
    return subprocess.run(
        command, env=environment(url), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


class Server:
    """A receiver on a port of its own. As a context manager it starts, and ends like any service: SIGTERM."""

    def __init__(self, url: URL) -> None:
        self.port = free_port()
        self.starts = 0
        self.said = ""
        self._url = url
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ledger", "payouts", "--port", str(self.port)],
            env=environment(self._url),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == f"http://127.0.0.1:{self.port}/order/jackpot\n"
        self.starts += 1

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        assert self._process
        with self._process as process:
            process.send_signal(number)
            status = process.wait(30)
            assert process.stdout
            self.said += process.stdout.read()
            return status

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._end(signal.SIGTERM) in {0, -signal.SIGTERM}
