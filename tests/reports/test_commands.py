"""`python -m reports`, as people start it: on SQLite a pack is made, altered and verified."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.__main__ import main
from tests import archived
from tests.provider import ROOT, Sandbox, process_settings, run_command

pytestmark = [pytest.mark.servers, pytest.mark.slow]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, sandbox: Sandbox, filled: Path) -> Run:
    sandbox.set_clock(None)
    shutil.copy(filled / "ledger", tmp_path / "ledger")
    archived.copy(filled / "archive", tmp_path / "archive")
    environment = process_settings(sandbox, tmp_path) | {"TWOJ_TIMEZONE": "Asia/Manila"}

    def run(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        return run_command(main, *arguments, environment=environment | settings)

    return run


def test_a_pack_is_made_and_verified_and_what_was_altered_is_named(
    run: Run, tmp_path: Path, sandbox: Sandbox
):
    pack, other = tmp_path / "pack.zip", tmp_path / "other.zip"
    made = run("make", "--month", "2026-02", "--to", str(pack))
    assert (made.returncode, made.stdout, made.stderr) == (0, f"{pack}\n", "")
    command, environment = (
        [sys.executable, "-m", "reports", "verify", str(pack)],
        process_settings(sandbox, tmp_path),
    )
    verified = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert verified.stderr == ""
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
