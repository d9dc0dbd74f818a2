"""The watch over RTPs on screen, and the investigations that its alarms opened."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.core import roles, tables
from dashboard.core.cell_links import link
from dashboard.core.markdown import escaped
from dashboard.core.memo import memo
from dashboard.core.query import WATCHED
from dashboard.core.text import text
from dashboard.kit import charts, current, guard, navigation, states, table
from dashboard.luck import data_investigations, data_monitor
from dashboard.luck.course import Watched
from dashboard.luck.figures_monitor import evidence_chart
from dashboard.luck.monitor_table import (
    game_text,
    guarantee_text,
    investigations_table,
    opened_text,
    watch_table,
    watch_text,
)
from dashboard.luck.watch import Investigation
from dashboard.provider.game_list import game_names

_LONGEST: Final = 2000
_TO_LUCK: Final = link("name", "games?game_tab=luck", game_id="game_id")


def render_monitor() -> None:
    """Draw what stands out today, the evidence over time, all games, and the investigations.

    Raises NotArchived, LedgerAway, TwoJError.
    """
    merchant = current.merchant()
    watch, names = data_monitor.watch_of(merchant), game_names(merchant)
    with states.box("monitor", text("RTP monitor: evidence by hour")):
        st.markdown(watch_text(watch, names, merchant.zone))
        if watch.window is None:
            return
        figure = memo(
            evidence_chart, watch.lines, names, watch.found, charts.look(), merchant.zone, merchant.currency
        )
        charts.show(figure, "monitor", opens="games")
        st.caption(guarantee_text())
        navigation.tell_me({WATCHED["broken"]: {"watch": "broken"}})
        if watch.investigations:
            st.markdown(text("**Investigations**"))
            found = watch.investigations
            table.render_table(
                memo(investigations_table, found, names, merchant.zone, merchant.currency),
                tables.INVESTIGATIONS,
                "investigations",
                merchant.currency,
                links=[_TO_LUCK],
            )
        numbers = st.expander(text("All games and what could have been seen"), key="watch", on_change="rerun")
        if numbers.open:
            with numbers:
                seen = data_monitor.visible(merchant, watch.games)
                table.render_table(
                    memo(watch_table, watch.games, seen, names),
                    tables.RTP_WATCH,
                    "watch-table",
                    merchant.currency,
                    changes=("seen_over", "seen_under"),
                    neutral=("seen_under",),
                    links=[_TO_LUCK],
                )


def render_game_monitor(game_id: int) -> None:
    """Draw the evidence about one game, and its investigations. Raises NotArchived, LedgerAway, TwoJError."""
    merchant = current.merchant()
    watch, names = data_monitor.watch_of(merchant), game_names(merchant)
    game = next((each for each in watch.games if each.game_id == game_id), None)
    if game is None:
        return
    with states.box("game-monitor", text("RTP monitor: evidence by hour")):
        seen = data_monitor.visible(merchant, [game]).get(game_id)
        st.markdown(game_text(game, seen))
        lines = data_monitor.game_lines(merchant, game_id)
        whole = {Watched(game_id, sign) for sign in (1, -1)}
        if lines:
            figure = memo(
                evidence_chart,
                lines,
                names,
                tuple(sorted(whole)),
                charts.look(),
                merchant.zone,
                merchant.currency,
            )
            charts.show(figure, "game-monitor")
        _investigations([each for each in watch.investigations if each.of.game_id == game_id])
        navigation.tell_me({WATCHED["broken"]: {"watch": "broken", "game_id": str(game_id)}})


def _investigations(found: Sequence[Investigation]) -> None:
    merchant = current.merchant()
    for each in found:
        sentence = escaped(opened_text(each, merchant.zone, merchant.currency))
        if each.closed_at_ms is not None:
            st.caption(sentence)
            continue
        st.warning(sentence, icon=":material/troubleshoot:")
        if guard.may(roles.INVESTIGATIONS):
            _close_form(each)


def _close_form(each: Investigation) -> None:
    if each.looked_by is None:
        st.button(text("I look into it"), key=f"look-{each.id}", on_click=_look_into, args=(each.id,))
    with st.form(f"close-{each.id}"):
        st.text_area(text("What was found"), max_chars=_LONGEST, height=96, key=f"found-{each.id}")
        if st.form_submit_button(text("Close the investigation"), on_click=_close, args=(each.id,)):
            st.warning(text("Say what was found before you close it."))


def _look_into(number: int) -> None:
    data_investigations.look_into(current.merchant(), number, guard.who(roles.INVESTIGATIONS))


def _close(number: int) -> None:
    who, found = guard.who(roles.INVESTIGATIONS), st.session_state[f"found-{number}"].strip()
    if found:
        data_investigations.close(current.merchant(), number, who, found)
