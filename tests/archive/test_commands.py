"""`python -m archive`, as people start it."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.__main__ import main
from tests.parts import s3_server
from tests.provider import CLOCK, ROOT, Sandbox, process_settings, run_command
from twoj_client.windows import utc_day_of

pytestmark = [pytest.mark.servers, pytest.mark.slow]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
TODAY = utc_day_of(CLOCK)


@pytest.fixture
def run(tmp_path: Path, sandbox: Sandbox) -> Run:
    sandbox.set_clock(None)

    def run(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        return run_command(main, *arguments, environment=process_settings(sandbox, tmp_path) | settings)

    return run


def test_fill_status_verify_sql_check_and_forget(run: Run, tmp_path: Path, sandbox: Sandbox):
    first, last = "2026-03-10", "2026-03-11"
    filled = run("fill", "--from", first, "--to", last, "--calls-per-s", "1000")
    assert (filled.returncode, filled.stdout, filled.stderr) == (0, "", "")
    told = json.loads(run("status", "--json").stdout)
    assert told["hours"] == {"proven": 48, "open": 0, "differs": 0, "missing": 0}
    assert told["last_hour"] - told["first_hour"] == 47 * 3600
    assert 20 < told["bytes"] / told["rows"] < 27  # with the roll-ups
    assert run("verify").stdout == "All files are as written.\n"

    count = run("sql", "SELECT count(*) AS n, min(merchant) AS m FROM bets", "--format", "json")
    assert json.loads(count.stdout) == [{"n": told["rows"], "m": sandbox.mch_id}]
    by_file = run("sql", "SELECT sum(bets) FROM games_15min", "--format", "csv").stdout.split()
    assert by_file[-1] == str(told["rows"])
    (top,) = json.loads(
        run("sql", "SELECT op_id, sum(bets) AS n FROM players_daily GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1",
            "--format", "json").stdout
    )  # fmt: skip

    gone = run("forget", "--op-id", top["op_id"])
    assert gone.stdout == f"{top['n']} bets no longer say whose they were.\n"
    left = run(
        "sql", f"SELECT count(*) FILTER (op_id = '{top['op_id']}'), count(*), sum(bet_amount) FROM bets"
    )
    assert left.stdout.splitlines()[1].split("\t")[:2] == ["0", str(told["rows"])]
    assert run("verify").returncode == 0
    assert json.loads(run("status", "--json").stdout)["rows"] == told["rows"]
    command, environment = (
        [sys.executable, "-m", "archive", "check", "--json"],
        process_settings(sandbox, tmp_path),
    )
    checked = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert json.loads(checked.stdout) == {"calls": 1, "restatements": []}


def test_damaged_missing_and_foreign_files_are_named_and_read_again(run: Run, tmp_path: Path):
    fill = ("fill", "--from", "2026-03-10", "--to", "2026-03-11", "--calls-per-s", "1000")
    run(*fill)
    before = json.loads(run("status", "--json").stdout)
    damaged, missing = sorted((tmp_path / "archive").glob("*/days/*.parquet"))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    missing.unlink()
    (damaged.parent / "foreign.parquet").write_bytes(b"PAR1")
    told = run("verify")
    assert told.returncode == 1
    assert [name in told.stdout for name in (damaged.name, missing.name, "foreign.parquet")] == [True] * 3
    assert "48 hours are to be read again." in told.stdout
    assert json.loads(run("status", "--json").stdout)["hours"]["missing"] == 48
    assert run(*fill).returncode == 0
    assert json.loads(run("status", "--json").stdout) == before


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("off", "TWOJ_ARCHIVE_URL is off: there is no archive\n"),
        ("ftp://host/bets", "TWOJ_ARCHIVE_URL: expects a folder, s3://bucket, s3://bucket/prefix or off\n"),
    ],
)
def test_without_an_archive_a_command_says_so_in_one_line(run: Run, place: str, why: str):
    told = run("status", TWOJ_ARCHIVE_URL=place)
    assert (told.returncode, told.stderr) == (2, why)


def test_nothing_is_done_where_the_files_are_not_but_what_is_lost_is_read_again(run: Run, tmp_path: Path):
    fill = ("fill", "--from", "2026-03-10", "--to", "2026-03-10", "--calls-per-s", "1000")
    assert run(*fill).returncode == 0
    elsewhere = str(tmp_path / "elsewhere")
    for command in (("verify",), fill):
        told = run(*command, TWOJ_ARCHIVE_URL=elsewhere)
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr == (
            f"TWOJ_ARCHIVE_URL: most files that the ledger names are not in {elsewhere}. Set it to where they"
            " are; if they are gone for good: python -m archive verify --lost\n"
        )
    assert not Path(elsewhere).exists()
    assert run("verify").stdout == "All files are as written.\n"
    assert "24 hours are to be read again." in run("verify", "--lost", TWOJ_ARCHIVE_URL=elsewhere).stdout


def test_every_command_works_on_a_bucket(run: Run, tmp_path: Path):
    (tmp_path / "s3").mkdir()
    with s3_server(tmp_path / "s3") as server:
        place = {
            "TWOJ_ARCHIVE_URL": "s3://bets/in/here/",
            "XDG_CACHE_HOME": str(tmp_path),
            **server.environment,
        }
        first, last = "2026-03-10", "2026-03-11"
        filled = run("fill", "--from", first, "--to", last, "--calls-per-s", "1000", **place)
        assert (filled.returncode, filled.stdout, filled.stderr) == (0, "", "")
        told = json.loads(run("status", "--json", **place).stdout)
        assert told["hours"]["proven"] == 48
        assert run("verify", **place).stdout == "All files are as written.\n"
        server.requests.clear()
        count = run("sql", "SELECT count(*) FROM bets", "--format", "csv", **place)
        assert count.stdout.split()[-1] == str(told["rows"])
        assert Counter(server.requests) == {"GET": 1}  # the list of what is there
        denied = run("verify", **place | {"AWS_SECRET_ACCESS_KEY": "wrong"})
        assert (denied.returncode, denied.stdout) == (2, "")
        assert denied.stderr.startswith("s3://bets/in/here/: access is refused (SIGNATURE_DOES_NOT_MATCH).")
        assert denied.stderr.count("\n") == 1
