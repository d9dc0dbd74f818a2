"""The jackpot pots over time: what was hit, whom that was paid to, how fast they grow. Pure.

Times are the provider's, in epoch milliseconds; amounts are li.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from statistics import NormalDist
from typing import Final

POTS: Final = ("hourly", "super")

SLACK_MS: Final = 120_000
"""How far a payout's order may lie from the fall of its pot: the order is made once the round is over."""
GAP_MS: Final = 20 * 60_000
"""Pots that were not asked for as long as this were not watched: more than the thinnest samples lie apart."""
BLOCK_MS: Final = 15 * 60_000
_FEWEST_BLOCKS: Final = 5


@dataclass(frozen=True, slots=True)
class Pot:
    """A pot as the provider tells it, in units of money; `next_hour_ms` is 0 where it has no hourly draw."""

    amount: Decimal
    next_pot: Decimal
    next_hour_ms: int

    @property
    def li(self) -> int:
        """What is in the pot, never more than that."""
        return int(self.amount.scaleb(3))


@dataclass(frozen=True, slots=True)
class Pots:
    """Both pots at one moment of the provider's clock."""

    hourly: Pot
    super: Pot
    at_ms: int

    def __getitem__(self, name: str) -> Pot:
        return self.hourly if name == "hourly" else self.super


@dataclass(frozen=True, slots=True)
class Sample:
    """What was in a pot at a moment."""

    at_ms: int
    li: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A pot that fell between two answers."""

    pot: str
    before_at_ms: int
    seen_at_ms: int
    before_li: int
    after_li: int


@dataclass(frozen=True, slots=True)
class Win:
    """A payout from the ledger. The parts are as the provider told them, None where it did not."""

    trans_no: str
    op_id: str
    game_id: int
    amount_li: int
    hourly_li: int | None
    super_li: int | None
    ordered_at_ms: int

    @property
    def pots(self) -> tuple[str, ...]:
        """Whose pots these are; both where the parts do not say."""
        named = tuple(name for name in POTS if (self.part_li(name) or 0) > 0)
        return named or POTS

    def part_li(self, pot: str) -> int | None:
        """What came from this pot."""
        return self.hourly_li if pot == "hourly" else self.super_li


def hits_between(before: Pots, after: Pots) -> list[Hit]:
    """Return the hits that two answers show, one after the other: the pots that fell.

    There are none where the provider's clock was set back meanwhile: no telling which answer came first.
    """
    return [
        Hit(name, before.at_ms, after.at_ms, before[name].li, after[name].li)
        for name in POTS
        if after[name].li < before[name].li and before.at_ms < after.at_ms
    ]


def with_hits(samples: Iterable[Sample], hits: Iterable[Hit], pot: str) -> list[Sample]:
    """Return the samples of a pot together with the two answers around each of its hits, oldest first."""
    known = {sample.at_ms: sample for sample in samples}
    for hit in hits:
        if hit.pot == pot:
            known[hit.before_at_ms] = Sample(hit.before_at_ms, hit.before_li)
            known[hit.seen_at_ms] = Sample(hit.seen_at_ms, hit.after_li)
    return sorted(known.values(), key=lambda sample: sample.at_ms)


class Verdict(StrEnum):
    """What a hit and its payout say about each other."""

    PAID = "Paid"
    AWAITED = "Just now: the other half may still come"
    UNPAID = "No payout received"
    UNSEEN = "Not seen in the pots"
    UNWATCHED = "The pots were not watched then"


@dataclass(frozen=True, slots=True)
class Match:
    """A hit with a payout, or either alone."""

    verdict: Verdict
    pot: str
    hit: Hit | None
    win: Win | None

    @property
    def at_ms(self) -> int:
        """When it happened, as well as is known."""
        if self.win:
            return self.win.ordered_at_ms
        assert self.hit  # noqa: S101 - a match has one of the two
        return self.hit.seen_at_ms


def match(
    hits: Iterable[Hit], wins: Iterable[Win], watched: Mapping[str, Sequence[int]], now_ms: int
) -> list[Match]:
    """Match hits with payouts by pot and time, newest first.

    A payout belongs to the nearest hit of a pot that it names, if its order lies within `SLACK_MS` of the two
    answers that the hit was seen between. Amounts are not compared: several may share a pot, and it grows
    until the draw. `watched` holds the sorted times of each pot's samples.
    """
    hits = list(hits)
    unpaid = dict.fromkeys(hits)
    matches = []
    for win in wins:
        for pot in win.pots:
            hit = _nearest(win, (hit for hit in hits if hit.pot == pot))
            if hit:
                unpaid.pop(hit, None)
                matches.append(Match(Verdict.PAID, pot, hit, win))
        if not matches or matches[-1].win is not win:
            matches.append(Match(_alone(win, watched, now_ms), win.pots[0], None, win))
    for hit in unpaid:
        verdict = Verdict.AWAITED if now_ms - hit.seen_at_ms <= SLACK_MS else Verdict.UNPAID
        matches.append(Match(verdict, hit.pot, hit, None))
    return sorted(matches, key=lambda each: each.at_ms, reverse=True)


def _nearest(win: Win, hits: Iterable[Hit]) -> Hit | None:
    def distance_ms(hit: Hit) -> int:
        return max(hit.before_at_ms - win.ordered_at_ms, win.ordered_at_ms - hit.seen_at_ms, 0)

    nearest = min(hits, key=distance_ms, default=None)
    return nearest if nearest and distance_ms(nearest) <= SLACK_MS else None


def _alone(win: Win, watched: Mapping[str, Sequence[int]], now_ms: int) -> Verdict:
    if now_ms - win.ordered_at_ms <= SLACK_MS:
        return Verdict.AWAITED
    seen = all(_was_watched(watched.get(pot, ()), win.ordered_at_ms) for pot in win.pots)
    return Verdict.UNSEEN if seen else Verdict.UNWATCHED


def _was_watched(times: Sequence[int], at_ms: int) -> bool:
    after = bisect_right(times, at_ms)
    return 0 < after < len(times) and times[after] - times[after - 1] <= GAP_MS


@dataclass(frozen=True, slots=True)
class Growth:
    """How fast a pot grows: li an hour, with the 95 % interval where there is enough to tell."""

    li_an_hour: int
    low: int | None
    high: int | None
    watched_s: int


def growth(samples: Sequence[Sample]) -> Growth | None:
    """Return how fast a pot grew while it was watched, None where it was not.

    Growth is the sum of the rises over the sum of their times; a step with a fall or a gap counts as neither.
    The interval is that of the ratio of two sums over blocks of 15 minutes (Cochran, *Sampling Techniques*,
    ch. 6), which belong together because busy and quiet minutes do; its quantile is Student's. It needs 5
    blocks.
    """
    blocks: dict[int, tuple[int, int]] = {}
    for rise_li, time_ms, end_ms in _steps(samples):
        rises, times = blocks.get(end_ms // BLOCK_MS, (0, 0))
        blocks[end_ms // BLOCK_MS] = (rises + rise_li, times + time_ms)
    total_li, total_ms = (sum(each[i] for each in blocks.values()) for i in (0, 1))
    if not total_ms:
        return None
    rate = Fraction(total_li, total_ms)
    an_hour, count = rate * 3_600_000, len(blocks)
    low = high = None
    if count >= _FEWEST_BLOCKS:
        squares = sum(float(rise_li - rate * time_ms) ** 2 for rise_li, time_ms in blocks.values())
        error = sqrt(squares * count / (count - 1)) / total_ms * 3_600_000
        reach = _student(count - 1) * error
        low, high = round(float(an_hour) - reach), round(float(an_hour) + reach)
    return Growth(round(an_hour), low, high, total_ms // 1000)


def _steps(samples: Sequence[Sample]) -> Iterator[tuple[int, int, int]]:
    for before, after in pairwise(samples):
        time_ms, rise_li = after.at_ms - before.at_ms, after.li - before.li
        if 0 < time_ms <= GAP_MS and rise_li >= 0:
            yield rise_li, time_ms, after.at_ms


def _student(freedom: int) -> float:
    """97.5 % quantile of Student's t (Abramowitz & Stegun 26.7.5; within 1 % from 4 degrees of freedom)."""
    z = NormalDist().inv_cdf(0.975)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
