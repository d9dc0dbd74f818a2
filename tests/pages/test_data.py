"""The Data page: what is proven, what is read, what was changed."""

import time
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from archive.bets import STORED, sums
from archive.bucket import Bucket
from archive.collector import Collector
from archive.proof import HourRead
from dashboard.core.text import Message
from dashboard.proof.coverage import DayCoverage, DayState
from dashboard.proof.data import restatements
from tests.provider import CLOCK, Sandbox
from twoj_client.windows import utc_day_of

pytestmark = pytest.mark.slow
SETTINGS = {"archive_days": 2, "archive_calls_per_s": 1000}


def filled(open_page, tmp_path, **settings):
    """The page once all that is due has been read."""
    page = open_page({}, "data", archive_url=str(tmp_path / "archive"), **SETTINGS, **settings)
    from dashboard.kit.current import merchants

    collector = merchants.first.running(Collector)
    until = time.monotonic() + 60
    while (
        not collector.state.collects
        or collector.state.reading
        or len(merchants.first.archive.pieces(0, CLOCK)) < 34
    ):
        assert time.monotonic() < until, collector.state
        time.sleep(0.05)  # who looks all the time takes the processor from the thread that reads
    return page.run()


def texts(page) -> str:
    assert not page.exception
    return "\n".join(
        each.value for each in (*page.caption, *page.markdown, *page.info, *page.warning, *page.error)
    )


def test_what_is_there_is_said_in_numbers_and_words(open_page, tmp_path, truth):
    page = filled(open_page, tmp_path)
    count = len(truth.bets(utc_day_of(CLOCK) - 86_400, CLOCK, CLOCK))
    assert {each.label: each.value for each in page.metric} == {
        "Bets": f"{count:,}",
        "Hours proven": "31 of 34",
        "Proven until": "07:00 UTC",
        "Size": page.metric[3].value,
    }
    assert "All that is due has been read." in texts(page)
    assert " are free." in texts(page)
    assert "No bet has changed since its hour was proven." in texts(page)


def test_days_that_lack_for_one_reason_are_one_sentence(open_page, tmp_path, monkeypatch):
    page = filled(open_page, tmp_path)
    days = [
        DayCoverage(date(2026, 3, number), DayState.MISSING, 0, 0, Message(why))
        for number, why in ((10, "A."), (11, "B."), (12, "A."))
    ]
    monkeypatch.setattr("dashboard.proof.parts._days", lambda *_: days)
    page.run()
    assert [each.value for each in page.warning] == ["2 days, the last 12 Mar 2026: A.", "11 Mar 2026: B."]


def test_the_room_of_this_machine_is_not_said_of_a_bucket(open_page, tmp_path, monkeypatch):
    monkeypatch.setattr("dashboard.proof.data.Folder", Bucket)  # what it has is no bucket, and no folder
    page = open_page({}, "data", archive_url=str(tmp_path / "archive"), **SETTINGS)
    assert "The provider remembers" in texts(page) or "not known yet" in texts(page)
    assert " are free." not in texts(page)


def test_a_provider_that_fails_is_said_and_nothing_is_proven(open_page, tmp_path, sandbox: Sandbox):
    sandbox.fault("*", "http_500")
    page = open_page({}, "data", archive_url=str(tmp_path / "archive"), **SETTINGS)
    from dashboard.kit.current import merchants

    until = time.monotonic() + 60
    while merchants.first.running(Collector).state.stopped_by is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    told = texts(page.run())
    assert "Nothing is read now: The provider" in told
    assert "All that is due has been read." not in told
    assert {each.label: each.value for each in page.metric}["Hours proven"] == "0 of 0"


def test_without_an_archive_the_page_says_so(open_page):
    page = open_page({}, "data", archive_url="off")
    assert "The archive is switched off" in texts(page)
    assert not page.metric


def test_a_change_is_shown_with_before_now_and_difference_and_leads_to_the_bet(open_page):
    page = open_page({}, "data", currency="PHP")
    from dashboard.kit.current import merchants

    kept = merchants.first.archive
    hour = kept.pieces(CLOCK - 5 * 86_400, CLOCK - 5 * 86_400 + 1)[0]
    bets = kept.rows(hour).to_pylist()
    gone, old = bets[0], bets[1]
    now = old | {"bet_amount": old["bet_amount"] + 5, "gain_amount": old["gain_amount"] - 1005}
    table = pa.Table.from_pylist([*bets[2:], now], schema=STORED)
    kept.keep([HourRead(hour.hour_s, table, sums(table), True, CLOCK, True)])
    rows = restatements(merchants.first)
    assert rows["change"].tolist() in (["gone", "changed"], ["changed", "gone"])
    first, second = (rows[rows["event_id"] == bet["event_id"]].iloc[0] for bet in (gone, old))
    assert (first["bet_before_li"], first["bet_amount_li"]) == (gone["bet_amount"], -gone["bet_amount"])
    assert pd.isna(first["bet_after_li"])
    assert pd.isna(first["round"])
    assert (second["bet_after_li"], second["bet_amount_li"]) == (old["bet_amount"] + 5, 5)
    assert (second["gain_before_li"], second["gain_li"]) == (old["gain_amount"], -1005)
    assert (second["op_id"], second["round"]) == (old["op_id"], old["event_id"])
    assert second["days"] == "2026-03-10..2026-03-10"
    assert len(page.run().dataframe[0].value) == 2
