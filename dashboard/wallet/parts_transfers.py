"""A page of a player's transfers: the running balance, the table, the way to older ones, all as a file."""

from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.core import formats, tables
from dashboard.core.files import About, file_stem
from dashboard.core.table_view import TableView
from dashboard.core.text import plural, text
from dashboard.kit import charts, current, downloads, parts, states, table
from dashboard.kit.table_view import ALL
from dashboard.provider.reading import Reading
from dashboard.wallet import data as wallet_data
from dashboard.wallet import parts_filter
from dashboard.wallet.figures import wallet_chart
from dashboard.wallet.transfers import TransferQuery, described, in_words

_NEWER: Final = "wallet-newer"
_FILE: Final = "wallet-file"


@parts.part(text("The transfers"), "transfers")
def transfers() -> None:
    """Draw a page of them, with the way to older ones and the file of all."""
    merchant, wanted = current.merchant(), parts_filter.wanted()
    with states.box("transfer-list", text("Transfers, {zone}", zone=formats.zone_name(merchant.zone))):
        try:
            found = wallet_data.transfers(merchant, wanted)
        except wallet_data.NoSuchPlayer:
            st.caption(text("Without an account there are none."))
            return
        states.as_of(found, alone=True)
        _page(wanted, found)


def _page(wanted: TransferQuery, found: Reading[wallet_data.TransferPage]) -> None:
    merchant, page, seen = current.merchant(), found.value, ALL
    if page.transfers.empty:
        st.info(_nothing(wanted, page))
    else:
        if wanted.type is None and len(page.transfers) > 1:  # without the other type no balance runs
            _chart(page.transfers)
        st.caption(text("On this page: {transfers}", transfers=in_words(page.transfers, merchant.currency)))
        seen = table.render_table(
            page.transfers,
            tables.TRANSFERS,
            "transfers-table",
            merchant.currency,
            neutral=["between_li"],
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        _turn(wanted, page.next_id)
        _file(wanted, found, seen)


def _chart(transfers: pd.DataFrame) -> None:
    merchant = current.merchant()
    charts.show(wallet_chart(transfers, charts.look(), merchant.currency, merchant.zone), "running-balance")
    st.caption(
        text(
            "The running balance. Where the line breaks, the balance changed between two transfers: rounds,"
            " bonuses, jackpots, or a transfer that is missing."
        )
    )


def _nothing(wanted: TransferQuery, page: wallet_data.TransferPage) -> str:
    if page.next_id:
        return text(
            "None of the {count} transfers looked at fits the filters. Older ones may.",
            count=formats.count(page.looked_at),
        )
    if wanted.next_id:
        return text("There are no older ones.")
    is_narrowed = described(wanted, current.merchant().zone)
    return text("No transfer fits the filters.") if is_narrowed else text("No transfers yet.")


def _turn(wanted: TransferQuery, next_id: int) -> None:
    newer: dict[int, int] = st.session_state.setdefault(_NEWER, {})
    if wanted.next_id:
        st.button(text("Newest"), icon=":material/first_page:", on_click=parts_filter.turn_to, args=(0,))
    if wanted.next_id in newer:
        st.button(
            text("Newer"),
            icon=":material/chevron_left:",
            on_click=parts_filter.turn_to,
            args=(newer[wanted.next_id],),
        )
    if next_id:
        newer[next_id] = wanted.next_id
        st.button(
            text("Older"), icon=":material/chevron_right:", on_click=parts_filter.turn_to, args=(next_id,)
        )


def _file(wanted: TransferQuery, found: Reading[wallet_data.TransferPage], seen: TableView) -> None:
    """Offer all that fits as files, as the table is seen; other pages are read when somebody asks."""
    whole = replace(wanted, next_id=0)
    if not wanted.next_id and not found.value.next_id:
        if not found.value.transfers.empty:
            _offer(whole, Reading(found.value.transfers, found.as_of, found.stale_reason), seen)
        return
    if st.button(text("Read all for a file"), icon=":material/download:", type="tertiary"):
        with states.part(text("The file")), st.spinner(text("Reading all transfers…")):
            st.session_state[_FILE] = (whole, wallet_data.all_transfers(current.merchant(), whole))
    read_for, known = st.session_state.get(_FILE, (None, None))
    if read_for == whole:
        _offer(whole, known, seen)


def _offer(wanted: TransferQuery, known: Reading[pd.DataFrame], seen: TableView) -> None:
    merchant, all_of, left = current.merchant(), len(known.value), len(seen.rows(known.value))
    stale = text("The provider did not answer; this is what it said last.") if known.stale else ""
    until = min(known.as_of, wanted.before or known.as_of)
    player = text("player {op_id}", op_id=wanted.op_id)
    about = About(
        title=text("Transfers"),
        period=text("All until {time}", time=formats.moment(until, merchant.zone)),
        zone=formats.zone_name(merchant.zone),
        currency=merchant.currency or "",
        as_of=formats.moment(known.as_of, merchant.zone),
        completeness=stale,
        only=", ".join(filter(None, (player, described(wanted, merchant.zone)))),
        rows=str(all_of),
    )
    said = plural("The only transfer as a file", "All {n} transfers as a file", all_of)
    if left < all_of:
        counts = {"some": formats.count(left), "all": formats.count(all_of)}
        said = text("{some} of {all} transfers as a file", **counts)
    st.caption(said, width="content")
    day = f"{until.astimezone(merchant.zone):%Y-%m-%d}"
    stem = file_stem("transfers", wanted.op_id or "", day)
    downloads.offer(about, tables.TRANSFERS, known.value, stem, seen)
