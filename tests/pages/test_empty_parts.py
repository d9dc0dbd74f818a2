"""Every part of every page that has nothing to show: one sentence at most, and nothing that takes room."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1.element_tree import Block

from archive.bets import EMPTY
from dashboard.status import data as status_data
from tests import archived
from tests.pages.game_truth import midnight

pytestmark = pytest.mark.usefixtures("patient")
ROOT = Path(__file__).parents[2]
OLD = {"period": "2024-01-01..2024-01-02"}
LAST_WEEK = {"period": "7d", "compare": "none"}
NO_BETS = "No bets in 1–2 January 2024."
NOTHING = ""
"""The page has said it once, in the part above."""

PARTS = {
    ("overview", ()): {
        "attention": NOTHING,
        "period": NO_BETS,
        "daily": NOTHING,
        "lines": NOTHING,
        "games": NOTHING,
    },
    ("games", ()): {"luck-line": NOTHING, "lines": NOTHING, "all-games": NO_BETS},
    ("games", (("tab", "map"),)): {"pictures": NO_BETS},
    ("games", (("tab", "days"),)): {"heat": NO_BETS},
    ("games", (("tab", "luck"),)): {"luck": NO_BETS, "why": NOTHING},
    ("games", (("game_id", "2011"),)): {
        "game-figures": NO_BETS,
        "game-days": NOTHING,
        "game-luck": NOTHING,
    },
    ("bonus", ()): {
        "bonuses": "No bonuses in 1–2 January 2024.",
        "funnel": NOTHING,
        "bonus-days": NOTHING,
        "bonus-parts": NOTHING,
    },
    ("players", ()): {
        "found-players": NOTHING,
        "ranked-players": "Players of the period: not known now. Nothing of these days is in the archive",
    },
    ("players", (("op_id", "grinder"),)): {
        "player": "This player has no bets in 1–2 January 2024.",
        "balance": NOTHING,
    },
    ("players", (("op_id", "grinder"), ("tab", "sessions"))): {"habits": NOTHING},
    ("players", (("op_id", "grinder"), ("tab", "games"))): {"player-games": NOTHING},
    ("players", (("op_id", "grinder"), ("tab", "rounds"))): {"rounds": NOTHING},
    ("players", (("op_id", "grinder"), ("tab", "transfers"))): {
        "player-transfers": "No transfer of this player in the period."
    },
    ("bets", ()): {
        "bets": "Figures of the bets: not known now. Nothing of these days is in the archive yet.",
        "bet-steps": NOTHING,
        "bet-sizes": NOTHING,
        "bet-players": NOTHING,
        "bet-wins": NOTHING,
    },
    ("bets", (("tab", "period"),)): {"bet-rows": NOTHING},
    ("wallet", (("op_id", "quiet"),)): {
        "orders": "None yet for this player.",
        "transfers": "No transfers yet.",
    },
    ("jackpots", ()): {
        "pots-over-time": "The pots were not watched for a minute in this period yet",
        "hits": "No pot was seen to fall in this period, and no payout was received.",
    },
    ("alerts", ()): {"alert-history": "Nothing has changed yet."},
    ("screens", ()): {"new-screen": "Open ", "screens": "No screen yet."},
    ("reports", ()): {
        "reports": "No report is planned yet.",
        "packs": "No pack has been made yet.",
        "reports-sent": "No report has been sent yet.",
    },
    ("data", ()): {
        "archive": "The archive is switched off (TWOJ_ARCHIVE_URL is off)",
        "archive-days": NOTHING,
        "archive-reading": NOTHING,
        "restatements": NOTHING,
    },
    ("status", ()): {"refused": NOTHING, "status-audit": "Nothing has been written yet."},
}
"""By page and what its address holds beside `OLD`: what each part says that may be empty there."""
ELSEWHERE = {"bet-tail", "status-calls"}
"""Empty at other times than the period's: tests of their own, below."""
NEVER = {
    *(
        "proof",
        "today",
        "monitor",
        "report-new",
        "alerts",
        "alert-form",
        "game-tabs",
        "channels",
        "few",
        "care",
        "net",
        "why",
        "bet-exports",
        "wallet",
        "pots",
    ),
    *(
        "cohorts",
        "status",
        "status-provider",
        "status-cache",
        "status-ledger",
        "status-background",
        "status-versions",
    ),
}
"""Cards, lines and forms that are never without contents."""
BIG = ("plotly_chart", "dataframe", "download_button")


def part(page, key: str) -> Block:
    assert not page.exception
    return page.get_by_key(f"part-{key}")


def sentences(block: Block) -> list[str]:
    """What a part says but for how old its numbers are."""
    said = [each.value for each in (*block.error, *block.warning, *block.info, *block.caption)]
    return [each for each in said if not each.startswith("As of ")]


def test_these_are_all_parts():
    sources = [*(ROOT / "pages").glob("*.py"), *(ROOT / "dashboard").glob("*/parts_*.py")]
    sources += (ROOT / "dashboard/kit").glob("*.py")
    code = "\n".join(each.read_text() for each in sources)
    keys = re.findall(r'parts\.part\(\s*(?:text|later)\("[^"]+"\),\s*"([^"]+)"', code)
    keys += [f"status-{key}" for key in re.findall(r'^lines\("([^"]+)"', code, re.M)]
    tried = [key for keys in PARTS.values() for key in keys]
    assert sorted([*tried, *ELSEWHERE, *NEVER]) == sorted(keys)


@pytest.mark.parametrize(("place", "said"), PARTS.items(), ids=lambda each: " ".join(map(str, each))[:40])
def test_an_empty_part_is_one_sentence_and_no_place(open_page, place, said):
    name, query = place
    asked = OLD | {"compare": "none"} | dict(query)
    page = open_page(asked, name, cashier=True, **({"archive_url": "off"} if name == "data" else {}))
    for key, sentence in said.items():
        shown = part(page, key)
        assert [each for kind in BIG for each in shown.get(kind)] == [], key
        if sentence:
            assert [each[: len(sentence)] for each in sentences(shown)] == [sentence], key
        else:
            assert {each.type for each in shown} == {"flex_container", "html"}, key


@pytest.mark.parametrize(
    ("name", "query", "key", "sentence"),
    [
        ("bets", {"period": "yesterday", "game_id": "5003"}, "bet-tail", "No bets in these minutes."),
        (
            "players",
            LAST_WEEK | {"op_id": "grinder", "game_id": "1", "tab": "rounds"},
            "rounds",
            "No round fits the filters.",
        ),
    ],
)
def test_a_table_without_rows_is_a_sentence(open_page, name, query, key, sentence):
    page = open_page(query, name)
    shown = part(page, key)
    assert sentence in sentences(shown)
    assert not [each for kind in BIG for each in shown.get(kind)]


def test_hours_without_bets_like_those_a_week_before_are_no_chart(open_page, tmp_path, truth, monkeypatch):
    monkeypatch.setattr(archived, "table_of", lambda *_: EMPTY)
    first_s = midnight("2026-03-08")
    archived.make(tmp_path / "ledger", tmp_path / "filled", truth, first_s=first_s)
    shown = part(open_page({"period": "today"}), "daily")
    assert not [each for kind in BIG for each in shown.get(kind)]


def test_a_day_that_has_just_begun_is_said_once(open_page, sandbox, clock):
    sandbox.set_clock(clock[0] - clock[0] % 86_400)
    clock[0] -= clock[0] % 86_400
    page = open_page({"period": "today", "compare": "none"})
    assert [each.value for each in page.info] == [
        "Today has just begun; the first numbers come within a minute."
    ]


def test_a_server_that_has_asked_nothing_says_so(open_page, monkeypatch):
    calls = status_data.calls
    monkeypatch.setattr(status_data, "calls", lambda merchant: calls(merchant).head(0))
    assert sentences(part(open_page({}, "status"), "status-calls")) == [
        "The provider has not been asked since this server was started."
    ]
