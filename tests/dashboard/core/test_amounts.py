"""Amounts as people type them: exact to the li, or refused with a sentence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core import formats
from dashboard.core.amounts import HIGHEST_LI, AmountError, amount_li

li = st.integers(1, HIGHEST_LI)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50", 50_000),
        ("50.", 50_000),
        ("0.001", 1),
        ("0.1", 100),
        ("1250.5", 1_250_500),
        ("1,250.50", 1_250_500),
        ("  1 250.500 ", 1_250_500),
        ("1\u00a0250", 1_250_000),
        ("1\u202f234\u202f567", 1_234_567_000),
        ("12,345,678.901", 12_345_678_901),
        ("007", 7_000),
        ("9007199254740.993", 2**53 + 1),
        ("9,223,372,036,854,775.807", 2**63 - 1),
    ],
)
def test_an_amount_is_read_to_the_li(text: str, amount: int) -> None:
    assert amount_li(text) == amount


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Enter an amount."),
        ("   ", "Enter an amount."),
        ("0", "must be above 0"),
        ("0.000", "must be above 0"),
        ("1,5", "1.5 instead of 1,5"),
        ("1250,50", "1.5 instead of 1,5"),
        ("0,001", "1.5 instead of 1,5"),
        ("1,2345", "1.5 instead of 1,5"),
        ("1,", "1.5 instead of 1,5"),
        ("1.0001", "at most three decimals"),
        ("1.5000", "at most three decimals"),
        ("12,34,567", "in digits"),
        ("1,234 567", "in digits"),
        ("1.234.567", "in digits"),
        ("1.234,5", "in digits"),
        ("1,234,5", "in digits"),
        ("-5", "in digits"),
        ("+5", "in digits"),
        ("−5", "in digits"),
        (".5", "in digits"),
        ("1e3", "in digits"),
        ("1_000", "in digits"),
        ("0x10", "in digits"),
        ("50 PHP", "in digits"),
        ("NaN", "in digits"),
        ("Infinity", "in digits"),
        ("１００", "in digits"),
        ("١٠٠", "in digits"),
        ("9223372036854775.808", "larger than any balance"),
        ("1" * 10_000, "larger than any balance"),
    ],
)
def test_whatever_else_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(AmountError, match=sentence):
        amount_li(text)


@given(li)
def test_an_amount_as_the_page_prints_it_is_read_back(amount: int) -> None:
    assert amount_li(formats.money(amount)) == amount


@given(amount=li, separator=st.sampled_from([",", " ", "\u00a0", "\u2009", "\u202f", ""]))
def test_any_amount_is_read_exactly_however_it_is_grouped(amount: int, separator: str) -> None:
    grouped = f"{Decimal(amount).scaleb(-3):,.3f}".replace(",", separator)
    assert amount_li(grouped) == amount


@given(st.text(st.sampled_from("0123456789,. \u00a0-+e"), max_size=24) | st.text(max_size=12))
@pytest.mark.slow
def test_any_text_is_an_amount_to_the_li_or_refused(text: str) -> None:
    try:
        amount = amount_li(text)
    except AmountError:
        return
    digits = "".join(character for character in text if character in "0123456789.")
    assert Decimal(amount) == Decimal(digits) * 1000 > 0
