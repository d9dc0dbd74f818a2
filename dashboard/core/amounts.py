"""Amounts as people type them, turned into li without ever being a float."""

import re
from decimal import Decimal
from typing import Final

from dashboard.core.currencies import decimals
from dashboard.core.text import text

HIGHEST_LI: Final = 2**63 - 1
_LONGEST: Final = 40
_SPACES: Final = " \u00a0\u2009\u202f"
"""The spaces that stand between groups of digits: plain, unbreakable, thin, narrow unbreakable."""
_PLAIN: Final = re.compile(r"[0-9]+(\.[0-9]*)?")
_GROUPED: Final = re.compile(rf"[1-9][0-9]{{0,2}}([,{_SPACES}])[0-9]{{3}}(\1[0-9]{{3}})*(\.[0-9]*)?")
_DECIMAL_COMMA: Final = re.compile(r"0*,[0-9]+|[0-9]+,([0-9]{1,2}|[0-9]{4,})?")


class AmountError(ValueError):
    """Why a text is no amount that can be moved. Its text is one sentence for people."""


def amount_li(typed: str, currency: str | None = None) -> int:
    """Turn "1,250.5", "1 250.50" or "1250.500" (units of money) into 1250500 (li), above 0.

    Digits may be grouped in threes by commas or by spaces; the decimals follow a point: at most those of the
    currency, and three where it is not known.
    Raises AmountError for everything else: nothing is guessed and nothing is rounded.
    """
    typed = typed.strip()
    if not typed:
        raise AmountError(text("Enter an amount."))
    if _DECIMAL_COMMA.fullmatch(typed):
        raise AmountError(text("Write decimals after a point: 1.5 instead of 1,5."))
    if not _PLAIN.fullmatch(typed) and not _GROUPED.fullmatch(typed):
        raise AmountError(text("Write the amount in digits, such as 1250.50 or 1,250.50."))
    most, places = decimals(currency) if currency else 3, typed.partition(".")[2]
    if len(places.rstrip("0")) > most == 0:
        raise AmountError(text("An amount in {currency} has no decimals.", currency=currency))
    if len(places.rstrip("0")) > most < 3:
        raise AmountError(
            text("An amount in {currency} has at most {most} decimals.", currency=currency, most=most)
        )
    if len(places) > 3:
        raise AmountError(text("An amount has at most three decimals; 0.001 is the smallest there is."))
    # No amount is so long, and longer ones would pass the precision of a Decimal.
    li = int(Decimal(re.sub(rf"[,{_SPACES}]", "", typed)).scaleb(3)) if len(typed) <= _LONGEST else None
    if li == 0:
        raise AmountError(text("The amount must be above 0."))
    if li is None or li > HIGHEST_LI:
        raise AmountError(text("The amount is larger than any balance can be."))
    return li
