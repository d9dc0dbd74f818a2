"""`python -m reports`, as people start it: on SQLite a pack is made, altered and verified."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import archived
from tests.provider import CLOCK, ROOT, Sandbox
from twoj_sandbox.world import World

pytestmark = [pytest.mark.servers, pytest.mark.slow]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, sandbox: Sandbox, truth: World) -> Run:
    sandbox.set_clock(None)
    first_s = CLOCK - CLOCK % 86_400 - 50 * 86_400
    archived.make(tmp_path / "ledger", tmp_path / "archive", truth, first_s=first_s)

    def run(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TWOJ_")} | {
            "TWOJ_SUMMARY_URL": sandbox.url,
            "TWOJ_MCH_ID": str(sandbox.mch_id),
            "TWOJ_KEY": sandbox.key,
            "TWOJ_CACHE_URL": str(tmp_path / "cache"),
            "TWOJ_LEDGER_URL": f"sqlite:///{tmp_path / 'ledger'}",
            "TWOJ_ARCHIVE_URL": str(tmp_path / "archive"),
            "TWOJ_TIMEZONE": "Asia/Manila",
            **settings,
        }
        command = [sys.executable, "-m", "reports", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


def test_a_pack_is_made_and_verified_and_what_was_altered_is_named(run: Run, tmp_path: Path):
    pack, other = tmp_path / "pack.zip", tmp_path / "other.zip"
    made = run("make", "--month", "2026-02", "--to", str(pack))
    assert (made.returncode, made.stdout, made.stderr) == (0, f"{pack}\n", "")
    verified = run("verify", str(pack))
    assert (verified.returncode, verified.stderr) == (0, "")
    assert ": 2026-02, Asia/Manila, made at " in verified.stdout
    assert verified.stdout.endswith("byte for byte the same.\n")
    content = pack.read_bytes()
    other.write_bytes(content.replace(b"Complete and proven.", b"Complete and proved."))
    altered = run("verify", str(other))
    assert altered.returncode == 1
    assert "summary.json is damaged" in altered.stdout
    assert altered.stdout.endswith("The pack DIFFERS from what it was.\n")
    other.write_bytes(content[:1000])
    cut = run("verify", str(other))
    assert (cut.returncode, cut.stderr) == (2, "It is no pack, or it is cut off.\n")
    gone = run("verify", str(tmp_path / "none.zip"))
    assert gone.returncode == 2
    assert len(gone.stderr.splitlines()) == 1
    shutil.rmtree(tmp_path / "archive")
    lost = run("verify", str(pack))
    assert lost.returncode == 1
    assert "Piece 2026-01-31T16Z, version 1: " in lost.stdout
    assert " more pieces." in lost.stdout


def test_months_and_zones_that_are_none_are_refused_in_one_line(run: Run):
    for wrong in (["--month", "2026-13"], ["--month", "2026-02", "--zone", "Mars/Base"], ["--month", "x"]):
        refused = run("make", *wrong)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr
    coming = run("make", "--month", "2199-01")
    assert (coming.returncode, coming.stderr) == (2, "2199-01 has not begun in Asia/Manila.\n")
    off = run("make", "--month", "2026-02", TWOJ_ARCHIVE_URL="off")
    assert (off.returncode, len(off.stderr.splitlines())) == (2, 1)
