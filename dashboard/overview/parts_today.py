"""Today and this month so far, whatever period is shown."""

import streamlit as st

from dashboard.core import formats
from dashboard.core.metrics import METRIC, Metric, Totals
from dashboard.core.periods import Comparison
from dashboard.core.query import PERIOD
from dashboard.core.text import later, text
from dashboard.kit import cards, current, parts, period_filters, states
from dashboard.overview import data


@parts.part(later("Today so far"), "today", shapes=4)
def so_far() -> None:
    """Company gain and bet amount of today and of this month, each against the same span before."""
    merchant, now = current.merchant(), period_filters.view().now
    found = data.so_far(merchant, now)
    told, gain, bet = found.value, METRIC["company_gain"], METRIC["bet_amount"]
    month = formats.day_text(now.astimezone(merchant.zone).date(), "MMMM")
    with st.container(key="cards-today"):
        places = iter(st.columns(4))

        def card(
            label: str,
            metric: Metric[Totals],
            now: Totals | None,
            before: tuple[Comparison, Totals] | None,
            form: str,
            period: str,
        ) -> None:
            compared, then = before or (None, None)
            beside = ""
            if compared:
                beside = text("against {days}", days=formats.day_text(compared.period.first_day, form))
            days = compared.label if compared else None
            cards.card(
                *(next(places), metric, now, then, days, merchant.currency),
                label=label,
                beside=beside,
                leads=f".?{PERIOD.name}={period}",
            )

        card(text("Company gain today"), gain, told.today, told.weekday, "MMMEd", "today")
        card(text("Bet amount today"), bet, told.today, told.weekday, "MMMEd", "today")
        card(
            text("Company gain in {month}", month=month), gain, told.month, told.month_before, "MMM", "month"
        )
        card(text("Bet amount in {month}", month=month), bet, told.month, told.month_before, "MMM", "month")
    states.as_of_if_odd(found)
