"""Amounts as people type them, turned into li without ever being a float."""

import re
from decimal import Decimal
from typing import Final

from dashboard.core.currencies import decimals

HIGHEST_LI: Final = 2**63 - 1
_LONGEST: Final = 40
_SPACES: Final = " \u00a0\u2009\u202f"
"""The spaces that stand between groups of digits: plain, unbreakable, thin, narrow unbreakable."""
_PLAIN: Final = re.compile(r"[0-9]+(\.[0-9]*)?")
_GROUPED: Final = re.compile(rf"[1-9][0-9]{{0,2}}([,{_SPACES}])[0-9]{{3}}(\1[0-9]{{3}})*(\.[0-9]*)?")
_DECIMAL_COMMA: Final = re.compile(r"0*,[0-9]+|[0-9]+,([0-9]{1,2}|[0-9]{4,})?")


class AmountError(ValueError):
    """Why a text is no amount that can be moved. Its text is one sentence for people."""


def amount_li(text: str, currency: str | None = None) -> int:
    """Turn "1,250.5", "1 250.50" or "1250.500" (units of money) into 1250500 (li), above 0.

    Digits may be grouped in threes by commas or by spaces; the decimals follow a point: at most those of the
    currency, and three where it is not known.
    Raises AmountError for everything else: nothing is guessed and nothing is rounded.
    """
    text = text.strip()
    if not text:
        raise AmountError("Enter an amount.")
    if _DECIMAL_COMMA.fullmatch(text):
        raise AmountError("Write decimals after a point: 1.5 instead of 1,5.")
    if not _PLAIN.fullmatch(text) and not _GROUPED.fullmatch(text):
        raise AmountError("Write the amount in digits, such as 1250.50 or 1,250.50.")
    most = decimals(currency) if currency else 3
    if most < 3 and len(text.partition(".")[2].rstrip("0")) > most:
        few = f"at most {most} decimals" if most else "no decimals"
        raise AmountError(f"An amount in {currency} has {few}.")
    if len(text.partition(".")[2]) > 3:
        raise AmountError("An amount has at most three decimals; 0.001 is the smallest there is.")
    # No amount is so long, and longer ones would pass the precision of a Decimal.
    li = int(Decimal(re.sub(rf"[,{_SPACES}]", "", text)).scaleb(3)) if len(text) <= _LONGEST else None
    if li == 0:
        raise AmountError("The amount must be above 0.")
    if li is None or li > HIGHEST_LI:
        raise AmountError("The amount is larger than any balance can be.")
    return li
