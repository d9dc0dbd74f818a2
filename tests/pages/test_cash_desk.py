"""Deposits and withdrawals: sent once, told in plain words, written down whatever happens."""

import json
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from dashboard.core.text import sentences
from dashboard.wallet import data_cashier
from ledger import schema
from ledger.check import check
from ledger.database import LedgerAway, ledger_url, open_engine
from ledger.transfers import TransferKind, TransferState
from tests.merchants import merchant
from tests.provider import CLOCK
from twoj_sandbox import PRANKSTER, QUIET

DEPOSIT, WITHDRAWAL = TransferKind
DONE, REFUSED, NOT_KNOWN = TransferState.DONE, TransferState.REFUSED, TransferState.UNKNOWN
MOVES = {DEPOSIT: "/open2j/w/transfer/deposit", WITHDRAWAL: "/open2j/w/transfer/withdraw"}
BALANCE = "/open2j/w/transfer/balance"
RECORDS = "/open2j/w/transfer/records"
START_LI = 1_000_000
S = "\u00a0"
NOT_THERE = "The provider's records did not have it on 15 Mar 2026, 09:32 UTC. It may still come."
NOT_WRITTEN = "The ledger could not be written and has it as being sent: look it up later."


@pytest.fixture
def ledger(tmp_path):
    return ledger_url(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")


@pytest.fixture
def open_desk(open_page, ledger, sandbox):
    """Open the wallet of a player who has 1,000, with the cash desk."""

    def open_desk(op_id=QUIET.op_id, **settings):
        settings = {"cashier": True, "ledger_url": str(ledger), "currency": "PHP"} | settings
        return open_page({"op_id": op_id, "before": "2025-02-10"}, page="wallet", **settings)

    sandbox.open(MOVES[DEPOSIT], op_id=QUIET.op_id, amount=START_LI, trans_no="start-money")
    sandbox.clear_calls()
    return open_desk


def test_a_player_without_an_account_is_offered_no_transfer(open_desk, sandbox):
    page = open_desk("nobody")
    assert "The provider knows no account of this player." in page.info[0].value
    assert "Review…" not in labels(page)
    assert "Deposit or withdraw" not in [each.value for each in page.subheader]
    page.query_params["op_id"] = QUIET.op_id
    page.run()
    assert "Review…" in labels(page)


def test_an_account_that_cannot_be_asked_after_keeps_its_desk(open_desk, sandbox):
    sandbox.fault(BALANCE, "http_500")
    assert "Review…" in labels(open_desk())


def has_li(sandbox, op_id=QUIET.op_id):
    """What the provider says the player has."""
    sandbox.clear_faults()
    return sandbox.open(BALANCE, op_id=op_id)["result"]["balance"]


def log(ledger):
    """The audit log of orders: who, what, outcome, and what it is about."""
    engine = open_engine(ledger)
    columns = schema.audit.c
    with engine.connect() as connection:
        rows = connection.execute(
            select(columns.who, columns.what, columns.outcome, columns.about)
            .where(columns.what != "player looked at")
            .order_by(columns.id)
        )
        found = [(who, what, outcome, json.loads(about)) for who, what, outcome, about in rows]
    engine.dispose()
    assert check(ledger)[0] == []
    return found


def deeds(ledger):
    return [row[:3] for row in log(ledger)]


def labels(page):
    return [button.label for button in page.button]


def press(page, label):
    (button,) = [button for button in page.button if button.label == label]
    button.click()
    page.run()
    assert not page.exception


def review(page, typed, kind=DEPOSIT):
    (what,) = [one for one in page.button_group if one.label == "What"]
    what.set_value(kind)
    (amount,) = [one for one in page.text_input if one.label == "Amount, PHP"]
    amount.set_value(typed)
    press(page, "Review…")


def facts(page):
    """What the dialog repeats."""
    return {row[0]: row[1] for row in page.table[0].value.to_numpy().tolist()}


def cards(page):
    return {card.label: card.value for card in page.metric}


def said(page):
    assert not page.exception
    return [each.value for each in (*page.success, *page.error, *page.warning)]


def test_where_the_desk_is_closed_nothing_can_be_sent(open_page, sandbox, ledger):
    page = open_page({"op_id": QUIET.op_id}, page="wallet", ledger_url=str(ledger))
    assert not [label for label in labels(page) if label in ("Review…", "Look it up")]
    order = data_cashier.new_order(merchant(), QUIET.op_id, DEPOSIT, 1)
    with pytest.raises(RuntimeError, match="TWOJ_CASHIER is false"):
        data_cashier.send(merchant(), order, "ann")
    assert not sandbox.calls(MOVES[DEPOSIT])
    assert deeds(ledger) == []


def test_a_deposit_is_repeated_then_sent_once_then_told(open_desk, sandbox, ledger):
    page = open_desk()
    review(page, "1,250.50")
    number = facts(page)["Number"]
    assert facts(page) == {
        "Player": "quiet",
        "Deposit": f"**1,250.50{S}PHP**",
        "Balance now": f"1,000{S}PHP",
        "Balance after it": f"**2,250.50{S}PHP**",
        "Number": number,
    }
    assert not sandbox.calls(MOVES[DEPOSIT])
    press(page, "Deposit 1,250.50 PHP")
    assert said(page) == ["1,250.50 PHP was deposited. The balance after it was 2,250.50 PHP."]
    (call,) = sandbox.calls(MOVES[DEPOSIT])
    assert call["data"] == {"op_id": "quiet", "amount": 1_250_500, "trans_no": number}
    assert "Deposit 1,250.50 PHP" not in labels(page)
    press(page, "Close")
    assert cards(page)["Balance"] == f"2,250.50{S}PHP"
    row = page.dataframe[0].value.iloc[0]
    assert (row["state"], row["who"], row["trans_no"]) == ("Done", "local", number)
    assert [one.value for one in page.text_input if one.label == "Amount, PHP"] == [""]
    assert deeds(ledger) == [("local", "deposit", "sending"), ("local", "deposit", "done")]
    assert log(ledger)[1][3] == {
        "trans_no": number,
        "op_id": "quiet",
        "kind": "deposit",
        "amount_li": 1_250_500,
        "reason": "",
        "balance_li": 2_250_500,
        "freeze_li": None,
    }


def test_a_withdrawal_tells_the_frozen_part(open_desk, sandbox):
    page = open_desk()
    sandbox.fault(MOVES[WITHDRAWAL], "answer", after=True, result={"balance": 600_000, "freeze_amount": 250})
    review(page, "400", WITHDRAWAL)
    assert facts(page)["Balance after it"] == f"**600{S}PHP**"
    press(page, "Withdraw 400 PHP")
    assert said(page) == [
        "400 PHP was withdrawn. The balance after it was 600 PHP, of which 0.25 PHP was frozen."
    ]
    press(page, "Close")
    assert cards(page) == {"Balance": f"600{S}PHP", "Frozen": f"0.25{S}PHP"}
    assert "when the last withdrawal from here was made: 09:30 UTC" in page.metric[1].help


def test_the_person_who_is_signed_in_stands_in_the_log(open_desk, ledger):
    ann = {"sub": "1", "email": "ann@example.com", "exp": CLOCK + 60, "is_logged_in": True}
    page = open_desk(user=ann, roles={"cashier": ["ann@example.com"]})
    review(page, "5")
    press(page, "Deposit 5 PHP")
    assert {row[0] for row in deeds(ledger)} == {"ann@example.com"}


@pytest.mark.parametrize(
    ("typed", "kind", "sentence"),
    [
        ("", DEPOSIT, "Enter an amount."),
        ("1,5", DEPOSIT, "Write decimals after a point: 1.5 instead of 1,5."),
        ("0.001", DEPOSIT, "An amount in PHP has at most 2 decimals."),
        ("-5", DEPOSIT, "Write the amount in digits, such as 1250.50 or 1,250.50."),
        ("1000.01", WITHDRAWAL, f"The balance is 1,000{S}PHP; 1,000.01{S}PHP cannot be withdrawn from it."),
    ],
)
def test_what_makes_no_sense_is_not_even_offered(open_desk, sandbox, ledger, typed, kind, sentence):
    page = open_desk()
    review(page, typed, kind)
    assert said(page) == [sentence]
    assert not page.table
    assert "Cancel" not in labels(page)
    assert not sandbox.calls(MOVES[kind])
    assert deeds(ledger) == []


def test_without_a_balance_of_now_nothing_is_offered(open_desk, sandbox):
    page = open_desk()
    sandbox.fault(BALANCE, "http_500")
    review(page, "5")
    assert any(each.startswith("The balance: not known now.") for each in said(page))
    assert not page.table


def test_what_is_cancelled_was_never_sent(open_desk, sandbox, ledger):
    page = open_desk()
    review(page, "5")
    press(page, "Cancel")
    assert not page.table
    page.run()
    assert not page.table
    assert not sandbox.calls(MOVES[DEPOSIT])
    assert deeds(ledger) == []


def test_a_draft_belongs_to_one_player(open_desk):
    page = open_desk()
    review(page, "5")
    page.query_params["op_id"] = PRANKSTER.op_id
    page.run()
    assert not page.table
    page.query_params["op_id"] = QUIET.op_id
    page.run()
    assert not page.table


def test_names_are_shown_as_text(open_desk):
    page = open_desk(PRANKSTER.op_id)
    review(page, "5")
    assert facts(page)["Player"] == r"=1+1\<b\>x\</b\>"


def test_a_number_that_was_sent_is_never_sent_again(open_desk, sandbox, ledger):
    """Whatever brings the click back: a double click, a reload, the same form in another tab or server."""
    open_desk()
    order = data_cashier.new_order(merchant(), QUIET.op_id, DEPOSIT, 5_000)
    together = threading.Barrier(8)
    found = []

    def send():
        together.wait(10)
        found.append(data_cashier.send(merchant(), order, "ann"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {attempt.outcome.state for attempt in found} <= {"done", "sending"}
    assert data_cashier.send(merchant(), order, "ann").outcome.state == DONE
    assert data_cashier.send(merchant(), replace(order, amount_li=9_000), "ben").order.amount_li == 5_000
    assert len(sandbox.calls(MOVES[DEPOSIT])) == 1
    assert has_li(sandbox) == START_LI + 5_000
    assert deeds(ledger) == [("ann", "deposit", "sending"), ("ann", "deposit", "done")]


def test_the_dialog_of_a_sent_order_offers_no_second_sending(open_desk, sandbox):
    page = open_desk()
    review(page, "5")
    order = page.session_state["cash-draft"][0]
    data_cashier.send(merchant(), order, "ann")
    press(page, "Deposit 5 PHP")
    assert said(page) == ["5 PHP was deposited. The balance after it was 1,005 PHP."]
    assert len(sandbox.calls(MOVES[DEPOSIT])) == 1


FAULTS = [
    "http_500",
    "http_502_html",
    "http_429",
    "reset",
    "cut_json",
    "cut_body",
    "empty_body",
    "code_400",
    "code_500",
    "wrong_types",
    "nulls",
    "missing_data",
    "html_200",
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", FAULTS)
def test_whatever_fails_where_the_words_are_true(open_desk, sandbox, ledger, kind, after):
    """Struck before or after the money moved: done says it did, refused that it did not."""
    open_desk()
    for way, sign in ((DEPOSIT, 1), (WITHDRAWAL, -1)):
        sandbox.fault(MOVES[way], kind, times=1, after=after)
        before_li = has_li_with_faults(sandbox)
        attempt = data_cashier.send(
            merchant(), data_cashier.new_order(merchant(), QUIET.op_id, way, 5_000), "ann"
        )
        moved_li = has_li(sandbox) - before_li
        assert moved_li == (sign * 5_000 if after else 0)
        assert attempt.outcome.state in ({DONE} if moved_li else {REFUSED, NOT_KNOWN})
        if attempt.outcome.state == NOT_KNOWN:
            looked = data_cashier.look_up(merchant(), attempt.order, "ben")
            assert "records did not have it on" in looked.outcome.reason
    assert len([row for row in deeds(ledger) if row[2] == "sending"]) == 2


def has_li_with_faults(sandbox):
    return sandbox.open(BALANCE, op_id=QUIET.op_id)["result"]["balance"]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (500_102, "Withdrawals of this player are locked: a game or another withdrawal is running"),
        (500_103, "The withdrawal failed: the balance is too low"),
        (500_001, "The provider knows no account of this player"),
        (500_009, "This merchant has no permission for this endpoint"),
    ],
)
def test_a_refusal_says_why_and_that_no_money_moved(open_desk, sandbox, ledger, code, sentence):
    page = open_desk()
    sandbox.fault(MOVES[WITHDRAWAL], "code", code=code)
    review(page, "5", WITHDRAWAL)
    press(page, "Withdraw 5 PHP")
    (told,) = said(page)
    assert told.startswith(f"Withdrawal of 5 PHP: no money moved. {sentence}")
    assert deeds(ledger)[1] == ("local", "withdrawal", "refused")
    assert has_li(sandbox) == START_LI


@pytest.mark.parametrize("moved", [False, True])
def test_an_unknown_outcome_can_be_looked_up(open_desk, sandbox, ledger, moved, clock):
    page = open_desk()
    sandbox.fault(MOVES[DEPOSIT], "reset", after=moved)
    sandbox.fault(RECORDS, "http_500")
    review(page, "5")
    press(page, "Deposit 5 PHP")
    number = facts(page)["Number"]
    (told,) = {each for each in said(page) if each.startswith("Deposit")}  # in the dialog and in the list
    assert told.startswith(f"Deposit of 5 PHP: Nobody can say yet whether transfer {number} happened.")
    assert told.endswith("Do not make it again before it is known.")
    page.button(key=f"look-up-dialog-{number}").click().run()
    assert any(each.startswith("The look-up: not known now.") for each in said(page))

    page = open_desk()  # reloaded: the draft is gone, what was sent is not
    assert not page.table
    assert told in said(page)
    clock[0] += 120
    sandbox.set_clock(clock[0])
    has_li(sandbox)
    press(page, "Look it up")
    if moved:
        assert said(page) == []
        assert page.dataframe[0].value["state"].tolist() == ["Done"]
        assert page.dataframe[0].value["balance_li"].tolist() == [1005]
    else:
        assert said(page) == [f"Deposit of 5 PHP: {NOT_THERE} Do not make it again before it is known."]
    assert len(sandbox.calls(MOVES[DEPOSIT])) == 1
    assert deeds(ledger)[-1] == ("local", "look-up", "done" if moved else "unknown")


def test_a_number_that_stands_for_other_money_is_not_taken_for_it(open_desk, sandbox):
    open_desk()
    order = data_cashier.new_order(merchant(), QUIET.op_id, DEPOSIT, 5_000)
    merchant().book.open(order, "ann")
    sandbox.open(MOVES[DEPOSIT], op_id=QUIET.op_id, amount=4_000, trans_no=order.trans_no)
    found = data_cashier.look_up(merchant(), order, "ann")
    assert found.outcome.state == NOT_KNOWN
    assert (
        sentences(found.outcome.reason)
        == "The provider's records have another transfer under its number. Ask the provider."
    )


def test_a_server_that_stopped_while_sending_leaves_an_order_that_can_be_looked_up(open_desk, sandbox):
    page = open_desk()
    order = data_cashier.new_order(merchant(), QUIET.op_id, DEPOSIT, 5_000)
    merchant().book.open(order, "ann")
    sandbox.open(MOVES[DEPOSIT], op_id=QUIET.op_id, amount=5_000, trans_no=order.trans_no)
    page.run()
    assert any("Deposit of 5 PHP: it is being sent." in each.value for each in page.info)
    press(page, "Look it up")
    (orders,) = [table.value for table in page.dataframe if "state" in table.value]
    assert orders["state"].tolist() == ["Done"]


def test_an_open_order_must_be_passed_over_by_hand(open_desk, sandbox):
    page = open_desk()
    sandbox.fault(MOVES[DEPOSIT], "reset", times=1)
    sandbox.fault(RECORDS, "http_500")
    first = data_cashier.send(
        merchant(), data_cashier.new_order(merchant(), QUIET.op_id, DEPOSIT, 5_000), "ann"
    )
    sandbox.clear_faults()
    review(page, "7")
    number = first.order.trans_no
    assert f"Deposit of 5 PHP ({number}) may or may not have happened. Look it up first." in said(page)
    (button,) = [button for button in page.button if button.label == "Deposit 7 PHP"]
    assert button.disabled
    (box,) = page.checkbox
    box.check()
    page.run()
    press(page, "Deposit 7 PHP")
    assert has_li(sandbox) == START_LI + 7_000


def test_the_same_order_a_moment_later_is_asked_about(open_desk, sandbox, clock):
    page = open_desk()
    review(page, "5")
    press(page, "Deposit 5 PHP")
    page = open_desk()  # reloaded and typed once more
    review(page, "5")
    assert any("was done a moment ago already" in each for each in said(page))
    (button,) = [button for button in page.button if button.label == "Deposit 5 PHP"]
    assert button.disabled
    assert len(sandbox.calls(MOVES[DEPOSIT])) == 1


def test_what_cannot_be_written_down_is_not_sent(open_desk, sandbox, ledger):
    page = open_desk()
    review(page, "5")
    engine = open_engine(ledger)
    with engine.begin():
        press(page, "Deposit 5 PHP")
    engine.dispose()
    assert any(
        each.startswith("Nothing was sent, because it could not be written down before.")
        for each in said(page)
    )
    assert not sandbox.calls(MOVES[DEPOSIT])
    assert has_li(sandbox) == START_LI


def test_an_outcome_that_cannot_be_written_is_told_all_the_same(open_desk, sandbox, monkeypatch):
    page = open_desk()
    review(page, "5")

    def settle(*_args):
        raise LedgerAway("The ledger's database cannot be used: database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(merchant().book, "close", settle)
        press(page, "Deposit 5 PHP")
    assert said(page) == [f"5 PHP was deposited. The balance after it was 1,005 PHP. {NOT_WRITTEN}"]
    press(page, "Close")
    press(page, "Look it up")
    assert page.dataframe[0].value["state"].tolist() == ["Done"]
    assert len(sandbox.calls(MOVES[DEPOSIT])) == 1


def test_a_ledger_that_is_away_leaves_balance_and_transfers_alive(open_desk, ledger):
    page = open_desk()
    engine = open_engine(ledger)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE transfers RENAME TO elsewhere"))
    engine.dispose()
    page.run()
    assert cards(page) == {"Balance": f"1,000{S}PHP", "Frozen": "–"}
    assert page.metric[1].help == "Not known: the ledger that keeps it cannot be used."
    assert any("ledger" in each for each in said(page))


def test_numbers_sort_by_time_and_never_repeat(open_desk):
    open_desk()
    numbers = [data_cashier.new_order(merchant(), QUIET.op_id, DEPOSIT, 1).trans_no for _ in range(1000)]
    assert len(set(numbers)) == 1000
    assert {number[:16] for number in numbers} == {"20260315-093000-"}
    assert {len(number) for number in numbers} == {26}
    assert CLOCK == 1_773_567_000
