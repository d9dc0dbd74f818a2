"""A table of measurements, each beside its reference of the same run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One measurement, `ratio` to its reference; `at_most` or `at_least` is the target, if there is one."""

    work: str
    ours: str
    reference: str
    theirs: str
    ratio: float
    at_most: float | None = None
    at_least: float | None = None


def show(rows: Sequence[Row]) -> None:
    """Print the rows as a Markdown table."""
    lines = ["| work | ours | reference | its figure | ratio | target |", "|---|---|---|---|---|---|"]
    for row in rows:
        target = "" if row.at_most is None else f"at most {row.at_most:g}"
        target = target if row.at_least is None else f"at least {row.at_least:g}"
        lines.append(
            f"| {row.work} | {row.ours} | {row.reference} | {row.theirs} | {row.ratio:.2f} | {target} |"
        )
    print("\n".join(lines))  # noqa: T201
