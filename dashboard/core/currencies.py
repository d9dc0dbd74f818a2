"""Currencies: which amounts may be added up, under which name, and with how many decimals.

The provider names a currency with slots rounds only, in whatever way ("PHP", "php", and in its document "$").
A sign is no code: it says neither that it is the setting's currency nor that it is another. But amounts under
two different names are never added, and those without one belong to a name only where there is but one.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from babel.numbers import UnknownCurrencyError, get_currency_precision, validate_currency

from dashboard.core.text import text

NOT_KNOWN: Final = "not known"
"""What rounds without a currency have in its place beside rounds of several; `currency_text` says it."""
_MOST_DECIMALS: Final = 3
_USUAL_DECIMALS: Final = 2


def currency_text(name: str) -> str:
    """Return what a currency is called in the reader's words."""
    return text("not known") if name == NOT_KNOWN else name


def currency_name(given: Any) -> str | None:
    """Return a currency as the provider gives it, a code in capitals; None where it gives none."""
    name = given.strip() if isinstance(given, str) else ""
    return name.upper() if is_code(name.upper()) else name or None


def is_code(name: str) -> bool:
    """Whether this is a code of ISO 4217, and no sign."""
    try:
        validate_currency(name)
    except UnknownCurrencyError:
        return False
    return True


def currency_names(given: Iterable[Any]) -> tuple[str, ...]:
    """Return the different currencies of some rows, the most frequent first.

    Rows without one are `NOT_KNOWN`, but only beside several: else they are of the only one there is.
    """
    counts = Counter(currency_name(each) or NOT_KNOWN for each in given)
    without = counts.pop(NOT_KNOWN, 0)
    names = tuple(name for name, _ in counts.most_common())
    return (*names, NOT_KNOWN) if without and len(names) > 1 else names


def unit(name: str, setting: str | None, *, alone: bool) -> str | None:
    """How amounts of a currency are called; `alone`: the player has no other.

    The setting stands for what has no name, and for a lone sign.
    """
    if name == NOT_KNOWN:
        return None
    return name if is_code(name) or not (alone or not name) else setting


def decimals(currency: str | None) -> int:
    """How many decimals a currency's amounts have, at most those of the li: JPY 0, PHP 2, KWD 3."""
    if currency is None or not is_code(currency):
        return _USUAL_DECIMALS
    return min(get_currency_precision(currency), _MOST_DECIMALS)
