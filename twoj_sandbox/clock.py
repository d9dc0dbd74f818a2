"""The sandbox's clock: the real time, or a moment at which it was stopped."""

import time

CLOCK_TOLERANCE_S = 300


class Clock:
    """Tells the time of the sandbox. `stopped_at` in epoch seconds stops it there; None lets it run."""

    def __init__(self, stopped_at: int | None = None) -> None:
        self.stopped_at = stopped_at
        self.tolerance_s = CLOCK_TOLERANCE_S
        """How far a caller's clock may be off."""

    def now_ms(self) -> int:
        """Return the time in epoch milliseconds."""
        return int(time.time() * 1000) if self.stopped_at is None else self.stopped_at * 1000

    def now(self) -> int:
        """Return the time in whole epoch seconds."""
        return self.now_ms() // 1000
