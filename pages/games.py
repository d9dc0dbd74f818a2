"""Which games earn and which lose, whether luck explains it, and one game in full."""

from dashboard.core.text import text
from dashboard.games import parts_all, parts_game
from dashboard.games import parts_filter as games_filter
from dashboard.kit import guard, parts, period_filters, query_params
from dashboard.luck.parts import render_lines, render_why
from dashboard.luck.parts_monitor import render_monitor


@parts.part(text("Luck-adjusted gain"), "lines")
def lines() -> None:
    view = period_filters.view()
    if view.start < view.end:
        render_lines(view, games_filter.wanted().type)


@parts.part(text("RTP monitor"), "monitor")
def monitor() -> None:
    view = period_filters.view()
    if view.start < view.end:
        render_monitor()


@parts.part(text("Why did it move"), "why")
def why() -> None:
    view = period_filters.view()
    if parts_all.games_with_bets(view) is not None:
        render_why(view, games_filter.wanted().type)


guard.page("games")
if wanted := games_filter.wanted().game_id:
    parts_game.render_game(wanted)
else:
    period_filters.render_filters(text("Games"))
    query_params.render_problems("games")
    parts_all.luck_line()
    lines()
    match games_filter.render_filter():
        case "map":
            parts_all.pictures()
        case "days":
            parts_all.heat()
        case "luck":
            parts_all.luck()
            monitor()
            why()
        case _:
            parts_all.all_games()
