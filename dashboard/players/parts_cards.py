"""The head of a player's page: the sums of the period, first and last round, the balance now."""

from datetime import datetime
from typing import Final

import streamlit as st
from babel.dates import format_datetime

from dashboard.core import formats
from dashboard.core.text import locale, text
from dashboard.kit import cards, current
from dashboard.players import data_balance
from dashboard.players.data_balance import NO_OP_ID
from dashboard.players.player import PLAYER_METRICS, Player, PlayerTotals
from dashboard.provider.failures import failure_text, stale_text
from dashboard.provider.merchant import ProviderFailed

_FIRST_ROW: Final = PLAYER_METRICS[:4]
_WIN: Final = PLAYER_METRICS[4]

_Card = tuple[str, str, str] | tuple[str, str, str, str]
"""What a card shows, its exact value, its meaning; and from when it is, where it is not of now."""


def render_player_cards(
    player: Player,
    totals: PlayerTotals,
    currency: str | None,
    before: PlayerTotals | None,
    compared: str | None,
) -> None:
    """Draw two rows of cards, each with its exact value and meaning on hover; amounts are of `currency`.

    `before` are the sums of the days that are `compared`.
    """
    cards.row("cards-player", _FIRST_ROW, totals, before, compared, currency)
    win = _WIN.of(totals)
    short, exact = (write(_WIN, win, currency) for write in (formats.short, formats.exact))
    _row(
        [
            (short, exact, _WIN.formula),
            _balance(player.op_id, currency),
            (*_moment(totals.first_s), text("When the first round of the period began.")),
            (*_moment(totals.last_s), text("When the last round of the period began.")),
        ]
    )


def unknown() -> None:
    """The same cards while nothing is known."""
    cards.row("cards-player", _FIRST_ROW, None, None, None, None)
    _row([_not_known("")] * 4)


def _row(drawn: list[_Card]) -> None:
    """Draw the second row of cards."""
    labels = (_WIN.label, text("Balance now"), text("First round"), text("Last round"))
    with st.container(key="cards-player-more"):
        for place, label, (value, exact, meaning, *old) in zip(st.columns(4), labels, drawn, strict=True):
            place.metric(
                label,
                value,
                old[0] if old else None,
                delta_color="off",
                delta_arrow="off",
                help=f"**{exact}**\n\n{meaning}",
                border=True,
                height="stretch",
            )


def _not_known(why: str) -> _Card:
    return formats.UNKNOWN, text("Not known"), why


def _balance(op_id: str | None, currency: str | None) -> _Card:
    """The wallet's balance, and from when it is if that is not now; the card says why it is not to be had."""
    merchant = current.merchant()
    if op_id is None:
        return _not_known(str(NO_OP_ID).capitalize())
    try:
        known = data_balance.balance_now(merchant, op_id)
    except ProviderFailed as error:
        return _not_known(failure_text(error))
    if known is None:
        return _not_known(text("The wallet has not answered yet."))
    when = formats.moment(known.as_of, merchant.zone, merchant.now())
    short, exact = (written(known.value, currency) for written in (formats.money_short, formats.money))
    meaning = text("What the wallet holds, as of {when}.", when=when)
    if known.stale_reason is None:
        return short, exact, meaning
    return short, exact, f"{meaning} {stale_text(known.stale_reason)}", text("as of {when}", when=when)


def _moment(epoch_s: int | None) -> tuple[str, str]:
    if epoch_s is None:
        return formats.UNKNOWN, text("Not known")
    merchant = current.merchant()
    local = datetime.fromtimestamp(epoch_s, merchant.zone)
    this_year = local.year == merchant.now().astimezone(merchant.zone).year
    short = format_datetime(local, "d MMM HH:mm" if this_year else "d MMM y", locale=locale())
    exact = format_datetime(local, "d MMM y, HH:mm:ss", locale=locale()) + formats.offset_text(local)
    return short, f"{exact} {formats.zone_name(merchant.zone)}"
