"""What an hour of draws says of each game's RTP: the evidence in it, and what it tells of later hours' RTP.

An hour is judged by an RTP that was known before its day began (`Yardstick`). So what it says never changes,
unless its bets do: it is kept as sums (`OBSERVED`), and whoever goes on needs no older bet. A draw is one
observation. Its stake band is the decade of the mean bet of its rounds, so that no band rests on an outcome;
the bands of a game are all of its draws, and their log L add up to that of the game.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dashboard.luck.monitor import (
    CUT,
    OVERPAYING,
    UNDERPAYING,
    DrawReturns,
    Floats,
    Ints,
    begins,
    draw_returns,
    reference_bounds,
)
from twoj_client.windows import HOUR_S

Records = npt.NDArray[np.void]
OBSERVED: Final = np.dtype(
    [
        ("hour_s", "<i8"),
        ("game_id", "<i8"),
        ("decade", "<i8"),
        ("draws", "<i8"),
        ("x", "<f8"),
        ("xx", "<f8"),
        ("cut", "<f8"),
        ("cutcut", "<f8"),
        ("largest", "<f8"),
        ("rtp", "<f8"),
        ("rtp_cut", "<f8"),
        ("over", "<f8", (len(OVERPAYING.lambdas),)),
        ("under", "<f8", (len(UNDERPAYING.lambdas),)),
    ]
)
"""A game's draws of a stake band in an hour: Σx, Σx², the same of x cut at `CUT`, the largest x, the RTPs it
was judged by (NaN: by none), and log L of each λ for overpaying and underpaying."""
LEAST_DRAWS: Final = 2000
"""Fewer tell no RTP to watch a game by."""
_UNSEEN: Final = 3
_SHOWN_AFTER: Final = 100_000
_COLUMNS: Final = ("draws", "x", "xx", "cut", "cutcut", "over", "under")


@dataclass(frozen=True, slots=True)
class Yardstick:
    """By what a game is watched: the highest RTP that is still as it should be, the lowest of what is cut.

    `configured`: the first is the theoretical RTP, not that of the game's own past. `rtp` and `sigma` are
    those of the past, of so many `draws`.
    """

    over: float
    under: float
    configured: bool
    rtp: float
    sigma: float
    draws: int


def observed(
    draws: DrawReturns, hours: Sequence[int], yardsticks: Mapping[int, Yardstick]
) -> Mapping[int, Records]:
    """Sum up the draws that began in these hours (epoch s), each by itself."""
    hour_s = draws.start_s // HOUR_S * HOUR_S
    kept = np.isin(hour_s, np.asarray(hours, np.int64))
    game_id, x, hour_s = draws.game_id[kept], draws.x[kept], hour_s[kept]
    decade = _decades(draws.stake_li[kept])
    order = np.lexsort((decade, game_id, hour_s))
    game_id, x, hour_s, decade = game_id[order], x[order], hour_s[order], decade[order]
    firsts = np.flatnonzero(begins(hour_s, game_id, decade))
    found = np.zeros(len(firsts), OBSERVED)
    if len(firsts):
        rtp, rtp_cut = (_of_games(game_id, yardsticks, name) for name in ("over", "under"))
        cut = np.minimum(x, CUT)
        columns = {"draws": np.ones(len(x)), "x": x, "xx": x * x, "cut": cut, "cutcut": cut * cut}
        columns["over"] = _logs(OVERPAYING.log_factors, x, rtp)
        columns["under"] = _logs(UNDERPAYING.log_factors, x, rtp_cut)
        for name in _COLUMNS:
            found[name] = np.add.reduceat(columns[name], firsts, axis=0)
        found["largest"] = np.maximum.reduceat(x, firsts)
        for name, values in {
            "hour_s": hour_s,
            "game_id": game_id,
            "decade": decade,
            "rtp": rtp,
            "rtp_cut": rtp_cut,
        }.items():
            found[name] = values[firsts]
    return {at: found[found["hour_s"] == at] for at in hours}


def draws_of(columns: Mapping[str, npt.NDArray[Any]]) -> DrawReturns:
    """Make draws of rounds in the order of time; ids are numbers, −1 where they are not known.

    A round whose draw is not known is a draw by itself, one whose player is not is nobody else's.
    """
    own = -2 - np.arange(len(columns["game_id"]))
    draw_id, user_id = (np.where(columns[name] < 0, own, columns[name]) for name in ("draw_id", "user_id"))
    return draw_returns(
        columns["game_id"],
        draw_id,
        user_id,
        columns["start_at"],
        columns["bet_amount"],
        columns["gain_amount"],
    )


def packed(records: Records) -> bytes:
    """Return the records of an hour as bytes."""
    return zlib.compress(records.tobytes(), 1)


def unpacked(body: bytes) -> Records:
    """Return the records of an hour."""
    return np.frombuffer(zlib.decompress(body), OBSERVED)


def by_game(records: Iterable[Records]) -> dict[int, tuple[float, ...]]:
    """Add up what hours tell of each game's past: draws, Σx, Σx², Σcut, Σcut², the largest x."""
    parts = [each for each in records if len(each)]
    if not parts:
        return {}
    names = ("draws", "x", "xx", "cut", "cutcut", "largest")
    game_id, *columns = (np.concatenate([each[name] for each in parts]) for name in ("game_id", *names))
    ids, places = np.unique(game_id, return_inverse=True)
    sums = [np.bincount(places, column, len(ids)).tolist() for column in columns[:-1]]
    largest = np.zeros(len(ids))
    np.maximum.at(largest, places, columns[-1])
    return dict(zip(ids.tolist(), zip(*sums, largest.tolist(), strict=True), strict=True))


def yardsticks(
    days: Iterable[Mapping[int, tuple[float, ...]]], types: Mapping[int, str], configured: Mapping[int, float]
) -> dict[int, Yardstick]:
    """Say by what games are watched, from days before (`by_game`) and the theoretical RTPs.

    For overpaying the theoretical RTP, else the upper end of the confidence sequence of the game's own past;
    for underpaying the lower end of that of what is cut. A past without the type's largest win has too small
    a spread: it gets its part of three more at the largest multiple (docs/luck.md). A game of fewer than
    2,000 draws is not watched, nor is one whose past allows any RTP.
    """
    past: dict[int, tuple[float, ...]] = {}
    for day in days:
        for game, sums in day.items():
            old = past.get(game)
            past[game] = sums if old is None else _added(old, sums)
    largest: dict[str, float] = {}
    counts: dict[str, float] = {}
    for game, sums in past.items():
        kind = types.get(game, "")
        largest[kind] = max(largest.get(kind, 0.0), sums[-1])
        counts[kind] = counts.get(kind, 0.0) + sums[0]
    found = {}
    for game, (draws, x, xx, cut, cutcut, _) in past.items():
        kind = types.get(game, "")
        if draws < LEAST_DRAWS:
            continue
        unseen = largest[kind] * sqrt(max(_SHOWN_AFTER / counts[kind], 1.0))
        more = _UNSEEN * draws / counts[kind]
        sigma = _sigma(draws, x, xx, more, unseen)
        over = reference_bounds(x / draws, sigma, draws)[1]
        under = reference_bounds(cut / draws, _sigma(draws, cut, cutcut, more, min(unseen, CUT)), draws)[0]
        theoretical = configured.get(game)
        found[game] = Yardstick(
            _watchable(OVERPAYING.can_watch, over if theoretical is None else theoretical),
            _watchable(UNDERPAYING.can_watch, under),
            theoretical is not None,
            x / draws,
            sigma,
            int(draws),
        )
    for game, theoretical in configured.items():  # needs no past
        found.setdefault(game, Yardstick(theoretical, nan, True, theoretical, nan, 0))
    return found


def _added(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    return (*(a + b for a, b in zip(one[:-1], other[:-1], strict=True)), max(one[-1], other[-1]))


def _sigma(draws: float, x: float, xx: float, more: float, unseen: float) -> float:
    mean = x / draws
    return sqrt(max(xx / draws - mean * mean, 0.0) + more * (unseen - mean) ** 2 / draws)


def _watchable(can_watch: Any, rtp: float) -> float:
    return rtp if isfinite(rtp) and bool(can_watch(rtp)) else nan


def _of_games(game_id: Ints, yardsticks: Mapping[int, Yardstick], name: str) -> Floats:
    ids, places = np.unique(game_id, return_inverse=True)
    values = [getattr(yardsticks[each], name) if each in yardsticks else nan for each in ids.tolist()]
    return np.array(values, np.float64)[places]


def _logs(log_factors: Any, x: Floats, rtp: Floats) -> Floats:
    """Log factors of each draw, 0 where there is no RTP to watch it by."""
    known = np.isfinite(rtp)
    found = np.zeros((len(x), len(OVERPAYING.lambdas)))
    found[known] = log_factors(x[known], rtp[known])
    return found


def _decades(stake_li: Floats) -> Ints:
    """The decade of each stake: 3 from 1,000 li on, 4 from 10,000. Whole numbers decide, not logarithms."""
    edges = 10 ** np.arange(1, 19, dtype=np.int64)
    return np.searchsorted(edges, stake_li, side="right").astype(np.int64)
