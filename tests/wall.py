"""For tests of the jackpot wall in a browser: a server that a test plays, and what the screen shows."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, Route, expect

HOUR_MS = 3_600_000
NOON_MS = 1_773_576_000_000


class PlayedServer:
    """Answers `GET /live/jackpot` in place of the server; `None` for `told` is a server that is gone."""

    def __init__(self, page: Page, build: str) -> None:
        self.asked = 0
        self.headers: dict[str, str] = {}
        self.status = 200
        self.told: dict[str, Any] | None = {
            "state": "live",
            "as_of": "2026-03-15T12:00:00.000+00:00",
            "age_ms": 0,
            "provider_ms": NOON_MS - 600_000,
            "hourly": {"pot": "2356.410", "next_pot": "0", "next_hour": NOON_MS},
            "super": {"pot": "5392.865", "next_pot": "3600", "next_hour": 0},
            "hits": [],
            "winners": [],
            "look": "dark",
            "screen": {
                "shows": True,
                "brightness": 100,
                "layouts": ["both"],
                "turn_ms": 20_000,
                "picture": None,
            },
            "build": build,
        }
        page.route("**/live/jackpot", self._answer)

    def _answer(self, route: Route) -> None:
        self.asked += 1
        self.headers = route.request.headers
        if self.told is None:
            route.abort()
        else:
            route.fulfill(status=self.status, content_type="application/json", body=json.dumps(self.told))

    def tell(self, hourly: str | None = None, **changes: Any) -> None:
        """Change what is told; `hourly` is the pot."""
        assert self.told is not None
        if hourly is not None:
            self.told["hourly"] = self.told["hourly"] | {"pot": hourly}
        self.told |= changes

    def answered(self, page: Page) -> None:
        """Let the screen ask once more, and hear the answer."""
        with page.expect_event("requestfinished", lambda request: request.url.endswith("/live/jackpot")):
            page.clock.run_for(2000)
        page.wait_for_timeout(120)
        page.clock.run_for(50)


def state(page: Page, expected: str, timeout_ms: float = 10_000) -> None:
    """Wait for the wall to be in a state."""
    expect(page.locator(".wall")).to_have_attribute("data-state", expected, timeout=timeout_ms)


def amount(page: Page, pot: str = "hourly") -> str:
    """What a pot's digits show."""
    return page.locator(f"[data-pot={pot}] .amount").get_attribute("data-shown") or ""
