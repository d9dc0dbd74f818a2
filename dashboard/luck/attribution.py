"""Why the company gain moved: volume, mix, rate and luck, which add up to the li.

B is the bet amount, s_g a game's share of it, ρ_g the RTP to expect of a game and h_g = 1 − ρ_g its hold.
The gain to expect is theo = B · H with H = Σ s_g h_g, and luck = company gain − theo.

Each factor gets its Shapley value: the mean of what it adds over all orders in which the factors can change
from the earlier period to the later one (Shapley 1953; Shorrocks, Journal of Economic Inequality 11, 2013).
Nothing is left over, and of swapped periods every sign is the other one. Logarithmic means (LMDI) fail where
a gain is zero or negative.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeVar

K = TypeVar("K", bound=Hashable)
Factors = tuple[Fraction, Fraction, Fraction]
_NOTHING: Final = Fraction(0)


@dataclass(frozen=True, slots=True)
class Played:
    """Sums of a game in a period, in li: what was bet, and what the company gained (the players lost)."""

    bet_li: int
    company_gain_li: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many distinct players made how many bets of which amount in li, in a period."""

    players: int
    bets: int
    bet_li: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved the company gain from an earlier period to a later one, in li; the parts are all of it.

    `unknown_li` is the change of the gain of games whose RTP to expect is not known. `hold` is what is to be
    expected of each li that is bet more, a ratio.
    """

    volume_li: int
    mix_li: int
    rate_li: int
    luck_li: int
    unknown_li: int
    hold: Fraction

    @property
    def total_li(self) -> int:
        """By how much the company gain moved."""
        return self.volume_li + self.mix_li + self.rate_li + self.luck_li + self.unknown_li


@dataclass(frozen=True, slots=True)
class MovedVolume:
    """What of the volume, in li, is from more players, from more bets of each, from larger bets."""

    players_li: int
    bets_a_player_li: int
    average_bet_li: int


def moved(
    before: Mapping[K, Played],
    now: Mapping[K, Played],
    rtps_before: Mapping[K, Fraction],
    rtps_now: Mapping[K, Fraction] | None = None,
) -> Moved:
    """Say what moved the company gain between two periods, whose sums stand by game.

    `rtps_…` are the RTPs to expect in each period (0.96 is 96 %); without `rtps_now` nothing was configured
    anew, and the rate is 0. A game whose RTP is known in one period alone had the same in the other. Where no
    RTP changed, volume = ΔB · ½(H₀ + H₁) and mix = ½(B₀ + B₁) · Σ Δs_g h_g; luck = Δ(gain − theo). A period
    without a bet had the mix of the other. Parts are rounded to the li, half away from zero; luck takes what
    that leaves.
    """
    later_rtps = rtps_before if rtps_now is None else rtps_now
    rtps = [{**later_rtps, **rtps_before}, {**rtps_before, **later_rtps}]
    known = sorted(({*before} | {*now}) & {*rtps[0]}, key=repr)
    bets = [sum(period[game].bet_li for game in known if game in period) for period in (before, now)]
    shares = [_shares(period, known) for period in (before, now)]
    volume = mix = rate = hold = _NOTHING
    for share_before, share_now, game in zip(
        shares[0] or shares[1], shares[1] or shares[0], known, strict=False
    ):
        holds = [1 - each[game] for each in rtps]
        parts = shapley((Fraction(bets[0]), share_before, holds[0]), (Fraction(bets[1]), share_now, holds[1]))
        volume, mix, rate = volume + parts[0], mix + parts[1], rate + parts[2]
        hold += _mean(share_before, share_now, holds[0], holds[1])
    told = (to_li(volume), to_li(mix), to_li(rate))
    of_known, of_all = (_gain_li(now, of) - _gain_li(before, of) for of in (known, {*before, *now}))
    return Moved(*told, of_known - sum(told), of_all - of_known, hold)


def moved_volume(before: Crowd, now: Crowd, volume: Moved) -> MovedVolume:
    """Open what volume moved into players × bets a player × average bet.

    The bet amounts of the crowds are those of the games that the volume is of. Each factor moves them by its
    Shapley value of three, of which `volume.hold` is to be expected. What cannot be told of a period (its
    bets a player, where nobody played) was as in the other. The average bet takes what rounding leaves.
    """
    told = [_factors(before, now), _factors(now, before)]
    players, bets, _ = (to_li(each * volume.hold) for each in shapley(*told))
    return MovedVolume(players, bets, volume.volume_li - players - bets)


def shapley(before: Factors, now: Factors) -> Factors:
    """Say by how much each of three factors moved their product, as the mean over the orders of change."""
    (a0, b0, c0), (a1, b1, c1) = before, now
    return (
        (a1 - a0) * _mean(b0, b1, c0, c1),
        (b1 - b0) * _mean(a0, a1, c0, c1),
        (c1 - c0) * _mean(a0, a1, b0, b1),
    )


def _mean(a0: Fraction, a1: Fraction, b0: Fraction, b1: Fraction) -> Fraction:
    """The mean of a product of two over the orders in which a third changes before, between or after them."""
    return (2 * a0 * b0 + a0 * b1 + a1 * b0 + 2 * a1 * b1) / 6


def _shares(period: Mapping[K, Played], games: list[K]) -> list[Fraction]:
    """Each game's share of the bet amount; none where nothing was bet."""
    bets = [period[game].bet_li if game in period else 0 for game in games]
    return [Fraction(bet, sum(bets)) for bet in bets] if sum(bets) else []


def _factors(own: Crowd, other: Crowd) -> Factors:
    """Players, bets a player and average bet of a crowd, as in the `other` where they cannot be told."""
    a_player = next((Fraction(each.bets, each.players) for each in (own, other) if each.players), _NOTHING)
    average = next((Fraction(each.bet_li, each.bets) for each in (own, other) if each.bets), _NOTHING)
    return Fraction(own.players), a_player, average


def _gain_li(period: Mapping[K, Played], games: list[K] | set[K]) -> int:
    return sum(period[game].company_gain_li for game in games if game in period)


def to_li(amount: Fraction) -> int:
    """Round half away from zero: of the opposite it is the opposite."""
    whole = int(abs(amount) + Fraction(1, 2))
    return whole if amount >= 0 else -whole
