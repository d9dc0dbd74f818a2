"""The wallet endpoints' limit: so many requests within so many seconds, per endpoint."""

from collections import defaultdict, deque

REQUESTS = 5000
WITHIN_S = 10.0


class Limiter:
    """Counts requests. Times come from outside, in seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, deque[float]] = defaultdict(deque)

    def allows(self, path: str, at_s: float) -> bool:
        """Count a request and say whether it is within the limit; one beyond it does not count."""
        taken = self._taken[path]
        while taken and taken[0] <= at_s - WITHIN_S:
            taken.popleft()
        if len(taken) >= REQUESTS:
            return False
        taken.append(at_s)
        return True
