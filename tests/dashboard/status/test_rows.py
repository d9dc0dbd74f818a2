"""What the Status page makes of what was seen: a word, a sentence, and what to do; and who is ready."""

from dataclasses import replace

import pytest

from dashboard.core.formats import about_duration
from dashboard.jackpots.screens import Condition
from dashboard.status.rows import (
    Checked,
    HealthState,
    LedgerSeen,
    MessagesSeen,
    PayoutsSeen,
    ahead_of,
    answers_row,
    api_row,
    cache_row,
    channel_rows,
    clock_row,
    ledger_row,
    payouts_row,
    readiness,
    refused_row,
    screens_row,
)
from ledger.outbox import Sent
from ledger.payouts.outcome import PayoutOutcome
from ledger.payouts.refusals import RefusalCount
from twoj_client.cache.store import CacheState
from twoj_client.errors import NotJson, SignatureRefused, TimedOut
from twoj_client.health import Api, ApiHealth

HEALTH = ApiHealth(Api.SUMMARY, True, True, None, 0.035, None)


def seen(age_s=12, **changes):
    return Checked(replace(HEALTH, **changes), age_s)


WELL = seen()
REFUSED = seen(signed=False, error=SignatureRefused("", endpoint="/api/all/list", code=500008))
AWAY = seen(reachable=False, signed=None, error=TimedOut("The provider took too long."))
NOT_JSON = NotJson("The provider's answer is HTML, not JSON.", endpoint="/api/all/list")
BROKEN = seen(signed=None, error=NOT_JSON)
FOLDER = CacheState(("Folder {path}", {"path": "/cache"}), True, 33_000_000, 2**30)
LEDGER = LedgerSeen("SQLite file /ledger", "0003", "0003")
NOW_MS = 1_773_567_000_000


def test_an_api_that_is_well():
    row = api_row("Summary API", WELL, 0.0)
    assert (row.state, row.to_do) == (HealthState.WELL, "")
    assert row.said == "Answered in 35 ms, signature accepted. Checked 12 s ago."


@pytest.mark.parametrize(
    ("seen", "ahead_s", "state", "said", "to_do"),
    [
        (None, None, HealthState.UNKNOWN, "has not been answered", ""),
        (
            AWAY,
            None,
            HealthState.FAILING,
            "Does not answer. The provider took too long. Checked 12 s",
            "network",
        ),
        (
            REFUSED,
            0.0,
            HealthState.FAILING,
            "Refuses the signature (code 500008)",
            "check TWOJ_KEY and TWOJ_MCH_ID",
        ),
        (REFUSED, -400.0, HealthState.FAILING, "Refuses the signature", "Set this server's clock"),
        (REFUSED, None, HealthState.FAILING, "Refuses", "TWOJ_KEY, TWOJ_MCH_ID and this server's clock"),
        (BROKEN, 0.0, HealthState.FAILING, "HTML, not JSON", NOT_JSON.what_to_do),
        (seen(error=NOT_JSON), 0.0, HealthState.WATCH, "HTML", NOT_JSON.what_to_do),
        (seen(took_s=1.2), 0.0, HealthState.WATCH, "Answered in 1,200 ms", "slow"),
    ],
)
def test_an_api_that_is_not_says_what_to_do(seen, ahead_s, state, said, to_do):
    row = api_row("Summary API", seen, ahead_s)
    assert row.state is state
    assert said in row.said
    assert to_do in row.to_do
    assert bool(row.to_do) == (state in {HealthState.FAILING, HealthState.WATCH})


@pytest.mark.parametrize(
    ("ahead_s", "state", "said"),
    [
        (None, HealthState.UNKNOWN, "Summary API never"),
        (0.4, HealthState.WELL, "less than 1 s apart"),
        (-29.0, HealthState.WELL, "29 s behind"),
        (30.0, HealthState.WATCH, "30 s ahead of"),
        (-239.0, HealthState.WATCH, "4 min behind"),
        (240.0, HealthState.FAILING, "4 min ahead of"),
    ],
)
def test_the_clock_is_watched_before_signatures_are_refused(ahead_s, state, said):
    row = clock_row(ahead_s)
    assert row.state is state
    assert said in row.said
    assert bool(row.to_do) == (state in {HealthState.FAILING, HealthState.WATCH})


def test_the_freshest_answer_that_tells_its_time_counts():
    old, new = seen(25, ahead_s=9.0), seen(2, ahead_s=-3.0)
    assert ahead_of([WELL, old, None, new]) == -3.0
    assert ahead_of([WELL, None]) is None


def test_the_cache():
    assert cache_row(FOLDER).said == "Folder /cache. 33 MB of at most 1.1 GB."
    assert "size not known" in cache_row(FOLDER._replace(size_bytes=None)).said
    gone = cache_row(FOLDER._replace(works=False))
    assert (gone.state, "disk has room" in gone.to_do) == (HealthState.FAILING, True)
    assert (
        "TWOJ_CACHE_URL"
        in cache_row(CacheState(("Redis at {address}", {"address": "x:1"}), False, None, 1)).to_do
    )
    assert answers_row(3, 1, 2).said.startswith("Hit rate 75.0\u00a0% of 4 answers. 2 were old")
    assert answers_row(0, 0, 0).state is HealthState.UNKNOWN


def test_the_ledger():
    assert ledger_row(LEDGER).state is HealthState.WELL
    assert ledger_row(LEDGER._replace(version="0004")).state is HealthState.WATCH
    for away in (None, LEDGER._replace(failure="database is locked")):
        row = ledger_row(away)
        assert row.state is HealthState.FAILING
        assert "TWOJ_LEDGER_URL" in row.to_do


@pytest.mark.parametrize(
    ("waiting", "oldest_s", "outcome", "state"),
    [
        (0, None, "first", HealthState.WELL),
        (0, None, "conflict", HealthState.WELL),  # the line of refused payouts says it
        (2, 599, "pending", HealthState.WATCH),
        (2, 600, "pending", HealthState.FAILING),
    ],
)
def test_payouts(waiting, oldest_s, outcome, state):
    oldest_ms = None if oldest_s is None else NOW_MS - oldest_s * 1000
    row = payouts_row(PayoutsSeen(NOW_MS - 7_200_000, NOW_MS - 5000, outcome, waiting, oldest_ms), NOW_MS)
    assert row.state is state
    assert "The last payout was received 2 h ago. The last call came 5 s ago" in row.said
    assert ("wait for your wallet" in row.said) == bool(waiting)
    assert bool(row.to_do) == (state is not HealthState.WELL)
    assert payouts_row(PayoutsSeen(None, None, "", 0, None), NOW_MS).said == "No payout was received yet."


MISMATCH = RefusalCount(PayoutOutcome.MISMATCH, 12, 9, NOW_MS - 60_000, "ann", NOW_MS - 7_200_000)
NOISE = RefusalCount(PayoutOutcome.UNSIGNED, 1000, 0, NOW_MS, None, None)


def test_refused_payouts_are_failing_until_somebody_has_seen_them():
    row = refused_row([MISMATCH, NOISE], NOW_MS)
    assert row.state is HealthState.FAILING
    assert row.said == "Not credited: 3 calls with a signature that does not match, the last 60 s ago."
    assert "TWOJ_KEY" in row.to_do
    assert "I have seen this" in row.to_do
    seen = refused_row([MISMATCH._replace(seen=12), NOISE], NOW_MS)
    assert (seen.state, seen.to_do) == (HealthState.WELL, "")
    assert seen.said == (
        "In all: 12 calls with a signature that does not match; 1,000 calls without a signature."
        " Last seen by ann 2 h ago."
    )
    assert refused_row(None, NOW_MS).state is HealthState.UNKNOWN
    assert refused_row([], NOW_MS).state is HealthState.WELL


@pytest.mark.parametrize("kind", ["conflict", "failed", "mismatch", "unreadable"])
def test_each_kind_of_refused_payouts_says_what_to_do(kind):
    row = refused_row([MISMATCH._replace(kind=PayoutOutcome(kind))], NOW_MS)
    assert row.state is HealthState.FAILING
    assert len(row.to_do) > len("Then press “I have seen this” below.") + 20


def test_screens():
    assert screens_row([Condition.NEW, Condition.REVOKED]).said == "No screen is in use."
    assert screens_row([Condition.ON, Condition.ON, Condition.OLD_BUILD]).said == "2 on, 1 older build."
    for dead in (Condition.STILL, Condition.OFF):
        row = screens_row([Condition.ON, dead])
        assert (row.state, bool(row.to_do)) == (HealthState.WATCH, True)


def test_the_ledger_alone_decides_who_is_ready():
    well = readiness({"Summary API": WELL, "Wallet API": WELL}, FOLDER, LEDGER)
    assert (well.ready, well.provider, well.cache, well.ledger) == (True, "ok", "ok", "ok")
    failing = readiness(
        {"Summary API": AWAY, "Jackpot API": REFUSED, "Wallet API": BROKEN, "New API": None},
        FOLDER._replace(works=False),
        LEDGER,
    )
    assert failing.ready
    assert failing.provider == (
        "Summary API: does not answer; Jackpot API: refuses the signature; Wallet API: fails;"
        " New API: has not answered yet"
    )
    assert failing.cache == "away: answers take longer"
    for ledger in (None, LEDGER._replace(failure="connection to 10.0.0.1 refused")):
        away = readiness({"Summary API": WELL}, FOLDER, ledger)
        assert (away.ready, away.ledger) == (False, "away: payouts cannot be taken")


def test_strangers_are_told_no_places():
    told = readiness({"Summary API": AWAY}, FOLDER, LEDGER._replace(failure="10.0.0.1"))
    assert not [word for word in ("/cache", "/ledger", "10.0.0.1", "0003") if word in str(told)]


def test_spans_of_time():
    assert [about_duration(span) for span in (0.2, 119, 120, 7199, 7200, 172_799, 172_800)] == [
        *("0 s", "119 s", "2 min", "120 min", "2 h", "48 h", "2 d"),
    ]


def test_a_channel_says_how_its_last_message_went():
    taken = Sent("k", "ops", "test", "s", NOW_MS - 60_000, "sent", 1, NOW_MS - 60_000, "")
    away = replace(taken, channel="pager", state="pending", attempts=3, acknowledged_at_ms=None)
    partly = replace(taken, channel="mail")
    seen = MessagesSeen({"ops": taken, "pager": away, "mail": partly}, {"pager": 2, "old": 1})
    kinds = {"ops": "E-mail", "pager": "Webhook", "mail": "E-mail", "new": "Slack"}
    why = {"pager": "The channel does not answer.", "mail": "Not for 1."}
    found = {row.id: (row.state, row.said) for row in channel_rows(kinds, seen, why, NOW_MS)}
    assert found == {
        "Channel ops": (HealthState.WELL, "E-mail. The last message was taken 60 s ago."),
        "Channel pager": (
            HealthState.FAILING,
            "Webhook. The channel does not answer. Tried 3 times; the message is of 60 s ago.",
        ),
        "Channel mail": (HealthState.WATCH, "E-mail. The last message was taken 60 s ago. Not for 1."),
        "Channel new": (HealthState.UNKNOWN, "Slack. Nothing was sent yet."),
        "Channel old": (HealthState.FAILING, "1 message waits for it."),
    }
    assert [row.state for row in channel_rows({}, None, {}, NOW_MS)] == [HealthState.UNKNOWN]
    assert [row.said for row in channel_rows({}, MessagesSeen({}, {}), {}, NOW_MS)] == [
        "None is set (TWOJ_CHANNELS): alerts and reports are told to nobody."
    ]
