"""The Players page in Chromium: found by typing, a round by a click, files read back row by row."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import downloaded, painted
from twoj_sandbox import GRINDER
from twoj_sandbox.world import World

# Cells are drawn on a canvas: this keeps what was drawn.
CELLS = """
window.cells = [];
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
  cells.push(text);
  return draw.call(this, text, ...place);
};
"""


@pytest.fixture
def page(browser: Browser):
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    yield page
    assert page.get_by_test_id("stException").count() == 0
    page.close()


def two_days_ago():
    """A day that no longer changes, and the world's rounds of the player on it, newest first."""
    now = datetime.now(UTC)
    day = (now - timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    start = int(day.timestamp())
    return f"{day:%Y-%m-%d}", World().bets_of_player(GRINDER.index, start, start + 86_400, start + 200_000)[
        ::-1
    ]


def download(page: Page, name: str) -> bytes:
    file = downloaded(page, ".st-key-box-round-list", name)
    assert file.suggested_filename.startswith("rounds-grinder-20")
    return Path(file.path()).read_bytes()


def test_from_an_id_to_the_last_round(browser: Browser, page: Page, demo_url: str):
    page.add_init_script(CELLS)
    page.goto(f"{demo_url}/players")
    page.get_by_role("textbox", name="op_id").fill("grinder")
    page.get_by_role("textbox", name="op_id").press("Enter")
    expect(page.get_by_test_id("stMetric")).to_have_count(8, timeout=30_000)
    expect(page.get_by_text(f"op_id grinder · user_id {GRINDER.user_id}")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query) == {"op_id": ["grinder"]}

    page.goto(f"{demo_url}/players?op_id=grinder&tab=rounds&type=Slots")
    rounds = page.locator(".st-key-box-round-list")
    place = rounds.locator("canvas").first.bounding_box(timeout=30_000)
    assert place
    # The cells are drawn on a canvas: this is when the second round began. A table that is still being drawn
    # does not hear it.
    rounds.scroll_into_view_if_needed()
    place = rounds.locator("canvas").first.bounding_box()
    cells = set(page.evaluate("() => window.cells"))
    assert {"−1.00", "−2.00"} & cells
    assert not [cell for cell in cells if re.match(r"-\d", cell)]
    sheet = page.get_by_role("dialog")
    page.mouse.move(place["x"] + 60, place["y"] + 35 * 2 + 17)
    painted(page)
    page.mouse.click(place["x"] + 60, place["y"] + 35 * 2 + 17)
    link = sheet.get_by_role("link", name="Open the provider's page of this round")
    expect(link).to_be_visible(timeout=15_000)
    assert link.get_attribute("target") == "_blank"
    assert re.fullmatch(r"https://rounds\.example/slots/1\d{3}/1\d{3}-[\d-]+", link.get_attribute("href"))
    query = parse_qs(urlsplit(page.url).query)
    assert len(query["round"][0]) == 36
    assert (query["op_id"], query["type"]) == (["grinder"], ["Slots"])

    # A copied address opens it in sight; closed, it is out of the address, and the page as it was.
    other = browser.new_page(viewport={"width": 1440, "height": 1000})
    other.goto(page.url)
    expect(other.get_by_role("dialog").get_by_role("link", name="provider's page")).to_be_in_viewport(
        timeout=30_000
    )
    other.close()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page).not_to_have_url(re.compile("round="))
    assert parse_qs(urlsplit(page.url).query) == {
        "op_id": ["grinder"],
        "tab": ["rounds"],
        "type": ["Slots"],
    }

    page.goto(f"{demo_url}/players?op_id=grinder&round=nothing")
    expect(sheet.get_by_text("There is no round “nothing” of this player in")).to_be_in_viewport(
        timeout=30_000
    )
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_have_count(0)
    expect(page).to_have_url(f"{demo_url}/players?op_id=grinder")


def test_files_hold_exactly_what_is_filtered(page: Page, demo_url: str):
    day, bets = two_days_ago()
    kept = bets[bets["gain_amount"] < 0]
    assert 0 < len(kept) < len(bets)
    page.goto(f"{demo_url}/players?op_id=grinder&tab=rounds&period={day}..{day}&result=lost")
    expect(page.get_by_text(f"{len(kept):,} of {len(bets):,} rounds, newest first")).to_be_visible(
        timeout=30_000
    )

    lines = list(csv.reader(io.StringIO(download(page, "CSV").decode("utf-8-sig"), newline="")))
    said = download(page, "About").decode("utf-8-sig").splitlines()
    head = dict(line.split(": ", 1) for line in said)
    expected = {
        "Period": f"{day} to {day}",
        "Only": f"op_id grinder · user_id {GRINDER.user_id} · plays in $; The player lost",
        "Rows": str(len(kept)),
        "Time zone": "UTC",
    }
    assert expected.items() <= head.items()
    columns = dict(zip(lines[0], zip(*lines[1:], strict=True), strict=True))

    parquet = pq.read_table(io.BytesIO(download(page, "Parquet")))
    about = {key.decode(): value.decode() for key, value in parquet.schema.metadata.items()}
    assert expected.items() <= about.items()

    sheet = openpyxl.load_workbook(io.BytesIO(download(page, "XLSX")), read_only=True).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    cells = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))

    for title, field, scale in (
        ("Bet", "bet_amount", 1000),
        ("Net result", "gain_amount", 1000),
        ("Balance before", "credit_before_bet", 1000),
        ("Balance after", "credit", 1000),
        ("Game id", "game_id", 1),
        ("Start, epoch s", "start_at", 1),
        ("End, epoch s", "end_at", 1),
    ):
        truth = kept[field].tolist()
        assert [round(float(value) * scale) for value in columns[title]] == truth, title
        assert [int(value * scale) for value in parquet[title].to_pylist()] == truth, title
        assert [round(value * scale) for value in cells[title]] == truth, title
    times = [f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}" for at in kept["start_at"].tolist()]
    assert list(columns["Start"]) == [f"{time}+00:00" for time in times]
    assert [f"{at:%Y-%m-%d %H:%M:%S}" for at in parquet["Start"].to_pylist()] == times


def test_a_choice_of_filters_goes_into_the_address(page: Page, demo_url: str):
    day, bets = two_days_ago()
    page.goto(f"{demo_url}/players?op_id=grinder&tab=rounds&period={day}..{day}")
    page.get_by_role("button", name="Filters").click(timeout=30_000)
    page.get_by_role("radio", name="The player won").click()
    won = int((bets["gain_amount"] > 0).sum())
    expect(page.get_by_text(f"{won:,} of {len(bets):,} rounds")).to_be_visible()
    assert "result=won" in page.url
