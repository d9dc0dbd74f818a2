"""What was to be expected of the bets of a period, what of the gain is luck, and how far luck carries.

theo = Σ_g B_g (1 − ρ_g), luck = company gain − theo, SE = √(Σ_g σ_g² Σ_i b_i²), with B_g the bet amount of a
game, ρ_g its RTP to expect, σ_g the spread of its rounds per unit of stake, b_i their stakes, of which those
of one draw are one (docs/luck.md). An RTP that is itself only known within luck, ± ε of a reference, adds
(ε Σ B_g)² to the square of SE, over the games that share the reference: there the errors go the same way.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import hypot
from typing import TypeVar

from dashboard.luck.attribution import Played, to_li

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be expected of a game: its RTP, and how far luck carries its gain, σ √Σb², in li.

    `rtp_error` is the standard error of the RTP, 0 where it is configured; it is that of the `reference`.
    """

    rtp: Fraction
    spread_li: float
    rtp_error: float = 0.0
    reference: Hashable = None


@dataclass(frozen=True, slots=True)
class AdjustedGain:
    """Company gain = `theo_li` + `luck_li` + `unknown_li`, in li; luck has the standard error `error_li`.

    `unknown_li` is the gain of games of which nothing can be expected, of `unknown_games` games.
    """

    theo_li: int
    luck_li: int
    error_li: float
    unknown_li: int
    unknown_games: int

    @property
    def multiple(self) -> float | None:
        """Luck in standard errors; None where nothing scatters."""
        return self.luck_li / self.error_li if self.error_li else None


def adjusted_gain(played: Mapping[K, Played], outlooks: Mapping[K, Outlook]) -> AdjustedGain:
    """Tell the luck in the gain of a period, whose sums stand by game; theo is rounded to the li."""
    known = {game: each for game, each in played.items() if game in outlooks}
    theo = sum((each.bet_li * (1 - outlooks[game].rtp) for game, each in known.items()), Fraction(0))
    of_reference: dict[Hashable, float] = defaultdict(float)
    for game, each in known.items():
        outlook = outlooks[game]
        of_reference[game if outlook.reference is None else outlook.reference] += (
            each.bet_li * outlook.rtp_error
        )
    spreads = (outlooks[game].spread_li for game in known)
    gain_li = sum(each.company_gain_li for each in known.values())
    unknown = [each.company_gain_li for game, each in played.items() if game not in outlooks]
    return AdjustedGain(
        to_li(theo),
        gain_li - to_li(theo),
        hypot(*spreads, *of_reference.values()),
        sum(unknown),
        len(unknown),
    )
