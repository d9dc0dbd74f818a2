"""Exports of whole days: read back row by row, killed and resumed, incomplete and completed, deleted."""

import csv
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from dashboard.bets.data_exports import Exports
from dashboard.bets.export import ExportState, Format
from dashboard.core import text as words
from dashboard.core.text import use_language
from dashboard.rounds.filter import RoundQuery
from tests.provider import CLOCK, KEY, MCH_ID, ROOT
from twoj_client import TwoJ
from twoj_sandbox.rows import event_ids

HISTORY = "/api/all/history"
STAGE = "/api/all/stage/summary"
DAY = date(2026, 3, 14)
MIDNIGHT = 1_773_446_400
ALL = RoundQuery()


@pytest.fixture
def twoj(sandbox, tmp_path) -> Iterator[TwoJ]:
    with TwoJ(
        summary_url=sandbox.url,
        mch_id=sandbox.mch_id,
        key=sandbox.key,
        cache_url=tmp_path / "cache",
        clock=lambda: CLOCK,
        sleep=lambda _: None,
    ) as client:
        yield client


@pytest.fixture
def exports(twoj, tmp_path) -> Exports:
    return made(twoj, tmp_path)


def made(twoj, tmp_path, zone="UTC", provider="here") -> Exports:
    return Exports(tmp_path / "exports", twoj, provider, ZoneInfo(zone), "PHP", lambda: CLOCK, pause_s=0)


def only(exports):
    (seen,) = exports.seen()
    return seen.export


def rows_of(exports) -> list[dict]:
    export, path = exports.finished(only(exports).id)
    if export.format is Format.PARQUET:
        return pq.read_table(path).to_pylist()
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def truly(truth, start, end, keep=lambda _: True) -> list[tuple]:
    bets = truth.bets(start, end, CLOCK)
    return [
        (
            event_id,
            int(bet["start_at"]),
            int(bet["user_id"]),
            truth.players.op_ids[bet["player"]],
            *(Decimal(int(bet[name])) / 1000 for name in ("bet_amount", "gain_amount", "credit")),
        )
        for event_id, bet in zip(event_ids(bets), bets, strict=True)
        if keep(bet)
    ]


def told(rows) -> list[tuple]:
    return [
        (
            row["Event id"],
            int(_time(row["Start"])),
            int(row["User id"]),
            row["Op id"].removeprefix("'"),
            *(Decimal(row[name]) for name in ("Bet", "Net result", "Balance after")),
        )
        for row in rows
    ]


def _time(value) -> float:
    return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).timestamp()


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.slow
def test_a_day_is_read_back_row_by_row(exports, truth, form):
    exports.order(DAY, DAY, ALL, "", form)
    exports.work()
    expected = truly(truth, MIDNIGHT, MIDNIGHT + 86_400)
    assert told(rows_of(exports)) == expected
    export = only(exports)
    assert (export.state, export.rows, export.lacking) == (ExportState.DONE, len(expected), ())


def test_the_file_says_what_it_is(exports, sandbox):
    exports.order(DAY, DAY, RoundQuery(types=("Fish",)), "Fish", Format.PARQUET)
    exports.work()
    export, path = exports.finished(only(exports).id)
    assert path.name == "bets-fish-2026-03-14-2026-03-14.parquet"
    assert {key.decode(): value.decode() for key, value in pq.read_schema(path).metadata.items()} == {
        "Title": "Bets",
        "Period": "2026-03-14 to 2026-03-14",
        "Only": "Fish",
        "Rows": str(export.rows),
        "Time zone": "UTC",
        "Currency": "PHP",
        "As of": "15 Mar 2026, 09:30 UTC",
    }
    assert oct(path.parents[1].stat().st_mode)[-3:] == "700"


def test_types_and_games_narrow_it_down_in_the_business_zone(twoj, tmp_path, truth):
    exports = made(twoj, tmp_path, "Asia/Kolkata")
    start = int(datetime(2026, 3, 13, 18, 30, tzinfo=UTC).timestamp())
    exports.order(DAY, DAY, RoundQuery(types=("Slots",), game_ids=(1041, 2011)), "", Format.CSV)
    exports.work()
    expected = truly(truth, start, start + 86_400, lambda bet: bet["game_id"] == 1041)
    assert told(rows_of(exports)) == expected
    assert {row["Start"][-6:] for row in rows_of(exports)} == {"+05:30"}
    assert only(exports).file == "bets-slots-game-1041-game-2011-2026-03-14-2026-03-14.csv"


@pytest.mark.slow
def test_text_of_a_csv_file_is_no_formula(exports):
    day = date(2026, 3, 13)  # both played
    exports.order(day, day, RoundQuery(), "", Format.CSV)
    exports.work()
    op_ids = {row["Op id"] for row in rows_of(exports)}
    assert "'=1+1<b>x</b>" in op_ids
    assert "玩家-Žofie-🎲" in op_ids
    assert not any(op_id.startswith("=") for op_id in op_ids)


@pytest.mark.slow
def test_an_hour_that_fails_is_named_and_asked_for_again(exports, sandbox, truth):
    hour = MIDNIGHT + 5 * 3600
    sandbox.fault(HISTORY, "code_400", where={"time_start": hour})
    exports.order(DAY, DAY, ALL, "", Format.PARQUET)
    exports.work()
    export, path = exports.finished(only(exports).id)
    assert export.state is ExportState.INCOMPLETE
    assert path.name == "bets-2026-03-14-2026-03-14-incomplete.parquet"
    assert export.lacking[0].startswith("14 Mar, 05:00–06:00: The provider refused")
    assert pq.read_schema(path).metadata[b"Completeness"].decode() == export.lacking[0]
    missing = truly(truth, hour, hour + 3600)
    whole = truly(truth, MIDNIGHT, MIDNIGHT + 86_400)
    assert told(rows_of(exports)) == [row for row in whole if row not in missing]
    sandbox.clear_faults()
    sandbox.clear_calls()
    exports.again(export.id)
    exports.work()
    assert {call["data"]["time_start"] for call in sandbox.calls(HISTORY)} == {hour}
    assert told(rows_of(exports)) == whole
    assert only(exports).state is ExportState.DONE
    assert [each.name for each in path.parent.iterdir() if "incomplete" in each.name] == []


@pytest.mark.slow
def test_a_history_that_is_not_what_the_summary_counts_is_said(exports, sandbox):
    count = {"bet_count": 5, "bet_amount": 0, "gain_amount": 0, "company_gain_amount": 0}
    sandbox.fault(STAGE, "answer", result={"day_list": [count | {"date": "2026-03-14"}], "summary": count})
    exports.order(DAY, DAY, ALL, "", Format.CSV)
    exports.work()
    assert only(exports).lacking == (
        "14 March 2026: the provider's summary counts 5 bets, its history gave 13,489.",
    )


@pytest.mark.slow
def test_while_the_provider_is_away_an_export_waits(exports, sandbox):
    sandbox.fault("*", "http_500")
    exports.order(DAY, DAY, ALL, "", Format.CSV)
    exports.work()
    (seen,) = exports.seen()
    assert seen.export.state is ExportState.WAITING
    assert "HTTP status 500" in str(seen.stale_reason)
    sandbox.clear_faults()
    exports.work()
    assert only(exports).state is ExportState.DONE


WORKER = """
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
from dashboard.bets.data_exports import Exports
from twoj_client import TwoJ
url, mch_id, key, folder, now = sys.argv[1:]
kept = Exports._keep
def keep(self, *of):
    kept(self, *of)
    print("kept", flush=True)
Exports._keep = keep
clock = lambda: int(now)
with TwoJ(summary_url=url, mch_id=int(mch_id), key=key, cache_url=folder + "/cache", clock=clock) as twoj:
    Exports(Path(folder) / "exports", twoj, "here", ZoneInfo("UTC"), "PHP", clock).work()
"""


@pytest.mark.slow
def test_a_server_that_is_killed_loses_nothing(exports, sandbox, truth, tmp_path):
    exports.order(DAY, DAY, ALL, "", Format.PARQUET)
    sandbox.fault(HISTORY, "hang", where={"time_start": MIDNIGHT + 9 * 3600})
    command = [sys.executable, "-c", WORKER, sandbox.url, str(MCH_ID), KEY, str(tmp_path), str(CLOCK)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        for _ in range(9):
            assert worker.stdout.readline() == "kept\n"
        exports.work()  # another process works on them, so this one leaves them alone
        assert exports.seen()[0].read == 9
        os.kill(worker.pid, signal.SIGKILL)
    sandbox.clear_faults()
    sandbox.clear_calls()
    assert exports.seen()[0].read == 9
    exports.work()
    asked = {call["data"]["time_start"] for call in sandbox.calls(HISTORY)}
    assert asked == {MIDNIGHT + hour * 3600 for hour in range(9, 24)}
    assert told(rows_of(exports)) == truly(truth, MIDNIGHT, MIDNIGHT + 86_400)


@pytest.mark.slow
def test_a_piece_that_was_damaged_is_read_again(exports, sandbox, truth, tmp_path):
    sandbox.fault(HISTORY, "code_400", where={"time_start": MIDNIGHT})
    exports.order(DAY, DAY, ALL, "", Format.PARQUET)
    exports.work()
    damaged = next((tmp_path / "exports").glob("*/parts/*.parquet"))
    damaged.write_bytes(b"")
    sandbox.clear_faults()
    exports.again(only(exports).id)
    exports.work()
    assert told(rows_of(exports)) == truly(truth, MIDNIGHT, MIDNIGHT + 86_400)


def test_deleted_is_deleted_also_while_it_is_made(exports, tmp_path, monkeypatch):
    exports.order(DAY, DAY, ALL, "", Format.CSV)
    keep, export_id = Exports._keep, only(exports).id

    def keep_and_delete(self, *of):
        keep(self, *of)
        exports.delete(export_id)

    monkeypatch.setattr(Exports, "_keep", keep_and_delete)
    exports.work()
    assert exports.seen() == []
    assert [path.name for path in (tmp_path / "exports").iterdir()] == ["worker.lock"]
    assert exports.finished(export_id) is None


def test_a_full_disk_is_said_and_what_was_read_is_kept(exports, sandbox, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    exports.order(DAY, DAY, ALL, "", Format.PARQUET)
    with monkeypatch.context() as patched:
        patched.setattr("dashboard.bets.data_exports._WRITE", {Format.PARQUET: full})
        exports.work()
    export = only(exports)
    assert (export.state, export.lacking) == (
        ExportState.FAILED,
        ("The file could not be written: No space left on device.",),
    )
    sandbox.clear_calls()
    exports.again(export.id)
    exports.work()
    assert only(exports).state is ExportState.DONE
    assert sandbox.calls(HISTORY) == []


def test_the_exports_of_another_provider_are_left_alone(exports, twoj, tmp_path):
    exports.order(DAY, DAY, ALL, "", Format.CSV)
    other = made(twoj, tmp_path, provider="there")
    other.work()
    assert other.seen() == []
    assert only(exports).state is ExportState.WAITING


def test_a_day_that_is_not_over_cannot_be_ordered(exports, tmp_path):
    with pytest.raises(ValueError, match="Only days that are over"):
        exports.order(DAY, date(2026, 3, 15), ALL, "", Format.CSV)
    assert exports.seen() == []
    assert not (tmp_path / "exports").exists()


def test_days_without_bets_are_an_empty_table(exports):
    exports.order(date(2024, 1, 1), date(2024, 1, 1), ALL, "", Format.PARQUET)
    exports.work()
    assert rows_of(exports) == []
    assert only(exports).state is ExportState.DONE


def test_an_order_that_cannot_be_read_hides_no_other(exports, tmp_path):
    exports.order(DAY, DAY, ALL, "", Format.CSV)
    (tmp_path / "exports" / "broken").mkdir()
    Path(tmp_path / "exports" / "broken" / "order.json").write_text("{")
    assert only(exports).state is ExportState.WAITING


class German(NullTranslations):
    def gettext(self, message: str) -> str:
        return {"Bets": "Einsätze"}.get(message, message)


def test_a_file_is_written_in_the_language_of_whoever_ordered_it(exports, monkeypatch):
    monkeypatch.setattr(words, "_available", lambda: ["en", "de"])
    monkeypatch.setattr(words, "_catalog", lambda code: German() if code == "de" else NullTranslations())
    use_language("de")
    exports.order(date(2024, 1, 1), date(2024, 1, 1), ALL, "", Format.PARQUET)
    use_language("en")
    exports.work()
    use_language("en")
    metadata = pq.read_schema(exports.finished(only(exports).id)[1]).metadata
    assert metadata[b"Title"].decode() == "Einsätze"
