"""The receiver as a process, called over HTTP as the provider calls, and killed while it works."""

import asyncio

import httpx
import pytest

from tests.ledger.payouts.provider import KEY, payout, signed
from tests.ledger.payouts.server import Server, run
from tests.ledger.payouts.stress import assert_credited_once, deliver, make_storm

pytestmark = pytest.mark.servers


def test_5000_payouts_are_credited_once_each_though_the_server_is_killed_20_times(engine):
    storm = make_storm(5000)
    server = Server(engine.url)
    with server:
        asyncio.run(deliver(storm, server, at_once=50, kills=20))
    assert_credited_once(storm, engine)
    checked = run("check", url=engine.url)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.startswith("5000 payouts, 0 of them wait for the wallet.")


def test_a_body_that_is_too_large_is_refused_and_the_connection_heard_out(engine):
    too_large = signed(b" " * 3_000_000)
    with Server(engine.url) as server:
        address = f"http://127.0.0.1:{server.port}/order/jackpot?{too_large.query}"
        in_pieces = iter([too_large.body[:50_000]] * 60)
        for content in (too_large.body, in_pieces):
            answer = httpx.post(address, content=content, trust_env=False)
            assert (answer.status_code, answer.json()["header"]["code"]) == (413, 100000)
        good = payout()
        answer = httpx.post(address.partition("?")[0] + f"?{good.query}", content=good.body, trust_env=False)
        assert answer.json()["header"]["code"] == 0


def test_the_process_says_nothing_that_is_secret(engine, capfd):
    calls = [payout(), signed(b"{}"), payout()._replace(body=b"{}")]
    server = Server(engine.url)
    with server:
        for call in calls:
            httpx.post(
                f"http://127.0.0.1:{server.port}/order/jackpot?{call.query}",
                content=call.body,
                trust_env=False,
            )
    said = server.said + capfd.readouterr().err
    assert said.count('"payout unreadable"') == said.count('"payout calls without a valid signature"') == 1
    assert KEY not in said
    assert not [call for call in calls if call.query.rpartition("=")[2] in said]


def test_two_servers_share_a_ledger_and_each_payout_comes_to_both_at_the_same_moment(engine):
    storm = make_storm(300)

    async def both(servers):
        await asyncio.gather(*[deliver(storm, server, at_once=10) for server in servers])

    with Server(engine.url) as one, Server(engine.url) as other:
        asyncio.run(both([one, other]))
    assert_credited_once(storm, engine)
    assert run("check", url=engine.url).returncode == 0
