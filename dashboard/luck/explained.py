"""A period's company gain, explained: what moved it, how much of it is luck, how few players it is of."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.core.text import Words
from dashboard.luck.adjusted_gain import AdjustedGain, adjusted_gain
from dashboard.luck.attribution import Crowd, Moved, MovedVolume, Played, moved, moved_volume
from dashboard.luck.concentration import Concentration
from dashboard.luck.expectation import BetSums, Expectation, expectations


@dataclass(frozen=True, slots=True, eq=False)
class PeriodSums:
    """What was bet in a period, by game; how many distinct players did (None: some were forgotten).

    `stakes` and `without_li` say how few of the players who are known it is of.
    """

    games: Mapping[int, BetSums]
    players: int | None
    stakes: Concentration | None
    without_li: int | None

    @property
    def gain_li(self) -> int:
        """What the company gained."""
        return -sum(bets.gain_li for bets in self.games.values())


@dataclass(frozen=True, slots=True, eq=False)
class Movement:
    """From which company gain to which a period moved, in li, and what moved it.

    `volume` is None where the players of a period cannot be counted.
    """

    before_li: int
    now_li: int
    by: Moved
    volume: MovedVolume | None


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """A period's gain, explained; `movement` is None where there is no comparison, or `not_moved` says why.

    `origins` are how many games have an RTP that is configured, their own, of their type.
    """

    gain: AdjustedGain
    movement: Movement | None
    not_moved: Words
    sums: PeriodSums
    origins: tuple[int, int, int]


def explain(
    now: PeriodSums,
    before: PeriodSums | None,
    not_moved: Words,
    reference: Mapping[int, BetSums],
    types: Mapping[int, str],
    configured: Mapping[int, float],
) -> Explained:
    """Explain a period beside the compared one, if there is any.

    `reference` is what was bet before the period, by game. It may hold the compared one too: the luck of that
    is then taken to be a little smaller than it was.

    `types` are those of all these games, `configured` the theoretical RTPs (0.965 is 96.5 %).
    """
    games = {**now.games, **(before.games if before else {})}
    expected = expectations(games, reference, types, configured)
    gain = adjusted(now.games, expected)
    movement = _movement(before, now, expected) if before else None
    of_type = sum(each.reference is not None for each in expected.values())
    theoretical = sum(game in configured for game in expected)
    origins = (theoretical, len(expected) - theoretical - of_type, of_type)
    return Explained(gain, movement, not_moved, now, origins)


def adjusted(games: Mapping[int, BetSums], expected: Mapping[int, Expectation]) -> AdjustedGain:
    """Tell the luck in the gain of games, by what is expected of each."""
    outlooks = {game: each.outlook(games[game]) for game, each in expected.items() if game in games}
    return adjusted_gain(_played(games), {game: each for game, each in outlooks.items() if each})


def _movement(before: PeriodSums, now: PeriodSums, expected: Mapping[int, Expectation]) -> Movement:
    by = moved(_played(before.games), _played(now.games), {game: each.rtp for game, each in expected.items()})
    crowds = [_crowd(each, expected) for each in (before, now)]
    earlier, later_crowd = crowds
    volume = moved_volume(earlier, later_crowd, by) if earlier and later_crowd else None
    return Movement(before.gain_li, now.gain_li, by, volume)


def _crowd(sums: PeriodSums, expected: Mapping[int, Expectation]) -> Crowd | None:
    if sums.players is None:
        return None
    bets = sum(each.bets for each in sums.games.values())
    return Crowd(
        sums.players, bets, sum(each.bet_li for game, each in sums.games.items() if game in expected)
    )


def _played(games: Mapping[int, BetSums]) -> dict[int, Played]:
    return {game: Played(bets.bet_li, -bets.gain_li) for game, bets in games.items()}
