"""The provider's time, as its answers tell it. Our own clock may be hours off until somebody sets it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from twoj_client.windows import DAY_S

# What is further from our own clock is no time, but a field that holds something else.
_FURTHEST_S = 366 * DAY_S


class Told(NamedTuple):
    """A time that an answer tells, in epoch seconds: it was given between `at_s` and `step_s` later."""

    at_s: float
    step_s: float


class Moment(NamedTuple):
    """When an answer was given, in epoch seconds."""

    as_of: float
    """It holds all that the provider knew then: by our clock or the provider's, whichever is behind."""
    known_to: float
    """Nothing in it happened later than this, by whichever clock is ahead."""
    by_provider: bool
    """Whether the provider's clock was asked too. Otherwise nothing may be called final by it."""


class _Heard(NamedTuple):
    ahead_s: float
    """By how much our clock was ahead of the provider's."""
    at_s: float
    """The provider's time when it was heard."""
    timer_s: float


class ProviderClock:
    """Knows the provider's time from its answers, and between them by `timer`. For all threads.

    Where our own `clock` is behind the provider's, ours is taken: an answer then only looks older.
    """

    def __init__(self, clock: Callable[[], float], timer: Callable[[], float]) -> None:
        self._clock = clock
        self._timer = timer
        self._heard: _Heard | None = None

    def now(self) -> float:
        """Return the time in epoch seconds; our own clock's until the provider has told any.

        A clock of ours that was set back is not followed; nor does a machine that slept, whose timer stood
        still, take old answers for new ones.
        """
        heard = self._heard
        if heard is None:
            return self._clock()
        return max(self._clock() - heard.ahead_s, heard.at_s + self._timer() - heard.timer_s)

    def moment(self, told: Sequence[Told], asked_at: float, heard_at: float) -> Moment:
        """Return when an answer was given that was asked for and heard then by our clock, and learn from it.

        `told` are the times that it tells itself; the earliest is taken.
        """
        timer_s, heard = self._timer(), self._heard
        told = [each for each in told if abs(each.at_s - heard_at) < _FURTHEST_S]
        if told:
            as_of = min(asked_at if asked_at < at_s + step_s else at_s for at_s, step_s in told)
            ahead_s = asked_at - as_of
            self._heard = _Heard(ahead_s, heard_at - ahead_s, timer_s)
            return Moment(as_of, max(heard_at, *(at_s + step_s for at_s, step_s in told)), by_provider=True)
        if heard is None:
            return Moment(asked_at, heard_at, by_provider=False)
        by_timer = heard.at_s + timer_s - heard.timer_s - (heard_at - asked_at)
        return Moment(min(asked_at - heard.ahead_s, by_timer), heard_at, by_provider=True)
