"""What a file of a reading says about itself, whoever writes it: a page's download or a report."""

from typing import Any

from dashboard.core import formats
from dashboard.core.files import About, file_stem
from dashboard.core.periods import file_days, window_label
from dashboard.core.text import text
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading


def about_reading(
    merchant: Merchant, title: str, rows: int, known: Reading[Any], only: str = "", note: str = ""
) -> About:
    """What a file of so many rows says: what `known` says, whatever is asked now.

    `only` is what filters leave, in words; `note` is what else a reader must know.
    """
    assert known.window is not None  # noqa: S101 - what has no period is in no file
    zone, (start, end) = merchant.zone, known.window
    stale = text("The provider did not answer; these are the last numbers it gave.") if known.stale else ""
    return About(
        title=title,
        period=window_label(start, end, zone),
        zone=formats.zone_name(zone),
        currency=known.currency or merchant.currency or "",
        as_of=formats.moment(known.as_of, zone),
        comparison=str(known.compared),
        completeness=" ".join(filter(None, (stale, *map(str, (*known.failures, *known.warnings)), note))),
        only=only,
        rows=str(rows),
    )


def reading_stem(merchant: Merchant, title: str, known: Reading[Any], whose: str = "") -> str:
    """How its file is called, without an ending; `whose` is a player's id."""
    assert known.window is not None  # noqa: S101
    lacks = text("incomplete") if known.failures else ""
    return file_stem(title.lower(), whose, lacks, file_days(*known.window, merchant.zone))
