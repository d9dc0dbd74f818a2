"""How a player stands among those of a period, and what of the result is luck. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import pandas as pd

from dashboard.core.formats import UNKNOWN, count, decimal, money_short, percent, with_plus
from dashboard.core.metrics import Totals
from dashboard.core.text import text
from dashboard.luck.adjusted_gain import AdjustedGain, adjusted_gain
from dashboard.luck.attribution import Played
from dashboard.luck.expectation import BetSums, Expectation
from dashboard.players.player import PlayerTotals

RARE: Final = 3.09
"""So many standard errors luck alone does in one of 500 cases: outside of 99.8 %."""


@dataclass(frozen=True, slots=True)
class PlayerStanding:
    """A player among the `players` of a window: sums in li, the ranks by bet amount and by net result.

    Whoever has as much has the same rank. `all_bet_li` is what all of them bet.
    """

    bets: int
    bet_li: int
    gain_li: int
    bet_rank: int
    gain_rank: int
    players: int
    all_bet_li: int

    @property
    def totals(self) -> PlayerTotals:
        """The sums, for the cards."""
        return PlayerTotals(Totals(self.bets, self.bet_li, self.gain_li, -self.gain_li))

    @property
    def share(self) -> Fraction | None:
        """Which part of all bets is the player's."""
        return Fraction(self.bet_li, self.all_bet_li) if self.all_bet_li else None


def standing_text(standing: PlayerStanding) -> str:
    """Say the ranks and the share, as Markdown."""
    return text(
        "Rank **{bet_rank}** of {players} by bet amount, with {share} of all bets; rank **{gain_rank}** by"
        " result.",
        bet_rank=count(standing.bet_rank),
        players=count(standing.players),
        share=percent(standing.share),
        gain_rank=count(standing.gain_rank),
    )


def bets_of_games(rounds: pd.DataFrame) -> dict[int, BetSums]:
    """Add a player's rounds up by game, exactly; the bets of one draw are one: they win and lose together."""
    of_draws: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    names = ("game_id", "draw_id", "event_id", "bet_amount_li", "gain_li")
    for game_id, draw_id, event_id, bet_li, gain_li in zip(
        *(rounds[each].tolist() for each in names), strict=True
    ):
        draw = event_id if pd.isna(draw_id) or not draw_id else draw_id
        sums = of_draws[game_id, str(draw)]
        sums[:] = [sums[0] + 1, sums[1] + bet_li, sums[2] + gain_li]
    games: dict[int, BetSums] = defaultdict(BetSums)
    for (game_id, _), (bets, bet_li, gain_li) in of_draws.items():
        games[game_id] += BetSums(bets, bet_li, gain_li, bet_li**2)
    return games


def luck(games: Mapping[int, BetSums], expected: Mapping[int, Expectation]) -> AdjustedGain | None:
    """Tell the luck in what the company gained of a player; None where of no game it can be told."""
    outlooks = {game: each.outlook(games[game]) for game, each in expected.items() if game in games}
    known = {game: each for game, each in outlooks.items() if each}
    if not known:
        return None
    return adjusted_gain({game: Played(each.bet_li, -each.gain_li) for game, each in games.items()}, known)


def luck_text(gain: AdjustedGain, currency: str | None) -> str:
    """Say what of a player's result was to be expected and what is luck, as Markdown."""
    multiple = None if gain.multiple is None else -gain.multiple
    said = text(
        "Of the result {expected} was to be expected of these bets, **{luck}** is luck: {multiple} standard"
        " errors.",
        expected=money_short(-gain.theo_li, currency),
        luck=with_plus(money_short(-gain.luck_li, currency)),
        multiple=UNKNOWN if multiple is None else with_plus(decimal(Fraction(multiple), 1)),
    )
    if multiple is not None and abs(multiple) > RARE:
        said += " " + text("Luck alone does that to one player in 500.")
    if gain.unknown_li:
        said += " " + text(
            "Of {amount} nothing is known to expect.", amount=money_short(-gain.unknown_li, currency)
        )
    return said
