"""How far the bets of the period have been read, with a way to stop and to go on."""

import streamlit as st

from dashboard.bets import data, parts_filter
from dashboard.bets.data import MOST_UNASKED
from dashboard.bets.data_reading import BetReading, BetsRead
from dashboard.core.formats import count
from dashboard.core.query import View
from dashboard.core.text import text
from dashboard.kit import current, period_filters, progress
from dashboard.rounds.filter import RoundQuery


def follow(view: View, wanted: RoundQuery, read: BetsRead) -> None:
    """Say how far the reading is, unless all is read; where it is stopped or not begun, offer to read."""
    if not read.finished and not read.going_on:
        _ask(view, read)
    else:
        progress.follow_with(_bar, read, lambda: data.bets(current.merchant(), view, wanted, 0), "bets")


def _bar(read: BetsRead) -> None:
    with st.container(key="bets-progress", border=True):
        so_far = text("Reading, the newest first: {so_far}.", so_far=_so_far(read))
        st.progress(read.answered / read.asked, so_far)
        st.button(text("Stop"), icon=":material/close:", key="stop-bets", on_click=_stop)


def _ask(view: View, read: BetsRead) -> None:
    """Offer to read a period that is so long that nobody should wait for it unasked, or to read on."""
    with st.container(key="bets-progress", border=True):
        if read.answered:
            stopped = text("The reading was stopped: {so_far}.", so_far=_so_far(read))
            st.info(stopped, icon=":material/block:")
        else:
            number = data.bet_count(current.merchant(), view)
            how_many = text("an unknown number of") if number is None else count(number)
            sentence = text(
                "There are {how_many} bets {when}. Up to {most} are read without asking; more take minutes. A"
                " shorter period or a game is quicker.",
                how_many=how_many,
                when=view.period.when,
                most=count(MOST_UNASKED),
            )
            st.info(sentence, icon=":material/hourglass_empty:")
        label = text("Read on") if read.answered else text("Read them")
        st.button(label, type="primary", key="read-bets", on_click=_go)


def _so_far(read: BetsRead) -> str:
    """How much is there, in words."""
    bets = read.known.value.totals.bet_count if read.known else 0
    return text(
        "{bets} bets so far, from {answered} of {asked} parts of the period",
        bets=count(bets),
        answered=count(read.answered),
        asked=count(read.asked),
    )


def _reading() -> BetReading:
    return data.bet_reading(current.merchant(), period_filters.view(), parts_filter.wanted())


def _stop() -> None:
    _reading().stop()


def _go() -> None:
    _reading().begin()
