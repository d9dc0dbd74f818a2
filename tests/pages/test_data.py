"""The Data page: what is proven, what is read, what was changed."""

import time

import pytest

from archive.collector import Collector
from tests.provider import CLOCK, Sandbox

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
    return page.run()


def texts(page) -> str:
    assert not page.exception
    return "\n".join(
        each.value for each in (*page.caption, *page.markdown, *page.info, *page.warning, *page.error)
    )


def test_what_is_there_is_said_in_numbers_and_words(open_page, tmp_path, truth):
    page = filled(open_page, tmp_path)
    count = len(truth.bets(CLOCK // 86_400 * 86_400 - 86_400, CLOCK, CLOCK))
    assert {each.label: each.value for each in page.metric} == {
        "Bets": f"{count:,}",
        "Hours proven": "31 of 34",
        "Proven until": "07:00 UTC",
        "Size": page.metric[3].value,
    }
    assert "All that is due has been read." in texts(page)
    assert "No bet has changed since its hour was proven." in texts(page)


def test_a_provider_that_fails_is_said_and_nothing_is_proven(open_page, tmp_path, sandbox: Sandbox):
    sandbox.fault("*", "http_500")
    page = open_page({}, "data", archive_url=str(tmp_path / "archive"), **SETTINGS)
    from dashboard.kit.current import merchants

    until = time.monotonic() + 60
    while merchants.first.running(Collector).state.stopped_by is None:
        assert time.monotonic() < until
    told = texts(page.run())
    assert "Nothing is read now: The provider" in told
    assert {each.label: each.value for each in page.metric}["Hours proven"] == "0 of 0"


def test_without_an_archive_the_page_says_so(open_page):
    page = open_page({}, "data", archive_url="off")
    assert "The archive is switched off" in texts(page)
    assert not page.metric
