"""One player, found by either id and followed to the last round; without one, who is there."""

from dashboard.core.query import OP_ID, USER_ID
from dashboard.core.text import later, text
from dashboard.kit import guard, period_filters, query_params, states
from dashboard.players import parts_loading, parts_picker, parts_player, parts_search

guard.page("players")
shown = parts_picker.shown_name()
period_filters.render_filters(shown or text("Players"), compared=bool(shown), page=text("Players"))
query_params.render_problems("players")
parts_picker.render_picker()
if parts_loading.is_read():
    parts_loading.currencies()
    parts_player.render_head()
    parts_player.render_tabs()
    with states.part(later("This round")):
        parts_player.render_opened()
elif not query_params.has(OP_ID, USER_ID):
    parts_search.render_found()
    parts_search.render_ranked()
    parts_search.render_cohorts()
