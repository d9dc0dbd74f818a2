"""The Status page over the local provider: well, and with each thing failing that it watches."""

import asyncio
import re

import httpx
import pytest
from starlette.applications import Starlette
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from ledger.database import Database, ledger_url
from ledger.payouts.payout_call import MerchantKey
from ledger.payouts.receiver import MerchantPayouts, Receiver
from tests.ledger.payouts.provider import Call, order, signed
from tests.merchants import merchant
from tests.parts import free_port
from tests.provider import CLOCK
from twoj_client import senders
from twoj_sandbox import KEY, MCH_ID

WELL, WATCH, FAILING, UNKNOWN = "Works", "Needs a look", "Failing", "Not known"
SECRET = "s3cret-of-the-server"


@pytest.fixture
def cache_folder(tmp_path):
    """A place of each test's own: the page counts what was asked."""
    return tmp_path / "cache"


@pytest.fixture
def unhurried(monkeypatch):
    """Checks of the provider wait as long as its other calls do: a busy machine answers them late."""
    monkeypatch.setattr(senders, "_HURRIED_TIMEOUT_S", 8)


@pytest.fixture
def status(open_page):
    """Open the page; return each line: how it is doing, what was seen and what to do."""

    def status(**settings):
        page = open_page(page="status", **settings)
        assert not page.exception
        status.page = page
        status.shown = "\n".join(each.value for each in (*page.markdown, *page.error, *page.warning))
        return lines(page)

    return status


def lines(page):
    texts = [each.value for each in page.markdown]
    found = {}
    for number, text in enumerate(texts):
        badge = re.fullmatch(r":\w+-badge\[:material/\w+: (.+)\]", text)
        if badge:
            said, _, to_do = texts[number + 1].partition("  \n")
            found[texts[number - 1].strip("*")] = (badge[1], said, to_do)
    return found


def test_all_is_well_and_the_provider_is_asked_once(status, sandbox):
    found = status()
    apis = ("Summary API", "Jackpot API", "Wallet API")
    assert {name: found[name][0] for name in (*apis, "Clock", "Store", "Database")} == dict.fromkeys(
        (*apis, "Clock", "Store", "Database"), WELL
    )
    assert all(re.search(r"signature accepted\. Checked \d s ago\.$", found[api][1]) for api in apis)
    assert found["Payouts"][1] == "No payout was received yet."
    assert found["Jackpot poller"][1] == "Rests: nobody looks at the pots."
    assert not any(to_do for _, _, to_do in found.values())
    assert [each.value for each in status.page.success] == ["Everything works, as far as is known."]
    for _ in range(3):
        status.page.run()
    assert sorted(call["path"] for call in sandbox.calls()) == [
        *("/api/all/list", "/open2j/g/gjp/pool", "/open2j/w/transfer/balance"),
    ]


def test_calls_are_counted_by_endpoint(status):
    status()
    merchant().twoj.all.list()
    merchant().twoj.all.list()
    status.page.run()
    table = status.page.dataframe[0].value
    row = table[table["endpoint"] == "all.list"].iloc[0]
    assert (row["calls_60s"], row["calls_900s"], row["hits"], row["misses"]) == (2, 2, 1, 1)
    assert (row["failures_900s"], row["failures"]) == (0, "")
    assert row["p50_ms"] >= 0
    # Nobody has the account that the check asks for: that is an answer, and no failure.
    assert table[table["endpoint"] == "transfer.balance"].iloc[0]["failures_900s"] == 0
    assert lines(status.page)["Answers"][1].startswith("Hit rate 50.0 % of 2 answers.")


@pytest.mark.parametrize(
    ("off_s", "key", "advice"),
    [
        (0, "wrong", "check TWOJ"),
        (-400, None, "Set this server's clock"),
        (400, None, "Set this server's clock"),
    ],
)
def test_a_refused_signature_is_traced_to_key_or_clock(
    status, sandbox, clock, monkeypatch, off_s, key, advice
):
    clock[0] = CLOCK + off_s
    if key:
        monkeypatch.setattr(sandbox, "key", key)
    found = status()
    for api, code in {"Summary API": 400, "Jackpot API": 500008, "Wallet API": 500008}.items():
        state, said, to_do = found[api]
        assert (state, f"Refuses the signature (code {code})." in said) == (FAILING, True)
        assert advice in to_do
    assert (found["Clock"][0] == FAILING) == bool(off_s)
    assert "Failing: Summary API (provider), Jackpot API (provider)" in status.page.error[0].value
    assert sandbox.key not in status.shown


def test_a_provider_that_hangs_or_is_not_there(status, sandbox, monkeypatch):
    sandbox.fault("*", "hang")
    found = status()
    assert [found[api][0] for api in ("Summary API", "Jackpot API", "Wallet API")] == [FAILING] * 3
    assert "Does not answer. The provider took too long." in found["Wallet API"][1]
    assert found["Clock"][0] == UNKNOWN
    assert found["Database"][0] == WELL
    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "url", f"http://127.0.0.1:{free_port()}")
        assert "No connection to the provider." in status()["Summary API"][1]


def test_each_api_is_seen_by_itself(status, sandbox):
    sandbox.fault("/api/all/list", "html_200")
    sandbox.fault("/open2j/w/transfer/balance", "code", code=500009)
    found = status()
    assert (found["Summary API"][0], "is HTML" in found["Summary API"][1]) == (FAILING, True)
    assert found["Jackpot API"][0] == WELL
    assert (found["Wallet API"][0], found["Wallet API"][2]) == (
        *(WATCH, ":material/arrow_forward: **Ask the provider to permit it.**"),
    )
    assert status.page.error[0].value == "Failing: Summary API (provider)."
    assert status.page.warning[0].value == "To look at: Wallet API (provider)."


def test_cache_and_ledger_that_are_gone(status, sandbox):
    port = free_port()
    found = status(
        cache_url=f"redis://:{SECRET}@127.0.0.1:{port}/1",
        ledger_url=f"postgresql://me:{SECRET}@127.0.0.1:{port}/books",
    )
    assert (found["Store"][0], "Check that Redis runs" in found["Store"][2]) == (FAILING, True)
    assert found["Store"][1].startswith(f"Redis at 127.0.0.1:{port}, database 1 cannot be")
    assert (found["Database"][0], "TWOJ" in found["Database"][2]) == (FAILING, True)
    assert found["Payouts"][0] == found["Screens"][0] == UNKNOWN
    assert found["Summary API"][0] == WELL
    assert SECRET not in status.shown
    assert "The audit log: not known now." in status.page.error[-1].value


def test_the_audit_log_is_at_the_end(status, open_page):
    open_page({"op_id": "grinder"}, page="players")
    status()
    (log,) = [each.value for each in status.page.dataframe if "who" in each.value]
    assert set(log["what"]) == {"player looked at"}
    assert [each.value for each in status.page.subheader][-1] == "Audit log, UTC"


def test_a_mistake_of_ours_names_the_id_under_which_the_log_has_it(status, monkeypatch):
    monkeypatch.setattr("dashboard.status.data.cache_rows", lambda: 1 / 0)
    with capture_logs([merge_contextvars]) as logs:
        found = status()
    (failed,) = [line for line in logs if line.get("part") == "The cache"]
    assert (failed["page"], failed["event"]) == ("status", "part failed")
    sentence = f"The cache: this could not be drawn. The server's log says why, under {failed['request_id']}."
    assert sentence in [each.value for each in status.page.error]
    assert found["Summary API"][0] == found["Database"][0] == WELL


def call(body, key=KEY):
    return signed(body, key=key, mch_id=MCH_ID)


@pytest.fixture
def deliver(tmp_path):
    """Have a receiver over the page's ledger answer calls; return the HTTP statuses."""
    database = Database(ledger_url(f"sqlite:///{tmp_path / 'ledger'}"))

    async def run(calls):
        receiver = Receiver(MerchantPayouts(MerchantKey(MCH_ID, KEY), database))
        transport = httpx.ASGITransport(Starlette(routes=receiver.routes))
        async with receiver.running(), httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return [
                (await client.post(f"/order/jackpot?{call.query}", content=call.body)).status_code
                for call in calls
            ]

    yield lambda *calls: asyncio.run(run(calls))
    database.close()


@pytest.mark.usefixtures("unhurried")
def test_payout_calls_that_were_not_credited_are_red_until_somebody_has_seen_them(status, deliver):
    assert status()["Refused payouts"][:2] == (WELL, "Every call was credited.")
    unreadable = call(order("t-<b>", op_id=[]))
    calls = (call(order(), key="another"), unreadable, call(order("t-1")), call(order("t-1", "other")))
    assert deliver(*calls, Call("", b"noise")) == [403, 422, 200, 200, 400]
    found = status()
    state, said, to_do = found["Refused payouts"]
    assert state == FAILING
    for part in (
        "1 call with a signature that does not match",
        "1 call signed, in which no payout can be read",
    ):
        assert part in said
    assert "1 call with a known number for another player or amount" in said
    assert "TWOJ_KEY" in to_do.replace("\\", "")
    assert found["Payouts"][0] == WELL
    assert "Refused payouts (ledger)" in status.page.error[0].value
    (table,) = [each.value for each in status.page.dataframe if "msg" in each.value]
    assert sorted(table["trans_no"].dropna()) == ["t-1", "t-<b>"]
    assert "These cannot be read: op_id." in set(table["msg"])
    assert noted(status.page) == []

    status.page.button(key="refused-payouts-button").click().run()
    assert not status.page.exception
    state, said, to_do = lines(status.page)["Refused payouts"]
    assert (state, to_do) == (WELL, "")
    assert said.startswith("In all: 1 call with a known number")
    assert re.search(r"1 call without a signature\. Last seen by local \d+ s ago\.$", said)
    assert not [each for each in status.page.button if each.key == "refused-payouts-button"]
    assert not status.page.error
    assert noted(status.page) == [("local", "conflict 1 · mismatch 1 · unreadable 1")]

    deliver(call(order(), key="another"))
    assert status()["Refused payouts"][0] == FAILING


@pytest.mark.usefixtures("unhurried")
def test_noise_is_counted_and_nothing_to_look_at(status, deliver):
    deliver(*[Call("", b"noise")] * 3)
    found = status()
    assert found["Refused payouts"] == (WELL, "In all: 3 calls without a signature.", "")
    assert not status.page.error


def noted(page):
    """Who has seen refused payouts, by the audit log."""
    logs = [each.value for each in page.dataframe if "who" in each.value]
    return [
        (row.who, row.about) for log in logs for row in log.itertuples() if row.what == "payout calls seen"
    ]
