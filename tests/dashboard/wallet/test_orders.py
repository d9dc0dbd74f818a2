"""What an order would do, and what became of it, in the words that people read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest

from dashboard.core import text
from dashboard.wallet.orders import concerns, objection, order_table, told
from ledger.transfers import CashierTransfer, TransferKind, TransferOrder, TransferOutcome, TransferState

DEPOSIT, WITHDRAWAL = TransferKind
SENDING, DONE, REFUSED, NOT_KNOWN = TransferState

NOW = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
S = "\u00a0"
IN = TransferOrder("order-1", "quiet", DEPOSIT, 50_250)
NOT_WRITTEN = " The ledger could not be written and has it as being sent: look it up later."
BEING_SENT = "it is being sent. If this stays so, the server stopped meanwhile: look it up."
OUT = TransferOrder("order-2", "quiet", WITHDRAWAL, 50_250)


def attempt(
    order: TransferOrder = IN,
    state: TransferState = DONE,
    sent_at: datetime = NOW,
    written: bool = True,
    **known: object,
) -> CashierTransfer:
    outcome = replace(TransferOutcome(state), **known)  # type: ignore[arg-type]
    return CashierTransfer(order, "ann", outcome, int(sent_at.timestamp() * 1000), None, written)


def test_the_balance_after_an_order() -> None:
    assert IN.after_li(2**53) == 2**53 + 50_250
    assert OUT.after_li(50_250) == 0


def test_what_is_not_there_cannot_be_withdrawn() -> None:
    assert objection(OUT, 50_250, None) is None
    assert objection(OUT, 50_249, "PHP") == (
        f"The balance is 50.249{S}PHP; 50.25{S}PHP cannot be withdrawn from it."
    )
    assert objection(IN, 0, None) is None


@pytest.mark.parametrize(
    ("tried", "words"),
    [
        (
            attempt(balance_li=1_050_250),
            f"50.25{S}PHP was deposited. The balance after it was 1,050.25{S}PHP.",
        ),
        (
            attempt(OUT, balance_li=10_000, freeze_li=1),
            f"50.25{S}PHP was withdrawn. The balance after it was 10{S}PHP, of which 0.001{S}PHP was frozen.",
        ),
        (
            attempt(OUT, balance_li=10_000, freeze_li=0),
            f"50.25{S}PHP was withdrawn. The balance after it was 10{S}PHP.",
        ),
        (
            attempt(state=REFUSED, reason="The balance is too low."),
            f"Deposit of 50.25{S}PHP: no money moved. The balance is too low.",
        ),
        (
            attempt(OUT, SENDING),
            f"Withdrawal of 50.25{S}PHP: {BEING_SENT}",
        ),
        (
            attempt(state=NOT_KNOWN, reason="The answer was lost."),
            f"Deposit of 50.25{S}PHP: The answer was lost. Do not make it again before it is known.",
        ),
        (
            attempt(balance_li=1_050_250, written=False),
            f"50.25{S}PHP was deposited. The balance after it was 1,050.25{S}PHP." + NOT_WRITTEN,
        ),
    ],
)
def test_each_outcome_has_plain_words(tried: CashierTransfer, words: str) -> None:
    assert told(tried, "PHP") == words


def test_an_order_is_open_until_somebody_knows() -> None:
    assert [attempt(state=state).outcome.state.is_open for state in (SENDING, NOT_KNOWN, DONE, REFUSED)] == [
        True,
        True,
        False,
        False,
    ]


def test_an_open_order_and_the_same_one_a_moment_ago_are_worth_a_word() -> None:
    again = replace(IN, trans_no="order-9")
    assert concerns(again, [attempt(state=NOT_KNOWN)], NOW, None) == [
        "Deposit of 50.25 (order-1) may or may not have happened. Look it up first."
    ]
    assert concerns(again, [attempt()], NOW + timedelta(minutes=14), None) == [
        "Deposit of 50.25 was done a moment ago already (order-1). This is one more."
    ]


@pytest.mark.parametrize(
    "earlier",
    [
        attempt(state=REFUSED),
        attempt(OUT),
        attempt(replace(IN, amount_li=50_251)),
        attempt(sent_at=NOW - timedelta(minutes=16)),
    ],
)
def test_other_orders_are_no_concern(earlier: CashierTransfer) -> None:
    assert concerns(replace(IN, trans_no="order-9"), [earlier], NOW, None) == []


def test_the_table_of_orders() -> None:
    manila = ZoneInfo("Asia/Manila")
    frame = order_table([attempt(balance_li=2**53 + 1), attempt(OUT, NOT_KNOWN)], manila)
    first, second = frame.to_dict("records")
    assert first["at"].isoformat() == "2026-03-15T17:30:00+08:00"
    assert (first["kind"], first["amount_li"], first["balance_li"]) == ("Deposit", 50_250, 2**53 + 1)
    assert (second["kind"], second["state"], second["trans_no"]) == ("Withdrawal", "Not known yet", "order-2")


def test_an_outcome_is_said_in_the_readers_language_with_each_sentence_of_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    german = {
        "Deposit of {amount}": "Einzahlung von {amount}",
        "{order}: no money moved. {reason}": "{order}: kein Geld bewegt. {reason}",
        "The balance is too low.": "Der Stand ist zu niedrig.",
        "Ask.": "Fragen Sie.",
        "Refused, no money moved": "Abgelehnt",
        "Deposit": "Einzahlung",
    }
    catalog = NullTranslations()
    monkeypatch.setattr(catalog, "gettext", german.__getitem__)
    monkeypatch.setattr(text, "_catalog", lambda _code: catalog)
    refused = attempt(state=REFUSED, reason="The balance is too low.\nAsk.")
    assert told(refused, None) == (
        "Einzahlung von 50.25: kein Geld bewegt. Der Stand ist zu niedrig. Fragen Sie."
    )
    (row,) = order_table([refused], ZoneInfo("UTC")).to_dict("records")
    assert (row["kind"], row["state"]) == ("Einzahlung", "Abgelehnt")
