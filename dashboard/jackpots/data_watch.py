"""The pots as this server watches them: asked for, written down, told to the screens."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from dashboard.jackpots.data_poller import Heard, Poller
from dashboard.jackpots.data_recorder import Keeper
from dashboard.jackpots.data_screens import Screens
from dashboard.jackpots.pots import Hit, HitFinder, Pots, match
from dashboard.jackpots.wall import Limits, limits, told, told_hits, told_wins
from ledger.database import Ledger
from twoj_client.jackpot import Jackpot

_HITS_TOLD: Final = 4
_ROOT: Final = Path(__file__).parents[2]


def build_id(*settings: object) -> str:
    """Which build this is, in 12 hexadecimal digits: screens reload themselves when it changes.

    The same wherever the same code runs with the same `settings`.
    """
    digest = blake2b(digest_size=6)
    for folder in ("dashboard", "pages"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".js", ".css", ".html"}:
                digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(repr((version("streamlit"), settings)).encode())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Brand:
    """What the wall says it belongs to; the logo is a `data:` URL, empty where there is none."""

    name: str
    logo: str


class Watch:
    """One for a merchant. The `provider` is asked for the pots."""

    def __init__(
        self,
        provider: Jackpot,
        brand: Brand,
        ledger: Ledger,
        *,
        currency: str | None,
        timezone: str,
        poll_s: int,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.brand = brand
        self.build = build_id(brand, currency, timezone, poll_s)
        self.poll_s = poll_s
        self.limits: Limits = limits(poll_s)
        self.ledger = ledger
        self.screens = Screens(self.ledger, clock, timer)
        self.poller = Poller(provider, self._hear, every_s=self.poll_s, clock=clock, timer=timer)
        self._keeper = Keeper(self.ledger, self.screens, timer)
        self._finder = HitFinder()
        self._hits: deque[Hit] = deque(maxlen=_HITS_TOLD)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch until the block ends, while somebody looks."""
        try:
            with self.poller.running():
                yield
        finally:
            self._keeper.close()

    def look(self) -> Heard | None:
        """Return the latest answer, None before the first; keeps the watch awake."""
        self._keeper.keep_soon()
        return self.poller.look()

    def told(self, look: str) -> dict[str, Any]:
        """Return what a screen of this look is told now."""
        heard = self.look()
        age_ms = self.poller.age_ms(heard) if heard else None
        pots, as_of = (heard.pots, heard.as_of) if heard else (None, None)
        hits, wins = list(self._hits), self._keeper.last_wins
        matches = match(hits, wins, watched={}, now_ms=pots.at_ms) if pots and hits else []
        return {
            **told(pots, as_of, age_ms, self.limits.state(age_ms)),
            "hits": told_hits(hits, matches),
            "winners": told_wins(wins),
            "look": look,
            "build": self.build,
        }

    def _hear(self, before: Pots | None, pots: Pots, leads: bool) -> None:
        hits = self._finder.hear(before, pots, self._keeper.last_wins) if before else []
        self._hits.extend(hits)
        self._keeper.note(pots, hits, writes=leads)
