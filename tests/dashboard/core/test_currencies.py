"""Which currencies are one, how amounts of one are called, and with how many decimals they are written."""

import pytest

from dashboard.core import formats
from dashboard.core.amounts import AmountError, amount_li
from dashboard.core.currencies import NOT_KNOWN, currency_names, unit
from dashboard.status.rows import HealthState, currency_row

S = "\u00a0"


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["PHP", "php", " PHP "], ("PHP",)),
        (["", None, "PHP"], ("PHP",)),
        (["", None], ()),
        (["$", "$", ""], ("$",)),
        (["PHP", "EUR", "EUR"], ("EUR", "PHP")),
        (["PHP", "EUR", "EUR", ""], ("EUR", "PHP", NOT_KNOWN)),
        (["$", "€"], ("$", "€")),
        (["$", "USD"], ("$", "USD")),
        ([], ()),
    ],
)
def test_what_may_be_added_up(texts, names):
    assert currency_names(texts) == names


@pytest.mark.parametrize(
    ("name", "setting", "alone", "called"),
    [
        ("", "PHP", True, "PHP"),
        ("", None, True, None),
        ("PHP", "PHP", True, "PHP"),
        ("EUR", "PHP", True, "EUR"),
        ("EUR", None, True, "EUR"),
        ("$", "PHP", True, "PHP"),
        ("$", "PHP", False, "$"),
        ("EUR", "PHP", False, "EUR"),
        (NOT_KNOWN, "PHP", False, None),
    ],
)
def test_how_amounts_are_called(name, setting, alone, called):
    assert unit(name, setting, alone=alone) == called


@pytest.mark.parametrize(
    ("li", "currency", "exact", "short"),
    [
        (845_200, "PHP", "845.20", "845.20"),
        (845_205, "PHP", "845.205", None),
        (845_000, "JPY", "845", "845"),
        (845_200, "JPY", "845.200", "845"),
        (845_200, "KWD", "845.200", "845.200"),
        (845_000, "KWD", "845", None),
        (12_000, "CLF", "12", None),
    ],
)
def test_money_has_the_decimals_of_its_currency(li, currency, exact, short):
    assert formats.money(li, currency) == f"{exact}{S}{currency}"
    if short:
        assert formats.money_short(li, currency) == f"{short}{S}{currency}"


@pytest.mark.parametrize(
    ("amounts_li", "currency", "places"),
    [
        ([1000, 2000], "PHP", 0),
        ([1000, 2500], "PHP", 2),
        ([2500, 2501], None, 3),
        ([1000], "KWD", 0),
        ([1000, 2500], "KWD", 3),
        ([1000, -2000], "JPY", 0),
        ([1000, 2500], "JPY", 3),
        ([], "JPY", 0),
    ],
)
def test_amounts_under_each_other_have_the_same_decimals(amounts_li, currency, places):
    assert formats.money_places(amounts_li, currency) == places


@pytest.mark.parametrize(
    ("text", "currency", "li"),
    [("1.5", "PHP", 1500), ("1.250", "KWD", 1250), ("1250", "JPY", 1_250_000), ("1250.00", "JPY", 1_250_000),
     ("1.250", None, 1250), ("1.250", "PHP", 1250)],
)  # fmt: skip
def test_an_amount_is_typed_in_units_of_its_currency(text, currency, li):
    assert amount_li(text, currency) == li


@pytest.mark.parametrize(
    ("text", "currency", "sentence"),
    [
        ("1.5", "JPY", "An amount in JPY has no decimals."),
        ("1.255", "PHP", "An amount in PHP has at most 2 decimals."),
        ("1.2555", "KWD", "An amount has at most three decimals; 0.001 is the smallest there is."),
    ],
)
def test_an_amount_that_its_currency_does_not_have_is_refused(text, currency, sentence):
    with pytest.raises(AmountError, match=sentence.split("(")[0]):
        amount_li(text, currency)


@pytest.mark.parametrize(
    ("setting", "seen", "state"),
    [
        ("PHP", {"PHP"}, HealthState.WELL),
        ("PHP", {"$"}, HealthState.WELL),
        (None, {"EUR"}, HealthState.WELL),
        ("PHP", {"EUR"}, HealthState.WATCH),
        ("PHP", {"PHP", "EUR"}, HealthState.WATCH),
        ("PHP", set(), HealthState.UNKNOWN),
    ],
)
def test_status_says_where_rounds_are_of_another_currency(setting, seen, state):
    row = currency_row(setting, seen)
    assert row.state is state
    assert all(name in row.said for name in seen)
