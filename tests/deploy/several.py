"""Several servers as `deploy/` runs them, but without containers: each part a process on this machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.parts import free_port, program

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")


def command(name: str) -> list[str]:
    """Return the command of the Dockerfile's `CMD` or `HEALTHCHECK`."""
    found = re.search(rf"^{name}(?: .*\\\n +CMD)? (\[.*\])$", DOCKERFILE, re.M)
    assert found, f"the Dockerfile has no {name}"
    words: list[str] = json.loads(found[1])
    return words


def make_image(folder: Path) -> None:
    """Copy into `folder` what the Dockerfile copies, as far as `.dockerignore` lets it."""
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    left_out = [rule.removeprefix("**/") for rule in rules if rule.startswith("**/")]
    for line in re.findall(r"^COPY (.*)$", DOCKERFILE, re.M):
        *sources, target = line.split()
        for source in sources:
            assert source in allowed, f".dockerignore keeps {source} out"
            to = folder / target / (source if target.endswith("/") else "")
            to.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns(*left_out))
            else:
                shutil.copy(ROOT / source, to)


class Server:
    """A dashboard as the image starts it, on a port of its own. `folder` takes what it says and keeps."""

    def __init__(self, image: Path, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._image = image
        folder.mkdir()
        self._environment = {
            name: text for name, text in os.environ.items() if not name.startswith(("TWOJ_", "XDG_"))
        }
        self._environment |= {
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder),
            "XDG_CACHE_HOME": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TWOJ_ARCHIVE_URL": "off",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs; `wait` until it serves."""
        if self._process and self._process.poll() is None:
            return
        words = " ".join(command("CMD")).replace("0.0.0.0", "127.0.0.1").replace("8501", str(self.port))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *words.split()],
                cwd=self._image,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Wait until it serves."""
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as client:
            client.get(f"{self.url}/healthz").raise_for_status()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait(10)

    def end(self) -> None:
        """End it as `docker stop` does."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)

    def is_healthy(self) -> bool:
        """Ask as the image's health check does."""
        program, *rest = (word.replace("8501", str(self.port)) for word in command("HEALTHCHECK"))
        assert program == "python"
        return subprocess.run([sys.executable, *rest], check=False, stderr=subprocess.DEVNULL).returncode == 0


class Proxy:
    """A running nginx: its address, and all that it has said."""

    def __init__(self, url: str, said: Path) -> None:
        self.url = url
        self._said = said

    def said(self) -> str:
        return self._said.read_text("utf-8")

    def lines(self, count: int = 1, **fields: str) -> list[dict[str, str]]:
        """Return what the access log says of the requests with these fields.

        Waits until there are `count`: nginx writes after it answers.
        """
        for _ in range(500):
            lines = [json.loads(line) for line in self.said().splitlines() if line.endswith("}")]
            found = [line for line in lines if fields.items() <= line.items()]
            if len(found) >= count:
                return found
            time.sleep(0.01)
        raise AssertionError(f"nginx has not logged {fields}")

    def line_of(self, answer: httpx.Response) -> dict[str, str]:
        """Return what the access log says of a request that a server answered."""
        (line,) = self.lines(request_id=answer.headers["x-request-id"])
        return line


@contextmanager
def nginx(folder: Path, ports: list[int]) -> Iterator[Proxy]:
    """Run `deploy/nginx/nginx.conf` before servers on these ports."""
    own = free_port()
    shutil.copy(DEPLOY / "nginx/nginx.conf", folder)
    (folder / "listen.conf").write_text(f"listen 127.0.0.1:{own};\n")
    (folder / "servers.conf").write_text(
        "zone servers 256k;\n"
        + "".join(f"server 127.0.0.1:{port} max_fails=3 fail_timeout=5s;\n" for port in ports)
    )
    words = [program("nginx", "nginx-light"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    said = folder / "nginx.log"
    with (
        said.open("ab") as log,
        subprocess.Popen(
            [*words, "-e", "/dev/stderr", "-g", "daemon off;"], stdout=log, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            try:
                with httpx.Client(transport=httpx.HTTPTransport(retries=4)) as client:
                    client.get(f"http://127.0.0.1:{own}/metrics")
            except httpx.ConnectError:
                raise AssertionError(f"nginx did not start: {said.read_text('utf-8')}") from None
            yield Proxy(f"http://127.0.0.1:{own}", said)
        finally:
            process.terminate()
            process.wait(10)
