"""A pack: what it holds, that it is the same each time, and that `verify` names whatever differs."""

import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import delete, insert, update

from archive.erasure import forget
from ledger import schema
from ledger.check import check
from reports import verify as verifying
from reports.container import read_zip, zip_bytes
from reports.gather import MonthNotBegun
from reports.made import kept
from reports.verify import NotVerified, verify
from tests.archive.told import Told, bet
from tests.pages.test_words import PLAIN, WORD
from tests.pseudo_language import CODE, spoken
from tests.reports.conftest import FIRST_S, TellsAll, made_of
from twoj_client.errors import ConnectionFailed
from twoj_client.models import BonusSummary
from twoj_client.windows import DAY_S, HOUR_S

pytestmark = pytest.mark.slow
LATE_S = FIRST_S + 10 * DAY_S + 20 * HOUR_S
"""The hour of the bets of 11 February."""


def parts(content: bytes) -> dict[str, bytes]:
    return dict(read_zip(content).files)


def sheet(files: dict[str, bytes], name: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(files["report.xlsx"]))
    return [tuple(cell.value for cell in row) for row in book[name].iter_rows()]


def table(files: dict[str, bytes], name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(pa.BufferReader(files[f"{name}.parquet"])).to_pylist()
    return rows


def restate(told: Told, *rows: dict[str, Any]) -> None:
    """Have the provider change bets, and the archive find that, days later."""
    told.add(*rows)
    told.wait(DAY_S)
    told.collector.compare(60)
    told.later(2 * HOUR_S)
    told.archive.unlink_left(told.archive.now_ms() + 1)


def test_what_a_pack_of_a_month_holds(told: Told):
    made = made_of(told)
    files = parts(made.content)
    summary = json.loads(files["summary.json"])
    # 28 days of bets of 10.000 and 5.123; players lost 1.000 and won 2.500.
    assert summary["totals"] == {
        "bet_amount": "423.444",
        "company_gain": "-42.000",
        "hold": "-0.099186669",
        "rtp": "1.099186669",
        "bets": 56,
        "average_bet": "7.562",
    }
    assert (summary["title"], summary["software"], summary["report_definition"], summary["filters"]) == (
        "Monthly report 2026-02",
        "0.2.0",
        1,
        "All games, all players",
    )
    assert (summary["from"], summary["to"], summary["zone"], summary["made_at"]) == (
        "2026-02-01T00:00:00+00:00",
        "2026-03-01T00:00:00+00:00",
        "UTC",
        "2026-03-03T06:00:00+00:00",
    )
    assert (summary["completeness"], summary["complete"], summary["activity"]) == (
        "Complete and proven.",
        True,
        None,
    )
    titles = [(page["page"], page["of"], page["title"], page["activity"]) for page in summary["pages"]]
    nothing = "No activity"
    assert titles == [
        (1, 10, "Totals", None),
        (2, 10, "Days", None),
        (3, 10, "Games", None),
        (4, 10, "Types of games", None),
        (5, 10, "Bonuses", nothing),
        (6, 10, "Jackpots", nothing),
        (7, 10, "Payouts", nothing),
        (8, 10, "Restatements", nothing),
        (9, 10, "Reconciliation", None),
        (10, 10, "Hours of the archive", None),
    ]
    assert [(row["Day"], row["Bets"], row["Company gain"]) for row in table(files, "days")] == [
        (date(2026, 2, day), 2, Decimal("-1.500")) for day in range(1, 29)
    ]
    (whole,) = table(files, "totals")
    assert (whole["Bets"], whole["Company gain"], whole["Average bet"]) == (
        56,
        Decimal("-42.000"),
        Decimal("7.562"),
    )
    elves, fish = sorted(table(files, "games"), key=lambda row: row["Game id"])
    assert (elves["Game"], elves["Type"], elves["Company gain"], elves["RTP"]) == (
        "Elves",
        "Slots",
        Decimal("28.000"),
        Decimal("0.900000"),
    )
    # 280.000 × 3.5 %, and the RTP of the other game is not configured.
    assert (elves["Theoretical RTP"], elves["Theoretical gain"], elves["Gain, difference"]) == (
        Decimal("0.965000"),
        Decimal("9.800"),
        Decimal("18.200"),
    )
    assert (fish["Theoretical RTP"], fish["Company gain"]) == (None, Decimal("-70.000"))
    assert {row["Result"] for row in table(files, "reconciliation")} == {"Agrees"}
    assert {(row["Hours"], row["Hours proven"]) for row in table(files, "reconciliation")} == {(24, 24)}
    assert sheet(files, "Bonuses")[1][0] == nothing
    document = files["report.html"].decode()
    assert document.count("No activity") == 4
    assert "Page 1 of 10" in document
    assert "Page 10 of 10" in document
    assert not {"p7", "p8"} & set(files["facts.json"].decode().split('"'))


def test_the_manifest_names_each_file_and_each_piece(told: Told):
    made = made_of(told)
    files = parts(made.content)
    manifest = json.loads(files["manifest.json"])
    assert [(each["name"], each["sha256"]) for each in manifest["files"]] == [
        (name, sha256(content).hexdigest()) for name, content in files.items() if name != "manifest.json"
    ]
    assert len(manifest["pieces"]) == 28 * 24
    hours = {each["hour"]: (each["version"], each["sha256"]) for each in manifest["pieces"]}
    piece = told.piece(LATE_S)
    assert hours["2026-02-11T20Z"] == (piece.version, piece.digest)
    assert made.file == f"report-101-2026-02-{made.pack}.zip"


def test_three_restatements_later_the_old_pack_is_made_again_byte_for_byte(told: Told):
    made = made_of(told)
    for number, gain_li in enumerate((-2_000, 7_000, -9_000)):
        restate(told, bet(10 * 10, LATE_S, bet_li=10_000, gain_li=gain_li))
        restate(told, bet(900 + number, FIRST_S + number * DAY_S + 5, bet_li=77))
    assert told.piece(LATE_S).version >= 4
    assert len(told.restated()) >= 4
    found = verify(told.archive, made.content)
    assert found.wrong == ()
    assert found.is_same_software
    assert found.notes == (
        "4 hours were changed since, the first 2026-02-01T00Z: the pack is compared with what they were.",
    )
    again = made_of(told)
    assert again.content != made.content
    assert verify(told.archive, again.content).wrong == ()
    changed = json.loads(parts(again.content)["summary.json"])["totals"]
    assert (changed["bets"], changed["bet_amount"]) == (59, "423.675")
    assert [row["Change"] for row in table(parts(again.content), "restatements")].count("Changed") == 3


def test_files_that_packs_are_made_of_stay_and_others_go(told: Told):
    made_of(told)
    path = told.piece(LATE_S).path
    assert path
    restate(told, bet(10 * 10, LATE_S, gain_li=7))
    between = told.piece(LATE_S).path
    restate(told, bet(10 * 10, LATE_S, gain_li=8))
    there = set(told.archive.folder.paths(str(told.archive.mch_id)))
    assert path in there
    assert between not in there


def change(content: bytes, name: str, edit: Any) -> bytes:
    """Return a pack with one file changed, and with a manifest that hides it."""
    files = parts(content)
    files[name] = edit(files[name])
    manifest = json.loads(files["manifest.json"])
    for each in manifest["files"]:
        if each["name"] in files:
            each |= {
                "bytes": len(files[each["name"]]),
                "sha256": sha256(files[each["name"]]).hexdigest(),
            }
    files["manifest.json"] = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
    return zip_bytes(files)


def one_more(content: bytes) -> bytes:
    found = pq.read_table(pa.BufferReader(content))
    place = found.column_names.index("Company gain")
    values = found.column(place).to_pylist()
    values[0] += 1
    out = io.BytesIO()
    kind = found.schema.field(place)
    pq.write_table(found.set_column(place, kind, pa.array(values, kind.type)), out)
    return out.getvalue()


def one_cell(content: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    book["Games"]["G2"] = 1234
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ALTERED = [
    ("games.parquet", one_more, "games.parquet, row 1 (1001, Elves), Company gain: “29.000” instead of"),
    ("report.xlsx", one_cell, "report.xlsx, sheet “Games”, cell G2: “1234” instead of “28”"),
    (
        "summary.json",
        lambda content: content.replace(b'"-42.000"', b'"-41.000"'),
        "summary.json, totals.company_gain: “-41.000” instead of “-42.000”",
    ),
    ("report.html", lambda content: content.replace(b">56<", b">57<"), "report.html, line "),
    (
        "facts.json",
        lambda content: content.replace(b'"96.5"', b'"97.5"'),
        "facts.json, rtps.1001: “97.5” instead of “96.5”",
    ),
]


def test_an_altered_cell_is_named_even_where_the_manifest_hides_it(told: Told):
    made = made_of(told).content
    for name, edit, named in ALTERED:
        found = verify(told.archive, change(made, name, edit))
        assert any(sentence.startswith(named) for sentence in found.wrong), found.wrong
        assert any("SHA-256 of the file is not the one" in sentence for sentence in found.wrong)


def test_a_lost_page_and_one_that_came_by_and_other_packing_are_named(told: Told):
    content = made_of(told).content
    files = parts(content)
    del files["bonuses.parquet"]
    found = verify(told.archive, zip_bytes(files))
    assert "bonuses.parquet is lost: the manifest names it, and it is not in the file." in found.wrong
    files = parts(content) | {"more.txt": b"x"}
    assert "more.txt does not belong to the pack." in verify(told.archive, zip_bytes(files)).wrong
    reversed_files = dict(reversed(parts(content).items()))
    assert (
        "The files are the same, and they are not packed as they were."
        in verify(told.archive, zip_bytes(reversed_files)).wrong
    )


def test_a_damaged_file_in_a_pack_and_one_that_is_none(told: Told):
    content = made_of(told).content
    place = content.index(b"Complete and proven.")
    flipped = content[:place] + b"c" + content[place + 1 :]
    assert any("is damaged: it is not what" in each for each in verify(told.archive, flipped).wrong)
    for none in (b"", b"PK", content[: len(content) // 2]):
        with pytest.raises(NotVerified, match="It is no pack, or it is cut off"):
            verify(told.archive, none)
    with pytest.raises(NotVerified, match=r"facts\.json"):
        verify(told.archive, zip_bytes({"a": b"b"}))


def spread(**files: bytes) -> bytes:
    """A zip that is small and says that it holds much."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def test_files_that_no_pack_has_are_named_one_by_one(told: Told):
    content = made_of(told).content
    deep = b"[" * 100_000
    odd = {
        ("facts.json", deep): "facts.json cannot be read.",
        ("manifest.json", deep): "manifest.json cannot be read.",
        ("summary.json", deep): "summary.json cannot be read.",
        ("summary.json", b" " * 2**21): "summary.json holds far more than what was made.",
        ("report.html", "<p>".encode("utf-16")): "report.html cannot be read.",
        ("report.xlsx", spread(a=bytes(2**22))): "report.xlsx holds far more than what was made.",
        ("report.xlsx", b"PK"): "report.xlsx cannot be read.",
        ("games.parquet", b"PAR1" * 9): "games.parquet cannot be read.",
    }
    for (name, altered), said in odd.items():
        found = verify(told.archive, zip_bytes(parts(content) | {name: altered}))
        assert said in found.wrong, (name, found.wrong)
    with pytest.raises(NotVerified, match="more than a pack can"):
        verify(told.archive, spread(a=bytes(2**28), b=bytes(2**28 + 1)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("mch_id",), "101"),
        (("month",), "2026-13"),
        (("zone",), "a" * 300),
        (("made_at_ms",), 10**19),
        (("language",), None),
        (("software",), {}),
        (("days", 0, "day"), "today"),
        (("days", 0, "bet_li"), 1.5),
        (("rtps", "1001"), "\udc80"),
        (("bonuses", 0, "state"), 99),
        (("pieces", 0, "state"), "odd"),
        (("pieces", 0, "version"), None),
        (("pieces",), {}),
    ],
    ids=str,
)
def test_a_pack_that_nobody_knows_and_says_what_none_can_is_refused(told: Told, path: Any, value: Any):
    files = parts(made_of(told).content)
    with told.archive.ledger.writing() as books:
        books.execute(delete(schema.packs))
    facts = json.loads(files["facts.json"])
    at = facts
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    files["facts.json"] = json.dumps(facts).encode()
    with pytest.raises(NotVerified, match=r"facts\.json"):
        verify(told.archive, zip_bytes(files))


def test_a_piece_whose_bets_are_others_or_gone_is_named(told: Told):
    content = made_of(told).content
    path = told.piece(LATE_S).path
    assert path
    place = told.archive.folder.root / path  # type: ignore[union-attr]
    before = place.read_bytes()
    place.write_bytes(before[:-9] + b"x" + before[-8:])
    found = verify(told.archive, content)
    assert found.wrong == (
        f"Piece 2026-02-11T20Z, version 1: {path} is not the file that was written: its SHA-256 differs.",
    )
    place.unlink()
    assert any("cannot be read" in sentence for sentence in verify(told.archive, content).wrong)


def test_a_piece_that_somebody_noted_otherwise_is_named(told: Told):
    made = made_of(told)
    with told.archive.ledger.writing() as books:
        row = schema.pack_pieces.c.hour_s == LATE_S
        books.execute(update(schema.pack_pieces).where(row).values(digest="0" * 64))
    assert "Piece 2026-02-11T20Z: the ledger noted another digest for it." in (
        verify(told.archive, made.content).wrong
    )


def test_ids_that_were_taken_out_since_change_nothing_of_a_pack(told: Told):
    made = made_of(told)
    restate(told, bet(10 * 10, LATE_S, gain_li=7))
    assert forget(told.archive, "test", user_id=7) > 0
    left = [path for path in told.archive.folder.paths("") if path.endswith(".parquet")]
    for path in left:
        read = told.archive.folder.read(path)
        if "user_id" in read.column_names:
            assert 7 not in read["user_id"].to_pylist(), path
    found = verify(told.archive, made.content)
    assert found.wrong == ()
    assert "Ids of forgotten players were taken out of 28 hours since; no amount was changed." in found.notes


def test_other_software_is_said_and_values_are_compared(told: Told, monkeypatch: pytest.MonkeyPatch):
    content = made_of(told).content
    other = verifying.software() | {"pyarrow": "99.0.0"}
    monkeypatch.setattr(verifying, "software", lambda: other)
    found = verify(told.archive, content)
    assert (found.wrong, found.is_same_software) == ((), False)
    assert "pyarrow 26.0.1 then, 99.0.0 now" in found.notes[0]
    found = verify(told.archive, change(content, "games.parquet", one_more))
    assert any(sentence.startswith("games.parquet, row 1") for sentence in found.wrong)


def test_a_month_in_which_nothing_was_played(told: Told):
    empty = made_of(told, "2025-12", twoj=TellsAll(told, "UTC"))
    summary = json.loads(parts(empty.content)["summary.json"])
    assert summary["activity"] == "No activity"
    assert summary["completeness"].startswith("744 hours are not in the archive")
    assert sheet(parts(empty.content), "Days")[1][0] == "No activity"
    assert verify(told.archive, empty.content).wrong == ()


@pytest.mark.parametrize(
    ("zone", "hours"), [("America/New_York", {24}), ("Asia/Kathmandu", {25}), ("Asia/Manila", {24})]
)
def test_days_are_those_of_the_zone(told: Told, zone: str, hours: set[int]):
    made = made_of(told, zone=zone)
    rows = table(parts(made.content), "reconciliation")
    assert len(rows) == 28
    assert {row["Hours"] for row in rows} == hours
    assert {row["Result"] for row in rows} <= {"Agrees", "Differs", "Agrees, not all proven"}
    assert verify(told.archive, made.content).wrong == ()


def test_bonuses_jackpots_and_payouts_stand_as_they_were_told(told: Told):
    twoj = TellsAll(told, "UTC")
    sums = BonusSummary(5, 3, Decimal("3000"), Decimal("1500.4"), 9000, -100)
    twoj.bonuses = {(0, 0): sums, (3, 2): sums}
    at_ms = (FIRST_S + 3 * DAY_S) * 1000
    with told.archive.ledger.writing() as books:
        both = {"amount_li": 700, "hourly_li": 700, "super_li": 0, "received_at_ms": at_ms}
        other = {"amount_li": 50, "hourly_li": None, "super_li": None, "received_at_ms": at_ms + 5}
        row = {"op_id": "ann", "game_id": 1001, "parts_differ": False, "conflicts": 0, "won_at_ms": at_ms}
        books.execute(
            insert(schema.payouts),
            [row | {"trans_no": "T1"} | both, row | {"trans_no": "T2"} | other],
        )
        entry = {"trans_no": "T1", "op_id": "ann", "amount_li": 700, "booked_at_ms": at_ms}
        books.execute(insert(schema.entries), entry)
        hit = {"pot": "hourly", "seen_at_ms": at_ms + 1000, "before_at_ms": at_ms - 1000}
        books.execute(insert(schema.pot_hits), hit | {"before_li": 710, "after_li": 1})
    made = made_of(told, twoj=twoj)
    files = parts(made.content)
    (bonus,) = table(files, "bonuses")
    assert (bonus["State"], bonus["Creation type"], bonus["Issued"], bonus["Converted to cash"]) == (
        "Completed",
        "Backend created",
        5,
        Decimal("1.500"),
    )
    paid = table(files, "payouts")
    assert [(row["Transaction number"], row["Amount"], row["Credited"]) for row in paid] == [
        ("T1", Decimal("0.700"), Decimal("0.700")),
        ("T2", Decimal("0.050"), None),
    ]
    assert ("Hourly", "Paid", "T1") in [
        (row["Pot"], row["What is known"], row["Transaction number"]) for row in table(files, "jackpots")
    ]
    assert "ann" not in files["facts.json"].decode()
    assert verify(told.archive, made.content).wrong == ()
    with told.archive.ledger.writing() as books:
        books.execute(update(schema.payouts).where(schema.payouts.c.trans_no == "T2").values(amount_li=51))
    assert "Payout T2: the ledger does not say of it what the pack says." in (
        verify(told.archive, made.content).wrong
    )


def test_what_the_provider_does_not_say_is_said(told: Told):
    twoj = TellsAll(told, "UTC")
    failed = ConnectionFailed("No connection to the provider.")
    twoj.failing = {"days": failed, "bonuses": failed, "games": failed}
    made = made_of(told, twoj=twoj)
    assert not made.report.is_whole
    assert {row["Result"] for row in table(parts(made.content), "reconciliation")} == {
        "The provider's sums are not known"
    }
    assert "Bonuses: not known. No connection to the provider." in made.report.warnings
    assert [row["Game"] for row in table(parts(made.content), "games")] == ["1001", "2001"]
    assert verify(told.archive, made.content).wrong == ()


def test_a_running_month_goes_as_far_as_it_has_gone_and_a_coming_one_has_none(told: Told):
    made = made_of(told, "2026-03")
    assert "The month was not over." in made.report.warnings
    assert made.report.about.period == "2026-03-01 to 2026-03-03, until 06:00 (+00:00)"
    assert verify(told.archive, made.content).wrong == ()
    with pytest.raises(MonthNotBegun, match="2026-04 has not begun in UTC"):
        made_of(told, "2026-04")


def test_a_pack_of_another_merchant_is_refused_and_one_that_is_not_known_is_compared(told: Told):
    made = made_of(told)
    with told.archive.ledger.writing() as books:
        books.execute(schema.packs.delete())
        books.execute(schema.pack_pieces.delete())
    found = verify(told.archive, made.content)
    assert found.wrong == ()
    assert found.notes[0].startswith("The ledger knows no such pack")
    other = change(made.content, "facts.json", lambda told: told.replace(b'"mch_id": 101', b'"mch_id": 102'))
    with pytest.raises(NotVerified, match="It is of merchant 102, and the settings are those of 101"):
        verify(told.archive, other)


def test_who_made_a_pack_is_in_the_audit_log_and_the_pack_in_the_ledger(told: Told):
    made = made_of(told)
    with told.archive.ledger.reading() as books:
        pack = kept(books, made.pack)
        rows = [row for row in books.execute(schema.audit.select()) if row.what == "pack made"]
    assert pack
    assert (pack.content, pack.month, pack.who, pack.is_whole) == (made.content, "2026-02", "test", True)
    assert [(row.who, json.loads(row.about)["sha256"]) for row in rows] == [
        ("test", sha256(made.content).hexdigest())
    ]


def test_the_check_of_the_ledger_names_packs_that_are_others_or_gone(told: Told):
    made = made_of(told)
    url = told.archive.ledger.database.url
    assert check(url)[0] == []
    other = update(schema.packs).values(content=made.content[:-1])
    for change_, said in (
        (other, f"Pack {made.pack}: it is not the file that the audit log names."),
        (schema.packs.delete(), f"Pack {made.pack}: it is missing."),
    ):
        with told.archive.ledger.writing() as books:
            books.execute(change_)
        assert check(url)[0] == [said]


def test_a_pack_in_another_language_has_no_word_in_english(told: Told, tmp_path: Path):
    with spoken(tmp_path / "locale"):
        files = parts(made_of(told, language=CODE).content)
    document = re.sub(r"<style>.*?</style>|<[^>]+>", " ", files["report.html"].decode(), flags=re.DOTALL)
    book = openpyxl.load_workbook(io.BytesIO(files["report.xlsx"]))
    cells = [cell.value for page in book for row in page.iter_rows() for cell in row]
    said = [document, *book.sheetnames, *(cell for cell in cells if isinstance(cell, str))]
    data = {"Elves", "King", "Lucky", "dashboard", "xlsx", "SHA"}
    assert {word for each in said for word in WORD.findall(each)} - PLAIN - data == set()
