"""The cash desk in a real browser: however a person clicks, reloads or types again, money moves once."""

from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.check import check
from ledger.database import ledger_url
from ledger.transfers import TransferJournal, TransferState
from tests.browser import dashboard
from tests.parts import ledger_at
from tests.provider import Sandbox, start_sandbox
from twoj_sandbox import op_id_of

PLAYERS = count(20)
DEPOSIT = "/open2j/w/transfer/deposit"
RECORDS = "/open2j/w/transfer/records"
BALANCE = "/open2j/w/transfer/balance"
SENDING_S = 1.5
LOADING_S = 7
"""A page surely loads in less, and the dashboard waits longer for an answer."""


@pytest.fixture(scope="module")
def provider():
    with start_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('ledger')}/ledger.sqlite3"


@pytest.fixture(scope="module")
def desk(provider, ledger, tmp_path_factory):
    settings = {
        "TWOJ_SUMMARY_URL": provider.url,
        "TWOJ_MCH_ID": str(provider.mch_id),
        "TWOJ_KEY": provider.key,
        "TWOJ_CASHIER": "true",
        "TWOJ_LEDGER_URL": ledger,
    }
    with dashboard(tmp_path_factory.mktemp("home"), **settings) as running:
        yield running.url


@pytest.fixture
def op_id():
    """A player of this try alone: of one who was sent the same a moment ago, the desk asks more."""
    return op_id_of(next(PLAYERS))


@pytest.fixture
def url(desk, op_id):
    return f"{desk}/wallet?op_id={op_id}"


@pytest.fixture
def page(browser: Browser, provider: Sandbox):
    provider.clear_faults()
    provider.clear_calls()
    with browser.new_context() as context:
        yield context.new_page()


def has_li(provider: Sandbox, op_id: str) -> int:
    return provider.open(BALANCE, op_id=op_id)["result"]["balance"]


def asked(page: Page, url: str | None, amount: str) -> str:
    """Open the dialog for a deposit, on the page at `url` or the open one, and return its number."""
    if url:
        page.goto(url)
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Review…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Deposit")).to_be_visible()
    expect(dialog.get_by_role("button", name="Deposit")).to_be_enabled()
    return dialog.get_by_role("row", name="Number").get_by_role("cell").last.inner_text()


def sent(provider: Sandbox) -> list[str]:
    return [call["data"]["trans_no"] for call in provider.calls(DEPOSIT)]


def test_a_double_clicked_deposit_moves_money_once(page, url, op_id, provider, ledger):
    before_li = has_li(provider, op_id)
    number = asked(page, url, "12.345")
    provider.fault(DEPOSIT, "slow", delay_s=SENDING_S)
    button = page.get_by_role("dialog").get_by_role("button", name="Deposit")
    button.dblclick()
    button.evaluate("button => { for (let n = 0; n < 5; n++) button.click() }")
    expect(page.get_by_role("dialog").get_by_text("12.345 was deposited.")).to_be_visible(timeout=15_000)
    expect(button).to_have_count(0)
    page.get_by_role("dialog").get_by_text("Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert sent(provider) == [number]
    assert has_li(provider, op_id) == before_li + 12_345
    assert check(ledger_url(ledger))[0] == []


def test_the_desk_does_not_wait_for_the_rest_of_the_page(page, url, provider):
    page.goto(url)
    expect(page.get_by_role("button", name="Older")).to_be_visible(timeout=15_000)
    provider.fault(RECORDS, "slow", delay_s=LOADING_S)
    asked(page, None, "0.5")
    page.get_by_role("dialog").get_by_role("button", name="Deposit").click()
    expect(page.get_by_role("dialog").get_by_text("0.50 was deposited.")).to_be_visible(timeout=6_000)


def test_a_reload_while_it_is_sent_sends_nothing_more(page, url, op_id, provider, ledger):
    before_li = has_li(provider, op_id)
    number = asked(page, url, "2.5")
    provider.fault(DEPOSIT, "slow", delay_s=LOADING_S)
    page.get_by_role("dialog").get_by_role("button", name="Deposit").click()
    expect(page.get_by_text("Sending…")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Review…")).to_be_visible()
    expect(page.get_by_text("Sent from here")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("it is being sent")).to_be_visible()
    expect(page.get_by_role("button", name="Look it up")).to_be_visible()
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_text("it is being sent")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Sent from here")).to_be_visible()
    assert sent(provider) == [number]
    assert has_li(provider, op_id) == before_li + 2_500
    with ledger_at(ledger, provider.mch_id) as mine:
        assert TransferJournal(mine).find(number).outcome.state is TransferState.DONE


def test_the_enter_key_only_asks(page, url, provider):
    page.goto(url)
    amount = page.get_by_label("Amount")
    amount.fill("1")
    amount.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(1)
    expect(page.get_by_role("dialog").get_by_role("button", name="Deposit")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Review…")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert sent(provider) == []


def test_a_question_is_left_with_escape(page, url, provider):
    asked(page, url, "1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert sent(provider) == []
