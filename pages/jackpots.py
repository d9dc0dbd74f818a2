"""The pots: for the hall a wall (`?screen=`); for the office what grew, and what was hit."""

from dashboard.core.query import SCREEN
from dashboard.core.text import text
from dashboard.jackpots import parts_pots, parts_wall
from dashboard.kit import guard, period_filters, query_params

if query_params.has(SCREEN):
    parts_wall.render_wall()  # for whoever has a link: what it shows is asked for with the link's token
else:
    guard.page("jackpots")
    period_filters.render_filters(text("Jackpots"), compared=False, of_bets=False)
    query_params.render_problems("jackpots")
    parts_pots.pots()
    parts_pots.over_time()
    parts_pots.hits()
