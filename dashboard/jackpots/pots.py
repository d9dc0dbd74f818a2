"""The jackpot pots over time: what was hit, whom that was paid to, how fast they grow. Pure.

Times are the provider's, in epoch milliseconds; amounts are li.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from statistics import NormalDist
from typing import Final

from twoj_client.windows import DAY_S, HOUR_S

POTS: Final = ("hourly", "super")

SLACK_MS: Final = 120_000
"""How far a payout's order may lie from the fall of its pot: the order is made once the round is over."""
GAP_MS: Final = 20 * 60_000
"""Pots that were not asked for as long as this were not watched: more than the thinnest samples lie apart."""
BLOCK_MS: Final = 15 * 60_000
STAYS_MS: Final = 10_000
"""A pot that was told lower has fallen once it was not told higher again for so long."""
RESET_SHARE: Final = Fraction(1, 100)
"""A pot that is won falls by at least this share of it: replicas of the provider lie less apart."""
NAMED_SHARE: Final = Fraction(1, 1000)
"""So much where a payout names the pot: less is rounding."""
DRAW_LASTS_MS: Final = 10 * 60_000
FARTHEST_DRAW_MS: Final = 31 * DAY_S * 1000
_FEWEST_BLOCKS: Final = 5
_SETTLED: Final = 64


@dataclass(frozen=True, slots=True)
class PotNow:
    """A pot as the provider tells it, in units of money; `next_hour_ms` is 0 where it has no hourly draw."""

    amount: Decimal
    next_pot: Decimal
    next_hour_ms: int

    @property
    def li(self) -> int:
        """What is in the pot, never more than that."""
        return int(self.amount.scaleb(3))

    def draw_ms(self, now_ms: int) -> int | None:
        """When the next draw is, in epoch ms; None where there is none, or what is told cannot be one."""
        is_near = now_ms - DRAW_LASTS_MS < self.next_hour_ms < now_ms + FARTHEST_DRAW_MS
        return self.next_hour_ms if is_near else None


@dataclass(frozen=True, slots=True)
class Pots:
    """Both pots at one moment of the provider's clock; None is one that it did not tell."""

    hourly: PotNow | None
    super: PotNow | None
    at_ms: int

    def __getitem__(self, name: str) -> PotNow | None:
        return self.hourly if name == "hourly" else self.super


@dataclass(frozen=True, slots=True)
class PotSample:
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
    """A payout from the ledger. Game and parts are as the provider told them, None where it did not."""

    trans_no: str
    op_id: str
    game_id: int | None
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


class HitFinder:
    """Finds the hits that answers show, heard one after the other.

    A pot that is told lower need not have been won: the provider rounds, and its replicas lag behind each
    other. A fall is a hit once it has stayed and has the size of a reset, or once a payout names it.
    """

    def __init__(self) -> None:
        self._falls: dict[str, Hit] = {}
        self._settled: deque[str] = deque(maxlen=_SETTLED)

    def hear(self, before: Pots, after: Pots, wins: Iterable[Win]) -> list[Hit]:
        """Take note of two answers, one after the other, and of the last payouts; return new hits.

        Where the provider's clock was set back meanwhile there is no telling which answer came first.
        """
        if after.at_ms <= before.at_ms:
            return []
        wins = [win for win in wins if win.trans_no not in self._settled]
        return [hit for name in POTS if (hit := self._heard(name, before, after, wins))]

    def _heard(self, name: str, before: Pots, after: Pots, wins: Sequence[Win]) -> Hit | None:
        was, told = before[name], after[name]
        if was is None or told is None:
            return None
        was_li, is_li = was.li, told.li
        fall = self._falls.pop(name, None)
        if fall and _has_risen_again(fall, is_li, after.at_ms):
            fall = None
        if is_li < was_li:
            # In two steps it is one fall.
            began_ms, from_li = (fall.before_at_ms, fall.before_li) if fall else (before.at_ms, was_li)
            fall = Hit(name, began_ms, after.at_ms, from_li, is_li)
        if fall is None:
            return None
        fall_li = fall.before_li - fall.after_li
        stayed_ms = after.at_ms - fall.seen_at_ms
        payout = next((win for win in wins if name in win.pots and _distance_ms(win, fall) <= SLACK_MS), None)
        if payout and fall_li >= NAMED_SHARE * fall.before_li:
            self._settled.append(payout.trans_no)
            return fall
        if stayed_ms >= STAYS_MS and fall_li >= RESET_SHARE * fall.before_li:
            return fall
        if stayed_ms <= SLACK_MS:
            self._falls[name] = fall
        return None


def _has_risen_again(fall: Hit, li: int, at_ms: int) -> bool:
    """Whether a pot is back where it fell from; after a long time it may have grown so far."""
    return 2 * li > fall.before_li + fall.after_li and at_ms - fall.seen_at_ms <= GAP_MS


def with_hits(samples: Iterable[PotSample], hits: Iterable[Hit], pot: str) -> list[PotSample]:
    """Return the samples of a pot together with the two answers around each of its hits, oldest first."""
    known = {sample.at_ms: sample for sample in samples}
    for hit in hits:
        if hit.pot == pot:
            known[hit.before_at_ms] = PotSample(hit.before_at_ms, hit.before_li)
            known[hit.seen_at_ms] = PotSample(hit.seen_at_ms, hit.after_li)
    return sorted(known.values(), key=lambda sample: sample.at_ms)


class HitVerdict(StrEnum):
    """What a hit and its payout say about each other."""

    PAID = "paid"
    AWAITED = "awaited"
    """It was just now: the other half may still come."""
    UNPAID = "unpaid"
    UNSEEN = "unseen"
    UNWATCHED = "unwatched"


@dataclass(frozen=True, slots=True)
class Match:
    """A hit with a payout, or either alone."""

    verdict: HitVerdict
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
    matches: list[Match] = []
    for win in wins:
        near = {pot: _nearest(win, (hit for hit in hits if hit.pot == pot)) for pot in win.pots}
        seen = {pot: hit for pot, hit in near.items() if hit}
        for hit in seen.values():
            unpaid.pop(hit, None)
        # Where the payout says what came from each pot, each part has its row; else one row is for all of it.
        missed: list[tuple[str, ...]] = [(pot,) for pot in win.pots if pot not in seen and win.part_li(pot)]
        alone = missed or ([] if seen else [win.pots])
        matches += [Match(HitVerdict.PAID, pot, hit, win) for pot, hit in seen.items()]
        matches += [Match(_alone(win, pots, watched, now_ms), pots[0], None, win) for pots in alone]
    for hit in unpaid:
        verdict = HitVerdict.AWAITED if now_ms - hit.seen_at_ms <= SLACK_MS else HitVerdict.UNPAID
        matches.append(Match(verdict, hit.pot, hit, None))
    return sorted(matches, key=lambda each: each.at_ms, reverse=True)


def _nearest(win: Win, hits: Iterable[Hit]) -> Hit | None:
    nearest = min(hits, key=lambda hit: _distance_ms(win, hit), default=None)
    return nearest if nearest and _distance_ms(win, nearest) <= SLACK_MS else None


def _distance_ms(win: Win, hit: Hit) -> int:
    return max(hit.before_at_ms - win.ordered_at_ms, win.ordered_at_ms - hit.seen_at_ms, 0)


def _alone(win: Win, pots: Iterable[str], watched: Mapping[str, Sequence[int]], now_ms: int) -> HitVerdict:
    if now_ms - win.ordered_at_ms <= SLACK_MS:
        return HitVerdict.AWAITED
    seen = all(_was_watched(watched.get(pot, ()), win.ordered_at_ms) for pot in pots)
    return HitVerdict.UNSEEN if seen else HitVerdict.UNWATCHED


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


def growth(samples: Sequence[PotSample]) -> Growth | None:
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
    an_hour, count = rate * HOUR_S * 1000, len(blocks)
    low = high = None
    if count >= _FEWEST_BLOCKS:
        squares = sum(float(rise_li - rate * time_ms) ** 2 for rise_li, time_ms in blocks.values())
        error = sqrt(squares * count / (count - 1)) / total_ms * HOUR_S * 1000
        reach = _student(count - 1) * error
        low, high = round(float(an_hour) - reach), round(float(an_hour) + reach)
    return Growth(round(an_hour), low, high, total_ms // 1000)


def _steps(samples: Sequence[PotSample]) -> Iterator[tuple[int, int, int]]:
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
