"""Starts the local provider for tests, speaks to its admin routes, signs requests by the documents alone."""

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from twoj_sandbox import KEY, MCH_ID

ROOT = Path(__file__).parent.parent

CLOCK = 1_773_567_000
"""2026-03-15T09:30:00Z, where the session's sandbox stopped its clock."""


class Sandbox:
    """A running sandbox. Every method speaks to it over HTTP."""

    mch_id = MCH_ID
    key = KEY

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        self.url = url
        self.process = process
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def fault(
        self, path: str, kind: str, times: int | None = None, after: bool = False, **options: Any
    ) -> None:
        """Set a fault for an endpoint, or for all with `*`; options as in `twoj_sandbox.faults.Fault`."""
        order = {"path": path, "kind": kind, "times": times, "after": after} | options
        self._admin("POST", "faults", order)

    def clear_faults(self) -> None:
        self._admin("DELETE", "faults")

    def calls(self, path: str | None = None) -> list[dict[str, Any]]:
        """Return the request log, oldest first: path, data, received_at, in_flight, kind, code."""
        calls: list[dict[str, Any]] = self._admin("GET", "calls")
        return [call for call in calls if path in (None, call["path"])]

    def clear_calls(self) -> None:
        self._admin("DELETE", "calls")

    def set_clock(self, epoch_s: int | None) -> None:
        """Stop the clock at this moment; None lets it run with the real time."""
        self._admin("POST", "clock", {"now": epoch_s})

    def tolerate(self, seconds: int) -> None:
        """Say how far a caller's clock may be off."""
        self._admin("POST", "clock", {"tolerance_s": seconds})

    def advance_clock(self, seconds: int) -> None:
        self._admin("POST", "clock", {"advance_s": seconds})

    def set_manner(self, keep: str = "newest", order: str = "newest") -> None:
        """Say which rows a cut history keeps and in what order they come: `newest`, `oldest` or `random`."""
        self._admin("POST", "manner", {"keep": keep, "order": order})

    def correct(self, start: int, end: int, **how: Any) -> None:
        """Show the past of `start <= t < end` otherwise, as in `twoj_sandbox.world.corrections`."""
        self._admin("POST", "corrections", {"start": start, "end": end} | how)

    def clear_corrections(self) -> None:
        """Show the past as it was."""
        self._admin("DELETE", "corrections")

    def now(self) -> int:
        """Return the sandbox's time in epoch seconds."""
        return int(self._admin("GET", "state")["now_ms"]) // 1000

    def summary(self, path: str, **data: Any) -> dict[str, Any]:
        """Call an endpoint of the Summary API and return the envelope."""
        envelope: dict[str, Any] = self.http.post(path, content=self.summary_body(data)).json()
        return envelope

    def summary_body(
        self, data: Any, ts: int | None = None, changes: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return a signed body; `changes` replace members of the envelope after signing, None removes one."""
        ts = self.now() if ts is None else ts
        canonical = json.dumps(data, separators=(",", ":"), sort_keys=True)
        sign = hashlib.md5(f"{canonical}{ts}{KEY}".encode()).hexdigest()
        envelope = {"ts": ts, "sign": sign, "mch_id": MCH_ID, "data": data} | dict(changes or {})
        return json.dumps({name: value for name, value in envelope.items() if value is not None}).encode()

    def open(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Call an endpoint of the Open API and return the envelope."""
        envelope: dict[str, Any] = self.open_answer(path, json.dumps(parameters).encode()).json()
        return envelope

    def open_answer(
        self,
        path: str,
        body: bytes,
        ts: int | None = None,
        headers: Mapping[str, str] | None = None,
        changes: Mapping[str, Any] | None = None,
        timeout: float = 30,
    ) -> httpx.Response:
        """Call an endpoint of the Open API; `changes` replace parts of the query, None removes one."""
        ts = self.now() * 1000 if ts is None else ts
        sign = hashlib.md5(body + f"{ts}{KEY}".encode()).hexdigest()
        query = {"mch": MCH_ID, "ts": ts, "sign": sign} | dict(changes or {})
        return self.http.post(
            path,
            params={name: value for name, value in query.items() if value is not None},
            content=body,
            headers={"Content-Type": "application/json"} if headers is None else headers,
            timeout=timeout,
        )

    def reset(self, epoch_s: int) -> None:
        """Put back what tests change, faults, corrections, request log, manner, transfers; set the clock."""
        self._admin("POST", "reset", {"now": epoch_s})

    def _admin(self, method: str, name: str, order: object = None) -> Any:
        answer = self.http.request(method, f"/_sandbox/{name}", json=order)
        assert answer.status_code == 200, answer.text
        return answer.json()


_RUN = """import twoj_sandbox
twoj_sandbox.MCH_ID, twoj_sandbox.KEY = {!r}, {!r}
from twoj_sandbox.__main__ import main
main()"""


def process_settings(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """The environment of a process of ours that asks this provider and keeps all that it has in a folder."""
    ours = {
        "TWOJ_SUMMARY_URL": sandbox.url,
        "TWOJ_MCH_ID": str(sandbox.mch_id),
        "TWOJ_KEY": sandbox.key,
        "TWOJ_CACHE_URL": str(folder / "cache"),
        "TWOJ_LEDGER_URL": f"sqlite:///{folder / 'ledger'}",
        "TWOJ_ARCHIVE_URL": str(folder / "archive"),
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("TWOJ_")} | ours


def run_command(
    main: Callable[[], int], *arguments: str, environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Do as `python -m` would, but here: most commands take less than what a process of its own imports."""
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(io.StringIO()) as said,
        contextlib.redirect_stderr(io.StringIO()) as failed,
    ):
        for name in os.environ.keys() - environment.keys():
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["command", *arguments])
        try:
            status = main()
        except SystemExit as exit_:  # argparse refuses what it was called with
            status = int(exit_.code or 0)
    return subprocess.CompletedProcess(arguments, status, said.getvalue(), failed.getvalue())


@contextlib.contextmanager
def start_sandbox(
    *arguments: str, clock: int | None = None, mch_id: int = MCH_ID, key: str = KEY
) -> Iterator[Sandbox]:
    """Start a sandbox on a free port, end it afterwards. Without `clock` it runs with the real time."""
    stopped = () if clock is None else ("--clock", str(clock))
    command = [
        sys.executable,
        "-c",
        _RUN.format(mch_id, key),
        "--port",
        "0",
        "--until-stdin-closes",
        *stopped,
        *arguments,
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), f"the sandbox did not start: {url!r}"
        sandbox = Sandbox(url, process)
        try:
            yield sandbox
        finally:
            sandbox.http.close()
            process.terminate()
            process.wait(10)
