"""Markers of care and of abuse from a player's rounds alone: how they stand among peers, never a diagnosis.

Deposits inside a session are the best single sign of harm that Auer & Griffiths found (2022,
10.1007/s10899-022-10144-4): here the upward jumps of the balance between rounds of one session, whatever they
were. Stakes rise after wins too, so stakes after losses are set against those after wins, and so is the pause
(Chen et al., PLoS ONE 2022, 0273359). Emptying the balance, play at night, longer sessions and the largest
loss of a day are indicators of the UKGC and of PwC for GambleAware (2017). Times are known to the second,
which hides how even a program's gaps really are.

Advantage play: Π (1 + λ (X − ρ)) over all paid rounds, averaged over λ, is an e-value against "what this
player gets back is no more than ρ of it" (`monitor`); of n players who are looked at, it says something from
n / 0.05 on (e-BH, its first).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import Final

import numpy as np
import numpy.typing as npt

from dashboard.luck.monitor import ALPHA, OVERPAYING, mixed, paid_rounds
from twoj_client.windows import HOUR_S

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
LEAST_ROUNDS: Final = 50
LEAST_PEERS: Final = 50
SESSION_S: Final = 1800
_PAUSE_S: Final = 7200
_NIGHT_H: Final = 6
_LONGEST_GAP_S: Final = 120
_FEW: Final = 10


class Marker(StrEnum):
    """What is measured of a player's rounds."""

    DEPOSITS = "deposits"
    CHASING = "chasing"
    SPEED = "speed"
    LOSSES = "losses"
    EMPTIED = "emptied"
    NIGHT = "night"
    LONGER = "longer"
    SAME_GAP = "same gap"
    SPAN = "span"
    HOURS = "hours"
    ADVANTAGE = "advantage"


@dataclass(frozen=True, slots=True)
class PlayerRounds:
    """A player's rounds in the order of time; columns of one length, times in epoch s, amounts in li.

    `hour` is the hour of the clocks of the business zone, `day` numbers its days.
    """

    start_s: Ints
    hour: Ints
    day: Ints
    game_id: Ints
    bet_li: Ints
    gain_li: Ints
    before_li: Ints
    after_li: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Care:
    """A player's markers and how they stand among so many peers, of so many players of the period.

    `advantage`: the e-value that the player gets back more than should be says something.
    """

    values: Mapping[Marker, float]
    percentiles: Mapping[Marker, float]
    peers: int
    players: int
    advantage: bool


def markers(rounds: PlayerRounds, rtps: Mapping[int, float]) -> dict[Marker, float]:
    """Measure a player of 50 rounds or more; what cannot be told is left out.

    `rtps` are the highest RTPs that games should have; rounds of other games are no evidence of advantage.
    """
    if len(rounds.start_s) < LEAST_ROUNDS:
        return {}
    gaps = np.diff(rounds.start_s)
    inside = gaps <= SESSION_S
    found = {
        Marker.DEPOSITS: float(((rounds.before_li[1:] > rounds.after_li[:-1]) & inside).sum() / len(gaps)),
        Marker.NIGHT: float((rounds.hour < _NIGHT_H).mean()),
        Marker.LOSSES: float(-min(np.bincount(rounds.day - rounds.day.min(), rounds.gain_li).min(), 0)),
        Marker.HOURS: float(len(np.unique(rounds.hour))),
        Marker.SPAN: _longest_span_s(rounds.start_s) / HOUR_S,
    }
    close = gaps[gaps <= _LONGEST_GAP_S]
    if len(close) >= LEAST_ROUNDS // 2:
        found[Marker.SAME_GAP] = float(np.bincount(close).max() / len(close))
    found |= _after_losses(rounds, gaps, inside)
    found |= _of_sessions(rounds, inside)
    found |= _advantage(rounds, rtps)
    return found


def _longest_span_s(start_s: Ints) -> float:
    """The longest time without a pause of two hours."""
    edges = np.flatnonzero(np.diff(start_s) > _PAUSE_S)
    firsts, lasts = np.r_[0, edges + 1], np.r_[edges, len(start_s) - 1]
    return float((start_s[lasts] - start_s[firsts]).max())


def _after_losses(rounds: PlayerRounds, gaps: Ints, inside: npt.NDArray[np.bool_]) -> dict[Marker, float]:
    """By how much stakes rise, and pauses shorten, after losses more than after wins, in logarithms."""
    paid = (rounds.bet_li[1:] > 0) & (rounds.bet_li[:-1] > 0) & inside
    lost = rounds.gain_li[:-1] < 0
    after_loss, after_win = paid & lost, paid & ~lost
    if after_loss.sum() < _FEW or after_win.sum() < _FEW:
        return {}
    stakes = np.log(np.maximum(rounds.bet_li, 1))
    rise, pause = np.diff(stakes), np.log1p(gaps)
    return {
        Marker.CHASING: float(rise[after_loss].mean() - rise[after_win].mean()),
        Marker.SPEED: float(pause[after_win].mean() - pause[after_loss].mean()),
    }


def _of_sessions(rounds: PlayerRounds, inside: npt.NDArray[np.bool_]) -> dict[Marker, float]:
    """How many sessions end with less than the last stake, and whether they grow longer."""
    edges = np.flatnonzero(~inside)
    firsts, lasts = np.r_[0, edges + 1], np.r_[edges, len(rounds.start_s) - 1]
    found = {Marker.EMPTIED: float((rounds.after_li[lasts] < np.maximum(rounds.bet_li[lasts], 1)).mean())}
    if len(firsts) >= _FEW:
        length = rounds.start_s[lasts] - rounds.start_s[firsts]
        found[Marker.LONGER] = _rank_correlation(length)
    return found


def _rank_correlation(values: Ints) -> float:
    """Spearman's ρ of values with their order."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    if np.ptp(ranks) == 0:
        return 0.0
    return float(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1])


def _advantage(rounds: PlayerRounds, rtps: Mapping[int, float]) -> dict[Marker, float]:
    """Log of the e-value that the player gets back more than should be; free rounds belong to paid ones."""
    ids, places = np.unique(rounds.game_id, return_inverse=True)
    rtp = np.array([rtps.get(each, np.nan) for each in ids.tolist()])[places]
    owner = paid_rounds(rounds.game_id, np.zeros_like(rounds.game_id), rounds.bet_li)
    won_li = np.zeros_like(rounds.bet_li)
    np.add.at(won_li, owner[owner >= 0], (rounds.bet_li + rounds.gain_li)[owner >= 0])
    known = OVERPAYING.can_watch(rtp) & (rounds.bet_li > 0) & (won_li >= 0)
    if known.sum() < LEAST_ROUNDS:
        return {}
    x = won_li[known] / rounds.bet_li[known]
    return {Marker.ADVANTAGE: float(mixed(OVERPAYING.log_factors(x, rtp[known]).sum(axis=0)))}


def percentiles(of: Mapping[Marker, float], peers: Sequence[Mapping[Marker, float]]) -> dict[Marker, float]:
    """Say which share of peers lies below a player, those who are alike counting half.

    0.99: one in 100 lies above. Of a marker that fewer than 50 peers have, nothing.
    """
    found = {}
    for marker, value in of.items():
        others = np.array([peer[marker] for peer in peers if marker in peer])
        if len(others) >= LEAST_PEERS:
            found[marker] = float((others < value).mean() + (others == value).mean() / 2)
    return found


def has_advantage(log_e: float, players: int) -> bool:
    """Whether an e-value of one of so many players who are looked at says something."""
    return log_e >= log(max(players, 1) / ALPHA)
