"""Real parts that tests start by themselves. Without one pytest skips, or fails where REQUIRE_ALL=1."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright._impl._driver import compute_driver_executable
from sqlalchemy import URL, make_url

from ledger.database import Database, Ledger

_PATH = os.pathsep.join([os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])


def program(name: str, package: str) -> str:
    """Return the path of a program, or skip the test and name the Debian package that brings it."""
    found = shutil.which(name, path=_PATH)
    if found is None:
        _is_missing(name, package)
    return found


def browser_driver() -> None:
    """Skip the test where Playwright's driver cannot run: its Node.js needs a library of the system."""
    node, _script = compute_driver_executable()
    if subprocess.run([node, "--version"], check=False, capture_output=True).returncode:
        _is_missing("a library of the browser's driver", "libatomic1")


def _is_missing(part: str, package: str) -> NoReturn:
    missing = f"{part} is missing: apt-get install {package}"
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on.

    It is below those that the system gives to clients: one of these may be taken before the server starts,
    even by a client that waits for this very server and so connects to itself.
    """
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def redis_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Start a Redis that keeps nothing on disk; yield its address, end it afterwards."""
    port = port or free_port()
    command = [program("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(
        [*command, "--save", "", "--dir", str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            started = any("Ready to accept connections" in line for line in process.stdout)
            assert started, "redis-server did not start"
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)


@contextlib.contextmanager
def postgresql_server(*options: str) -> Iterator[str]:
    """Start a PostgreSQL of its own; yield the SQLAlchemy URL of its server, end it afterwards.

    It refuses to run as root, and so root runs it as the user of Debian's package. It waits for no disk
    unless `options` (`fsync=on`) say so: tests kill what uses it, never the machine.
    """
    initdb, pg_ctl = program("initdb", "postgresql"), program("pg_ctl", "postgresql")
    user = "postgres" if os.geteuid() == 0 else None
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user, user)

        def run(*command: str) -> None:
            subprocess.run(
                command, user=user, group=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60
            )

        how = ["--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
        run(initdb, "-D", "data", *how)
        listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        fast = " ".join(f"-c {option}" for option in options or ("fsync=off", "full_page_writes=off"))
        run(pg_ctl, "start", "-w", "-D", "data", "-l", "log", "-o", f"{listen} {fast}")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            run(pg_ctl, "stop", "-w", "-m", "immediate", "-D", "data")


@contextlib.contextmanager
def ledger_at(url: str | URL, mch_id: int) -> Iterator[Ledger]:
    """A merchant's ledger in the database at a URL, as a process of its own would open it."""
    with contextlib.closing(Database(make_url(url))) as database:
        yield Ledger(database, mch_id)
