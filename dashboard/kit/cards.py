"""The row of KPI cards."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final, Literal, TypeVar

import pandas as pd
import streamlit as st

from dashboard.core import formats, frames
from dashboard.core.memo import memo
from dashboard.core.metrics import METRICS, Change, Metric, change
from dashboard.core.text import Words, text

S = TypeVar("S")

UNKNOWN_PX: Final = 182
_COLORS: Final[dict[str, Literal["green", "red", "off"]]] = {"good": "green", "bad": "red", "neutral": "off"}


def render_cards(
    days: pd.DataFrame,
    before: pd.DataFrame | None,
    compared: Words | None,
    steps: pd.DataFrame,
    currency: str | None,
) -> None:
    """The six cards of rounds, each with a small line over `steps`.

    `compared` says in words what `before` is, None where nothing is compared. All frames are of days or hours
    (`frames.days_frame`, `frames.hours_frame`).
    """
    now = memo(frames.sum_totals, days)
    then = None if before is None else memo(frames.sum_totals, before)
    lines = memo(frames.sparklines, steps, METRICS)
    row("cards", METRICS, now, then, compared, currency, lines)


def row(
    key: str,
    metrics: Sequence[Metric[S]],
    now: S | None,
    before: S | None,
    compared: Words | None,
    currency: str | None,
    lines: Sequence[list[float]] = (),
    leads: str = "",
) -> None:
    """One card a metric: its value, its change against `before`, and its line, if there are `lines`.

    A side that is None is not known. `key` names the row for the style sheet; a click `leads` to an address.
    """
    with st.container(key=key):
        for metric, place, line in zip_longest(metrics, st.columns(len(metrics)), lines):
            card(place, metric, now, before, compared, currency, line, leads=leads)


def card(
    place: st.delta_generator.DeltaGenerator,
    metric: Metric[S],
    now: S | None,
    before: S | None,
    compared: Words | None,
    currency: str | None,
    line: Sequence[float] | None = None,
    label: str = "",
    beside: str = "",
    leads: str = "",
) -> None:
    """One card of a `row`, with a `label` of its own, and words `beside` its change.

    A card that `leads` to an address does so by its label, a link that `links/links.js` follows.
    """
    moved, label = change(metric, now, before) if compared else None, label or metric.label
    place.metric(
        f"[{label}]({leads})" if leads else label,
        formats.short(metric, None if now is None else metric.of(now), currency),
        formats.change_short(metric, moved) if moved else None,
        delta_color=_COLORS[moved.verdict if moved else "neutral"],
        delta_arrow=_arrow(moved),
        delta_description=beside or None,
        help=_tooltip(metric, now, before, moved, compared, currency),
        border=True,
        height="stretch",
        chart_data=line,
    )


def unknown() -> None:
    """The same row while nothing is known: a dash in each card, so that nothing below moves."""
    with st.container(key="cards"):
        for metric, place in zip(METRICS, st.columns(len(METRICS)), strict=True):
            place.metric(metric.label, formats.UNKNOWN, help=metric.formula, border=True, height=UNKNOWN_PX)


def _arrow(moved: Change | None) -> Literal["up", "down", "off"]:
    if moved is None or not moved.value:
        return "off"
    return "up" if moved.value > 0 else "down"


def _tooltip(
    metric: Metric[S],
    now: S | None,
    before: S | None,
    moved: Change | None,
    compared: Words | None,
    currency: str | None,
) -> str:
    """The exact value, how it is made, and the exact change with what it is measured against."""
    value = formats.exact(metric, metric.of(now), currency) if now else text("Not known")
    lines = [f"**{value}**", metric.formula]
    if moved is not None and moved.value is not None and before is not None:
        change_text = formats.difference(metric, moved, currency)
        if formats.is_beyond(moved):
            change_text += f" ({formats.percent_change(moved.value)})"
        earlier = formats.exact(metric, metric.of(before), currency)
        against = text("{change} against {value} ({days})", change=change_text, value=earlier, days=compared)
        lines.append(against)
    elif moved is not None:
        lines.append(f"{moved.reason} ({compared})")
    return "\n\n".join(lines)
