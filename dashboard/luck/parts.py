"""The gain explained, on screen."""

from contextlib import suppress
from datetime import date

import streamlit as st

from dashboard.core.markdown import escaped
from dashboard.core.memo import memo
from dashboard.core.periods import of_day
from dashboard.core.query import View
from dashboard.core.text import text
from dashboard.kit import charts, current, guard, navigation, states
from dashboard.luck import data, data_changes, data_concentration, data_month, words
from dashboard.luck.changes import Finding, What
from dashboard.luck.figures import movement_chart
from dashboard.luck.figures_concentration import lorenz_chart
from dashboard.provider.archived import NotArchived
from dashboard.provider.game_list import game_names
from dashboard.provider.merchant import LedgerFailed


def render_month() -> None:
    """Say in a line where the running month ends; where that is not known, nothing."""
    merchant = current.merchant()
    with suppress(NotArchived, LedgerFailed):  # the days say so
        month = data_month.running_month(merchant)
        if month.end:
            st.caption(words.month_text(month.first_day, month.end, merchant.currency))


def render_changes(view: View) -> None:
    """Say in at most five sentences what changed, each with its way; nothing where it is noise."""
    merchant = current.merchant()
    with suppress(NotArchived, LedgerFailed):  # why it moved says so
        for number, found in enumerate(data_changes.changes(merchant, view)):
            with st.container(
                key=f"change-{number}", horizontal=True, vertical_alignment="center", gap="small"
            ):
                sentence = words.finding_text(found, game_names(merchant), merchant.currency)
                st.markdown(sentence, width="content")
                _lead(found)


def _lead(found: Finding) -> None:
    if found.what is What.PLAYER:
        if guard.may("players"):
            navigation.lead("players.py", text("The player"), user_id=found.of)
    elif found.what is What.HOUR:
        day = date.fromisoformat(found.of.partition("T")[0])
        navigation.lead("overview.py", text("The day"), period=of_day(day).text)
    elif found.of.isdecimal():
        navigation.lead("games.py", text("The game"), game_id=found.of)
    elif found.of:
        navigation.lead("games.py", text("Its games"), type=found.of)
    else:
        navigation.lead("games.py", text("The games"))


def render_lines(view: View, only: str | None = None) -> None:
    """Say what of the gain is luck, and how much is of one player; where that is not known, nothing."""
    merchant = current.merchant()
    with suppress(NotArchived, LedgerFailed):  # why it moved says so
        found = data.explained(merchant, view, only).value
        said = (
            words.adjusted_text(found.gain, merchant.currency),
            words.top_player_text(found.sums, merchant.currency),
        )
        if any(said):
            st.caption(" ".join(filter(None, said)))


def render_game_line(view: View, game_id: int) -> None:
    """Say in one line what of the gain of a game is luck; where that is not known, nothing."""
    merchant = current.merchant()
    with suppress(NotArchived, LedgerFailed):  # the days say so
        gain = data.game_adjusted(merchant, view.start, view.end, game_id)
        if said := words.adjusted_text(gain, merchant.currency):
            st.markdown(said)


def render_concentration(view: View) -> None:
    """Draw, once it is unfolded, of how few players the period is. Raises NotArchived, LedgerAway."""
    fold = st.expander(text("Concentration: of how few players it is"), key="few-open", on_change="rerun")
    if not fold.open:
        return
    merchant = current.merchant()
    with fold:
        known = data_concentration.of_few(merchant, view.start, view.end)
        found = known.value
        states.as_of(known)
        if found.bets is None:
            st.caption(text("Nobody has bet."))
            return
        curves = [each[1] if each else () for each in (found.bets, found.losses, found.wins)]
        charts.show(memo(lorenz_chart, *curves, charts.look()), "lorenz")
        st.markdown(words.few_text(found, merchant.currency))


def render_why(view: View, only: str | None = None) -> None:
    """Why the gain moved, how much of it is luck, of how few it is: of all games, or of the type `only`.

    Raises what `data.explained` does.
    """
    merchant = current.merchant()
    known = data.explained(merchant, view, only)
    found, currency = known.value, merchant.currency
    if not found.sums.games:
        return
    with states.box("why", text("Why did it move")):
        states.as_of(known)
        is_known = any(found.origins)
        if found.movement and is_known:
            st.markdown(words.movement_text(found.movement, currency))
            charts.show(memo(movement_chart, found.movement, charts.look(), currency), "why")
        elif found.not_moved:
            st.caption(escaped(text("Why it moved is not known: {sentence}", sentence=found.not_moved)))
        if is_known:
            st.markdown(words.gain_text(found.gain, currency))
        st.markdown(words.players_text(found.sums, currency))
        st.caption(words.origins_text(found))
