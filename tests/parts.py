"""Real parts that tests start by themselves. Without one pytest skips, or fails where REQUIRE_ALL=1."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import socket
import socketserver
import subprocess
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from playwright._impl._driver import compute_driver_executable
from pyarrow import fs
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


@cache
def _tables_of(mch_id: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger"
        with ledger_at(f"sqlite:///{file}", mch_id) as ledger:
            ledger.prepare()
        return file.read_bytes()


@contextlib.contextmanager
def new_ledger(file: Path, mch_id: int) -> Iterator[Ledger]:
    """A merchant's ledger in a file of its own, without a row: a copy, as to make its tables takes 0.25 s."""
    file.write_bytes(_tables_of(mch_id))
    with ledger_at(f"sqlite:///{file}", mch_id) as ledger:
        yield ledger


class S3Server(NamedTuple):
    """An S3 with a bucket named `bets`: its address, and the methods of the requests that it was asked."""

    url: str
    requests: list[str]

    @property
    def environment(self) -> dict[str, str]:
        """What whoever uses it has in the environment."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "very-secret",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextlib.contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Start a SeaweedFS that speaks S3, behind what counts its requests; end both afterwards."""
    # A port of its own for each of its parts: it would take others by itself.
    parts = ("admin", "filer", "master", "s3", "volume")
    ports = {f"-{part}.port{kind}": free_port() for part in parts for kind in ("", ".grpc")}
    ports |= {"-metricsPort": free_port(), "-s3.port.iceberg": 0, "-s3.port.lance": 0}
    command = [str(Path(sysconfig.get_path("scripts")) / "weed"), "mini", f"-dir={folder}", "-ip=127.0.0.1"]
    command += ["-ip.bind=127.0.0.1", "-webdav=false", "-admin.ui=false", "-s3.autoCreateBucket=false"]
    command += ["-bucket=bets", *(f"{name}={port}" for name, port in ports.items())]
    requests: list[str] = []
    server = S3Server("", requests)
    environment = os.environ | server.environment
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    ) as process:
        try:
            _wait_for_bucket(S3Server(f"http://127.0.0.1:{ports['-s3.port']}", []), process)
            with counting_requests(ports["-s3.port"], requests) as url:
                yield server._replace(url=url)
        finally:
            process.terminate()
            process.wait(20)


def _wait_for_bucket(server: S3Server, process: subprocess.Popen[bytes]) -> None:
    keys = server.environment
    s3 = fs.S3FileSystem(
        endpoint_override=server.url,
        access_key=keys["AWS_ACCESS_KEY_ID"],
        secret_key=keys["AWS_SECRET_ACCESS_KEY"],
        region="us-east-1",
    )
    for _ in range(60):
        assert process.poll() is None, "the S3 server did not start"
        with contextlib.suppress(OSError):
            if s3.get_file_info("bets").type is fs.FileType.Directory:
                return
        time.sleep(0.2)
    pytest.fail("the S3 server did not start")


@contextlib.contextmanager
def counting_requests(port: int, requests: list[str]) -> Iterator[str]:
    """Pass on to a port of this machine whatever comes, and write down the method of each request."""

    class Passing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as other:
                back = threading.Thread(target=self._pass, args=(other, self.request, False), daemon=True)
                back.start()
                self._pass(self.request, other, True)
                back.join()

        def _pass(self, source: socket.socket, target: socket.socket, count: bool) -> None:
            with contextlib.suppress(OSError):
                while chunk := source.recv(2**16):
                    if count and (began := re.match(rb"(GET|HEAD|PUT|POST|DELETE) /", chunk)):
                        requests.append(began[1].decode())
                    target.sendall(chunk)
                target.shutdown(socket.SHUT_WR)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Passing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
