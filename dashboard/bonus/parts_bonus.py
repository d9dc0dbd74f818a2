"""The parts of the page: what the bonuses cost, from issued to cash, by day, by state and type."""

from contextlib import suppress

import streamlit as st

from dashboard.bonus import data as bonus_data
from dashboard.bonus import parts_filter as bonus_filter
from dashboard.bonus.figures import bonus_days_chart, funnel_chart
from dashboard.bonus.numbers import IN_NO_PART_SO_FAR, bonus_matrix, described, matrix_columns
from dashboard.core import formats, tables
from dashboard.core.memo import memo
from dashboard.core.metrics import BONUS_METRIC, BonusTotals
from dashboard.core.query import View
from dashboard.core.text import Words, later, text
from dashboard.kit import (
    cards,
    charts,
    current,
    downloads,
    navigation,
    period_filters,
    states,
    table,
)
from dashboard.kit import parts as kit_parts
from dashboard.provider.merchant import ProviderFailed

_METRICS = [
    BONUS_METRIC[key]
    for key in (
        *("bonus_cost", "converted_cash", "conversion_rate", "bonus_wagered", "bonus_win"),
        *("bonus_issued", "bonus_used", "use_rate", "bonus_open", "bonus_amount"),
    )
]


def _cards(
    now: BonusTotals | None = None, before: BonusTotals | None = None, compared: Words | None = None
) -> None:
    """The cost first, and what it was made of."""
    cards.row("cards-bonus", _METRICS, now, before, compared, current.merchant().currency)


def _is_empty(view: View) -> bool:
    """Whether no bonus was created in the period, or there is no full minute of it yet."""
    if view.start >= view.end:
        return True
    with suppress(ProviderFailed):  # each part says of itself whether it fails
        return not bonus_data.bonus_sums(
            current.merchant(), bonus_filter.wanted(), view.start, view.end
        ).value.release_count
    return False


@kit_parts.part(text("Figures of the bonuses"), "bonuses", _cards, shapes=10)
def figures() -> None:
    """What they cost and became, against the period before."""
    view = period_filters.view()
    if states.just_begun(view):
        return
    wanted = bonus_filter.wanted()
    found, before = states.compared(
        view,
        bonus_data.bonuses_and_gain(current.merchant(), wanted, view.start, view.end),
        lambda earlier: bonus_data.bonuses_and_gain(current.merchant(), wanted, earlier.start, earlier.end),
    )
    with navigation.telling(navigation.watched(_METRICS)):
        states.as_of(found, before)
    _cards(found.value, before.value if before else None, found.compared or None)
    if _is_empty(view):
        states.nothing_in(view, later("No bonuses {when}. A longer period, or fewer filters, may have some."))
        return
    st.caption(
        text(
            "A bonus counts at the time of its creation, with what has become of it so far. While it is"
            " active or wagering this can change: young bonuses show less than they will, and earlier ones"
            " had more time."
        )
    )


@kit_parts.part(text("From issued to used to converted"), "funnel")
def funnel() -> None:
    """How far they came."""
    view = period_filters.view()
    if _is_empty(view):
        return
    found = bonus_data.bonus_sums(current.merchant(), bonus_filter.wanted(), view.start, view.end)
    with states.box("funnel", text("From issued to used to converted")):
        states.as_of(found)
        charts.show(memo(funnel_chart, found.value, charts.look(), current.merchant().currency), "funnel")
        st.caption(
            text(
                "The provider gives no amount of unused bonuses and no number of converted ones, so number"
                " and amount are measured each by itself."
            )
        )


@kit_parts.part(text("Bonuses by day of creation"), "bonus-days")
def by_day() -> None:
    """Their days of creation, and the file."""
    view, merchant, wanted = period_filters.view(), current.merchant(), bonus_filter.wanted()
    if _is_empty(view):
        return
    days = bonus_data.bonus_days(merchant, wanted, view.period, view.now)
    title = text("Bonuses by day of creation, {zone}", zone=formats.zone_name(merchant.zone))
    with states.box("bonus-days", title) as beside:
        with beside:
            downloads.render_downloads(
                text("Bonuses by day"), tables.BONUS_DAYS, days.value, days, described(wanted, {})
            )
        states.as_of(days)
        charts.show(
            memo(bonus_days_chart, days.value, charts.look(), merchant.currency, merchant.zone),
            "bonus-days",
            opens="bonus",
        )


@kit_parts.part(text("Bonuses by state and creation type"), "bonus-parts")
def by_state_and_type() -> None:
    """States by types, and each kind in numbers."""
    view, wanted = period_filters.view(), bonus_filter.wanted()
    if _is_empty(view):
        return
    parts = bonus_data.bonus_parts(current.merchant(), wanted, view.start, view.end)
    with states.box("bonus-parts", text("Bonuses by state and creation type")):
        states.as_of(parts)
        matrix = memo(bonus_matrix, parts.value, current.merchant().currency)
        table.render_table(matrix, matrix_columns(matrix), "bonus-matrix", None)
        st.caption(text("How many were issued, and what they became in cash."))
        each = st.expander(text("Each kind in numbers"), key="bonus-kinds", on_change="rerun")
        if not each.open:
            return
    with each:
        seen = table.render_table(
            parts.value,
            tables.BONUS_PARTS,
            "bonus-parts",
            current.merchant().currency,
            neutral=["win_amount_li"],  # the player's, not the company's
        )
        if str(IN_NO_PART_SO_FAR) in parts.value["state"].tolist():
            st.caption(
                text(
                    "The provider's total of these bonuses has more or less than the rows above the last. A"
                    " bonus that changes its state while the answers arrive may be in two of them, or in"
                    " none."
                )
            )
        downloads.render_downloads(
            text("Bonuses by kind"),
            tables.BONUS_PARTS,
            parts.value,
            parts,
            described(wanted, {}),
            seen=seen,
        )
