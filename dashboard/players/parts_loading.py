"""A player's rounds while they are being read: how far, and a way to stop. Then all parts have them."""

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from dashboard.core.currencies import currency_text, is_code
from dashboard.core.formats import count
from dashboard.core.markdown import escaped
from dashboard.core.query import CURRENCY
from dashboard.core.text import later, listed, text
from dashboard.kit import current, guard, navigation, period_filters, query_params, states
from dashboard.players import data, parts_filter, parts_picker
from dashboard.players.history import HistoryProgress, PlayerHistory, in_currency
from dashboard.players.player import Player, PlayerProblem, read_player
from dashboard.provider.merchant import ProviderFailed
from dashboard.provider.reading import Reading

_LOOK_EVERY_S: Final = 0.5
_STOPPED: Final = "stopped-reading"
_NAME: Final = later("The rounds of this player")


def is_read() -> bool:
    """Whether all rounds of the player in the address are there; if not, draws why, or how far they are."""
    with states.part(_NAME):
        try:
            return _is_read()
        except PlayerProblem as problem:
            st.warning(escaped(str(problem)), icon=":material/person_off:")
    return False


def history() -> Reading[PlayerHistory] | None:
    """The rounds, once they are read; None where they are being read anew, which it says.

    Raises as `data.player_history` does.
    """
    known = _read()
    if known is None:
        st.caption(text("The rounds are being read anew; they will be here within a minute."))
        return None
    return in_currency(known, query_params.value(CURRENCY))


def currencies() -> None:
    """Say where the rounds are of another currency than the setting; of several, one is shown at a time."""
    known = _read()
    if known is None:
        return
    names, setting = known.value.currencies, current.merchant().currency
    if len(names) > 1:
        st.warning(
            text(
                "This player's rounds are in {currencies}. Amounts of two currencies are never added up:"
                " choose which to see.",
                currencies=escaped(listed(map(currency_text, names))),
            ),
            icon=":material/currency_exchange:",
        )
        picker, wanted = query_params.bound("player-", CURRENCY), query_params.value(CURRENCY)
        st.session_state[picker["key"]] = wanted if wanted in names else names[0]
        st.segmented_control(text("Currency"), names, required=True, format_func=currency_text, **picker)
    elif setting and any(is_code(name) and name != setting for name in names):
        st.warning(
            text(
                "This player's rounds are in {currency}; the dashboard's setting is {setting}.",
                currency=names[0],
                setting=setting,
            ),
            icon=":material/currency_exchange:",
        )


def as_of(known: Reading[PlayerHistory], *others: Reading[Any], note: str = "") -> None:
    """Say how old the rounds are; what they lack the head of the page says, and not each part again."""
    lacks = text("without the rounds named above") if known.failures else ""
    without = replace(known, failures=(), warnings=())
    states.as_of(*others, without, note=" · ".join(filter(None, (note, lacks))))


def _read() -> Reading[PlayerHistory] | None:
    player = read_player(query_params.query())
    return _history(player).known if player else None


def _history(player: Player, patience_s: float = data.PATIENCE_S) -> HistoryProgress:
    return data.player_history(
        current.merchant(),
        player,
        period_filters.view(),
        patience_s,
        every_field=parts_filter.every_field(),
    )


def _is_read() -> bool:
    player, view = read_player(query_params.query()), period_filters.view()
    if player is None:
        return False
    navigation.name_tab(player.op_id or str(player.user_id), text("Players"))
    if states.just_begun(view):
        return False
    if st.session_state.get(_STOPPED) == (player, view.period):
        st.info(text("The reading of the rounds was stopped."), icon=":material/block:")
        st.button(text("Read on"), on_click=_read_on)
        return False
    known = _history(player).known
    if known is None:
        _progress(player)
        return False
    parts_picker.remember(known.value.player)
    return True


@guard.fragment(run_every=_LOOK_EVERY_S, key="reading")
def _progress(player: Player) -> None:
    with states.part(_NAME), st.container(key="reading-progress", border=True):
        try:
            reading = _history(player, 0)
        except (PlayerProblem, ProviderFailed):
            st.rerun()
        if reading.known:
            st.rerun()
        so_far = text(
            "Reading the rounds: {rounds} so far, from {answered} of {asked} parts of the period.",
            rounds=count(reading.rows),
            answered=count(reading.answered),
            asked=count(reading.asked),
        )
        st.progress(reading.answered / reading.asked, so_far)
        st.button(text("Stop"), icon=":material/close:", on_click=_stop, args=(player,))


def _stop(player: Player) -> None:
    view = period_filters.view()
    data.give_up(current.merchant(), player, view)
    st.session_state[_STOPPED] = (player, view.period)


def _read_on() -> None:
    del st.session_state[_STOPPED]
