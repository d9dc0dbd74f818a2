"""Which player a page is asked for, and the numbers at the head of it."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from dashboard.core.markdown import short
from dashboard.core.metrics import METRIC, Metric, Totals, Unit
from dashboard.core.query import OP_ID, USER_ID, Query
from dashboard.core.text import Message, later, listed, text
from dashboard.rounds.frame import dated


class PlayerProblem(Exception):
    """Why a player cannot be shown. Its text is one sentence for people, ids in it as they were typed."""


@dataclass(frozen=True, slots=True)
class Player:
    """A player by the operator's id (`op_id`), the provider's (`user_id`), or both; None where not given."""

    op_id: str | None = None
    user_id: int | None = None

    @property
    def named(self) -> str:
        """How a sentence calls this player."""
        ids = []
        if self.op_id is not None:
            ids.append(f"op_id “{self.op_id}”")
        if self.user_id is not None:
            ids.append(f"user_id {self.user_id}")
        return text("{id} and {other_id}", id=ids[0], other_id=ids[1]) if len(ids) > 1 else "".join(ids)

    def is_same(self, other: "Player") -> bool:
        """Whether they have an id in common: a link by one id and a link by both lead to the same player."""
        return bool({self.op_id, self.user_id} & {other.op_id, other.user_id} - {None})


def read_player(query: Query) -> Player | None:
    """Read from an address whom it asks for, None where it names nobody."""
    player = Player(query.value(OP_ID), query.value(USER_ID))
    return None if player == Player() else player


def identity(player: Player, rounds: pd.DataFrame) -> str:
    """Both ids of a player as far as they are known, and the currency of the rounds."""
    currencies = [currency for currency in rounds["currency"].dropna().unique().tolist() if currency]
    parts = [
        f"op_id {short(player.op_id)}" if player.op_id else "",
        f"user_id {player.user_id}" if player.user_id is not None else "",
        text("plays in {currencies}", currencies=listed(currencies)) if currencies else "",
    ]
    return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class PlayerTotals:
    """Sums over a player's rounds. `biggest_win_li` is None where no round gave anything back."""

    sums: Totals = Totals()  # noqa: RUF009 - frozen
    biggest_win_li: int | None = None
    first_s: int | None = None
    last_s: int | None = None


def player_totals(rounds: pd.DataFrame) -> PlayerTotals:
    """Add up rounds (`rounds.rounds_frame`), exactly."""
    if rounds.empty:
        return PlayerTotals()
    gain_li = sum(rounds["gain_li"].tolist())
    win_li = max(rounds["win_li"].tolist())
    sums = Totals(len(rounds), sum(rounds["bet_amount_li"].tolist()), gain_li, -gain_li)
    starts = dated(rounds)["start_at"].tolist()
    return PlayerTotals(
        sums, win_li if win_li > 0 else None, min(starts, default=None), max(starts, default=None)
    )


def _of_sums(key: str, made_of: Message | None = None) -> Metric[PlayerTotals]:
    """A metric of all rounds, of the player's alone: no direction of it is good."""
    metric = METRIC[key]
    made_of = made_of or metric.made_of
    return Metric(
        key, metric.label_key, metric.unit, "neither", made_of, lambda player: metric.of(player.sums)
    )


PLAYER_METRICS: Final[tuple[Metric[PlayerTotals], ...]] = (
    _of_sums("bets", later("The number of rounds, slots and all other games together.")),
    _of_sums("bet_amount"),
    Metric(
        "net_result",
        "Net result",
        Unit.MONEY,
        "neither",
        later(
            "What the player won minus what the player bet. Below zero the player lost, and the company"
            " gained."
        ),
        lambda player: player.sums.gain_li,
    ),
    _of_sums("rtp"),
    Metric(
        "biggest_win",
        "Biggest win",
        Unit.MONEY,
        "neither",
        later("The most that one round gave back (bet + net result of the round)."),
        lambda player: player.biggest_win_li,
    ),
)
