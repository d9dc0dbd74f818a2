"""Limits as people write them, and back. Pure."""

import re
from decimal import Decimal
from typing import Final

from dashboard.alerts.rules import MetricUnit, RuleError
from dashboard.core.formats import LI_PER_UNIT
from dashboard.core.text import later

_TIMES: Final = {
    MetricUnit.MONEY: LI_PER_UNIT,
    MetricUnit.COUNT: 1,
    MetricUnit.SHARE: 100,
    MetricUnit.NOISE: 100,
    MetricUnit.MINUTES: 1,
    MetricUnit.MEGABYTES: 1000,
}
"""How many of a value's units are one of what people write: percent, GB, currency units."""
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def limit_of(typed: str, unit: MetricUnit) -> int:
    """Read a limit that somebody wrote. Raises RuleError for what is none, or is finer than its unit."""
    problem = RuleError(later("The limit must be a number such as 1000 or 2.5."))
    typed = typed.strip().replace("−", "-")
    if "," in typed and not _GROUPED.fullmatch(typed):  # who writes 2,5 means no 25
        raise problem
    try:
        number = Decimal(typed.replace(",", "")) * _TIMES[unit]
        is_whole = number == number.to_integral_value() and abs(number) < 2**62
    except ArithmeticError:
        raise problem from None
    if not is_whole:
        raise problem
    return int(number)


def limit_text(value: int, unit: MetricUnit) -> str:
    """Write a limit so that it can be changed: "2.5"."""
    written = f"{Decimal(value) / _TIMES[unit]:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
