"""How far the bets of the period have been read, with a way to stop and to go on."""

from contextlib import suppress
from typing import Final

import streamlit as st

from dashboard.bets import data, parts_filter
from dashboard.bets.data import MOST_UNASKED
from dashboard.bets.data_reading import BetsRead
from dashboard.core.formats import count
from dashboard.core.view import View
from dashboard.kit import current, guard, period_filters
from dashboard.provider.merchant import ProviderFailed
from dashboard.rounds.filter import RoundFilter

_LOOK_EVERY_S: Final = 1
_REDRAWN: Final = 4


def follow(view: View, wanted: RoundFilter, read: BetsRead) -> None:
    """Say how far the reading is, unless all is read.

    The line looks each second. The page is drawn again when all is read, and up to then each time that
    another quarter is.
    """
    if read.finished:
        return
    if not read.going_on:
        _ask(view, read)
        return
    drawn, is_drawing = read.answered, True

    @guard.fragment(run_every=_LOOK_EVERY_S, key="progress-bets")
    def line() -> None:
        now = read
        if not is_drawing:
            with suppress(ProviderFailed):  # the parts themselves say so
                now = data.bets(current.merchant(), view, wanted, 0)
            if now is read or not now.going_on or now.answered - drawn >= max(now.asked // _REDRAWN, 1):
                st.rerun()
        with st.container(key="bets-progress", border=True):
            st.progress(now.answered / now.asked, f"Reading, the newest first: {_so_far(now)}.")
            st.button("Stop", icon=":material/close:", key="stop-bets", on_click=_stop)

    line()
    is_drawing = False


def _ask(view: View, read: BetsRead) -> None:
    """Offer to read a period that is so long that nobody should wait for it unasked, or to read on."""
    with st.container(key="bets-progress", border=True):
        if read.answered:
            st.info(f"The reading was stopped: {_so_far(read)}.", icon=":material/block:")
        else:
            number = data.bet_count(current.merchant(), view)
            many = "an unknown number of" if number is None else count(number)
            st.info(
                f"There are {many} bets {view.period.when}. Up to {count(MOST_UNASKED)} are"
                " read without asking; more take minutes. A shorter period or a game is quicker.",
                icon=":material/hourglass_empty:",
            )
        st.button("Read on" if read.answered else "Read them", type="primary", key="read-bets", on_click=_go)


def _so_far(read: BetsRead) -> str:
    """How much is there, in words."""
    bets = read.known.value.totals.bet_count if read.known else 0
    return (
        f"{count(bets)} bets so far, from {count(read.answered)} of {count(read.asked)} parts of the period"
    )


def _stop() -> None:
    data.stop_reading_bets(current.merchant(), period_filters.view(), parts_filter.wanted())


def _go() -> None:
    data.read_bets(current.merchant(), period_filters.view(), parts_filter.wanted())
