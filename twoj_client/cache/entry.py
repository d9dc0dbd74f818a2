"""What the cache keeps of an answer, and when it may be served."""

import math
from typing import NamedTuple

import msgspec

from twoj_client.changes import Figures, Restatement
from twoj_client.endpoints import CachePolicy
from twoj_client.transport import Received
from twoj_client.windows import DAY_S, Window

STALE_FOR_S = DAY_S
_REFRESH_AHEAD = 2 / 3
_SETTLING_SHARE = 1 / 4
_LONGEST_SETTLING_S = 1800.0
_LAST_ROUNDS_S = 300
_WHOLE_MINUTES_S = 120
# So long after a window's end it is asked again: bets may come late, and be corrected.
_ASKED_AGAIN_S = (DAY_S, 7 * DAY_S)
# Clocks of servers that share a store differ by less.
_CLOCKS_DIFFER_S = 60


class CacheEntry(msgspec.Struct, frozen=True, array_like=True):
    """A payload as the provider sent it."""

    as_of: float
    """Epoch seconds: the payload holds everything that the provider knew then."""
    covers_to: int
    """Epoch seconds: nothing in the payload happened at or after this."""
    by_provider_clock: bool = False
    """Whether the provider's clock was asked for `as_of`."""
    asked_again: int = 0
    """The number of the last request to ask for this window again that this answer follows."""
    first: Figures | None = None
    """The sums of the first answer about the window that settled; None until one has."""
    changed: Figures | None = None
    """By how much the payload's sums differ from those."""
    payload: bytes = b""


_head = msgspec.json.Decoder(CacheEntry)


def entry_of(received: Received, window: Window | None, asked_again: int) -> CacheEntry:
    """Return what to keep of an answer."""
    as_of, known_to, by_provider = received.at
    covers_to = math.floor(known_to) + 1
    if window is not None:
        covers_to = min(window.end, covers_to)
    return CacheEntry(as_of, covers_to, by_provider, asked_again, payload=bytes(received.payload))


def to_bytes(entry: CacheEntry) -> bytes:
    """Return `entry` as a store keeps it: a line of JSON, then the payload."""
    return msgspec.json.encode(msgspec.structs.replace(entry, payload=b"")) + b"\n" + entry.payload


def from_bytes(kept: bytes | None) -> CacheEntry | None:
    """Return the entry of :func:`to_bytes`, None if nothing is kept or it is damaged."""
    head, newline, payload = (kept or b"").partition(b"\n")
    try:
        found = _head.decode(head)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return msgspec.structs.replace(found, payload=payload) if newline else None


class Rule(NamedTuple):
    """Says for one request, at one time, what an entry is worth.

    `now` is the provider's time; entries from before the request `asked_again` are worth nothing more.
    """

    policy: CachePolicy
    window: Window | None
    now: float
    asked_again: int

    @property
    def is_open(self) -> bool:
        """Whether the window touches now: answers to such windows are one entry, wherever they end.

        Also one that ends with the last full minute, as many ask for it: or who asks in the next minute
        would not find what was said last.
        """
        touches_s = max(self.policy.ttl_s, _WHOLE_MINUTES_S)
        return self.window is not None and self.window.end > self.now - touches_s

    def fits(self, entry: CacheEntry) -> bool:
        """Whether the entry holds nothing from after the window."""
        return self.window is None or entry.covers_to <= self.window.end

    def follows(self, entry: CacheEntry) -> bool:
        """Whether the entry was asked for since somebody last wanted the window asked again."""
        return entry.asked_again >= self.asked_again

    def as_of(self, entry: CacheEntry) -> float:
        """Return the time for which the entry answers this request."""
        if self.window is None or entry.covers_to == self.window.end:
            return entry.as_of
        # Asked for a window that ended earlier, the provider said nothing about the time since.
        return min(entry.as_of, entry.covers_to)

    def settled(self, entry: CacheEntry) -> bool:
        """Whether the answer was given long enough after the window's end, by the provider's clock too.

        One from the future is not: a clock was set.
        """
        if self.window is None or not entry.by_provider_clock:
            return False
        as_of = self.as_of(entry)
        return self.window.end + self.policy.final_after_s <= as_of <= self.now + _CLOCKS_DIFFER_S

    def ended(self, entry: CacheEntry) -> bool:
        """Whether the window's last rounds were over when the answer was given: they last minutes at most.

        Until it is settled the provider may still correct it; but it no longer says how old a sum is.
        """
        return self.window is not None and self.as_of(entry) >= self.window.end + _LAST_ROUNDS_S

    def good_for_s(self, entry: CacheEntry) -> float:
        """Return for how many seconds from its time the entry is as good as a new answer.

        Late bets grow rarer with the time since the window's end, and so may the questions: a quarter of it.
        """
        if self.window is None:
            return self.policy.ttl_s
        since_end_s = self.as_of(entry) - self.window.end
        return max(self.policy.ttl_s, min(since_end_s * _SETTLING_SHARE, _LONGEST_SETTLING_S))

    def fresh(self, entry: CacheEntry) -> bool:
        """Whether the entry is as good as a new answer. One from the future is not: a clock was set."""
        if self.settled(entry):
            return self.now < self._next_look_at(entry)
        return 0 <= self.now - self.as_of(entry) < self.good_for_s(entry)

    def refresh_at(self, entry: CacheEntry) -> float:
        """Return when a new answer should be fetched, while the entry may still be served for a while."""
        if self.settled(entry):
            return self._next_look_at(entry)
        return self.as_of(entry) + self.good_for_s(entry) * _REFRESH_AHEAD

    def changes(self, entry: CacheEntry) -> tuple[Restatement, ...]:
        """Return how the entry differs from what was said first of the window, nothing where it does not."""
        return (Restatement(self.window, entry.changed),) if self.window and entry.changed else ()

    def servable(self, entry: CacheEntry) -> bool:
        """Whether the entry may be served, marked stale, when the provider fails."""
        return self.settled(entry) or self.now - self.as_of(entry) < STALE_FOR_S

    def _next_look_at(self, entry: CacheEntry) -> float:
        """Return when a settled window is asked again."""
        assert self.window is not None  # noqa: S101 - it has settled
        looks = (self.window.end + after_s for after_s in _ASKED_AGAIN_S)
        return next((at for at in looks if at > self.as_of(entry)), math.inf)
