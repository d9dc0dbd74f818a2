"""What is left of the gain after bonuses."""

from typing import Final

from dashboard.bonus.data import bonuses_and_gain
from dashboard.bonus.numbers import BonusQuery
from dashboard.core.metrics import BONUS_METRIC, BonusTotals
from dashboard.core.text import Words, text
from dashboard.kit import cards, current, guard, parts, period_filters, states

NET_METRICS: Final = (BONUS_METRIC["net_gain"], BONUS_METRIC["bonus_cost"])


def _net_cards(
    now: BonusTotals | None = None, before: BonusTotals | None = None, compared: Words | None = None
) -> None:
    """Two cards, one above the other where they stand beside the chart."""
    leads = "bonus" if guard.may("bonus") else ""
    cards.row("cards-net", NET_METRICS, now, before, compared, current.merchant().currency, leads=leads)


@parts.part(text("Net gain after bonus"), "net", _net_cards, shapes=2)
def net() -> None:
    """Net gain, and the cost of bonuses."""
    view, merchant = period_filters.view(), current.merchant()
    if view.start >= view.end:  # said above
        return
    found, before = states.compared(
        view,
        bonuses_and_gain(merchant, BonusQuery(), view.start, view.end),
        lambda earlier: bonuses_and_gain(merchant, BonusQuery(), earlier.start, earlier.end),
    )
    _net_cards(found.value, before.value if before else None, found.compared or None)
    states.as_of_if_odd(found, before)
