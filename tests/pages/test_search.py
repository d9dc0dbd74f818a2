"""The one search over the made-up world: each kind of thing, who is told of it, and what is not known."""

import pytest

from dashboard.core.roles import Role
from dashboard.provider.search import search
from ledger.database import Ledger, LedgerAway
from ledger.payouts.ledger import PayoutLedger
from ledger.payouts.payout_call import MerchantKey, examine
from ledger.transfers import TransferJournal, TransferKind, TransferOrder
from tests.ledger.payouts.provider import order, signed
from tests.merchants import merchant
from tests.provider import CLOCK
from twoj_sandbox import GRINDER, KEY, MCH_ID, WHALE
from twoj_sandbox.rows import all_bets


def everything(_page):
    return True


def found(typed, may=everything):
    found_now = search(merchant(), typed, may)
    assert [str(each) for each in found_now.unknown] == []
    return [(each.page, dict(each.query)) for each in found_now.results]


@pytest.fixture
def opened(open_page):
    """A server whose merchant can be searched."""
    open_page({}, "screens")


@pytest.mark.parametrize("typed", [WHALE.op_id, WHALE.op_id.upper(), str(WHALE.user_id), f" {WHALE.op_id} "])
def test_a_player_by_either_id(opened, typed):
    assert found(typed)[0] == ("players", {"user_id": str(WHALE.user_id)})


def test_a_game_by_its_id_and_its_name(opened):
    assert found("1041")[0] == ("games", {"game_id": "1041"})
    assert ("games", {"game_id": "1041"}) in found("lucky koi")


def test_a_round_by_its_event_and_its_draw_on_its_day(opened, truth):
    rounds = truth.bets(CLOCK - 3 * 86_400, CLOCK - 3 * 86_400 + 60, CLOCK)
    one = all_bets(rounds, rounds["credit"] * 0, truth.players.op_ids)[0]
    there = ("bets", {"period": "2026-03-12..2026-03-12", "round": one.event_id})
    assert found(one.event_id) == [there]
    assert there in found(one.draw_id)
    assert found(one.event_id[:-1]) == []


def test_a_transfer_that_was_sent_from_here_and_a_payout_by_their_numbers(opened):
    ledger = merchant().ledger
    TransferJournal(ledger).open(TransferOrder("tw-000001", "whale", TransferKind.DEPOSIT, 5000), "ann")
    call = signed(order("tw-000002") | {"timestamp": CLOCK - 600}, key=KEY, mch_id=MCH_ID)
    PayoutLedger(ledger).settle([examine(call.query.encode(), call.body, MerchantKey(MCH_ID, KEY))])
    assert found("tw-000001") == [("wallet", {"op_id": "whale", "trans_no": "tw-000001"})]
    assert found("tw-000002") == [("jackpots", {"period": "2026-03-15..2026-03-15"})]
    assert found("tw-000003") == []
    owner = Role.OWNER.may
    assert found("tw-000001", owner) == []
    assert found("tw-000002", owner) == [("jackpots", {"period": "2026-03-15..2026-03-15"})]


def test_owners_are_told_of_games_alone_and_no_player_is_looked_for(opened, monkeypatch):
    monkeypatch.setattr("dashboard.provider.search.question", lambda *_a, **_k: pytest.fail("asked"))
    for typed in (WHALE.op_id, str(GRINDER.user_id), "no-such-event-id"):
        assert found(typed, Role.OWNER.may) == []
    assert found("1041", Role.OWNER.may) == [("games", {"game_id": "1041"})]


def test_without_an_archive_games_are_found_and_one_sentence_a_kind_says_what_is_not_known(open_page):
    open_page({}, "screens", archive_url="off")
    found_now = search(merchant(), "Lucky Koi", everything)
    assert [each.query for each in found_now.results] == [{"game_id": "1041"}]
    assert [str(each).partition(". ")[0] for each in found_now.unknown] == [
        "Players: not known now",
        "Rounds: not known now",
    ]
    assert "The archive is switched off" in str(found_now.unknown[0])


def test_a_provider_and_a_ledger_that_are_away_are_said(open_page, sandbox, monkeypatch):
    open_page({}, "screens", archive_url="off")
    sandbox.fault("/api/all/list", "http_500")

    def away(_self):
        raise LedgerAway("secret place")

    monkeypatch.setattr(Ledger, "reading", away)
    found_now = search(merchant(), "tw-000001", everything)
    assert found_now.results == ()
    said = [str(each) for each in found_now.unknown]
    assert [each.partition(":")[0] for each in said] == ["Games", "Players", "Rounds", "Transfers", "Payouts"]
    assert "HTTP status 500" in said[0]
    assert said[3].endswith("The ledger's database does not answer; try again in a moment.")
    assert "secret" not in "".join(said)


def test_nothing_typed_asks_nobody(opened, sandbox):
    before = len(sandbox.calls())
    assert found("  ") == []
    assert len(sandbox.calls()) == before


def test_the_button_opens_a_field_in_the_place_of_a_rounds_sheet(open_page):
    page = open_page({"period": "30d", "round": "x"}, "bets")
    page.button(key="search").click().run()
    assert page.query_params == {"period": "30d"}
    assert page.text_input(key="search-typed").value == ""
    assert not page.exception
