"""The head of a player's page: the sums of the period, first and last round, the balance now."""

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard.core import formats
from dashboard.kit import cards, current
from dashboard.players import data_balance
from dashboard.players.data_balance import NO_OP_ID
from dashboard.players.player import PLAYER_METRICS, Player, PlayerTotals
from dashboard.provider.failures import failure_text, stale_text
from dashboard.provider.merchant import ProviderFailed

_FIRST_ROW: Final = PLAYER_METRICS[:4]
_WIN: Final = PLAYER_METRICS[4]
_BALANCE: Final = "Balance now"


def draw(player: Player, totals: PlayerTotals, currency: str | None) -> None:
    """Draw two rows of cards, each with its exact value and meaning on hover; amounts are of `currency`."""
    cards.row("cards-player", _FIRST_ROW, totals, None, None, currency)
    win = _WIN.of(totals)
    balance, old = _balance(player.op_id, currency)
    _row(
        [
            (
                _WIN.label,
                formats.short(_WIN, win, currency),
                formats.exact(_WIN, win, currency),
                _WIN.formula,
            ),
            balance,
            ("First round", *_moment(totals.first_s), "When the first round of the period began."),
            ("Last round", *_moment(totals.last_s), "When the last round of the period began."),
        ],
        old,
    )


def unknown() -> None:
    """The same cards while nothing is known."""
    cards.row("cards-player", _FIRST_ROW, None, None, None, None)
    labels = (_WIN.label, _BALANCE, "First round", "Last round")
    _row([(label, formats.UNKNOWN, "Not known", "") for label in labels])


def _row(drawn: list[tuple[str, str, str, str]], old: str | None = None) -> None:
    """Draw the second row of cards; `old` says from when the balance is, where it is not of now."""
    with st.container(key="cards-player-more"):
        for place, (label, value, exact, meaning) in zip(st.columns(len(drawn)), drawn, strict=True):
            place.metric(
                label,
                value,
                old if label == _BALANCE else None,
                delta_color="off",
                delta_arrow="off",
                help=f"**{exact}**\n\n{meaning}",
                border=True,
                height="stretch",
            )


def _balance(op_id: str | None, currency: str | None) -> tuple[tuple[str, str, str, str], str | None]:
    """The wallet's balance, and from when it is if that is not now; the card says why it is not to be had."""
    merchant = current.merchant()
    if op_id is None:
        return (_BALANCE, formats.UNKNOWN, "Not known", NO_OP_ID.capitalize()), None
    try:
        known = data_balance.balance_now(merchant, op_id)
    except ProviderFailed as error:
        return (_BALANCE, formats.UNKNOWN, "Not known", failure_text(error)), None
    if known is None:
        return (_BALANCE, formats.UNKNOWN, "Not known", "The wallet has not answered yet."), None
    when = formats.moment(known.as_of, merchant.zone, merchant.now())
    short, exact = (written(known.value, currency) for written in (formats.money_short, formats.money))
    stale = stale_text(known.stale_reason) if known.stale_reason else ""
    meaning = f"What the wallet holds, as of {when}. {stale}".rstrip()
    return (_BALANCE, short, exact, meaning), f"as of {when}" if known.stale else None


def _moment(epoch_s: int | None) -> tuple[str, str]:
    if epoch_s is None:
        return formats.UNKNOWN, "Not known"
    merchant = current.merchant()
    local = datetime.fromtimestamp(epoch_s, UTC).astimezone(merchant.zone)
    this_year = local.year == merchant.now().astimezone(merchant.zone).year
    short = f"{local.day} {local:%b %H:%M}" if this_year else f"{local.day} {local:%b %Y}"
    exact = f"{local.day} {local:%b %Y, %H:%M:%S}{formats.offset_text(local)}"
    return short, f"{exact} {formats.zone_name(merchant.zone)}"
