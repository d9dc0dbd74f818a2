"""One player, found by either id and followed to the last round; without one, who is there."""

from dashboard.core.query import OP_ID, USER_ID
from dashboard.core.text import later, text
from dashboard.kit import guard, parts, period_filters, query_params, states
from dashboard.luck.parts import render_concentration
from dashboard.luck.parts_markers import render_markers
from dashboard.players import parts_loading, parts_picker, parts_player, parts_search


@parts.part(later("Concentration"), "few", every_s=None)
def few() -> None:
    """Of how few players the period is."""
    view = period_filters.view()
    if view.start < view.end:
        render_concentration(view)


@parts.part(later("Care and abuse markers"), "care", every_s=None)
def care() -> None:
    """How the player's rounds stand among those of peers."""
    render_markers(period_filters.view(), query_params.value(USER_ID), query_params.value(OP_ID))


guard.page("players")
shown = parts_picker.shown_name()
period_filters.render_filters(shown or text("Players"), compared=bool(shown), page=text("Players"))
query_params.render_problems("players")
parts_picker.render_picker()
if parts_loading.is_read():
    parts_loading.currencies()
    parts_player.render_head()
    parts_player.render_tabs()
    care()
    with states.part(later("This round")):
        parts_player.render_opened()
elif not query_params.has(OP_ID, USER_ID):
    parts_search.render_found()
    parts_search.render_ranked()
    parts_search.render_cohorts()
    few()
